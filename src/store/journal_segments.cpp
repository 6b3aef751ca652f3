#include "store/journal_segments.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace lanner::store {
namespace {

constexpr std::size_t kBatchBytes = 1024 * 1024;

RecordHeader record_header(std::span<const std::byte> bytes) noexcept {
  RecordHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

}  // namespace

JournalSegments::~JournalSegments() {
  if (fd_ >= 0) {
    disk_.close(fd_);
  }
  if (spare_ >= 0) {
    disk_.close(spare_);
    std::error_code ignored;
    std::filesystem::remove(spare_path(), ignored);
  }
}

int JournalSegments::make_room(const std::filesystem::path& path, std::uint64_t bytes,
                               int& fd) noexcept {
  if (const int error = disk_.create(path, fd); error != 0) {
    fd = -1;
    return error;
  }
  if (const int error = disk_.allocate(fd, bytes); error != 0) {
    disk_.close(fd);
    fd = -1;
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return error;
  }
  return 0;
}

int JournalSegments::put_header() noexcept {
  SegmentHeader header = header_;
  header.number = number_;
  header.chain = chain_;
  header.first_sequence = sequence_;
  seal(header);
  used_ = kSegmentHeaderBytes;
  return disk_.write_at(fd_, std::as_bytes(std::span(&header, 1)), 0);
}

int JournalSegments::begin() noexcept {
  room_ = segment_bytes();
  if (const int error = make_room(session_ / segment_name(1), room_, fd_); error != 0) {
    return error;
  }
  number_ = 1;
  const int error = put_header();
  if (error == 0 && header_.durability == Durability::synced) {
    return disk_.sync_directory(session_);
  }
  return error;
}

int JournalSegments::go_on(std::uint64_t number, std::uint64_t offset, std::uint64_t sequence,
                           std::uint64_t chain) noexcept {
  number_ = number;
  sequence_ = sequence;
  chain_ = chain;
  used_ = offset;
  std::error_code ignored;
  std::filesystem::remove(spare_path(), ignored);  // of a process that was killed
  if (const int error = disk_.open(session_ / segment_name(number), fd_); error != 0) {
    fd_ = -1;
    return error;
  }
  room_ = std::max(segment_bytes(), offset);
  if (const int error = disk_.truncate(fd_, offset); error != 0) {
    return error;
  }
  return disk_.allocate(fd_, room_);
}

int JournalSegments::next_segment(std::uint64_t bytes_min) noexcept {
  int fd = -1;
  std::uint64_t room = segment_bytes();
  if (bytes_min > room) {
    room = bytes_min;
    if (const int error = make_room(session_ / segment_name(number_ + 1), room, fd); error != 0) {
      return error;
    }
  } else {
    if (spare_ < 0) {
      std::error_code ignored;
      std::filesystem::remove(spare_path(), ignored);
      if (const int error = make_room(spare_path(), room, spare_); error != 0) {
        return error;
      }
    }
    std::error_code error;
    std::filesystem::rename(spare_path(), session_ / segment_name(number_ + 1), error);
    if (error) {
      return error.value();
    }
    fd = std::exchange(spare_, -1);
  }
  // The present segment ends where its records end; its data must be safe before the next one's.
  int error = disk_.truncate(fd_, used_);
  if (error == 0 && header_.durability == Durability::synced) {
    error = disk_.sync(fd_);
  }
  disk_.close(fd_);
  fd_ = fd;
  ++number_;
  room_ = room;
  if (error == 0) {
    error = put_header();
  }
  if (error == 0 && header_.durability == Durability::synced) {
    error = disk_.sync_directory(session_);
  }
  return error;
}

int JournalSegments::publish(std::span<const std::byte> records) noexcept {
  if (const int error =
          disk_.write_at(fd_, records.subspan(kPublishedBytes), used_ + kPublishedBytes);
      error != 0) {
    return error;
  }
  return disk_.write_at(fd_, records.first(kPublishedBytes), used_);
}

int JournalSegments::append(std::span<const std::byte> records, std::size_t& taken) noexcept {
  taken = 0;
  std::size_t fits = 0;
  RecordHeader last;
  while (fits < records.size() && fits < kBatchBytes) {
    const RecordHeader header = record_header(records.subspan(fits));
    const std::size_t whole = padded(kRecordHeaderBytes + header.length);
    if (used_ + fits + whole > room_) {
      if (fits > 0) {
        break;
      }
      if (const int error = next_segment(kSegmentHeaderBytes + whole); error != 0) {
        return error;
      }
    }
    fits += whole;
    last = header;
  }
  if (const int error = publish(records.first(fits)); error != 0) {
    return error;
  }
  taken = fits;
  used_ += fits;
  bytes_written_ += fits;
  sequence_ = last.sequence;
  chain_ = last.chain;
  return 0;
}

int JournalSegments::provide() noexcept {
  if (spare_ >= 0 || !is_half_used()) {
    return 0;
  }
  std::error_code ignored;
  std::filesystem::remove(spare_path(), ignored);
  return make_room(spare_path(), segment_bytes(), spare_);
}

int JournalSegments::sync() noexcept { return disk_.sync(fd_); }

int JournalSegments::mark_closed() noexcept {
  const ClosedMark mark = make_closed_mark(sequence_, chain_);
  const auto bytes = std::as_bytes(std::span(&mark, 1));
  if (number_ == 1) {
    return disk_.write_at(fd_, bytes, sizeof(SegmentHeader));
  }
  int fd = -1;
  if (const int error = disk_.open(session_ / segment_name(1), fd); error != 0) {
    return error;
  }
  int error = disk_.write_at(fd, bytes, sizeof(SegmentHeader));
  error = error == 0 ? disk_.sync(fd) : error;
  disk_.close(fd);
  return error;
}

int JournalSegments::finish(bool is_closed) noexcept {
  int error = disk_.truncate(fd_, used_);
  error = error == 0 ? disk_.sync(fd_) : error;
  if (error == 0 && is_closed) {
    error = mark_closed();
    error = error == 0 ? disk_.sync(fd_) : error;
  }
  return error;
}

}  // namespace lanner::store
