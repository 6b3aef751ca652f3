#include "app/verb.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "app/data/resample.hpp"
#include "app/data/synthesize.hpp"
#include "app/invocation.hpp"
#include "app/terminal.hpp"
#include "base/isotime.hpp"
#include "runtime/json_out.hpp"
#include "store/catalog.hpp"
#include "store/export_csv.hpp"
#include "store/import/importer.hpp"

namespace lanner::app {
namespace {

using runtime::JsonArray;
using runtime::JsonObject;
using store::Catalog;
using store::SeriesInfo;
using store::SeriesKind;

constexpr std::array kDataCatalogFlags{
    Flag{"--catalog", "DIR", "the catalog to read; data import makes one"}};
constexpr std::array kImportFlags{
    Flag{"--catalog", "DIR", "the catalog to add to; made when absent"},
    Flag{"--instrument", "NAME", "instrument of all these files, as in BTCUSDT-PERP.BINANCE; "
                                 "otherwise told by each file's path"}};
constexpr std::array kImportArguments{
    Argument{"PATH", Arity::many,
             "data files (CSV, zst, zip, gz, JSON), or folders that hold them"}};
constexpr std::array kExportFlags{
    Flag{"--catalog", "DIR", "the catalog to read"},
    Flag{"--out", "FILE", "the CSV file to write"}};
constexpr std::array kExportArguments{
    Argument{"SERIES", Arity::one, "INSTRUMENT/KIND[/INTERVAL], as in data list"}};

// Rejected rows and skipped files shown to a person; --json gives all.
constexpr std::size_t kMostFilesShown = 20;

Result<std::string> data_catalog_flag(const Invocation& in) {
  if (!in.has("--catalog") || in.text("--catalog").empty()) {
    return fail(ErrorKind::usage, "which catalog? Give --catalog DIR");
  }
  return in.text("--catalog");
}

void set_series_interval(JsonObject& out, std::int32_t interval_s) {
  if (interval_s == 0) {
    out.set_null("interval");
  } else {
    out.set("interval", store::interval_name(interval_s));
  }
}

// Rows of text in columns as wide as their widest cell; numbers to the right.
class DataTable {
 public:
  DataTable(std::vector<std::string> head, std::size_t text_columns)
      : rows_{std::move(head)}, text_columns_(text_columns) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print() const {
    std::vector<std::size_t> width(rows_[0].size(), 0);
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        width[i] = std::max(width[i], row[i].size());
      }
    }
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string pad(width[i] - row[i].size(), ' ');
        line += (i == 0 ? "" : "  ") + (i < text_columns_ ? row[i] + pad : pad + row[i]);
      }
      fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
    }
  }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::size_t text_columns_;
};

JsonObject imported_file_json(const store::SourceEntry& file) {
  const store::SourceStats& stats = file.stats;
  JsonObject out;
  out.set("path", file.path).set("instrument", file.instrument).set("kind", name_of(file.kind));
  set_series_interval(out, file.interval_s);
  out.set("rows", stats.rows)
      .set("added", stats.added)
      .set("gaps", stats.gaps)
      .set("missing", stats.missing)
      .set("longest_gap", stats.longest_gap)
      .set("zero_volume", stats.zero_volume)
      .set("duplicates", stats.duplicates)
      .set("disorder", stats.disorder.count)
      .set("price", stats.price.count)
      .set("rounded", stats.rounded)
      .set("saturated", stats.saturated)
      .set("off_grid", stats.off_grid)
      .set("clamped", stats.clamped)
      .set("rejected", stats.rejected);
  return out;
}

std::string import_json(const store::ImportReport& report, double wall_s) {
  JsonArray files;
  for (const store::SourceEntry& file : report.files) {
    files.add(imported_file_json(file));
  }
  JsonArray instruments;
  for (const std::string& name : report.instruments) {
    instruments.add(name);
  }
  JsonArray rejected;
  for (const store::RejectedRow& row : report.rejected) {
    rejected.add(
        JsonObject{}.set("path", row.path).set("line", row.line).set("reason", row.reason));
  }
  JsonArray skipped;
  for (const store::SkippedFile& file : report.skipped) {
    skipped.add(JsonObject{}.set("path", file.path).set("reason", file.reason));
  }
  JsonObject out{"data-import/1"};
  out.set("files", files)
      .set("rows", report.rows)
      .set("added", report.added)
      .set("instruments", instruments)
      .set("rejected", rejected)
      .set("skipped", skipped)
      .set("wall_s", wall_s);
  return out.text();
}

std::string rejected_place(const store::RejectedRow& row) {
  return row.line == 0 ? row.path : row.path + ":" + std::to_string(row.line);
}

void print_import(const store::ImportReport& report, double wall_s) {
  DataTable table{{"instrument", "kind", "interval", "file", "rows", "added", "gaps", "missing",
               "longest", "zero vol", "doubled", "disorder", "bad price", "rounded", "off grid"},
              4};
  for (const store::SourceEntry& file : report.files) {
    const store::SourceStats& s = file.stats;
    std::vector<std::string> row{file.instrument, name_of(file.kind),
                                 store::interval_name(file.interval_s),
                                 std::filesystem::path{file.path}.filename().string()};
    for (const std::uint64_t value :
         {s.rows, s.added, s.gaps, s.missing, s.longest_gap, s.zero_volume, s.duplicates,
          s.disorder.count, s.price.count, s.rounded, s.off_grid}) {
      row.push_back(std::to_string(value));
    }
    table.add(std::move(row));
  }
  if (!report.files.empty()) {
    table.print();
  }
  fmt::print("{} files, {} rows, {} added, {} instruments, {:.1f} s\n", report.files.size(),
             report.rows, report.added, report.instruments.size(), wall_s);
  std::size_t shown = 0;
  for (const store::RejectedRow& row : report.rejected) {
    if (shown++ == kMostFilesShown) {
      fmt::print(stderr, "and {} more rejected; --json lists them\n",
                 report.rejected.size() - kMostFilesShown);
      break;
    }
    fmt::print(stderr, "rejected {}: {}\n", rejected_place(row), row.reason);
  }
  shown = 0;
  for (const store::SkippedFile& file : report.skipped) {
    if (shown++ == kMostFilesShown) {
      fmt::print(stderr, "and {} more skipped; --json lists them\n",
                 report.skipped.size() - kMostFilesShown);
      break;
    }
    fmt::print(stderr, "skipped {}: {}\n", file.path, file.reason);
  }
}

Result<int> run_data_import(const Invocation& in) {
  auto dir = data_catalog_flag(in);
  if (!dir) {
    return tl::unexpected{dir.error()};
  }
  store::ImportRequest request;
  request.paths.assign(in.arguments().begin(), in.arguments().end());
  request.instrument = in.text("--instrument");
  request.catalog = *dir;
  const bool tells_progress = can_redraw(stderr);
  if (tells_progress) {
    request.progress = [](const store::ImportProgress& progress) {
      fmt::print(stderr, "\r\x1b[K{}/{} {}", progress.files_done, progress.files,
                 std::filesystem::path{progress.path}.filename().string());
      std::fflush(stderr);
    };
  }
  const auto start = std::chrono::steady_clock::now();
  const auto report = store::import_files(request);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  if (tells_progress) {
    fmt::print(stderr, "\r\x1b[K");
  }
  if (!report) {
    return tl::unexpected{report.error()};
  }
  if (in.is_json()) {
    fmt::print("{}\n", import_json(*report, wall.count()));
  } else {
    print_import(*report, wall.count());
  }
  const bool is_nothing_there = report->rejected.empty() && report->skipped.empty();
  if (report->files.empty() && is_nothing_there) {
    fmt::print(stderr, "there is no file under the paths given; name files or their folder\n");
  }
  const bool is_nothing_usable = is_nothing_there || !report->rejected.empty();
  return report->files.empty() && is_nothing_usable ? 4 : 0;
}

Result<Catalog> open_data_catalog(const Invocation& in) {
  const auto dir = data_catalog_flag(in);
  if (!dir) {
    return tl::unexpected{dir.error()};
  }
  return Catalog::open(*dir);
}

const std::string& series_instrument(const Catalog& catalog, const SeriesInfo& info) {
  return catalog.instruments()[info.instrument.index()].name;
}

// What every row about a series begins with.
JsonObject series_json(const Catalog& catalog, const SeriesInfo& info) {
  JsonObject out;
  out.set("instrument", series_instrument(catalog, info)).set("kind", name_of(info.kind));
  set_series_interval(out, info.interval_s);
  return out;
}

const char* origin_name(const Catalog& catalog) {
  return catalog.origin() == store::Origin::synthetic ? "synthetic" : "recorded";
}

Result<int> run_data_list(const Invocation& in) {
  const auto catalog = open_data_catalog(in);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  if (in.is_json()) {
    JsonArray series;
    for (const SeriesInfo& info : catalog->series()) {
      JsonObject one = series_json(*catalog, info);
      one.set("from", info.from)
          .set("to", info.to)
          .set("rows", info.rows)
          .set("gaps", info.gaps)
          .set("bytes", info.bytes)
          .set("saturated", info.saturated);
      series.add(one);
    }
    JsonObject out{"data-list/1"};
    out.set("origin", origin_name(*catalog)).set("series", series);
    fmt::print("{}\n", out.text());
    return 0;
  }
  if (catalog->origin() == store::Origin::synthetic) {
    fmt::print("SYNTHETIC market, not recorded anywhere: {}\n", catalog->origin_note());
  }
  DataTable table{{"instrument", "kind", "interval", "from", "to", "rows", "gaps", "bytes"}, 5};
  for (const SeriesInfo& info : catalog->series()) {
    table.add({series_instrument(*catalog, info), name_of(info.kind),
               store::interval_name(info.interval_s), format_utc(info.from, Precision::seconds),
               format_utc(info.to, Precision::seconds), std::to_string(info.rows),
               std::to_string(info.gaps), std::to_string(info.bytes)});
  }
  table.print();
  return 0;
}

// Instruments of which there is funding but no price: kept, used by nothing.
std::vector<std::string> unused_funding(const Catalog& catalog) {
  std::vector<std::string> out;
  for (const SeriesInfo& info : catalog.series()) {
    const bool has_prices =
        std::any_of(catalog.series().begin(), catalog.series().end(), [&](const SeriesInfo& other) {
          return other.instrument == info.instrument &&
                 (other.kind == SeriesKind::bars || other.kind == SeriesKind::trades);
        });
    if (info.kind == SeriesKind::funding && !has_prices) {
      out.push_back(series_instrument(catalog, info));
    }
  }
  return out;
}

std::string check_json(const Catalog& catalog, const std::vector<store::SeriesCheck>& checks) {
  JsonArray series;
  for (const store::SeriesCheck& check : checks) {
    JsonArray problems;
    for (const store::Problem& problem : check.problems) {
      problems.add(JsonObject{}
                       .set("kind", name_of(problem.kind))
                       .set("from", problem.from)
                       .set("to", problem.to)
                       .set("missing", problem.missing));
    }
    JsonObject one = series_json(catalog, check.info);
    one.set("files", check.info.files).set("rows", check.info.rows).set("problems", problems);
    if (check.damage) {
      one.set("damage", check.damage->message);
    }
    series.add(one);
  }
  JsonArray unused;
  for (const std::string& name : unused_funding(catalog)) {
    unused.add(name);
  }
  JsonObject out{"data-check/1"};
  out.set("origin", origin_name(catalog)).set("series", series).set("unused_funding", unused);
  return out.text();
}

void print_check(const Catalog& catalog, const std::vector<store::SeriesCheck>& checks) {
  constexpr std::array kKinds{store::ProblemKind::gap,      store::ProblemKind::span,
                              store::ProblemKind::duplicate, store::ProblemKind::disorder,
                              store::ProblemKind::price,    store::ProblemKind::off_grid};
  std::vector<std::string> head{"instrument", "kind", "interval", "files", "rows", "missing"};
  for (const auto kind : kKinds) {
    head.emplace_back(name_of(kind));
  }
  DataTable table{std::move(head), 3};
  for (const store::SeriesCheck& check : checks) {
    std::vector<std::string> row{series_instrument(catalog, check.info), name_of(check.info.kind),
                                 store::interval_name(check.info.interval_s),
                                 std::to_string(check.info.files), std::to_string(check.info.rows),
                                 std::to_string(check.info.missing)};
    for (const auto kind : kKinds) {
      // Holes are counted one by one, the other problems by their rows.
      const bool is_hole = kind == store::ProblemKind::gap || kind == store::ProblemKind::span;
      std::uint64_t count = 0;
      for (const store::Problem& problem : check.problems) {
        count += problem.kind == kind ? (is_hole ? 1 : problem.missing) : 0;
      }
      row.push_back(std::to_string(count));
    }
    table.add(std::move(row));
  }
  table.print();
  for (const store::SeriesCheck& check : checks) {
    if (check.damage) {
      fmt::print("damaged: {}\n", check.damage->message);
    }
  }
  const std::vector<std::string> unused = unused_funding(catalog);
  if (!unused.empty()) {
    std::string names;
    for (const std::string& name : unused) {
      names += (names.empty() ? "" : ", ") + name;
    }
    fmt::print("funding without prices, unused: {}\n", names);
  }
}

Result<int> run_data_check(const Invocation& in) {
  const auto catalog = open_data_catalog(in);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  const std::vector<store::SeriesCheck> checks = catalog->check();
  if (in.is_json()) {
    fmt::print("{}\n", check_json(*catalog, checks));
  } else {
    print_check(*catalog, checks);
  }
  const auto damaged = std::count_if(checks.begin(), checks.end(),
                                     [](const auto& check) { return check.damage.has_value(); });
  if (damaged > 0) {
    fmt::print(stderr, "{} of {} series cannot be read; import their files again\n", damaged,
               checks.size());
    return 4;
  }
  return 0;
}

Result<int> run_data_export(const Invocation& in) {
  if (!in.has("--out") || in.text("--out").empty()) {
    return fail(ErrorKind::usage, "where to? Give --out FILE.csv");
  }
  const auto catalog = open_data_catalog(in);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  const auto series = store::find_series(*catalog, in.arguments()[0]);
  if (!series) {
    return tl::unexpected{series.error()};
  }
  const auto rows = store::export_csv(*catalog, *series, in.text("--out"));
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  if (in.is_json()) {
    JsonObject out{"data-export/1"};
    out.set("series", in.arguments()[0]).set("path", in.text("--out")).set("rows", *rows);
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("{} rows of {} written to {}\n", *rows, in.arguments()[0], in.text("--out"));
  }
  return 0;
}

constexpr std::array kDataVerbs{
    Verb{"import", "", "read market data files into a catalog; again adds nothing",
         "lanner data import market-data/ --catalog catalog/", kImportArguments, kImportFlags,
         run_data_import, {}},
    Verb{"list", "list-data", "what a catalog holds", "lanner data list --catalog catalog/", {},
         kDataCatalogFlags, run_data_list, {}},
    Verb{"check", "", "read every series whole and name gaps, doubled, disordered, bad rows",
         "lanner data check --catalog catalog/ --json", {}, kDataCatalogFlags, run_data_check, {}},
    Verb{"export", "", "write a series as CSV",
         "lanner data export BTCUSDT.BINANCE/bars/1m --catalog catalog/ --out bars.csv",
         kExportArguments, kExportFlags, run_data_export, {}},
    Verb{"resample", "", "make bars of another length from trades or finer bars",
         "lanner data resample --catalog catalog/ --from 1m --interval 15m", {}, kResampleFlags,
         run_data_resample, {}},
    Verb{"synthesize", "", "make a market that nobody recorded, with every input",
         "lanner data synthesize --catalog made/ --days 60 --interval 5m", {}, kSynthesizeFlags,
         run_data_synthesize, {}}};

}  // namespace

Verb data_verb() noexcept {
  return {"data", "", "market data: import, list, check, export, resample, synthesize",
          "lanner data import market-data/ --catalog catalog/", {}, {}, nullptr, kDataVerbs};
}

}  // namespace lanner::app
