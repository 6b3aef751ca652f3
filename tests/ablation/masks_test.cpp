// Every component matters: without it, the recorded market of May 2025 is traded otherwise.

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <future>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "model/component.hpp"
#include "support/played_session.hpp"
#include "support/recorded_market.hpp"

using namespace lanner;

namespace {

// A trade is told again by where and when its condition fired, on which side, and by which
// template.
using TradeKey = std::tuple<std::uint32_t, std::int64_t, int, int>;
struct Entry {
  Quantity quantity;
  Timestamp closed_at;  // never() while open
  model::ExitReason reason = model::ExitReason::none;
};
using Entries = std::map<TradeKey, Entry>;

Entries entries_of(const test::Played& played) {
  std::map<std::uint32_t, const model::TradeClosed*> closed;
  for (const model::TradeClosed& trade : played.trades) {
    closed[trade.candidate_id.value()] = &trade;
  }
  Entries entries;
  for (const model::DecisionTrace& trace : played.decisions) {
    if (!trace.is_traded) {
      continue;
    }
    const model::Candidate& candidate = trace.candidate;
    Entry entry{trace.quantity, Timestamp::never(), model::ExitReason::none};
    if (const auto found = closed.find(candidate.id.value()); found != closed.end()) {
      entry.closed_at = found->second->closed_at;
      entry.reason = found->second->exit_reason;
    }
    entries[{candidate.instrument_id.value(), candidate.triggered_at.ns(),
             static_cast<int>(candidate.side), static_cast<int>(candidate.template_id)}] = entry;
  }
  return entries;
}

struct Changes {
  std::size_t entries = 0;
  std::size_t exits = 0;
  std::size_t sizes = 0;
};

bool is_resized(Quantity a, Quantity b) {
  const std::int64_t difference = std::llabs(a.raw() - b.raw());
  return difference * 20 > a.raw();  // more than 5 %
}

// Entries of either side that the other lacks; exits and sizes of those that both have.
Changes changes_between(const Entries& baseline, const Entries& masked) {
  Changes changes;
  for (const auto& [key, entry] : baseline) {
    const auto other = masked.find(key);
    if (other == masked.end()) {
      ++changes.entries;
      continue;
    }
    changes.exits += entry.closed_at != other->second.closed_at ||
                             entry.reason != other->second.reason
                         ? 1U
                         : 0U;
    changes.sizes += is_resized(entry.quantity, other->second.quantity) ? 1U : 0U;
  }
  for (const auto& [key, entry] : masked) {
    changes.entries += baseline.count(key) == 0 ? 1U : 0U;
  }
  return changes;
}

bool is_enough(std::size_t changed, std::size_t of) {
  return changed >= 5 && changed * 200 >= of;  // half a percent
}

}  // namespace

TEST_CASE("each component changes what is traded, and masking nothing changes nothing") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const auto play_masked = [&plan](model::ComponentMask mask) {
    runtime::SessionSpec spec = plan.spec;
    spec.engine.mask = mask;
    return test::play(spec, test::must(runtime::open_tape(plan)));
  };
  const test::Played baseline = play_masked({});
  const Entries entries = entries_of(baseline);
  REQUIRE(entries.size() >= 50);

  constexpr auto kCount = static_cast<std::size_t>(model::Component::count_);
  std::array<test::Played, kCount + 1> masked;
  const auto play_every_second = [&](std::size_t first) {
    for (std::size_t i = first; i <= kCount; i += 2) {
      model::ComponentMask mask;
      if (i < kCount) {
        mask.mask(static_cast<model::Component>(i));
      }
      masked[i] = play_masked(mask);
    }
  };
  auto other_half = std::async(std::launch::async, play_every_second, 1U);
  play_every_second(0);
  other_half.get();

  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string id{model::component_infos()[i].id};
    const Changes changes = changes_between(entries, entries_of(masked[i]));
    MESSAGE(id << ": of " << entries.size() << " entries " << changes.entries
               << " entries, " << changes.exits << " exits, " << changes.sizes
               << " sizes changed");
    const bool matters = is_enough(changes.entries, entries.size()) ||
                         is_enough(changes.exits, baseline.trades.size()) ||
                         is_enough(changes.sizes, entries.size());
    CHECK_MESSAGE(matters, id << " hardly changes anything");
    CHECK_MESSAGE(masked[i].figures.digest != baseline.figures.digest, id);
  }
  // The planted one: a mask without a component in it.
  CHECK(masked[kCount].figures.digest == baseline.figures.digest);
}
