#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "app/keep/params_change.hpp"
#include "app/keep/parameters_file.hpp"
#include "app/look/text_table.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/isotime.hpp"
#include "model/parameters.hpp"
#include "runtime/json_out.hpp"
#include "runtime/proposers/recorded_proposals.hpp"
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
    item.set("pinned", std::find(spec.engine.pinned.begin(), spec.engine.pinned.end(), row.key) !=
                           spec.engine.pinned.end());
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

struct LogRow {
  std::string at;
  std::string id;
  std::string op;
  std::string by;
  std::string from;
  std::string to;
  std::string why;
  std::string where;  // "profile", or the session
};

void add_profile_rows(const ParametersFile& file, std::vector<LogRow>& rows) {
  for (const ProfileChange& change : file.changes()) {
    rows.push_back({change.at, change.id, change.op, change.by, change.before, change.value,
                    change.why, "profile"});
  }
}

// What the session began with, then what an operator asked of it while it ran.
Status add_session_rows(const std::filesystem::path& session, std::vector<LogRow>& rows) {
  const auto spec = runtime::session_spec_of(session);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  const std::string name = session.filename().string();
  const ParameterSet& set = spec->engine.parameters;
  for (const ParameterSpec& row : model::parameter_specs()) {
    if (!is_prior(set, row)) {
      rows.push_back({format_utc(spec->from.ns()), std::string{row.id}, "set", "settings",
                      std::string{row.prior}, to_string(set.rate(row.key)), "", name});
    }
  }
  for (const runtime::RecordedProposal& recorded : runtime::recorded_proposals(session)) {
    const auto* asked = std::get_if<model::OperatorRequested>(&recorded.event);
    if (asked == nullptr) {
      continue;
    }
    const bool is_set = asked->kind == model::RequestKind::set_parameter;
    const bool is_adaptation = asked->kind == model::RequestKind::roll_back_adaptation;
    rows.push_back({format_utc(recorded.at.ns()),
                    is_adaptation
                        ? "adaptation " + std::to_string(asked->adaptation_id)
                        : std::string{model::parameter_specs()[static_cast<std::size_t>(
                                                                   asked->parameter)]
                                          .id},
                    model::name_of(asked->kind), "operator", "",
                    is_set ? to_string(asked->value) : "", "", name});
  }
  return {};
}

Result<int> run_params_log(const Invocation& in) {
  std::vector<LogRow> rows;
  const auto file = ParametersFile::read(in.profile());
  if (!file) {
    return tl::unexpected{file.error()};
  }
  add_profile_rows(*file, rows);
  const auto session = session_path(in);
  if (!session && (!in.arguments().empty() || rows.empty())) {
    return tl::unexpected{session.error()};
  }
  if (session) {
    if (const auto added = add_session_rows(*session, rows); !added) {
      return tl::unexpected{added.error()};
    }
  }
  runtime::JsonArray items;
  TextTable table{{"at", "parameter", "op", "by", "from", "to", "where", "why"}, 3};
  for (const LogRow& row : rows) {
    runtime::JsonObject item;
    item.set("at", row.at)
        .set("id", row.id)
        .set("op", row.op)
        .set("from", row.from)
        .set("to", row.to)
        .set("by", row.by)
        .set("why", row.why)
        .set("where", row.where);
    items.add(item);
    table.add({row.at, row.id, row.op, row.by, row.from, row.to, row.where, row.why});
  }
  runtime::JsonObject out{"params-log/1"};
  out.set("changes", items);
  fmt::print("{}", in.is_json() ? out.text() + "\n" : table.text("every parameter is its prior"));
  return 0;
}

constexpr std::array kKeyArgument{Argument{"KEY", Arity::one, "id, as `params list` shows it"}};
constexpr std::array kSetArguments{
    Argument{"KEY", Arity::one, "id, as `params list` shows it"},
    Argument{"VALUE", Arity::one, "within its bounds"}};
constexpr std::array kWhyFlags{kWhyFlag, kToldSessionFlag};

constexpr std::array kParamsVerbs{
    Verb{"list", "", "every parameter of a session: value, prior, bounds", "lanner params list",
         kParamsArguments, {}, run_params_list, {}},
    Verb{"log", "", "which parameters were changed, when and by what", "lanner params log",
         kParamsArguments, {}, run_params_log, {}},
    Verb{"set", "", "change one, for the running session and for later ones",
         "lanner params set risk.heat_pct 3", kSetArguments, kWhyFlags, run_params_set, {}},
    Verb{"rollback", "", "undo the last change of one", "lanner params rollback risk.heat_pct",
         kKeyArgument, kWhyFlags, run_params_rollback, {}},
    Verb{"pin", "", "keep learning from moving one", "lanner params pin fee.cost_r_cap",
         kKeyArgument, kWhyFlags, run_params_pin, {}},
    Verb{"unpin", "", "let learning move it again", "lanner params unpin fee.cost_r_cap",
         kKeyArgument, kWhyFlags, run_params_unpin, {}}};

}  // namespace

Verb params_verb() noexcept {
  return {"params", "", "thresholds: list, log, set, rollback, pin, unpin",
          "lanner params list", {}, {}, nullptr,
          kParamsVerbs};
}

}  // namespace lanner::app
