#pragma once

// What changes parameters: for later sessions in the profile's file, for a running one as a request
// that it checks and records.

#include <filesystem>
#include <optional>
#include <string>

#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "runtime/control/request_desk.hpp"

namespace lanner::app {

inline constexpr Flag kToldSessionFlag{"--session", "DIR",
                                       "the running session to tell (the profile's newest)"};
inline constexpr Flag kWhyFlag{"--why", "TEXT", "the reason, kept beside the change"};

[[nodiscard]] Result<int> run_params_set(const Invocation& in);
[[nodiscard]] Result<int> run_params_pin(const Invocation& in);
[[nodiscard]] Result<int> run_params_unpin(const Invocation& in);
[[nodiscard]] Result<int> run_params_rollback(const Invocation& in);

// --session, else the newest of the profile, where a process has it in hand.
[[nodiscard]] std::optional<std::filesystem::path> running_session(const Invocation& in);
// "at 2025-05-04T15:34:00Z", or why not.
[[nodiscard]] std::string answer_text(const runtime::RequestAnswer& answer);
[[nodiscard]] bool is_taken(const runtime::RequestAnswer& answer) noexcept;

}  // namespace lanner::app
