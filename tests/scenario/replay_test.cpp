// A session on disk tells everything again, and nothing in it can be changed unseen.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "runtime/backtest.hpp"
#include "runtime/replay.hpp"
#include "store/journal_reader.hpp"
#include "support/journal_tail.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFlips = 200;
constexpr std::size_t kSlices = 40;

// Where each byte of a session belongs: its segment and the record that holds it.
struct Place {
  std::uint64_t segment = 1;
  std::uint64_t offset = 0;    // of the record, or 0 for the segment's header
  std::uint64_t length = 0;
  std::uint64_t sequence = 0;  // of the record before
};

std::vector<Place> places_of(const fs::path& session) {
  auto reader = test::must(store::JournalReader::open(session));
  std::vector<Place> places;
  places.push_back({1, 0, store::kSegmentHeaderBytes, 0});
  std::uint64_t sequence = 0;
  while (const auto record = reader.next()) {
    if (reader.end_segment() != places.back().segment) {
      places.push_back({reader.end_segment(), 0, store::kSegmentHeaderBytes, sequence});
    }
    places.push_back({reader.end_segment(), reader.end_offset() - record->bytes.size(),
                      record->bytes.size(), sequence});
    sequence = record->sequence;
  }
  REQUIRE(reader.is_closed());
  return places;
}

void flip(const fs::path& file, std::uint64_t offset, std::uint8_t bits) {
  std::fstream io(file, std::ios::in | std::ios::out | std::ios::binary);
  io.seekg(static_cast<std::streamoff>(offset));
  const int byte = io.get();
  io.seekp(static_cast<std::streamoff>(offset));
  io.put(static_cast<char>(byte ^ bits));
}

struct Flip {
  Place place;
  std::uint64_t at = 0;  // in the segment
  std::uint8_t bits = 1;
};

// Uniform over all bytes of all segments.
std::vector<Flip> random_flips(const std::vector<Place>& places) {
  std::uint64_t total = 0;
  for (const Place& place : places) {
    total += place.length;
  }
  RandomStream random(7, 1);
  std::vector<Flip> flips;
  while (flips.size() < kFlips) {
    std::uint64_t left = random.below(total);
    for (const Place& place : places) {
      if (left < place.length) {
        const auto bits = static_cast<std::uint8_t>(1U + random.below(255));
        flips.push_back({place, place.offset + left, bits});
        break;
      }
      left -= place.length;
    }
  }
  return flips;
}

runtime::ReplayResult replay(const fs::path& session, const std::string& mask = "") {
  runtime::ReplayOptions options;
  options.session = session;
  options.mask = mask;
  return test::must(runtime::replay_session(options, {}));
}

// The May session on disk, played once for the test cases here.
struct KeptSession {
  KeptSession() : scratch("replay") {
    runtime::RunOptions options = test::recorded_may();
    options.out = scratch.path() / "session";
    static_cast<void>(test::plan_recorded(options));  // imports once
    result = test::must(runtime::run_backtest(options, {}));
    path = options.out;
  }
  test::ScratchDir scratch;
  fs::path path;
  views::RunResult result;
};
const KeptSession& kept() {
  static const KeptSession session;
  return session;
}

}  // namespace

TEST_CASE("the recorded session replays equal and closed, and its figures come from it alone") {
  SKIP_WITHOUT_DATA();
  const views::RunResult& result = kept().result;
  const auto again = replay(kept().path);
  CHECK(again.equal);
  CHECK(again.closed);
  CHECK(!again.first_difference.has_value());
  CHECK(!again.corrupt_at.has_value());
  CHECK(again.digest == result.digest);
  CHECK(again.recorded_digest == result.digest);
  CHECK(again.result.trades == result.trades);
  CHECK(again.result.net_pnl == result.net_pnl);
  CHECK(again.result.end_equity == result.end_equity);
  CHECK(again.result.commissions == result.commissions);
  CHECK(again.result.funding == result.funding);
  CHECK(again.result.triggers == result.triggers);
  CHECK(again.result.protection_breaches == result.protection_breaches);
}

TEST_CASE("without a component that acted a replay differs, and says where first") {
  SKIP_WITHOUT_DATA();
  const auto masked = replay(kept().path, "coin_scorer");
  CHECK(!masked.equal);
  REQUIRE(masked.first_difference.has_value());
  CHECK(*masked.first_difference > 0);
  CHECK(*masked.first_difference > masked.verified_through);
  // The mask is no damage, and up to the difference everything was the same.
  CHECK(!masked.corrupt_at.has_value());
}

TEST_CASE("each of 200 flipped bytes of a session is found at its place") {
  SKIP_WITHOUT_DATA();
  const auto flips = random_flips(places_of(kept().path));
  std::vector<runtime::ReplayResult> found(kFlips);
  const auto try_every_second = [&](std::size_t first) {
    const fs::path copy = kept().scratch.path() / ("copy" + std::to_string(first));
    fs::copy(kept().path, copy, fs::copy_options::recursive);
    for (std::size_t i = first; i < kFlips; i += 2) {
      const fs::path file = copy / store::segment_name(flips[i].place.segment);
      flip(file, flips[i].at, flips[i].bits);
      found[i] = replay(copy);
      flip(file, flips[i].at, flips[i].bits);
    }
    return replay(copy).equal;
  };
  auto other_half = std::async(std::launch::async, try_every_second, 1U);
  CHECK(try_every_second(0));
  CHECK(other_half.get());
  for (std::size_t i = 0; i < kFlips; ++i) {
    const Flip& flipped = flips[i];
    const std::string name = store::segment_name(flipped.place.segment);
    CAPTURE(name);
    CAPTURE(flipped.at);
    CHECK(!found[i].equal);
    CHECK(!found[i].closed);
    REQUIRE(found[i].corrupt_at.has_value());
    CHECK(fs::path(found[i].corrupt_at->file).filename() == name);
    CHECK(found[i].corrupt_at->offset == flipped.place.offset);
    CHECK(found[i].corrupt_at->sequence == flipped.place.sequence);
  }
}

TEST_CASE("a session that was cut is open, and verified as far as it goes") {
  SKIP_WITHOUT_DATA();
  const auto places = places_of(kept().path);
  const fs::path cut_session = kept().scratch.path() / "cut";
  fs::copy(kept().path, cut_session, fs::copy_options::recursive);
  REQUIRE(places.back().segment == 1);
  const fs::path segment = cut_session / store::segment_name(1);
  const std::uint64_t first = store::kSegmentHeaderBytes + places[1].length;
  const std::uint64_t size = fs::file_size(segment);
  test::unmark_closed(cut_session);
  RandomStream random(11, 1);
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < kSlices; ++i) {
    sizes.push_back(first + random.below(size - first));
  }
  std::sort(sizes.rbegin(), sizes.rend());
  for (const std::uint64_t cut : sizes) {
    fs::resize_file(segment, cut);
    std::uint64_t last_event = 0;
    for (const Place& place : places) {
      last_event = place.offset <= cut ? place.sequence : last_event;
    }
    const auto open = replay(cut_session);
    CAPTURE(cut);
    CHECK(open.equal);
    CHECK(!open.closed);
    CHECK(!open.corrupt_at.has_value());
    // What the last event caused may have been cut off; then it is not verified.
    CHECK(open.verified_through <= last_event);
    CHECK(open.verified_through + 1 >= last_event);
  }
  // With the mark of a closed session the same cut is no open session, but a damaged one.
  const fs::path marked = kept().scratch.path() / "cut-closed";
  fs::copy(kept().path, marked, fs::copy_options::recursive);
  fs::resize_file(marked / store::segment_name(1), size / 2);
  const auto refused = replay(marked);
  CHECK(!refused.equal);
  CHECK(refused.corrupt_at.has_value());
}
