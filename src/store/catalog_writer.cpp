#include "store/catalog_writer.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "store/atomic_file.hpp"
#include "store/index_file.hpp"
#include "store/rules_file.hpp"
#include "store/series_summary.hpp"

namespace lanner::store {

struct CatalogWriter::State {
  std::filesystem::path dir;
  DirectoryLock lock;
  CatalogIndex index;
  RulesFile rules;

  template <typename Record>
  Status write(std::string_view instrument, std::int32_t interval_s, std::span<const Record> rows) {
    const SeriesKey key{std::string(instrument), Record::kKind, interval_s};
    const bool known = std::any_of(
        rules.entries.begin(), rules.entries.end(),
        [&key](const RuleEntry& entry) { return entry.instrument.name == key.instrument; });
    if (!known) {
      return fail(ErrorKind::failure, "no rules of " + key.instrument +
                                          "; add the instrument before its series");
    }
    const auto out_of_order = [](const Record& a, const Record& b) {
      return kStampsRepeat<Record> ? a.stamp() > b.stamp() : a.stamp() >= b.stamp();
    };
    if (rows.empty() || std::adjacent_find(rows.begin(), rows.end(), out_of_order) != rows.end()) {
      return fail(ErrorKind::failure, std::string(name_of(key.kind)) + " of " + key.instrument +
                                          " are empty or do not ascend; sort them first");
    }
    const Status good = write_series(
        series_path(dir, key), identity_of(instrument, key.kind, interval_s), rows);
    if (good) {
      // A series that is replaced no longer comes from the files that it was imported from.
      std::erase_if(index.sources, [&key](const SourceEntry& source) {
        return SeriesKey{source.instrument, source.kind, source.interval_s} == key;
      });
      index.series[key] = summarize(rows, interval_s, {});
      index.series[key].files = 1;
    }
    return good;
  }
};

CatalogWriter::CatalogWriter(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
CatalogWriter::CatalogWriter(CatalogWriter&&) noexcept = default;
CatalogWriter& CatalogWriter::operator=(CatalogWriter&&) noexcept = default;
CatalogWriter::~CatalogWriter() = default;

Result<CatalogWriter> CatalogWriter::create(const std::filesystem::path& dir, Origin origin,
                                            std::string note) {
  auto lock = DirectoryLock::acquire(dir);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  CatalogIndex index;
  index.origin = origin;
  if (is_catalog(dir)) {
    auto old = read_index(dir);
    if (!old) {
      return tl::unexpected{old.error()};
    }
    if (old->origin != origin) {
      return fail(ErrorKind::failure,
                  dir.string() + " holds data of another origin; synthetic and recorded markets "
                                 "are never mixed: use another directory");
    }
    index = std::move(*old);
  }
  index.note = std::move(note);
  auto rules = read_rules(dir);
  if (!rules) {
    return tl::unexpected{rules.error()};
  }
  return CatalogWriter{std::make_unique<State>(
      State{dir, std::move(*lock), std::move(index), std::move(*rules)})};
}

Status CatalogWriter::add_instrument(const model::Instrument& instrument) {
  // Read back what would be written: a rule that cannot be read must not reach the disk.
  const auto same = parse_rules(render_rule(instrument), instrument.name);
  if (!same) {
    return tl::unexpected{same.error()};
  }
  put_rule(state_->rules, instrument);
  state_->index.rule_prints[instrument.name] = print_of(instrument);
  return {};
}

Status CatalogWriter::write_bars(std::string_view instrument, std::int32_t interval_s,
                                 std::span<const BarRecord> rows) {
  if (interval_s <= 0) {
    return fail(ErrorKind::failure, "bars need an interval of at least one second");
  }
  return state_->write(instrument, interval_s, rows);
}

Status CatalogWriter::write_trades(std::string_view instrument, std::span<const TradeRecord> rows) {
  std::vector<TradeRecord> numbered(rows.begin(), rows.end());
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    numbered[i].ordinal = static_cast<std::int32_t>(std::min(i, kMost));
  }
  return state_->write(instrument, 0, std::span<const TradeRecord>{numbered});
}

Status CatalogWriter::write_funding(std::string_view instrument,
                                    std::span<const FundingRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::write_depth(std::string_view instrument,
                                  std::span<const DepthRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::write_quotes(std::string_view instrument,
                                   std::span<const QuoteRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::write_sentiment(std::string_view instrument,
                                      std::span<const SentimentRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::write_open_interest(std::string_view instrument,
                                          std::span<const OpenInterestRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::write_liquidations(std::string_view instrument,
                                         std::span<const LiquidationRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::write_marks(std::string_view instrument, std::span<const MarkRecord> rows) {
  return state_->write(instrument, 0, rows);
}

Status CatalogWriter::finish() {
  const Status good = write_atomically(rules_path(state_->dir), render_rules(state_->rules));
  return good ? write_atomically(index_path(state_->dir), render_index(state_->index)) : good;
}

}  // namespace lanner::store
