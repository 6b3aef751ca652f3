#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <set>
#include <vector>

#include "property/random_venue.hpp"
#include "exec/order_manager.hpp"
#include "unit/exec/venue_hand.hpp"

namespace lanner::exec {
namespace {

using model::OrderRole;

// Order manager and venue with all messages on their way between them.
class Theatre {
 public:
  explicit Theatre(std::uint64_t seed)
      : table_(two_instruments()), manager(table_, model::ParameterSet{}, 3), venue(seed) {}

  void start(std::uint32_t number) {
    model::OrderIntent intent = long_intent();
    intent.candidate_id = CandidateId{number};
    if (venue.die.percent(30)) {
      intent.entry_mode = model::EntryMode::limit;
      intent.expires_at = now + minutes(5);
    }
    if (venue.die.percent(10)) {
      intent.target_px = Price{};
    }
    stops_seen_.clear();
    protection_closes_before_ = manager.alarms().protection_closes;
    call([&] { manager.start(risk::UncheckedApproval::of(intent), now, sink_); });
  }

  void play_one(bool is_calm) {
    const std::int64_t throw_of = venue.die.below(100);
    if (throw_of < 45 && !venue.outbox.empty()) {
      const model::EventPayload event = venue.outbox.front();
      venue.outbox.pop_front();
      deliver(event);
    } else if (throw_of < 85 && !venue.inbox.empty()) {
      const model::Command command = venue.inbox.front();
      venue.inbox.pop_front();
      venue.take(command);
    } else if (throw_of < 93) {
      venue.move_market(is_calm);
    } else {
      pass_time(milliseconds(1 + venue.die.below(3000)));
    }
  }

  // Lets every message on its way arrive, without anything new in the market.
  void settle_messages() {
    while (!venue.inbox.empty() || !venue.outbox.empty()) {
      if (!venue.outbox.empty()) {
        const model::EventPayload event = venue.outbox.front();
        venue.outbox.pop_front();
        deliver(event);
      } else {
        const model::Command command = venue.inbox.front();
        venue.inbox.pop_front();
        venue.take(command);
      }
    }
  }

  void pass_time(Duration by) {
    const Timestamp until = now + by;
    while (timer_at_ <= until || position_timer_at_ <= until) {
      const bool is_exec = timer_at_ <= position_timer_at_;
      Timestamp& at = is_exec ? timer_at_ : position_timer_at_;
      now = std::max(now, at);
      at = Timestamp::never();
      const auto kind = is_exec ? model::TimerKind::exec : model::TimerKind::position;
      call([&] { manager.on_timer(kind, kPerp, now, sink_); });
    }
    now = std::max(now, until);
  }

  void close() {
    call([&] { manager.close(kPerp, model::ExitReason::flatten, now, sink_); });
  }

  // Some order's fate is still being found out, or its cancel waits to be tried again.
  [[nodiscard]] bool is_in_doubt() const {
    const auto legs = manager.orders(kPerp);
    return std::any_of(legs.begin(), legs.end(), [this](const Leg& leg) {
      return leg.status == model::OrderStatus::unknown ||
             (is_open(leg) && (leg.ask_attempts > 0 || leg.cancel_at > now));
    });
  }

  // The plan in hand gave up on its stops and is going out at the market.
  [[nodiscard]] bool is_brought_down() const {
    return manager.alarms().protection_closes > protection_closes_before_;
  }

  model::InstrumentTable table_;
  OrderManager manager;
  RandomVenue venue;
  Timestamp now{1'700'000'000 * kNsPerSecond};
  std::size_t ended = 0;
  std::size_t entries_before_stops = 0;
  std::size_t ids_used_twice = 0;
  std::size_t entries = 0;

 private:
  template <typename Call>
  void call(Call act) {
    sink_.clear();
    act();
    for (const model::Command& command : sink_.commands()) {
      if (const auto* timer = std::get_if<model::SetTimer>(&command)) {
        (timer->kind == model::TimerKind::exec ? timer_at_ : position_timer_at_) = timer->at;
        continue;
      }
      if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
        note_submit(submit->order);
      }
      venue.inbox.push_back(command);
    }
    while (manager.take_ended()) {
      ++ended;
    }
  }

  void note_submit(const model::OrderRequest& order) {
    ids_used_twice += ids_.insert(order.client_order_id).second ? 0U : 1U;
    roles_[order.client_order_id] = order.role;
    if (order.role == OrderRole::entry) {
      ++entries;
      const bool is_covered = stops_seen_.contains(OrderRole::working_stop) &&
                              stops_seen_.contains(OrderRole::disaster_stop);
      entries_before_stops += is_covered ? 0U : 1U;
    }
  }

  void deliver(const model::EventPayload& event) {
    now = now + milliseconds(5);
    std::visit([this](const auto& payload) { hand_over(payload); }, event);
  }
  void hand_over(const model::OrderAccepted& event) {
    stops_seen_.insert(roles_[event.client_order_id]);
    call([&] { manager.on_accepted(event, now, sink_); });
  }
  void hand_over(const model::OrderFilled& event) {
    call([&] { manager.on_filled(event, now, sink_); });
  }
  void hand_over(const model::OrderRejected& event) {
    call([&] { manager.on_rejected(event, now, sink_); });
  }
  void hand_over(const model::OrderCanceled& event) {
    call([&] { manager.on_canceled(event, now, sink_); });
  }
  void hand_over(const model::OrderExpired& event) {
    call([&] { manager.on_expired(event, now, sink_); });
  }
  void hand_over(const model::OrderStatusUnknown& event) {
    call([&] { manager.on_unknown(event, now, sink_); });
  }
  void hand_over(const model::OrderStatusReport& event) {
    call([&] { manager.on_report(event, now, sink_); });
  }
  void hand_over(const model::CancelRejected& event) {
    call([&] { manager.on_cancel_rejected(event, now, sink_); });
  }
  template <typename Other>
  void hand_over(const Other&) {}

  model::CommandSink sink_;
  Timestamp timer_at_ = Timestamp::never();
  Timestamp position_timer_at_ = Timestamp::never();
  std::uint64_t protection_closes_before_ = 0;
  std::set<ClientOrderId> ids_;
  std::map<ClientOrderId, OrderRole> roles_;
  std::set<OrderRole> stops_seen_;
};

// What must hold when no message is on its way.
void check_protection(Theatre& theatre) {
  const RandomVenue& venue = theatre.venue;
  if (venue.position > 0 && !venue.has_live(OrderRole::close)) {
    const bool is_covered = venue.resting(OrderRole::working_stop) >= venue.position &&
                            venue.has_live(OrderRole::disaster_stop);
    RC_ASSERT(is_covered || theatre.is_brought_down());
  }
  RC_ASSERT(venue.resting(OrderRole::target) <= venue.position || theatre.is_in_doubt());
  RC_ASSERT(theatre.manager.held(kPerp) == qty(venue.position));
}

// Time and an honest market bring every plan to its end.
void finish(Theatre& theatre) {
  theatre.venue.faults = Faults{};
  theatre.venue.is_past_stop = false;
  for (int i = 0; i < 400 && theatre.manager.has_plan(kPerp); ++i) {
    theatre.settle_messages();
    theatre.close();
    theatre.settle_messages();
    theatre.venue.move_market(true);
    theatre.settle_messages();
    theatre.pass_time(seconds(10));
  }
  theatre.settle_messages();
  RC_ASSERT(!theatre.manager.has_plan(kPerp));
  RC_ASSERT(theatre.venue.position == 0);
  RC_ASSERT(theatre.venue.live_count() == 0);
  RC_ASSERT(theatre.manager.pending_risk().is_zero());
}

void play_plans(std::uint64_t seed, const Faults& faults, bool may_pass_stop) {
  Theatre theatre{seed};
  for (std::uint32_t number = 1; number <= 5; ++number) {
    theatre.venue.faults = faults;
    theatre.start(number);
    const std::int64_t steps = 10 + theatre.venue.die.below(150);
    for (std::int64_t i = 0; i < steps; ++i) {
      theatre.venue.is_past_stop = may_pass_stop && theatre.venue.die.percent(20);
      theatre.play_one(false);
      if (i % 16 == 15) {
        theatre.settle_messages();
        check_protection(theatre);
      }
    }
    finish(theatre);
    RC_ASSERT(theatre.entries_before_stops == 0U);
    RC_ASSERT(theatre.ids_used_twice == 0U);
    RC_ASSERT(theatre.ended >= number);
  }
}

TEST_CASE("an honest venue: stops always cover, targets never exceed, nothing is left") {
  CHECK(rc::check("plans on an honest venue",
                  [](std::uint64_t seed) { play_plans(seed, Faults{}, false); }));
}

TEST_CASE("a venue that rejects and reorders") {
  CHECK(rc::check("plans with rejects and reordered messages", [](std::uint64_t seed) {
    play_plans(seed, Faults{.reject = 10, .lose_request = 0, .lose_answer = 0, .reorder = 30},
               true);
  }));
}

TEST_CASE("a venue that loses orders and answers") {
  CHECK(rc::check("plans with unknown orders", [](std::uint64_t seed) {
    play_plans(seed, Faults{.reject = 5, .lose_request = 8, .lose_answer = 8, .reorder = 15},
               true);
  }));
}

TEST_CASE("the same seed gives the same commands") {
  CHECK(rc::check("determinism", [](std::uint64_t seed) {
    Theatre first{seed};
    Theatre second{seed};
    for (Theatre* theatre : {&first, &second}) {
      theatre->venue.faults =
          Faults{.reject = 5, .lose_request = 5, .lose_answer = 5, .reorder = 9};
      theatre->start(1);
      for (int i = 0; i < 100; ++i) {
        theatre->play_one(false);
      }
    }
    RC_ASSERT(first.entries == second.entries);
    RC_ASSERT(first.venue.orders.size() == second.venue.orders.size());
    RC_ASSERT(first.venue.position == second.venue.position);
  }));
}

}  // namespace
}  // namespace lanner::exec
