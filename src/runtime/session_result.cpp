#include "runtime/session_result.hpp"

#include "base/isotime.hpp"
#include "runtime/fill_model.hpp"
#include "sim/protection_judge.hpp"

namespace lanner::runtime {

Money conservation_error(const SimulatedSession& session) {
  Money error;
  const auto& balances = session.engine().config().balance_by_venue;
  for (std::uint16_t i = 0; i < balances.size(); ++i) {
    const VenueId venue{i};
    error += (session.exchange().cash(venue) - session.engine().portfolio().cash(venue)).abs();
  }
  return error;
}

SessionClosed judge_session(const SimulatedSession& session) {
  const sim::ProtectionReport report =
      sim::judge_protection(session.exchange().order_log(), session.engine().config().instruments,
                            session.exchange().latency(), session.engine().now());
  SessionClosed figures;
  figures.unprotected_ns_max = report.unprotected_ns_max;
  figures.protection_breaches = report.protection_breaches;
  figures.conservation_error = conservation_error(session);
  const sim::DepthCounters& depth = session.exchange().depth().counters;
  figures.book_fills = depth.book_fills;
  figures.queue_fills = depth.queue_fills;
  figures.fallback_fills = depth.fallback_fills;
  return figures;
}

std::string name_of_feed(const SessionSpec& spec) {
  return spec.origin == store::Origin::synthetic ? "synthetic" : "recorded";
}

void add_spec(views::RunResult& result, const SessionSpec& spec) {
  result.feed = name_of_feed(spec);
  result.feed_note = spec.origin_note;
  result.universe = spec.universe;
  result.model = describe_fill_model(spec);
  if (!spec.engine.past.empty()) {
    result.notes.push_back(
        "warm start: the posteriors begin with " + std::to_string(spec.engine.past.size()) +
        " labels from before " + format_utc(spec.from.ns()) + ", each at " +
        to_string(spec.engine.parameters.rate(model::Param::warm_start_weight)) +
        " of its weight");
  }
}

void add_closed(views::RunResult& result, const SessionClosed& closed) {
  result.digest = closed.digest.hex();
  result.unprotected_ns_max = closed.unprotected_ns_max;
  result.protection_breaches = closed.protection_breaches;
  result.conservation_error = closed.conservation_error;
  if (closed.book_fills + closed.queue_fills + closed.fallback_fills > 0) {
    result.model.assumptions.push_back(
        "Where the tape shows a book: " + std::to_string(closed.book_fills) +
        " fills at shown levels, " + std::to_string(closed.queue_fills) +
        " of resting limits by their place in the queue, " +
        std::to_string(closed.fallback_fills) +
        " by the trades model because the book was not valid.");
  }
  result.has_bad_day = closed.has_bad_day;
  result.bad_day_net_pnl = closed.bad_day_net_pnl;
}

Result<Money> run_bad_day(const SessionPlan& plan) {
  auto tape = open_tape(plan);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  SessionSpec spec = plan.spec;
  spec.exchange.bad_day = true;
  const sim::Latency latency = sim::effective_latency(spec.exchange);
  spec.engine.feed_latency = latency.feed;
  spec.engine.order_latency = latency.order + latency.response;
  SimulatedSession session(spec, std::move(*tape), store::JournalWriter::in_memory());
  while (session.next_time() != Timestamp::never()) {
    session.apply_next();
  }
  return session.engine().portfolio().net_pnl();
}

}  // namespace lanner::runtime
