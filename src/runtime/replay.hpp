#pragma once

// Feeds the events of a session to a fresh engine and compares what it causes with what was
// recorded, event by event. Uses nothing but the session itself.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "core/engine.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_spec.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

// Watches a replay; it cannot reach the engine.
class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  virtual void before_event(const model::Event& /*event*/, const core::Engine& /*engine*/) {}
  // After the engine applied the event. False = that is all.
  virtual bool on_event(const model::Event& event, const model::CommandSink& sink,
                        const core::Engine& engine) = 0;
  // The last event that was replayed is behind.
  virtual void on_end(const core::Engine& /*engine*/) {}
};

// Parameters that the gates judge by from one event on. Nothing is compared then: the question is
// what would have been decided.
struct WhatIf {
  std::vector<std::pair<std::string, std::string>> sets;  // id, decimal
  std::uint64_t from_sequence = 0;
};

struct ReplayOptions {
  std::filesystem::path session;
  std::string mask;  // component ids: what would have been decided without them
  WhatIf what_if{};
  ReplayObserver* observer = nullptr;
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
  // Of what learning held at the end, as the closing record says.
  std::optional<Digest128> recorded_learned;
  std::uint64_t verified_through = 0;
  std::optional<CorruptPlace> corrupt_at;
  views::RunResult result;  // rebuilt from the journal alone
};

// Stops at the first difference, or where progress says so.
[[nodiscard]] Result<ReplayResult> replay_session(const ReplayOptions& options,
                                                  const Progress& progress);

// What the session says about itself in its first record.
[[nodiscard]] Result<SessionSpec> session_spec_of(const std::filesystem::path& session);

}  // namespace lanner::runtime
