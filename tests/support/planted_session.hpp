#pragma once

// The engine before the simulated exchange, as in runtime/simulated_session.hpp, with somebody
// between them who may hold back, alter and invent what passes: the seat of planted faults.

#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "base/hash.hpp"
#include "core/engine.hpp"
#include "runtime/delay_line.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/session_spec.hpp"
#include "runtime/tape.hpp"
#include "runtime/timers.hpp"
#include "sim/exchange.hpp"
#include "sim/protection_judge.hpp"

namespace lanner::test {

class PlantedSession {
 public:
  PlantedSession(const runtime::SessionSpec& spec, runtime::Tape tape)
      : engine_(spec.engine),
        exchange_(engine_.config().instruments, engine_.config().parameters, spec.exchange),
        tape_(std::move(tape)),
        delay_(spec.exchange.latency.feed) {}
  PlantedSession(const PlantedSession&) = delete;
  PlantedSession& operator=(const PlantedSession&) = delete;
  virtual ~PlantedSession() = default;

  void run() {
    while (step()) {
    }
  }

  [[nodiscard]] Digest128 digest() const { return digest_.value(); }
  [[nodiscard]] sim::ProtectionReport judged() const {
    return sim::judge_protection(exchange_.order_log(), engine_.config().instruments,
                                 exchange_.latency(), engine_.now());
  }

 protected:
  // What the engine asks for, timers aside.
  virtual void on_command(const model::Command& command) { send(command); }
  // What the exchange reports; false keeps it from the engine.
  virtual bool on_report(const model::Event&) { return true; }
  // After each event.
  virtual void after_event(const model::Event&) {}

  void send(const model::Command& command) { exchange_.submit(command, now_); }
  template <typename Payload>
  void tell_engine(const Payload& payload, Duration later = {}) {
    model::Event event;
    event.ts_event = now_ + later;
    event.ts_init = now_ + later;
    event.payload = payload;
    reports_[{event.ts_init, order_++}] = event;
  }
  [[nodiscard]] Timestamp now() const { return now_; }

 protected:
  bool step() {
    Timestamp engine_at = std::min(delay_.next_time(), timers_.next_time());
    if (!reports_.empty()) {
      engine_at = std::min(engine_at, reports_.begin()->first.first);
    }
    engine_at = std::max(engine_at, now_);
    if (tape_.is_done() && delay_.is_empty()) {
      if (reports_.empty()) {
        return false;
      }
    } else if (std::min(tape_.next_time(), exchange_.next_time()) <= engine_at) {
      step_venue();
      return true;
    }
    apply(next_event(engine_at));
    return true;
  }

  void step_venue() {
    const Timestamp tape_at = tape_.next_time();
    const Timestamp at = std::min(tape_at, exchange_.next_time());
    const bool is_market = tape_at == at;
    exchange_.advance(at, fresh_);
    for (const model::Event& report : fresh_) {
      if (on_report(report)) {
        reports_[{report.ts_init, order_++}] = report;
      }
    }
    fresh_.clear();
    if (!is_market || tape_at == Timestamp::never()) {
      return;
    }
    const runtime::TapeItem item = tape_.next();
    if (item.kind != runtime::TapeKind::funding && item.kind != runtime::TapeKind::trade &&
        item.kind != runtime::TapeKind::bar) {
      return;  // planted sessions play bars, trades and funding
    }
    const bool is_traded = engine_.config().is_active[item.instrument_id.index()] != 0;
    model::EventPayload& payload = delay_.push(item).payload;
    switch (item.kind) {
      case runtime::TapeKind::funding:
        exchange_.on_funding(payload.emplace<model::FundingRate>(item.funding()), item.venue_time);
        break;
      case runtime::TapeKind::trade:
        payload = item.trade();
        if (is_traded) {
          exchange_.on_trade(item.trade(), item.venue_time);
        }
        break;
      default:
        payload = item.bar();
        if (is_traded) {
          exchange_.on_bar(item.bar(), item.venue_time);
        }
        break;
    }
  }

  model::Event next_event(Timestamp at) {
    now_ = at;
    model::Event event;
    if (!delay_.is_empty() && std::max(delay_.next_time(), now_) == at) {
      event = delay_.front();
      delay_.pop();
    } else if (!reports_.empty() && reports_.begin()->first.first <= at) {
      event = reports_.begin()->second;
      reports_.erase(reports_.begin());
    } else {
      const model::SetTimer timer = timers_.pop();
      event.ts_event = timer.at;
      event.payload = model::TimerFired{timer.kind, timer.key};
    }
    event.ts_init = at;
    return event;
  }

  void apply(model::Event event) {
    event.sequence = ++sequence_;
    sink_.clear();
    engine_.apply(event, sink_);
    if (!sink_.is_silent()) {
      caused_.resize(runtime::caused_bytes_max(sink_));
      digest_.add(std::span(caused_).first(runtime::encode_caused(sink_, caused_)));
    }
    for (const model::Command& command : sink_.commands()) {
      if (const auto* timer = std::get_if<model::SetTimer>(&command)) {
        timers_.set(*timer);
      } else {
        on_command(command);
      }
    }
    after_event(event);
  }

  core::Engine engine_;
  sim::Exchange exchange_;
  runtime::Tape tape_;
  runtime::DelayLine delay_;
  runtime::Timers timers_;
  std::map<std::pair<Timestamp, std::uint64_t>, model::Event> reports_;
  std::vector<model::Event> fresh_;
  std::vector<std::byte> caused_;
  model::CommandSink sink_;
  DigestChain digest_;
  std::uint64_t order_ = 0;
  std::uint64_t sequence_ = 0;
  Timestamp now_;
};

}  // namespace lanner::test
