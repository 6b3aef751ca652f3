// Full, slow and broken disks behind the journal's writer: nothing is corrupted, the trading
// thread does not wait for them, and it is told when no entry may be sent.

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "store/journal_reader.hpp"
#include "store/journal_writer.hpp"
#include "support/failing_disk.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using store::Durability;
using store::JournalReader;
using store::JournalTrouble;
using store::JournalWriter;
using store::RecordKind;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kSegment = 64 * 1024;
constexpr std::size_t kPayload = 200;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

void put(JournalWriter& writer, std::uint64_t sequence) {
  const auto room = writer.reserve(kPayload);
  std::memset(room.data(), static_cast<int>(sequence), kPayload);
  writer.commit(sequence == 0 ? RecordKind::session_opened : RecordKind::event, sequence,
                kPayload);
}

template <typename Condition>
bool comes_true(Condition condition, std::chrono::seconds patience = std::chrono::seconds(10)) {
  const auto until = Clock::now() + patience;
  while (!condition()) {
    if (Clock::now() > until) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::uint64_t check_whole(const std::filesystem::path& session) {
  auto reader = JournalReader::open(session);
  REQUIRE(reader.has_value());
  std::uint64_t expected = 0;
  while (const auto record = reader->next()) {
    CHECK(record->sequence == expected++);
  }
  CHECK(!reader->damage().has_value());
  return expected;
}

}  // namespace

TEST_CASE("a full disk is told while there is room left for exits, and room that comes back too") {
  const test::ScratchDir scratch("disk-full");
  test::FailingDisk disk;
  auto writer = JournalWriter::create(scratch.path() / "s", {},
                                      {.segment_bytes = kSegment, .disk = &disk});
  REQUIRE(writer.has_value());
  disk.is_full = true;
  std::uint64_t sequence = 0;
  // Up to half of the segment all is well.
  while ((sequence + 1) * 240 < kSegment / 2 - 1'000) {
    put(*writer, sequence++);
  }
  REQUIRE(writer->await_written().has_value());
  CHECK(writer->trouble(now_ns()) == JournalTrouble::none);
  // Then entries stop, and what is left takes the exits.
  while (sequence * 240 < kSegment / 2 + 1'000) {
    put(*writer, sequence++);
  }
  REQUIRE(writer->flush().has_value());
  CHECK(comes_true([&] { return writer->trouble(now_ns()) == JournalTrouble::no_room; }));
  REQUIRE(writer->await_written().has_value());
  // Beyond the segment records wait in memory; the trading thread does not.
  const std::uint64_t in_file = sequence;
  while (sequence * 240 < 4 * kSegment) {
    put(*writer, sequence++);
  }
  CHECK(writer->flush().has_value());
  CHECK(writer->has_room());
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  CHECK(writer->trouble(now_ns()) == JournalTrouble::no_room);
  CHECK(writer->acknowledged_sequence() >= in_file - 1);
  CHECK(writer->acknowledged_sequence() < sequence - 1);
  disk.is_full = false;
  CHECK(comes_true([&] { return writer->trouble(now_ns()) == JournalTrouble::none; }));
  REQUIRE(writer->await_written().has_value());
  put(*writer, sequence++);
  REQUIRE(writer->close().has_value());
  CHECK(check_whole(scratch.path() / "s") == sequence);
}

TEST_CASE("a disk that stays full ends the session with an error and an intact journal") {
  const test::ScratchDir scratch("disk-stays-full");
  test::FailingDisk disk;
  auto writer = JournalWriter::create(scratch.path() / "s", {},
                                      {.segment_bytes = kSegment, .disk = &disk});
  REQUIRE(writer.has_value());
  disk.is_full = true;
  std::uint64_t sequence = 0;
  while (sequence * 240 < 2 * kSegment) {
    put(*writer, sequence++);
  }
  const auto closed = writer->close();
  REQUIRE(!closed.has_value());
  CHECK(closed.error().message.find("no room on the disk") == 0);
  const std::uint64_t kept = check_whole(scratch.path() / "s");
  CHECK(kept > 200);
  CHECK(kept < sequence);
  // It goes on where it stopped once there is room.
  disk.is_full = false;
  auto again = JournalWriter::resume(scratch.path() / "s", &disk);
  REQUIRE(again.has_value());
  for (std::uint64_t i = 0; i < sequence; ++i) {
    put(*again, i);
  }
  CHECK(!again->divergence().has_value());
  REQUIRE(again->close().has_value());
  CHECK(check_whole(scratch.path() / "s") == sequence);
}

TEST_CASE("a journal does not begin on a disk without room") {
  const test::ScratchDir scratch("disk-none");
  test::FailingDisk disk;
  disk.is_full = true;
  const auto writer = JournalWriter::create(scratch.path() / "s", {}, {.disk = &disk});
  REQUIRE(!writer.has_value());
  CHECK(writer.error().message.find("No space left") != std::string::npos);
  CHECK(!std::filesystem::exists(scratch.path() / "s" / store::segment_name(1)));
}

TEST_CASE("a disk that syncs for seconds is told as behind, and nobody waits for it but entries") {
  const test::ScratchDir scratch("disk-slow");
  test::FailingDisk disk;
  auto writer = JournalWriter::create(
      scratch.path() / "s", {}, {.durability = Durability::synced, .disk = &disk});
  REQUIRE(writer.has_value());
  put(*writer, 0);
  REQUIRE(writer->await_acknowledged().has_value());
  CHECK(writer->acknowledged_sequence() == 0);
  disk.sync_ms = 2'000;
  put(*writer, 1);
  REQUIRE(writer->flush().has_value());
  const auto from = Clock::now();
  std::uint64_t sequence = 2;
  double longest_us = 0;
  bool was_behind = false;
  while (Clock::now() - from < std::chrono::milliseconds(1'800)) {
    const auto before = Clock::now();
    put(*writer, sequence++);
    CHECK(writer->flush().has_value());
    longest_us = std::max(
        longest_us, std::chrono::duration<double, std::micro>(Clock::now() - before).count());
    was_behind = was_behind || writer->trouble(now_ns()) == JournalTrouble::behind;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(was_behind);
  CHECK(longest_us < 500'000);  // a machine under load may take its time; the disk takes 2 s
  disk.sync_ms = 0;
  CHECK(comes_true([&] { return writer->trouble(now_ns()) == JournalTrouble::none; }));
  REQUIRE(writer->await_acknowledged().has_value());
  CHECK(writer->acknowledged_sequence() == sequence - 1);
  REQUIRE(writer->close().has_value());
  CHECK(check_whole(scratch.path() / "s") == sequence);
}

TEST_CASE("a sync that fails is final: it is not tried again, and nothing more is promised") {
  const test::ScratchDir scratch("disk-broken");
  test::FailingDisk disk;
  auto writer = JournalWriter::create(
      scratch.path() / "s", {}, {.durability = Durability::synced, .disk = &disk});
  REQUIRE(writer.has_value());
  put(*writer, 0);
  REQUIRE(writer->await_acknowledged().has_value());
  disk.sync_error = EIO;
  put(*writer, 1);
  CHECK(!writer->await_acknowledged().has_value());
  CHECK(writer->trouble(now_ns()) == JournalTrouble::failed);
  disk.sync_error = 0;
  put(*writer, 2);
  CHECK(!writer->await_written().has_value());
  CHECK(!writer->close().has_value());
  CHECK(writer->acknowledged_sequence() == 0);
  check_whole(scratch.path() / "s");
}
