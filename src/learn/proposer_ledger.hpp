#pragma once

// What each program that proposes conditions has done, counted by name. Its evidence (posterior,
// e-values) is kept by the pattern library under its own key.

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "model/condition_rule.hpp"
#include "model/position.hpp"

namespace lanner::learn {

struct ProposerRow {
  model::ProposerName name;  // empty: nobody
  model::ProposerState state = model::ProposerState::left;
  model::ProposerReason reason = model::ProposerReason::none;  // of the last silence
  Timestamp since;
  std::uint64_t silenced = 0;  // times
  std::uint64_t accepted = 0;  // conditions
  std::uint64_t refused = 0;
  std::uint64_t withdrawn = 0;
  std::uint64_t triggers = 0;
  std::uint64_t entries = 0;
  std::uint64_t labels = 0;  // filled ones
  Score sum_r;               // net, of these
};

class ProposerLedger {
 public:
  void on_change(const model::ProposerChanged& change, Timestamp now) noexcept {
    if (change.proposer == 0 || change.proposer > rows_.size()) {
      return;
    }
    ProposerRow& row = rows_[change.proposer - 1U];
    row.state = change.state;
    row.since = now;
    if (change.state == model::ProposerState::joined) {
      row.name = change.name;
    } else if (change.state == model::ProposerState::silenced) {
      row.reason = change.reason;
      ++row.silenced;
    }
  }
  void on_judged(const model::ConditionJudged& judged) noexcept {
    if (ProposerRow* row = row_of(judged.proposer)) {
      row->accepted += judged.verdict == model::ConditionVerdict::accepted ? 1 : 0;
      row->refused += judged.verdict == model::ConditionVerdict::refused ? 1 : 0;
      row->withdrawn += judged.verdict == model::ConditionVerdict::withdrawn ? 1 : 0;
    }
  }
  void on_decision(std::uint8_t proposer, bool is_traded) noexcept {
    if (ProposerRow* row = row_of(proposer)) {
      ++row->triggers;
      row->entries += is_traded ? 1 : 0;
    }
  }
  void on_label(const model::CandidateLabel& label) noexcept {
    ProposerRow* row = row_of(label.proposer);
    if (row != nullptr && label.is_filled) {
      ++row->labels;
      row->sum_r += label.net_r;
    }
  }
  // By proposer, from 1.
  [[nodiscard]] const ProposerRow& row(std::uint8_t proposer) const noexcept {
    return rows_[proposer - 1U];
  }
  [[nodiscard]] bool is_silenced(std::uint8_t proposer) const noexcept {
    return proposer != 0 && proposer <= rows_.size() &&
           rows_[proposer - 1U].state != model::ProposerState::joined;
  }

 private:
  [[nodiscard]] ProposerRow* row_of(std::uint8_t proposer) noexcept {
    return proposer == 0 || proposer > rows_.size() ? nullptr : &rows_[proposer - 1U];
  }
  std::array<ProposerRow, model::kProposersMax> rows_{};

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(rows_);
  }
};

}  // namespace lanner::learn
