#include "store/journal_disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace lanner::store {

int JournalDisk::create(const std::filesystem::path& path, int& fd) noexcept {
  fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  return fd < 0 ? errno : 0;
}

int JournalDisk::open(const std::filesystem::path& path, int& fd) noexcept {
  fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  return fd < 0 ? errno : 0;
}

int JournalDisk::allocate(int fd, std::uint64_t bytes) noexcept {
  return ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
}

int JournalDisk::write_at(int fd, std::span<const std::byte> bytes,
                          std::uint64_t offset) noexcept {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return written < 0 ? errno : EIO;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return 0;
}

int JournalDisk::sync(int fd) noexcept { return ::fdatasync(fd) != 0 ? errno : 0; }

int JournalDisk::truncate(int fd, std::uint64_t bytes) noexcept {
  return ::ftruncate(fd, static_cast<off_t>(bytes)) != 0 ? errno : 0;
}

int JournalDisk::sync_directory(const std::filesystem::path& path) noexcept {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return errno;
  }
  const int result = ::fsync(fd) != 0 ? errno : 0;
  ::close(fd);
  return result;
}

void JournalDisk::close(int fd) noexcept { ::close(fd); }

JournalDisk& journal_disk() noexcept {
  static JournalDisk disk;  // has no state
  return disk;
}

}  // namespace lanner::store
