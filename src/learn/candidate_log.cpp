#include "learn/candidate_log.hpp"

#include <cmath>

#include "learn/block.hpp"

namespace lanner::learn {
namespace {

using model::Barrier;
using model::ExitReason;

Barrier barrier_of(ExitReason reason) noexcept {
  switch (reason) {
    case ExitReason::stop:
    case ExitReason::disaster_stop:
    case ExitReason::liquidation:
    case ExitReason::protection: return Barrier::stop;
    case ExitReason::target: return Barrier::target;
    case ExitReason::none:
    case ExitReason::time_stop:
    case ExitReason::deleveraged:
    case ExitReason::delisted:
    case ExitReason::flatten: return Barrier::time;
  }
  return Barrier::time;
}

PatternKey pattern_of(const model::Candidate& candidate) noexcept {
  return {candidate.template_id, candidate.side, candidate.source, candidate.proposer,
          candidate.grid};
}

model::CandidateLabel blank_label(const model::Candidate& candidate, Timestamp now) noexcept {
  model::CandidateLabel label;
  label.candidate_id = candidate.id;
  label.instrument_id = candidate.instrument_id;
  label.side = candidate.side;
  label.template_id = candidate.template_id;
  label.pattern_id = candidate.pattern_id;
  label.triggered_at = candidate.triggered_at;
  label.labelled_at = now;
  label.block_id = candidate.block_id;
  label.cluster_id = candidate.cluster_id;
  label.condition_source = candidate.source;
  label.cost_r = candidate.cost_r;
  label.volatility = candidate.volatility;
  label.proposer = candidate.proposer;
  label.grid = candidate.grid;
  return label;
}

bool has_ended(const Path& path) noexcept {
  return path.state() == Path::State::done || path.state() == Path::State::unfilled;
}

}  // namespace

const char* name_of(PendingReason value) noexcept {
  switch (value) {
    case PendingReason::entry_open: return "entry open";
    case PendingReason::barrier_open: return "barrier open";
    case PendingReason::time_stop_open: return "time stop open";
    case PendingReason::position_open: return "position open";
  }
  return "barrier open";
}

CandidateLog::CandidateLog(const model::InstrumentTable& instruments,
                           const model::ParameterSet& parameters, const market::CostModel& costs,
                           std::size_t open_max)
    : costs_(costs),
      shadow_weight_(parameters.score(model::Param::label_shadow_weight)),
      slots_(open_max),
      effects_(open_max),
      book_(instruments.size(), parameters.score(model::Param::evidence_block_bound_r).value()),
      watches_(instruments.size()),
      by_id_(open_max) {
  ENSURE(open_max < kNone);
  for (std::size_t i = open_max; i > 0; --i) {
    slots_[i - 1].next = free_;
    free_ = static_cast<std::uint32_t>(i - 1);
  }
  taker_fees_.reserve(instruments.size());
  ticks_.reserve(instruments.size());
  for (const model::Instrument& instrument : instruments) {
    taker_fees_.push_back(instrument.taker_fee);
    ticks_.push_back(instrument.tick);
  }
}

CandidateId CandidateLog::open(model::Candidate& candidate,
                               const ScopeEffects& effects) noexcept {
  candidate.block_id = block_of(candidate.triggered_at);
  candidate.cluster_id = cluster_of(pattern_of(candidate), candidate.block_id);
  candidate.id = CandidateId{};
  if (free_ == kNone) {
    ++refused_;
    return candidate.id;
  }
  ++decisions_;
  candidate.id = CandidateId{static_cast<std::uint32_t>(decisions_)};
  // Extremes seen so far belong to the older paths only.
  fold_seen(candidate.instrument_id);
  const std::uint32_t index = free_;
  Slot& slot = slots_[index];
  free_ = slot.next;
  PathWatch& watch = watches_[candidate.instrument_id.index()];
  slot = Slot{};
  slot.candidate = candidate;
  slot.path = Path{candidate};
  slot.next = watch.head;
  watch.head = index;
  watch.consider(slot.path, candidate);
  by_id_.insert(candidate.id, index);
  slot.units = book_.admit(pattern_of(candidate).index());
  effects_[index] = effects;
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (effects[i] != 0.0) {
      slot.has_effects = true;
      book_.join(ClaimBook::scope_claim(i), slot.units * std::fabs(effects[i]));
    }
  }
  return candidate.id;
}

void CandidateLog::mark(std::uint32_t index, Price last_px) noexcept {
  Slot& slot = slots_[index];
  const Rate fee = taker_fees_[slot.candidate.instrument_id.index()];
  const double value = slot.path.value_r(slot.candidate, last_px, fee);
  const double moved = slot.units * (value - slot.marked_r);
  slot.marked_r = value;
  book_.add(pattern_of(slot.candidate).index(), moved);
  if (slot.has_effects) {
    for (std::size_t i = 0; i < ClaimBook::kScopes; ++i) {
      book_.add(ClaimBook::scope_claim(i), effects_[index][i] * moved);
    }
  }
}

void CandidateLog::leave_book(std::uint32_t index) noexcept {
  const Slot& slot = slots_[index];
  book_.leave(pattern_of(slot.candidate).index(), slot.units);
  if (slot.has_effects) {
    for (std::size_t i = 0; i < ClaimBook::kScopes; ++i) {
      book_.leave(ClaimBook::scope_claim(i), slot.units * std::fabs(effects_[index][i]));
    }
  }
}

void CandidateLog::close_block() noexcept {
  for (const PathWatch& watch : watches_) {
    for (std::uint32_t i = watch.head; i != kNone; i = slots_[i].next) {
      mark(i, watch.last);
    }
  }
  book_.close_block();
}

void CandidateLog::clear_scope(std::size_t scope) noexcept {
  for (const PathWatch& watch : watches_) {
    for (std::uint32_t i = watch.head; i != kNone; i = slots_[i].next) {
      effects_[i][scope] = 0.0;
    }
  }
}

CandidateLog::Slot* CandidateLog::find(CandidateId id) noexcept {
  const std::uint32_t* index = by_id_.find(id);
  return index == nullptr ? nullptr : &slots_[*index];
}

void CandidateLog::mark_traded(CandidateId id) noexcept {
  Slot* slot = find(id);
  if (slot != nullptr && !slot->is_labelled) {
    slot->from = LabelFrom::fills;
  }
}

void CandidateLog::on_plan_ended_unfilled(CandidateId id, Timestamp now,
                                          LabelBuffer& labels) noexcept {
  const std::uint32_t* index = by_id_.find(id);
  if (index == nullptr || slots_[*index].is_labelled) {
    return;
  }
  slots_[*index].from = LabelFrom::path;
  if (has_ended(slots_[*index].path)) {
    settle_path(*index, now, labels);
  }
}

void CandidateLog::on_trade_closed(const model::TradeClosed& trade, Timestamp now,
                                   LabelBuffer& labels) noexcept {
  const std::uint32_t* index = by_id_.find(trade.candidate_id);
  if (index == nullptr || slots_[*index].is_labelled) {
    ++orphan_trades_;
    return;
  }
  Slot& slot = slots_[*index];
  slot.from = LabelFrom::fills;
  slot.fills_net_r = trade.net_r;
  model::CandidateLabel label = blank_label(slot.candidate, now);
  label.source = model::LabelSource::fills;
  label.barrier = barrier_of(trade.exit_reason);
  label.net_r = trade.net_r;
  label.gross_r = trade.net_r + trade.cost_r;
  label.mfe_r = trade.mfe_r;
  label.mae_r = trade.mae_r;
  emit(slot, label, labels);
  if (has_ended(slot.path)) {
    settle_path(*index, now, labels);
  }
}

void CandidateLog::on_funding(const model::FundingRate& funding, Timestamp) noexcept {
  const PathWatch& watch = watches_[funding.instrument_id.index()];
  for (std::uint32_t i = watch.head; i != kNone; i = slots_[i].next) {
    slots_[i].path.on_funding(funding.rate, watch.last, slots_[i].candidate);
  }
}

void CandidateLog::visit(InstrumentId id, const PathPrints& prints,
                         LabelBuffer& labels) noexcept {
  PathWatch& watch = watches_[id.index()];
  fold_seen(id);
  watch.last = prints.close;
  const PathCosts costs{costs_, taker_fees_[id.index()], ticks_[id.index()]};
  std::uint32_t* link = &watch.head;
  while (*link != kNone) {
    const std::uint32_t index = *link;
    Slot& slot = slots_[index];
    if (slot.path.step(slot.candidate, prints, costs)) {
      *link = slot.next;
      mark(index, prints.close);
      leave_book(index);
      settle_path(index, prints.to, labels);
    } else {
      link = &slot.next;
    }
  }
  rewatch(id);
}

void CandidateLog::fold_seen(InstrumentId id) noexcept {
  PathWatch& watch = watches_[id.index()];
  if (!watch.has_seen()) {
    return;
  }
  for (std::uint32_t i = watch.head; i != kNone; i = slots_[i].next) {
    slots_[i].path.fold(watch.high, watch.low);
  }
  watch.forget_seen();
}

void CandidateLog::rewatch(InstrumentId id) noexcept {
  PathWatch& watch = watches_[id.index()];
  watch.consider_none();
  for (std::uint32_t i = watch.head; i != kNone; i = slots_[i].next) {
    watch.consider(slots_[i].path, slots_[i].candidate);
  }
}

void CandidateLog::settle_path(std::uint32_t index, Timestamp now, LabelBuffer& labels) noexcept {
  Slot& slot = slots_[index];
  if (slot.is_labelled) {
    compare(slot);
    release(index);
  } else if (slot.from == LabelFrom::path) {
    emit(slot, path_label(slot, now), labels);
    release(index);
  }
}

void CandidateLog::emit(Slot& slot, const model::CandidateLabel& label,
                        LabelBuffer& labels) noexcept {
  ENSURE(!slot.is_labelled);
  slot.is_labelled = true;
  ++labelled_;
  labels.push(label);
}

model::CandidateLabel CandidateLog::path_label(const Slot& slot, Timestamp now) const noexcept {
  model::CandidateLabel label = blank_label(slot.candidate, now);
  label.source = model::LabelSource::path;
  label.weight = shadow_weight_;
  slot.path.write(label, slot.candidate);
  return label;
}

void CandidateLog::compare(const Slot& slot) noexcept {
  if (slot.path.state() != Path::State::done) {
    return;
  }
  const double gap = slot.fills_net_r.value() - slot.path.net_r();
  ++gap_n_;
  const double off = gap - gap_mean_;
  gap_mean_ += off / static_cast<double>(gap_n_);
  gap_m2_ += off * (gap - gap_mean_);
}

FillModelGap CandidateLog::fill_model_gap() const noexcept {
  const double variance = gap_n_ > 1 ? gap_m2_ / static_cast<double>(gap_n_ - 1) : 0.0;
  return {gap_n_, Score{gap_mean_}, Score{std::sqrt(variance)}};
}

void CandidateLog::release(std::uint32_t index) noexcept {
  by_id_.erase(slots_[index].candidate.id);
  slots_[index].next = free_;
  free_ = index;
}

std::vector<PendingCandidate> CandidateLog::pending_candidates() const {
  std::vector<PendingCandidate> pending;
  for (const auto& [id, index] : by_id_) {
    const Slot& slot = slots_[index];
    if (slot.is_labelled) {
      continue;
    }
    const Timestamp seen = watches_[slot.candidate.instrument_id.index()].covered_until;
    const PendingReason reason =
        slot.from == LabelFrom::fills                  ? PendingReason::position_open
        : slot.path.state() == Path::State::waiting    ? PendingReason::entry_open
        : seen < slot.path.deadline()                  ? PendingReason::barrier_open
                                                       : PendingReason::time_stop_open;
    pending.push_back({id, slot.candidate.instrument_id, slot.candidate.triggered_at, reason});
  }
  return pending;
}

void CandidateLog::encode(ByteWriter& out) const {
  for (const std::uint64_t count : {decisions_, labelled_, refused_, orphan_trades_}) {
    out.put_u64(count);
  }
  out.put_i64(gap_n_);
  out.put_score(Score{gap_mean_});
  out.put_score(Score{gap_m2_});
  for (const PathWatch& watch : watches_) {
    watch.encode(out);
  }
  for (const auto& [id, index] : by_id_) {
    const Slot& slot = slots_[index];
    out.put_u32(id.value());
    out.put_enum(slot.from);
    out.put_u8(slot.is_labelled ? 1 : 0);
    out.put_score(slot.fills_net_r);
    slot.path.encode(out);
    out.put_score(Score{slot.units});
    out.put_score(Score{slot.marked_r});
    for (const double effect : effects_[index]) {
      out.put_score(Score{effect});
    }
  }
  book_.encode(out);
}

}  // namespace lanner::learn
