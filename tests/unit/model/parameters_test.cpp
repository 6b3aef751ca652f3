#include "model/parameters.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "model/component.hpp"

using namespace lanner;
using model::ComponentMask;
using model::Param;
using model::ParameterSet;

namespace {

std::string error_of(const Status& status) { return status ? "" : status.error().message; }

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every parameter has a prior within its bounds, a unit and a purpose of its own") {
  std::set<std::string_view> ids;
  ParameterSet parameters;
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    CAPTURE(spec.id);
    CHECK(ids.insert(spec.id).second);
    CHECK(!spec.unit.empty());
    CHECK(!spec.purpose.empty());
    const auto prior = parse_fixed<Rate>(spec.prior);
    const auto low = parse_fixed<Rate>(spec.low);
    const auto high = parse_fixed<Rate>(spec.high);
    REQUIRE(prior.has_value());
    REQUIRE(low.has_value());
    REQUIRE(high.has_value());
    CHECK(*low <= *prior);
    CHECK(*prior <= *high);
    CHECK(parameters.rate(spec.key) == *prior);
    CHECK(parameters.score(spec.key) == to_score(*prior));
    CHECK(parameters.set(spec.id, spec.low).has_value());
    CHECK(parameters.set(spec.id, spec.high).has_value());
    CHECK(!parameters.set(spec.id, to_string(*low - Rate::from_raw(1))).has_value());
    CHECK(!parameters.set(spec.id, to_string(*high + Rate::from_raw(1))).has_value());
  }
}

TEST_CASE("a change raises the version, a refused one changes nothing") {
  ParameterSet parameters;
  const ParameterSet before = parameters;
  CHECK(!parameters.set("risk.heat_pct", "101").has_value());
  CHECK(!parameters.set("risk.heat_pct", "four").has_value());
  CHECK(!parameters.set("risk.heat", "4").has_value());
  CHECK(parameters == before);
  REQUIRE(parameters.set("risk.heat_pct", "2.5").has_value());
  CHECK(parameters.version() == before.version() + 1);
  CHECK(to_string(parameters.fraction(Param::risk_heat_pct)) == "0.025");
  CHECK(!(parameters == before));
}

TEST_CASE("values as counts, fractions and durations") {
  ParameterSet parameters;
  REQUIRE(parameters.set("risk.cooldown_min", "1.5").has_value());
  CHECK(parameters.duration(Param::risk_cooldown_min, minutes(1)) == seconds(90));
  CHECK(parameters.count(Param::risk_entries_per_minute) == 10);
}

TEST_CASE("errors name the parameter, its bounds, and the one that was meant") {
  ParameterSet parameters;
  const std::string bounds = error_of(parameters.set("risk.heat_pct", "250"));
  CHECK(has(bounds, "risk.heat_pct"));
  CHECK(has(bounds, "0 .. 100"));
  const std::string unknown = error_of(parameters.set("risk.heet_pct", "4"));
  CHECK(has(unknown, "did you mean 'risk.heat_pct'?"));
  CHECK(!has(error_of(parameters.set("zzzzzzzzzzzz", "4")), "did you mean"));
}

TEST_CASE("a mask is read from the ids of components, and from nothing else") {
  const auto mask = ComponentMask::parse("coin_scorer,template.P02");
  REQUIRE(mask.has_value());
  CHECK(mask->is_masked(model::Component::coin_scorer));
  CHECK(mask->is_masked(model::Component::template_p02));
  CHECK(!mask->is_masked(model::Component::template_p01));
  CHECK(*ComponentMask::parse("") == ComponentMask{});
  CHECK(has(ComponentMask::parse("coin_scorrer").error().message, "did you mean 'coin_scorer'?"));
  CHECK(ComponentMask::parse("coin_scorer,x").error().kind == ErrorKind::usage);
  // Guards are there for safety: they cannot be left out.
  CHECK(!ComponentMask::parse("drawdown").has_value());
  for (const model::ComponentInfo& info : model::component_infos()) {
    CAPTURE(info.id);
    CHECK(ComponentMask::parse(info.id).has_value() ==
          (info.kind == model::ComponentKind::component));
    CHECK(!info.inputs.empty());
    CHECK(!info.purpose.empty());
  }
}
