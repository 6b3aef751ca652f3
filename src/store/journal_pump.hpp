#pragma once

// From the thread that trades to the disk. The trading thread writes records into a ring and goes
// on; a thread of its own takes what is there, writes it as one batch and, when the session is to
// survive the machine, syncs it. What waits is bounded by the ring. When the disk has no room
// the batch is tried again until it has; any other error is final.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "store/journal_segments.hpp"
#include "store/mirrored_ring.hpp"

namespace lanner::store {

// Why no entry may be sent at the moment.
enum class JournalTrouble : std::uint8_t {
  none,
  no_room,  // the disk is full: what is left is for exits
  behind,   // too much waits for the disk, or for too long
  failed,   // the disk answered with an error; nothing more is recorded
};
[[nodiscard]] const char* name_of(JournalTrouble trouble) noexcept;

class JournalPump {
 public:
  static constexpr std::size_t kRingBytes = 16UL * 1024 * 1024;
  static constexpr std::int64_t kLateNs = 1'000'000'000;  // a write or sync that takes longer

  // Bytes of the ring that have their memory from the start.
  enum class Memory : std::size_t {
    all = kRingBytes,
    first = 256 * 1024,  // the writing thread takes the rest while it has nothing to write
  };
  // The segments have begun or go on. Fails when the system gives no memory.
  [[nodiscard]] static Result<std::unique_ptr<JournalPump>> start(
      std::unique_ptr<JournalSegments> segments, Durability durability, Memory memory);
  JournalPump(const JournalPump&) = delete;
  JournalPump& operator=(const JournalPump&) = delete;
  // Writes what the disk takes without waiting and ends the thread.
  ~JournalPump();

  // Trading thread. Sees to it that free() has so much; waits only when the ring is full (see
  // has_room).
  void make_room(std::size_t bytes) noexcept;
  // Where the next record goes.
  [[nodiscard]] std::span<std::byte> free() const noexcept {
    return ring_.at(pushed_, static_cast<std::size_t>(granted_ - pushed_));
  }
  // Hands over the record at the front of free(): a store, no system call. Its chain
  // and checksum are the writing thread's business.
  void push(std::size_t bytes) noexcept {
    pushed_ += bytes;
    head_.store(pushed_, std::memory_order_release);
  }
  // Half of the ring is free: a caller that asks before each event never waits in reserve().
  [[nodiscard]] bool has_room() const noexcept {
    return pushed_ - tail_.load(std::memory_order_acquire) <= ring_.size() / 2;
  }
  // `now_ns`: of the steady clock, against which the disk's answer is late.
  [[nodiscard]] JournalTrouble trouble(std::int64_t now_ns) const noexcept;
  // Asks for the place behind the last record pushed; marked() tells it once that is written, and
  // forgets it with the next mark(). The batch in hand ends there.
  void mark() noexcept { mark_at_.store(pushed_, std::memory_order_release); }
  [[nodiscard]] std::optional<JournalPlace> marked() const noexcept {
    const std::uint64_t at = mark_at_.load(std::memory_order_relaxed);
    return at != 0 && marked_at_.load(std::memory_order_acquire) == at ? std::optional{marked_}
                                                                       : std::nullopt;
  }
  // Bytes pushed so far; a position for the questions below.
  [[nodiscard]] std::uint64_t position() const noexcept { return pushed_; }
  [[nodiscard]] bool is_acknowledged(std::uint64_t position) const noexcept {
    return acknowledged_.load(std::memory_order_acquire) >= position;
  }
  // Sequence of the last record that is written, or synced where the session asks for it.
  [[nodiscard]] std::uint64_t acknowledged_sequence() const noexcept {
    return acknowledged_sequence_.load(std::memory_order_acquire);
  }
  // Writes soon what was pushed. A system call at most.
  void kick() noexcept;
  // Waits until the position is written (not synced) or the disk fails; false = it was not within
  // the time.
  [[nodiscard]] bool wait_written(std::uint64_t position, std::int64_t ns_max) noexcept;
  [[nodiscard]] bool wait_acknowledged(std::uint64_t position, std::int64_t ns_max) noexcept;
  [[nodiscard]] Status status() const;
  // Of the last record that was written.
  [[nodiscard]] std::uint64_t chain() const noexcept {
    return chain_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::uint64_t bytes_written() const noexcept {
    return tail_.load(std::memory_order_acquire);
  }

  // Writes everything, cuts the unused room and, with is_closed, marks the session.
  [[nodiscard]] Status finish(bool is_closed);

 private:
  struct Thread;
  JournalPump(MirroredRing ring, std::unique_ptr<JournalSegments> segments,
              Durability durability, Memory memory);
  void run() noexcept;
  void write_batch(std::uint64_t head) noexcept;
  void provide() noexcept;
  [[nodiscard]] bool take_memory() noexcept;
  void acknowledge(std::uint64_t position) noexcept;
  void answer_mark() noexcept;
  void answer() noexcept;
  void rest(std::int64_t ns_max) noexcept;
  void stop() noexcept;
  void fail_with(int error) noexcept;
  [[nodiscard]] bool wait_for(const std::atomic<std::uint64_t>& reached, std::uint64_t position,
                              std::int64_t ns_max) noexcept;

  MirroredRing ring_;
  std::unique_ptr<JournalSegments> segments_;  // the writing thread's until it has ended
  Durability durability_;
  std::uint64_t pushed_ = 0;   // the trading thread's
  std::uint64_t granted_ = 0;  // likewise: up to here the ring was free when it was asked
  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // written
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<std::uint64_t> acknowledged_sequence_{0};
  std::atomic<std::uint64_t> chain_{0};
  std::atomic<std::uint64_t> mark_at_{0};    // the trading thread's question
  std::atomic<std::uint64_t> marked_at_{0};  // the question that marked_ answers
  JournalPlace marked_;                      // written before marked_at_, and only once for each
  std::atomic<JournalTrouble> trouble_{JournalTrouble::none};
  std::atomic<std::int64_t> busy_since_ns_{0};  // with the disk; 0 = not
  std::atomic<int> error_{0};
  std::atomic<std::uint32_t> calls_{0};    // bumped to wake the writing thread
  std::atomic<std::uint32_t> answers_{0};  // bumped to wake who waits for it
  std::atomic<bool> is_resting_{false};
  std::atomic<bool> is_awaited_{false};
  std::atomic<bool> is_stopping_{false};
  std::size_t touched_ = 0;          // the writing thread's: of the ring
  bool is_late_ = false;             // the writing thread's: the last batch took too long
  std::uint64_t sealed_ = 0;         // its records have chain and checksum up to there
  std::uint64_t sealed_chain_ = 0;
  std::int64_t provided_at_ns_ = 0;  // the writing thread's: when room was last asked for
  std::unique_ptr<Thread> thread_;
};

}  // namespace lanner::store
