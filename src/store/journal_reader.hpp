#pragma once

// Reads a session record by record and checks every byte of it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/journal_format.hpp"

namespace lanner::store {

struct JournalRecord {
  RecordKind kind = RecordKind::event;
  std::uint64_t sequence = 0;
  std::uint64_t chain = 0;
  std::span<const std::byte> payload;  // lives as long as the reader
  std::span<const std::byte> bytes;    // header and payload, as on disk
};

struct JournalDamage {
  std::string file;
  std::uint64_t offset = 0;    // of the record that is damaged
  std::uint64_t sequence = 0;  // of the last good record before it
  std::string what;
};

// Bytes that are not zero where nothing was ever published: the rest of a write that a crash cut,
// or a flip. They are no part of the session.
struct UnusedBytes {
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // up to the last one that is not zero, within one stretch
};

enum class Check : bool {
  full,
  trusted,  // the same bytes were read with `full` before, up to end_at()
};

class JournalReader {
 public:
  // Fails only when the directory or its first segment cannot be read at all.
  [[nodiscard]] static Result<JournalReader> open(const std::filesystem::path& session,
                                                  Check check = Check::full);
  // From a place on, which must have been told by a writer of this session; whether the records
  // before it are good is not asked (see verify_front), and a further one decides whether it is a
  // place of this journal. Fails where there is no such segment, or one of another session.
  [[nodiscard]] static Result<JournalReader> open_at(const std::filesystem::path& session,
                                                     const JournalPlace& place,
                                                     Check check = Check::full);
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

  // The next good record; nullopt at the end or at the first damage.
  [[nodiscard]] std::optional<JournalRecord> next();

  [[nodiscard]] bool is_closed() const noexcept;  // SessionClosed was read and is the last record
  // The session was closed, though its closing record may be damaged or lost: it must not go on.
  [[nodiscard]] bool was_closed() const;
  // Set when reading stopped before the end of the bytes. A torn tail (the last record of an open
  // session was cut by a crash) is told apart: it is no damage.
  [[nodiscard]] const std::optional<JournalDamage>& damage() const noexcept;
  [[nodiscard]] std::uint64_t torn_bytes() const noexcept;
  // Where the good records end: segment number and offset in it.
  [[nodiscard]] std::uint64_t end_segment() const noexcept;
  [[nodiscard]] std::uint64_t end_offset() const noexcept;
  [[nodiscard]] std::uint64_t chain() const noexcept;
  // What stands behind the end of an open session; at most sixteen stretches.
  [[nodiscard]] std::vector<UnusedBytes> unused() const;
  // Of the first segment: who wrote the session, and how durably.
  [[nodiscard]] const SegmentHeader& header() const noexcept;
  [[nodiscard]] SessionIdentity identity() const;
  // Stops there, wherever the bytes go on.
  void end_at(std::uint64_t segment, std::uint64_t offset) noexcept;

 private:
  struct State;
  explicit JournalReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lanner::store
