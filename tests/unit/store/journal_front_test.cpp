// The records before a snapshot are checked segment by segment, side by side; what that says is
// what a reader says that goes over them one after the other.

#include "store/snapshot/journal_front.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "store/journal_reader.hpp"
#include "store/journal_writer.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using store::JournalPlace;
using store::JournalReader;
using store::JournalWriter;
using store::RecordKind;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kRoomOfFront = 4 * 1024;

void put(JournalWriter& writer, std::uint64_t sequence, std::size_t bytes) {
  const auto room = writer.reserve(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    room[i] = static_cast<std::byte>(sequence * 31 + i * i);
  }
  writer.commit(sequence == 0 ? RecordKind::session_opened : RecordKind::event, sequence, bytes);
}

JournalPlace mark(JournalWriter& writer) {
  REQUIRE(writer.await_written().has_value());
  writer.mark();
  for (int i = 0; i < 10'000 && !writer.marked(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(writer.marked().has_value());
  return *writer.marked();
}

// Records up to a place in the third segment, and some behind it.
JournalPlace make_front(const fs::path& dir, std::size_t largest = 0) {
  auto writer = JournalWriter::create(dir, {"build", 7, 1}, {.segment_bytes = kRoomOfFront});
  REQUIRE(writer.has_value());
  std::uint64_t sequence = 0;
  for (; sequence < 60; ++sequence) {
    put(*writer, sequence, 24 + sequence * 37 % 150);
  }
  if (largest != 0) {
    put(*writer, sequence++, largest);
    put(*writer, sequence++, 40);
  }
  const JournalPlace place = mark(*writer);
  for (int i = 0; i < 5; ++i) {
    put(*writer, sequence++, 50);
  }
  REQUIRE(writer->await_written().has_value());
  return place;
}

// One after the other.
bool is_good_to_reader(const fs::path& dir, const JournalPlace& place) {
  auto reader = JournalReader::open(dir);
  REQUIRE(reader.has_value());
  reader->end_at(place.segment, place.offset);
  std::uint64_t sequence = 0;
  while (const auto record = reader->next()) {
    sequence = record->sequence;
  }
  return !reader->damage() && JournalPlace{reader->end_segment(), reader->end_offset(), sequence,
                                           reader->chain()} == place;
}

void change(const fs::path& file, std::uint64_t offset, int mask) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(offset));
  const int byte = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(offset));
  bytes.put(static_cast<char>(byte ^ mask));
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>{in}, {}};
}
void set_bytes_of(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("the front of a journal: any changed byte before the place, and none behind it, shows") {
  const test::ScratchDir scratch("front-flips");
  const fs::path dir = scratch.path() / "s";
  const JournalPlace place = make_front(dir);
  REQUIRE(place.segment == 3);
  REQUIRE(store::verify_front(dir, place));
  std::size_t bad = 0;
  std::size_t differing = 0;
  for (std::uint64_t segment = 1; segment <= place.segment; ++segment) {
    const fs::path file = dir / store::segment_name(segment);
    const std::uint64_t size = std::min<std::uint64_t>(fs::file_size(file), kRoomOfFront);
    for (std::uint64_t offset = 0; offset < size; ++offset) {
      const int mask = 1 << (offset * 5 % 8);
      change(file, offset, mask);
      const bool is_good = store::verify_front(dir, place);
      bad += is_good ? 0U : 1U;
      differing += is_good == is_good_to_reader(dir, place) ? 0U : 1U;
      // Room of the first segment that was never written to: the mark of a closed session.
      const bool is_mark = segment == 1 && offset >= sizeof(store::SegmentHeader) &&
                           offset < store::kSegmentHeaderBytes;
      const bool is_behind = segment == place.segment && offset >= place.offset;
      CHECK_MESSAGE(is_good == (is_mark || is_behind), "segment ", segment, " offset ", offset);
      change(file, offset, mask);
    }
  }
  CHECK(differing == 0);
  CHECK(bad > 2 * kRoomOfFront);
  CHECK(store::verify_front(dir, place));
}

TEST_CASE("the front of a journal: cut, exchanged and missing segments, and other places") {
  const test::ScratchDir scratch("front-segments");
  const fs::path dir = scratch.path() / "s";
  const JournalPlace place = make_front(dir);
  const fs::path first = dir / store::segment_name(1);
  const fs::path second = dir / store::segment_name(2);
  const std::string whole = bytes_of(second);

  for (std::size_t left = 0; left < whole.size(); left += 7) {
    set_bytes_of(second, whole.substr(0, left));
    CHECK_MESSAGE(!store::verify_front(dir, place), left);
  }
  set_bytes_of(second, whole);
  CHECK(store::verify_front(dir, place));

  set_bytes_of(second, bytes_of(first));
  CHECK(!store::verify_front(dir, place));
  fs::remove(second);
  CHECK(!store::verify_front(dir, place));
  set_bytes_of(second, whole);

  // Of another session with the same number of bytes.
  const fs::path other = scratch.path() / "other";
  {
    auto writer = JournalWriter::create(other, {"build", 8, 1}, {.segment_bytes = kRoomOfFront});
    REQUIRE(writer.has_value());
    for (std::uint64_t i = 0; i < 60; ++i) {
      put(*writer, i, 24 + i * 37 % 150);
    }
    REQUIRE(writer->await_written().has_value());
  }
  set_bytes_of(second, bytes_of(other / store::segment_name(2)));
  CHECK(!store::verify_front(dir, place));
  set_bytes_of(second, whole);

  for (JournalPlace wrong : {JournalPlace{place.segment, place.offset + 8, place.sequence,
                                          place.chain},
                             JournalPlace{place.segment, place.offset, place.sequence + 1,
                                          place.chain},
                             JournalPlace{place.segment, place.offset, place.sequence,
                                          place.chain ^ 1},
                             JournalPlace{place.segment - 1, place.offset, place.sequence,
                                          place.chain},
                             JournalPlace{place.segment + 1, store::kSegmentHeaderBytes,
                                          place.sequence, place.chain}}) {
    CHECK(!store::verify_front(dir, wrong));
  }
  CHECK(store::verify_front(dir, place));
}

TEST_CASE("the front of a journal: a record that fills more than one look at the file") {
  const test::ScratchDir scratch("front-large");
  const fs::path dir = scratch.path() / "s";
  constexpr std::size_t kLarge = 700'000;
  const JournalPlace place = make_front(dir, kLarge);
  REQUIRE(store::verify_front(dir, place));
  std::uint64_t holder = 1;
  while (fs::file_size(dir / store::segment_name(holder)) < kLarge) {
    ++holder;
  }
  REQUIRE(holder <= place.segment);
  const fs::path file = dir / store::segment_name(holder);
  for (std::uint64_t offset = 200; offset < kLarge; offset += 99'991) {
    change(file, offset, 0x10);
    CHECK_MESSAGE(!store::verify_front(dir, place), offset);
    change(file, offset, 0x10);
  }
  CHECK(store::verify_front(dir, place));
}
