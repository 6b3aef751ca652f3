#include "store/packed/packed_segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "base/hash.hpp"
#include "store/atomic_file.hpp"
#include "store/journal_disk.hpp"
#include "store/journal_reader.hpp"
#include "store/segment_bytes.hpp"

namespace lanner::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFrameBytes = 1024 * 1024;  // of plain bytes
constexpr int kLevel = 6;
constexpr const char* kDraftEnding = ".draft";
constexpr std::uint32_t kSkippableFrame = ZSTD_MAGIC_SKIPPABLE_START;
constexpr std::uint64_t kPackedMagic = 0x315A52454E4E414CULL;  // "LANNERZ1"

struct PackedFront {
  std::uint32_t frame = kSkippableFrame;
  std::uint32_t frame_bytes = 24;  // behind these two
  std::uint64_t magic = kPackedMagic;
  std::uint64_t plain_bytes = 0;
  std::uint64_t plain_hash = 0;  // XXH3-64
};
static_assert(sizeof(PackedFront) == 32);

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

tl::unexpected<Error> damaged_at(const fs::path& packed, std::size_t at, std::size_t size,
                                 const std::string& what) {
  return fail(ErrorKind::data, packed.string() + " is damaged at byte " + std::to_string(at) +
                                   " of " + std::to_string(size) + " (" + what +
                                   "); put the file back from a backup");
}

// Goes through a packed file frame by frame.
class FrameReader {
 public:
  static Result<FrameReader> open(const fs::path& packed) {
    auto file = MappedFile::open(packed);
    if (!file) {
      return tl::unexpected{file.error()};
    }
    FrameReader reader(packed, std::move(*file));
    const auto bytes = reader.file_.bytes();
    const PackedFront sound;
    if (bytes.size() >= sizeof(PackedFront)) {
      std::memcpy(&reader.front_, bytes.data(), sizeof(PackedFront));
    }
    if (bytes.size() < sizeof(PackedFront) || reader.front_.frame != sound.frame ||
        reader.front_.frame_bytes != sound.frame_bytes || reader.front_.magic != sound.magic) {
      return damaged_at(packed, 0, bytes.size(), "its front is not that of a packed segment");
    }
    return reader;
  }

  [[nodiscard]] const PackedFront& front() const noexcept { return front_; }
  [[nodiscard]] bool is_at_end() const noexcept { return at_ == file_.bytes().size(); }
  [[nodiscard]] tl::unexpected<Error> damaged(const std::string& what) const {
    return damaged_at(packed_, at_, file_.bytes().size(), what);
  }

  // The plain bytes of the next frame; they last until the next call.
  Result<std::span<const std::byte>> next() {
    const auto rest = file_.bytes().subspan(at_);
    const std::size_t frame = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
    if (ZSTD_isError(frame) != 0) {
      return damaged(std::string("the frame is cut or no frame: ") + ZSTD_getErrorName(frame));
    }
    // Behind the magic number; zstd's decoder does not look at this bit, which is zero.
    constexpr std::byte kUnusedBit{0x10};
    if ((rest[4] & kUnusedBit) != std::byte{0}) {
      return damaged("a bit of the frame's header is set that must be zero");
    }
    const std::size_t plain = ZSTD_decompressDCtx(context_.get(), room_.get(), kFrameBytes,
                                                  rest.data(), frame);
    if (ZSTD_isError(plain) != 0) {
      return damaged(ZSTD_getErrorName(plain));
    }
    at_ += frame;
    return std::span<const std::byte>(room_.get(), plain);
  }

 private:
  FrameReader(fs::path packed, MappedFile file)
      : packed_(std::move(packed)),
        file_(std::move(file)),
        context_(ZSTD_createDCtx()),
        room_(std::make_unique_for_overwrite<std::byte[]>(kFrameBytes)) {}

  fs::path packed_;
  MappedFile file_;
  PackedFront front_;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
  std::unique_ptr<std::byte[]> room_;
  std::size_t at_ = sizeof(PackedFront);
};

// A file without a name: its pages can leave memory, and it goes with its last reader.
int open_nameless(const fs::path& folder) noexcept {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  return fd >= 0 ? fd : ::memfd_create("lanner-segment", MFD_CLOEXEC);
}

Result<std::vector<std::byte>> compressed(std::span<const std::byte> plain) {
  PackedFront front;
  front.plain_bytes = plain.size();
  front.plain_hash = hash64(plain, 0);
  const auto raw = std::as_bytes(std::span(&front, 1));
  std::vector<std::byte> out(raw.begin(), raw.end());
  const std::unique_ptr<ZSTD_CCtx, FreeZstd> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<std::byte> room(ZSTD_compressBound(kFrameBytes));
  while (!plain.empty()) {
    const auto part = plain.first(std::min(plain.size(), kFrameBytes));
    const std::size_t bytes = ZSTD_compress2(context.get(), room.data(), room.size(),
                                             part.data(), part.size());
    if (ZSTD_isError(bytes) != 0) {
      return fail(ErrorKind::failure, std::string("zstd: ") + ZSTD_getErrorName(bytes));
    }
    out.insert(out.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(bytes));
    plain = plain.subspan(part.size());
  }
  return out;
}

// What the file gives back is what went into it.
Status check_draft(const fs::path& draft, std::span<const std::byte> plain) {
  const auto back = unpack_segment(draft);
  if (!back) {
    return tl::unexpected{back.error()};
  }
  const auto bytes = back->bytes();
  if (!std::equal(bytes.begin(), bytes.end(), plain.begin(), plain.end())) {
    return fail(ErrorKind::failure, draft.string() + " does not give back the segment; nothing "
                                                     "was replaced: check the disk");
  }
  return {};
}

// The bytes of the packed file, which has taken the plain one's place.
Result<std::uint64_t> pack_segment(const fs::path& session, std::uint64_t number) {
  const fs::path plain = session / segment_name(number);
  const fs::path packed = session / packed_name(number);
  const fs::path draft = packed.string() + kDraftEnding;
  const auto file = MappedFile::open(plain);
  const auto bytes = file ? compressed(file->bytes())
                          : Result<std::vector<std::byte>>{tl::unexpected{file.error()}};
  if (!bytes) {
    return tl::unexpected{bytes.error()};
  }
  const std::array<std::span<const std::byte>, 1> parts{*bytes};
  Status done = write_atomically(draft, parts);
  done = done ? check_draft(draft, file->bytes()) : done;
  std::error_code error;
  if (done) {
    const auto changed = fs::last_write_time(plain, error);
    fs::last_write_time(draft, changed, error);
    fs::rename(draft, packed, error);
    const int synced = error ? error.value() : journal_disk().sync_directory(session);
    if (synced != 0) {
      done = fail(ErrorKind::failure, "cannot put " + packed.string() +
                                          " in its place: " + std::strerror(synced));
    }
  }
  if (!done) {
    fs::remove(draft, error);
    return tl::unexpected{done.error()};
  }
  fs::remove(plain, error);
  if (error) {
    return fail(ErrorKind::failure, "cannot remove " + plain.string() + ", which is packed: " +
                                        error.message());
  }
  return std::uint64_t{bytes->size()};
}

}  // namespace

std::string packed_name(std::uint64_t number) { return segment_name(number) + ".zst"; }

Result<MappedFile> unpack_segment(const fs::path& packed) {
  auto reader = FrameReader::open(packed);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  const int fd = open_nameless(packed.parent_path());
  std::uint64_t total = 0;
  Status done;
  while (done && !reader->is_at_end()) {
    const auto plain = reader->next();
    if (!plain) {
      done = tl::unexpected{plain.error()};
      break;
    }
    if (const int error = journal_disk().write_at(fd, *plain, total); error != 0) {
      done = fail(ErrorKind::failure, "cannot unpack " + packed.string() + " beside it: " +
                                          std::strerror(error) + "; " +
                                          std::to_string(reader->front().plain_bytes) +
                                          " bytes of room are needed");
    }
    total += plain->size();
  }
  if (done && total != reader->front().plain_bytes) {
    done = reader->damaged("it ends behind " + std::to_string(total) + " of " +
                           std::to_string(reader->front().plain_bytes) + " bytes");
  }
  if (!done) {
    ::close(fd);
    return tl::unexpected{done.error()};
  }
  auto file = MappedFile::take(fd, packed);
  if (file && hash64(file->bytes(), 0) != reader->front().plain_hash) {
    return damaged_at(packed, 0, sizeof(PackedFront),
                      "its front is of other bytes than those that follow");
  }
  return file;
}

Result<PackedSession> pack_session(const fs::path& session) {
  auto reader = JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  while (reader->next()) {
  }
  if (!reader->is_closed()) {
    const auto& damage = reader->damage();
    return fail(ErrorKind::data,
                session.string() +
                    (damage ? " is damaged at byte " + std::to_string(damage->offset) + " of " +
                                  damage->file + " (" + damage->what + ")"
                            : std::string(" is not closed")) +
                    "; it stays as it is");
  }
  std::error_code ignored;
  for (const fs::path& draft : packing_drafts(session)) {
    fs::remove(draft, ignored);
  }
  PackedSession out;
  for (std::uint64_t number = 1; SegmentBytes::exists(session, number); ++number) {
    const std::uint64_t before = fs::file_size(session / segment_name(number), ignored);
    if (ignored) {
      continue;  // packed before
    }
    const auto after = pack_segment(session, number);
    if (!after) {
      return tl::unexpected{after.error()};
    }
    ++out.segments;
    out.bytes_before += before;
    out.bytes_after += *after;
  }
  return out;
}

bool has_plain_segment(const fs::path& session) {
  for (std::uint64_t number = 1; SegmentBytes::exists(session, number); ++number) {
    if (fs::exists(session / segment_name(number))) {
      return true;
    }
  }
  return false;
}

std::vector<fs::path> packing_drafts(const fs::path& session) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(session, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("journal-") &&
        (name.ends_with(".lnj.zst.draft") || name.ends_with(".lnj.zst.draft.new"))) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool is_marked_closed(const fs::path& session) {
  std::array<std::byte, kSegmentHeaderBytes> bytes{};
  const auto take = [&bytes](std::span<const std::byte> from) {
    std::copy_n(from.begin(), std::min(from.size(), bytes.size()), bytes.begin());
  };
  if (const auto plain = MappedFile::open(session / segment_name(1))) {
    take(plain->bytes());
  } else if (auto packed = FrameReader::open(session / packed_name(1))) {
    if (const auto first = packed->next()) {
      take(*first);
    }
  }
  ClosedMark mark;
  std::memcpy(&mark, bytes.data() + sizeof(SegmentHeader), sizeof mark);
  return is_valid(mark);
}

}  // namespace lanner::store
