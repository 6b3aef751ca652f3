// The reader of the venue files; the language is described in venue_script.hpp.
#include "scenario/venue_script.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "unit/sim/rig.hpp"

namespace lanner::test {
namespace {

using namespace sim::test;
using Words = std::vector<std::string>;

struct VenueScript {
  std::filesystem::path path;
  int line = 0;
  sim::ExchangeConfig config = plain_config();
  model::InstrumentTable table = instruments();
  InstrumentId id = kPerp;
  std::unique_ptr<Rig> rig;
  std::vector<std::string> names{""};  // of client order ids
  std::vector<std::string> told;       // what the exchange answered and nobody expected yet
  std::string failure;

  void fail_with(const std::string& what) {
    if (failure.empty()) {
      failure = path.filename().string() + ":" + std::to_string(line) + ": " + what;
    }
  }
  ClientOrderId id_of(const std::string& name) {
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      names.push_back(name);
      found = names.end() - 1;
    }
    return ClientOrderId{static_cast<std::uint64_t>(found - names.begin())};
  }
};

Words words_of(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word && word[0] != '#';) {
    words.push_back(word);
  }
  return words;
}

std::string join(const Words& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) {
    text += (text.empty() ? "" : " ") + words[i];
  }
  return text;
}

template <typename F>
F number(VenueScript& script, const std::string& text) {
  const auto value = parse_fixed<F>(text);
  if (!value) {
    script.fail_with("not a number: " + text);
  }
  return value.value_or(F{});
}

std::optional<std::string> behind(const Words& words, const std::string& key) {
  const auto found = std::find(words.begin(), words.end(), key);
  return found == words.end() || found + 1 == words.end() ? std::nullopt
                                                          : std::optional{*(found + 1)};
}

bool has_word(const Words& words, const std::string& key) {
  return std::find(words.begin(), words.end(), key) != words.end();
}

template <typename F>
void read_into(VenueScript& script, const Words& words, const std::string& key, F& out) {
  if (const auto text = behind(words, key)) {
    out = number<F>(script, *text);
  }
}

Timestamp instant(VenueScript& script, const std::string& text) {
  std::size_t used = 0;
  const std::int64_t count = std::stoll(text, &used);
  const std::string unit = text.substr(used);
  const std::int64_t ms = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
  if (ms == 0) {
    script.fail_with("no time: " + text);
  }
  return at_ms(count * ms);
}

template <typename E>
E named(VenueScript& script, const std::string& word, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    if (word == model::name_of(static_cast<E>(i))) {
      return static_cast<E>(i);
    }
  }
  script.fail_with("unknown word: " + word);
  return E{};
}

void read_tiers(VenueScript& script, const std::string& text) {
  std::istringstream tiers(text);
  std::vector<model::MarginTier> made;
  for (std::string tier; std::getline(tiers, tier, ',');) {
    std::istringstream parts(tier);
    std::string cap, leverage, maintenance;
    std::getline(parts, cap, ':');
    std::getline(parts, leverage, ':');
    std::getline(parts, maintenance, ':');
    made.push_back({cap == "max" ? Money::max() : number<Money>(script, cap),
                    std::stoi(leverage), number<Rate>(script, maintenance)});
  }
  script.table[script.id.index()].tiers = made;
}

void read_given(VenueScript& script, const Words& words) {
  script.id = has_word(words, "spot") ? kSpot : kPerp;
  for (Money& balance : script.config.balances) {
    read_into(script, words, "balance", balance);
  }
  if (has_word(words, "isolated")) {
    script.config.margin.mode = model::MarginMode::isolated;
  }
  if (const auto leverage = behind(words, "isolated")) {
    script.config.margin.isolated_leverage = std::stoi(*leverage);
  }
  read_into(script, words, "liquidation_fee", script.config.liquidation_fee);
  if (const auto tiers = behind(words, "tiers")) {
    read_tiers(script, *tiers);
  }
}

// NAME SIDE TYPE QUANTITY, then what else there is in any order.
model::OrderRequest order_of(VenueScript& script, const Words& line) {
  model::OrderRequest order;
  order.client_order_id = script.id_of(line[3]);
  order.instrument_id = script.id;
  order.candidate_id = CandidateId{1};
  order.side = named<model::Side>(script, line[4], 2);
  order.type = named<model::OrderType>(script, line[5], 7);
  order.quantity = number<Quantity>(script, line[6]);
  const Words words(line.begin() + 7, line.end());
  read_into(script, words, "limit", order.price);
  read_into(script, words, "trigger", order.trigger_price);
  read_into(script, words, "activation", order.instructions.activation_price);
  read_into(script, words, "callback", order.instructions.callback_rate);
  read_into(script, words, "offset", order.instructions.callback_offset);
  for (const auto force : {model::TimeInForce::ioc, model::TimeInForce::fok}) {
    order.time_in_force = has_word(words, model::name_of(force)) ? force : order.time_in_force;
  }
  if (const auto until = behind(words, "gtd")) {
    order.time_in_force = model::TimeInForce::gtd;
    order.expires_at = instant(script, *until);
  }
  order.instructions.post_only =
      has_word(words, "post_only") ? model::PostOnly::yes : model::PostOnly::no;
  order.reduce_only =
      has_word(words, "reduce_only") ? model::ReduceOnly::yes : model::ReduceOnly::no;
  order.close_position =
      has_word(words, "close_position") ? model::ClosePosition::yes : model::ClosePosition::no;
  order.trigger_by = has_word(words, "mark") ? model::TriggerBy::mark : model::TriggerBy::last;
  if (const auto mode = behind(words, "stp")) {
    order.instructions.self_trade_prevention =
        named<model::SelfTradePrevention>(script, *mode, 5);
  }
  return order;
}

// What the exchange said, as an expect line would put it.
struct Telling {
  VenueScript& script;

  std::string of(ClientOrderId id, const std::string& what) const {
    return script.names.at(static_cast<std::size_t>(id.value())) + " " + what;
  }
  static std::string filled(Quantity quantity) {
    return quantity.is_zero() ? "" : " filled " + to_string(quantity);
  }
  std::string operator()(const model::OrderAccepted& x) const {
    return of(x.client_order_id, "accepted");
  }
  std::string operator()(const model::OrderRejected& x) const {
    return of(x.client_order_id, std::string("rejected ") + name_of(x.reason));
  }
  std::string operator()(const model::OrderTriggered& x) const {
    return of(x.client_order_id, "triggered");
  }
  std::string operator()(const model::OrderCanceled& x) const {
    return of(x.client_order_id,
              std::string("canceled ") + name_of(x.reason) + filled(x.filled_qty));
  }
  std::string operator()(const model::OrderExpired& x) const {
    return of(x.client_order_id,
              std::string("expired ") + name_of(x.reason) + filled(x.filled_qty));
  }
  std::string operator()(const model::OrderFilled& x) const {
    const std::string what = to_string(x.last_qty) + " @ " + to_string(x.last_px);
    if (!x.client_order_id.is_valid()) {
      return std::string("forced ") + name_of(x.forced) + " " + name_of(x.side) + " " + what +
             " fee " + to_string(x.commission);
    }
    return of(x.client_order_id,
              "filled " + what +
                  (x.liquidity_side == model::LiquiditySide::maker ? " maker" : "") +
                  (x.leaves_qty.is_zero() ? "" : " leaves " + to_string(x.leaves_qty)));
  }
  std::string operator()(const model::OrderAmended& x) const {
    const auto figure = [](const char* name, Price price) {
      return price.is_zero() ? "" : std::string(name) + to_string(price);
    };
    return of(x.client_order_id,
              "amended " + to_string(x.quantity) + figure(" limit ", x.price) +
                  figure(" trigger ", x.trigger_price) +
                  (x.reason == model::RejectReason::by_request
                       ? ""
                       : std::string(" ") + name_of(x.reason)));
  }
  std::string operator()(const model::AmendRejected& x) const {
    return of(x.client_order_id, std::string("amend_rejected ") + name_of(x.reason));
  }
  std::string operator()(const model::CancelRejected& x) const {
    return of(x.client_order_id, "cancel_rejected");
  }
  std::string operator()(const model::FundingPaid& x) const {
    return "funding " + to_string(x.amount);
  }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "something else";
  }
};

void amend(VenueScript& script, const Words& words, Timestamp sent) {
  model::AmendOrder request{script.id_of(words[3]), script.id, {}, {}, {}};
  read_into(script, words, "quantity", request.quantity);
  read_into(script, words, "limit", request.price);
  read_into(script, words, "trigger", request.trigger_price);
  script.rig->exchange.submit(request, sent);
}

void feed_market(VenueScript& script, const Words& words, Timestamp at) {
  sim::Exchange& exchange = script.rig->exchange;
  const std::string& what = words[2];
  const auto price = [&](std::size_t i) { return number<Price>(script, words[i]); };
  const auto last = [&] { return number<Quantity>(script, *behind(words, "x")); };
  if (what == "trade") {
    const auto side = has_word(words, "sell") ? model::Side::sell : model::Side::buy;
    exchange.on_trade({script.id, side, price(3), last()}, at);
  } else if (what == "bar") {
    exchange.on_bar({script.id, 60, price(3), price(4), price(5), price(6), last()}, at);
  } else if (what == "mark") {
    exchange.on_mark({script.id, price(3)}, at);
  } else if (what == "funding") {
    exchange.on_funding({script.id, number<Rate>(script, words[3])}, at);
  } else if (what == "status") {
    model::InstrumentStatus status{script.id, named<model::InstrumentState>(script, words[3], 4),
                                   {}};
    read_into(script, words, "price", status.settlement_px);
    exchange.on_status(status, at);
  } else if (what == "rules") {
    model::InstrumentRules rules{script.id, {}, {}, {}, {}};
    read_into(script, words, "tick", rules.tick);
    read_into(script, words, "step", rules.step);
    read_into(script, words, "quantity_min", rules.quantity_min);
    read_into(script, words, "notional_min", rules.notional_min);
    exchange.on_rules(rules, at);
  } else if (what == "deleverage") {
    sim::Deleveraging event{script.id, number<Rate>(script, words[3]), {}};
    read_into(script, words, "price", event.price);
    exchange.on_deleveraging(event, at);
  } else if (what != "pass") {
    script.fail_with("unknown event: " + what);
  }
}

void happen(VenueScript& script, const Words& words) {
  const Timestamp at = instant(script, words[1]);
  if (script.rig == nullptr) {
    script.rig = std::make_unique<Rig>(script.config, plain_costs(), script.table);
  }
  if (!script.told.empty()) {
    script.fail_with("nobody expected: " + script.told.front());
  }
  Rig& rig = *script.rig;
  // The prints of a bar that lie before this instant are played by then; they are told here too.
  const Timestamp sent = at - rig.exchange.latency().order;
  if (words[2] == "send") {
    rig.exchange.submit(model::SubmitOrder{order_of(script, words)}, sent);
  } else if (words[2] == "amend") {
    amend(script, words, sent);
  } else if (words[2] == "cancel") {
    rig.exchange.submit(model::CancelOrder{script.id_of(words[3]), script.id}, sent);
  } else {
    rig.run(at);
    feed_market(script, words, at);
  }
  rig.run(at);
  for (const model::Event& event : rig.events) {
    script.told.push_back(std::visit(Telling{script}, event.payload));
  }
  rig.events.clear();
}

void expect_figure(VenueScript& script, const Words& words) {
  const sim::Exchange& exchange = script.rig->exchange;
  const VenueId venue = script.table[script.id.index()].venue_id;
  std::string stands;
  if (words[1] == "position") {
    stands = to_string(exchange.position(script.id));
  } else if (words[1] == "cash") {
    stands = to_string(exchange.cash(venue));
  } else if (words[1] == "equity") {
    stands = to_string(exchange.equity(venue));
  } else if (words[1] == "liquidation") {
    const auto price = exchange.account().liquidation_price(script.id);
    stands = price ? to_string(*price) : "none";
  } else {
    stands = std::to_string(exchange.order_count(script.id));
  }
  if (stands != words[2]) {
    script.fail_with(words[1] + " is " + stands + ", expected " + words[2]);
  }
}

void expect(VenueScript& script, const Words& words) {
  const auto figures = {"position", "cash", "equity", "orders", "liquidation"};
  if (std::find(figures.begin(), figures.end(), words[1]) != figures.end()) {
    expect_figure(script, words);
    return;
  }
  const std::string wanted = join(words, 1);
  if (wanted == "nothing") {
    if (!script.told.empty()) {
      script.fail_with("expected nothing, but: " + script.told.front());
    }
    return;
  }
  if (script.told.empty()) {
    script.fail_with("expected: " + wanted + ", but nothing more was told");
    return;
  }
  if (script.told.front() != wanted) {
    script.fail_with("expected: " + wanted + ", told: " + script.told.front());
  }
  script.told.erase(script.told.begin());
}

void check_conservation(VenueScript& script) {
  const sim::Exchange& exchange = script.rig->exchange;
  const VenueId venue = script.table[script.id.index()].venue_id;
  const sim::AccountTotals& totals = exchange.account().totals(venue);
  if (exchange.cash(venue) !=
      totals.start + totals.realised - totals.commissions + totals.funding) {
    script.fail_with("cash is not what was booked");
  }
}

}  // namespace

std::string run_venue_script(const std::filesystem::path& path) {
  VenueScript script;
  script.path = path;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text) && script.failure.empty();) {
    ++script.line;
    const Words words = words_of(text);
    if (words.empty()) {
      continue;
    }
    if (words[0] == "given") {
      read_given(script, words);
    } else if (words[0] == "at" && words.size() >= 3) {
      happen(script, words);
    } else if (words[0] == "expect" && words.size() >= 2 && script.rig != nullptr) {
      expect(script, words);
    } else {
      script.fail_with("not understood");
    }
  }
  if (script.rig == nullptr) {
    script.fail_with("nothing happened");
  } else if (!script.told.empty()) {
    script.fail_with("nobody expected: " + script.told.front());
  } else {
    check_conservation(script);
  }
  return script.failure;
}

}  // namespace lanner::test
