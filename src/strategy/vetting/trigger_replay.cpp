#include "strategy/vetting/trigger_replay.hpp"

#include <algorithm>
#include <bitset>

#include "strategy/predicate.hpp"

namespace lanner::strategy {
namespace {

using model::FeatureId;
using model::Predicate;
using model::TradeCondition;

template <typename Visit>
void visit_predicates(const TradeCondition& condition, const Visit& visit) {
  for (const Predicate& predicate : condition.when_all) {
    visit(predicate);
  }
  for (const Predicate& predicate : condition.when_any) {
    visit(predicate);
  }
  for (const Predicate& predicate : condition.invalidate_any) {
    visit(predicate);
  }
}

// Made from bars and funding alone, of the instrument and of its BTC.
bool is_from_bars(FeatureId id) noexcept {
  switch (id) {
    case FeatureId::none:
    case FeatureId::price:
    case FeatureId::ret_bps:
    case FeatureId::rsi14:
    case FeatureId::ema9:
    case FeatureId::ema21:
    case FeatureId::ema50:
    case FeatureId::atr14:
    case FeatureId::atr_pct:
    case FeatureId::vwap_dev_bps:
    case FeatureId::vwap_dev_atr:
    case FeatureId::macd_hist:
    case FeatureId::bb_pos:
    case FeatureId::don20_hi:
    case FeatureId::don20_lo:
    case FeatureId::er20:
    case FeatureId::vol_z:
    case FeatureId::funding_bps:
    case FeatureId::btc_ret_bps: return true;
    default: return false;
  }
}

// Truth of the trigger, bar by bar: how often it holds of late, and how often it begins to.
class TruthCount {
 public:
  explicit TruthCount(Timestamp day_from) noexcept : day_from_(day_from) {}

  void on_bar(Timestamp close, bool is_true, bool is_close_of_shortest) noexcept {
    if (is_true && !was_true_) {
      triggers_day_ += close > day_from_ ? 1 : 0;
      ever_ = true;
    }
    was_true_ = is_true;
    if (is_close_of_shortest) {
      last_[next_] = is_true;
      next_ = (next_ + 1) % TriggerReplay::kBarsAsked;
      size_ = std::min(size_ + 1, TriggerReplay::kBarsAsked);
    }
  }
  void write(ReplayFacts& facts) const noexcept {
    facts.bars = size_;
    facts.true_bars = static_cast<std::uint32_t>(last_.count());
    facts.triggers_day = triggers_day_;
    facts.was_true = ever_;
  }

 private:
  Timestamp day_from_;
  std::bitset<TriggerReplay::kBarsAsked> last_;
  std::uint32_t next_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t triggers_day_ = 0;
  bool was_true_ = false;
  bool ever_ = false;
};

}  // namespace

ReplayFinding judge_replay(const ReplayFacts& facts,
                           const model::ParameterSet& parameters) noexcept {
  constexpr double kHoursOfDay = 24.0;
  constexpr double kPercent = 100.0;
  ReplayFinding finding;
  const bool has_bars = facts.bars == TriggerReplay::kBarsAsked || facts.is_whole;
  finding.is_complete = !facts.is_readable || (facts.span >= hours(24) && has_bars);
  if (!facts.is_readable) {
    return finding;
  }
  const double always = parameters.score(model::Param::condition_always_on_pct).value();
  const double share =
      facts.bars == 0 ? 0.0 : kPercent * static_cast<double>(facts.true_bars) / facts.bars;
  if (has_bars && facts.bars != 0 && share >= always) {
    finding.refused = Finding{model::ConditionRule::v10, Score{share}, Score{always}};
    return finding;
  }
  // A day that is not over can only add to what it has.
  const double per_hour = static_cast<double>(facts.triggers_day) / kHoursOfDay;
  const double most = parameters.score(model::Param::condition_triggers_per_hour).value();
  if (per_hour > most) {
    finding.refused = Finding{model::ConditionRule::v18, Score{per_hour}, Score{most}};
    return finding;
  }
  finding.is_never_true = facts.is_whole && !facts.was_true;
  return finding;
}

TriggerReplay::TriggerReplay(const model::InstrumentTable& instruments, const BarHistory& history,
                             std::span<const features::UserFeature> own)
    : history_(history) {
  if (history.is_kept()) {
    fresh_.emplace(instruments, features::OnDemand{}, own);
    scratch_.emplace(instruments, features::OnDemand{}, own);
  }
}

ReplayFacts TriggerReplay::ask(const TradeCondition& condition, std::uint64_t hash,
                               Timestamp now) noexcept {
  Memory& memory = memory_[hash % kRemembered];
  const std::int64_t hour = now.floor_to(hours(1)).ns();
  if (memory.hash != hash || memory.hour != hour) {
    memory = {hash, hour, play(condition)};
  }
  return memory.facts;
}

void TriggerReplay::read_funding(InstrumentId id, Timestamp until, std::size_t& next) noexcept {
  while (next < history_.fundings(id) && history_.funding(id, next).at <= until) {
    const BarHistory::Funding& funding = history_.funding(id, next++);
    scratch_->on_funding(funding.rate, funding.at);
  }
}

void TriggerReplay::read_leader(InstrumentId id, Timestamp until, std::size_t& next) noexcept {
  while (next < history_.size(id) && history_.at(id, next).close <= until) {
    const BarHistory::Entry& entry = history_.at(id, next++);
    static_cast<void>(scratch_->on_bar(entry.bar, entry.close));
  }
}

ReplayFacts TriggerReplay::play(const TradeCondition& condition) noexcept {
  ReplayFacts facts;
  const InstrumentId id = condition.instrument_id;
  const std::size_t size = scratch_ ? history_.size(id) : 0;
  if (size == 0) {
    facts.is_readable = scratch_.has_value();
    return facts;
  }
  ++plays_;
  *scratch_ = *fresh_;
  auto shortest = model::Timeframe::h1;
  bool reads_btc = false;
  visit_predicates(condition, [&](const Predicate& predicate) {
    scratch_->subscribe(predicate.lhs, predicate.tf);
    scratch_->subscribe(predicate.rhs, predicate.tf);
    shortest = std::min(shortest, predicate.tf);
    reads_btc = reads_btc || predicate.lhs == FeatureId::btc_ret_bps;
    facts.is_readable = facts.is_readable && is_from_bars(predicate.lhs) &&
                        is_from_bars(predicate.rhs);
  });
  if ((condition.regimes & bit_of(model::Regime::any)) == 0) {
    scratch_->subscribe(FeatureId::trend, features::kRegimeFrame);
  }
  const Timestamp last = history_.at(id, size - 1).close;
  facts.span = last - history_.at(id, 0).close;
  facts.is_whole = size == history_.room() || facts.span >= hours(7 * 24 - 1);
  if (!facts.is_readable) {
    return facts;
  }
  const InstrumentId leader = reads_btc ? scratch_->btc_of(id) : InstrumentId{};
  TruthCount truth{last - hours(24)};
  std::size_t leader_next = 0;
  std::size_t funding_next = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const BarHistory::Entry& entry = history_.at(id, i);
    if (leader.is_valid()) {
      read_leader(leader, entry.close, leader_next);
    }
    read_funding(id, entry.close, funding_next);
    const features::FrameSet frames = scratch_->on_bar(entry.bar, entry.close);
    truth.on_bar(entry.close, is_triggered(condition, scratch_->view(id), entry.bar.close),
                 frames.has(shortest));
  }
  truth.write(facts);
  return facts;
}

}  // namespace lanner::strategy
