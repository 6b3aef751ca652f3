#include "runtime/recovery/snapshot_keeper.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "runtime/recovery/recovery.hpp"
#include "store/snapshot/snapshot_file.hpp"

namespace lanner::runtime {
namespace {

// Events between two looks whether one is due.
constexpr std::uint64_t kLookEvery = 64;

}  // namespace

SnapshotKeeper::SnapshotKeeper(std::filesystem::path session, store::SessionIdentity identity,
                               const SnapshotPace& pace, const std::optional<Last>& last)
    : session_(std::move(session)),
      identity_(std::move(identity)),
      pace_(pace),
      is_begun_(last.has_value()),
      not_before_(WallClock::now() + pace.wall) {
  if (last && last->sequence != 0) {
    due_sequence_ = last->sequence + pace.events;
    due_at_ = last->at + pace.event_time;
  }
  // Signals are the main thread's; that of a file beyond its limit becomes an error of the call.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  writer_ = std::thread([this] { write_all(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

SnapshotKeeper::~SnapshotKeeper() {
  {
    const std::lock_guard guard(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

std::string SnapshotKeeper::trouble() const {
  const std::lock_guard guard(mutex_);
  return trouble_;
}

void SnapshotKeeper::look(SimulatedSession& session, const Statistics& statistics,
                          const SessionFold* fold) {
  const std::uint64_t sequence = session.recorder().sequence();
  const Stage stage = stage_.load(std::memory_order_acquire);
  if (stage == Stage::placed) {
    if (const auto place = session.journal().marked()) {
      hand_over(*place);
    }
    return;
  }
  next_look_ = sequence + kLookEvery;
  if (!is_begun_) {
    is_begun_ = true;
    due_at_ = session.now() + pace_.event_time;
    due_sequence_ = sequence + pace_.events;
  }
  const bool is_due = sequence >= due_sequence_ || session.now() >= due_at_;
  if (!is_due || stage != Stage::idle || sequence == 0 || WallClock::now() < not_before_ ||
      !session.is_savable() || session.journal().is_confirming() ||
      session.journal().trouble(0) != store::JournalTrouble::none) {
    return;
  }
  take(session, statistics, fold);
}

void SnapshotKeeper::take(SimulatedSession& session, const Statistics& statistics,
                          const SessionFold* fold) {
  const auto from = WallClock::now();
  save_state(session, statistics, fold, state_);
  session.journal().mark();
  ts_ns_ = session.now().ns();
  due_sequence_ = session.recorder().sequence() + pace_.events;
  due_at_ = session.now() + pace_.event_time;
  const auto now = WallClock::now();
  not_before_ = now + std::max<WallClock::duration>(pace_.wall, pace_.share * (now - from));
  next_look_ = 0;  // at each event, until its place is known
  stage_.store(Stage::placed, std::memory_order_relaxed);
}

void SnapshotKeeper::hand_over(const store::JournalPlace& place) {
  {
    const std::lock_guard guard(mutex_);
    place_ = place;
    stage_.store(Stage::writing, std::memory_order_release);
  }
  changed_.notify_all();
}

void SnapshotKeeper::write_all() {
  std::unique_lock guard(mutex_);
  for (;;) {
    changed_.wait(guard, [this] { return is_ending_ || stage_.load() == Stage::writing; });
    if (stage_.load() != Stage::writing) {
      return;
    }
    guard.unlock();
    const Status done = store::write_snapshot(session_, identity_, place_, ts_ns_, state_);
    guard.lock();
    trouble_ = done ? std::string{} : done.error().message;
    written_ += done ? 1U : 0U;
    stage_.store(Stage::idle, std::memory_order_release);
  }
}

}  // namespace lanner::runtime
