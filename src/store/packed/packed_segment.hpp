#pragma once

// Segments of closed sessions, compressed: "journal-000001.lnj.zst" takes the place of
// "journal-000001.lnj". A file is a front (a skippable zstd frame with the length and the XXH3-64
// of the plain bytes) and a zstd frame with a checksum for each mebibyte of them, so that a damage
// has a place and `zstd -d` makes the plain file again.
//
// A segment is written to a draft, synced, read back, compared byte by byte and renamed before its
// plain file is removed: at each moment one of the two is whole. Where both are there the plain
// one counts.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/mapped_file.hpp"

namespace lanner::store {

// "journal-000001.lnj.zst"
[[nodiscard]] std::string packed_name(std::uint64_t number);

// The plain bytes, in a file without a name beside it (in memory where the folder cannot be
// written). The error names the byte of the packed file where it is damaged or cut.
[[nodiscard]] Result<MappedFile> unpack_segment(const std::filesystem::path& packed);

struct PackedSession {
  std::uint64_t segments = 0;
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
};

// Packs what is still plain. The caller holds the session's lock. A session that is not closed, or
// is damaged, is refused and stays as it is. Files keep their time of last change.
[[nodiscard]] Result<PackedSession> pack_session(const std::filesystem::path& session);

// True when a segment of it is plain.
[[nodiscard]] bool has_plain_segment(const std::filesystem::path& session);

// Drafts of a packer that was killed; no reader looks at them.
[[nodiscard]] std::vector<std::filesystem::path> packing_drafts(
    const std::filesystem::path& session);

// By the mark in its first segment alone: its records are not read.
[[nodiscard]] bool is_marked_closed(const std::filesystem::path& session);

}  // namespace lanner::store
