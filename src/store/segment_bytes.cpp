#include "store/segment_bytes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "store/packed/packed_segment.hpp"

namespace lanner::store {
namespace {

constexpr std::size_t kStretchesMax = 16;
constexpr std::size_t kGap = 64;  // zeros that end a stretch

// Adds what is not zero within [from, to) of the file.
void add_stretches(const std::filesystem::path& path, std::span<const std::byte> bytes,
                   std::uint64_t from, std::vector<UnusedBytes>& found) {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == std::byte{0}) {
      continue;
    }
    const std::uint64_t at = from + i;
    const bool goes_on = !found.empty() && last != 0 && at - last <= kGap;
    if (!goes_on) {
      if (found.size() == kStretchesMax) {
        return;
      }
      found.push_back({path.string(), at, 0});
    }
    found.back().bytes = at + 1 - found.back().offset;
    last = at;
  }
}

}  // namespace

bool SegmentBytes::exists(const std::filesystem::path& session, std::uint64_t number) {
  // In this order: a plain file goes only when the packed one is there.
  return std::filesystem::exists(session / segment_name(number)) ||
         std::filesystem::exists(session / packed_name(number));
}

std::filesystem::path SegmentBytes::path_of(const std::filesystem::path& session,
                                            std::uint64_t number) {
  const auto plain = session / segment_name(number);
  const auto packed = session / packed_name(number);
  return !std::filesystem::exists(plain) && std::filesystem::exists(packed) ? packed : plain;
}

Result<SegmentBytes> SegmentBytes::open(const std::filesystem::path& session,
                                        std::uint64_t number) {
  auto file = MappedFile::open(session / segment_name(number));
  if (!file && std::filesystem::exists(session / packed_name(number))) {
    file = unpack_segment(session / packed_name(number));
  }
  if (!file) {
    return tl::unexpected{file.error()};
  }
  return SegmentBytes{std::move(*file)};
}

std::vector<UnusedBytes> unused_bytes(const std::filesystem::path& segment, std::uint64_t offset,
                                      bool is_first) {
  std::vector<UnusedBytes> found;
  const auto file = MappedFile::open(segment);
  const int fd = ::open(segment.c_str(), O_RDONLY | O_CLOEXEC);
  if (!file || fd < 0) {
    return found;
  }
  const auto bytes = file->bytes();
  ClosedMark mark;
  if (is_first && bytes.size() >= kSegmentHeaderBytes) {
    const auto raw = bytes.subspan(sizeof(SegmentHeader), sizeof mark);
    add_stretches(segment, raw, sizeof(SegmentHeader), found);
  }
  for (auto at = static_cast<off_t>(offset); at >= 0 && at < static_cast<off_t>(bytes.size());) {
    const off_t from = ::lseek(fd, at, SEEK_DATA);
    const off_t to = from < 0 ? -1 : ::lseek(fd, from, SEEK_HOLE);
    if (from < 0 || to <= from) {
      break;
    }
    const auto end = std::min(static_cast<std::size_t>(to), bytes.size());
    add_stretches(segment, bytes.first(end).subspan(static_cast<std::size_t>(from)),
                  static_cast<std::uint64_t>(from), found);
    at = to;
  }
  ::close(fd);
  return found;
}

}  // namespace lanner::store
