#include "store/catalog.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

#include "store/depth_replay.hpp"
#include "store/index_file.hpp"
#include "store/rules_file.hpp"
#include "store/series_summary.hpp"

namespace lanner::store {
namespace {

template <typename... Records>
using SeriesOf = std::variant<std::shared_ptr<const Series<Records>>...>;
using AnySeries = SeriesOf<BarRecord, TradeRecord, FundingRecord, QuoteRecord, DepthRecord,
                           OrderEventRecord, SentimentRecord, OpenInterestRecord,
                           LiquidationRecord, MarkRecord>;

// How many rows lie off the grid of the rules, and between which stamps.
template <typename Record>
Findings off_grid_rows(std::span<const Record> rows, const model::Instrument& rule) {
  Findings found;
  for (const Record& row : rows) {
    if (!is_on_grid(row, rule.tick, rule.step)) {
      found.add(row.stamp());
    }
  }
  return found;
}

void add_findings(std::vector<Problem>& problems, ProblemKind kind, const Findings& found) {
  if (found.count > 0) {
    problems.push_back({kind, Timestamp{found.from}, Timestamp{found.to}, found.count});
  }
}

template <typename Record>
void add_holes(std::vector<Problem>& problems, const Series<Record>& series,
               std::span<const SourceSpan> sources) {
  const Duration step{rhythm_of(Record::kKind, series.interval_s()).length};
  visit_gaps(series.rows(), series.interval_s(),
             [&](std::int64_t earlier, std::int64_t later, std::uint64_t missing) {
               const bool inside = is_inside_a_source(sources, earlier, later);
               problems.push_back({inside ? ProblemKind::gap : ProblemKind::span,
                                   Timestamp{earlier} + step, Timestamp{later}, missing});
             });
}

// A book is what its changes add up to: breaks in the update ids are holes, states in which the
// best bid is above the best ask are bad prices.
void add_book_problems(std::vector<Problem>& problems, std::span<const DepthRecord> rows,
                       Price tick) {
  DepthReplay rebuilt{rows, tick, std::size_t{1} << 15};
  std::uint64_t breaks = 0;
  Findings crossed;
  const auto note_break = [&] {
    if (rebuilt.breaks() > breaks) {
      breaks = rebuilt.breaks();
      problems.push_back({ProblemKind::gap, rebuilt.break_from(), rebuilt.break_to(), 1});
    }
  };
  for (; rebuilt.next() != nullptr; note_break()) {
    rebuilt.apply();
    if (rebuilt.book().state() == market::BookState::crossed) {
      crossed.add(rebuilt.book().last_event().ns());
    }
  }
  note_break();
  add_findings(problems, ProblemKind::price, crossed);
}

}  // namespace

const char* name_of(ProblemKind kind) noexcept {
  switch (kind) {
    case ProblemKind::gap:
      return "gap";
    case ProblemKind::duplicate:
      return "duplicate";
    case ProblemKind::disorder:
      return "disorder";
    case ProblemKind::price:
      return "price";
    case ProblemKind::off_grid:
      return "off_grid";
    case ProblemKind::span:
      return "span";
  }
  return "?";
}

struct Catalog::State {
  std::filesystem::path dir;
  CatalogIndex index;
  model::InstrumentTable instruments;
  std::vector<SeriesInfo> series;
  // Several books of one process may read one catalog; the first caller maps a series.
  std::mutex mutex;
  std::map<SeriesKey, AnySeries> open_series;

  template <typename Record>
  Result<std::shared_ptr<const Series<Record>>> get(InstrumentId instrument,
                                                    std::int32_t interval_s) {
    using Shared = std::shared_ptr<const Series<Record>>;
    if (instrument.index() >= instruments.size()) {
      return fail(ErrorKind::data, dir.string() + " has no instrument number " +
                                       std::to_string(instrument.value()));
    }
    const SeriesKey key{instruments[instrument.index()].name, Record::kKind, interval_s};
    const std::lock_guard lock{mutex};
    if (const auto found = open_series.find(key); found != open_series.end()) {
      return std::get<Shared>(found->second);
    }
    if (!index.series.contains(key)) {
      return fail(ErrorKind::data, dir.string() + " has no " + name_of(key.kind) + " " +
                                       interval_name(interval_s) + " of " + key.instrument +
                                       "; lanner data list shows what it has");
    }
    auto opened = Series<Record>::open(series_path(dir, key),
                                       identity_of(key.instrument, key.kind, interval_s));
    if (opened) {
      open_series.emplace(key, *opened);
    }
    return opened;
  }

  template <typename Record>
  Result<std::vector<Problem>> problems_of(const SeriesInfo& info) {
    const auto opened = get<Record>(info.instrument, info.interval_s);
    if (!opened) {
      return tl::unexpected{opened.error()};
    }
    const model::Instrument& rule = instruments[info.instrument.index()];
    std::vector<SourceSpan> spans;
    SourceStats sums;
    for (const SourceEntry& source : index.sources) {
      if (source.instrument == rule.name && source.kind == info.kind &&
          source.interval_s == info.interval_s) {
        spans.push_back({source.from, source.to});
        sums.conflicts.add(source.stats.conflicts);
        sums.disorder.add(source.stats.disorder);
        sums.price.add(source.stats.price);
      }
    }
    std::vector<Problem> problems;
    add_holes(problems, **opened, spans);
    if constexpr (std::is_same_v<Record, DepthRecord>) {
      add_book_problems(problems, (*opened)->rows(), rule.tick);
    }
    add_findings(problems, ProblemKind::duplicate, sums.conflicts);
    add_findings(problems, ProblemKind::disorder, sums.disorder);
    add_findings(problems, ProblemKind::price, sums.price);
    add_findings(problems, ProblemKind::off_grid, off_grid_rows((*opened)->rows(), rule));
    return problems;
  }
};

Catalog::Catalog(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

Result<Catalog> Catalog::open(const std::filesystem::path& dir) {
  auto index = read_index(dir);
  if (!index) {
    return tl::unexpected{index.error()};
  }
  const auto rules = read_rules(dir);
  if (!rules) {
    return tl::unexpected{rules.error()};
  }
  auto state = std::make_shared<State>();
  state->dir = dir;
  state->index = std::move(*index);
  state->instruments = instrument_table(*rules);
  for (const auto& [key, info] : state->index.series) {
    const auto rule = std::lower_bound(
        state->instruments.begin(), state->instruments.end(), key.instrument,
        [](const model::Instrument& a, const std::string& name) { return a.name < name; });
    if (rule == state->instruments.end() || rule->name != key.instrument) {
      return fail(ErrorKind::config, rules_path(dir).string() + " has no rules of " +
                                         key.instrument + ", of which there is data; put its "
                                         "table back, or delete the catalog and import again");
    }
    state->series.push_back(info);
    state->series.back().instrument = rule->id;
  }
  return Catalog{std::move(state)};
}

const std::filesystem::path& Catalog::dir() const noexcept { return state_->dir; }
Origin Catalog::origin() const noexcept { return state_->index.origin; }
std::string_view Catalog::origin_note() const noexcept { return state_->index.note; }
const model::InstrumentTable& Catalog::instruments() const noexcept { return state_->instruments; }
const std::vector<SeriesInfo>& Catalog::series() const noexcept { return state_->series; }

std::optional<InstrumentId> Catalog::find(std::string_view name) const noexcept {
  const auto& table = state_->instruments;
  const auto found = std::lower_bound(
      table.begin(), table.end(), name,
      [](const model::Instrument& a, std::string_view wanted) { return a.name < wanted; });
  return found != table.end() && found->name == name ? std::optional{found->id} : std::nullopt;
}

Result<std::shared_ptr<const BarSeries>> Catalog::bars(InstrumentId instrument,
                                                       std::int32_t interval_s) const {
  return state_->get<BarRecord>(instrument, interval_s);
}

Result<std::shared_ptr<const TradeSeries>> Catalog::trades(InstrumentId instrument) const {
  return state_->get<TradeRecord>(instrument, 0);
}

Result<std::shared_ptr<const FundingSeries>> Catalog::funding(InstrumentId instrument) const {
  return state_->get<FundingRecord>(instrument, 0);
}

Result<std::shared_ptr<const QuoteSeries>> Catalog::quotes(InstrumentId instrument) const {
  return state_->get<QuoteRecord>(instrument, 0);
}

Result<std::shared_ptr<const DepthSeries>> Catalog::depth(InstrumentId instrument) const {
  return state_->get<DepthRecord>(instrument, 0);
}

Result<std::shared_ptr<const OrderEventSeries>> Catalog::orders(InstrumentId instrument) const {
  return state_->get<OrderEventRecord>(instrument, 0);
}

Result<std::shared_ptr<const SentimentSeries>> Catalog::sentiment(InstrumentId instrument) const {
  return state_->get<SentimentRecord>(instrument, 0);
}

Result<std::shared_ptr<const OpenInterestSeries>> Catalog::open_interest(
    InstrumentId instrument) const {
  return state_->get<OpenInterestRecord>(instrument, 0);
}

Result<std::shared_ptr<const LiquidationSeries>> Catalog::liquidations(
    InstrumentId instrument) const {
  return state_->get<LiquidationRecord>(instrument, 0);
}

Result<std::shared_ptr<const MarkSeries>> Catalog::marks(InstrumentId instrument) const {
  return state_->get<MarkRecord>(instrument, 0);
}

std::vector<SeriesCheck> Catalog::check() const {
  std::vector<SeriesCheck> out;
  for (const SeriesInfo& info : state_->series) {
    auto problems = with_record_of(info.kind, [&](auto record) {
      return state_->problems_of<decltype(record)>(info);
    });
    if (problems) {
      out.push_back({info, std::move(*problems), std::nullopt});
    } else {
      out.push_back({info, {}, problems.error()});
    }
  }
  return out;
}

bool is_catalog(const std::filesystem::path& dir) {
  std::error_code error;
  return std::filesystem::is_regular_file(index_path(dir), error);
}

}  // namespace lanner::store
