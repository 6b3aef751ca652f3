#pragma once

// Lines of a text file, unpacked on the way when it is zstd, gzip or a zip of one file. Memory: one
// buffer of 1 MiB, which is also the longest line.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace lanner::store {

class LineReader {
 public:
  // The bytes must outlive the reader. Packed or plain is told by the first four of them.
  explicit LineReader(std::span<const std::byte> file);
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;
  ~LineReader();

  // The next line without its end, valid until the next call; nothing after the last one. An
  // error (damaged or cut stream, line too long) ends the reading.
  [[nodiscard]] Result<std::optional<std::string_view>> next();
  // Of the line given last, from 1.
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

 private:
  struct Stream;
  [[nodiscard]] Status refill();

  std::unique_ptr<Stream> stream_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t line_ = 0;
  bool exhausted_ = false;
};

}  // namespace lanner::store
