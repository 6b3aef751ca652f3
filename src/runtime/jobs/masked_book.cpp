#include "runtime/jobs/masked_book.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "learn/block.hpp"
#include "learn/lesson.hpp"
#include "learn/regime_rules.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::runtime {
namespace {

constexpr std::uint64_t kBookProgressEvents = 1 << 15;

// Gathers a book while its session is played.
class BookKeeper {
 public:
  explicit BookKeeper(const core::Engine& engine)
      : engine_(engine), block_start_equity_(engine.portfolio().equity()) {}

  // Before the event that is next at `at`: what a block made is known when it is over.
  void before(Timestamp at) {
    const std::int64_t block = learn::block_of(at);
    if (block_ && block != *block_) {
      close_block();
    }
    block_ = block;
  }
  void after(const model::Event& event, const model::CommandSink& sink) {
    has_market_ = has_market_ || std::holds_alternative<model::Bar>(event.payload) ||
                  std::holds_alternative<model::TradeTick>(event.payload);
    for (const model::DecisionTrace& trace : sink.traces()) {
      note_learned(trace);
      if (trace.is_traded) {
        add_entry(trace);
      }
    }
    for (const model::Notice& notice : sink.notices()) {
      note(notice);
    }
  }
  [[nodiscard]] PlayedBook finish(const SimulatedSession& session) {
    close_block();
    played_.book.net_pnl = engine_.portfolio().net_pnl();
    played_.book.digest = session.recorder().digest().hex();
    return std::move(played_);
  }

 private:
  void close_block() {
    const Money equity = engine_.portfolio().equity();
    const Money pnl = equity - block_start_equity_;
    // A block without a market counts only for what was still booked in it.
    if (has_market_ || !pnl.is_zero()) {
      played_.book.blocks.push_back({learn::block_start(block_.value_or(0)), pnl});
    }
    block_start_equity_ = equity;
    has_market_ = false;
  }
  void note_learned(const model::DecisionTrace& trace) {
    LearnedInputs& learned = played_.learned;
    learned.beyond_probe += trace.pattern_state == model::PatternState::probe ? 0 : 1;
    first_version_ = first_version_.value_or(trace.parameter_version);
    const bool is_ruled =
        trace.adaptation_id != 0 || trace.parameter_version != *first_version_;
    learned.ruled += is_ruled ? 1 : 0;
    learned.ruled_by_regime += regime_changes_.contains(trace.adaptation_id) ? 1 : 0;
  }
  void add_entry(const model::DecisionTrace& trace) {
    const model::Candidate& candidate = trace.candidate;
    entry_of_[candidate.id.value()] = played_.book.entries.size();
    research::BookEntry entry;
    entry.instrument_id = candidate.instrument_id;
    entry.triggered_at = candidate.triggered_at;
    entry.side = candidate.side;
    entry.template_id = candidate.template_id;
    entry.candidate_id = candidate.id;
    entry.quantity = trace.quantity;
    played_.book.entries.push_back(entry);
  }
  void note(const model::Notice& notice) {
    if (const auto* closed = std::get_if<model::TradeClosed>(&notice)) {
      ++played_.book.trades;
      const auto found = entry_of_.find(closed->candidate_id.value());
      if (found != entry_of_.end()) {
        research::BookEntry& entry = played_.book.entries[found->second];
        entry.closed_at = closed->closed_at;
        entry.exit_px = closed->exit_px;
        entry.reason = closed->exit_reason;
      }
    } else if (std::holds_alternative<model::CandidateLabel>(notice)) {
      ++played_.learned.labels;
    } else if (const auto* change = std::get_if<model::AdaptationChanged>(&notice)) {
      if (learn::is_by_regime(change->proposal.scope)) {
        regime_changes_.insert(change->adaptation_id);
      }
    }
  }

  const core::Engine& engine_;
  PlayedBook played_;
  std::map<std::uint32_t, std::size_t> entry_of_;  // by candidate
  std::set<std::uint32_t> regime_changes_;         // ids of changes by regime
  std::optional<std::uint32_t> first_version_;     // of the Parameters
  std::optional<std::int64_t> block_;
  Money block_start_equity_;
  bool has_market_ = false;
};

// The session without a mask, played as far as its twin: what it knows at an instant is what the
// twin decides by at that instant, never something from later.
class Teacher {
 public:
  Teacher(const SessionSpec& spec, Tape tape)
      : session_(spec, std::move(tape), store::JournalWriter::in_memory()) {
    lesson_.book = &session_.engine().candidates().book();
  }
  [[nodiscard]] learn::Lesson& lesson() noexcept { return lesson_; }

  // Before the twin's event of `at`. At one instant both play event for event, so that the same
  // session twice knows the same at each; a block is closed here before it is judged there.
  void play_to(Timestamp at) {
    while (session_.next_time() < at) {
      step();
    }
    if (session_.next_time() == at) {
      step();
    }
    const bool is_block_end = learn::block_start(learn::block_of(at)) == at;
    while (is_block_end && session_.engine().knowledge().ends_block(at) &&
           session_.next_time() == at) {
      step();
    }
  }

 private:
  void step() {
    session_.apply_next();
    for (const model::Notice& notice : session_.sink().notices()) {
      if (const auto* label = std::get_if<model::CandidateLabel>(&notice)) {
        lesson_.labels.push_back(*label);
      }
    }
  }

  SimulatedSession session_;
  learn::Lesson lesson_;
};

// `before` is told the time of each event before it is applied.
template <typename F>
PlayedBook keep_book(SimulatedSession& session, const Progress& progress, F before) {
  BookKeeper keeper(session.engine());
  std::uint64_t events = 0;
  bool is_whole = true;
  for (Timestamp at = session.next_time(); at != Timestamp::never(); at = session.next_time()) {
    before(at);
    keeper.before(at);
    const model::Event& event = session.apply_next();
    keeper.after(event, session.sink());
    if (++events % kBookProgressEvents == 0 && progress) {
      const double done = static_cast<double>(session.tape().played()) /
                          static_cast<double>(session.tape().rows());
      if (!progress(done, event.ts_init, events)) {
        is_whole = false;
        break;
      }
    }
  }
  PlayedBook played = keeper.finish(session);
  played.is_whole = is_whole;
  return played;
}

bool is_active(const SessionPlan& plan, InstrumentId id) {
  return plan.spec.engine.is_active[id.index()] != 0;
}

bool has_series(const SessionPlan& plan, store::SeriesKind kind) {
  const auto& series = plan.catalog.series();
  return std::any_of(series.begin(), series.end(), [&](const store::SeriesInfo& info) {
    return info.kind == kind && info.to >= plan.spec.from && info.from < plan.spec.to &&
           (kind == store::SeriesKind::sentiment || is_active(plan, info.instrument));
  });
}

// BTC leads the others of its venue; alone it has nobody to lead.
bool has_btc_and_others(const SessionPlan& plan) {
  const auto& instruments = plan.spec.engine.instruments;
  for (const model::Instrument& btc : instruments) {
    if (btc.base != "BTC" || !is_active(plan, btc.id)) {
      continue;
    }
    for (const model::Instrument& other : instruments) {
      if (other.base != "BTC" && other.venue_id == btc.venue_id && is_active(plan, other.id)) {
        return true;
      }
    }
  }
  return false;
}

// A perpetual and the spot of the same coin, both heard in the session.
bool has_spot_beside(const SessionPlan& plan) {
  const auto& instruments = plan.spec.engine.instruments;
  const auto& is_reference = plan.spec.engine.is_reference;
  const auto is_in = [&](const model::Instrument& x, model::InstrumentKind kind) {
    return x.kind == kind &&
           (is_active(plan, x.id) ||
            (x.id.index() < is_reference.size() && is_reference[x.id.index()] != 0));
  };
  for (const model::Instrument& perpetual : instruments) {
    if (!is_in(perpetual, model::InstrumentKind::perpetual)) {
      continue;
    }
    for (const model::Instrument& spot : instruments) {
      if (is_in(spot, model::InstrumentKind::spot) && spot.base == perpetual.base &&
          spot.quote == perpetual.quote && spot.venue_id == perpetual.venue_id) {
        return true;
      }
    }
  }
  return false;
}

bool is_there(std::string_view input, const SessionPlan& plan, const LearnedInputs& learned) {
  using Kind = store::SeriesKind;
  constexpr std::array<std::pair<std::string_view, Kind>, 6> kSeries{{
      {"bars", Kind::bars},
      {"trades", Kind::trades},
      {"funding", Kind::funding},
      {"quotes", Kind::quotes},
      {"depth", Kind::depth},
      {"liquidations", Kind::liquidations},
  }};
  if (input == "bars of BTC on the same venue") {
    return has_btc_and_others(plan);
  }
  if (input == "bars of five instruments") {
    constexpr std::ptrdiff_t kRanked = 5;
    const auto& active = plan.spec.engine.is_active;
    return std::count(active.begin(), active.end(), 1) >= kRanked;
  }
  if (input == "bars of the spot beside it") {
    return has_spot_beside(plan);
  }
  if (input == "a bound on open positions") {
    constexpr std::int64_t kPrior = 1000;  // no account reaches it
    return plan.spec.engine.parameters.count(model::Param::risk_open_positions_max) < kPrior;
  }
  if (input == "a model's p_up") {
    return false;  // no series of a catalog brings it
  }
  if (input == "labels") {
    return learned.labels > 0;
  }
  if (input == "triggers of a promoted or retired pattern") {
    return learned.beyond_probe > 0;
  }
  if (input == "triggers under a learned change") {
    return learned.ruled > 0;
  }
  if (input == "triggers under a change by hour, weekday or volatility") {
    return learned.ruled_by_regime > 0;
  }
  if (input == "fear and greed") {
    return has_series(plan, Kind::sentiment);
  }
  for (const auto& [name, kind] : kSeries) {
    if (input == name) {
      return has_series(plan, kind);
    }
  }
  return true;  // event time, fees, the account: every session has them
}

}  // namespace

Result<PlayedBook> play_book(const SessionPlan& plan, model::ComponentMask mask,
                             const Progress& progress) {
  auto tape = open_tape(plan);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  SessionSpec spec = plan.spec;
  spec.engine.mask = mask;
  SimulatedSession session(spec, std::move(*tape), store::JournalWriter::in_memory());
  return keep_book(session, progress, [](Timestamp) {});
}

Result<PlayedBook> play_frozen_book(const SessionPlan& plan, model::ComponentMask mask,
                                    const Progress& progress) {
  auto tape = open_tape(plan);
  auto tape_of_base = open_tape(plan);
  if (!tape || !tape_of_base) {
    return tl::unexpected{!tape ? tape.error() : tape_of_base.error()};
  }
  SessionSpec spec = plan.spec;
  spec.engine.mask = mask;
  SimulatedSession session(spec, std::move(*tape), store::JournalWriter::in_memory());
  Teacher teacher{plan.spec, std::move(*tape_of_base)};
  session.learn_from(teacher.lesson());
  return keep_book(session, progress, [&teacher](Timestamp at) { teacher.play_to(at); });
}

std::string missing_inputs(model::Component component, const SessionPlan& plan,
                           const LearnedInputs& learned) {
  const auto& info = model::component_infos()[static_cast<std::size_t>(component)];
  std::string missing;
  bool has_prices = false;
  bool asks_prices = false;
  for (const std::string_view input : info.inputs) {
    const bool found = is_there(input, plan, learned);
    if (input == "bars" || input == "trades") {  // either makes the other
      asks_prices = true;
      has_prices = has_prices || found;
    } else if (!found) {
      missing += (missing.empty() ? "" : ", ") + std::string{input};
    }
  }
  if (asks_prices && !has_prices) {
    missing += (missing.empty() ? "" : ", ") + std::string{"bars or trades"};
  }
  return missing;
}

}  // namespace lanner::runtime
