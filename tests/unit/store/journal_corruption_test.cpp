// A journal with any byte changed, cut anywhere, or of another version is refused or recovered to
// a valid prefix, with the place (decisions 9).

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "base/crc32c.hpp"
#include "base/random.hpp"
#include "store/journal_reader.hpp"
#include "store/journal_writer.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using store::JournalReader;
using store::JournalWriter;
using store::RecordKind;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kJournalBytes = 64 * 1024;
constexpr std::size_t kRoom = 128 * 1024;
constexpr int kFlips = 1'000;

// What a sync is for is shown elsewhere; here there are too many of them.
class UnsyncedDisk : public store::JournalDisk {
 public:
  [[nodiscard]] int sync(int) noexcept override { return 0; }
};
UnsyncedDisk disk;

enum class End : bool { open, closed };

std::size_t payload_bytes(std::uint64_t sequence) { return 24 + sequence * 37 % 150; }

std::uint64_t put_records(JournalWriter& writer, std::size_t bytes) {
  std::uint64_t sequence = 0;
  std::size_t used = store::kSegmentHeaderBytes;
  while (used < bytes) {
    const std::size_t size = payload_bytes(sequence);
    const auto room = writer.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      room[i] = static_cast<std::byte>(sequence * 31 + i * i);
    }
    writer.commit(sequence == 0 ? RecordKind::session_opened : RecordKind::event, sequence, size);
    used += store::padded(store::kRecordHeaderBytes + size);
    ++sequence;
  }
  return sequence - 1;
}

// About 64 KiB of records. An open one keeps its room, as a killed process leaves it.
std::string make_session(const fs::path& dir, End end) {
  {
    auto writer =
        JournalWriter::create(dir, {"build", 7, 1}, {.segment_bytes = kRoom, .disk = &disk});
    REQUIRE(writer.has_value());
    const std::uint64_t last = put_records(*writer, kJournalBytes);
    if (end == End::closed) {
      const auto room = writer->reserve(16);
      std::memset(room.data(), 0, room.size());
      writer->commit(RecordKind::session_closed, last, 16);
      REQUIRE(writer->close().has_value());
    }
  }
  std::ifstream in(dir / store::segment_name(1), std::ios::binary);
  return {std::istreambuf_iterator<char>{in}, {}};
}

void set_bytes(const fs::path& dir, const std::string& bytes) {
  fs::create_directories(dir);
  std::ofstream out(dir / store::segment_name(1), std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

struct Found {
  std::size_t records = 0;
  std::uint64_t end = 0;
  bool is_closed = false;
  bool was_closed = false;
  std::uint64_t torn = 0;
  std::optional<store::JournalDamage> damage;
  std::vector<store::UnusedBytes> unused;
};
Found read_all(const fs::path& dir) {
  auto reader = JournalReader::open(dir);
  REQUIRE(reader.has_value());
  Found found;
  while (reader->next()) {
    ++found.records;
  }
  found.end = reader->end_offset();
  found.is_closed = reader->is_closed();
  found.was_closed = reader->was_closed();
  found.torn = reader->torn_bytes();
  found.damage = reader->damage();
  found.unused = reader->unused();
  return found;
}

// Offset behind each record.
std::vector<std::uint64_t> ends_of(const fs::path& dir) {
  auto reader = JournalReader::open(dir);
  REQUIRE(reader.has_value());
  std::vector<std::uint64_t> ends;
  while (reader->next()) {
    ends.push_back(reader->end_offset());
  }
  return ends;
}

std::size_t whole_records(const std::vector<std::uint64_t>& ends, std::uint64_t bytes) {
  return static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), bytes) -
                                  ends.begin());
}

// Continues it to the end and closes it; the bytes are those of the session nobody touched.
void check_recovery(const fs::path& dir, const std::string& closed) {
  auto writer = JournalWriter::resume(dir, &disk);
  REQUIRE(writer.has_value());
  const std::uint64_t last = put_records(*writer, kJournalBytes);
  CHECK(!writer->divergence().has_value());
  const auto room = writer->reserve(16);
  std::memset(room.data(), 0, room.size());
  writer->commit(RecordKind::session_closed, last, 16);
  REQUIRE(writer->close().has_value());
  std::ifstream in(dir / store::segment_name(1), std::ios::binary);
  CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == closed);
}

}  // namespace

TEST_CASE("every truncation of an open journal leaves exactly the records before the cut") {
  const test::ScratchDir scratch("journal-cut-open");
  const std::string bytes = make_session(scratch.path() / "s", End::open);
  const std::string closed = make_session(scratch.path() / "closed", End::closed);
  REQUIRE(bytes.size() == kRoom);
  const auto ends = ends_of(scratch.path() / "s");
  const fs::path file = scratch.path() / "s" / store::segment_name(1);
  std::size_t refused = 0;
  for (std::uint64_t size = ends.back() + 100; size-- > 0;) {
    REQUIRE(::truncate(file.c_str(), static_cast<off_t>(size)) == 0);
    const Found found = read_all(scratch.path() / "s");
    const std::size_t kept = whole_records(ends, size);
    const std::uint64_t end = kept == 0 ? store::kSegmentHeaderBytes : ends[kept - 1];
    bool is_right = found.records == kept && !found.is_closed;
    if (size < store::kSegmentHeaderBytes) {
      is_right = is_right && found.damage && found.damage->offset == 0;
      ++refused;
    } else {
      // A cut within a record is told, with its place.
      is_right = is_right && !found.damage && found.end == end &&
                 (found.torn == size - end || size > ends.back() ||
                  bytes.find_first_not_of('\0', end) >= size);
    }
    REQUIRE_MESSAGE(is_right, "cut at " << size);
    if (size % 1'009 == 0 && size >= ends.front()) {
      set_bytes(scratch.path() / "copy", bytes.substr(0, size));
      check_recovery(scratch.path() / "copy", closed);
    }
  }
  CHECK(refused == store::kSegmentHeaderBytes);
}

TEST_CASE("every truncation of a closed journal is refused with its place") {
  const test::ScratchDir scratch("journal-cut-closed");
  const std::string bytes = make_session(scratch.path() / "s", End::closed);
  const auto ends = ends_of(scratch.path() / "s");
  CHECK(read_all(scratch.path() / "s").is_closed);
  const fs::path file = scratch.path() / "s" / store::segment_name(1);
  for (std::uint64_t size = bytes.size(); size-- > 0;) {
    REQUIRE(::truncate(file.c_str(), static_cast<off_t>(size)) == 0);
    const Found found = read_all(scratch.path() / "s");
    const std::size_t kept = whole_records(ends, size);
    const std::uint64_t end = kept == 0 ? store::kSegmentHeaderBytes : ends[kept - 1];
    const bool has_header = size >= store::kSegmentHeaderBytes;
    const bool is_right = found.records == kept && !found.is_closed && found.damage &&
                          found.damage->offset == (has_header ? end : 0) &&
                          found.was_closed == has_header;
    REQUIRE_MESSAGE(is_right, "cut at " << size);
    if (size % 61 == 0) {
      REQUIRE(!JournalWriter::resume(scratch.path() / "s").has_value());
    }
  }
}

TEST_CASE("a thousand flipped bytes of an open journal: refused, cut before them, or listed") {
  const test::ScratchDir scratch("journal-flips-open");
  const std::string bytes = make_session(scratch.path() / "s", End::open);
  const std::string closed = make_session(scratch.path() / "closed", End::closed);
  const auto ends = ends_of(scratch.path() / "s");
  RandomStream chance(11, 1, 0);
  std::size_t listed = 0;
  std::size_t cut = 0;
  for (int i = 0; i < kFlips; ++i) {
    const auto at = static_cast<std::size_t>(chance.uniform() * static_cast<double>(kRoom));
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 + static_cast<int>(chance.uniform() * 255)));
    set_bytes(scratch.path() / "flipped", flipped);
    const Found found = read_all(scratch.path() / "flipped");
    CAPTURE(at);
    const bool is_in_mark = at >= sizeof(store::SegmentHeader) && at < store::kSegmentHeaderBytes;
    if (at < sizeof(store::SegmentHeader)) {
      CHECK(found.records == 0);
      REQUIRE(found.damage.has_value());
      CHECK(!JournalWriter::resume(scratch.path() / "flipped").has_value());
      continue;
    }
    if (at >= ends.back() || is_in_mark) {
      CHECK(found.records == ends.size());
      CHECK(!found.damage.has_value());
      REQUIRE(found.unused.size() == 1);
      CHECK(found.unused[0].offset == at);
      CHECK(found.unused[0].bytes == 1);
      ++listed;
    } else {
      const std::size_t before = whole_records(ends, at);
      CHECK(found.records == before);
      REQUIRE(found.damage.has_value());
      CHECK(found.damage->offset == (before == 0 ? store::kSegmentHeaderBytes : ends[before - 1]));
      CHECK(found.damage->sequence == (before == 0 ? 0 : before - 1));
      ++cut;
    }
    if (i % 25 == 0 && found.records > 0 && !is_in_mark) {
      check_recovery(scratch.path() / "flipped", closed);
    }
  }
  CHECK(listed > 300);
  CHECK(cut > 300);
}

TEST_CASE("a thousand flipped bytes of a closed journal: only refused, and left as they are") {
  const test::ScratchDir scratch("journal-flips-closed");
  const std::string bytes = make_session(scratch.path() / "s", End::closed);
  RandomStream chance(12, 1, 0);
  for (int i = 0; i < kFlips; ++i) {
    const auto at = static_cast<std::size_t>(chance.uniform() * static_cast<double>(bytes.size()));
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 + static_cast<int>(chance.uniform() * 255)));
    set_bytes(scratch.path() / "flipped", flipped);
    const Found found = read_all(scratch.path() / "flipped");
    CAPTURE(at);
    CHECK(found.damage.has_value());
    CHECK(found.was_closed);
    CHECK(!JournalWriter::resume(scratch.path() / "flipped").has_value());
  }
}

TEST_CASE("a journal of another version is refused with both versions named") {
  const test::ScratchDir scratch("journal-version");
  std::string bytes = make_session(scratch.path() / "s", End::open);
  const std::string sound = bytes;
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{3}}) {
    bytes = sound;
    store::SegmentHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.version = version;
    const std::size_t covered = version == 1 ? 64 : sizeof header;  // the first one's was shorter
    header.header_bytes = version == 1 ? std::uint16_t{0} : header.header_bytes;
    const auto raw = std::as_bytes(std::span(&header, 1));
    header.crc = crc32c(raw.subspan(12, covered - 12));
    std::memcpy(bytes.data(), &header, sizeof header);
    set_bytes(scratch.path() / "other", bytes);
    const Found found = read_all(scratch.path() / "other");
    CHECK(found.records == 0);
    REQUIRE(found.damage.has_value());
    CHECK(found.damage->what.find("journal version " + std::to_string(version)) == 0);
    CHECK(found.damage->what.find("(2)") != std::string::npos);
    CHECK(!JournalWriter::resume(scratch.path() / "other").has_value());
  }
}
