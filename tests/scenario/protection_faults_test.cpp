// Money and protection over the whole recorded May of 2025: nothing is lost, nothing is ever held
// without its stops, and each fault that is planted shows.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "support/planted_session.hpp"
#include "support/played_session.hpp"
#include "support/recorded_market.hpp"

using namespace lanner;
using model::OrderRole;

namespace {

bool is_stop(const model::OrderRequest& order) {
  return order.role == OrderRole::working_stop || order.role == OrderRole::disaster_stop;
}
const model::OrderRequest* submitted(const model::Command& command) {
  const auto* submit = std::get_if<model::SubmitOrder>(&command);
  return submit == nullptr ? nullptr : &submit->order;
}

// A wire that loses every third stop; half a minute later it is known that nothing is known.
class LossyWire : public test::PlantedSession {
 public:
  using PlantedSession::PlantedSession;

 protected:
  void on_command(const model::Command& command) override {
    const auto* order = submitted(command);
    if (order != nullptr && is_stop(*order) && ++stops_ % 3 == 0) {
      tell_engine(model::OrderStatusUnknown{order->client_order_id, order->instrument_id},
                  seconds(30));
      return;
    }
    send(command);
  }

 private:
  std::uint64_t stops_ = 0;
};

// The entry leaves with its stops, not after their acceptance.
class EntryNotWaiting : public LossyWire {
 public:
  using LossyWire::LossyWire;

 protected:
  void on_command(const model::Command& command) override {
    LossyWire::on_command(command);
    if (const auto* order = submitted(command); order != nullptr && is_stop(*order)) {
      tell_engine(model::OrderAccepted{order->client_order_id, order->instrument_id,
                                       VenueOrderId{order->client_order_id.value()}});
    }
  }
};

// The stops are sent one event after the fill that they are for.
class StopOneEventLater : public test::PlantedSession {
 public:
  using PlantedSession::PlantedSession;

 protected:
  void on_command(const model::Command& command) override {
    const auto* order = submitted(command);
    if (order != nullptr && order->role == OrderRole::entry) {
      entries_.insert(order->client_order_id);
    }
    if (order != nullptr && is_stop(*order)) {
      held_.push_back(*order);
      tell_engine(model::OrderAccepted{order->client_order_id, order->instrument_id,
                                       VenueOrderId{order->client_order_id.value()}});
      return;
    }
    if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
      const auto kept = std::find_if(held_.begin(), held_.end(), [cancel](const auto& stop) {
        return stop.client_order_id == cancel->client_order_id;
      });
      if (kept != held_.end()) {
        held_.erase(kept);
        tell_engine(model::OrderCanceled{cancel->client_order_id, cancel->instrument_id, {}, {}});
        return;
      }
    }
    send(command);
  }
  void after_event(const model::Event& event) override {
    for (auto stop = held_.begin(); stop != held_.end();) {
      if (due_.count(stop->instrument_id) == 0) {
        ++stop;
        continue;
      }
      send(model::SubmitOrder{*stop});
      stop = held_.erase(stop);
    }
    due_.clear();
    const auto* fill = std::get_if<model::OrderFilled>(&event.payload);
    if (fill != nullptr && entries_.count(fill->client_order_id) != 0) {
      due_.insert(fill->instrument_id);
    }
  }

 private:
  std::vector<model::OrderRequest> held_;
  std::set<ClientOrderId> entries_;
  std::set<InstrumentId> due_;
};

// The working stop shrinks to the first of an entry's partial fills.
class StopCutToFirstFill : public test::PlantedSession {
 public:
  using PlantedSession::PlantedSession;

 protected:
  void on_command(const model::Command& command) override {
    if (const auto* order = submitted(command)) {
      if (order->role == OrderRole::entry) {
        entries_.insert(order->client_order_id);
      } else if (order->role == OrderRole::working_stop) {
        stops_[order->instrument_id] = *order;
      }
    }
    send(command);
  }
  bool on_report(const model::Event& report) override {
    const auto* canceled = std::get_if<model::OrderCanceled>(&report.payload);
    const auto* accepted = std::get_if<model::OrderAccepted>(&report.payload);
    return !(canceled != nullptr && cut_.count(canceled->client_order_id) != 0) &&
           !(accepted != nullptr && (accepted->client_order_id.value() & kOurs) != 0);
  }
  void after_event(const model::Event& event) override {
    const auto* fill = std::get_if<model::OrderFilled>(&event.payload);
    if (fill == nullptr || entries_.erase(fill->client_order_id) == 0 ||
        !fill->leaves_qty.is_positive()) {
      return;
    }
    model::OrderRequest stop = stops_.at(fill->instrument_id);
    cut_.insert(stop.client_order_id);
    send(model::CancelOrder{stop.client_order_id, stop.instrument_id});
    stop.client_order_id = ClientOrderId{stop.client_order_id.value() | kOurs};
    stop.quantity = fill->last_qty;
    send(model::SubmitOrder{stop});
  }

 private:
  static constexpr std::uint64_t kOurs = std::uint64_t{1} << 62;
  std::set<ClientOrderId> entries_;  // without a fill so far
  std::map<InstrumentId, model::OrderRequest> stops_;
  std::set<ClientOrderId> cut_;
};

// The working stop stays at the entry's full size when only a part of it was filled.
class StopLeftAtFullSize : public test::PlantedSession {
 public:
  using PlantedSession::PlantedSession;

 protected:
  void on_command(const model::Command& command) override {
    if (const auto* order = submitted(command)) {
      if (order->role == OrderRole::entry) {
        entered_.insert(order->candidate_id);
      }
      if (order->role == OrderRole::working_stop) {
        if (entered_.count(order->candidate_id) != 0) {
          never_sent_.insert(order->client_order_id);
          tell_engine(model::OrderAccepted{order->client_order_id, order->instrument_id,
                                           VenueOrderId{order->client_order_id.value()}});
          return;
        }
        full_.insert(order->client_order_id);
      }
    }
    if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
      if (full_.count(cancel->client_order_id) != 0 ||
          never_sent_.count(cancel->client_order_id) != 0) {
        tell_engine(model::OrderCanceled{cancel->client_order_id, cancel->instrument_id, {}, {}});
        return;
      }
    }
    send(command);
  }

 private:
  std::set<CandidateId> entered_;
  std::set<ClientOrderId> full_;
  std::set<ClientOrderId> never_sent_;
};

// What is left of a trade is not swept.
class OrphanNotSwept : public test::PlantedSession {
 public:
  using PlantedSession::PlantedSession;

 protected:
  void on_command(const model::Command& command) override {
    if (const auto* order = submitted(command);
        order != nullptr && order->role == OrderRole::working_stop) {
      stops_.insert(order->client_order_id);
    }
    if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
      if (stops_.count(cancel->client_order_id) != 0) {
        tell_engine(model::OrderCanceled{cancel->client_order_id, cancel->instrument_id, {}, {}});
        return;
      }
    }
    send(command);
  }

 private:
  std::set<ClientOrderId> stops_;
};

// Large enough that entries fill in parts.
runtime::SessionPlan plan_large() {
  runtime::RunOptions options = test::recorded_may();
  options.balance = Money::from_int(3'000'000);
  return test::plan_recorded(options);
}

template <typename Fault>
sim::ProtectionReport judged_with(const runtime::SessionPlan& plan,
                                  const runtime::SessionSpec& spec) {
  Fault session(spec, test::must(runtime::open_tape(plan)));
  session.run();
  const sim::ProtectionReport report = session.judged();
  MESSAGE("breaches " << report.protection_breaches << ", first "
                      << std::string(sim::name_of(report.first_kind)) << ", unprotected ns "
                      << report.unprotected_ns_max);
  return report;
}

}  // namespace

TEST_CASE("every template trades, money is conserved, and nothing is held without its stops") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const auto played = test::play(plan.spec, test::must(runtime::open_tape(plan)));
  std::array<int, model::kTemplateCount> by_template{};
  for (const model::TradeClosed& trade : played.trades) {
    ++by_template[static_cast<std::size_t>(trade.template_id)];
  }
  CHECK(by_template[static_cast<std::size_t>(model::TemplateId::p01)] >= 1);
  CHECK(by_template[static_cast<std::size_t>(model::TemplateId::p02)] >= 1);
  CHECK(by_template[static_cast<std::size_t>(model::TemplateId::p03)] >= 1);
  CHECK(to_string(played.figures.conservation_error) == "0");
  CHECK(played.figures.unprotected_ns_max == 0);
  CHECK(played.figures.protection_breaches == 0);
}

TEST_CASE("one unit of fee or funding that nobody reported breaks conservation") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  runtime::SessionSpec spec = plan.spec;
  spec.exchange.planted.fee_one_unit = true;
  const auto fee = test::play(spec, test::must(runtime::open_tape(plan)));
  CHECK(fee.figures.conservation_error.is_positive());
  spec.exchange.planted = {};
  spec.exchange.planted.funding_one_unit = true;
  const auto funding = test::play(spec, test::must(runtime::open_tape(plan)));
  CHECK(funding.figures.conservation_error.is_positive());
}

TEST_CASE("each planted fault of protection is seen by the exchange's own judge") {
  SKIP_WITHOUT_DATA();
  const auto plan = plan_large();
  {
    // Without a fault the planted session is the real one.
    const auto honest = test::play(plan.spec, test::must(runtime::open_tape(plan)));
    test::PlantedSession session(plan.spec, test::must(runtime::open_tape(plan)));
    session.run();
    CHECK(session.digest() == honest.figures.digest);
    CHECK(session.judged().protection_breaches == 0);
    CHECK(session.judged().unprotected_ns_max == 0);
  }
  const auto later = judged_with<StopOneEventLater>(plan, plan.spec);
  CHECK(later.unprotected_ns_max > 0);
  CHECK(later.protection_breaches > 0);
  CHECK(judged_with<StopCutToFirstFill>(plan, plan.spec).protection_breaches > 0);
  CHECK(judged_with<StopLeftAtFullSize>(plan, plan.spec).protection_breaches > 0);
  CHECK(judged_with<OrphanNotSwept>(plan, plan.spec).protection_breaches > 0);
}

TEST_CASE("where requests get lost, an entry that waits is covered and one that does not is not") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const auto waiting = judged_with<LossyWire>(plan, plan.spec);
  CHECK(waiting.protection_breaches == 0);
  CHECK(waiting.unprotected_ns_max == 0);
  const auto hasty = judged_with<EntryNotWaiting>(plan, plan.spec);
  CHECK(hasty.protection_breaches > 0);
  CHECK(hasty.unprotected_ns_max > 0);
}

TEST_CASE("on a bad day nothing is held without its stops either") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  runtime::SessionSpec spec = plan.spec;
  spec.exchange.bad_day = true;
  const auto report = judged_with<test::PlantedSession>(plan, spec);
  CHECK(report.protection_breaches == 0);
  CHECK(report.unprotected_ns_max == 0);
}
