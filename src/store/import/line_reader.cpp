#include "store/import/line_reader.hpp"

#include <zip.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace lanner::store {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

bool is_zstd(std::span<const std::byte> file) noexcept {
  constexpr std::array<unsigned char, 4> kMagic{0x28, 0xB5, 0x2F, 0xFD};
  return file.size() >= kMagic.size() && std::memcmp(file.data(), kMagic.data(), 4) == 0;
}

bool is_zip(std::span<const std::byte> file) noexcept {
  constexpr std::string_view kMagic = "PK\x03\x04";
  return file.size() >= kMagic.size() && std::memcmp(file.data(), kMagic.data(), 4) == 0;
}

bool is_gzip(std::span<const std::byte> file) noexcept {
  constexpr std::array<unsigned char, 3> kMagic{0x1F, 0x8B, 0x08};
  return file.size() >= kMagic.size() && std::memcmp(file.data(), kMagic.data(), 3) == 0;
}

// One gzip member after the other, as RFC 1952 lets them follow each other.
class GzipStream {
 public:
  explicit GzipStream(std::span<const std::byte> file) : input_(file) {
    constexpr int kGzipWindow = 16 + MAX_WBITS;
    is_open_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() { inflateEnd(&stream_); }

  Result<std::size_t> read(char* out, std::size_t room) {
    if (!is_open_) {
      return fail(ErrorKind::failure, "cannot unpack gzip: out of memory");
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(room);
    while (stream_.avail_out == room) {
      if (stream_.avail_in == 0 && !feed()) {
        return is_between_ ? Result<std::size_t>{0U}
                           : fail(ErrorKind::data, "the gzip stream is cut: the file ends inside "
                                                   "it; get the file again");
      }
      is_between_ = false;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        is_between_ = true;
        inflateReset(&stream_);
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return fail(ErrorKind::data, std::string("damaged gzip stream: ") +
                                         (stream_.msg != nullptr ? stream_.msg : "bad data") +
                                         "; get the file again");
      }
    }
    return room - stream_.avail_out;
  }

 private:
  bool feed() {
    constexpr std::size_t kFed = 1U << 30U;  // the library counts in 32 bits
    const std::size_t count = std::min(kFed, input_.size() - at_);
    // zlib does not write to its input; its older interface forgot to say so.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input_.data() + at_));
    stream_.avail_in = static_cast<uInt>(count);
    at_ += count;
    return count > 0;
  }

  std::span<const std::byte> input_;
  std::size_t at_ = 0;
  z_stream stream_{};
  bool is_open_ = false;
  bool is_between_ = false;  // members: here a file may end
};

// The only file of a zip archive, read from the front.
class ZipStream {
 public:
  static Result<ZipStream> open(std::span<const std::byte> file) {
    zip_error_t error;
    zip_error_init(&error);
    ZipStream out;
    zip_source_t* const source =
        zip_source_buffer_create(file.data(), file.size(), 0, &error);
    if (source != nullptr) {
      out.archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
    }
    if (!out.archive_) {
      zip_source_free(source);
      const std::string why = zip_error_strerror(&error);
      zip_error_fini(&error);
      return fail(ErrorKind::data, "damaged zip archive: " + why + "; get the file again");
    }
    zip_error_fini(&error);
    const zip_int64_t files = zip_get_num_entries(out.archive_.get(), 0);
    if (files != 1) {
      return fail(ErrorKind::data, "the zip archive holds " + std::to_string(files) +
                                       " files instead of one; unpack it first");
    }
    out.file_.reset(zip_fopen_index(out.archive_.get(), 0, 0));
    if (!out.file_) {
      return fail(ErrorKind::data, std::string("cannot unpack the zip archive: ") +
                                       zip_strerror(out.archive_.get()) + "; unpack it first");
    }
    return out;
  }

  Result<std::size_t> read(char* out, std::size_t room) {
    const zip_int64_t count = zip_fread(file_.get(), out, room);
    if (count < 0) {
      return fail(ErrorKind::data, std::string("damaged zip archive: ") +
                                       zip_file_strerror(file_.get()) + "; get the file again");
    }
    return static_cast<std::size_t>(count);
  }

 private:
  struct FreeArchive {
    void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
  };
  struct FreeFile {
    void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
  };
  std::unique_ptr<zip_t, FreeArchive> archive_;
  std::unique_ptr<zip_file_t, FreeFile> file_;
};

}  // namespace

struct LineReader::Stream {
  struct FreeContext {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };
  std::span<const std::byte> input;
  std::size_t at = 0;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context;  // empty for plain text
  std::size_t wanted = 0;                           // 0 at the end of a frame
  std::optional<Result<ZipStream>> zip;             // opened, or why not
  std::optional<GzipStream> gzip;

  Result<std::size_t> read(char* out, std::size_t room) {
    if (zip) {
      return zip->has_value() ? (*zip)->read(out, room)
                              : Result<std::size_t>{tl::unexpected{zip->error()}};
    }
    if (gzip) {
      return gzip->read(out, room);
    }
    if (!context) {
      const std::size_t count = std::min(room, input.size() - at);
      std::copy_n(reinterpret_cast<const char*>(input.data()) + at, count, out);
      at += count;
      return count;
    }
    ZSTD_inBuffer in{input.data(), input.size(), at};
    ZSTD_outBuffer target{out, room, 0};
    while (target.pos == 0) {
      const bool at_end = in.pos == in.size;
      if (at_end && wanted == 0) {
        break;
      }
      const std::size_t before = in.pos;
      wanted = ZSTD_decompressStream(context.get(), &target, &in);
      if (ZSTD_isError(wanted) != 0) {
        return fail(ErrorKind::data, std::string("damaged zstd stream: ") +
                                         ZSTD_getErrorName(wanted) + "; get the file again");
      }
      if (at_end && in.pos == before && target.pos == 0 && wanted != 0) {
        return fail(ErrorKind::data,
                    "the zstd stream is cut: the file ends inside it; get the file again");
      }
    }
    at = in.pos;
    return target.pos;
  }
};

LineReader::LineReader(std::span<const std::byte> file)
    : stream_(std::make_unique<Stream>()),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes)) {
  stream_->input = file;
  if (is_zstd(file)) {
    stream_->context.reset(ZSTD_createDCtx());
    stream_->wanted = 1;
  } else if (is_zip(file)) {
    stream_->zip = ZipStream::open(file);
  } else if (is_gzip(file)) {
    stream_->gzip.emplace(file);
  }
}

LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Status LineReader::refill() {
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const auto count = stream_->read(buffer_.get() + end_, kBufferBytes - end_);
  if (!count) {
    return tl::unexpected{count.error()};
  }
  exhausted_ = *count == 0;
  end_ += *count;
  return {};
}

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t looked = 0;
  for (;;) {
    const char* const from = buffer_.get() + begin_;
    const std::size_t held = end_ - begin_;
    const auto* const found =
        static_cast<const char*>(std::memchr(from + looked, '\n', held - looked));
    if (found != nullptr || (exhausted_ && held > 0)) {
      std::size_t length = found != nullptr ? static_cast<std::size_t>(found - from) : held;
      begin_ += found != nullptr ? length + 1 : length;
      ++line_;
      if (length > 0 && from[length - 1] == '\r') {
        --length;
      }
      return std::string_view{from, length};
    }
    if (exhausted_) {
      return std::nullopt;
    }
    if (held == kBufferBytes) {
      return fail(ErrorKind::data, "line " + std::to_string(line_ + 1) +
                                       " is longer than 1 MiB; this is not a CSV file");
    }
    looked = held;
    if (const auto filled = refill(); !filled) {
      return tl::unexpected{filled.error()};
    }
  }
}

}  // namespace lanner::store
