// Compressed segments: the same bytes and records come back, every flip and cut is refused with
// its place, and whatever a killed packer leaves behind costs nothing.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "store/journal_reader.hpp"
#include "store/journal_writer.hpp"
#include "store/packed/packed_segment.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using store::JournalReader;
using store::JournalWriter;
using store::RecordKind;
namespace fs = std::filesystem;

namespace {

void put_record(JournalWriter& writer, RecordKind kind, std::uint64_t sequence,
                std::size_t bytes) {
  const auto room = writer.reserve(bytes);
  REQUIRE(room.size() >= bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    room[i] = static_cast<std::byte>((sequence * 31 + i * i) >> (i % 5));
  }
  writer.commit(kind, sequence, bytes);
}

// Several small segments.
void write_small_session(const fs::path& dir, bool is_closed) {
  auto writer = JournalWriter::create(dir, {}, {.segment_bytes = 64UL * 1024});
  REQUIRE(writer.has_value());
  put_record(*writer, RecordKind::session_opened, 0, 300);
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    put_record(*writer, RecordKind::event, i, 20 + i % 60);
  }
  if (is_closed) {
    put_record(*writer, RecordKind::session_closed, 3000, 40);
  }
  REQUIRE(writer->close().has_value());
}

std::string file_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_file_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

struct Records {
  std::uint64_t count = 0;
  std::uint64_t chain = 0;
  bool is_closed = false;
  friend bool operator==(const Records&, const Records&) = default;
};

Records records_of(const fs::path& dir) {
  auto reader = JournalReader::open(dir);
  REQUIRE(reader.has_value());
  Records out;
  while (reader->next()) {
    ++out.count;
  }
  CHECK_FALSE(reader->damage().has_value());
  out.chain = reader->chain();
  out.is_closed = reader->is_closed();
  return out;
}

std::vector<std::string> plain_segments(const fs::path& dir) {
  std::vector<std::string> out;
  for (std::uint64_t i = 1; fs::exists(dir / store::segment_name(i)); ++i) {
    out.push_back(file_bytes(dir / store::segment_name(i)));
  }
  return out;
}

}  // namespace

TEST_CASE("a packed session gives back its bytes, and reads as before") {
  const test::ScratchDir scratch{"packed"};
  const fs::path dir = scratch.path() / "s";
  write_small_session(dir, true);
  const auto plain = plain_segments(dir);
  REQUIRE(plain.size() > 2);
  const Records before = records_of(dir);
  REQUIRE(before.is_closed);
  const auto written = fs::last_write_time(dir / store::segment_name(2));
  const auto packed = store::pack_session(dir);
  REQUIRE_MESSAGE(packed.has_value(), packed.error().message);
  CHECK(packed->segments == plain.size());
  CHECK(packed->bytes_after < packed->bytes_before);
  CHECK_FALSE(store::has_plain_segment(dir));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const auto back = store::unpack_segment(dir / store::packed_name(i + 1));
    REQUIRE(back.has_value());
    const auto bytes = back->bytes();
    CHECK(plain[i] == std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  CHECK(fs::last_write_time(dir / store::packed_name(2)) == written);
  CHECK(records_of(dir) == before);
  CHECK(store::is_marked_closed(dir));
  CHECK(JournalReader::open_at(dir, {2, store::kSegmentHeaderBytes, 0, 0}).has_value());
  // Nothing is left to pack, and nobody may begin another session over it.
  CHECK(store::pack_session(dir)->segments == 0);
  CHECK_FALSE(JournalWriter::create(dir, {}, {}).has_value());
  CHECK(records_of(dir) == before);
}

TEST_CASE("an open or damaged session is not packed") {
  const test::ScratchDir scratch{"unpacked"};
  const fs::path open = scratch.path() / "open";
  write_small_session(open, false);
  CHECK_FALSE(store::is_marked_closed(open));
  const auto refused = store::pack_session(open);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("is not closed") != std::string::npos);
  const fs::path bad = scratch.path() / "bad";
  write_small_session(bad, true);
  const fs::path second = bad / store::segment_name(2);
  std::string bytes = file_bytes(second);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  put_file_bytes(second, bytes);
  const auto damaged = store::pack_session(bad);
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().message.find(second.string()) != std::string::npos);
  CHECK(file_bytes(second) == bytes);
  CHECK_FALSE(fs::exists(bad / store::packed_name(1)));
}

TEST_CASE("each flipped byte and each cut of a packed segment is refused with its place") {
  const test::ScratchDir scratch{"packed-flips"};
  const fs::path dir = scratch.path() / "s";
  write_small_session(dir, true);
  REQUIRE(store::pack_session(dir).has_value());
  const fs::path file = dir / store::packed_name(2);
  const std::string sound = file_bytes(file);
  const std::string place = file.string() + " is damaged at byte ";
  const auto check_refused = [&](const std::string& bytes, std::size_t at) {
    put_file_bytes(file, bytes);
    const auto unpacked = store::unpack_segment(file);
    if (unpacked) {
      FAIL_CHECK("damage was not noticed at byte " << at);
      return;
    }
    CHECK(unpacked.error().kind == ErrorKind::data);
    CHECK_MESSAGE(unpacked.error().message.starts_with(place), unpacked.error().message);
  };
  const std::size_t step = std::max<std::size_t>(1, sound.size() / 700);
  for (std::size_t i = 0; i < sound.size(); i += i < 64 ? 1 : step) {
    std::string bytes = sound;
    bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
    check_refused(bytes, i);
    if (i > 0) {
      check_refused(sound.substr(0, i), i);
    }
  }
  // The reader stops in front of it, and says which file and where.
  put_file_bytes(file, sound.substr(0, sound.size() - 1));
  auto reader = JournalReader::open(dir);
  REQUIRE(reader.has_value());
  std::uint64_t good = 0;
  while (reader->next()) {
    ++good;
  }
  CHECK(good > 100);
  REQUIRE(reader->damage().has_value());
  CHECK(reader->damage()->file == file.string());
  CHECK(reader->damage()->what.starts_with(place));
  CHECK_FALSE(reader->is_closed());
}

TEST_CASE("a packed segment whose last frames are missing is refused") {
  const test::ScratchDir scratch{"packed-frames"};
  const fs::path dir = scratch.path() / "s";
  {
    auto writer = JournalWriter::create(dir, {}, {});
    REQUIRE(writer.has_value());
    put_record(*writer, RecordKind::session_opened, 0, 300);
    put_record(*writer, RecordKind::event, 1, 3'000'000);
    put_record(*writer, RecordKind::session_closed, 1, 40);
    REQUIRE(writer->close().has_value());
  }
  REQUIRE(store::pack_session(dir).has_value());
  CHECK(records_of(dir).count == 3);
  const fs::path file = dir / store::packed_name(1);
  const std::string sound = file_bytes(file);
  // Where the last frame begins: zstd's magic number.
  const std::size_t last = sound.rfind(std::string("\x28\xB5\x2F\xFD", 4));
  REQUIRE(last > 100);
  put_file_bytes(file, sound.substr(0, last));
  const auto cut = store::unpack_segment(file);
  REQUIRE_FALSE(cut.has_value());
  CHECK(cut.error().message.find("it ends behind 2097152 of ") != std::string::npos);
  // A damage in the last frame is told to be there.
  std::string flipped = sound;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  put_file_bytes(file, flipped);
  const auto flip = store::unpack_segment(file);
  REQUIRE_FALSE(flip.has_value());
  CHECK(flip.error().message.find("damaged at byte " + std::to_string(last) + " of ") !=
        std::string::npos);
}

TEST_CASE("a packer that was killed at any step costs nothing") {
  const test::ScratchDir scratch{"packed-kills"};
  const fs::path dir = scratch.path() / "s";
  write_small_session(dir, true);
  const Records before = records_of(dir);
  const std::string plain = file_bytes(dir / store::segment_name(1));
  // While a draft is written: it is looked at by nobody.
  const fs::path draft = dir / (store::packed_name(1) + ".draft");
  put_file_bytes(draft.string() + ".new", "half of a dra");
  put_file_bytes(draft, "a draft that was not checked");
  CHECK(records_of(dir) == before);
  CHECK(store::packing_drafts(dir).size() == 2);
  REQUIRE(store::pack_session(dir).has_value());
  CHECK(store::packing_drafts(dir).empty());
  CHECK(records_of(dir) == before);
  // Between the renaming and the removal of the plain file: both are there, the plain one counts.
  put_file_bytes(dir / store::segment_name(1), plain);
  CHECK(records_of(dir) == before);
  REQUIRE(store::has_plain_segment(dir));
  const auto again = store::pack_session(dir);
  REQUIRE(again.has_value());
  CHECK(again->segments == 1);
  CHECK_FALSE(store::has_plain_segment(dir));
  CHECK(records_of(dir) == before);
}
