#include "store/journal_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/crc32c.hpp"
#include "base/ensure.hpp"
#include "base/hash.hpp"

namespace lanner::store {
namespace {

// Records are sealed by the dozen, while they are still near: one record waits for the chain of
// the one before, so a lone one would make the engine's own work wait as well.
constexpr std::size_t kSealBytes = 16UL * 1024;
// A journal that is dropped anyway need not push everything else out of the processor's caches.
constexpr std::size_t kMemoryBytes = 64UL * 1024;

Status write_all(int fd, std::span<const std::byte> bytes, const std::string& path) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return fail(ErrorKind::failure, "cannot write the journal " + path + ": " +
                                          std::strerror(errno) +
                                          "; free space or choose another --session");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

SegmentHeader make_header(std::uint64_t number, std::uint64_t chain) noexcept {
  SegmentHeader header;
  header.number = number;
  header.chain = chain;
  const auto bytes = std::as_bytes(std::span(&header, 1));
  header.crc = crc32c(bytes.subspan(offsetof(SegmentHeader, version)));
  return header;
}

}  // namespace

struct JournalWriter::State {
  Durability durability = Durability::memory;
  std::filesystem::path session;
  int fd = -1;
  std::uint64_t segment = 0;
  std::size_t segment_bytes = 0;
  std::uint64_t chain = 0;
  std::uint64_t bytes_written = 0;
  std::vector<std::byte> buffer;
  std::size_t used = 0;
  std::size_t sealed = 0;  // up to there the records have their chain and checksum
  Status error;

  // Confirming a continued session.
  std::optional<JournalReader> recorded;
  std::optional<JournalRecord> expected;
  std::optional<std::uint64_t> divergence;
  std::optional<std::uint64_t> resumed_from;
  std::optional<JournalDamage> damage;

  ~State() {
    if (fd >= 0) {
      ::close(fd);
    }
  }

  [[nodiscard]] std::string path() const { return (session / segment_name(segment)).string(); }

  Status open_segment(std::uint64_t number) noexcept {
    if (fd >= 0) {
      ::close(fd);
    }
    segment = number;
    fd = ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
      return fail(ErrorKind::failure, "cannot create " + path() + ": " + std::strerror(errno));
    }
    const SegmentHeader header = make_header(number, chain_on_disk);
    segment_bytes = kSegmentHeaderBytes;
    return write_all(fd, std::as_bytes(std::span(&header, 1)), path());
  }

  // The chain of the last record that went to the file: what a new segment starts from.
  std::uint64_t chain_on_disk = 0;

  [[nodiscard]] std::size_t limit() const noexcept {
    return durability == Durability::memory ? kMemoryBytes : kBufferBytes;
  }

  void seal() noexcept {
    while (sealed < used) {
      std::byte* at = buffer.data() + sealed;
      std::uint32_t length = 0;
      std::memcpy(&length, at + offsetof(RecordHeader, length), sizeof length);
      const std::size_t whole = padded(kRecordHeaderBytes + length);
      chain = hash64(std::span<const std::byte>(at + 16, whole - 16), chain);
      std::memcpy(at + offsetof(RecordHeader, chain), &chain, sizeof chain);
      const std::uint32_t crc = crc32c(std::span<const std::byte>(at + 4, whole - 4));
      std::memcpy(at, &crc, sizeof crc);
      sealed += whole;
    }
  }

  // Whole records only cross a flush, so a segment ends between records.
  Status flush() noexcept {
    seal();
    if (!error) {
      return error;  // nothing follows a failed write
    }
    if (durability == Durability::memory || used == 0) {
      return {};
    }
    if (segment_bytes + used > kSegmentBytesMax) {
      error = open_segment(segment + 1);
    }
    if (error) {
      error = write_all(fd, std::span(buffer).first(used), path());
    }
    segment_bytes += used;
    bytes_written += used;
    chain_on_disk = chain;
    return error;
  }

  // The recorded part is used up: cut what a crash left behind it and go on appending.
  Status start_appending() noexcept {
    const std::uint64_t last = recorded->end_segment();
    const std::uint64_t offset = recorded->end_offset();
    // Segments beyond the good records exist only behind damage; they are kept beside the session.
    for (std::uint64_t number = last + 1;
         std::filesystem::exists(session / segment_name(number)); ++number) {
      std::error_code ignored;
      std::filesystem::rename(session / segment_name(number),
                              session / (segment_name(number) + ".damaged"), ignored);
    }
    segment = last;
    fd = ::open(path().c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(offset)) != 0 ||
        ::lseek(fd, static_cast<off_t>(offset), SEEK_SET) < 0) {
      return fail(ErrorKind::failure,
                  "cannot continue " + path() + ": " + std::strerror(errno));
    }
    segment_bytes = offset;
    chain_on_disk = recorded->chain();
    recorded.reset();
    return {};
  }

  void confirm(std::span<const std::byte> bytes, std::uint64_t sequence) noexcept {
    const bool equal = expected->bytes.size() == bytes.size() &&
                       std::memcmp(expected->bytes.data(), bytes.data(), bytes.size()) == 0;
    if (!equal && !divergence) {
      divergence = sequence;
    }
    expected = recorded->next();
    if (!expected) {
      error = start_appending();
    }
  }
};

JournalWriter::JournalWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->buffer.resize(state_->limit() + kPayloadBytesMax);
  rewind();
}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter& JournalWriter::operator=(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

JournalWriter JournalWriter::in_memory() { return JournalWriter(std::make_unique<State>()); }

Result<JournalWriter> JournalWriter::create(const std::filesystem::path& session) {
  std::error_code error;
  std::filesystem::create_directories(session, error);
  if (error) {
    return fail(ErrorKind::failure,
                "cannot make the session directory " + session.string() + ": " + error.message());
  }
  auto state = std::make_unique<State>();
  state->durability = Durability::written;
  state->session = session;
  if (const auto opened = state->open_segment(1); !opened) {
    return tl::unexpected{opened.error()};
  }
  return JournalWriter(std::move(state));
}

Result<JournalWriter> JournalWriter::resume(const std::filesystem::path& session) {
  auto scan = JournalReader::open(session);
  if (!scan) {
    return tl::unexpected{scan.error()};
  }
  std::uint64_t last = 0;
  while (const auto record = scan->next()) {
    last = record->sequence;
  }
  if (scan->is_closed()) {
    return fail(ErrorKind::failure, "session " + session.string() +
                                        " is closed; start another with --new");
  }
  if (scan->was_closed()) {
    return fail(ErrorKind::data, "session " + session.string() + " is closed and damaged (" +
                                     scan->damage()->what + "); start another with --new");
  }
  auto state = std::make_unique<State>();
  state->durability = Durability::written;
  state->session = session;
  auto reader = JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  state->recorded = std::move(*reader);
  state->expected = state->recorded->next();
  state->resumed_from = last;
  state->damage = scan->damage();
  if (!state->expected) {
    if (const auto started = state->start_appending(); !started) {
      return tl::unexpected{started.error()};
    }
  }
  return JournalWriter(std::move(state));
}

void JournalWriter::note_used() const noexcept {
  state_->used = static_cast<std::size_t>(at_ - state_->buffer.data());
}

// What was there is with the file, confirmed, or dropped.
void JournalWriter::rewind() noexcept {
  State& s = *state_;
  s.used = s.sealed = 0;
  at_ = s.buffer.data();
  seal_at_ = s.recorded ? at_ : at_ + kSealBytes;  // each record of a recorded part by itself
  limit_ = at_ + s.limit();
}

void JournalWriter::make_room(std::size_t bytes) noexcept {
  ENSURE(bytes <= kPayloadBytesMax - kRecordHeaderBytes - kPaddingMax);
  static_cast<void>(flush());  // a failure stays in `error` and is told by the next flush()
}

void JournalWriter::seal() noexcept {
  State& s = *state_;
  note_used();
  s.seal();
  if (!s.recorded) {
    seal_at_ = at_ + kSealBytes;
    return;
  }
  RecordHeader header;
  std::memcpy(&header, s.buffer.data(), sizeof header);
  s.confirm(std::span(s.buffer).first(s.used), header.sequence);
  rewind();
}

Status JournalWriter::flush() noexcept {
  note_used();
  const Status flushed = state_->flush();
  rewind();
  return flushed;
}

Status JournalWriter::close() noexcept {
  const Status flushed = flush();
  if (flushed && state_->fd >= 0 && ::fdatasync(state_->fd) != 0) {
    return fail(ErrorKind::failure, "cannot sync the journal " + state_->path());
  }
  return flushed;
}

std::optional<std::uint64_t> JournalWriter::divergence() const noexcept {
  return state_->divergence;
}
bool JournalWriter::is_confirming() const noexcept { return state_->recorded.has_value(); }
std::optional<std::uint64_t> JournalWriter::resumed_from() const noexcept {
  return state_->resumed_from;
}
const std::optional<JournalDamage>& JournalWriter::damage() const noexcept {
  return state_->damage;
}
std::uint64_t JournalWriter::chain() const noexcept {
  note_used();
  state_->seal();
  return state_->chain;
}
std::uint64_t JournalWriter::bytes_written() const noexcept { return state_->bytes_written; }

}  // namespace lanner::store
