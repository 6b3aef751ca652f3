#include <fmt/core.h>

#include <array>

#include "app/look/text_table.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "model/parameters.hpp"
#include "runtime/json_out.hpp"
#include "runtime/replay.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using model::ParameterSet;
using model::ParameterSpec;

constexpr std::array kParamsArguments{
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};

bool is_prior(const ParameterSet& set, const ParameterSpec& spec) {
  return set.rate(spec.key) == ParameterSet{}.rate(spec.key);
}

Result<runtime::SessionSpec> spec_of(const Invocation& in) {
  const auto session = session_path(in);
  return session ? runtime::session_spec_of(*session)
                 : Result<runtime::SessionSpec>{tl::unexpected{session.error()}};
}

void print_params_json(const runtime::SessionSpec& spec) {
  const ParameterSet& set = spec.engine.parameters;
  runtime::JsonArray rows;
  for (const ParameterSpec& row : model::parameter_specs()) {
    runtime::JsonObject item;
    item.set("id", row.id)
        .set("unit", row.unit)
        .set("value", set.rate(row.key))
        .set("prior", row.prior)
        .set("low", row.low)
        .set("high", row.high)
        .set("version", set.version());
    if (is_prior(set, row)) {
      item.set("changed_by", "prior").set_null("changed_at");
    } else {
      item.set("changed_by", "settings").set("changed_at", spec.from);
    }
    // No parameter is judged by outcomes yet, so none has evidence for or against it.
    item.set("n", 0).set_null("e_plus").set_null("e_minus").set("purpose", row.purpose);
    rows.add(item);
  }
  runtime::JsonObject out{"params-list/1"};
  out.set("params", rows);
  fmt::print("{}\n", out.text());
}

Result<int> run_params_list(const Invocation& in) {
  const auto spec = spec_of(in);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  if (in.is_json()) {
    print_params_json(*spec);
    return 0;
  }
  const ParameterSet& set = spec->engine.parameters;
  TextTable table{{"parameter", "by", "value", "prior", "low", "high", "unit"}, 2};
  for (const ParameterSpec& row : model::parameter_specs()) {
    table.add({std::string{row.id}, is_prior(set, row) ? "prior" : "settings",
               to_string(set.rate(row.key)), std::string{row.prior}, std::string{row.low},
               std::string{row.high}, std::string{row.unit}});
  }
  fmt::print("{}", table.text(""));
  return 0;
}

Result<int> run_params_log(const Invocation& in) {
  const auto spec = spec_of(in);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  const ParameterSet& set = spec->engine.parameters;
  runtime::JsonArray rows;
  TextTable table{{"at", "parameter", "by", "from", "to", "unit"}, 3};
  for (const ParameterSpec& row : model::parameter_specs()) {
    if (is_prior(set, row)) {
      continue;
    }
    runtime::JsonObject item;
    item.set("at", spec->from)
        .set("id", row.id)
        .set("from", row.prior)
        .set("to", set.rate(row.key))
        .set("by", "settings")
        .set("version", set.version());
    rows.add(item);
    table.add({views::minute_text(spec->from), std::string{row.id}, "settings",
               std::string{row.prior}, to_string(set.rate(row.key)), std::string{row.unit}});
  }
  runtime::JsonObject out{"params-log/1"};
  out.set("changes", rows);
  fmt::print("{}", in.is_json() ? out.text() + "\n" : table.text("every parameter is its prior"));
  return 0;
}

constexpr std::array kParamsVerbs{
    Verb{"list", "", "every parameter of a session: value, prior, bounds", "lanner params list",
         kParamsArguments, {}, run_params_list, {}},
    Verb{"log", "", "which parameters were changed, when and by what", "lanner params log",
         kParamsArguments, {}, run_params_log, {}}};

}  // namespace

Verb params_verb() noexcept {
  return {"params", "", "thresholds of a session: list, log", "lanner params list", {}, {}, nullptr,
          kParamsVerbs};
}

}  // namespace lanner::app
