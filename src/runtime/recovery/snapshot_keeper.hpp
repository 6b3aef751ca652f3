#pragma once

// Writes down the whole state of a running session now and then, so that a restart need not refold
// it from its first event. The session's thread copies the state between two events, into memory
// that is used again each time; a thread of its own writes the file. At most one is in hand, and a
// failure costs nothing but the snapshot.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/projection/session_fold.hpp"
#include "runtime/recovery/snapshot_pace.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"
#include "store/journal_format.hpp"

namespace lanner::runtime {

class SnapshotKeeper {
 public:
  // Where the last one was taken, of a session that goes on; at zero it has none and wants one.
  struct Last {
    std::uint64_t sequence = 0;
    Timestamp at;
  };
  SnapshotKeeper(std::filesystem::path session, store::SessionIdentity identity,
                 const SnapshotPace& pace, const std::optional<Last>& last = std::nullopt);
  SnapshotKeeper(const SnapshotKeeper&) = delete;
  SnapshotKeeper& operator=(const SnapshotKeeper&) = delete;
  ~SnapshotKeeper();

  // Between next_time() and apply_next(). `fold`: of the projection, where one is kept.
  void pass(SimulatedSession& session, const Statistics& statistics, const SessionFold* fold) {
    if (session.recorder().sequence() >= next_look_) [[unlikely]] {
      look(session, statistics, fold);
    }
  }

  [[nodiscard]] std::uint64_t written() const noexcept { return written_.load(); }
  // Why the last one could not be written; empty when it could.
  [[nodiscard]] std::string trouble() const;

 private:
  using WallClock = std::chrono::steady_clock;
  enum class Stage : std::uint8_t {
    idle,
    placed,   // copied; its place in the journal is awaited
    writing,  // the other thread's
  };

  void look(SimulatedSession& session, const Statistics& statistics, const SessionFold* fold);
  void take(SimulatedSession& session, const Statistics& statistics, const SessionFold* fold);
  void hand_over(const store::JournalPlace& place);
  void write_all();

  std::filesystem::path session_;
  store::SessionIdentity identity_;
  SnapshotPace pace_;
  std::uint64_t next_look_ = 0;
  bool is_begun_;  // due_* are known; of a new session they follow from its first event
  std::uint64_t due_sequence_ = 0;
  Timestamp due_at_;
  WallClock::time_point not_before_;
  std::vector<std::byte> state_;
  std::int64_t ts_ns_ = 0;
  store::JournalPlace place_;
  std::atomic<Stage> stage_{Stage::idle};
  std::atomic<std::uint64_t> written_{0};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_ending_ = false;
  std::string trouble_;
  std::thread writer_;
};

}  // namespace lanner::runtime
