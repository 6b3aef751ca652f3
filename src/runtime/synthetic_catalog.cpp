#include "runtime/synthetic_catalog.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/hash.hpp"
#include "sim/synthetic/market.hpp"
#include "store/catalog_writer.hpp"
#include "store/import/source_name.hpp"

namespace lanner::runtime {
namespace {

// Counts the changes of the generator: a market made by an older one is not this one.
constexpr std::string_view kGenerator = ", generator 1";

constexpr const char* kSyntheticMood = "FEARGREED.SYNTHETIC";

std::string synthetic_note(const sim::SyntheticConfig& config) {
  return sim::describe(config) + std::string(kGenerator);
}

struct SeriesRows {
  std::vector<store::BarRecord> bars;
  std::vector<store::TradeRecord> trades;
  std::vector<store::FundingRecord> funding;
  std::vector<store::DepthRecord> depth;
  std::vector<store::OpenInterestRecord> open_interest;
  std::vector<store::LiquidationRecord> liquidations;
  std::vector<store::MarkRecord> marks;
};

// A whole book each time: nobody has to join changes.
void keep_book(const sim::InputsRow& inputs, std::int64_t at, SeriesRows& rows) {
  using Row = store::DepthRecord;
  const std::size_t first = rows.depth.size();
  const auto add = [&](const model::BookLevel& level, model::Side side) {
    Row row;
    row.ts_event = at;
    row.price = level.price.raw();
    row.quantity = level.quantity.raw();
    row.side = side;
    row.flags = Row::snapshot;
    rows.depth.push_back(row);
  };
  for (const model::BookLevel& level : inputs.bids) {
    add(level, model::Side::buy);
  }
  for (const model::BookLevel& level : inputs.asks) {
    add(level, model::Side::sell);
  }
  rows.depth[first].flags |= Row::event_begin;
  rows.depth.back().flags |= Row::event_end | Row::row_end;
}

void keep_inputs(const sim::InputsRow& inputs, std::int64_t at, SeriesRows& rows) {
  rows.marks.push_back({at, inputs.mark.raw(), inputs.index.raw()});
  if (!inputs.is_told) {
    return;
  }
  rows.open_interest.push_back({at, inputs.open_interest.raw()});
  for (const sim::SyntheticLiquidation& one : inputs.liquidations) {
    const bool has_sold = one.forced.position_side == model::PositionSide::long_side;
    const std::int64_t quantity = one.forced.quantity.raw();
    rows.liquidations.push_back(
        {one.ts_event.ns(), one.forced.price.raw(), has_sold ? -quantity : quantity});
  }
  keep_book(inputs, at, rows);
}

void keep_row(const sim::SyntheticRow& row, Timestamp trades_from, SeriesRows& rows) {
  if (row.has_funding) {
    rows.funding.push_back({row.open_time.ns(), row.funding.rate.raw()});
  }
  if (!row.has_bar) {
    return;
  }
  if (row.inputs != nullptr) {
    const Duration length = seconds(row.bar.interval_s);
    keep_inputs(*row.inputs, (row.open_time + length).ns(), rows);
  }
  if (row.open_time < trades_from || row.trades.empty()) {
    rows.bars.push_back({row.open_time.ns(), row.bar.open.raw(), row.bar.high.raw(),
                         row.bar.low.raw(), row.bar.close.raw(), row.bar.volume.raw()});
    return;
  }
  for (const sim::SyntheticTrade& trade : row.trades) {
    const std::int64_t quantity = trade.tick.quantity.raw();
    const bool is_buy = trade.tick.aggressor_side == model::Side::buy;
    rows.trades.push_back(
        {trade.ts_event.ns(), trade.tick.price.raw(), is_buy ? quantity : -quantity, 0, 0});
  }
}

Status write_rows(store::CatalogWriter& writer, const model::Instrument& instrument,
                  std::int32_t interval_s, const SeriesRows& rows) {
  Status good = writer.add_instrument(instrument);
  if (good && !rows.bars.empty()) {
    good = writer.write_bars(instrument.name, interval_s, rows.bars);
  }
  if (good && !rows.trades.empty()) {
    good = writer.write_trades(instrument.name, rows.trades);
  }
  if (good && !rows.funding.empty()) {
    good = writer.write_funding(instrument.name, rows.funding);
  }
  if (good && !rows.depth.empty()) {
    good = writer.write_depth(instrument.name, rows.depth);
  }
  if (good && !rows.open_interest.empty()) {
    good = writer.write_open_interest(instrument.name, rows.open_interest);
  }
  if (good && !rows.liquidations.empty()) {
    good = writer.write_liquidations(instrument.name, rows.liquidations);
  }
  if (good && !rows.marks.empty()) {
    good = writer.write_marks(instrument.name, rows.marks);
  }
  return good;
}

Status write_moods(store::CatalogWriter& writer, const sim::SyntheticMarket& market) {
  std::vector<store::SentimentRecord> rows;
  for (const sim::SyntheticMood& mood : market.moods()) {
    rows.push_back({mood.ts_event.ns(), mood.value});
  }
  if (rows.empty()) {
    return {};
  }
  auto index = store::instrument_of(kSyntheticMood);
  if (!index) {
    return tl::unexpected{index.error()};
  }
  index->tick = Price::from_int(1);
  index->step = Quantity::from_int(1);
  const Status good = writer.add_instrument(*index);
  return good ? writer.write_sentiment(kSyntheticMood, rows) : good;
}

Status write_market(store::CatalogWriter& writer, const sim::SyntheticConfig& config) {
  const sim::SyntheticMarket market{config};
  for (const model::Instrument& instrument : market.instruments()) {
    SeriesRows rows;
    sim::SyntheticSeries series = market.series(instrument.id);
    for (sim::SyntheticRow row; series.next(row);) {
      keep_row(row, config.trades_from, rows);
    }
    const Status good = write_rows(writer, instrument, config.interval_s, rows);
    if (!good) {
      return good;
    }
  }
  const Status good = write_moods(writer, market);
  return good ? writer.finish() : good;
}

// True when the catalog there is this market already. Another synthetic one is taken away.
Result<bool> is_made(const std::filesystem::path& dir, const std::string& note) {
  if (!store::is_catalog(dir)) {
    return false;
  }
  const auto catalog = store::Catalog::open(dir);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  if (catalog->origin() != store::Origin::synthetic) {
    return fail(ErrorKind::usage, dir.string() + " holds recorded data, which a synthetic market "
                                                 "would replace; name another directory");
  }
  if (catalog->origin_note() == note) {
    return true;
  }
  std::error_code error;
  std::filesystem::remove_all(dir, error);
  if (error) {
    return fail(ErrorKind::failure, "cannot replace the synthetic market in " + dir.string() +
                                        ": " + error.message());
  }
  return false;
}

}  // namespace

Result<store::Catalog> make_synthetic_catalog(const sim::SyntheticConfig& config,
                                              const std::filesystem::path& dir) {
  if (const Status good = sim::validate(config); !good) {
    return tl::unexpected{good.error()};
  }
  const std::string note = synthetic_note(config);
  const auto made = is_made(dir, note);
  if (!made) {
    return tl::unexpected{made.error()};
  }
  if (!*made) {
    auto writer = store::CatalogWriter::create(dir, store::Origin::synthetic, note);
    if (!writer) {
      return tl::unexpected{writer.error()};
    }
    if (const Status good = write_market(*writer, config); !good) {
      return tl::unexpected{good.error()};
    }
  }
  return store::Catalog::open(dir);
}

std::string synthetic_catalog_name(const sim::SyntheticConfig& config) {
  const std::string note = synthetic_note(config);
  std::uint64_t key = hash64(std::as_bytes(std::span{note}));
  std::array<char, 16> digits{};
  for (std::size_t i = digits.size(); i-- > 0; key >>= 4U) {
    digits[i] = "0123456789abcdef"[key & 15U];
  }
  return "synthetic-" + std::string(digits.data(), digits.size());
}

}  // namespace lanner::runtime
