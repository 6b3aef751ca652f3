#include "store/export_csv.hpp"

#include <fstream>
#include <type_traits>
#include <vector>

#include "base/did_you_mean.hpp"
#include "base/isotime.hpp"

namespace lanner::store {
namespace {

template <typename Record>
constexpr bool kIsExported =
    !std::is_same_v<Record, DepthRecord> && !std::is_same_v<Record, OrderEventRecord>;

// Milliseconds where they are enough; import tells finer units by their size.
std::string stamp_text(std::int64_t ns) {
  return std::to_string(ns % kNsPerMs == 0 ? ns / kNsPerMs : ns % 1'000 == 0 ? ns / 1'000 : ns);
}

template <typename F>
std::string text_of(std::int64_t raw) {
  return to_string(F::from_raw(raw));
}

std::string received_text(std::int64_t ts_event, std::int32_t delta_us) {
  return stamp_text(ts_event + std::int64_t{delta_us} * 1'000);
}

constexpr std::string_view export_header(const BarRecord&) {
  return "open_time_ms,open,high,low,close,volume";
}
std::string export_row(const BarRecord& row) {
  return stamp_text(row.open_time) + "," + text_of<Price>(row.open) + "," +
         text_of<Price>(row.high) + "," + text_of<Price>(row.low) + "," +
         text_of<Price>(row.close) + "," + text_of<Quantity>(row.volume);
}

constexpr std::string_view export_header(const TradeRecord&) {
  return "ts_ms,recv_ms,price,qty,is_buyer_maker";
}
std::string export_row(const TradeRecord& row) {
  const bool is_buyer_maker = row.aggressor_side() == model::Side::sell;
  return stamp_text(row.ts_event) + "," + received_text(row.ts_event, row.ts_init_delta_us) + "," +
         text_of<Price>(row.price) + "," +
         text_of<Quantity>(is_buyer_maker ? -row.quantity : row.quantity) +
         (is_buyer_maker ? ",1" : ",0");
}

constexpr std::string_view export_header(const FundingRecord&) {
  return "funding_time_ms,funding_rate";
}
std::string export_row(const FundingRecord& row) {
  return stamp_text(row.ts_event) + "," + text_of<Rate>(row.rate);
}

constexpr std::string_view export_header(const QuoteRecord&) {
  return "ts_ms,recv_ms,bid_price,bid_qty,ask_price,ask_qty,update_id";
}
std::string export_row(const QuoteRecord& row) {
  return stamp_text(row.ts_event) + "," + received_text(row.ts_event, row.ts_init_delta_us) + "," +
         text_of<Price>(row.bid_px) + "," + text_of<Quantity>(row.bid_qty) + "," +
         text_of<Price>(row.ask_px) + "," + text_of<Quantity>(row.ask_qty) + "," +
         std::to_string(row.update_id);
}

constexpr std::string_view export_header(const SentimentRecord&) { return "date,fng"; }
std::string export_row(const SentimentRecord& row) {
  return format_date(row.ts_event) + "," + std::to_string(row.value);
}

constexpr std::string_view export_header(const OpenInterestRecord&) {
  return "ts_ms,open_interest";
}
std::string export_row(const OpenInterestRecord& row) {
  return stamp_text(row.ts_event) + "," + text_of<Quantity>(row.quantity);
}

constexpr std::string_view export_header(const LiquidationRecord&) {
  return "ts_ms,side,average_price,accumulated_fill_quantity";
}
std::string export_row(const LiquidationRecord& row) {
  const bool has_sold = row.position_side() == model::PositionSide::long_side;
  return stamp_text(row.ts_event) + (has_sold ? ",SELL," : ",BUY,") +
         text_of<Price>(row.price) + "," +
         text_of<Quantity>(has_sold ? -row.quantity : row.quantity);
}

constexpr std::string_view export_header(const MarkRecord&) {
  return "ts_ms,mark_price,index_price";
}
// What no source told is left empty.
std::string export_row(const MarkRecord& row) {
  return stamp_text(row.ts_event) + "," + (row.mark != 0 ? text_of<Price>(row.mark) : "") + "," +
         (row.index != 0 ? text_of<Price>(row.index) : "");
}

tl::unexpected<Error> cannot_write(const std::filesystem::path& path) {
  return fail(ErrorKind::failure, "cannot write " + path.string() +
                                      "; check that its folder exists and has room");
}

template <typename Record>
Result<std::uint64_t> write_csv(std::span<const Record> rows, const std::filesystem::path& path) {
  constexpr std::size_t kChunkBytes = 1 << 20;
  const std::filesystem::path draft = path.string() + ".part";
  std::ofstream out{draft, std::ios::binary | std::ios::trunc};
  std::string chunk{export_header(Record{})};
  chunk += '\n';
  for (const Record& row : rows) {
    chunk += export_row(row);
    chunk += '\n';
    if (chunk.size() >= kChunkBytes) {
      out.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
      chunk.clear();
    }
  }
  out.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
  out.close();
  std::error_code error;
  if (!out) {
    std::filesystem::remove(draft, error);
    return cannot_write(path);
  }
  std::filesystem::rename(draft, path, error);
  return error ? Result<std::uint64_t>{cannot_write(path)} : Result<std::uint64_t>{rows.size()};
}

Result<std::shared_ptr<const BarSeries>> opened(const Catalog& catalog, const SeriesInfo& info,
                                                const BarRecord&) {
  return catalog.bars(info.instrument, info.interval_s);
}
Result<std::shared_ptr<const TradeSeries>> opened(const Catalog& catalog, const SeriesInfo& info,
                                                  const TradeRecord&) {
  return catalog.trades(info.instrument);
}
Result<std::shared_ptr<const FundingSeries>> opened(const Catalog& catalog, const SeriesInfo& info,
                                                    const FundingRecord&) {
  return catalog.funding(info.instrument);
}
Result<std::shared_ptr<const QuoteSeries>> opened(const Catalog& catalog, const SeriesInfo& info,
                                                  const QuoteRecord&) {
  return catalog.quotes(info.instrument);
}
Result<std::shared_ptr<const SentimentSeries>> opened(const Catalog& catalog,
                                                      const SeriesInfo& info,
                                                      const SentimentRecord&) {
  return catalog.sentiment(info.instrument);
}
Result<std::shared_ptr<const OpenInterestSeries>> opened(const Catalog& catalog,
                                                         const SeriesInfo& info,
                                                         const OpenInterestRecord&) {
  return catalog.open_interest(info.instrument);
}
Result<std::shared_ptr<const LiquidationSeries>> opened(const Catalog& catalog,
                                                        const SeriesInfo& info,
                                                        const LiquidationRecord&) {
  return catalog.liquidations(info.instrument);
}
Result<std::shared_ptr<const MarkSeries>> opened(const Catalog& catalog, const SeriesInfo& info,
                                                 const MarkRecord&) {
  return catalog.marks(info.instrument);
}

}  // namespace

std::string series_name(const Catalog& catalog, const SeriesInfo& info) {
  std::string out = catalog.instruments()[info.instrument.index()].name + "/" + name_of(info.kind);
  return info.interval_s == 0 ? out : out + "/" + interval_name(info.interval_s);
}

Result<SeriesInfo> find_series(const Catalog& catalog, std::string_view name) {
  std::vector<std::string> names;
  for (const SeriesInfo& info : catalog.series()) {
    names.push_back(series_name(catalog, info));
    if (names.back() == name) {
      return info;
    }
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto nearest = closest(name, known);
  return fail(ErrorKind::data,
              catalog.dir().string() + " has no series '" + std::string(name) +
                  "'; write INSTRUMENT/KIND[/INTERVAL] as lanner data list shows them" +
                  (nearest ? "; did you mean " + std::string(*nearest) + "?" : ""));
}

Result<std::uint64_t> export_csv(const Catalog& catalog, const SeriesInfo& series,
                                 const std::filesystem::path& out) {
  return with_record_of(series.kind, [&](const auto& record) -> Result<std::uint64_t> {
    using Record = std::decay_t<decltype(record)>;
    if constexpr (kIsExported<Record>) {
      const auto rows = opened(catalog, series, record);
      return rows ? write_csv((*rows)->rows(), out)
                  : Result<std::uint64_t>{tl::unexpected{rows.error()}};
    } else {
      return fail(ErrorKind::usage, std::string(name_of(series.kind)) +
                                        " cannot be exported: no CSV that import reads holds "
                                        "their update ids; keep the source files");
    }
  });
}

}  // namespace lanner::store
