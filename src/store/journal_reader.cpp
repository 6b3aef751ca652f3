#include "store/journal_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/crc32c.hpp"
#include "base/hash.hpp"
#include "store/segment_bytes.hpp"

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
         header.kind <= RecordKind::ids_reserved && header.length <= kPayloadBytesMax &&
         whole <= bytes.size() && header.crc == crc32c(bytes.subspan(4, whole - 4));
}

// A good record stands somewhere behind the front.
bool is_followed(std::span<const std::byte> rest) {
  for (std::size_t at = 8; at + kRecordHeaderBytes <= rest.size(); at += 8) {
    if (is_good_record(rest.subspan(at))) {
      return true;
    }
  }
  return false;
}

bool is_zero(std::span<const std::byte> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// Nothing was published here: the eight bytes that are written last are zero, or no more than
// they are not (a flip in room that was never written to).
bool is_unpublished(std::span<const std::byte> rest) noexcept {
  if (rest.size() < kRecordHeaderBytes) {
    return is_zero(rest);
  }
  return is_zero(rest.first(kPublishedBytes)) ||
         is_zero(rest.subspan(kPublishedBytes, kRecordHeaderBytes - kPublishedBytes));
}

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

// Empty = the bytes begin with a sound header of this version.
std::string problem_of_header(std::span<const std::byte> bytes) {
  SegmentHeader header;
  constexpr std::size_t kPrefix = 16;  // up to header_bytes: the same in every version
  constexpr std::size_t kFirstVersionBytes = 64;
  if (bytes.size() < kSegmentHeaderBytes) {
    return "the segment is shorter than its header";
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::size_t covered = header.version == 1 ? kFirstVersionBytes : header.header_bytes;
  constexpr std::size_t kFrom = offsetof(SegmentHeader, version);
  if (header.magic != kSegmentMagic || covered < kPrefix || covered > bytes.size() ||
      header.crc != crc32c(bytes.subspan(kFrom, covered - kFrom))) {
    return "the segment header is damaged";
  }
  if (header.version != kJournalVersion || covered != sizeof header) {
    return "journal version " + std::to_string(header.version) +
           " is not the one this program reads (" + std::to_string(kJournalVersion) +
           "); replay it with the build that wrote it";
  }
  return {};
}

}  // namespace

struct JournalReader::State {
  std::filesystem::path session;
  Check check = Check::full;
  // Earlier segments stay mapped: records point into them.
  std::vector<SegmentBytes> segments;
  SegmentHeader first;
  std::uint64_t segment = 1;
  std::uint64_t offset = 0;
  std::uint64_t chain = 0;
  std::uint64_t sequence = 0;
  std::uint64_t torn = 0;
  std::uint64_t stop_segment = 0;  // end_at(); 0 = nowhere
  std::uint64_t stop_offset = 0;
  bool closed = false;
  bool is_marked = false;  // as closed
  bool stopped = false;
  std::optional<JournalDamage> damage;

  void stop_with(std::string what) {
    stopped = true;
    damage = JournalDamage{SegmentBytes::path_of(session, segment).string(), offset, sequence,
                           std::move(what)};
  }

  // The records end here, and so they should unless the session was closed.
  void stop_at_end() {
    if (is_marked && !closed) {
      stop_with("the session was closed, but its end is missing");
    }
    stopped = true;
  }

  void read_mark(std::span<const std::byte> bytes) {
    ClosedMark mark;
    std::memcpy(&mark, bytes.data() + sizeof(SegmentHeader), sizeof mark);
    const auto raw = std::as_bytes(std::span(&mark, 1));
    const auto set = raw.size() - static_cast<std::size_t>(
                                      std::count(raw.begin(), raw.end(), std::byte{0}));
    // One byte alone is a flip in room that was never written to.
    is_marked = is_marked || (segment == 1 && set > 1);
    if ((segment == 1 && is_marked && !is_valid(mark)) || (segment > 1 && set > 0)) {
      stop_with("the mark of a closed session is damaged");
    }
  }

  // A segment whose predecessors were not read: what it says of them is believed.
  bool enter_later_segment() {
    SegmentHeader header;
    const auto bytes = segments.back().bytes();
    if (bytes.size() >= sizeof header) {
      std::memcpy(&header, bytes.data(), sizeof header);
    }
    chain = header.chain;
    sequence = header.first_sequence;
    return enter_segment();
  }

  // Checks the segment's own header; false = stopped.
  bool enter_segment() {
    const auto bytes = segments.back().bytes();
    offset = 0;
    std::string problem = problem_of_header(bytes);
    if (problem.empty()) {
      SegmentHeader header;
      std::memcpy(&header, bytes.data(), sizeof header);
      if (segment == 1) {
        first = header;
      }
      if (header.number != segment || header.chain != chain ||
          header.first_sequence != sequence) {
        problem = "the segment does not follow the one before";
      } else if (header.config_hash != first.config_hash || header.epoch != first.epoch ||
                 std::memcmp(header.build_id, first.build_id, kBuildIdBytes) != 0) {
        problem = "the segment is of another session";
      }
    }
    if (!problem.empty()) {
      ClosedMark mark;
      if (segment == 1 && bytes.size() >= kSegmentHeaderBytes) {
        std::memcpy(&mark, bytes.data() + sizeof(SegmentHeader), sizeof mark);
        is_marked = is_valid(mark);
      }
      stop_with(std::move(problem));
      return false;
    }
    read_mark(bytes);
    offset = kSegmentHeaderBytes;
    return !stopped;
  }

  // True when a further segment was entered.
  bool next_segment() {
    if (closed || is_last_segment()) {
      stop_at_end();
      return false;
    }
    auto bytes = SegmentBytes::open(session, segment + 1);
    if (bytes && is_zero(bytes->bytes().first(
                     std::min(bytes->bytes().size(), kSegmentHeaderBytes)))) {
      stop_at_end();  // its room was taken, and then the process died
      return false;
    }
    ++segment;
    if (!bytes) {
      offset = 0;  // none of its records can be read
      stop_with(bytes.error().message);
      return false;
    }
    segments.push_back(std::move(*bytes));
    return enter_segment();
  }

  [[nodiscard]] bool is_last_segment() const {
    return !SegmentBytes::exists(session, segment + 1);
  }

  // nullptr = it is good, and follows the one before.
  [[nodiscard]] const char* problem_of_record(std::span<const std::byte> rest) const {
    if (rest.size() < kRecordHeaderBytes) {
      return "the record is shorter than its header";
    }
    const RecordHeader header = header_at(rest);
    const std::size_t whole = padded(kRecordHeaderBytes + header.length);
    if (header.length > kPayloadBytesMax || whole > rest.size()) {
      return "the record's length is damaged";
    }
    const auto bytes = rest.first(whole);
    if (header.crc != crc32c(bytes.subspan(4))) {
      return "the record's checksum differs";
    }
    if (header.chain != hash64(bytes.subspan(16), chain)) {
      return "the record does not follow the one before (chain)";
    }
    return header.version == kJournalVersion ? nullptr : "the record's version is not known";
  }

  // What stands at the offset is no good record: a torn tail of an open session, or damage.
  void stop_at_bad_record(std::span<const std::byte> rest, const char* what) {
    // A tail that was cut ends with the file: its record claims more bytes than there are.
    RecordHeader header;
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
    if (!is_marked && is_last_segment() && beyond) {
      torn = rest.size();
      stopped = true;
      return;
    }
    stop_with(what);
  }
};

Result<JournalReader> JournalReader::open(const std::filesystem::path& session, Check check) {
  auto state = std::make_unique<State>();
  state->session = session;
  state->check = check;
  auto bytes = SegmentBytes::open(session, 1);
  if (!bytes) {
    return tl::unexpected{bytes.error()};
  }
  state->segments.push_back(std::move(*bytes));
  state->enter_segment();
  return JournalReader(std::move(state));
}

Result<JournalReader> JournalReader::open_at(const std::filesystem::path& session,
                                             const JournalPlace& place, Check check) {
  auto reader = open(session, check);
  if (!reader) {
    return reader;
  }
  State& s = *reader->state_;
  if (s.stopped) {
    return fail(ErrorKind::data, s.damage->what);
  }
  if (place.segment > 1) {
    auto bytes = SegmentBytes::open(session, place.segment);
    if (!bytes) {
      return tl::unexpected{bytes.error()};
    }
    s.segments.push_back(std::move(*bytes));
    s.segment = place.segment;
    if (!s.enter_later_segment()) {
      return fail(ErrorKind::data, s.damage->what);
    }
  }
  if (place.offset < kSegmentHeaderBytes || place.offset > s.segments.back().bytes().size()) {
    return fail(ErrorKind::data, "the segment ends before the place");
  }
  s.offset = place.offset;
  s.sequence = place.sequence;
  s.chain = place.chain;
  return reader;
}

std::optional<JournalRecord> JournalReader::next() {
  State& s = *state_;
  if (s.stop_segment == s.segment && s.offset >= s.stop_offset) {
    s.stopped = true;
  }
  while (!s.stopped && is_unpublished(s.segments.back().bytes().subspan(s.offset))) {
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
  const char* const problem = s.check == Check::full ? s.problem_of_record(rest) : nullptr;
  if (problem != nullptr) {
    s.stop_at_bad_record(rest, problem);
    return std::nullopt;
  }
  const RecordHeader header = header_at(rest);
  const std::size_t whole = padded(kRecordHeaderBytes + header.length);
  const auto bytes = rest.first(whole);
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

bool JournalReader::was_closed() const { return state_->closed || state_->is_marked; }

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

const SegmentHeader& JournalReader::header() const noexcept { return state_->first; }

SessionIdentity JournalReader::identity() const {
  const SegmentHeader& header = state_->first;
  const auto* const end = std::find(header.build_id, header.build_id + kBuildIdBytes, '\0');
  return {std::string(header.build_id, end), header.config_hash, header.epoch};
}

void JournalReader::end_at(std::uint64_t segment, std::uint64_t offset) noexcept {
  state_->stop_segment = segment;
  state_->stop_offset = offset;
}

std::vector<UnusedBytes> JournalReader::unused() const {
  const State& s = *state_;
  if (!s.stopped || s.damage) {
    return {};
  }
  return unused_bytes(s.session / segment_name(s.segment), s.offset, s.segment == 1);
}

}  // namespace lanner::store
