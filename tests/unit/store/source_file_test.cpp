#include "store/import/source_file.hpp"

#include <doctest/doctest.h>
#include <zstd.h>

#include <string>
#include <vector>

using namespace lanner;
using namespace lanner::store;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

const std::string kHeader = "open_time_ms,open,high,low,close,volume\n";

std::string bar(std::int64_t minute, const std::string& rest = "10,12,9,11,5") {
  return std::to_string(1'700'000'040'000 + minute * 60'000) + "," + rest + "\n";
}

SourceRows<BarRecord> bars_in(const std::string& rows) {
  const std::string text = kHeader + rows;
  auto out = read_bars(bytes_of(text), 60);
  REQUIRE(out);
  return std::move(*out);
}

std::string reason_of_file(const std::string& text) {
  const auto out = read_bars(bytes_of(text), 60);
  REQUIRE(!out);
  return out.error().message;
}

}  // namespace

TEST_CASE("source: gaps, missing, longest and zero volume are counted as the manifest does") {
  const auto out = bars_in(bar(0) + bar(1, "10,12,9,11,0") + bar(4) + bar(5) + bar(10));
  CHECK(out.stats.rows == 5);
  CHECK(out.stats.gaps == 2);
  CHECK(out.stats.missing == 6);
  CHECK(out.stats.longest_gap == 4);
  CHECK(out.stats.zero_volume == 1);
}

TEST_CASE("source: a bad row costs its row and says why, with its line") {
  const auto out = bars_in(bar(0) + bar(1, "10,12,9,x,5") + bar(2, "0,12,0,11,5") +
                           bar(3, "10,9,12,10,5") + bar(4, "10,12,9,13,5") +
                           bar(5, "10,12,9,11") + "soon,10,12,9,11,5\n" + "1,10,12,9,11,5\n" +
                           bar(6, "10,12,9,11,-5") + bar(7, "10,12,9,11,many") +
                           bar(8, "10,12,9,11,") + bar(9, "9300000000,9300000000,1,2,5") +
                           bar(10, "10.0000000001,12,9,11,5") + "\n" +
                           "1700000641000,10,12,9,11,5\n" + bar(11));
  CHECK(out.stats.rows == 2);
  CHECK(out.stats.price.count == 6);
  CHECK(out.stats.rejected == 13);
  REQUIRE(out.rejected.size() == 13);
  CHECK(out.rejected[0].line == 3);
  CHECK(out.rejected[0].reason.find("close: not a decimal: 'x'") != std::string::npos);
  CHECK(out.rejected[2].reason.find("outside low .. high") != std::string::npos);
  CHECK(out.rejected[4].reason.find("5 fields, the header has 6") != std::string::npos);
  CHECK(out.rejected[7].reason.find("negative") != std::string::npos);
  CHECK(out.rejected[12].line == 16);  // the empty line between is no row
  CHECK(out.rejected[12].reason.find("not a multiple of 1m") != std::string::npos);
}

TEST_CASE("source: exponents, signs and dust are numbers; volume is rounded half-even") {
  const auto out = bars_in(bar(0, "1e-05,1.2E-5,9e-6,1.1e-05,2.5e1") +
                           bar(1, "10,12,9,11,1.000000005") + bar(2, "10,12,9,11,1.000000015") +
                           bar(3, "10,12,9,11,0.30000000000000004") + bar(4, "+10,12,9,11,5"));
  REQUIRE(out.rows.size() == 5);
  CHECK(out.rows[0].open == 10'000);
  CHECK(out.rows[0].volume == 2'500'000'000);
  CHECK(out.rows[1].volume == 100'000'000);
  CHECK(out.rows[2].volume == 100'000'002);
  CHECK(out.rows[3].volume == 30'000'000);
  CHECK(out.stats.rounded == 3);
}

TEST_CASE("source: a volume beyond the scale is saturated and counted") {
  const auto out = bars_in(bar(0, "10,12,9,11,92233720368.54775808") + bar(1, "10,12,9,11,1e300") +
                           bar(2, "10,12,9,11,92233720368"));
  REQUIRE(out.rows.size() == 3);
  CHECK(out.rows[0].volume == Quantity::max().raw());
  CHECK(out.rows[1].volume == Quantity::max().raw());
  CHECK(out.stats.saturated == 2);
}

TEST_CASE("source: disorder is sorted and counted, doubled stamps keep the first row") {
  const auto out = bars_in(bar(3) + bar(1) + bar(2) + bar(2) + bar(1, "10,12,9,10,5") + bar(4));
  REQUIRE(out.rows.size() == 4);
  CHECK(out.rows[0].close == 11'000'000'000);
  CHECK(out.stats.disorder.count == 4);
  CHECK(out.stats.duplicates == 2);
  CHECK(out.stats.conflicts.count == 1);
  CHECK(out.stats.gaps == 0);
}

TEST_CASE("source: columns are found by name; line ends, byte order mark and last line may vary") {
  const std::string text =
      "\xEF\xBB\xBFvolume,close,low,high,open,open_time_ms,trades\r\n"
      "5,11,9,12,10,1700000040000,7\r\n5,11,9,12,10,1700000100000,7";
  const auto out = read_bars(bytes_of(text), 0);
  REQUIRE(out);
  CHECK(out->rows.size() == 2);
  CHECK(out->rows[0].high == 12'000'000'000);
  CHECK(out->interval_s == 60);
}

TEST_CASE("source: a bad file says what is wrong with it") {
  CHECK(reason_of_file("").find("empty") != std::string::npos);
  CHECK(reason_of_file(kHeader).find("no rows") != std::string::npos);
  CHECK(reason_of_file("a,b\n1,2\n").find("no column 'open_time_ms'") != std::string::npos);
  CHECK(reason_of_file(kHeader + bar(0, "x,x,x,x,x")).find("line 2") != std::string::npos);
  CHECK(reason_of_file(std::string(3 << 20, 'a')).find("longer than 1 MiB") != std::string::npos);
}

TEST_CASE("source: a cut or damaged zstd file gives no rows at all") {
  std::string rows = kHeader;
  for (int i = 0; i < 20'000; ++i) {
    rows += bar(i, std::to_string(10 + i % 7) + ",99,1,11," + std::to_string(i * 7919 % 1000));
  }
  const std::string good = packed(rows);
  const auto whole = read_bars(bytes_of(good), 60);
  REQUIRE(whole);
  CHECK(whole->stats.rows == 20'000);
  const std::string cut = good.substr(0, good.size() / 2);
  CHECK(reason_of_file(cut).find("cut") != std::string::npos);
  CHECK(reason_of_file(good.substr(0, 5)).find("cut") != std::string::npos);
  std::string damaged = good;
  damaged[4] = static_cast<char>(0xFF);
  CHECK(reason_of_file(damaged).find("zstd") != std::string::npos);
  const std::string two_frames = good + packed(bar(20'000));
  const auto both = read_bars(bytes_of(two_frames), 60);
  REQUIRE(both);
  CHECK(both->stats.rows == 20'001);
}

TEST_CASE("source: trades keep twins, their side and their delay") {
  const std::string text =
      "ts_ms,recv_ms,price,qty,is_buyer_maker\n"
      "1767653689230,1767653689420,94125.23,0.0001,1\n"
      "1767653689230,1767653689420,94125.23,0.0001,1\n"
      "1767653689231,1767653689230,94125.29,0.0141,0\n"
      "1767653689231,1777653689230,94125.29,0.0141,false\n"
      "1767653689231,1767653689230,94125.29,0,0\n"
      "1767653689231,1767653689230,94125.29,0.1,maybe\n";
  const auto out = read_trades(bytes_of(text));
  REQUIRE(out);
  REQUIRE(out->rows.size() == 4);
  CHECK(out->rows[0].quantity == -10'000);
  CHECK(out->rows[0].aggressor_side() == model::Side::sell);
  CHECK(out->rows[0].ts_init_delta_us == 190'000);
  CHECK(out->rows[2].ts_init_delta_us == -1'000);
  CHECK(out->rows[2].aggressor_side() == model::Side::buy);
  CHECK(out->stats.clamped == 1);
  CHECK(out->stats.duplicates == 0);
  CHECK(out->stats.rejected == 2);
}

TEST_CASE("source: funding has a gap where more than eight hours pass") {
  const std::string text =
      "funding_time_ms,funding_rate\n1609459200000,0.00034729\n1609488000026,-1e-04\n"
      "1609545600000,0.0001\n1609545600000,0.0001\n";
  const auto out = read_funding(bytes_of(text));
  REQUIRE(out);
  REQUIRE(out->rows.size() == 3);
  CHECK(out->rows[1].rate == -1'000'000);
  CHECK(out->stats.gaps == 1);
  CHECK(out->stats.missing == 1);
  CHECK(out->stats.duplicates == 1);
}

TEST_CASE("source: the kind is told by the header line") {
  CHECK(kind_of_header("open_time_ms,open,high,low,close,volume") == SeriesKind::bars);
  CHECK(kind_of_header("ts_ms,price,qty,is_buyer_maker") == SeriesKind::trades);
  CHECK(kind_of_header("funding_time_ms,funding_rate") == SeriesKind::funding);
  CHECK(kind_of_header("ts_ms,recv_ms,type,side,price,qty") == SeriesKind::depth);
  CHECK(kind_of_header("date,fng") == SeriesKind::sentiment);
  CHECK(!kind_of_header("date,value"));
}
