#pragma once

// Appends records to a session. One owner. Records are encoded straight into memory: a buffer that
// is dropped (memory), or the queue of the thread that writes (written, synced). A session that is
// continued first *confirms*: every record that is produced again must equal the recorded one byte
// for byte, until the durable ones are used up; then appending goes on behind them.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/journal_disk.hpp"
#include "store/journal_format.hpp"
#include "store/journal_pump.hpp"
#include "store/journal_reader.hpp"

namespace lanner::store {

struct JournalOptions {
  Durability durability = Durability::written;
  std::size_t segment_bytes = kSegmentBytesMax;  // whole kibibytes
  JournalDisk* disk = nullptr;                   // tests; nullptr = the machine's
};

class JournalWriter {
 public:
  // A journal that leaves nothing behind: records are encoded, and dropped without a checksum or
  // a chain, which only the disk needs.
  [[nodiscard]] static JournalWriter in_memory();
  // A new session: the directory is made and must not hold a journal. Fails where the disk has no
  // room for a segment.
  [[nodiscard]] static Result<JournalWriter> create(const std::filesystem::path& session,
                                                    const SessionIdentity& identity = {},
                                                    const JournalOptions& options = {});
  // An unfinished session: its good records are confirmed before anything is appended. Durability
  // and segment size are those it was begun with. What a crash or damage left behind the good
  // records is cut off when the first new record is written; damage is kept in a file beside it.
  // With `from` only the records behind that place are read and confirmed: what stands before it
  // is known by a snapshot, and whether it is good is asked beside (verify_front).
  [[nodiscard]] static Result<JournalWriter> resume(
      const std::filesystem::path& session, JournalDisk* disk = nullptr,
      const std::optional<JournalPlace>& from = std::nullopt);

  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();

  // False: what is written is dropped, and a record whose bytes nobody else wants need not be made.
  [[nodiscard]] bool keeps() const noexcept { return taken_at_ <= limit_; }
  // Room for one payload of at most `bytes`; valid until commit().
  [[nodiscard]] std::span<std::byte> reserve(std::size_t bytes) noexcept {
    if (at_ + kRecordHeaderBytes + bytes + kPaddingMax > limit_) [[unlikely]] {
      make_room(bytes);
    }
    return {at_ + kRecordHeaderBytes, bytes};
  }
  void commit(RecordKind kind, std::uint64_t sequence, std::size_t length) noexcept {
    // Clears the padding; what lies behind it is not used yet.
    constexpr std::uint64_t kPadding = 0;
    std::memcpy(at_ + kRecordHeaderBytes + length, &kPadding, sizeof kPadding);
    RecordHeader header;
    header.length = static_cast<std::uint32_t>(length);
    header.sequence = sequence;
    header.kind = kind;
    std::memcpy(at_, &header, sizeof header);
    at_ += padded(kRecordHeaderBytes + length);
    if (at_ >= taken_at_) [[unlikely]] {
      hand_over();
    }
  }

  // Has what was committed written soon, without waiting. The first error of the disk stays and is
  // returned by all later calls; nothing is appended behind it.
  [[nodiscard]] Status flush() noexcept;
  // Waits until all that was committed is written: what every entry needs before it is sent, and
  // nothing that reduces risk waits for. Fails with the disk, or when it takes longer than ten
  // seconds.
  [[nodiscard]] Status await_written() noexcept;
  // The same until it is as durable as the session asks for.
  [[nodiscard]] Status await_acknowledged() noexcept;
  // Asks for the place behind what was committed so far; marked() tells it once that is written,
  // until the next mark(). Nothing comes of it in memory and while confirming.
  void mark() noexcept;
  [[nodiscard]] std::optional<JournalPlace> marked() const noexcept;
  // False = half of the queue to the disk is full; who can wait should (a tape can).
  [[nodiscard]] bool has_room() const noexcept;
  // Why no entry may be sent; `now_ns` of the steady clock.
  [[nodiscard]] JournalTrouble trouble(std::int64_t now_ns) const noexcept;
  [[nodiscard]] std::uint64_t acknowledged_sequence() const noexcept;
  [[nodiscard]] Durability durability() const noexcept;
  // Writes everything and cuts the room that was not used. Behind a closing record the session is
  // marked as closed.
  [[nodiscard]] Status close() noexcept;

  // First sequence at which a produced record differed from the recorded one.
  [[nodiscard]] std::optional<std::uint64_t> divergence() const noexcept;
  [[nodiscard]] bool is_confirming() const noexcept;
  // The recorded record that is to be produced next, while confirming.
  [[nodiscard]] const std::optional<JournalRecord>& expected() const noexcept;
  // Sequence of the last durable event found by resume(); nullopt for a new session.
  [[nodiscard]] std::optional<std::uint64_t> resumed_from() const noexcept;
  // What resume() found behind the good records.
  [[nodiscard]] const std::optional<JournalDamage>& damage() const noexcept;
  [[nodiscard]] const std::vector<UnusedBytes>& unused() const noexcept;
  // Of the last record, zero in memory; waits for the thread that writes.
  [[nodiscard]] std::uint64_t chain() const noexcept;
  [[nodiscard]] std::uint64_t bytes_written() const noexcept;

 private:
  static constexpr std::size_t kPaddingMax = 8;
  struct State;
  explicit JournalWriter(std::unique_ptr<State> state);
  void make_room(std::size_t bytes) noexcept;
  void hand_over() noexcept;
  void rewind() noexcept;
  void go_on_in_queue() noexcept;

  std::unique_ptr<State> state_;
  std::byte* at_ = nullptr;       // where the next record begins
  // A record that ends behind it is taken at once; it lies behind the limit where none is.
  std::byte* taken_at_ = nullptr;
  std::byte* limit_ = nullptr;    // records end before it
};

}  // namespace lanner::store
