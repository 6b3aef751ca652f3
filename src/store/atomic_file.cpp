#include "store/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "store/mapped_file.hpp"

namespace lanner::store {
namespace {

tl::unexpected<Error> write_failure(const std::filesystem::path& path, int error) {
  return fail(ErrorKind::failure, "cannot write " + path.string() + ": " + std::strerror(error) +
                                      "; check space and permissions");
}

bool write_whole(int fd, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Status write_atomically(const std::filesystem::path& path,
                        std::span<const std::span<const std::byte>> parts) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const std::filesystem::path beside = path.string() + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    return write_failure(beside, errno);
  }
  bool good = true;
  for (const auto part : parts) {
    good = good && write_whole(fd, part);
  }
  good = good && ::fdatasync(fd) == 0;
  const int failed = errno;
  good = ::close(fd) == 0 && good;
  if (!good || ::rename(beside.c_str(), path.c_str()) != 0) {
    const int reason = good ? errno : failed;
    ::unlink(beside.c_str());
    return write_failure(path, reason);
  }
  return {};
}

Status write_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::array parts{std::as_bytes(std::span{text.data(), text.size()})};
  return write_atomically(path, parts);
}

Result<std::string> read_text(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  const auto bytes = file->bytes();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<DirectoryLock> DirectoryLock::acquire(const std::filesystem::path& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  const std::filesystem::path path = dir / ".lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return write_failure(path, errno);
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return fail(ErrorKind::running, dir.string() + " is being written by another process; wait "
                                                   "until it has ended, or use another directory");
  }
  return DirectoryLock{fd};
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

}  // namespace lanner::store
