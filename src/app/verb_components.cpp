#include <fmt/core.h>

#include "app/answers.hpp"
#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "model/component.hpp"
#include "model/parameters.hpp"
#include "runtime/json_out.hpp"

namespace lanner::app {
namespace {

using runtime::JsonArray;
using runtime::JsonObject;

std::string_view kind_name(model::ComponentKind kind) noexcept {
  return kind == model::ComponentKind::guard ? "guard" : "component";
}

}  // namespace

std::string components_json() {
  JsonArray components;
  for (const model::ComponentInfo& info : model::component_infos()) {
    JsonArray inputs;
    for (const std::string_view input : info.inputs) {
      inputs.add(input);
    }
    JsonObject item;
    item.set("id", info.id)
        .set("kind", kind_name(info.kind))
        .set("inputs", inputs)
        .set("purpose", info.purpose)
        .set("mask_meaning", info.mask_meaning);
    components.add(item);
  }
  JsonArray parameters;
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    JsonObject item;
    item.set("id", spec.id)
        .set("unit", spec.unit)
        .set("prior", spec.prior)
        .set("low", spec.low)
        .set("high", spec.high)
        .set("purpose", spec.purpose);
    parameters.add(item);
  }
  JsonObject out{"components/1"};
  out.set("components", components).set("parameters", parameters);
  return out.text();
}

namespace {

void print_components() {
  fmt::print("Components choose; --mask ID leaves one out.\n");
  for (const model::ComponentInfo& info : model::component_infos()) {
    if (info.kind == model::ComponentKind::component) {
      fmt::print("  {:<18}{}\n  {:<18}masked: {}\n", info.id, info.purpose, "", info.mask_meaning);
    }
  }
  fmt::print("\nGuards only refuse or reduce; they cannot be masked.\n");
  for (const model::ComponentInfo& info : model::component_infos()) {
    if (info.kind == model::ComponentKind::guard) {
      fmt::print("  {:<18}{}\n", info.id, info.purpose);
    }
  }
  fmt::print("\nParameters; --set ID=VALUE changes one.\n");
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    fmt::print("  {:<29}{:>6} {:<16} {} .. {}\n  {:<29}{}\n", spec.id, spec.prior, spec.unit,
               spec.low, spec.high, "", spec.purpose);
  }
}

Result<int> run_components(const Invocation& in) {
  if (in.is_json()) {
    fmt::print("{}\n", components_json());
  } else {
    print_components();
  }
  return 0;
}

}  // namespace

Verb components_verb() noexcept {
  return Verb{.name = "components",
              .alias = {},
              .purpose = "what chooses, what guards, and every parameter with its bounds",
              .example = "lanner components --json",
              .arguments = {},
              .flags = {},
              .run = run_components,
              .verbs = {}};
}

}  // namespace lanner::app
