// A session on disk tells everything again, and nothing in it can be changed unseen.

#include <doctest/doctest.h>

#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "runtime/backtest.hpp"
#include "runtime/replay.hpp"
#include "store/journal_reader.hpp"
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
  return test::must(runtime::replay_session({session, mask}, {}));
}

}  // namespace

TEST_CASE("the recorded session replays equal and closed, and its figures come from it alone") {
  SKIP_WITHOUT_DATA();
  const test::ScratchDir scratch("replay");
  runtime::RunOptions options = test::recorded_may();
  options.out = scratch.path() / "session";
  static_cast<void>(test::plan_recorded(options));  // imports once
  const auto result = test::must(runtime::run_backtest(options, {}));

  const auto again = replay(options.out);
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

  SUBCASE("without a component that acted it differs, and says where first") {
    const auto masked = replay(options.out, "coin_scorer");
    CHECK(!masked.equal);
    REQUIRE(masked.first_difference.has_value());
    CHECK(*masked.first_difference > 0);
    CHECK(*masked.first_difference > masked.verified_through);
    // The mask is no damage, and up to the difference everything was the same.
    CHECK(!masked.corrupt_at.has_value());
  }

  SUBCASE("each of 200 flipped bytes is found at its place") {
    const auto flips = random_flips(places_of(options.out));
    std::vector<runtime::ReplayResult> found(kFlips);
    const auto try_every_second = [&](std::size_t first) {
      const fs::path copy = scratch.path() / ("copy" + std::to_string(first));
      fs::copy(options.out, copy, fs::copy_options::recursive);
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
    std::size_t pinned = 0;
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
      ++pinned;
    }
    MESSAGE(pinned << " flipped bytes found");
  }

  SUBCASE("a session that was cut is open, and verified as far as it goes") {
    const auto places = places_of(options.out);
    const fs::path segment = options.out / store::segment_name(places.back().segment);
    const std::uint64_t size = fs::file_size(segment);
    RandomStream random(11, 1);
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 0; i < kSlices; ++i) {
      sizes.push_back(store::kSegmentHeaderBytes + places[1].length +
                      random.below(size - places[1].length - store::kSegmentHeaderBytes));
    }
    std::sort(sizes.rbegin(), sizes.rend());
    if (places.back().segment == 1) {
      for (const std::uint64_t cut : sizes) {
        fs::resize_file(segment, cut);
        std::uint64_t last_event = 0;
        for (const Place& place : places) {
          last_event = place.offset <= cut ? place.sequence : last_event;
        }
        const auto open = replay(options.out);
        CAPTURE(cut);
        CHECK(open.equal);
        CHECK(!open.closed);
        CHECK(!open.corrupt_at.has_value());
        // What the last event caused may have been cut off; then it is not verified.
        CHECK(open.verified_through <= last_event);
        CHECK(open.verified_through + 1 >= last_event);
      }
    } else {
      FAIL("the session grew into a second segment; cut its last one instead");
    }
  }
}
