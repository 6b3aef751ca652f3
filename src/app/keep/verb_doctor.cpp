#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>

#include "app/invocation.hpp"
#include "app/keep/database_path.hpp"
#include "app/look/text_table.hpp"
#include "app/progress_bar.hpp"
#include "app/verb.hpp"
#include "base/isotime.hpp"
#include "runtime/check/repairs.hpp"
#include "runtime/json_out.hpp"
#include "runtime/look/cost_table.hpp"
#include "store/atomic_file.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

namespace fs = std::filesystem;

constexpr int kCheckFailed = 8;
constexpr std::uint64_t kBytesMin = 1ULL << 30;
constexpr rlim_t kFilesMin = 256;
// No build of this program is older.
constexpr std::int64_t kYearMin = 2025;
constexpr std::int64_t kYearMax = 2100;

constexpr std::array kDoctorFlags{
    Flag{"--catalog", "DIR", "check it, and show what a trade costs on each instrument"},
    Flag{"--fix", "", "put right what needs no judgement, and say what was done"}, kDatabaseFlag};

struct Check {
  std::string id;
  bool ok = false;
  std::string found;
  std::string remedy;  // empty when all is well
};

Check made(std::string id, bool ok, std::string found, std::string remedy) {
  return {std::move(id), ok, std::move(found), ok ? std::string{} : std::move(remedy)};
}

Check check_profile(const fs::path& profile) {
  const fs::path probe = profile / ".doctor";
  const auto written = store::write_atomically(probe, "x");
  std::error_code ignored;
  fs::remove(probe, ignored);
  return made("profile_writable", written.has_value(), profile.string(),
              written ? "" : "make it writable, or give another --profile DIR");
}

Check check_disk(const fs::path& profile) {
  std::error_code error;
  const fs::space_info space = fs::space(profile, error);
  const bool ok = !error && space.available >= kBytesMin;
  return made("disk_space", ok,
              error ? "cannot be read" : fmt::format("{} MiB free", space.available >> 20),
              "free at least 1024 MiB there; a full disk stops entries");
}

Check check_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  const bool ok = ns >= days_from_civil(kYearMin, 1, 1) * kNsPerDay &&
                  ns < days_from_civil(kYearMax, 1, 1) * kNsPerDay;
  return made("clock", ok, format_utc(ns, Precision::seconds),
              "set the system clock (timedatectl set-ntp true)");
}

Check check_open_files() {
  rlimit limit{};
  const bool ok = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= kFilesMin;
  return made("open_files", ok, fmt::format("{} allowed", limit.rlim_cur),
              "ulimit -n 1024 before the start");
}

// A library that was upgraded under the running program is told by its maps.
Check check_libraries() {
  std::ifstream maps{"/proc/self/maps"};
  std::vector<std::string> libraries;
  std::string replaced;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos || line.find(".so", path) == std::string::npos) {
      continue;
    }
    const std::string name = line.substr(path);
    if (std::find(libraries.begin(), libraries.end(), name) == libraries.end()) {
      libraries.push_back(name);
      replaced += name.ends_with("(deleted)") ? " " + name : std::string{};
    }
  }
  return made("packages", replaced.empty(),
              fmt::format("{} libraries loaded{}", libraries.size(), replaced),
              "restart: they were upgraded while this ran");
}

std::vector<fs::path> catalogs_of(const Invocation& in) {
  std::vector<fs::path> found;
  if (in.has("--catalog")) {
    found.emplace_back(in.text("--catalog"));
  }
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(in.profile() / "catalogs", ignored)) {
    if (store::is_catalog(entry.path())) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Check check_catalog(const fs::path& dir) {
  const auto catalog = store::Catalog::open(dir);
  return made("catalog", catalog.has_value(),
              catalog ? fmt::format("{}: {} instruments, {} series", dir.string(),
                                    catalog->instruments().size(), catalog->series().size())
                      : catalog.error().message,
              "import it again: lanner data import PATH --catalog " + dir.string());
}

runtime::RepairPlaces places_of(const Invocation& in) {
  auto catalogs = catalogs_of(in);
  std::erase_if(catalogs, [](const fs::path& dir) { return !store::is_catalog(dir); });
  return {in.profile(), database_path(in), std::move(catalogs)};
}

// What --fix would put right.
void add_repairs(const Invocation& in, std::vector<Check>& checks) {
  const auto repairs = runtime::find_repairs(places_of(in));
  for (const runtime::Repair& repair : repairs) {
    checks.push_back(made(runtime::name_of(repair.kind), false,
                          repair.where.string() + ": " + repair.what,
                          repair.kind == runtime::RepairKind::journal
                              ? "put a copy of the journal in its place"
                              : "lanner doctor --fix"));
  }
  if (repairs.empty()) {
    checks.push_back(made("left_behind", true, "nothing to put right", ""));
  }
}

struct Repaired {
  runtime::Repair repair;
  bool is_done = false;
  std::string outcome;
};

std::vector<Repaired> put_right(const Invocation& in) {
  if (!in.has("--fix")) {
    return {};
  }
  ProgressBar bar{"fix"};
  std::vector<Repaired> done;
  const runtime::RepairPlaces places = places_of(in);
  for (runtime::Repair& repair : runtime::find_repairs(places)) {
    const auto outcome = runtime::make_repair(
        places, repair, [&](double part, Timestamp now, std::uint64_t events) {
          bar.show(part, now, events);
          return true;
        });
    done.push_back({std::move(repair), outcome.has_value(),
                    outcome ? *outcome : outcome.error().message});
  }
  return done;
}

std::vector<Check> all_checks(const Invocation& in) {
  std::vector<Check> checks{check_profile(in.profile()), check_disk(in.profile()), check_clock(),
                            check_open_files(), check_libraries()};
  for (const fs::path& dir : catalogs_of(in)) {
    checks.push_back(check_catalog(dir));
  }
  add_repairs(in, checks);
  return checks;
}

runtime::JsonArray repairs_json(const std::vector<Repaired>& repairs) {
  runtime::JsonArray rows;
  for (const Repaired& one : repairs) {
    runtime::JsonObject item;
    item.set("id", runtime::name_of(one.repair.kind))
        .set("where", one.repair.where.string())
        .set("what", one.repair.what)
        .set("done", one.is_done)
        .set("outcome", one.outcome);
    rows.add(item);
  }
  return rows;
}

void print_doctor_json(const std::vector<Check>& checks, const std::vector<Repaired>& repairs,
                       const std::vector<runtime::CostRow>& costs) {
  runtime::JsonArray rows;
  for (const Check& check : checks) {
    runtime::JsonObject item;
    item.set("id", check.id).set("ok", check.ok).set("found", check.found);
    item.set("remedy", check.remedy);
    rows.add(item);
  }
  runtime::JsonArray cost_rows;
  for (const runtime::CostRow& cost : costs) {
    runtime::JsonObject by_frame;
    for (std::size_t i = 0; i < runtime::kCostFrames.size(); ++i) {
      by_frame.set(model::name_of(runtime::kCostFrames[i]), cost.cost_r[i].value_or(NAN));
    }
    runtime::JsonObject item;
    item.set("instrument", cost.instrument)
        .set("tier", cost.tier)
        .set("taker_fee", cost.taker_fee)
        .set("half_spread_bps", cost.half_spread_bps.value())
        .set("cost_r", by_frame);
    cost_rows.add(item);
  }
  runtime::JsonObject out{"doctor/1"};
  const bool ok = std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.ok; });
  out.set("ok", ok).set("checks", rows).set("repairs", repairs_json(repairs));
  out.set("costs", cost_rows);
  fmt::print("{}\n", out.text());
}

void print_doctor(const std::vector<Check>& checks, const std::vector<Repaired>& repairs,
                  const std::vector<runtime::CostRow>& costs) {
  for (const Repaired& one : repairs) {
    fmt::print("{:<4} {:<17} {}: {}\n{:<22} {}\n", one.is_done ? "done" : "LEFT",
               runtime::name_of(one.repair.kind), one.repair.where.string(), one.repair.what, "",
               one.outcome);
  }
  for (const Check& check : checks) {
    fmt::print("{:<4} {:<17} {}\n", check.ok ? "good" : "BAD", check.id, check.found);
    if (!check.ok) {
      fmt::print("{:<22} {}\n", "", check.remedy);
    }
  }
  if (costs.empty()) {
    return;
  }
  fmt::print("\nwhat a round trip costs in R: taker fees and half spreads on both sides, a stop of "
             "1.5 ATR\n");
  TextTable table{{"instrument", "tier", "taker", "half spread", "1m", "5m", "15m", "1h"}, 2};
  for (const runtime::CostRow& cost : costs) {
    std::vector<std::string> row{cost.instrument, cost.tier, to_string(cost.taker_fee),
                                 views::score_text(cost.half_spread_bps, 2) + " bps"};
    for (const auto& value : cost.cost_r) {
      row.push_back(value ? views::score_text(Score{*value}) : "-");
    }
    table.add(std::move(row));
  }
  fmt::print("{}", table.text(""));
}

Result<std::vector<runtime::CostRow>> costs_of(const Invocation& in) {
  if (!in.has("--catalog")) {
    return std::vector<runtime::CostRow>{};
  }
  const auto catalog = store::Catalog::open(in.text("--catalog"));
  if (!catalog) {
    return std::vector<runtime::CostRow>{};  // the check has told it
  }
  model::ParameterSet parameters;
  for (const auto& [key, value] : in.settings().parameters()) {
    if (const auto set = parameters.set(key, value); !set) {
      return tl::unexpected{set.error()};
    }
  }
  return runtime::cost_table(*catalog, parameters);
}

Result<int> run_doctor(const Invocation& in) {
  const std::vector<Repaired> repairs = put_right(in);
  const std::vector<Check> checks = all_checks(in);
  const auto costs = costs_of(in);
  if (!costs) {
    return tl::unexpected{costs.error()};
  }
  if (in.is_json()) {
    print_doctor_json(checks, repairs, *costs);
  } else {
    print_doctor(checks, repairs, *costs);
  }
  const bool ok = std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.ok; });
  return ok ? 0 : kCheckFailed;
}

}  // namespace

Verb doctor_verb() noexcept {
  return Verb{.name = "doctor",
              .alias = {},
              .purpose = "check this machine and the profile, put it right; what a trade costs",
              .example = "lanner doctor --catalog catalog/",
              .arguments = {},
              .flags = kDoctorFlags,
              .run = run_doctor,
              .verbs = {}};
}

}  // namespace lanner::app
