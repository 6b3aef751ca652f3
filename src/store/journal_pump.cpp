#include "store/journal_pump.hpp"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <thread>
#include <utility>

#include "base/ensure.hpp"

namespace lanner::store {
namespace {

constexpr std::int64_t kRestNs = 2'000'000;           // between two looks at an idle ring
constexpr std::int64_t kRetryNs = 50'000'000;         // between two tries on a full disk
constexpr std::int64_t kFinishNs = 2'000'000'000;     // for a full disk at the end
constexpr int kSpins = 2'000;

std::int64_t steady_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void sleep_on(std::atomic<std::uint32_t>& word, std::uint32_t seen, std::int64_t ns) noexcept {
  static_assert(sizeof word == sizeof seen);
  timespec span{};
  span.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  span.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, &span, nullptr, 0);
}

void wake(std::atomic<std::uint32_t>& word) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

// The disk took nothing because it is full, by whatever bound. Room may come back.
bool is_no_room(int error) noexcept {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

}  // namespace

struct JournalPump::Thread {
  std::thread thread;
};

const char* name_of(JournalTrouble trouble) noexcept {
  switch (trouble) {
    case JournalTrouble::none:
      return "none";
    case JournalTrouble::no_room:
      return "no_room";
    case JournalTrouble::behind:
      return "behind";
    case JournalTrouble::failed:
      return "failed";
  }
  return "";
}

Result<std::unique_ptr<JournalPump>> JournalPump::start(std::unique_ptr<JournalSegments> segments,
                                                        Durability durability, Memory memory) {
  auto ring = MirroredRing::make(kRingBytes, static_cast<std::size_t>(memory));
  if (!ring) {
    return tl::unexpected{ring.error()};
  }
  std::unique_ptr<JournalPump> pump(
      new JournalPump(std::move(*ring), std::move(segments), durability, memory));
  // Signals are the main thread's; that of a file beyond its limit becomes an error of the call.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pump->thread_->thread = std::thread([self = pump.get()] { self->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pump;
}

JournalPump::JournalPump(MirroredRing ring, std::unique_ptr<JournalSegments> segments,
                         Durability durability, Memory memory)
    : ring_(std::move(ring)),
      segments_(std::move(segments)),
      durability_(durability),
      touched_(static_cast<std::size_t>(memory)),
      thread_(std::make_unique<Thread>()) {
  sealed_chain_ = segments_->chain();
  chain_.store(sealed_chain_, std::memory_order_relaxed);
}

JournalPump::~JournalPump() { stop(); }

void JournalPump::stop() noexcept {
  is_stopping_.store(true, std::memory_order_release);
  kick();
  if (thread_->thread.joinable()) {
    thread_->thread.join();
  }
}

void JournalPump::make_room(std::size_t bytes) noexcept {
  ENSURE(bytes <= ring_.size() / 2 + 64);
  granted_ = tail_.load(std::memory_order_acquire) + ring_.size();
  while (pushed_ + bytes > granted_) {
    static_cast<void>(wait_for(tail_, pushed_ + bytes - ring_.size(), kRetryNs));
    granted_ = tail_.load(std::memory_order_acquire) + ring_.size();
  }
}

void JournalPump::kick() noexcept {
  calls_.fetch_add(1, std::memory_order_seq_cst);
  if (is_resting_.load(std::memory_order_seq_cst)) {
    wake(calls_);
  }
}

bool JournalPump::wait_for(const std::atomic<std::uint64_t>& reached, std::uint64_t position,
                           std::int64_t ns_max) noexcept {
  const auto is_there = [&] { return reached.load(std::memory_order_acquire) >= position; };
  if (is_there()) {
    return true;
  }
  kick();
  for (int i = 0; i < kSpins; ++i) {
    if (is_there()) {
      return true;
    }
  }
  const std::int64_t until = steady_ns() + ns_max;
  is_awaited_.store(true, std::memory_order_seq_cst);
  bool is_reached = false;
  for (;;) {
    const std::uint32_t seen = answers_.load(std::memory_order_seq_cst);
    is_reached = is_there();
    const std::int64_t left = until - steady_ns();
    if (is_reached || left <= 0) {
      break;
    }
    sleep_on(answers_, seen, std::min(left, kRetryNs));
  }
  is_awaited_.store(false, std::memory_order_relaxed);
  return is_reached;
}

bool JournalPump::wait_written(std::uint64_t position, std::int64_t ns_max) noexcept {
  return wait_for(tail_, position, ns_max) && error_.load(std::memory_order_acquire) == 0;
}

bool JournalPump::wait_acknowledged(std::uint64_t position, std::int64_t ns_max) noexcept {
  return wait_for(acknowledged_, position, ns_max) &&
         error_.load(std::memory_order_acquire) == 0;
}

JournalTrouble JournalPump::trouble(std::int64_t now_ns) const noexcept {
  const JournalTrouble told = trouble_.load(std::memory_order_relaxed);
  if (told != JournalTrouble::none) {
    return told;
  }
  const std::int64_t since = busy_since_ns_.load(std::memory_order_relaxed);
  const bool is_late = since != 0 && now_ns - since > kLateNs;
  return is_late || !has_room() ? JournalTrouble::behind : JournalTrouble::none;
}

Status JournalPump::status() const {
  const int error = error_.load(std::memory_order_acquire);
  if (error == 0) {
    return {};
  }
  return fail(ErrorKind::failure, std::string("cannot write the journal ") + segments_->path() +
                                      ": " + std::strerror(error) +
                                      "; what was recorded before is kept, continue the session "
                                      "when the disk is well");
}

void JournalPump::run() noexcept {
  for (;;) {
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    const bool is_stopping = is_stopping_.load(std::memory_order_acquire);
    const bool is_full = trouble_.load(std::memory_order_relaxed) == JournalTrouble::no_room;
    answer_mark();
    if (head == tail) {
      // Pushes come before the wish to stop, so one more look finds them all.
      if (is_stopping && head_.load(std::memory_order_acquire) == tail) {
        return;
      }
      if (is_full) {
        provide();
      }
      if (!take_memory()) {
        rest(kRestNs);
      }
      continue;
    }
    write_batch(head);
    if (tail_.load(std::memory_order_relaxed) == tail) {
      if (is_stopping) {
        return;
      }
      rest(kRetryNs);
    }
  }
}

// A step of it, so that a record that comes meanwhile waits no longer than that.
bool JournalPump::take_memory() noexcept {
  if (touched_ == ring_.size()) {
    return false;
  }
  constexpr auto kStep = static_cast<std::size_t>(Memory::first);
  ring_.touch(touched_, kStep);
  touched_ += kStep;
  return true;
}

void JournalPump::write_batch(std::uint64_t head) noexcept {
  const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  const std::uint64_t mark = mark_at_.load(std::memory_order_acquire);
  head = tail < mark && mark < head ? mark : head;
  if (error_.load(std::memory_order_relaxed) != 0) {
    acknowledge(head);  // nothing is recorded any more, but nobody must wait for it
    return;
  }
  sealed_ += seal_records(ring_.at(sealed_, head - sealed_), sealed_chain_);
  std::size_t taken = 0;
  busy_since_ns_.store(steady_ns(), std::memory_order_relaxed);
  int error = segments_->append(ring_.at(tail, head - tail), taken);
  if (taken > 0) {
    chain_.store(segments_->chain(), std::memory_order_release);
    tail_.store(tail + taken, std::memory_order_release);
    if (durability_ == Durability::synced) {
      answer();
      const int failed = segments_->sync();
      error = failed != 0 ? failed : error;
    }
    if (error == 0 || is_no_room(error)) {
      acknowledged_sequence_.store(segments_->sequence(), std::memory_order_release);
      acknowledge(tail + taken);
    }
  }
  is_late_ = steady_ns() - busy_since_ns_.load(std::memory_order_relaxed) > kLateNs;
  busy_since_ns_.store(0, std::memory_order_relaxed);
  if (is_no_room(error)) {
    trouble_.store(JournalTrouble::no_room, std::memory_order_relaxed);
  } else if (error != 0) {
    fail_with(error);
  } else {
    provide();
  }
}

void JournalPump::acknowledge(std::uint64_t position) noexcept {
  tail_.store(position, std::memory_order_release);
  acknowledged_.store(position, std::memory_order_release);
  answer();
}

void JournalPump::answer_mark() noexcept {
  const std::uint64_t mark = mark_at_.load(std::memory_order_acquire);
  if (mark == marked_at_.load(std::memory_order_relaxed) ||
      mark != acknowledged_.load(std::memory_order_relaxed) ||
      error_.load(std::memory_order_relaxed) != 0) {
    return;
  }
  marked_ = segments_->place();
  marked_at_.store(mark, std::memory_order_release);
}

void JournalPump::answer() noexcept {
  answers_.fetch_add(1, std::memory_order_seq_cst);
  if (is_awaited_.load(std::memory_order_seq_cst)) {
    wake(answers_);
  }
}

void JournalPump::provide() noexcept {
  const JournalTrouble well = is_late_ ? JournalTrouble::behind : JournalTrouble::none;
  if (segments_->has_reserve()) {
    trouble_.store(well, std::memory_order_relaxed);
    return;
  }
  const std::int64_t now = steady_ns();
  if (provided_at_ns_ != 0 && now - provided_at_ns_ < kRetryNs) {
    return;
  }
  const int error = segments_->provide();
  provided_at_ns_ = error == 0 ? 0 : now;
  if (error != 0 && !is_no_room(error)) {
    fail_with(error);
    return;
  }
  trouble_.store(error == 0 ? well : JournalTrouble::no_room,
                 std::memory_order_relaxed);
}

void JournalPump::fail_with(int error) noexcept {
  error_.store(error, std::memory_order_release);
  trouble_.store(JournalTrouble::failed, std::memory_order_relaxed);
  acknowledge(head_.load(std::memory_order_acquire));
}

void JournalPump::rest(std::int64_t ns_max) noexcept {
  const std::uint32_t seen = calls_.load(std::memory_order_seq_cst);
  is_resting_.store(true, std::memory_order_seq_cst);
  const bool is_idle = head_.load(std::memory_order_acquire) ==
                       tail_.load(std::memory_order_relaxed);
  if (!is_stopping_.load(std::memory_order_acquire) && (is_idle || ns_max > kRestNs)) {
    sleep_on(calls_, seen, ns_max);
  }
  is_resting_.store(false, std::memory_order_relaxed);
}

Status JournalPump::finish(bool is_closed) {
  static_cast<void>(wait_written(pushed_, kFinishNs));
  stop();
  if (const auto told = status(); !told) {
    return told;
  }
  if (tail_.load(std::memory_order_acquire) != pushed_) {
    return fail(ErrorKind::failure, "no room on the disk for the end of " + segments_->path() +
                                        "; free some and continue the session");
  }
  if (const int error = segments_->finish(is_closed); error != 0) {
    error_.store(error, std::memory_order_release);
  }
  return status();
}

}  // namespace lanner::store
