#pragma once

// The system calls of a journal's writer, each telling errno or zero. Tests put failing or slow
// disks in its place.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace lanner::store {

class JournalDisk {
 public:
  virtual ~JournalDisk() = default;

  // A file that must not be there yet.
  [[nodiscard]] virtual int create(const std::filesystem::path& path, int& fd) noexcept;
  [[nodiscard]] virtual int open(const std::filesystem::path& path, int& fd) noexcept;
  // Room from the start of the file, as zeros, so that later writes cannot lack it. Disks that
  // know no allocation get zeros written.
  [[nodiscard]] virtual int allocate(int fd, std::uint64_t bytes) noexcept;
  [[nodiscard]] virtual int write_at(int fd, std::span<const std::byte> bytes,
                                     std::uint64_t offset) noexcept;
  [[nodiscard]] virtual int sync(int fd) noexcept;
  [[nodiscard]] virtual int truncate(int fd, std::uint64_t bytes) noexcept;
  // The names in a directory.
  [[nodiscard]] virtual int sync_directory(const std::filesystem::path& path) noexcept;
  virtual void close(int fd) noexcept;
};

// The machine's.
[[nodiscard]] JournalDisk& journal_disk() noexcept;

}  // namespace lanner::store
