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

class JournalReader {
 public:
  // Fails only when the directory or its first segment cannot be read at all.
  [[nodiscard]] static Result<JournalReader> open(const std::filesystem::path& session);
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

  // The next good record; nullopt at the end or at the first damage.
  [[nodiscard]] std::optional<JournalRecord> next();

  [[nodiscard]] bool is_closed() const noexcept;  // SessionClosed was read and is the last record
  // A closing record is there, though damage may stand before it: such a session must not go on.
  [[nodiscard]] bool was_closed() const;
  // Set when reading stopped before the end of the bytes. A torn tail (the last record of an open
  // session was cut by a crash) is told apart: it is no damage.
  [[nodiscard]] const std::optional<JournalDamage>& damage() const noexcept;
  [[nodiscard]] std::uint64_t torn_bytes() const noexcept;
  // Where the good records end: segment number and offset in it.
  [[nodiscard]] std::uint64_t end_segment() const noexcept;
  [[nodiscard]] std::uint64_t end_offset() const noexcept;
  [[nodiscard]] std::uint64_t chain() const noexcept;

 private:
  struct State;
  explicit JournalReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lanner::store
