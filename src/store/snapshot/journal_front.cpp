#include "store/snapshot/journal_front.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "base/crc32c.hpp"
#include "base/hash.hpp"
#include "store/journal_reader.hpp"

namespace lanner::store {
namespace {

// What a processor's own cache holds: the bytes are read into it and checked there, which costs
// less than mapping each page of a file that is read once.
constexpr std::size_t kWindowBytes = 256UL * 1024;

// A file from its start, looked at through a window.
class Window {
 public:
  explicit Window(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), room_(kWindowBytes) {
    bytes_ = std::make_unique_for_overwrite<std::byte[]>(room_);
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  // The next bytes: so many, or fewer where the file ends before.
  [[nodiscard]] std::span<const std::byte> peek(std::size_t bytes) {
    if (end_ - begin_ < bytes) [[unlikely]] {
      fill(bytes);
    }
    return {bytes_.get() + begin_, std::min(bytes, end_ - begin_)};
  }
  void skip(std::size_t bytes) noexcept { begin_ += bytes; }
  // In the file, of what peek() shows.
  [[nodiscard]] std::uint64_t offset() const noexcept { return read_ - (end_ - begin_); }

 private:
  void fill(std::size_t bytes) {
    if (bytes > room_) {
      auto larger = std::make_unique_for_overwrite<std::byte[]>(bytes);
      std::memcpy(larger.get(), bytes_.get() + begin_, end_ - begin_);
      bytes_ = std::move(larger);
      room_ = bytes;
    } else {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    begin_ = 0;
    while (end_ < bytes) {
      const ssize_t got =
          ::pread(fd_, bytes_.get() + end_, room_ - end_, static_cast<off_t>(read_));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        return;
      }
      end_ += static_cast<std::size_t>(got);
      read_ += static_cast<std::uint64_t>(got);
    }
  }

  int fd_;
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t room_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t read_ = 0;
};

bool is_empty_room(std::span<const std::byte> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// A sound header of this session; the reader knows what that is.
bool has_good_header(const std::filesystem::path& session, std::uint64_t number) {
  return JournalReader::open_at(session, {number, kSegmentHeaderBytes, 0, 0}).has_value();
}

bool is_good_record(std::span<const std::byte> whole, const RecordHeader& header,
                    std::uint64_t chain) noexcept {
  return header.crc == crc32c(whole.subspan(4)) &&
         header.chain == hash64(whole.subspan(16), chain) &&
         header.version == kJournalVersion && header.kind != RecordKind::session_closed;
}

// Goes over the records up to `until` of the file, or to the end of what was published.
bool go_over(Window& window, std::uint64_t until, JournalPlace& at) {
  for (; at.offset < until; at.offset = window.offset()) {
    const auto front = window.peek(kRecordHeaderBytes);
    if (is_empty_room(front)) {
      break;
    }
    RecordHeader header;
    if (front.size() < sizeof header) {
      return false;
    }
    std::memcpy(&header, front.data(), sizeof header);
    const std::size_t whole = padded(kRecordHeaderBytes + header.length);
    if (header.length > kPayloadBytesMax) {
      return false;
    }
    const auto record = window.peek(whole);
    if (record.size() != whole || !is_good_record(record, header, at.chain)) {
      return false;
    }
    window.skip(whole);
    at.chain = header.chain;
    at.sequence = header.sequence;
  }
  return true;
}

SegmentHeader header_of(Window& window) {
  SegmentHeader header;
  const auto bytes = window.peek(sizeof header);
  if (bytes.size() == sizeof header) {
    std::memcpy(&header, bytes.data(), sizeof header);
  }
  return header;
}

bool is_good_segment(const std::filesystem::path& session, std::uint64_t number,
                     const JournalPlace& place) {
  if (!has_good_header(session, number)) {
    return false;
  }
  Window window(session / segment_name(number));
  const SegmentHeader header = header_of(window);
  JournalPlace at{number, kSegmentHeaderBytes, header.first_sequence, header.chain};
  if (window.peek(kSegmentHeaderBytes).size() != kSegmentHeaderBytes) {
    return false;
  }
  window.skip(kSegmentHeaderBytes);
  if (number == place.segment) {
    return go_over(window, place.offset, at) && at == place;
  }
  if (!go_over(window, UINT64_MAX, at)) {
    return false;
  }
  Window next(session / segment_name(number + 1));
  const SegmentHeader follower = header_of(next);
  return follower.chain == at.chain && follower.first_sequence == at.sequence;
}

}  // namespace

FrontCheck::FrontCheck(std::filesystem::path session, const JournalPlace& place)
    : session_(std::move(session)), place_(place) {
  const std::uint64_t processors = std::max(1U, std::thread::hardware_concurrency());
  try {
    for (std::uint64_t i = 0; i < std::min(place.segment, processors - 1); ++i) {
      helpers_.push_back(std::async(std::launch::async, [this] { work(); }));
    }
  } catch (const std::system_error&) {
    // No more threads are to be had: those that are there, and who asks, do it all.
  }
}

FrontCheck::~FrontCheck() { is_good_.store(false, std::memory_order_relaxed); }

void FrontCheck::work() {
  while (is_good_.load(std::memory_order_relaxed)) {
    const std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
    if (number > place_.segment) {
      return;
    }
    if (!is_good_segment(session_, number, place_)) {
      is_good_.store(false, std::memory_order_relaxed);
    }
  }
}

bool FrontCheck::is_good() {
  work();
  for (std::future<void>& helper : helpers_) {
    helper.get();  // one that failed has left a segment unseen, and its error is the answer
  }
  return is_good_.load(std::memory_order_relaxed);
}

bool verify_front(const std::filesystem::path& session, const JournalPlace& place) {
  return FrontCheck(session, place).is_good();
}

}  // namespace lanner::store
