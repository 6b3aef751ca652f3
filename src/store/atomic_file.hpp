#pragma once

// Files that change in one step: written beside the target, flushed, renamed over it.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lanner::store {

// Creates missing folders. The parts are written one after the other.
[[nodiscard]] Status write_atomically(const std::filesystem::path& path,
                                      std::span<const std::span<const std::byte>> parts);
[[nodiscard]] Status write_atomically(const std::filesystem::path& path, std::string_view text);

[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path);

// One writer per directory: held from create to destruction, released by a crash.
class DirectoryLock {
 public:
  [[nodiscard]] static Result<DirectoryLock> acquire(const std::filesystem::path& dir);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace lanner::store
