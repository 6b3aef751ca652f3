#include "runtime/jobs/sweep.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/did_you_mean.hpp"
#include "base/isotime.hpp"
#include "model/component.hpp"
#include "model/parameters.hpp"
#include "runtime/backtest.hpp"
#include "runtime/result_json.hpp"
#include "runtime/session_plan.hpp"

namespace lanner::runtime {
namespace {

Result<std::int64_t> whole_number(const std::string& key, const std::string& value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < 0) {
    return fail(ErrorKind::usage, "--sweep " + key + ": a whole number, not '" + value + "'");
  }
  return number;
}

Status set_mask(RunOptions& options, const std::string& value) {
  options.mask = value == "none" ? "" : value;
  std::replace(options.mask.begin(), options.mask.end(), '+', ',');
  const auto mask = model::ComponentMask::parse(options.mask);
  return mask ? Status{} : fail(ErrorKind::usage, "--sweep mask: " + mask.error().message);
}

Status set_decimal(RunOptions& options, const std::string& key, const std::string& value) {
  if (key == "balance") {
    const auto money = parse_fixed<Money>(value);
    if (!money || !money->is_positive()) {
      return fail(ErrorKind::usage, "--sweep balance: an amount above 0, not '" + value + "'");
    }
    options.balance = *money;
    return {};
  }
  const auto fee = parse_fixed<Rate>(value);
  if (!fee || fee->is_negative() || *fee >= Rate::from_int(1)) {
    return fail(ErrorKind::usage, "--sweep fee: a fraction of the notional, not '" + value + "'");
  }
  options.fee = *fee;
  return {};
}

Status set_parameter(RunOptions& options, const std::string& key, const std::string& value) {
  std::vector<std::string_view> known{"seed", "mask", "balance", "fee", "leverage",
                                      "max_open_positions"};
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    known.push_back(spec.id);
  }
  if (std::find(known.begin(), known.end(), key) == known.end()) {
    const auto guess = closest(key, known);
    return fail(ErrorKind::usage, "--sweep: unknown key '" + key + "'" +
                                      (guess ? "; did you mean '" + std::string(*guess) + "'?"
                                             : "; `lanner components` lists the Parameters"));
  }
  model::ParameterSet scratch;
  if (const Status set = scratch.set(key, value); !set) {
    return fail(ErrorKind::usage, "--sweep: " + set.error().message);
  }
  std::erase_if(options.sets, [&](const auto& each) { return each.first == key; });
  options.sets.emplace_back(key, value);
  return {};
}

Status apply_axis(RunOptions& options, const std::string& key, const std::string& value) {
  if (key == "mask") {
    return set_mask(options, value);
  }
  if (key == "balance" || key == "fee") {
    return set_decimal(options, key, value);
  }
  if (key == "seed" || key == "leverage" || key == "max_open_positions") {
    const auto number = whole_number(key, value);
    if (!number) {
      return tl::unexpected{number.error()};
    }
    if (key == "seed") {
      options.seed = static_cast<std::uint64_t>(*number);
    } else {
      (key == "leverage" ? options.leverage : options.open_positions_max) = *number;
    }
    return {};
  }
  return set_parameter(options, key, value);
}

// Periods of the span that the base session would play, in order.
std::vector<std::pair<Timestamp, Timestamp>> periods_of(const SweepRequest& request,
                                                        const SessionSpec& spec) {
  std::vector<std::pair<Timestamp, Timestamp>> out;
  const Timestamp end = spec.to;
  if (request.period_length > Duration{}) {
    for (Timestamp at = spec.from; at < end; at = at + request.period_length) {
      out.emplace_back(at, std::min(at + request.period_length, end));
    }
    return out;
  }
  const std::int64_t whole = (end - spec.from).ns();
  const auto count = static_cast<std::int64_t>(request.periods);
  for (std::int64_t i = 0; i < count; ++i) {
    // On whole minutes: a bar lies on one side of a cut.
    const auto cut = [&](std::int64_t part) {
      return part == count ? end
                           : (spec.from + Duration{whole / count * part}).floor_to(minutes(1));
    };
    out.emplace_back(i == 0 ? spec.from : cut(i), cut(i + 1));
  }
  return out;
}

std::vector<std::string> names_of(const SessionSpec& spec) {
  std::vector<std::string> names;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    if (spec.engine.is_active[instrument.id.index()] != 0) {
      names.push_back(instrument.name);
    }
  }
  return names;
}

// Every combination of the axes' values, the last axis turning fastest.
Result<std::vector<SweepJob>> combine(const SweepRequest& request) {
  std::vector<SweepJob> jobs{{{}, request.base}};
  for (const SweepAxis& axis : request.axes) {
    std::vector<SweepJob> next;
    for (const SweepJob& job : jobs) {
      for (const std::string& value : axis.values) {
        SweepJob one = job;
        one.settings.emplace_back(axis.key, value);
        if (const Status set = apply_axis(one.options, axis.key, value); !set) {
          return tl::unexpected{set.error()};
        }
        next.push_back(std::move(one));
      }
      if (next.size() > kSweepJobsMax) {
        return fail(ErrorKind::usage, "more than " + std::to_string(kSweepJobsMax) +
                                          " jobs; sweep fewer values at once");
      }
    }
    jobs = std::move(next);
  }
  return jobs;
}

void drop_lists(views::RunResult& result) {
  result.trade_list = {};
  result.status_changes = {};
  result.equity = {};
  result.open = {};
  result.pending_list = {};
  result.coins = {};
  result.instrument_names = {};
}

void play_job(const SweepJob& job, const store::Catalog& catalog, const Progress& progress,
              SweepRow& row) {
  bool is_stopped = false;
  auto result = run_backtest(job.options, catalog,
                             [&](double done, Timestamp now, std::uint64_t events) {
                               is_stopped = !progress(done, now, events);
                               return !is_stopped;
                             });
  if (!result) {
    row.problem = result.error().message;
  } else if (!is_stopped) {
    row.is_done = true;
    row.result = std::move(*result);
    drop_lists(row.result);
  }
}

struct SortKey {
  std::string name;
  double (*figure)(const views::RunResult& result);  // the best is the largest
};
const std::vector<SortKey>& sort_keys() {
  static const std::vector<SortKey> kKeys{
      {"net_pnl", [](const views::RunResult& r) { return to_score(r.net_pnl).value(); }},
      {"trades", [](const views::RunResult& r) { return static_cast<double>(r.trades); }},
      {"win_rate",
       [](const views::RunResult& r) {
         return r.trades == 0 ? -1.0 : static_cast<double>(r.wins) / r.trades;
       }},
      {"profit_factor", [](const views::RunResult& r) { return r.profit_factor.value(); }},
      {"expectancy_r", [](const views::RunResult& r) { return r.expectancy_r.value(); }},
      {"max_drawdown_pct",
       [](const views::RunResult& r) { return -r.max_drawdown_pct.value(); }}};
  return kKeys;
}

}  // namespace

Result<std::vector<SweepJob>> expand_sweep(const SweepRequest& request,
                                           const store::Catalog& catalog) {
  auto combined = combine(request);
  if (!combined) {
    return combined;
  }
  const bool is_split = request.periods > 1 || request.period_length > Duration{};
  if (!is_split && !request.is_each_instrument) {
    return combined;
  }
  RunOptions whole = request.base;
  whole.with_past = false;  // only its span and instruments are asked for
  const auto plan = plan_session(whole, catalog);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  const auto periods = periods_of(request, plan->spec);
  const auto names = names_of(plan->spec);
  const std::size_t books = request.is_each_instrument ? names.size() : 1;
  if (combined->size() * periods.size() * books > kSweepJobsMax) {
    return fail(ErrorKind::usage,
                "more than " + std::to_string(kSweepJobsMax) + " jobs; take longer periods");
  }
  std::vector<SweepJob> jobs;
  for (const SweepJob& job : *combined) {
    for (std::size_t book = 0; book < books; ++book) {
      for (const auto& [from, to] : periods) {
        jobs.push_back(job);
        SweepJob& one = jobs.back();
        if (request.is_each_instrument) {
          one.options.instruments = {names[book]};
          one.settings.emplace_back("instruments", names[book]);
        }
        if (is_split) {
          one.options.from = from;
          one.options.to = to;
          one.options.best_span = false;
          one.settings.emplace_back("from", format_utc(from));
          one.settings.emplace_back("to", format_utc(to));
        }
      }
    }
  }
  return jobs;
}

Result<SweepResult> run_sweep(const SweepRequest& request, const PoolProgress& progress) {
  for (const SweepAxis& axis : request.axes) {
    if (axis.key == "seed" && request.base.data.empty()) {
      return fail(ErrorKind::usage, "--sweep seed: without --catalog the seed also makes the "
                                    "market, so there is none to share; give --catalog DIR");
    }
  }
  const auto catalog = open_catalog(request.base);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  const auto jobs = expand_sweep(request, *catalog);
  if (!jobs) {
    return tl::unexpected{jobs.error()};
  }
  SweepResult sweep;
  sweep.rows.resize(jobs->size());
  for (std::size_t i = 0; i < jobs->size(); ++i) {
    sweep.rows[i].settings = (*jobs)[i].settings;
  }
  sweep.use = run_jobs(
      jobs->size(), request.threads,
      [&](std::size_t index, const Progress& tell) {
        play_job((*jobs)[index], *catalog, tell, sweep.rows[index]);
      },
      progress);
  sweep.threads = sweep.use.busy_s.size();
  // Where not one job could be played, its reason is the answer.
  const bool has_answer = std::any_of(sweep.rows.begin(), sweep.rows.end(), [](const auto& row) {
    return row.problem.empty();
  });
  if (!has_answer) {
    return fail(ErrorKind::data, "no job can be played: " + sweep.rows.front().problem);
  }
  return sweep;
}

const std::vector<std::string>& sweep_sort_keys() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names{"job"};
    for (const SortKey& key : sort_keys()) {
      names.push_back(key.name);
    }
    return names;
  }();
  return kNames;
}

std::vector<std::size_t> sweep_order(const SweepResult& sweep, const std::string& key) {
  std::vector<std::size_t> order(sweep.rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  const auto found = std::find_if(sort_keys().begin(), sort_keys().end(),
                                  [&](const SortKey& each) { return each.name == key; });
  if (found == sort_keys().end()) {
    return order;
  }
  const auto figure = [&](std::size_t index) {
    const SweepRow& row = sweep.rows[index];
    const double value = row.is_done ? found->figure(row.result) : std::nan("");
    return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return figure(a) > figure(b);
  });
  return order;
}

JsonObject sweep_json(const SweepResult& sweep) {
  JsonArray jobs;
  std::size_t finished = 0;
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    const SweepRow& row = sweep.rows[i];
    JsonObject settings;
    for (const auto& [key, value] : row.settings) {
      settings.set(key, value);
    }
    JsonObject one;
    one.set("job", i + 1).set("settings", settings).set("done", row.is_done);
    if (row.problem.empty()) {
      one.set_null("problem");
    } else {
      one.set("problem", row.problem);
    }
    if (row.is_done) {
      ++finished;
      JsonArray instruments;
      for (const std::string& name : row.result.instruments) {
        instruments.add(name);
      }
      one.set("digest", row.result.digest).set("instruments", instruments);
      set_figures(one, row.result);
    }
    jobs.add(one);
  }
  JsonArray busy;
  for (const double busy_s : sweep.use.busy_s) {
    busy.add(busy_s);
  }
  JsonObject out{"backtest-sweep/1"};
  out.set("finished", finished)
      .set("cancelled", sweep.use.is_cancelled)
      .set("threads", sweep.threads)
      .set("wall_s", sweep.use.wall_s)
      .set("busy_s", busy)
      .set("jobs", jobs);
  return out;
}

}  // namespace lanner::runtime
