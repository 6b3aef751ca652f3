// Any trade and any refusal can be explained from its journal, and what is said to have decided it
// did decide it: with the named threshold past its margin the replay decides otherwise.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/random.hpp"
#include "runtime/backtest.hpp"
#include "runtime/explain/explanation_json.hpp"
#include "runtime/synthetic_catalog.hpp"
#include "store/journal_reader.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

namespace {

constexpr std::size_t kExplained = 10;
const std::vector<std::pair<std::string, std::string>> kSets = {
    {"risk.probe_budget_pct", "0.12"}, {"risk.open_positions_max", "5"},
    {"risk.entries_per_hour", "2"},    {"risk.daily_loss_pct", "0.2"},
    {"fee.cost_r_cap", "0.2"}};

struct Decided {
  std::uint64_t sequence = 0;
  model::DecisionTrace trace;
};

class Collector : public runtime::ReplayObserver {
 public:
  bool on_event(const model::Event& event, const model::CommandSink& sink,
                const core::Engine&) override {
    for (const model::DecisionTrace& trace : sink.traces()) {
      decisions.push_back({event.sequence, trace});
    }
    return true;
  }
  std::vector<Decided> decisions;
};

// A small market, with limits so tight that gates of every kind have something to refuse.
struct Recorded {
  Recorded() : dir("explained"), session(dir.path() / "session") {
    sim::SyntheticConfig config;
    config.seed = 5;
    config.instruments = 10;
    config.length = hours(24 * 20);
    runtime::RunOptions options;
    options.data = dir.path() / "catalog";
    options.profile = dir.path();
    options.out = session;
    options.with_bad_day = false;
    options.sets = kSets;
    const auto catalog = runtime::make_synthetic_catalog(config, options.data);
    REQUIRE_MESSAGE(catalog, catalog.error().message);
    const auto result = runtime::run_backtest(options, {});
    REQUIRE_MESSAGE(result, result.error().message);
    trades = result->trades;
    names = result->instrument_names;
    Collector collector;
    runtime::ReplayOptions replay{session, {}, {}, &collector};
    REQUIRE(runtime::replay_session(replay, {}));
    decisions = std::move(collector.decisions);
    auto reader = store::JournalReader::open(session);
    REQUIRE(reader);
    while (const auto record = reader->next()) {
      if (record->kind == store::RecordKind::event) {
        sequences.insert(record->sequence);
      }
    }
  }

  test::ScratchDir dir;
  std::filesystem::path session;
  std::uint32_t trades = 0;
  std::vector<std::string> names;
  std::vector<Decided> decisions;
  std::set<std::uint64_t> sequences;
};

const Recorded& recorded() {
  static const Recorded made;
  return made;
}

// Every "sequence":N of a JSON text.
std::vector<std::uint64_t> sequences_in(const std::string& json) {
  const std::string key = "\"sequence\":";
  std::vector<std::uint64_t> found;
  for (std::size_t at = json.find(key); at != std::string::npos; at = json.find(key, at + 1)) {
    if (json[at + key.size()] != 'n') {
      found.push_back(std::stoull(json.substr(at + key.size())));
    }
  }
  return found;
}

void check_schema(const std::string& json) {
  for (const char* key :
       {"\"inputs\":[{", "\"features\":{", "\"condition\":{", "\"gates\":[{", "\"sizes\":{",
        "\"orders\":[", "\"fills\":[", "\"exits\":{", "\"costs\":{", "\"learning\":{\"before\":{",
        "\"after\":", "\"verdict\":", "\"margin\":", "\"version\":", "\"counterfactual\":"}) {
    CHECK_MESSAGE(json.find(key) != std::string::npos, key << " in " << json);
  }
  const auto named = sequences_in(json);
  CHECK(named.size() >= 4);
  for (const std::uint64_t sequence : named) {
    CHECK_MESSAGE(recorded().sequences.count(sequence) == 1, sequence);
  }
}

std::string asked(const Decided& decided) {
  return recorded().names[decided.trace.candidate.instrument_id.index()];
}

// The verdict of one gate when the decision is taken again with one parameter moved.
model::DecisionTrace again(const Decided& decided, const runtime::GateLever& move) {
  struct Watch : runtime::ReplayObserver {
    bool on_event(const model::Event& event, const model::CommandSink& sink,
                  const core::Engine&) override {
      for (const model::DecisionTrace& trace : sink.traces()) {
        if (trace.candidate.id == id) {
          seen = trace;
        }
      }
      return event.sequence < until;
    }
    CandidateId id;
    std::uint64_t until = 0;
    std::optional<model::DecisionTrace> seen;
  } watch;
  watch.id = decided.trace.candidate.id;
  watch.until = decided.sequence;
  runtime::ReplayOptions options{recorded().session, {}, {}, &watch};
  options.what_if.sets = {{std::string{move.parameter}, move.needed}};
  options.what_if.from_sequence = decided.sequence;
  REQUIRE(runtime::replay_session(options, {}));
  REQUIRE(watch.seen.has_value());
  return *watch.seen;
}

const model::GateResult* gate_of(const model::DecisionTrace& trace, model::Gate gate) {
  for (const model::GateResult& result : trace.gates) {
    if (result.gate == gate) {
      return &result;
    }
  }
  return nullptr;
}

template <typename F>
std::vector<Decided> some(F fits, std::size_t most, std::uint64_t seed) {
  std::vector<Decided> pool;
  std::copy_if(recorded().decisions.begin(), recorded().decisions.end(),
               std::back_inserter(pool), fits);
  RandomStream random(seed, 1);
  std::vector<Decided> picked;
  while (picked.size() < most && !pool.empty()) {
    const auto at = static_cast<std::size_t>(random.below(pool.size()));
    picked.push_back(pool[at]);
    pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return picked;
}

}  // namespace

TEST_CASE("why tells a trade from its inputs to what it taught, all of it in the journal") {
  REQUIRE(recorded().trades >= kExplained);
  RandomStream random(3, 1);
  for (std::size_t i = 0; i < kExplained; ++i) {
    const auto number = 1 + random.below(recorded().trades);
    const auto why = runtime::explain_trade(recorded().session, std::to_string(number), {});
    REQUIRE_MESSAGE(why, why.error().message);
    const std::string json = runtime::why_json(*why).text();
    check_schema(json);
    REQUIRE(why->closed);
    CHECK(why->closed->trade_number == number);
    CHECK(why->after.has_value());
    CHECK(why->fills.size() >= 2);
    CHECK(why->orders.size() >= 3);
    Money paid;
    for (const runtime::FillLine& line : why->fills) {
      paid += line.fill.commission;
    }
    CHECK(to_string(paid) == to_string(why->closed->commissions));
    for (const runtime::PredicateLook& look : why->decision.inputs) {
      CHECK(look.sequence.has_value());
    }
    // The gate that came nearest stops it once its threshold is past its margin.
    REQUIRE(why->counterfactual);
    CHECK(why->counterfactual->is_tried);
    CHECK(!why->counterfactual->is_traded);
    CHECK(why->counterfactual->refused_by == why->counterfactual->moves.front().gate);
  }
}

TEST_CASE("why-not names the gate, the margin and what came later") {
  const auto refused = some([](const Decided& d) { return !d.trace.is_traded; }, kExplained, 11);
  REQUIRE(refused.size() == kExplained);
  for (const Decided& decided : refused) {
    const auto answer = runtime::explain_refusal(recorded().session, asked(decided),
                                                 decided.trace.candidate.triggered_at, {});
    REQUIRE_MESSAGE(answer, answer.error().message);
    check_schema(runtime::why_not_json(*answer).text());
    REQUIRE(answer->trigger);
    const model::DecisionTrace& trace = answer->trigger->decision.trace;
    CHECK(!trace.is_traded);
    CHECK(answer->trigger->decision.sequence == decided.sequence);
    CHECK(trace.gates.back().gate == trace.refused_by);
    CHECK(answer->trigger->orders.empty());
    if (answer->trigger->outcome) {
      CHECK(answer->trigger->outcome->label.source == model::LabelSource::path);
    }
  }
}

// Refusals by gates with a Parameter that may be moved far enough.
bool is_movable(const Decided& decided) {
  if (decided.trace.is_traded) {
    return false;
  }
  model::ParameterSet set;
  for (const auto& [id, value] : kSets) {
    REQUIRE(set.set(id, value));
  }
  const auto lever = runtime::lever_of(decided.trace.gates.back(), set);
  return lever && lever->is_in_bounds;
}

TEST_CASE("a threshold past its margin flips the gate, and alone in the way the decision") {
  std::set<model::Gate> gates;
  std::size_t flipped = 0;
  auto movable = some(is_movable, kExplained, 17);
  // Behind the last gate that has no Parameter nothing else stands in the way.
  const auto alone = some(
      [](const Decided& d) { return is_movable(d) && d.trace.refused_by > model::Gate::edge; },
      4 * kExplained, 19);
  movable.insert(movable.end(), alone.begin(), alone.end());
  for (const Decided& decided : movable) {
    if (flipped == kExplained && gates.size() >= 3) {
      break;
    }
    const auto answer = runtime::explain_refusal(recorded().session, asked(decided),
                                                 decided.trace.candidate.triggered_at, {});
    REQUIRE(answer);
    REQUIRE(answer->trigger);
    if (answer->trigger->decision.trace.candidate.id != decided.trace.candidate.id) {
      continue;  // two of one instrument at one event: the later one is told
    }
    REQUIRE(answer->trigger->counterfactual);
    const runtime::Counterfactual& other = *answer->trigger->counterfactual;
    CHECK(other.moves.front().gate == decided.trace.refused_by);
    const model::DecisionTrace trace = again(decided, other.moves.front());
    const model::GateResult* gate = gate_of(trace, decided.trace.refused_by);
    REQUIRE(gate != nullptr);
    CHECK_MESSAGE(gate->verdict != model::Verdict::refuse, model::name_of(gate->gate));
    gates.insert(decided.trace.refused_by);
    flipped += trace.is_traded ? 1 : 0;
    CHECK(trace.is_traded == (other.is_traded && other.moves.size() == 1));
    if (decided.trace.refused_by > model::Gate::edge) {
      CHECK(other.is_traded);
    }
  }
  MESSAGE("gates moved: " << gates.size() << ", decisions flipped: " << flipped);
  CHECK(flipped >= kExplained);
  CHECK(gates.size() >= 3);
}

TEST_CASE("without a trigger the armed conditions say what was missing") {
  // Before the first decision of the session nothing has fired yet.
  const auto& first = recorded().decisions.front();
  const auto answer = runtime::explain_refusal(
      recorded().session, asked(first), first.trace.candidate.triggered_at - minutes(1), {});
  REQUIRE_MESSAGE(answer, answer.error().message);
  CHECK(!answer->trigger);
  REQUIRE(!answer->conditions.empty());
  for (const runtime::ConditionLook& look : answer->conditions) {
    const bool has_gap = std::any_of(
        look.predicates.begin(), look.predicates.end(),
        [](const runtime::PredicateLook& predicate) { return !predicate.holds; });
    CHECK(has_gap);
  }
  for (const std::uint64_t sequence : sequences_in(runtime::why_not_json(*answer).text())) {
    CHECK(recorded().sequences.count(sequence) == 1);
  }
}

TEST_CASE("questions that have no answer are refused with a sentence") {
  const auto none = runtime::explain_trade(recorded().session, "999999", {});
  REQUIRE(!none);
  CHECK(none.error().message.find("no trade 999999") != std::string::npos);
  const auto unknown = runtime::explain_trade(recorded().session, "BTCUSDX", {});
  REQUIRE(!unknown);
  CHECK(unknown.error().message.find("did you mean 'BTCUSDT") != std::string::npos);
  const auto early = runtime::explain_refusal(recorded().session, recorded().names.front(),
                                              Timestamp{1}, {});
  REQUIRE(!early);
  CHECK(early.error().message.find("it begins at") != std::string::npos);
}
