#pragma once

// Feeds the events of a session to a fresh engine and compares what it causes with what was
// recorded, event by event. Uses nothing but the session itself.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "runtime/run_options.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

struct ReplayOptions {
  std::filesystem::path session;
  std::string mask;  // component ids: what would have been decided without them
};

struct CorruptPlace {
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t sequence = 0;  // of the last good record
  std::string what;
};

struct ReplayResult {
  bool equal = false;
  bool closed = false;  // SessionClosed was there and its count and digest agree
  std::string digest;
  std::string recorded_digest;
  std::optional<std::uint64_t> first_difference;
  std::uint64_t verified_through = 0;
  std::optional<CorruptPlace> corrupt_at;
  views::RunResult result;  // rebuilt from the journal alone
};

// Stops at the first difference, or where progress says so.
[[nodiscard]] Result<ReplayResult> replay_session(const ReplayOptions& options,
                                                  const Progress& progress);

}  // namespace lanner::runtime
