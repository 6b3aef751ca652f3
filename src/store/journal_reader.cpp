#include "store/journal_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/crc32c.hpp"
#include "base/hash.hpp"
#include "store/mapped_file.hpp"

namespace lanner::store {
namespace {

RecordHeader header_at(std::span<const std::byte> bytes) noexcept {
  RecordHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

// The bytes begin with a record whose checksum is good. The chain is not asked.
bool is_good_record(std::span<const std::byte> bytes) noexcept {
  const RecordHeader header = header_at(bytes);
  const std::size_t whole = padded(kRecordHeaderBytes + header.length);
  return header.zero == 0 && header.version == kJournalVersion &&
         header.kind >= RecordKind::session_opened &&
         header.kind <= RecordKind::session_closed && header.length <= kPayloadBytesMax &&
         whole <= bytes.size() && header.crc == crc32c(bytes.subspan(4, whole - 4));
}

// The first good record behind the front, of one kind or of any.
bool holds_good_record(std::span<const std::byte> rest, std::optional<RecordKind> kind) {
  for (std::size_t at = 8; at + kRecordHeaderBytes <= rest.size(); at += 8) {
    const auto bytes = rest.subspan(at);
    if ((!kind || header_at(bytes).kind == *kind) && is_good_record(bytes)) {
      return true;
    }
  }
  return false;
}

// The damaged record at the front was of this kind, if no more than its kind is damaged.
bool is_good_as(std::span<const std::byte> rest, RecordKind kind) {
  const RecordHeader header = header_at(rest);
  const std::size_t whole = padded(kRecordHeaderBytes + header.length);
  if (header.length > kPayloadBytesMax || whole > rest.size()) {
    return false;
  }
  std::vector<std::byte> copy(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(whole));
  std::memcpy(copy.data() + offsetof(RecordHeader, kind), &kind, sizeof kind);
  return is_good_record(copy);
}

// A closing record stands at the front or further on.
bool holds_closing_record(std::span<const std::byte> rest) {
  if (rest.size() < kRecordHeaderBytes) {
    return false;
  }
  if (holds_good_record(rest, RecordKind::session_closed) ||
      is_good_as(rest, RecordKind::session_closed)) {
    return true;
  }
  return header_at(rest).kind == RecordKind::session_closed &&
         !is_good_as(rest, RecordKind::event) && !is_good_as(rest, RecordKind::caused);
}

// A damaged length can look like a cut record. Behind a record that was cut there is nothing, so a
// good record further on tells the two apart.
bool is_followed(std::span<const std::byte> rest) { return holds_good_record(rest, std::nullopt); }

// If the bytes up to the end of the file are a good record under another length, nothing was cut.
bool is_whole_but_for_length(std::span<const std::byte> rest) {
  std::vector<std::byte> copy(rest.begin(), rest.end());
  for (std::uint32_t slack = 0; slack < 8 && kRecordHeaderBytes + slack <= rest.size(); ++slack) {
    const auto length = static_cast<std::uint32_t>(rest.size() - kRecordHeaderBytes - slack);
    std::memcpy(copy.data() + 4, &length, sizeof length);
    std::uint32_t crc = 0;
    std::memcpy(&crc, copy.data(), sizeof crc);
    if (crc == crc32c(std::span<const std::byte>(copy).subspan(4))) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string segment_name(std::uint64_t number) {
  char text[40];
  std::snprintf(text, sizeof text, "journal-%06llu.lnj", static_cast<unsigned long long>(number));
  return text;
}

struct JournalReader::State {
  std::filesystem::path session;
  // Earlier segments stay mapped: records point into them.
  std::vector<MappedFile> segments;
  std::uint64_t segment = 1;
  std::uint64_t offset = 0;
  std::uint64_t chain = 0;
  std::uint64_t sequence = 0;
  std::uint64_t torn = 0;
  bool closed = false;
  bool stopped = false;
  std::optional<JournalDamage> damage;

  void stop_with(std::string what) {
    stopped = true;
    damage = JournalDamage{(session / segment_name(segment)).string(), offset, sequence,
                           std::move(what)};
  }

  // Checks the segment's own header; false = stopped.
  bool enter_segment() {
    const auto bytes = segments.back().bytes();
    offset = 0;
    SegmentHeader header;
    if (bytes.size() < kSegmentHeaderBytes) {
      if (segment > 1) {
        torn = bytes.size();
        stopped = true;
      } else {
        stop_with("the segment is shorter than its header");
      }
      return false;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    const std::size_t covered = offsetof(SegmentHeader, version);
    if (header.magic != kSegmentMagic ||
        header.crc != crc32c(bytes.subspan(covered, kSegmentHeaderBytes - covered))) {
      stop_with("the segment header is damaged");
      return false;
    }
    if (header.version != kJournalVersion) {
      stop_with("journal version " + std::to_string(header.version) +
                " is not the one this program reads (" + std::to_string(kJournalVersion) + ")");
      return false;
    }
    if (header.number != segment || header.chain != chain) {
      stop_with("the segment does not follow the one before");
      return false;
    }
    offset = kSegmentHeaderBytes;
    return true;
  }

  // True when a further segment was entered.
  bool next_segment() {
    const auto path = session / segment_name(segment + 1);
    if (closed || !std::filesystem::exists(path)) {
      stopped = true;
      return false;
    }
    auto mapping = MappedFile::open(path);
    ++segment;
    if (!mapping) {
      stop_with(mapping.error().message);
      return false;
    }
    segments.push_back(std::move(*mapping));
    return enter_segment();
  }

  [[nodiscard]] bool is_last_segment() const {
    return !std::filesystem::exists(session / segment_name(segment + 1));
  }

  // What stands at the offset is no good record: a torn tail of an open session, or damage.
  void stop_at_bad_record(std::span<const std::byte> rest, const char* what) {
    // A tail torn by a crash ends with the file: its record claims more bytes than there are, or
    // the file was extended with zeros that were never written. Anything else is damage.
    RecordHeader header;
    bool zeros = true;
    for (const std::byte b : rest) {
      zeros = zeros && b == std::byte{0};
    }
    bool beyond = rest.size() < kRecordHeaderBytes;
    if (!beyond) {
      std::memcpy(&header, rest.data(), sizeof header);
      beyond = header.length <= kPayloadBytesMax && header.zero == 0 &&
               header.version == kJournalVersion && header.sequence >= sequence &&
               header.sequence <= sequence + 1 &&
               padded(kRecordHeaderBytes + header.length) > rest.size();
    }
    if (beyond && rest.size() >= kRecordHeaderBytes &&
        (is_whole_but_for_length(rest) || is_followed(rest))) {
      stop_with("the record's length is damaged");
      return;
    }
    if (!closed && is_last_segment() && (zeros || beyond)) {
      torn = rest.size();
      stopped = true;
      return;
    }
    stop_with(what);
  }
};

Result<JournalReader> JournalReader::open(const std::filesystem::path& session) {
  auto state = std::make_unique<State>();
  state->session = session;
  auto mapping = MappedFile::open(session / segment_name(1));
  if (!mapping) {
    return tl::unexpected{mapping.error()};
  }
  state->segments.push_back(std::move(*mapping));
  state->enter_segment();
  return JournalReader(std::move(state));
}

std::optional<JournalRecord> JournalReader::next() {
  State& s = *state_;
  while (!s.stopped && s.offset == s.segments.back().bytes().size()) {
    if (!s.next_segment()) {
      return std::nullopt;
    }
  }
  if (s.stopped) {
    return std::nullopt;
  }
  const auto rest = s.segments.back().bytes().subspan(s.offset);
  if (s.closed) {
    s.stop_with("bytes follow the record that closed the session");
    return std::nullopt;
  }
  RecordHeader header;
  if (rest.size() < kRecordHeaderBytes) {
    s.stop_at_bad_record(rest, "the record is shorter than its header");
    return std::nullopt;
  }
  std::memcpy(&header, rest.data(), sizeof header);
  const std::size_t whole = padded(kRecordHeaderBytes + header.length);
  if (header.length > kPayloadBytesMax || whole > rest.size()) {
    s.stop_at_bad_record(rest, "the record's length is damaged");
    return std::nullopt;
  }
  const auto bytes = rest.first(whole);
  if (header.crc != crc32c(bytes.subspan(4))) {
    s.stop_at_bad_record(rest, "the record's checksum differs");
    return std::nullopt;
  }
  if (header.chain != hash64(bytes.subspan(16), s.chain)) {
    s.stop_with("the record does not follow the one before (chain)");
    return std::nullopt;
  }
  if (header.version != kJournalVersion) {
    s.stop_with("record version " + std::to_string(header.version) + " is not known");
    return std::nullopt;
  }
  s.chain = header.chain;
  s.sequence = header.sequence;
  s.offset += whole;
  s.closed = header.kind == RecordKind::session_closed;
  return JournalRecord{header.kind, header.sequence, header.chain,
                       bytes.subspan(kRecordHeaderBytes, header.length), bytes};
}

JournalReader::JournalReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

bool JournalReader::was_closed() const {
  const State& s = *state_;
  if (!s.damage) {
    return s.closed;
  }
  const auto here = s.segments.back().bytes();
  const auto rest = here.subspan(std::min<std::size_t>(s.offset, here.size()));
  if (s.closed || holds_closing_record(rest)) {
    return true;
  }
  std::uint64_t last = s.segment;
  while (std::filesystem::exists(s.session / segment_name(last + 1))) {
    ++last;
  }
  const auto mapping = MappedFile::open(s.session / segment_name(last));
  return last > s.segment && mapping && holds_closing_record(mapping->bytes());
}

bool JournalReader::is_closed() const noexcept {
  return state_->closed && !state_->damage.has_value();
}
const std::optional<JournalDamage>& JournalReader::damage() const noexcept {
  return state_->damage;
}
std::uint64_t JournalReader::torn_bytes() const noexcept { return state_->torn; }
std::uint64_t JournalReader::end_segment() const noexcept { return state_->segment; }
std::uint64_t JournalReader::end_offset() const noexcept { return state_->offset; }
std::uint64_t JournalReader::chain() const noexcept { return state_->chain; }

}  // namespace lanner::store
