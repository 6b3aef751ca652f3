#pragma once

// `run`: the autonomous loop in paper mode on recorded or synthetic data, paced or as fast as it
// goes, journalled, and continued where a killed process left it.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "runtime/proposers/proposer_desk.hpp"
#include "runtime/recovery/snapshot_pace.hpp"
#include "runtime/run_options.hpp"
#include "store/journal_disk.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

struct PaperRunOptions {
  RunOptions base;
  double speed = 0;  // event time per wall time; 0 = as fast as it goes
  bool start_new = false;
  std::filesystem::path session;  // empty: the newest unfinished one of the profile, or a new one
  // Where the projection of the session goes while it runs; empty: nowhere.
  std::filesystem::path database;
  // Each 250 ms, and with each_minute at every minute of event time.
  std::function<void(const views::LiveView&)> on_view;
  bool each_minute = false;
  // What is going on: the feed, a continued session, a hole that was jumped.
  std::function<void(std::string_view)> on_line;
  const std::atomic<bool>* stop = nullptr;
  SnapshotPace snapshots;
  ProposerOptions proposers;  // where programs hand in conditions
  // Tests: small segments, and disks that fail.
  std::size_t segment_bytes = store::kSegmentBytesMax;
  store::JournalDisk* disk = nullptr;
};

struct PaperRunResult {
  views::RunResult result;
  std::optional<std::uint64_t> resumed_from;  // sequence of the last durable event
  std::optional<std::uint64_t> snapshot_at;    // sequence that the snapshot begins behind
  std::size_t snapshots_refused = 0;           // that could not be used
  std::uint64_t snapshots_written = 0;
  std::uint64_t events_replayed = 0;           // behind the snapshot, where there is one
  std::uint64_t events_new = 0;
  bool was_interrupted = false;
};

[[nodiscard]] Result<PaperRunResult> run_paper(const PaperRunOptions& options);

}  // namespace lanner::runtime
