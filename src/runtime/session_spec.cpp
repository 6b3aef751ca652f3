#include "runtime/session_spec.hpp"

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "model/codec.hpp"

namespace lanner::runtime {
namespace {

constexpr std::uint16_t kSpecVersion = 8;

// One visitor for both directions: the order of fields is written once.
class SpecWriter {
 public:
  explicit SpecWriter(std::vector<std::byte>& out) : writer_(out) {}
  void text(std::string& value) {
    writer_.put_u32(static_cast<std::uint32_t>(value.size()));
    writer_.put_bytes(std::as_bytes(std::span(value)));
  }
  void number(std::int64_t& value) { writer_.put_i64(value); }
  template <typename T, typename F>
  void list(std::vector<T>& items, F each) {
    writer_.put_u32(static_cast<std::uint32_t>(items.size()));
    for (T& item : items) {
      each(item);
    }
  }
  void condition(model::TradeCondition& value) {
    std::byte bytes[model::kEventBytesMax];
    const std::size_t size = model::encode(value, bytes);
    writer_.put_u32(static_cast<std::uint32_t>(size));
    writer_.put_bytes(std::span(bytes).first(size));
  }
  [[nodiscard]] bool is_good() const { return writer_.ok(); }

 private:
  ByteWriter writer_;
};

class SpecReader {
 public:
  explicit SpecReader(std::span<const std::byte> in) : reader_(in) {}
  void text(std::string& value) {
    const auto bytes = take(count());
    value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void number(std::int64_t& value) {
    const auto read = reader_.i64();
    good_ = good_ && read.has_value();
    value = read.value_or(0);
  }
  template <typename T, typename F>
  void list(std::vector<T>& items, F each) {
    const std::uint32_t size = count();
    items.clear();
    for (std::uint32_t i = 0; good_ && i < size; ++i) {
      each(items.emplace_back());
    }
  }
  void condition(model::TradeCondition& value) {
    const auto bytes = take(count());
    std::size_t used = 0;
    good_ = good_ && model::decode(bytes, value, used).has_value();
  }
  [[nodiscard]] bool is_good() const { return good_; }

 private:
  std::uint32_t count() {
    const auto read = reader_.u32();
    good_ = good_ && read.has_value();
    return read.value_or(0);
  }
  std::span<const std::byte> take(std::size_t size) {
    const auto read = reader_.bytes(size);
    good_ = good_ && read.has_value();
    return read ? *read : std::span<const std::byte>{};
  }
  ByteReader reader_;
  bool good_ = true;
};

template <typename V, typename T>
void as_number(V& visitor, T& value) {
  auto number = static_cast<std::int64_t>(value);
  visitor.number(number);
  value = static_cast<T>(number);
}
template <typename V, typename Tag, int Digits>
void as_number(V& visitor, Fixed<Tag, Digits>& value) {
  std::int64_t raw = value.raw();
  visitor.number(raw);
  value = Fixed<Tag, Digits>::from_raw(raw);
}
template <typename V>
void as_number(V& visitor, Duration& value) {
  std::int64_t ns = value.ns();
  visitor.number(ns);
  value = Duration{ns};
}
template <typename V>
void as_number(V& visitor, Timestamp& value) {
  std::int64_t ns = value.ns();
  visitor.number(ns);
  value = Timestamp{ns};
}
template <typename V>
void as_number(V& visitor, Score& value) {
  auto bits = std::bit_cast<std::int64_t>(value.value());
  visitor.number(bits);
  value = Score{std::bit_cast<double>(bits)};
}
template <typename V, typename Tag, typename Rep>
void as_number(V& visitor, Id<Tag, Rep>& value) {
  auto number = static_cast<std::int64_t>(value.value());
  visitor.number(number);
  value = Id<Tag, Rep>{static_cast<Rep>(number)};
}

template <typename V, typename... T>
void numbers(V& visitor, T&... values) {
  (as_number(visitor, values), ...);
}

template <typename V>
void visit_instrument(V& visitor, model::Instrument& x) {
  visitor.text(x.name);
  visitor.text(x.symbol);
  visitor.text(x.venue);
  visitor.text(x.base);
  visitor.text(x.quote);
  numbers(visitor, x.id, x.venue_id, x.kind, x.tick, x.step, x.quantity_min, x.notional_min,
          x.maker_fee, x.taker_fee, x.grid_source, x.fee_source, x.margin_source);
  visitor.list(x.tiers, [&visitor](model::MarginTier& tier) {
    numbers(visitor, tier.notional_cap, tier.leverage_max, tier.maintenance);
  });
}

template <typename V>
void visit_past(V& visitor, learn::PastLabel& x) {
  // What is chosen from small sets travels in one number.
  std::uint64_t packed = x.instrument_id.value() | std::uint64_t{x.key.index()} << 32U |
                         std::uint64_t{static_cast<std::uint8_t>(x.tier)} << 56U;
  numbers(visitor, packed, x.block_id, x.labelled_at, x.weight, x.gross_r, x.net_r);
  x.instrument_id = InstrumentId{static_cast<std::uint32_t>(packed)};
  x.key = learn::PatternKey::of_index((packed >> 32U) & 0xff'ffffU);
  x.tier = static_cast<market::CostModel::Tier>(packed >> 56U);
}

template <typename V>
void visit_engine(V& visitor, core::EngineConfig& x) {
  visitor.list(x.instruments,
               [&visitor](model::Instrument& item) { visit_instrument(visitor, item); });
  visitor.list(x.is_active, [&visitor](std::uint8_t& item) { numbers(visitor, item); });
  visitor.list(x.is_reference, [&visitor](std::uint8_t& item) { numbers(visitor, item); });
  x.parameters.visit([&visitor](auto& value) { numbers(visitor, value); });
  visitor.list(x.pinned, [&visitor](model::Param& item) { numbers(visitor, item); });
  x.mask.visit([&visitor](auto& value) { numbers(visitor, value); });
  visitor.list(x.balance_by_venue, [&visitor](Money& item) { numbers(visitor, item); });
  numbers(visitor, x.seed, x.epoch, x.feed_latency, x.order_latency, x.limits.conditions_max,
          x.limits.candidates_open_max, x.limits.standing_max, x.limits.history_bars,
          x.margin.mode, x.margin.isolated_leverage);
  visitor.list(x.own_features, [&visitor](features::UserFeature& item) {
    visitor.text(item.name);
    visitor.text(item.text);
  });
  visitor.list(x.universe, [&visitor](core::UniverseRank& item) {
    std::uint64_t packed = item.instrument_id.value() | std::uint64_t{item.rank} << 32U;
    numbers(visitor, packed, item.at);
    item.instrument_id = InstrumentId{static_cast<std::uint32_t>(packed)};
    item.rank = static_cast<std::uint32_t>(packed >> 32U);
  });
  numbers(visitor, x.listed);
  visitor.list(x.past, [&visitor](learn::PastLabel& item) { visit_past(visitor, item); });
}

// Kinds of fact by their place in the variant.
template <typename V>
void visit_venue_event(V& visitor, VenueEvent& x) {
  auto kind = static_cast<std::int64_t>(x.fact.index());
  numbers(visitor, x.at, kind);
  if (kind == 0) {
    auto status = x.fact.index() == 0 ? std::get<0>(x.fact) : model::InstrumentStatus{};
    numbers(visitor, status.instrument_id, status.state, status.settlement_px);
    x.fact = status;
  } else if (kind == 1) {
    auto rules = x.fact.index() == 1 ? std::get<1>(x.fact) : model::InstrumentRules{};
    numbers(visitor, rules.instrument_id, rules.tick, rules.step, rules.quantity_min,
            rules.notional_min);
    x.fact = rules;
  } else {
    auto event = x.fact.index() == 2 ? std::get<2>(x.fact) : sim::Deleveraging{};
    numbers(visitor, event.instrument_id, event.share, event.price);
    x.fact = event;
  }
}

template <typename V>
void visit_spec(V& visitor, SessionSpec& x) {
  visitor.text(x.build_id);
  visitor.text(x.origin_note);
  visitor.text(x.catalog);
  visitor.text(x.universe);
  numbers(visitor, x.origin, x.from, x.to, x.takes_proposals);
  visit_engine(visitor, x.engine);
  numbers(visitor, x.exchange.latency.feed, x.exchange.latency.order, x.exchange.latency.response,
          x.exchange.seed, x.exchange.bad_day, x.exchange.queue_model);
  visitor.list(x.exchange.balances, [&visitor](Money& item) { numbers(visitor, item); });
  numbers(visitor, x.exchange.margin.mode, x.exchange.margin.isolated_leverage,
          x.exchange.liquidation_fee, x.exchange.latency_model.kind,
          x.exchange.latency_model.dispersion, x.exchange.latency_model.activity_reference,
          x.exchange.latency_model.activity_gain);
  visitor.list(x.exchange.latency_model.round_trips,
               [&visitor](Duration& item) { numbers(visitor, item); });
  visitor.list(x.venue_events, [&visitor](VenueEvent& item) { visit_venue_event(visitor, item); });
  visitor.list(x.conditions, [&visitor](StandingCondition& item) {
    visitor.condition(item.condition);
    numbers(visitor, item.life);
  });
  visitor.list(x.conditions_refused, [&visitor](std::uint8_t& item) { numbers(visitor, item); });
}

}  // namespace

std::vector<std::byte> encode_spec(const SessionSpec& spec) {
  std::vector<std::byte> bytes;
  SpecWriter writer(bytes);
  std::int64_t version = kSpecVersion;
  writer.number(version);
  // The visitor takes references for both directions; a copy keeps the caller's spec const.
  SessionSpec copy = spec;
  visit_spec(writer, copy);
  return bytes;
}

Result<SessionSpec> decode_spec(std::span<const std::byte> bytes) {
  SpecReader reader(bytes);
  std::int64_t version = 0;
  reader.number(version);
  if (version != kSpecVersion) {
    return fail(ErrorKind::data, "the session's first record has version " +
                                     std::to_string(version) + ", this program reads " +
                                     std::to_string(kSpecVersion));
  }
  SessionSpec spec;
  visit_spec(reader, spec);
  const auto is_foreign = [&spec](const learn::PastLabel& label) {
    return label.instrument_id.index() >= spec.engine.instruments.size() ||
           label.key.index() >= learn::PatternKey::kCount ||
           label.tier > market::CostModel::Tier::low;
  };
  const auto& past = spec.engine.past;
  const bool is_pin_foreign =
      std::any_of(spec.engine.pinned.begin(), spec.engine.pinned.end(),
                  [](model::Param key) { return key >= model::Param::count_; });
  if (!reader.is_good() || is_pin_foreign || std::any_of(past.begin(), past.end(), is_foreign)) {
    return fail(ErrorKind::data, "the session's first record is damaged");
  }
  return spec;
}

store::SessionIdentity identity_of(const SessionSpec& spec) {
  return {spec.build_id, hash64(encode_spec(spec)), spec.engine.epoch};
}

}  // namespace lanner::runtime
