#pragma once

// Small catalogs made by hand: the named instruments with the series that a test wants.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "store/catalog.hpp"
#include "store/catalog_writer.hpp"
#include "store/import/source_name.hpp"

namespace lanner::test {

inline constexpr Timestamp kMadeStart{1'700'006'400 * kNsPerSecond};  // 2023-11-15 00:00 UTC

// `count` flat bars from `from` on.
inline std::vector<store::BarRecord> flat_bars(Timestamp from, std::int32_t interval_s,
                                               std::size_t count, std::int64_t units = 100) {
  std::vector<store::BarRecord> rows;
  const std::int64_t px = Price::from_int(units).raw();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t open_time =
        from.ns() + static_cast<std::int64_t>(i) * interval_s * kNsPerSecond;
    rows.push_back({open_time, px, px, px, px, Quantity::from_int(1000).raw()});
  }
  return rows;
}

class MadeCatalog {
 public:
  explicit MadeCatalog(std::filesystem::path dir) : dir_(std::move(dir)) {
    auto created = store::CatalogWriter::create(dir_, store::Origin::recorded);
    REQUIRE(created.has_value());
    writer_.push_back(std::move(*created));
  }
  MadeCatalog& instrument(const std::string& name) {
    auto rule = store::instrument_of(name);
    REQUIRE(rule.has_value());
    rule->tick = *parse_fixed<Price>("0.1");
    rule->step = *parse_fixed<Quantity>("0.001");
    REQUIRE(writer_[0].add_instrument(*rule).has_value());
    return *this;
  }
  MadeCatalog& bars(const std::string& name, std::int32_t interval_s,
                    const std::vector<store::BarRecord>& rows) {
    REQUIRE(writer_[0].write_bars(name, interval_s, rows).has_value());
    return *this;
  }
  MadeCatalog& trades(const std::string& name, const std::vector<store::TradeRecord>& rows) {
    REQUIRE(writer_[0].write_trades(name, rows).has_value());
    return *this;
  }
  MadeCatalog& funding(const std::string& name, const std::vector<store::FundingRecord>& rows) {
    REQUIRE(writer_[0].write_funding(name, rows).has_value());
    return *this;
  }
  MadeCatalog& depth(const std::string& name, const std::vector<store::DepthRecord>& rows) {
    REQUIRE(writer_[0].write_depth(name, rows).has_value());
    return *this;
  }
  MadeCatalog& quotes(const std::string& name, const std::vector<store::QuoteRecord>& rows) {
    REQUIRE(writer_[0].write_quotes(name, rows).has_value());
    return *this;
  }
  MadeCatalog& sentiment(const std::string& name, const std::vector<store::SentimentRecord>& rows) {
    REQUIRE(writer_[0].write_sentiment(name, rows).has_value());
    return *this;
  }
  MadeCatalog& open_interest(const std::string& name,
                             const std::vector<store::OpenInterestRecord>& rows) {
    REQUIRE(writer_[0].write_open_interest(name, rows).has_value());
    return *this;
  }
  MadeCatalog& liquidations(const std::string& name,
                            const std::vector<store::LiquidationRecord>& rows) {
    REQUIRE(writer_[0].write_liquidations(name, rows).has_value());
    return *this;
  }
  MadeCatalog& marks(const std::string& name, const std::vector<store::MarkRecord>& rows) {
    REQUIRE(writer_[0].write_marks(name, rows).has_value());
    return *this;
  }
  [[nodiscard]] store::Catalog open() {
    REQUIRE(writer_[0].finish().has_value());
    auto catalog = store::Catalog::open(dir_);
    REQUIRE(catalog.has_value());
    return std::move(*catalog);
  }

 private:
  std::filesystem::path dir_;
  std::vector<store::CatalogWriter> writer_;
};

}  // namespace lanner::test
