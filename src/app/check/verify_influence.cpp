#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "app/check/verify_starts.hpp"
#include "app/interrupt.hpp"
#include "app/jobs/jobs_bar.hpp"
#include "app/jobs/sweep_verb.hpp"
#include "app/look/text_table.hpp"
#include "app/session_path.hpp"
#include "base/did_you_mean.hpp"
#include "runtime/check/influence.hpp"
#include "runtime/json_out.hpp"

namespace lanner::app {
namespace {

using runtime::InfluenceVerdict;

constexpr int kAKeyIsDead = 8;

constexpr std::array kInfluenceArguments{
    Argument{"SESSION", Arity::any, "folders or names; the more they met the better (newest)"}};
constexpr std::array kInfluenceFlags{
    Flag{"--keys", "A,B", "only these parameters (all)", true},
    Flag{"--jobs", "N", "threads (one for each core)"}};

Result<std::vector<model::Param>> keys_of(const Invocation& in) {
  std::vector<std::string_view> known;
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    known.push_back(spec.id);
  }
  std::vector<model::Param> keys;
  for (const std::string& name : in.names("--keys")) {
    const auto at = std::find(known.begin(), known.end(), name);
    if (at == known.end()) {
      const auto guess = closest(name, known);
      return fail(ErrorKind::usage, "unknown parameter '" + name + "'" +
                                        (guess ? "; did you mean '" + std::string{*guess} + "'?"
                                               : "; `lanner params list` shows them"));
    }
    keys.push_back(
        model::parameter_specs()[static_cast<std::size_t>(at - known.begin())].key);
  }
  if (in.has("--keys") && keys.empty()) {
    return fail(ErrorKind::usage, "--keys names none; leave it out for all parameters");
  }
  return keys;
}

void set_place(runtime::JsonObject& out, const char* key,
               const std::optional<std::uint64_t>& sequence) {
  if (sequence) {
    out.set(key, *sequence);
  } else {
    out.set_null(key);
  }
}

void print_influence_json(const runtime::InfluenceCheck& check) {
  runtime::JsonArray keys;
  for (const runtime::ParameterInfluence& row : check.parameters) {
    runtime::JsonArray moved;
    for (const runtime::MovedTo& to : row.moved) {
      runtime::JsonObject item;
      item.set("value", to.value).set("session", to.session);
      set_place(item, "first_order", to.order);
      set_place(item, "first_trace", to.trace);
      moved.add(item);
    }
    keys.add(runtime::JsonObject{}
                 .set("id", row.id)
                 .set("value", row.value)
                 .set("verdict", runtime::name_of(row.verdict))
                 .set("reason", row.reason)
                 .set("moved", moved));
  }
  runtime::JsonObject out{"verify-influence/1"};
  out.set("ok", check.count(InfluenceVerdict::none) == 0)
      .set("events", check.events)
      .set("wall_s", check.wall_s)
      .set("keys", keys);
  fmt::print("{}\n", out.text());
}

void print_influence(const runtime::InfluenceCheck& check) {
  TextTable table{{"parameter", "verdict", "value", "at its bounds"}, 3};
  for (const runtime::ParameterInfluence& row : check.parameters) {
    if (row.verdict == InfluenceVerdict::orders) {
      continue;
    }
    std::string tried;
    for (const runtime::MovedTo& to : row.moved) {
      tried += (tried.empty() ? "" : ", ") + to_string(to.value) +
               (to.trace ? " from event " + std::to_string(*to.trace) : "");
    }
    table.add({row.id, runtime::name_of(row.verdict), to_string(row.value),
               row.reason.empty() ? tried : row.reason});
  }
  fmt::print("{}", table.text(""));
  fmt::print("{} parameters, each moved to its bounds over {} events: {} change an order, {} only "
             "what is recorded, {} had no occasion, {} change NOTHING here\n",
             check.parameters.size(), check.events, check.count(InfluenceVerdict::orders),
             check.count(InfluenceVerdict::traces), check.count(InfluenceVerdict::asleep),
             check.count(InfluenceVerdict::none));
}

Result<std::vector<std::filesystem::path>> sessions_to_move(const Invocation& in) {
  std::vector<std::filesystem::path> sessions;
  for (std::size_t i = 0; i < std::max<std::size_t>(in.arguments().size(), 1); ++i) {
    auto session = session_path(in, i);
    if (!session) {
      return tl::unexpected{session.error()};
    }
    sessions.push_back(std::move(*session));
  }
  return sessions;
}

Result<int> run_verify_influence(const Invocation& in) {
  const auto keys = keys_of(in);
  const auto threads = jobs_flag(in);
  const auto sessions = sessions_to_move(in);
  if (!keys || !threads || !sessions) {
    return tl::unexpected{!keys      ? keys.error()
                          : !threads ? threads.error()
                                     : sessions.error()};
  }
  const Interrupt interrupt;
  const auto check = [&] {
    JobsBar bar{"influence"};
    return runtime::check_influence(*sessions, {*keys, *threads},
                                    [&](const runtime::PoolState& state) {
                                      bar.show(state);
                                      return !interrupt.is_requested().load();
                                    });
  }();
  if (!check) {
    return tl::unexpected{check.error()};
  }
  if (check->is_cancelled) {
    fmt::print(stderr, "lanner: stopped; nothing is known of parameters that were not tried\n");
    return interrupt.exit_code();
  }
  if (in.is_json()) {
    print_influence_json(*check);
  } else {
    print_influence(*check);
  }
  return check->count(InfluenceVerdict::none) == 0 ? 0 : kAKeyIsDead;
}

}  // namespace

Verb verify_influence_verb() noexcept {
  return {"influence", "", "every parameter, moved to its bounds, must move something",
          "lanner verify influence --keys risk.heat_pct,fee.cost_r_cap", kInfluenceArguments,
          kInfluenceFlags, run_verify_influence, {}};
}

}  // namespace lanner::app
