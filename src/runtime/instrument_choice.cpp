#include "runtime/instrument_choice.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/did_you_mean.hpp"
#include "base/isotime.hpp"
#include "features/links.hpp"

namespace lanner::runtime {
namespace {

struct PriceSpan {
  Timestamp from;
  Timestamp to;
  InstrumentId id;
};

template <typename Record>
void add_price_spans(std::vector<PriceSpan>& spans, std::span<const Record> rows, InstrumentId id,
                     Duration length) {
  const Duration hole = hours(24);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Timestamp at{rows[i].stamp()};
    if (i == 0 || at - spans.back().to > hole) {
      spans.push_back({at, at, id});
    }
    spans.back().to = at + length;
  }
}

Result<std::vector<PriceSpan>> price_spans(const store::Catalog& catalog, InstrumentId id) {
  std::vector<PriceSpan> spans;
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument != id) {
      continue;
    }
    if (info.kind == store::SeriesKind::bars) {
      const auto bars = catalog.bars(id, info.interval_s);
      if (!bars) {
        return tl::unexpected{bars.error()};
      }
      add_price_spans((spans), (*bars)->rows(), id, seconds(info.interval_s));
    } else if (info.kind == store::SeriesKind::trades) {
      const auto trades = catalog.trades(id);
      if (!trades) {
        return tl::unexpected{trades.error()};
      }
      add_price_spans(spans, (*trades)->rows(), id, Duration{});
    }
  }
  return spans;
}

bool is_saturated(const store::Catalog& catalog, InstrumentId id) {
  return std::any_of(catalog.series().begin(), catalog.series().end(),
                     [id](const store::SeriesInfo& info) {
                       return info.instrument == id && info.saturated > 0;
                     });
}

bool has_prices(const store::Catalog& catalog, InstrumentId id) {
  return std::any_of(catalog.series().begin(), catalog.series().end(),
                     [id](const store::SeriesInfo& info) {
                       return info.instrument == id && (info.kind == store::SeriesKind::bars ||
                                                        info.kind == store::SeriesKind::trades);
                     });
}

// Narrows to the market asked for, by default perpetuals where there are some.
void keep_asked_for(std::vector<InstrumentId>& ids, const store::Catalog& catalog,
                    const RunOptions& options) {
  const auto kind = options.market == "spot" ? model::InstrumentKind::spot
                                             : model::InstrumentKind::perpetual;
  std::vector<InstrumentId> kept;
  for (const InstrumentId id : ids) {
    const model::Instrument& instrument = catalog.instruments()[id.index()];
    if (instrument.kind == kind && (options.quote.empty() || instrument.quote == options.quote)) {
      kept.push_back(id);
    }
  }
  if (!kept.empty()) {
    ids = kept;
  }
}

std::string join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? word : ", " + word;
  }
  return text;
}

struct Candidates {
  std::vector<InstrumentId> ids;
  std::vector<PriceSpan> spans;
};

bool overlaps(const PriceSpan& span, const RunOptions& options) {
  return (!options.to || span.from < *options.to) && (!options.from || span.to > *options.from);
}

Status add_candidate(Candidates& out, const store::Catalog& catalog, const RunOptions& options,
                     InstrumentId id) {
  auto spans = price_spans(catalog, id);
  if (!spans) {
    return tl::unexpected{spans.error()};
  }
  const auto outside = [&options](const PriceSpan& span) { return !overlaps(span, options); };
  spans->erase(std::remove_if(spans->begin(), spans->end(), outside), spans->end());
  if (!spans->empty()) {
    out.ids.push_back(id);
    out.spans.insert(out.spans.end(), spans->begin(), spans->end());
  }
  return {};
}

Error nothing_to_play(const store::Catalog& catalog, const RunOptions& options) {
  const std::string period =
      (options.from ? format_utc(options.from->ns()) : std::string("the beginning")) + " .. " +
      (options.to ? format_utc(options.to->ns()) : std::string("the end"));
  return Error{ErrorKind::data, "no instrument of " + catalog.dir().string() +
                                    " has prices in " + period +
                                    " with this --market and --quote; `lanner data list` shows "
                                    "what there is"};
}

// The asked-for instruments, all with prices.
Result<Candidates> named(const store::Catalog& catalog, const RunOptions& options) {
  Candidates out;
  std::set<std::string> quotes;
  for (const std::string& text : options.instruments) {
    const auto id = resolve_instrument(catalog, text, options);
    if (!id) {
      return tl::unexpected{id.error()};
    }
    quotes.insert(catalog.instruments()[id->index()].quote);
    if (const auto added = add_candidate(out, catalog, options, *id); !added) {
      return tl::unexpected{added.error()};
    }
  }
  if (quotes.size() > 1) {
    return fail(ErrorKind::usage, "these instruments settle in different assets (" +
                                      join(quotes) + "); choose those of one asset");
  }
  return out;
}

// All of one market and quote.
Result<Candidates> matching(const store::Catalog& catalog, const RunOptions& options,
                            model::InstrumentKind kind, std::set<std::string>& left_out) {
  Candidates out;
  const std::string quote = options.quote.empty() ? "USDT" : options.quote;
  for (const model::Instrument& instrument : catalog.instruments()) {
    if (instrument.kind != kind) {
      continue;
    }
    if (instrument.quote != quote) {
      left_out.insert(instrument.quote);
      continue;
    }
    if (is_saturated(catalog, instrument.id)) {
      left_out.insert(instrument.name + " (volumes beyond the scale)");
      continue;
    }
    if (const auto added = add_candidate(out, catalog, options, instrument.id); !added) {
      return tl::unexpected{added.error()};
    }
  }
  return out;
}

// Cuts the candidates to the span with the most distinct instruments.
void keep_best_span(Candidates& candidates, InstrumentChoice& choice) {
  auto& spans = candidates.spans;
  std::sort(spans.begin(), spans.end(),
            [](const PriceSpan& a, const PriceSpan& b) { return a.from < b.from; });
  std::size_t best_count = 0;
  for (std::size_t i = 0; i < spans.size();) {
    std::set<InstrumentId> ids;
    const Timestamp from = spans[i].from;
    Timestamp to = spans[i].to;
    for (; i < spans.size() && (spans[i].from - to) <= hours(24); ++i) {
      to = std::max(to, spans[i].to);
      ids.insert(spans[i].id);
    }
    if (ids.size() >= best_count) {
      best_count = ids.size();
      choice.from = from;
      choice.to = to;
      choice.instruments.assign(ids.begin(), ids.end());
    }
  }
}

Result<bool> has_prices_between(const store::Catalog& catalog, InstrumentId id, Timestamp from,
                                Timestamp to) {
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument != id || info.to <= from || info.from >= to) {
      continue;
    }
    if (info.kind == store::SeriesKind::bars) {
      const auto bars = catalog.bars(id, info.interval_s);
      if (!bars) {
        return tl::unexpected{bars.error()};
      }
      if (!(*bars)->between(from, to).empty()) {
        return true;
      }
    } else if (info.kind == store::SeriesKind::trades) {
      const auto trades = catalog.trades(id);
      if (!trades) {
        return tl::unexpected{trades.error()};
      }
      if (!(*trades)->between(from, to).empty()) {
        return true;
      }
    }
  }
  return false;
}

using IsCompared = bool (*)(const model::Instrument& candidate, const model::Instrument& reader);

// The first instrument with prices that a chosen one is compared with; one that is chosen wins.
Status add_compared(const store::Catalog& catalog, const InstrumentChoice& choice,
                    const model::Instrument& reader, IsCompared is_compared,
                    std::vector<std::uint8_t>& references) {
  std::vector<InstrumentId> candidates;
  for (const model::Instrument& other : catalog.instruments()) {
    if (is_compared(other, reader)) {
      candidates.push_back(other.id);
    }
  }
  const bool is_there =
      std::any_of(candidates.begin(), candidates.end(), [&](InstrumentId id) {
        return references[id.index()] != 0 ||
               std::binary_search(choice.instruments.begin(), choice.instruments.end(), id);
      });
  for (std::size_t i = 0; !is_there && i < candidates.size(); ++i) {
    const auto has = has_prices_between(catalog, candidates[i], choice.from, choice.to);
    if (!has) {
      return tl::unexpected{has.error()};
    }
    if (*has) {
      references[candidates[i].index()] = 1;
      return {};
    }
  }
  return {};
}

}  // namespace

std::optional<References> references_of(std::string_view name) noexcept {
  return name == "off"    ? std::optional{References::off}
         : name == "spot" ? std::optional{References::spot}
         : name == "all"  ? std::optional{References::all}
                          : std::nullopt;
}

Result<std::vector<std::uint8_t>> choose_references(const store::Catalog& catalog,
                                                    const InstrumentChoice& choice,
                                                    References wanted) {
  std::vector<std::uint8_t> references(catalog.instruments().size(), 0);
  std::vector<IsCompared> kinds;
  if (wanted != References::off) {
    kinds.push_back(&features::is_spot_of);
  }
  if (wanted == References::all) {
    kinds.push_back(&features::is_abroad);
  }
  for (const InstrumentId id : choice.instruments) {
    for (const IsCompared kind : kinds) {
      const auto added =
          add_compared(catalog, choice, catalog.instruments()[id.index()], kind, references);
      if (!added) {
        return tl::unexpected{added.error()};
      }
    }
  }
  return references;
}

Result<InstrumentId> resolve_instrument(const store::Catalog& catalog, const std::string& text,
                                        const RunOptions& options) {
  if (const auto exact = catalog.find(text)) {
    return *exact;
  }
  std::vector<InstrumentId> by_symbol;
  std::vector<std::string_view> known;
  std::string matches;
  for (const model::Instrument& instrument : catalog.instruments()) {
    known.push_back(instrument.name);
    known.push_back(instrument.symbol);
    if (instrument.symbol == text && has_prices(catalog, instrument.id)) {
      by_symbol.push_back(instrument.id);
      matches += (matches.empty() ? "" : ", ") + instrument.name;
    }
  }
  keep_asked_for(by_symbol, catalog, options);
  if (by_symbol.size() == 1) {
    return by_symbol.front();
  }
  if (!by_symbol.empty()) {
    return fail(ErrorKind::usage, "'" + text + "' could be " + matches + "; give the whole name");
  }
  const auto guess = closest(text, known);
  return fail(ErrorKind::usage,
              "unknown instrument '" + text + "'" +
                  (guess ? "; did you mean '" + std::string(*guess) + "'?"
                         : "; `lanner data list` shows the instruments of a catalog"));
}

Result<InstrumentChoice> choose_instruments(const store::Catalog& catalog,
                                            const RunOptions& options) {
  InstrumentChoice choice;
  if (options.from && options.to && *options.from >= *options.to) {
    return fail(ErrorKind::usage, "empty range: --from " + format_utc(options.from->ns()) +
                                      " is not before --to " + format_utc(options.to->ns()));
  }
  std::set<std::string> left_out;
  Result<Candidates> candidates;
  if (!options.instruments.empty()) {
    candidates = named(catalog, options);
  } else if (options.market == "spot") {
    candidates = matching(catalog, options, model::InstrumentKind::spot, left_out);
  } else {
    candidates = matching(catalog, options, model::InstrumentKind::perpetual, left_out);
    if (candidates && candidates->ids.empty() && options.market.empty()) {
      candidates = matching(catalog, options, model::InstrumentKind::spot, left_out);
    }
  }
  if (!candidates) {
    return tl::unexpected{candidates.error()};
  }
  if (candidates->ids.empty()) {
    return tl::unexpected{nothing_to_play(catalog, options)};
  }
  if (!left_out.empty()) {
    choice.notes.push_back("left out (other settling assets or not tradable): " + join(left_out));
  }
  choice.instruments = candidates->ids;
  choice.from = Timestamp::never();
  for (const PriceSpan& span : candidates->spans) {
    choice.from = std::min(choice.from, span.from);
    choice.to = std::max(choice.to, span.to);
  }
  if (options.best_span) {
    keep_best_span(*candidates, choice);
  }
  choice.from = options.from ? std::max(*options.from, choice.from) : choice.from;
  choice.to = options.to ? std::min(*options.to, choice.to) : choice.to;
  std::sort(choice.instruments.begin(), choice.instruments.end());
  return choice;
}

}  // namespace lanner::runtime
