#include "store/series_file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store;
using lanner::test::ScratchDir;

namespace {

constexpr std::int64_t kStart = 1'700'000'040'000'000'000;

std::vector<BarRecord> some_bars(std::size_t count) {
  std::vector<BarRecord> bars;
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    bars.push_back({kStart + n * kNsPerMinute, 10 + n, 12 + n, 9 + n, 11 + n, 5});
  }
  return bars;
}

const SeriesIdentity kIdentity = identity_of("BTCUSDT.BINANCE", SeriesKind::bars, 60);

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("series file: what was written is read, and sliced by time") {
  const ScratchDir dir{"series"};
  const auto path = dir.path() / "deep" / "bars-1m.bin";
  const auto bars = some_bars(5'000);
  REQUIRE(write_series(path, kIdentity, std::span{bars}));
  const auto series = BarSeries::open(path, kIdentity);
  REQUIRE(series);
  const auto rows = (*series)->rows();
  CHECK(std::vector<BarRecord>(rows.begin(), rows.end()) == bars);
  CHECK((*series)->interval_s() == 60);
  CHECK((*series)->from() == Timestamp{kStart});
  const auto slice = (*series)->between(Timestamp{kStart + 1}, Timestamp{kStart} + minutes(3));
  REQUIRE(slice.size() == 2);
  CHECK(slice[0] == bars[1]);
  CHECK((*series)->between(Timestamp{0}, Timestamp{1}).empty());
}

TEST_CASE("series file: every flipped byte and every cut is found, with file and offset") {
  const ScratchDir dir{"series-flip"};
  const auto path = dir.path() / "bars-1m.bin";
  const auto bars = some_bars(3'000);  // three blocks
  REQUIRE(write_series(path, kIdentity, std::span{bars}));
  const std::string good = content_of(path);
  for (std::size_t at = 0; at < good.size(); at += at < 64 ? 1 : 977) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    const auto damaged = dir.write("damaged.bin", bad);
    const auto series = BarSeries::open(damaged, kIdentity);
    CAPTURE(at);
    REQUIRE(!series);
    CHECK(series.error().kind == ErrorKind::data);
    CHECK(series.error().message.find(damaged.string()) != std::string::npos);
    CHECK(series.error().message.find("offset") != std::string::npos);
  }
  std::string in_second_block = good;
  in_second_block[64 + 70'000] ^= 1;
  const auto series = BarSeries::open(dir.write("second.bin", in_second_block), kIdentity);
  REQUIRE(!series);
  CHECK(series.error().message.find("offset 65600") != std::string::npos);
  for (const std::size_t length : {std::size_t{0}, std::size_t{63}, good.size() - 1}) {
    CHECK(!BarSeries::open(dir.write("cut.bin", good.substr(0, length)), kIdentity));
  }
  CHECK(!BarSeries::open(dir.write("long.bin", good + "x"), kIdentity));
}

TEST_CASE("series file: another instrument's, kind's or interval's file is refused") {
  const ScratchDir dir{"series-other"};
  const auto path = dir.path() / "bars-1m.bin";
  const auto bars = some_bars(3);
  REQUIRE(write_series(path, kIdentity, std::span{bars}));
  CHECK(!BarSeries::open(path, identity_of("ETHUSDT.BINANCE", SeriesKind::bars, 60)));
  CHECK(!BarSeries::open(path, identity_of("BTCUSDT.BINANCE", SeriesKind::bars, 300)));
  CHECK(!TradeSeries::open(path, identity_of("BTCUSDT.BINANCE", SeriesKind::trades, 0)));
  const auto absent = BarSeries::open(dir.path() / "none.bin", kIdentity);
  REQUIRE(!absent);
  CHECK(absent.error().kind == ErrorKind::data);
}

TEST_CASE("interval names go both ways") {
  for (const std::int32_t seconds : {1, 30, 60, 300, 900, 3'600, 14'400, 86'400}) {
    CHECK(interval_of(interval_name(seconds)) == seconds);
  }
  CHECK(interval_name(900) == "15m");
  CHECK(interval_of("15") == 0);
  CHECK(interval_of("m") == 0);
  CHECK(interval_of("-1m") == 0);
  CHECK(interval_of("1mm") == 0);
}
