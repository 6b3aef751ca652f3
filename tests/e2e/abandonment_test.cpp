// Abandonment: the engine dies for ever at some event, a part of that event's commands is lost, and
// the exchange plays on. Whatever is held, or may still come to be held, loses no more than its
// stop and the gap behind it. Each cut is a child process, so that one session is cut many times.

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <new>
#include <random>
#include <set>
#include <vector>

#include "runtime/simulated_session.hpp"
#include "support/abandoned_loss.hpp"
#include "support/planted_session.hpp"
#include "support/recorded_market.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;
using model::OrderRole;

namespace {

constexpr std::size_t kCuts = 100;  // of each of two tapes
constexpr std::size_t kLossesMax = 64;
constexpr Duration kPlayOn = hours(72);
// Sums of products of doubles against sums of exact decimals.
constexpr double kTolerance = 1e-6;

// Where a session stands at an event, as far as abandonment is concerned.
struct Standing {
  bool has_position = false;
  bool has_entry = false;       // resting or in flight
  bool has_armed_stop = false;  // a stop was accepted, its entry has not left
};

// What a child tells of its cut; plain memory shared with the parent.
struct CutResult {
  bool is_done = false;
  Standing standing;
  std::size_t count = 0;
  std::array<test::AbandonedLoss, kLossesMax> losses;
};

class SharedResults {
 public:
  explicit SharedResults(std::size_t count) : count_(count) {
    void* memory = ::mmap(nullptr, count * sizeof(CutResult), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    results_ = static_cast<CutResult*>(memory);
    std::uninitialized_value_construct_n(results_, count);
  }
  SharedResults(const SharedResults&) = delete;
  SharedResults& operator=(const SharedResults&) = delete;
  ~SharedResults() { ::munmap(results_, count_ * sizeof(CutResult)); }
  [[nodiscard]] CutResult& operator[](std::size_t i) const { return results_[i]; }
  [[nodiscard]] std::span<const CutResult> all() const { return {results_, count_}; }

 private:
  std::size_t count_;
  CutResult* results_ = nullptr;
};

// Runs each piece of work in a child; two at a time.
class Children {
 public:
  template <typename Work>
  void start(Work work) {
    while (running_ >= 2) {
      wait_for_one();
    }
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int code = 0;
      try {
        work();
      } catch (const std::exception& error) {
        std::fprintf(stderr, "cut: %s\n", error.what());
        code = 1;
      }
      ::_exit(code);
    }
    ++running_;
  }
  void wait_for_all() {
    while (running_ > 0) {
      wait_for_one();
    }
  }

 private:
  void wait_for_one() {
    int status = 0;
    REQUIRE(::wait(&status) > 0);
    CHECK(status == 0);
    --running_;
  }
  std::size_t running_ = 0;
};

bool is_stop(OrderRole role) {
  return role == OrderRole::working_stop || role == OrderRole::disaster_stop;
}

// `lost_from`: of the event's commands those before it were handed over.
Standing standing_of(const runtime::SimulatedSession& session, std::size_t lost_from) {
  Standing standing;
  std::set<ClientOrderId> lost;
  for (const model::Command& command : session.sink().commands().subspan(lost_from)) {
    if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
      lost.insert(submit->order.client_order_id);
    }
  }
  for (const model::Instrument& instrument : session.engine().config().instruments) {
    standing.has_position |= !session.exchange().position(instrument.id).is_zero();
    if (!session.engine().orders().has_plan(instrument.id)) {
      continue;
    }
    bool has_stop = false;
    bool has_left = false;
    for (const exec::Leg& leg : session.engine().orders().orders(instrument.id)) {
      if (leg.role == OrderRole::entry && lost.count(leg.id) == 0) {
        has_left = true;
        standing.has_entry |= exec::is_open(leg);
      }
      has_stop |= is_stop(leg.role) && leg.status == model::OrderStatus::accepted;
    }
    standing.has_armed_stop |= has_stop && !has_left;
  }
  return standing;
}

struct Cut {
  std::uint64_t event = 0;
  double kept_share = 0.0;  // of the event's commands
};

std::size_t kept_of(const Cut& cut, const runtime::SimulatedSession& session) {
  const auto count = static_cast<double>(session.sink().commands().size());
  return static_cast<std::size_t>(cut.kept_share * (count + 1.0));
}

// Where to cut: a first, whole session says at which events something is held, an entry is on its
// way, or a stop waits for its entry; of each kind some are drawn, and some of all events.
class CutChoice {
 public:
  explicit CutChoice(std::uint64_t seed) : random_(seed) {}

  std::vector<Cut> choose(const runtime::SessionPlan& plan) {
    std::array<std::vector<std::uint64_t>, 4> events;
    auto tape = test::must(runtime::open_tape(plan));
    runtime::SimulatedSession session(plan.spec, std::move(tape),
                                      store::JournalWriter::in_memory());
    while (session.next_time() + kPlayOn < plan.spec.to) {
      const std::uint64_t event = session.apply_next().sequence;
      const Standing standing = standing_of(session, session.sink().commands().size());
      const Standing all_lost = standing_of(session, 0);
      events[0].push_back(event);
      if (standing.has_position) {
        events[1].push_back(event);
      }
      if (standing.has_entry) {
        events[2].push_back(event);
      }
      if (standing.has_armed_stop || all_lost.has_armed_stop) {
        events[3].push_back(event);
      }
    }
    std::vector<Cut> cuts;
    constexpr std::array<std::size_t, 4> kWanted{14, 36, 30, 20};
    static_assert(kWanted[0] + kWanted[1] + kWanted[2] + kWanted[3] == kCuts);
    std::set<std::uint64_t> taken;
    for (std::size_t kind = 0; kind < events.size(); ++kind) {
      REQUIRE(events[kind].size() > 2 * kCuts);
      for (std::size_t i = 0; i < kWanted[kind];) {
        const std::uint64_t event = events[kind][random_() % events[kind].size()];
        if (taken.insert(event).second) {
          cuts.push_back({event, static_cast<double>(random_() >> 11U) * 0x1p-53});
          ++i;
        }
      }
    }
    std::sort(cuts.begin(), cuts.end(),
              [](const Cut& a, const Cut& b) { return a.event < b.event; });
    return cuts;
  }

 private:
  std::mt19937_64 random_;
};

void note_planned(const model::CommandSink& sink, test::PlannedDistances& planned) {
  for (const model::DecisionTrace& trace : sink.traces()) {
    planned[trace.candidate.id.value()] =
        (trace.candidate.decision_px - trace.candidate.stop_px).abs();
  }
}

void judge(const test::LossJudge& losses, const sim::Exchange& exchange,
           const model::InstrumentTable& instruments, Timestamp cut, CutResult& result) {
  for (const model::Instrument& instrument : instruments) {
    for (const test::AbandonedLoss& loss :
         losses.losses(exchange.order_log().records(), instrument.id, cut)) {
      if (result.count < kLossesMax) {
        result.losses[result.count++] = loss;
      }
    }
  }
  result.is_done = true;
}

void cut_session(const runtime::SessionPlan& plan, std::uint64_t seed,
                 const SharedResults& results) {
  const std::vector<Cut> cuts = CutChoice(seed).choose(plan);
  runtime::SimulatedSession session(plan.spec, test::must(runtime::open_tape(plan)),
                                    store::JournalWriter::in_memory());
  test::PlannedDistances planned;
  Children children;
  for (std::size_t i = 0; i < cuts.size();) {
    if (session.next_time() == Timestamp::never()) {
      break;  // the cuts that are missing are counted
    }
    const std::uint64_t event = session.apply_next().sequence;
    note_planned(session.sink(), planned);
    if (event < cuts[i].event) {
      continue;
    }
    children.start([&] {
      const std::size_t kept = kept_of(cuts[i], session);
      results[i].standing = standing_of(session, kept);
      const Timestamp at = session.engine().now();
      session.abandon(kept);
      session.play_venue(at + kPlayOn);
      judge(test::LossJudge(plan, planned, at + kPlayOn), session.exchange(),
            plan.spec.engine.instruments, at, results[i]);
    });
    ++i;
  }
  children.wait_for_all();
}

struct Totals {
  std::size_t cuts = 0;
  std::size_t positions = 0;
  std::size_t entries = 0;
  std::size_t armed = 0;
  std::size_t losses = 0;
  std::size_t expired = 0;
  std::size_t open = 0;
  std::size_t gapped = 0;  // the gap and slippage alone cost more than half an R
  std::size_t breaches = 0;
  double excess_max = -1e9;
  std::array<std::size_t, 7> in_r{};
};

Totals totals_of(std::span<const CutResult> results) {
  constexpr std::array<double, 6> kBounds{0.0, 0.5, 1.0, 1.1, 2.0, 4.0};
  Totals totals;
  for (const CutResult& result : results) {
    totals.cuts += result.is_done ? 1 : 0;
    totals.positions += result.standing.has_position ? 1 : 0;
    totals.entries += result.standing.has_entry ? 1 : 0;
    totals.armed += result.standing.has_armed_stop ? 1 : 0;
    for (const test::AbandonedLoss& loss : std::span(result.losses).first(result.count)) {
      ++totals.losses;
      totals.expired += loss.has_expired_stop ? 1 : 0;
      totals.open += loss.is_open ? 1 : 0;
      totals.gapped += loss.gap > 0.5 * loss.risk ? 1 : 0;
      totals.breaches += loss.excess() > kTolerance || loss.is_stopped_late ? 1 : 0;
      totals.excess_max = std::max(totals.excess_max, loss.excess());
      const double in_r = loss.loss / loss.risk;
      const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), in_r);
      ++totals.in_r[static_cast<std::size_t>(bucket - kBounds.begin())];
    }
  }
  return totals;
}

void print(const char* tape, const Totals& totals) {
  std::printf("abandoned, %s: %zu cuts (%zu with a position, %zu with an entry under way, %zu "
              "between stop and entry)\n",
              tape, totals.cuts, totals.positions, totals.entries, totals.armed);
  std::printf("  %zu positions: %zu open after 72 h, %zu with an expired stop, %zu gapped, worst "
              "beyond the bound %.9f\n",
              totals.losses, totals.open, totals.expired, totals.gapped, totals.excess_max);
  std::printf("  loss in R, without costs: gain %zu | ..0.5 %zu | ..1 %zu | ..1.1 %zu | ..2 %zu | "
              "..4 %zu | more %zu\n",
              totals.in_r[0], totals.in_r[1], totals.in_r[2], totals.in_r[3], totals.in_r[4],
              totals.in_r[5], totals.in_r[6]);
}

void check(const char* tape, const SharedResults& results) {
  const Totals totals = totals_of(results.all());
  print(tape, totals);
  CHECK(totals.cuts == kCuts);
  CHECK(totals.positions >= 30);
  CHECK(totals.entries >= 20);
  CHECK(totals.armed >= 10);
  CHECK(totals.losses > 0);
  CHECK(totals.breaches == 0);
}

// Twenty coins for two weeks, with gaps of 1 to 5 R between bars.
sim::SyntheticConfig gap_market() {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = 20;
  config.length = hours(24 * 14);
  config.interval_s = 60;
  config.gap_every = hours(12);
  return config;
}

// The engine of old habits: its stops leave when it hears of the fill, and are lost when it dies
// just then.
class StopAfterFill : public test::PlantedSession {
 public:
  StopAfterFill(const runtime::SessionPlan& plan, const SharedResults& results)
      : PlantedSession(plan.spec, test::must(runtime::open_tape(plan))),
        plan_(plan),
        results_(results) {}

  void play() {
    while (step() && cuts_ < kCuts && now() + kPlayOn < plan_.spec.to) {
    }
    children_.wait_for_all();
  }

 protected:
  void on_command(const model::Command& command) override {
    const auto* submit = std::get_if<model::SubmitOrder>(&command);
    if (submit != nullptr && is_stop(submit->order.role)) {
      held_.push_back(submit->order);
      tell_engine(model::OrderAccepted{submit->order.client_order_id, submit->order.instrument_id,
                                       VenueOrderId{submit->order.client_order_id.value()}});
      return;
    }
    if (submit != nullptr && submit->order.role == OrderRole::entry) {
      entries_.insert(submit->order.client_order_id);
    }
    send(command);
  }
  void after_event(const model::Event& event) override {
    note_planned(sink_, planned_);
    const auto* fill = std::get_if<model::OrderFilled>(&event.payload);
    if (fill == nullptr || entries_.count(fill->client_order_id) == 0) {
      return;
    }
    if (cuts_ < kCuts) {
      children_.start([this] { die(); });
      ++cuts_;
    }
    for (auto stop = held_.begin(); stop != held_.end();) {
      if (stop->instrument_id == fill->instrument_id) {
        send(model::SubmitOrder{*stop});
        stop = held_.erase(stop);
      } else {
        ++stop;
      }
    }
  }

 private:
  void die() {
    const Timestamp at = now();
    results_[cuts_].standing.has_position = true;
    while (std::min(tape_.next_time(), exchange_.next_time()) <= at + kPlayOn) {
      step_venue();
    }
    judge(test::LossJudge(plan_, planned_, at + kPlayOn), exchange_,
          plan_.spec.engine.instruments, at, results_[cuts_]);
  }

  const runtime::SessionPlan& plan_;
  const SharedResults& results_;
  test::PlannedDistances planned_;
  std::vector<model::OrderRequest> held_;
  std::set<ClientOrderId> entries_;
  Children children_;
  std::size_t cuts_ = 0;
};

}  // namespace

TEST_CASE("abandoned at any event on a market with gaps, a position loses its stop and the gap") {
  const test::SyntheticSession market(gap_market());
  const SharedResults results(kCuts);
  cut_session(market.plan(), 1, results);
  check("synthetic tape with gaps", results);
  CHECK(totals_of(results.all()).gapped > 0);
}

TEST_CASE("abandoned at any event of May 2025, a position loses its stop and the gap") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const SharedResults results(kCuts);
  cut_session(plan, 2, results);
  check("May 2025", results);
}

TEST_CASE("planted: an engine that sends its stop after the fill loses more") {
  const test::SyntheticSession market(gap_market());
  const SharedResults results(kCuts);
  StopAfterFill(market.plan(), results).play();
  const Totals totals = totals_of(results.all());
  print("stop after the fill", totals);
  CHECK(totals.breaches > 0);
}
