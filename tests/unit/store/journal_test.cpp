#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "store/journal_reader.hpp"
#include "store/journal_writer.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using store::JournalReader;
using store::JournalWriter;
using store::RecordKind;
namespace fs = std::filesystem;

namespace {

std::vector<std::byte> payload_of(std::uint64_t sequence) {
  std::vector<std::byte> bytes(5 + sequence % 40);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(sequence * 31 + i);
  }
  return bytes;
}

void put(JournalWriter& writer, RecordKind kind, std::uint64_t sequence,
         const std::vector<std::byte>& payload) {
  const auto room = writer.reserve(payload.size());
  REQUIRE(room.size() >= payload.size());
  std::memcpy(room.data(), payload.data(), payload.size());
  writer.commit(kind, sequence, payload.size());
}

// Opening, then an event for each sequence; every third causes something.
void put_session(JournalWriter& writer, std::uint64_t last) {
  put(writer, RecordKind::session_opened, 0, payload_of(99));
  for (std::uint64_t i = 1; i <= last; ++i) {
    put(writer, RecordKind::event, i, payload_of(i));
    if (i % 3 == 0) {
      put(writer, RecordKind::caused, i, payload_of(i + 1000));
    }
  }
}

enum class End : bool { open, closed };
void write_session(const fs::path& dir, std::uint64_t last, End end) {
  auto writer = JournalWriter::create(dir);
  REQUIRE(writer.has_value());
  put_session(*writer, last);
  if (end == End::closed) {
    put(*writer, RecordKind::session_closed, last, payload_of(7));
  }
  REQUIRE(writer->close().has_value());
}

std::string bytes_of(const fs::path& dir) {
  std::string all;
  for (std::uint64_t i = 1; fs::exists(dir / store::segment_name(i)); ++i) {
    std::ifstream in(dir / store::segment_name(i), std::ios::binary);
    all += {std::istreambuf_iterator<char>{in}, {}};
  }
  return all;
}

void set_bytes(const fs::path& dir, const std::string& bytes) {
  fs::create_directories(dir);
  std::ofstream out(dir / store::segment_name(1), std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

struct Found {
  std::size_t records = 0;
  std::vector<std::uint64_t> ends;  // offset behind each record
  bool is_closed = false;
  bool was_closed = false;
  std::uint64_t torn = 0;
  std::optional<store::JournalDamage> damage;
};
Found read_all(const fs::path& dir) {
  Found found;
  auto reader = JournalReader::open(dir);
  REQUIRE(reader.has_value());
  while (reader->next()) {
    ++found.records;
    found.ends.push_back(reader->end_offset());
  }
  found.is_closed = reader->is_closed();
  found.was_closed = reader->was_closed();
  found.torn = reader->torn_bytes();
  found.damage = reader->damage();
  return found;
}

}  // namespace

TEST_CASE("what is written is read: kinds, sequences, payloads, and the end") {
  const test::ScratchDir scratch("journal-round");
  write_session(scratch.path() / "s", 30, End::closed);
  auto reader = JournalReader::open(scratch.path() / "s");
  REQUIRE(reader.has_value());
  auto record = reader->next();
  REQUIRE(record.has_value());
  CHECK(record->kind == RecordKind::session_opened);
  for (std::uint64_t i = 1; i <= 30; ++i) {
    record = reader->next();
    REQUIRE(record.has_value());
    CHECK(record->kind == RecordKind::event);
    CHECK(record->sequence == i);
    const auto expected = payload_of(i);
    CHECK(std::equal(expected.begin(), expected.end(), record->payload.begin(),
                     record->payload.end()));
    if (i % 3 == 0) {
      record = reader->next();
      REQUIRE(record.has_value());
      CHECK(record->kind == RecordKind::caused);
      CHECK(record->sequence == i);
    }
  }
  record = reader->next();
  REQUIRE(record.has_value());
  CHECK(record->kind == RecordKind::session_closed);
  CHECK(!reader->next().has_value());
  CHECK(reader->is_closed());
  CHECK(!reader->damage().has_value());
}

TEST_CASE("a journal in memory takes more than its buffer holds and leaves nothing behind") {
  auto memory = JournalWriter::in_memory();
  put_session(memory, 20'000);
  CHECK(memory.chain() == 0);
  REQUIRE(memory.close().has_value());
  CHECK(memory.bytes_written() == 0);
}

TEST_CASE("an existing journal is never written over") {
  const test::ScratchDir scratch("journal-exists");
  write_session(scratch.path(), 3, End::open);
  const std::string before = bytes_of(scratch.path());
  CHECK(!JournalWriter::create(scratch.path()).has_value());
  CHECK(bytes_of(scratch.path()) == before);
}

TEST_CASE("segments roll over between records and read as one session") {
  const test::ScratchDir scratch("journal-segments");
  const std::vector<std::byte> big(store::kPayloadBytesMax - 64, std::byte{0x5a});
  const std::uint64_t count = store::kSegmentBytesMax / big.size() + 2;
  {
    auto writer = JournalWriter::create(scratch.path() / "s");
    REQUIRE(writer.has_value());
    put(*writer, RecordKind::session_opened, 0, payload_of(1));
    for (std::uint64_t i = 1; i <= count; ++i) {
      put(*writer, RecordKind::event, i, big);
    }
    REQUIRE(writer->close().has_value());
  }
  CHECK(fs::exists(scratch.path() / "s" / store::segment_name(2)));
  CHECK(fs::file_size(scratch.path() / "s" / store::segment_name(1)) <= store::kSegmentBytesMax);
  Found found = read_all(scratch.path() / "s");
  CHECK(found.records == count + 1);
  CHECK(!found.damage.has_value());

  // A session in two segments goes on like any other.
  auto writer = JournalWriter::resume(scratch.path() / "s");
  REQUIRE(writer.has_value());
  put(*writer, RecordKind::session_opened, 0, payload_of(1));
  for (std::uint64_t i = 1; i <= count; ++i) {
    put(*writer, RecordKind::event, i, big);
  }
  CHECK(!writer->is_confirming());
  CHECK(!writer->divergence().has_value());
  put(*writer, RecordKind::session_closed, count, payload_of(2));
  REQUIRE(writer->close().has_value());
  found = read_all(scratch.path() / "s");
  CHECK(found.is_closed);
  CHECK(found.records == count + 2);

  // The loss of the first segment's end shows.
  fs::resize_file(scratch.path() / "s" / store::segment_name(1), store::kSegmentBytesMax / 2);
  found = read_all(scratch.path() / "s");
  REQUIRE(found.damage.has_value());
  CHECK(found.was_closed);
}

TEST_CASE("a tail torn at any byte is no damage: the records before it are read") {
  const test::ScratchDir scratch("journal-torn");
  write_session(scratch.path() / "whole", 12, End::open);
  const std::string bytes = bytes_of(scratch.path() / "whole");
  const Found whole = read_all(scratch.path() / "whole");
  const std::uint64_t last_from = whole.ends[whole.ends.size() - 2];
  for (std::uint64_t size = last_from; size < bytes.size(); ++size) {
    set_bytes(scratch.path() / "torn", bytes.substr(0, size));
    const Found found = read_all(scratch.path() / "torn");
    CAPTURE(size);
    CHECK(found.records == whole.records - 1);
    CHECK(!found.damage.has_value());
    CHECK(found.torn == size - last_from);
    CHECK(!found.is_closed);
  }
  // Blocks that were given to the file but never written are zeros.
  set_bytes(scratch.path() / "torn", bytes + std::string(4096, '\0'));
  CHECK(read_all(scratch.path() / "torn").records == whole.records);
  CHECK(!read_all(scratch.path() / "torn").damage.has_value());
}

TEST_CASE("any flipped byte ends an open session before the record that holds it") {
  const test::ScratchDir scratch("journal-flip-open");
  write_session(scratch.path() / "whole", 9, End::open);
  const std::string bytes = bytes_of(scratch.path() / "whole");
  const Found whole = read_all(scratch.path() / "whole");
  for (std::size_t at = store::kSegmentHeaderBytes; at < bytes.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xff}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ bits);
      set_bytes(scratch.path() / "flipped", flipped);
      const Found found = read_all(scratch.path() / "flipped");
      std::size_t before = 0;
      while (whole.ends[before] <= at) {
        ++before;
      }
      CAPTURE(at);
      CAPTURE(bits);
      CHECK(found.records == before);
      REQUIRE(found.damage.has_value());
      CHECK(found.damage->offset ==
            (before == 0 ? store::kSegmentHeaderBytes : whole.ends[before - 1]));
      CHECK(!found.was_closed);
    }
  }
}

TEST_CASE("a closed session with a flipped byte is refused, never continued") {
  const test::ScratchDir scratch("journal-flip-closed");
  write_session(scratch.path() / "whole", 9, End::closed);
  CHECK(!JournalWriter::resume(scratch.path() / "whole").has_value());
  const std::string bytes = bytes_of(scratch.path() / "whole");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    set_bytes(scratch.path() / "flipped", flipped);
    const Found found = read_all(scratch.path() / "flipped");
    CAPTURE(at);
    CHECK(found.damage.has_value());
    CHECK(!found.is_closed);
    CHECK(found.was_closed);
    CHECK(!JournalWriter::resume(scratch.path() / "flipped").has_value());
    CHECK(bytes_of(scratch.path() / "flipped") == flipped);
  }
}

TEST_CASE("a session goes on byte for byte where it was cut") {
  const test::ScratchDir scratch("journal-resume");
  write_session(scratch.path() / "closed", 12, End::closed);
  const std::string bytes = bytes_of(scratch.path() / "closed");
  write_session(scratch.path() / "whole", 12, End::open);
  const std::string open = bytes_of(scratch.path() / "whole");
  const Found whole = read_all(scratch.path() / "whole");
  for (std::uint64_t size = whole.ends[0]; size < open.size(); size += 7) {
    set_bytes(scratch.path() / "cut", open.substr(0, size));
    auto writer = JournalWriter::resume(scratch.path() / "cut");
    REQUIRE(writer.has_value());
    CAPTURE(size);
    std::size_t kept = 0;
    while (kept < whole.ends.size() && whole.ends[kept] <= size) {
      ++kept;
    }
    CHECK(writer->is_confirming());
    put_session(*writer, 12);
    put(*writer, RecordKind::session_closed, 12, payload_of(7));
    CHECK(!writer->is_confirming());
    CHECK(!writer->divergence().has_value());
    REQUIRE(writer->close().has_value());
    CHECK(bytes_of(scratch.path() / "cut") == bytes);
  }
}

TEST_CASE("a record that is produced otherwise shows as a divergence at its sequence") {
  const test::ScratchDir scratch("journal-diverge");
  write_session(scratch.path(), 12, End::open);
  auto writer = JournalWriter::resume(scratch.path());
  REQUIRE(writer.has_value());
  CHECK(writer->resumed_from() == 12);
  put(*writer, RecordKind::session_opened, 0, payload_of(99));
  for (std::uint64_t i = 1; i <= 2; ++i) {
    put(*writer, RecordKind::event, i, payload_of(i));
  }
  CHECK(!writer->divergence().has_value());
  put(*writer, RecordKind::event, 3, payload_of(4));
  CHECK(writer->divergence() == 3);
}

TEST_CASE("an open session with damage goes on behind the last good record, and says so") {
  const test::ScratchDir scratch("journal-damage");
  write_session(scratch.path() / "s", 12, End::open);
  const std::string bytes = bytes_of(scratch.path() / "s");
  const Found whole = read_all(scratch.path() / "s");
  std::string flipped = bytes;
  flipped[whole.ends[6] + 40] ^= 1;
  set_bytes(scratch.path() / "s", flipped);
  auto writer = JournalWriter::resume(scratch.path() / "s");
  REQUIRE(writer.has_value());
  REQUIRE(writer->damage().has_value());
  CHECK(writer->damage()->offset == whole.ends[6]);
  CHECK(writer->resumed_from() == writer->damage()->sequence);
  put_session(*writer, 12);
  CHECK(!writer->divergence().has_value());
  REQUIRE(writer->close().has_value());
  CHECK(bytes_of(scratch.path() / "s") == bytes);
}
