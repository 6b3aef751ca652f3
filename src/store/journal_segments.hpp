#pragma once

// The segment files of one session as its writer sees them: batches of whole records go behind
// the last one, a full segment is cut to its length and the next one begins. The next one's room
// is taken while half of the present one is still free, so that a full disk shows early and there
// is room left for what must still be recorded.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "store/journal_disk.hpp"
#include "store/journal_format.hpp"

namespace lanner::store {

class JournalSegments {
 public:
  JournalSegments(std::filesystem::path session, SegmentHeader header, JournalDisk& disk)
      : session_(std::move(session)), header_(header), disk_(disk) {}
  JournalSegments(const JournalSegments&) = delete;
  JournalSegments& operator=(const JournalSegments&) = delete;
  ~JournalSegments();

  // Each returns errno or zero.
  [[nodiscard]] int begin() noexcept;
  // Goes on behind the good records: what stands there is cut off and the room taken again.
  [[nodiscard]] int go_on(std::uint64_t number, std::uint64_t offset, std::uint64_t sequence,
                          std::uint64_t chain) noexcept;
  // The first of these whole records, about a mebibyte of them, as one batch; `taken` is their
  // bytes. After an error none of them counts and the call may be repeated.
  [[nodiscard]] int append(std::span<const std::byte> records, std::size_t& taken) noexcept;
  // Takes the room of the next segment when it is time.
  [[nodiscard]] int provide() noexcept;
  [[nodiscard]] int sync() noexcept;
  // Cuts the room that was not used; with is_closed the first segment gets its mark.
  [[nodiscard]] int finish(bool is_closed) noexcept;

  // Half a segment or more is there for records.
  [[nodiscard]] bool has_reserve() const noexcept { return spare_ >= 0 || !is_half_used(); }
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
  [[nodiscard]] std::uint64_t chain() const noexcept { return chain_; }
  [[nodiscard]] std::uint64_t bytes_written() const noexcept { return bytes_written_; }
  // Behind the last record in a file.
  [[nodiscard]] JournalPlace place() const noexcept {
    return {number_, used_, sequence_, chain_};
  }
  [[nodiscard]] std::string path() const { return (session_ / segment_name(number_)).string(); }

 private:
  [[nodiscard]] std::uint64_t segment_bytes() const noexcept {
    return std::uint64_t{header_.segment_kib} * 1024;
  }
  [[nodiscard]] bool is_half_used() const noexcept { return used_ > segment_bytes() / 2; }
  [[nodiscard]] std::filesystem::path spare_path() const { return session_ / "journal.spare"; }
  [[nodiscard]] int make_room(const std::filesystem::path& path, std::uint64_t bytes,
                              int& fd) noexcept;
  [[nodiscard]] int next_segment(std::uint64_t bytes_min) noexcept;
  [[nodiscard]] int put_header() noexcept;
  [[nodiscard]] int publish(std::span<const std::byte> records) noexcept;
  [[nodiscard]] int mark_closed() noexcept;

  std::filesystem::path session_;
  SegmentHeader header_;
  JournalDisk& disk_;
  int fd_ = -1;
  int spare_ = -1;
  std::uint64_t number_ = 0;
  std::uint64_t room_ = 0;  // of the present segment
  std::uint64_t used_ = 0;
  std::uint64_t sequence_ = 0;  // of the last record in a file
  std::uint64_t chain_ = 0;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace lanner::store
