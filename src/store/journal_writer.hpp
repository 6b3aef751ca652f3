#pragma once

// Appends records to a session. One owner, no threads. Encoding goes straight into a buffer; the
// buffer goes to the file, or is dropped, by durability. A session that is continued first
// *confirms*: every record that is produced again must equal the recorded one byte for byte, until
// the durable ones are used up; then appending goes on behind them.

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
#include "store/journal_format.hpp"
#include "store/journal_reader.hpp"

namespace lanner::store {

enum class Durability : std::uint8_t {
  memory,   // encoded, checked and chained through the buffer, then dropped
  written,  // handed to the operating system at each flush, not synced
};

class JournalWriter {
 public:
  static constexpr std::size_t kBufferBytes = 4UL * 1024 * 1024;

  // A journal that leaves nothing behind.
  [[nodiscard]] static JournalWriter in_memory();
  // A new session: the directory is made and must not hold a journal.
  [[nodiscard]] static Result<JournalWriter> create(const std::filesystem::path& session);
  // An unfinished session: its good records are confirmed before anything is appended. A torn tail
  // is cut off when the first new record is written.
  [[nodiscard]] static Result<JournalWriter> resume(const std::filesystem::path& session);

  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();

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
    if (at_ >= seal_at_) [[unlikely]] {
      seal();
    }
  }

  // Hands what is buffered to the file. The first error of any write stays and is returned by all
  // later calls; nothing is appended behind a failed write.
  [[nodiscard]] Status flush() noexcept;
  [[nodiscard]] Status close() noexcept;

  // First sequence at which a produced record differed from the recorded one.
  [[nodiscard]] std::optional<std::uint64_t> divergence() const noexcept;
  [[nodiscard]] bool is_confirming() const noexcept;
  // Sequence of the last durable event found by resume(); nullopt for a new session.
  [[nodiscard]] std::optional<std::uint64_t> resumed_from() const noexcept;
  // What resume() found behind the good records; it is cut off when appending starts.
  [[nodiscard]] const std::optional<JournalDamage>& damage() const noexcept;
  [[nodiscard]] std::uint64_t chain() const noexcept;
  [[nodiscard]] std::uint64_t bytes_written() const noexcept;

 private:
  static constexpr std::size_t kPaddingMax = 8;
  struct State;
  explicit JournalWriter(std::unique_ptr<State> state);
  void make_room(std::size_t bytes) noexcept;
  void seal() noexcept;
  void note_used() const noexcept;
  void rewind() noexcept;

  std::unique_ptr<State> state_;
  std::byte* at_ = nullptr;       // where the next record begins
  std::byte* seal_at_ = nullptr;  // behind it enough has gathered to be sealed
  std::byte* limit_ = nullptr;    // records end before it
};

}  // namespace lanner::store
