// What a session learns of one coin changes what it does with it, seen from the journal alone.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "model/codec.hpp"
#include "runtime/simulated_session.hpp"
#include "store/journal_reader.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;
using model::CoinStatus;
using model::StatusReason;

namespace {

constexpr std::int64_t kTurnDay = 22;
const std::string kCoin = "SOLUSDT-PERP.SYNTHETIC";

struct Change {
  Timestamp at;
  model::CoinStatusChanged fact;
};
struct Decision {
  Timestamp at;
  Money equity;
  model::DecisionTrace trace;
};
struct Sent {
  Timestamp at;
  model::OrderRequest order;
};

// A session as its journal tells it: decisions and orders as they were recorded, changes of status
// by feeding the recorded events to a fresh engine.
struct Story {
  std::vector<Change> changes;
  std::vector<Decision> decisions;
  std::vector<Sent> entries;
};

template <typename Item, typename Take>
std::size_t decode_items(std::span<const std::byte> payload, std::uint32_t count, Take take) {
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Item item;
    std::size_t used = 0;
    REQUIRE(model::decode(payload.subspan(at), item, used).has_value());
    at += used;
    take(item);
  }
  return at;
}

void read_caused(std::span<const std::byte> payload, const core::Engine& engine, Story& story) {
  std::uint32_t counts[2] = {};
  REQUIRE(payload.size() >= sizeof counts);
  std::memcpy(counts, payload.data(), sizeof counts);
  auto rest = payload.subspan(sizeof counts);
  rest = rest.subspan(decode_items<model::Command>(rest, counts[0], [&](const auto& command) {
    const auto* submit = std::get_if<model::SubmitOrder>(&command);
    if (submit != nullptr && submit->order.role == model::OrderRole::entry) {
      story.entries.push_back({engine.now(), submit->order});
    }
  }));
  decode_items<model::DecisionTrace>(rest, counts[1], [&](const auto& trace) {
    story.decisions.push_back({engine.now(), engine.portfolio().equity(), trace});
  });
}

Story read_story(const std::filesystem::path& session) {
  auto reader = store::JournalReader::open(session);
  REQUIRE(reader.has_value());
  auto record = reader->next();
  REQUIRE(record.has_value());
  const auto spec = runtime::decode_spec(record->payload);
  REQUIRE(spec.has_value());
  core::Engine engine(spec->engine);
  model::CommandSink sink;
  Story story;
  while ((record = reader->next())) {
    if (record->kind == store::RecordKind::event) {
      model::Event event;
      model::TradeCondition condition;
      std::size_t used = 0;
      REQUIRE(model::decode(record->payload, event, condition, used).has_value());
      event.sequence = record->sequence;
      sink.clear();
      engine.apply(event, sink);
      for (const model::Notice& notice : sink.notices()) {
        if (const auto* fact = std::get_if<model::CoinStatusChanged>(&notice)) {
          story.changes.push_back({engine.now(), *fact});
        }
      }
    } else if (record->kind == store::RecordKind::caused) {
      read_caused(record->payload, engine, story);
    }
  }
  CHECK(reader->is_closed());
  return story;
}

// One coin's triggers are bad until kTurnDay and very good afterwards; the others have a small edge
// all the time, so that only this one has reason to be held back.
sim::SyntheticConfig market_with_phases() {
  sim::SyntheticConfig config;
  config.seed = 1;
  config.instruments = 10;
  config.length = hours(24 * 60);
  config.interval_s = 300;
  config.driftless = true;
  config.planted_r = 0.3;
  const auto day = [&config](std::int64_t number) { return config.from + hours(24 * number); };
  config.phases = {{kCoin, day(0), day(kTurnDay), -5.0}, {kCoin, day(kTurnDay), day(60), 5.0}};
  return config;
}

// First change of the coin itself after `from` that ends in `after`.
Change next_change(const Story& story, InstrumentId id, Timestamp from, CoinStatus after) {
  const auto found =
      std::find_if(story.changes.begin(), story.changes.end(), [&](const Change& change) {
        return change.at >= from && change.fact.instrument_id == id &&
               change.fact.side == model::PositionSide::flat && change.fact.after == after;
      });
  REQUIRE(found != story.changes.end());
  return *found;
}

template <typename Item>
std::vector<Item> between(const std::vector<Item>& items, Timestamp from, Timestamp to) {
  std::vector<Item> found;
  std::copy_if(items.begin(), items.end(), std::back_inserter(found),
               [&](const Item& item) { return item.at >= from && item.at < to; });
  return found;
}

// Risk as a fraction of equity.
double risk_of(const Decision& decision) {
  const model::Candidate& candidate = decision.trace.candidate;
  const Price distance = (candidate.decision_px - candidate.stop_px).abs();
  return ratio(notional_of(distance, decision.trace.quantity), decision.equity)->value();
}

// A traded decision of the coin whose size only its status can have changed.
bool is_plain_trade(const Decision& decision, InstrumentId coin, CoinStatus status) {
  const model::DecisionTrace& trace = decision.trace;
  return trace.candidate.instrument_id == coin && trace.is_traded &&
         trace.coin_status == status && trace.size.btc_lead_multiplier == Score{1.0} &&
         trace.size.correlation_multiplier == Score{1.0};
}

// Normal: whole size, whichever coin it is. Reduced: half of it.
void check_sizes(const Story& story, InstrumentId coin, Timestamp reduced_at,
                 Timestamp blocked_at) {
  std::size_t whole = 0;
  std::size_t halved = 0;
  for (const Decision& decision : between(story.decisions, Timestamp{}, blocked_at)) {
    const InstrumentId any = decision.trace.candidate.instrument_id;
    if (decision.at < reduced_at && is_plain_trade(decision, any, CoinStatus::normal)) {
      ++whole;
      CHECK(risk_of(decision) == doctest::Approx(0.001).epsilon(0.02));
    }
    if (decision.at >= reduced_at && is_plain_trade(decision, coin, CoinStatus::reduced)) {
      ++halved;
      CHECK(decision.trace.size.coin_multiplier == Score{0.5});
      CHECK(risk_of(decision) == doctest::Approx(0.0005).epsilon(0.02));
    }
  }
  CHECK(whole > 0);
  CHECK(halved > 0);
}

// The coin's triggers go on and are refused as shadows; no order leaves for it while others trade.
void check_block(const Story& story, InstrumentId coin, Timestamp known, Timestamp lifted_at) {
  std::size_t shadows = 0;
  for (const Decision& decision : between(story.decisions, known, lifted_at)) {
    if (decision.trace.candidate.instrument_id == coin) {
      ++shadows;
      CHECK(decision.trace.refused_by == model::Gate::shadow_only);
      CHECK(decision.trace.candidate.shadow_only == model::ShadowOnly::yes);
      CHECK(decision.trace.coin_status == CoinStatus::blocked);
    }
  }
  CHECK(shadows > 0);
  std::size_t others = 0;
  for (const Sent& sent : between(story.entries, known, lifted_at)) {
    CHECK(sent.order.instrument_id != coin);
    others += sent.at < known + hours(24) ? 1 : 0;
  }
  CHECK(others > 0);
}

Story play_and_read(const test::SyntheticSession& market) {
  const test::ScratchDir dir("coin-status");
  auto journal = store::JournalWriter::create(dir.path() / "session");
  REQUIRE(journal.has_value());
  {
    runtime::SimulatedSession session(market.plan().spec, market.tape(), std::move(*journal));
    while (session.next_time() != Timestamp::never()) {
      session.apply_next();
    }
    REQUIRE(session.close({}).has_value());
  }
  return read_story(dir.path() / "session");
}

}  // namespace

TEST_CASE("a coin is reduced, blocked, lifted by its own shadow evidence, and traded again") {
  const test::SyntheticSession market(market_with_phases());
  const Story story = play_and_read(market);
  const InstrumentId coin = market.id_of(kCoin);

  const Change reduced = next_change(story, coin, Timestamp{}, CoinStatus::reduced);
  CHECK(reduced.fact.before == CoinStatus::normal);
  const Change blocked = next_change(story, coin, reduced.at, CoinStatus::blocked);
  CHECK(blocked.fact.before == CoinStatus::reduced);
  CHECK(blocked.fact.reason == StatusReason::evidence_against);
  const Change lifted = next_change(story, coin, blocked.at, CoinStatus::normal);
  CHECK(lifted.fact.before == CoinStatus::blocked);
  CHECK(lifted.fact.reason == StatusReason::evidence_turned);

  check_sizes(story, coin, reduced.at, blocked.at);
  // The conditions of the next cycle know of the block.
  const Timestamp known = blocked.at + minutes(1);
  CHECK(lifted.at >= known + hours(24));
  check_block(story, coin, known, lifted.at);

  const auto later = between(story.entries, lifted.at, market.plan().spec.to);
  CHECK(std::any_of(later.begin(), later.end(), [coin](const Sent& sent) {
    return sent.order.instrument_id == coin;
  }));
}
