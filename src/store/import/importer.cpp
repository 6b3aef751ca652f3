#include "store/import/importer.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/hash.hpp"
#include "store/atomic_file.hpp"
#include "store/import/book_file.hpp"
#include "store/import/candles_file.hpp"
#include "store/import/contract_file.hpp"
#include "store/import/grid.hpp"
#include "store/import/line_reader.hpp"
#include "store/import/merge.hpp"
#include "store/import/raw_file.hpp"
#include "store/import/source_name.hpp"
#include "store/rules_file.hpp"
#include "store/series_summary.hpp"

namespace lanner::store {
namespace {

template <typename... Records>
using RowsOf = std::variant<std::vector<Records>...>;
using Rows = RowsOf<BarRecord, TradeRecord, FundingRecord, QuoteRecord, DepthRecord,
                    OrderEventRecord, SentimentRecord, OpenInterestRecord, LiquidationRecord,
                    MarkRecord>;

// What a sentiment index belongs to: it is the whole market's.
constexpr const char* kSentimentInstrument = "FEARGREED.INDEX";

// A file of a known kind and instrument; one that gives several kinds is one candidate for each.
struct Candidate {
  std::filesystem::path path;
  SourceEntry entry;  // hash, instrument, kind, interval, path
  SourceFormat format = SourceFormat::csv;
  std::string_view assumed_header;
  CandlePrice candle_price = CandlePrice::last;
  bool is_raw = false;
  bool is_first = true;  // of its file's candidates
};

struct Loaded {
  SourceEntry entry;
  Rows rows;
};

SeriesKey key_of(const SourceEntry& entry) {
  return {entry.instrument, entry.kind, entry.interval_s};
}

class Importer {
 public:
  Importer(const ImportRequest& request, CatalogIndex index, RulesFile rules)
      : request_(request), index_(std::move(index)), rules_(std::move(rules)) {}

  Result<ImportReport> run() {
    const auto paths = files_below(request_.paths);
    if (!paths) {
      return tl::unexpected{paths.error()};
    }
    files_ = paths->size();
    for (const std::filesystem::path& path : *paths) {
      classify(path);
    }
    for (auto& [instrument, candidates] : candidates_) {
      // Where a recording repeats trades that a file of trades has, the file's rows are kept.
      std::stable_partition(candidates.begin(), candidates.end(),
                            [](const Candidate& candidate) { return !candidate.is_raw; });
      if (const Status good = import_instrument(instrument, candidates); !good) {
        return tl::unexpected{good.error()};
      }
    }
    if (changed_) {
      if (const Status good = save(); !good) {
        return tl::unexpected{good.error()};
      }
    }
    finish_report();
    return std::move(report_);
  }

 private:
  void reject(const std::filesystem::path& path, std::string reason) {
    report_.rejected.push_back({path.string(), 0, std::move(reason)});
    ++files_done_;
  }
  void skip(const std::filesystem::path& path, std::string reason) {
    report_.skipped.push_back({path.string(), std::move(reason)});
    ++files_done_;
  }

  void classify(const std::filesystem::path& path) {
    SourceName name = source_name_of(path);
    const auto file = MappedFile::open(path);
    if (!file) {
      reject(path, file.error().message);
      return;
    }
    if (name.candle_price == CandlePrice::premium) {
      skip(path, "candles of the premium index: mark and index price tell it");
      return;
    }
    std::vector<SeriesKind> kinds;
    bool is_raw = false;
    if (name.kind) {
      kinds.push_back(*name.kind);
    } else {
      LineReader lines{file->bytes()};
      const auto first = lines.next();
      const std::string_view line =
          first && first->has_value() ? **first : std::string_view{};
      is_raw = is_raw_line(line);
      kinds = is_raw ? kinds_of_recording(path, file->bytes()) : kinds_of_header(line);
      if (kinds.empty() && !is_raw) {
        skip(path, "of no known kind: no such folder name, no such header line");
      }
    }
    add_candidates(path, name, kinds, is_raw, file->bytes());
  }

  static std::vector<SeriesKind> kinds_of_header(std::string_view line) {
    const auto kind = kind_of_header(line);
    return kind ? std::vector{*kind} : std::vector<SeriesKind>{};
  }

  std::vector<SeriesKind> kinds_of_recording(const std::filesystem::path& path,
                                             std::span<const std::byte> bytes) {
    auto kinds = raw_kinds(bytes);
    if (!kinds) {
      reject(path, kinds.error().message);
      return {};
    }
    if (kinds->empty()) {
      skip(path, "a recording without trades, quotes or depth");
    }
    return std::move(*kinds);
  }

  void add_candidates(const std::filesystem::path& path, const SourceName& name,
                      const std::vector<SeriesKind>& kinds, bool is_raw,
                      std::span<const std::byte> bytes) {
    std::string instrument = request_.instrument.empty() ? name.instrument : request_.instrument;
    if (instrument.empty() && !kinds.empty() && kinds[0] == SeriesKind::sentiment) {
      instrument = kSentimentInstrument;
    }
    if (instrument.empty() && !kinds.empty()) {
      reject(path, "the path does not tell the instrument; put it into a folder like binance-perp, "
                   "or give --instrument NAME");
      return;
    }
    const std::string hash = kinds.empty() ? "" : hash128(bytes).hex();
    for (const SeriesKind kind : kinds) {
      Candidate candidate{path, {}, name.format, name.assumed_header, name.candle_price,
                          is_raw, kind == kinds[0]};
      candidate.entry.hash = hash;
      candidate.entry.instrument = instrument;
      candidate.entry.kind = kind;
      candidate.entry.interval_s = kind == SeriesKind::bars ? name.interval_s : 0;
      candidate.entry.path = path.string();
      candidates_[instrument].push_back(std::move(candidate));
    }
  }

  const SourceEntry* known_source(const SourceEntry& entry) const {
    const auto found =
        std::find_if(index_.sources.begin(), index_.sources.end(), [&entry](const auto& known) {
          return known.hash == entry.hash && known.instrument == entry.instrument &&
                 known.kind == entry.kind &&
                 (entry.interval_s == 0 || entry.interval_s == known.interval_s);
        });
    return found == index_.sources.end() ? nullptr : &*found;
  }

  void tell_progress(const Candidate& candidate) {
    if (request_.progress) {
      request_.progress({files_done_, files_, candidate.entry.path});
    }
    ++files_done_;
  }

  template <typename Record>
  std::optional<Loaded> take(const Candidate& candidate, Result<SourceRows<Record>> source) {
    if (!source) {
      report_.rejected.push_back({candidate.entry.path, 0, source.error().message});
      return std::nullopt;
    }
    for (RejectedRow& row : source->rejected) {
      row.path = candidate.entry.path;
      report_.rejected.push_back(std::move(row));
    }
    Loaded loaded{candidate.entry, {}};
    loaded.entry.interval_s = source->interval_s;
    loaded.entry.stats = source->stats;
    loaded.entry.from = source->rows.front().stamp();
    loaded.entry.to = source->rows.back().stamp();
    loaded.rows = std::move(source->rows);
    return loaded;
  }

  std::optional<Loaded> load(const Candidate& candidate) {
    const auto file = MappedFile::open(candidate.path);
    if (!file) {
      report_.rejected.push_back({candidate.entry.path, 0, file.error().message});
      return std::nullopt;
    }
    const std::span<const std::byte> bytes = file->bytes();
    if (candidate.is_raw) {
      return load_raw(candidate, bytes);
    }
    if (candidate.format == SourceFormat::candles_json &&
        candidate.entry.kind == SeriesKind::funding) {
      return take(candidate, read_candle_funding(bytes));
    }
    if (candidate.format == SourceFormat::candles_json) {
      return take(candidate, read_candles(bytes, candidate.entry.interval_s));
    }
    const std::string_view header = candidate.assumed_header;
    switch (candidate.entry.kind) {
      case SeriesKind::bars:
        return take(candidate, read_bars(bytes, candidate.entry.interval_s, header));
      case SeriesKind::trades:
        return take(candidate, read_trades(bytes, header));
      case SeriesKind::funding:
        return take(candidate, read_funding(bytes, header));
      case SeriesKind::quotes:
        return take(candidate, read_quotes(bytes, header));
      case SeriesKind::depth:
        return take(candidate, read_depth(bytes));
      case SeriesKind::orders:
        return take(candidate, read_order_events(bytes));
      case SeriesKind::sentiment:
        return take(candidate, read_sentiment(bytes));
      case SeriesKind::open_interest:
        return take(candidate, read_open_interest(bytes, header));
      case SeriesKind::liquidations:
        return take(candidate, read_liquidations(bytes, header));
      case SeriesKind::marks:
        return take(candidate, read_marks(bytes, candidate.candle_price, header));
    }
    return std::nullopt;
  }

  std::optional<Loaded> load_raw(const Candidate& candidate, std::span<const std::byte> bytes) {
    const auto instrument = instrument_of(candidate.entry.instrument);
    if (!instrument) {
      report_.rejected.push_back({candidate.entry.path, 0, instrument.error().message});
      return std::nullopt;
    }
    const RawRequest request{instrument->symbol, candidate.is_first};
    switch (candidate.entry.kind) {
      case SeriesKind::trades:
        return take(candidate, read_raw_trades(bytes, request));
      case SeriesKind::quotes:
        return take(candidate, read_raw_quotes(bytes, request));
      default:
        return take(candidate, read_raw_depth(bytes, request));
    }
  }

  // Reports a file that the catalog holds already; its bad rows are read again to be named.
  void report_known(const Candidate& candidate, const SourceEntry& known) {
    SourceEntry entry = known;
    entry.path = candidate.entry.path;
    entry.stats.added = 0;
    if (known.stats.rejected > 0) {
      static_cast<void>(load(candidate));
    }
    report_.files.push_back(std::move(entry));
  }

  Status import_instrument(const std::string& name, const std::vector<Candidate>& candidates) {
    std::vector<Loaded> loaded;
    for (const Candidate& candidate : candidates) {
      tell_progress(candidate);
      if (const SourceEntry* known = known_source(candidate.entry)) {
        report_known(candidate, *known);
      } else if (auto one = load(candidate)) {
        loaded.push_back(std::move(*one));
      }
    }
    if (loaded.empty()) {
      return {};
    }
    const auto rule = rule_for(name, loaded);
    if (!rule) {
      for (const Loaded& one : loaded) {
        report_.rejected.push_back({one.entry.path, 0, name + ": " + rule.error().message});
      }
      return {};
    }
    return store_series(loaded, *rule);
  }

  // The rule that these rows are judged by, renewed from all sources unless somebody edited it.
  Result<model::Instrument> rule_for(const std::string& name, const std::vector<Loaded>& loaded) {
    const auto found =
        std::find_if(rules_.entries.begin(), rules_.entries.end(),
                     [&name](const RuleEntry& entry) { return entry.instrument.name == name; });
    auto rule = found == rules_.entries.end() ? instrument_of(name)
                                              : Result<model::Instrument>{found->instrument};
    if (!rule || (found != rules_.entries.end() && is_edited(*rule))) {
      return rule;
    }
    DigitCounts prices{};
    DigitCounts quantities{};
    const auto add = [&](const SourceEntry& entry) {
      for (std::size_t i = 0; i < prices.size() && entry.instrument == name; ++i) {
        prices[i] += entry.stats.price_digits[i];
        quantities[i] += entry.stats.quantity_digits[i];
      }
    };
    std::for_each(index_.sources.begin(), index_.sources.end(), add);
    std::for_each(loaded.begin(), loaded.end(), [&](const Loaded& one) { add(one.entry); });
    if (const Status good = infer_grid(prices, quantities, *rule); !good) {
      return tl::unexpected{good.error()};
    }
    const std::string print = print_of(*rule);
    if (found == rules_.entries.end() || print != print_of(found->instrument)) {
      put_rule(rules_, *rule);
    }
    index_.rule_prints[name] = print;
    return rule;
  }

  bool is_edited(const model::Instrument& rule) const {
    const auto print = index_.rule_prints.find(rule.name);
    return print == index_.rule_prints.end() || print->second != print_of(rule);
  }

  Status store_series(std::vector<Loaded>& loaded, const model::Instrument& rule) {
    std::map<SeriesKey, std::vector<Loaded*>> by_series;
    for (Loaded& one : loaded) {
      by_series[key_of(one.entry)].push_back(&one);
    }
    for (const auto& [key, parts] : by_series) {
      if (const Status good = merge_parts(key, parts); !good) {
        return good;
      }
    }
    for (Loaded& one : loaded) {
      std::visit(
          [&](const auto& rows) {
            one.entry.stats.off_grid = static_cast<std::uint64_t>(
                std::count_if(rows.begin(), rows.end(), [&rule](const auto& row) {
                  return !is_on_grid(row, rule.tick, rule.step);
                }));
          },
          one.rows);
      report_.files.push_back(one.entry);
      index_.sources.push_back(std::move(one.entry));
    }
    changed_ = true;
    return {};
  }

  Status merge_parts(const SeriesKey& key, const std::vector<Loaded*>& parts) {
    return with_record_of(key.kind, [&](auto record) {
      return merge_series<decltype(record)>(key, parts);
    });
  }

  template <typename Record>
  Status merge_series(const SeriesKey& key, const std::vector<Loaded*>& parts) {
    const std::filesystem::path path = series_path(request_.catalog, key);
    const SeriesIdentity identity = identity_of(key.instrument, key.kind, key.interval_s);
    std::vector<Record> rows;
    if (index_.series.contains(key)) {
      const auto old = Series<Record>::open(path, identity);
      if (!old) {
        return tl::unexpected{old.error()};
      }
      rows.assign((*old)->rows().begin(), (*old)->rows().end());
    }
    std::vector<SourceSpan> spans;
    for (const SourceEntry& source : index_.sources) {
      if (key_of(source) == key) {
        spans.push_back({source.from, source.to});
      }
    }
    std::uint64_t added = 0;
    for (Loaded* const part : parts) {
      merge_rows(rows, std::span<const Record>{std::get<std::vector<Record>>(part->rows)},
                 part->entry.stats);
      added += part->entry.stats.added;
      spans.push_back({part->entry.from, part->entry.to});
    }
    index_.series[key] =
        summarize(std::span<const Record>{rows}, key.interval_s, spans);
    return added == 0 ? Status{} : write_series(path, identity, std::span<const Record>{rows});
  }

  Status save() {
    if (const Status good = write_atomically(rules_path(request_.catalog), render_rules(rules_));
        !good) {
      return good;
    }
    return write_atomically(index_path(request_.catalog), render_index(index_));
  }

  void finish_report() {
    std::set<std::string> names;
    for (const SourceEntry& entry : report_.files) {
      names.insert(entry.instrument);
      report_.rows += entry.stats.rows;
      report_.added += entry.stats.added;
    }
    report_.instruments.assign(names.begin(), names.end());
    std::sort(report_.files.begin(), report_.files.end(),
              [](const SourceEntry& a, const SourceEntry& b) { return a.path < b.path; });
    std::stable_sort(report_.rejected.begin(), report_.rejected.end(),
                     [](const RejectedRow& a, const RejectedRow& b) { return a.path < b.path; });
  }

  const ImportRequest& request_;
  CatalogIndex index_;
  RulesFile rules_;
  std::map<std::string, std::vector<Candidate>> candidates_;
  ImportReport report_;
  std::size_t files_ = 0;
  std::size_t files_done_ = 0;
  bool changed_ = false;
};

Status add_below(const std::filesystem::path& path, std::vector<std::filesystem::path>& out) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status)) {
    out.push_back(path);
    return {};
  }
  if (!std::filesystem::is_directory(status)) {
    return fail(ErrorKind::data, path.string() + " does not exist or is no file or folder; give "
                                                 "the path of a data file or of a folder of them");
  }
  using Walk = std::filesystem::recursive_directory_iterator;
  Walk at{path, std::filesystem::directory_options::skip_permission_denied, error};
  for (; !error && at != Walk{}; at.increment(error)) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden && at->is_directory(error)) {
      at.disable_recursion_pending();
    } else if (!hidden && at->is_regular_file(error)) {
      out.push_back(at->path());
    }
  }
  return error ? Status{fail(ErrorKind::data, "cannot search " + path.string() + ": " +
                                                  error.message() + "; check its permissions")}
               : Status{};
}

}  // namespace

Result<std::vector<std::filesystem::path>> files_below(
    const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> out;
  for (const std::filesystem::path& path : paths) {
    if (const Status good = add_below(path, out); !good) {
      return tl::unexpected{good.error()};
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<ImportReport> import_files(const ImportRequest& request) {
  if (!request.instrument.empty()) {
    if (const auto known = instrument_of(request.instrument); !known) {
      return tl::unexpected{known.error()};
    }
  }
  if (const auto paths = files_below(request.paths); !paths) {
    return tl::unexpected{paths.error()};
  }
  const auto lock = DirectoryLock::acquire(request.catalog);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  auto index = is_catalog(request.catalog) ? read_index(request.catalog)
                                           : Result<CatalogIndex>{CatalogIndex{}};
  if (!index) {
    return tl::unexpected{index.error()};
  }
  if (index->origin == Origin::synthetic) {
    return fail(ErrorKind::failure, request.catalog.string() +
                                        " holds a synthetic market; import recorded data into "
                                        "another catalog");
  }
  auto rules = read_rules(request.catalog);
  if (!rules) {
    return tl::unexpected{rules.error()};
  }
  return Importer{request, std::move(*index), std::move(*rules)}.run();
}

}  // namespace lanner::store
