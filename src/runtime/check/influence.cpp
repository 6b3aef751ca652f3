#include "runtime/check/influence.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/hash.hpp"
#include "model/codec.hpp"
#include "runtime/inputs/universe.hpp"
#include "runtime/inputs/warm_start.hpp"
#include "runtime/jobs/ablate.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::runtime {
namespace {

constexpr std::uint64_t kToldEvery = 1 << 16;

// What one event caused, as a hash.
struct Caused {
  std::uint64_t sequence = 0;
  Digest128 hash;
  bool operator==(const Caused&) const = default;
};

// What sessions met. Who reads a parameter may have had no occasion to.
struct Occasions {
  std::set<model::TemplateId> templates;  // that proposed something
  bool masks_bracket = false;
  bool masks_cycle = false;
  bool has_outside_conditions = false;
  bool has_past = false;
  bool has_trades = false;
  bool has_quotes = false;
  bool has_open_interest = false;
  bool has_unknown_orders = false;
  bool has_active_pattern = false;
};

// What a session caused, event by event, commands and traces apart.
struct CausedStreams {
  std::vector<Caused> commands;
  std::vector<Caused> traces;
  Occasions met;
  std::uint64_t events = 0;
};

Digest128 commands_hash(const model::CommandSink& sink, std::vector<std::byte>& bytes) {
  bytes.resize(sink.commands().size() * model::kCommandBytesMax);
  std::size_t used = 0;
  for (const model::Command& command : sink.commands()) {
    used += model::encode(command, std::span{bytes}.subspan(used));
  }
  return hash128(std::span{bytes}.first(used));
}

Digest128 traces_hash(const model::CommandSink& sink, std::vector<std::byte>& bytes) {
  bytes.resize(sink.traces().size() * model::kTraceBytesMax);
  std::size_t used = 0;
  for (const model::DecisionTrace& trace : sink.traces()) {
    used += model::encode(trace, std::span{bytes}.subspan(used));
  }
  return hash128(std::span{bytes}.first(used));
}

// False from `told` ends it early.
template <typename Told>
Status play_and_tell(const SessionSpec& spec, const store::Catalog& catalog, const Told& told) {
  auto tape = open_tape(spec, catalog);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  SimulatedSession session(spec, std::move(*tape), store::JournalWriter::in_memory());
  while (session.next_time() != Timestamp::never()) {
    const model::Event& event = session.apply_next();
    if (!told(event, session.sink())) {
      break;
    }
  }
  return {};
}

void note_met(const model::Event& event, const model::CommandSink& sink, Occasions& met) {
  const model::EventPayload& payload = event.payload;
  met.has_trades |= std::holds_alternative<model::TradeTick>(payload);
  met.has_quotes |= std::holds_alternative<model::QuoteTick>(payload);
  met.has_open_interest |= std::holds_alternative<model::OpenInterest>(payload);
  met.has_unknown_orders |= std::holds_alternative<model::OrderStatusUnknown>(payload);
  for (const model::DecisionTrace& trace : sink.traces()) {
    met.templates.insert(trace.candidate.template_id);
  }
  for (const model::Notice& notice : sink.notices()) {
    const auto* const change = std::get_if<model::PatternStateChanged>(&notice);
    met.has_active_pattern |=
        change != nullptr && change->after == model::PatternState::active;
  }
}

Result<CausedStreams> play_base(const SessionPlan& plan) {
  CausedStreams streams;
  std::vector<std::byte> bytes;
  const Status played = play_and_tell(
      plan.spec, plan.catalog, [&](const model::Event& event, const model::CommandSink& sink) {
        streams.events = event.sequence;
        if (!sink.commands().empty()) {
          streams.commands.push_back({event.sequence, commands_hash(sink, bytes)});
        }
        if (!sink.traces().empty()) {
          streams.traces.push_back({event.sequence, traces_hash(sink, bytes)});
        }
        note_met(event, sink, streams.met);
        return true;
      });
  return played ? Result<CausedStreams>{std::move(streams)} : tl::unexpected{played.error()};
}

// Walks along one stream of the base while another session is played.
class StreamCursor {
 public:
  explicit StreamCursor(const std::vector<Caused>& base) : base_(base) {}
  // False: at this event the base caused something else. `hash` empty: nothing was caused here.
  bool agrees(std::uint64_t sequence, const std::optional<Digest128>& hash) {
    const bool is_due = at_ < base_.size() && base_[at_].sequence == sequence;
    if (is_due != hash.has_value()) {
      return false;
    }
    return !is_due || base_[at_++].hash == *hash;
  }

 private:
  const std::vector<Caused>& base_;
  std::size_t at_ = 0;
};

// Until an order is another one; what comes after that has another market.
Status play_moved(const SessionSpec& spec, const store::Catalog& catalog,
                  const CausedStreams& base, const Progress& progress, MovedTo& moved) {
  StreamCursor commands{base.commands};
  StreamCursor traces{base.traces};
  std::vector<std::byte> bytes;
  return play_and_tell(spec, catalog, [&](const model::Event& event,
                                          const model::CommandSink& sink) {
    const auto hash_of = [&](bool is_there, auto hash) {
      return is_there ? std::optional{hash(sink, bytes)} : std::nullopt;
    };
    if (!moved.trace &&
        !traces.agrees(event.sequence, hash_of(!sink.traces().empty(), traces_hash))) {
      moved.trace = event.sequence;
    }
    if (!commands.agrees(event.sequence, hash_of(!sink.commands().empty(), commands_hash))) {
      moved.order = event.sequence;
      return false;
    }
    return event.sequence % kToldEvery != 0 || !progress ||
           progress(static_cast<double>(event.sequence) / static_cast<double>(base.events),
                    event.ts_init, event.sequence);
  });
}

// The session with one parameter moved. What was made of it before the session began is made anew.
// No new version of the set: that would stand in every trace.
Result<SessionSpec> moved_spec(const SessionPlan& plan, model::Param key, Rate value) {
  SessionSpec spec = plan.spec;
  if (!spec.engine.parameters.put(key, value)) {
    return fail(ErrorKind::failure, "a bound of a parameter is outside of its bounds");
  }
  if (key == model::Param::universe_coverage_pct && !spec.engine.universe.empty()) {
    auto universe = universe_of(spec, plan.catalog);
    if (!universe) {
      return tl::unexpected{universe.error()};
    }
    spec.engine.universe = std::move(universe->ranks);
    spec.engine.listed = universe->listed;
  }
  if (key == model::Param::warm_start_days || key == model::Param::warm_start_weight) {
    auto past = labels_before(spec, plan.catalog,
                              spec.engine.is_reference.empty() ? References::off : References::all);
    if (!past) {
      return tl::unexpected{past.error()};
    }
    spec.engine.past = std::move(*past);
  }
  return spec;
}

void add_occasions(const SessionSpec& spec, const Occasions& met, Occasions& all) {
  all.templates.insert(met.templates.begin(), met.templates.end());
  all.masks_bracket |= spec.engine.mask.is_masked(model::Component::bracket);
  all.masks_cycle |= spec.engine.mask.is_masked(model::Component::strategist_cycle);
  all.has_outside_conditions |= !spec.conditions.empty() || spec.takes_proposals;
  all.has_past |= !spec.engine.past.empty();
  all.has_trades |= met.has_trades;
  all.has_quotes |= met.has_quotes;
  all.has_open_interest |= met.has_open_interest;
  all.has_unknown_orders |= met.has_unknown_orders;
  all.has_active_pattern |= met.has_active_pattern;
}

// "bracket.p05_time_h" and "p05.funding_rank" are read by P05 alone.
std::string sleeping_template(const std::string& id, const Occasions& occasions) {
  for (std::size_t i = 0; i < model::kTemplateCount; ++i) {
    const auto template_id = static_cast<model::TemplateId>(i);
    const std::string name = model::name_of(template_id);
    const std::string lower = "p" + name.substr(1);
    if (!occasions.templates.contains(template_id) &&
        (id.starts_with(lower + ".") || id.starts_with("bracket." + lower + "_"))) {
      return name + " proposed nothing";
    }
  }
  return {};
}

// A parameter whose id begins so is read only where there was an occasion.
struct Need {
  std::string_view prefix;
  bool Occasions::*met;
  const char* reason;
};
constexpr std::array kNeeds{
    Need{"bracket.neutral_", &Occasions::masks_bracket, "read while bracket is masked"},
    Need{"strategist.cycle_neutral_s", &Occasions::masks_cycle,
         "read while strategist_cycle is masked"},
    Need{"condition.", &Occasions::has_outside_conditions, "no condition came from outside"},
    Need{"warm_start.", &Occasions::has_past, "the catalog has nothing from before"},
    Need{"fresh.trade_s", &Occasions::has_trades, "there are no trades"},
    Need{"p02.spread_bps_max", &Occasions::has_quotes, "there are no quotes"},
    Need{"p02.oi_chg_min", &Occasions::has_open_interest, "there is no open interest"},
    Need{"exec.", &Occasions::has_unknown_orders, "no order was lost on its way"},
    Need{"risk.active_pct", &Occasions::has_active_pattern, "no pattern became active"},
    Need{"pattern.active_", &Occasions::has_active_pattern, "no pattern became active"},
};

// Why a parameter that moved nothing had no occasion to; empty: it had every occasion.
std::string reason_to_sleep(const std::string& id, const Occasions& occasions) {
  for (const Need& need : kNeeds) {
    if (id.starts_with(need.prefix) && !(occasions.*need.met)) {
      return need.reason;
    }
  }
  return sleeping_template(id, occasions);
}

void judge_row(ParameterInfluence& row, const Occasions& occasions) {
  const auto any = [&](auto has) { return std::any_of(row.moved.begin(), row.moved.end(), has); };
  if (any([](const MovedTo& moved) { return moved.order.has_value(); })) {
    row.verdict = InfluenceVerdict::orders;
    return;
  }
  if (any([](const MovedTo& moved) { return moved.trace.has_value(); })) {
    row.verdict = InfluenceVerdict::traces;
    return;
  }
  row.reason = reason_to_sleep(row.id, occasions);
  row.verdict = row.reason.empty() ? InfluenceVerdict::none : InfluenceVerdict::asleep;
}

bool has_moved_an_order(const ParameterInfluence& row) {
  return std::any_of(row.moved.begin(), row.moved.end(),
                     [](const MovedTo& moved) { return moved.order.has_value(); });
}

std::vector<ParameterInfluence> rows_asked(const InfluenceRequest& request,
                                           const model::ParameterSet& parameters) {
  std::vector<ParameterInfluence> rows;
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    if (!request.keys.empty() &&
        std::find(request.keys.begin(), request.keys.end(), spec.key) == request.keys.end()) {
      continue;
    }
    ParameterInfluence row;
    row.key = spec.key;
    row.id = spec.id;
    row.value = parameters.rate(spec.key);
    for (const std::string_view bound : {spec.low, spec.high}) {
      const auto value = parse_fixed<Rate>(bound);
      if (value && *value != row.value) {
        row.moved.push_back({*value, 0, {}, {}});
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// Moves every parameter that moved no order yet, over one session.
struct SessionAsked {
  const SessionPlan& plan;
  const CausedStreams& base;
  std::size_t place = 0;
  std::size_t threads = 0;
};

Status move_all(const SessionAsked& asked, const PoolProgress& progress, InfluenceCheck& check) {
  std::vector<std::pair<model::Param, MovedTo*>> jobs;
  for (ParameterInfluence& row : check.parameters) {
    for (std::size_t i = 0; !has_moved_an_order(row) && i < row.moved.size(); ++i) {
      jobs.emplace_back(row.key, &row.moved[i]);
    }
  }
  std::vector<Status> done(jobs.size());
  const PoolUse use = run_jobs(
      jobs.size(), asked.threads,
      [&](std::size_t index, const Progress& tell) {
        MovedTo found{jobs[index].second->value, asked.place, {}, {}};
        const auto spec = moved_spec(asked.plan, jobs[index].first, found.value);
        done[index] = spec ? play_moved(*spec, asked.plan.catalog, asked.base, tell, found)
                           : Status{tl::unexpected{spec.error()}};
        if (found.order || (found.trace && !jobs[index].second->trace)) {
          *jobs[index].second = found;
        }
      },
      progress);
  check.wall_s += use.wall_s;
  check.is_cancelled = use.is_cancelled;
  for (const Status& one : done) {
    if (!one) {
      return one;
    }
  }
  return {};
}

}  // namespace

const char* name_of(InfluenceVerdict verdict) noexcept {
  constexpr std::array kNames{"orders", "traces", "asleep", "none"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::size_t InfluenceCheck::count(InfluenceVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(parameters.begin(), parameters.end(),
                    [verdict](const auto& row) { return row.verdict == verdict; }));
}

Result<InfluenceCheck> check_influence(const std::vector<std::filesystem::path>& sessions,
                                       const InfluenceRequest& request,
                                       const PoolProgress& progress) {
  InfluenceCheck check;
  Occasions occasions;
  for (std::size_t i = 0; i < sessions.size() && !check.is_cancelled; ++i) {
    const auto plan = plan_of_session(sessions[i]);
    if (!plan) {
      return tl::unexpected{plan.error()};
    }
    const auto base = play_base(*plan);
    if (!base) {
      return tl::unexpected{base.error()};
    }
    check.events += base->events;
    add_occasions(plan->spec, base->met, occasions);
    if (i == 0) {
      check.parameters = rows_asked(request, plan->spec.engine.parameters);
    }
    const Status moved = move_all({*plan, *base, i, request.threads}, progress, check);
    if (!moved) {
      return tl::unexpected{moved.error()};
    }
  }
  for (ParameterInfluence& row : check.parameters) {
    judge_row(row, occasions);
  }
  return check;
}

}  // namespace lanner::runtime
