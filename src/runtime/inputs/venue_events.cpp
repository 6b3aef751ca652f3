#include "runtime/inputs/venue_events.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/did_you_mean.hpp"
#include "base/isotime.hpp"

namespace lanner::runtime {
namespace {

constexpr std::array<std::string_view, 6> kKinds{"trading",  "halted", "settling",
                                                 "delisted", "rules",  "deleveraged"};

using Fields = std::vector<std::string_view>;

Fields split_fields(std::string_view line) {
  Fields fields;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t comma = std::min(line.find(',', from), line.size());
    fields.push_back(line.substr(from, comma - from));
    from = comma + 1;
  }
  return fields;
}

// The figures behind a kind: each key at most once, each a number above zero.
class Figures {
 public:
  explicit Figures(std::span<const std::string_view> fields) : fields_(fields) {}

  template <typename F>
  void read(std::string_view key, F& out) {
    for (const std::string_view field : fields_) {
      const std::size_t equals = field.find('=');
      if (equals == std::string_view::npos || field.substr(0, equals) != key) {
        continue;
      }
      ++used_;
      const auto value = parse_fixed<F>(field.substr(equals + 1));
      if (!value || !value->is_positive() || !out.is_zero()) {
        problem_ = "'" + std::string{field} + "' is not one number above 0";
        return;
      }
      out = *value;
    }
  }
  // What is wrong, empty when all was understood.
  [[nodiscard]] std::string problem(std::string_view keys) const {
    if (!problem_.empty() || used_ == fields_.size()) {
      return problem_;
    }
    return "behind the kind only " + std::string{keys} + " may follow, as KEY=VALUE";
  }

 private:
  std::span<const std::string_view> fields_;
  std::size_t used_ = 0;
  std::string problem_;
};

std::string add_status(model::InstrumentStatus status, Figures& figures, VenueEvent& event) {
  const bool is_delisting = status.state == model::InstrumentState::delisted;
  if (is_delisting) {
    figures.read("price", status.settlement_px);
  }
  event.fact = status;
  return figures.problem(is_delisting ? "price" : "nothing");
}

std::string add_rules(InstrumentId id, Figures& figures, VenueEvent& event) {
  model::InstrumentRules rules;
  rules.instrument_id = id;
  figures.read("tick", rules.tick);
  figures.read("step", rules.step);
  figures.read("quantity_min", rules.quantity_min);
  figures.read("notional_min", rules.notional_min);
  event.fact = rules;
  const std::string problem = figures.problem("tick, step, quantity_min and notional_min");
  const bool changes = rules != model::InstrumentRules{id, {}, {}, {}, {}};
  return !problem.empty() || changes
             ? problem
             : "a rules line changes tick, step, quantity_min or notional_min";
}

std::string add_deleveraging(InstrumentId id, Figures& figures, VenueEvent& event) {
  sim::Deleveraging facts;
  facts.instrument_id = id;
  figures.read("share", facts.share);
  figures.read("price", facts.price);
  event.fact = facts;
  if (facts.share.is_zero() || facts.share > Rate::from_int(1)) {
    return "a deleveraged line needs share=, above 0 and at most 1";
  }
  return figures.problem("share and price");
}

std::string add_fact(std::string_view kind, InstrumentId id,
                     std::span<const std::string_view> rest, VenueEvent& event) {
  using State = model::InstrumentState;
  Figures figures(rest);
  for (const State state : {State::trading, State::halted, State::settling, State::delisted}) {
    if (kind == model::name_of(state)) {
      return add_status({id, state, {}}, figures, event);
    }
  }
  if (kind == "rules") {
    return add_rules(id, figures, event);
  }
  if (kind == "deleveraged") {
    return add_deleveraging(id, figures, event);
  }
  const auto meant = closest(kind, kKinds);
  return "unknown kind '" + std::string{kind} + "'" +
         (meant ? "; did you mean '" + std::string{*meant} + "'?"
                : "; it is trading, halted, settling, delisted, rules or deleveraged");
}

// What is wrong with the line; empty when nothing is.
std::string read_line(std::string_view line, const model::InstrumentTable& instruments,
                      VenueEvent& event) {
  const Fields fields = split_fields(line);
  if (fields.size() < 3) {
    return "write TIME,INSTRUMENT,KIND, like 2025-05-10T00:00:00Z,BTCUSDT-PERP.BINANCE,halted";
  }
  const auto at = parse_instant(fields[0]);
  if (!at) {
    return at.error().message;
  }
  event.at = Timestamp{*at};
  const auto found =
      std::find_if(instruments.begin(), instruments.end(),
                   [&](const model::Instrument& item) { return item.name == fields[1]; });
  if (found == instruments.end()) {
    return "no instrument '" + std::string{fields[1]} + "' in this catalog";
  }
  return add_fact(fields[2], found->id, std::span(fields).subspan(3), event);
}

}  // namespace

Result<std::vector<VenueEvent>> read_venue_events(const std::filesystem::path& path,
                                                  const model::InstrumentTable& instruments) {
  std::ifstream file(path);
  if (!file) {
    return fail(ErrorKind::usage, "sim.venue_events: cannot read " + path.string());
  }
  std::vector<VenueEvent> events;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    line.resize(std::min(line.find('#'), line.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) {
      line.pop_back();
    }
    if (line.empty()) {
      continue;
    }
    const std::string problem = read_line(line, instruments, events.emplace_back());
    if (!problem.empty()) {
      return fail(ErrorKind::usage, path.string() + ":" + std::to_string(number) + ": " + problem);
    }
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const VenueEvent& a, const VenueEvent& b) { return a.at < b.at; });
  return events;
}

}  // namespace lanner::runtime
