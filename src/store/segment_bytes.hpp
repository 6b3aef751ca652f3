#pragma once

// The bytes of one segment, wherever they are kept: in its file, or packed in one that took its
// place.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "store/journal_reader.hpp"
#include "store/mapped_file.hpp"

namespace lanner::store {

class SegmentBytes {
 public:
  [[nodiscard]] static bool exists(const std::filesystem::path& session, std::uint64_t number);
  // The file that holds it; where there is none, the one that should.
  [[nodiscard]] static std::filesystem::path path_of(const std::filesystem::path& session,
                                                     std::uint64_t number);
  [[nodiscard]] static Result<SegmentBytes> open(const std::filesystem::path& session,
                                                 std::uint64_t number);
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return file_.bytes(); }

 private:
  explicit SegmentBytes(MappedFile file) noexcept : file_(std::move(file)) {}
  MappedFile file_;
};

// What is not zero from the offset on, and with is_first the lone flip in the closing mark. Holes
// of the file are not read.
[[nodiscard]] std::vector<UnusedBytes> unused_bytes(const std::filesystem::path& segment,
                                                    std::uint64_t offset, bool is_first);

}  // namespace lanner::store
