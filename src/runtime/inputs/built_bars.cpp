#include "runtime/inputs/built_bars.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <vector>

#include "base/hash.hpp"
#include "model/condition.hpp"
#include "runtime/instrument_choice.hpp"
#include "store/atomic_file.hpp"
#include "store/catalog_writer.hpp"
#include "store/resample.hpp"

namespace lanner::runtime {
namespace {

using store::BarRecord;
using store::Catalog;
using store::CatalogWriter;
using store::SeriesInfo;
using store::SeriesKind;

// What is built: by instrument of the source 0 = left out, 1 = compared with, 2 = chosen.
enum class Wanted : std::uint8_t { no, if_possible, yes };

Result<std::vector<Wanted>> wanted_of(const Catalog& source, const RunOptions& options) {
  const auto choice = choose_instruments(source, options);
  if (!choice) {
    return tl::unexpected{choice.error()};
  }
  const auto references = choose_references(source, *choice, options.references);
  if (!references) {
    return tl::unexpected{references.error()};
  }
  std::vector<Wanted> wanted(source.instruments().size(), Wanted::no);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    wanted[i] = (*references)[i] != 0 ? Wanted::if_possible : Wanted::no;
  }
  for (const InstrumentId id : choice->instruments) {
    wanted[id.index()] = Wanted::yes;
  }
  return wanted;
}

// Source, length and choice in one name: what would come out otherwise has another.
Result<std::filesystem::path> place_of(const Catalog& source, const RunOptions& options,
                                       const std::vector<Wanted>& wanted) {
  std::string key = source.dir().string() + "\n" + store::interval_name(options.bars_s) + "\n";
  for (const char* part : {"index.txt", "rules.toml"}) {
    const auto text = store::read_text(source.dir() / part);
    if (!text) {
      return tl::unexpected{text.error()};
    }
    key += *text;
  }
  for (const Wanted one : wanted) {
    key += static_cast<char>('0' + static_cast<int>(one));
  }
  return options.profile / "catalogs" /
         ("bars-" + store::interval_name(options.bars_s) + "-" +
          hash128(std::as_bytes(std::span{key})).hex().substr(0, 16));
}

// Bars that are there already stay: they come from a finer source.
void add_missing(std::vector<BarRecord>& bars, const std::vector<BarRecord>& further) {
  const auto earlier = [](const BarRecord& a, const BarRecord& b) {
    return a.open_time < b.open_time;
  };
  std::vector<BarRecord> merged;
  merged.reserve(bars.size() + further.size());
  // Of equal ones those of the first range stand first, and the later ones go.
  std::merge(bars.begin(), bars.end(), further.begin(), further.end(), std::back_inserter(merged),
             earlier);
  const auto same = [](const BarRecord& a, const BarRecord& b) {
    return a.open_time == b.open_time;
  };
  merged.erase(std::unique(merged.begin(), merged.end(), same), merged.end());
  bars = std::move(merged);
}

Result<store::Resampled> built_from(const Catalog& source, const SeriesInfo& info,
                                    std::int32_t bars_s) {
  if (info.kind == SeriesKind::trades) {
    const auto trades = source.trades(info.instrument);
    return trades ? store::resample_trades((*trades)->rows(), bars_s)
                  : tl::unexpected{trades.error()};
  }
  const auto bars = source.bars(info.instrument, info.interval_s);
  return bars ? store::resample_bars((*bars)->rows(), info.interval_s, bars_s)
              : tl::unexpected{bars.error()};
}

bool can_build(const SeriesInfo& info, std::int32_t bars_s) {
  return info.kind == SeriesKind::trades ||
         (info.kind == SeriesKind::bars && bars_s % info.interval_s == 0);
}

// Bars that divide the length, finest first, then trades.
std::vector<SeriesInfo> series_to_build_from(const Catalog& source, InstrumentId id,
                                             std::int32_t bars_s) {
  std::vector<SeriesInfo> usable;
  for (const SeriesInfo& info : source.series()) {
    if (info.instrument == id && can_build(info, bars_s)) {
      usable.push_back(info);
    }
  }
  std::sort(usable.begin(), usable.end(), [](const SeriesInfo& a, const SeriesInfo& b) {
    const auto rank = [](const SeriesInfo& info) {
      return info.kind == SeriesKind::trades ? INT32_MAX : info.interval_s;
    };
    return rank(a) < rank(b);
  });
  return usable;
}

// Empty: no source holds one bar whole.
Result<std::vector<BarRecord>> built_bars(const Catalog& source, InstrumentId id,
                                          std::int32_t bars_s) {
  std::vector<BarRecord> bars;
  for (const SeriesInfo& info : series_to_build_from(source, id, bars_s)) {
    const auto made = built_from(source, info, bars_s);
    if (!made) {
      return tl::unexpected{made.error()};
    }
    add_missing(bars, made->bars);
  }
  return bars;
}

tl::unexpected<Error> cannot_build(const Catalog& source, const model::Instrument& instrument,
                                   std::int32_t bars_s) {
  std::string has;
  for (const SeriesInfo& info : source.series()) {
    if (info.instrument == instrument.id && info.kind == SeriesKind::bars) {
      has += (has.empty() ? "" : ", ") + store::interval_name(info.interval_s);
    }
  }
  const std::string length = store::interval_name(bars_s);
  return fail(ErrorKind::usage,
              "--bars " + length + ": " + instrument.name + " has " +
                  (has.empty() ? "no trades to make them of"
                               : "bars of " + has + ", of which " + length +
                                     " is no multiple, and no trades that make a whole one") +
                  "; take another length, or leave it out with --instruments");
}

// One kind of series that comes along as it is.
template <typename Read, typename Write>
Status carry(const Read& read, const Write& write) {
  const auto series = read();
  return series ? write((*series)->rows()) : Status{tl::unexpected{series.error()}};
}

Status carry_along(const Catalog& source, const SeriesInfo& info, const std::string& name,
                   CatalogWriter& writer) {
  const InstrumentId id = info.instrument;
  switch (info.kind) {
    case SeriesKind::funding:
      return carry([&] { return source.funding(id); },
                   [&](auto rows) { return writer.write_funding(name, rows); });
    case SeriesKind::open_interest:
      return carry([&] { return source.open_interest(id); },
                   [&](auto rows) { return writer.write_open_interest(name, rows); });
    case SeriesKind::liquidations:
      return carry([&] { return source.liquidations(id); },
                   [&](auto rows) { return writer.write_liquidations(name, rows); });
    case SeriesKind::marks:
      return carry([&] { return source.marks(id); },
                   [&](auto rows) { return writer.write_marks(name, rows); });
    case SeriesKind::sentiment:
      return carry([&] { return source.sentiment(id); },
                   [&](auto rows) { return writer.write_sentiment(name, rows); });
    case SeriesKind::bars:
    case SeriesKind::trades:
    case SeriesKind::quotes:
    case SeriesKind::depth:
    case SeriesKind::orders: break;
  }
  return {};
}

Status build_one(const Catalog& source, const model::Instrument& instrument, Wanted wanted,
                 std::int32_t bars_s, CatalogWriter& writer) {
  if (wanted != Wanted::no) {
    const auto bars = built_bars(source, instrument.id, bars_s);
    if (!bars) {
      return tl::unexpected{bars.error()};
    }
    if (bars->empty()) {
      return wanted == Wanted::yes ? Status{cannot_build(source, instrument, bars_s)} : Status{};
    }
    if (const Status good = writer.add_instrument(instrument); !good) {
      return good;
    }
    if (const Status good = writer.write_bars(instrument.name, bars_s, *bars); !good) {
      return good;
    }
  }
  for (const SeriesInfo& info : source.series()) {
    const bool is_mood = info.kind == SeriesKind::sentiment;
    if (info.instrument != instrument.id || (wanted == Wanted::no && !is_mood)) {
      continue;
    }
    Status good = wanted == Wanted::no ? writer.add_instrument(instrument) : Status{};
    good = good ? carry_along(source, info, instrument.name, writer) : good;
    if (!good) {
      return good;
    }
  }
  return {};
}

}  // namespace

Result<Catalog> catalog_of_bars(const Catalog& source, const RunOptions& options) {
  const auto wanted = wanted_of(source, options);
  if (!wanted) {
    return tl::unexpected{wanted.error()};
  }
  for (const model::Instrument& instrument : source.instruments()) {
    const bool is_asked = (*wanted)[instrument.id.index()] == Wanted::yes;
    if (is_asked && series_to_build_from(source, instrument.id, options.bars_s).empty()) {
      return cannot_build(source, instrument, options.bars_s);
    }
  }
  const auto place = place_of(source, options, *wanted);
  if (!place) {
    return tl::unexpected{place.error()};
  }
  if (store::is_catalog(*place)) {
    return Catalog::open(*place);
  }
  auto writer = CatalogWriter::create(*place, source.origin(), std::string{source.origin_note()});
  if (!writer) {
    return tl::unexpected{writer.error()};
  }
  for (const model::Instrument& instrument : source.instruments()) {
    const Status good = build_one(source, instrument, (*wanted)[instrument.id.index()],
                                  options.bars_s, *writer);
    if (!good) {
      return tl::unexpected{good.error()};
    }
  }
  if (const Status good = writer->finish(); !good) {
    return tl::unexpected{good.error()};
  }
  return Catalog::open(*place);
}

std::string timeframes_note(std::int32_t bars_s) {
  std::string made;
  for (std::size_t i = 0; i < model::kTimeframeCount; ++i) {
    const auto timeframe = static_cast<model::Timeframe>(i);
    if (length_of(timeframe).ns() % seconds(bars_s).ns() == 0) {
      made += (made.empty() ? "" : ", ") + std::string{model::name_of(timeframe)};
    }
  }
  const std::string head = "played in bars of " + store::interval_name(bars_s) +
                           ", built from finer bars and trades; ";
  return made.empty() ? head + "they make no timeframe of conditions (1m, 5m, 15m, 30m, 1h), so "
                               "nothing can trigger"
                      : head + "conditions see the timeframes " + made;
}

}  // namespace lanner::runtime
