#pragma once

// A whole file, mapped read-only. Pages are shared with every other mapping of it and are read
// on first use; the file may be renamed over while it is mapped, but not be shortened.

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/result.hpp"

namespace lanner::store {

class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);
  // Of an open file, which is closed; the path is for messages.
  [[nodiscard]] static Result<MappedFile> take(int fd, const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lanner::store
