#pragma once

// Observers of a replay: one finds the decision that was asked for, one collects all that the
// journal says about it, one sees how it would have come out otherwise.

#include <optional>
#include <string>
#include <vector>

#include "runtime/explain/explanation.hpp"
#include "runtime/replay.hpp"

namespace lanner::runtime {

// A closed trade by its number.
class TradeFinder : public ReplayObserver {
 public:
  explicit TradeFinder(std::uint32_t number) : number_(number) {}
  bool on_event(const model::Event& event, const model::CommandSink& sink,
                const core::Engine& engine) override;
  [[nodiscard]] CandidateId found() const { return found_; }
  [[nodiscard]] std::uint32_t trades() const { return trades_; }

 private:
  std::uint32_t number_;
  std::uint32_t trades_ = 0;
  CandidateId found_;
};

// The last trigger of an instrument at or before an instant, and what stood armed then.
class TriggerFinder : public ReplayObserver {
 public:
  enum class Which : std::uint8_t { any_verdict, traded_only };
  TriggerFinder(InstrumentId id, Timestamp until, Which which)
      : id_(id), until_(until), which_(which) {}
  void before_event(const model::Event& event, const core::Engine& engine) override;
  bool on_event(const model::Event& event, const model::CommandSink& sink,
                const core::Engine& engine) override;
  void on_end(const core::Engine& engine) override;

  [[nodiscard]] CandidateId found() const { return found_; }
  [[nodiscard]] const std::vector<ConditionLook>& conditions() const { return conditions_; }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  [[nodiscard]] Timestamp first() const { return first_; }
  [[nodiscard]] Timestamp last() const { return last_; }

 private:
  void look(const core::Engine& engine);

  InstrumentId id_;
  Timestamp until_;
  Which which_;
  CandidateId found_;
  std::uint64_t found_sequence_ = 0;
  bool found_refused_ = false;
  bool has_looked_ = false;
  std::vector<ConditionLook> conditions_;
  SourceSequences sources_;
  std::uint64_t sequence_ = 0;
  Timestamp first_;
  Timestamp last_;
};

class DecisionWatch : public ReplayObserver {
 public:
  explicit DecisionWatch(CandidateId id) : id_(id) {}
  bool on_event(const model::Event& event, const model::CommandSink& sink,
                const core::Engine& engine) override;
  [[nodiscard]] bool has_decision() const { return has_decision_; }
  [[nodiscard]] Explanation& explanation() { return explanation_; }

 private:
  void note_decision(const model::Event& event, const model::DecisionTrace& trace,
                     const core::Engine& engine);
  void note_commands(const model::Event& event, const model::CommandSink& sink);
  void note_order(const model::Event& event, const model::OrderRequest& request);
  void note_answer(const model::Event& event);
  void note_fill(const model::Event& event, const model::OrderFilled& fill);
  void note_notices(const model::Event& event, const model::CommandSink& sink,
                    const core::Engine& engine);
  void add_step(ClientOrderId id, OrderStep step);
  [[nodiscard]] OrderLine* order_of(ClientOrderId id);
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] bool is_held() const;
  [[nodiscard]] Belief belief(const model::Event& event, const core::Engine& engine) const;

  CandidateId id_;
  InstrumentId instrument_id_;
  bool has_decision_ = false;
  Explanation explanation_;
  SourceSequences sources_;
};

// The verdict on one candidate at one event.
class VerdictWatch : public ReplayObserver {
 public:
  VerdictWatch(CandidateId id, std::uint64_t sequence) : id_(id), sequence_(sequence) {}
  bool on_event(const model::Event& event, const model::CommandSink& sink,
                const core::Engine& engine) override;
  [[nodiscard]] const std::optional<model::DecisionTrace>& trace() const { return trace_; }

 private:
  CandidateId id_;
  std::uint64_t sequence_;
  std::optional<model::DecisionTrace> trace_;
};

}  // namespace lanner::runtime
