#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "app/invocation.hpp"
#include "app/keep/setting_fields.hpp"
#include "app/look/text_table.hpp"
#include "app/verb.hpp"
#include "base/did_you_mean.hpp"
#include "runtime/json_out.hpp"
#include "runtime/inputs/own_features.hpp"
#include "store/atomic_file.hpp"

namespace lanner::app {
namespace {

constexpr std::array kInitArguments{
    Argument{"FILE", Arity::optional, "the new file (lanner.toml); an old one is never touched"}};
constexpr std::array kExplainArguments{
    Argument{"KEY", Arity::one, "like risk.heat_pct"}};
constexpr std::array kShowFlags{
    Flag{"--origin", "", "where each value comes from"},
    Flag{"--all", "", "those that are nowhere set, too"}};

Result<int> run_config_init(const Invocation& in) {
  const std::filesystem::path file =
      in.arguments().empty() ? "lanner.toml" : in.arguments().front();
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    return fail(ErrorKind::usage, file.string() + " is there already; name another file");
  }
  if (const auto written = store::write_atomically(file, new_settings_file()); !written) {
    return tl::unexpected{written.error()};
  }
  if (in.is_json()) {
    runtime::JsonObject out{"config-init/1"};
    out.set("path", file.string());
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("{}: every key with its prior; lanner run -c {}\n", file.string(), file.string());
  }
  return 0;
}

// Whatever is wrong was told before a verb runs, all of it in one pass.
Result<int> run_config_check(const Invocation& in) {
  std::size_t count = 0;
  for (const SettingField& field : setting_fields()) {
    count += in.settings().find(field.key) ? 1 : 0;
  }
  if (in.is_json()) {
    runtime::JsonObject out{"config-check/1"};
    out.set("ok", true).set("files", in.all("--config").size()).set("keys", count);
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("good: {} keys set, {} files read\n", count, in.all("--config").size());
  }
  return 0;
}

Result<int> run_config_show(const Invocation& in) {
  runtime::JsonArray rows;
  TextTable table{{"key", "value", "from"}, 9};
  TextTable plain{{"key", "value"}, 9};
  for (const SettingField& field : setting_fields()) {
    const auto set = in.settings().find(field.key);
    const std::string origin = set ? in.settings().source_of(field.key) : "prior";
    const std::string value = set.value_or(std::string{field.prior});
    runtime::JsonObject item;
    item.set("key", field.key).set("value", value).set("origin", origin);
    rows.add(item);
    if (set || in.has("--all")) {
      table.add({std::string{field.key}, value, origin});
      plain.add({std::string{field.key}, value});
    }
  }
  for (const auto& [name, text] : in.settings().features()) {
    const std::string key = std::string{kFeaturePrefix} + name;
    runtime::JsonObject item;
    item.set("key", key).set("value", text).set("origin", in.settings().source_of(key));
    rows.add(item);
  }
  if (in.is_json()) {
    runtime::JsonObject out{"config-show/1"};
    out.set("settings", rows);
    fmt::print("{}\n", out.text());
  } else {
    for (const auto& [name, text] : in.settings().features()) {
      const std::string key = std::string{kFeaturePrefix} + name;
      table.add({key, text, in.settings().source_of(key)});
      plain.add({key, text});
    }
    const TextTable& shown = in.has("--origin") ? table : plain;
    fmt::print("{}", shown.text("nothing is set; --all shows priors"));
  }
  return 0;
}

Result<int> run_config_schema(const Invocation&) {
  fmt::print("{}\n", settings_schema());
  return 0;
}

// features, features.my_z: what an expression may be made of, and what this one is.
Result<int> explain_own_feature(const Invocation& in, const std::string& key) {
  const auto set = in.settings().find(key);
  if (in.is_json()) {
    runtime::JsonObject out{"config-explain/1"};
    out.set("key", key)
        .set("purpose", "a feature of your own, made of others; conditions may name it")
        .set("value", set.value_or(""))
        .set("origin", set ? in.settings().source_of(key) : "not set")
        .set("variable", variable_of(key));
    fmt::print("{}\n", out.text());
    return 0;
  }
  fmt::print("{}: a feature of your own, made of others; conditions may name it\n", key);
  fmt::print("  value     {} ({})\n", set.value_or("not set"),
             set ? in.settings().source_of(key) : "not set");
  fmt::print("{}", runtime::own_feature_help());
  fmt::print("  set it    [features] my_z = \"zscore(close - ema(close, 50), 200)\" in a file\n");
  return 0;
}

Result<int> run_config_explain(const Invocation& in) {
  const std::string& key = in.arguments().front();
  if (key == "features" || key.starts_with(kFeaturePrefix)) {
    return explain_own_feature(in, key);
  }
  const SettingField* field = find_field(key);
  if (field == nullptr) {
    std::vector<std::string_view> known;
    for (const SettingField& other : setting_fields()) {
      known.push_back(other.key);
    }
    const auto guess = closest(key, known);
    return fail(ErrorKind::usage, "no key is called '" + key + "'" +
                                      (guess ? "; did you mean '" + std::string{*guess} + "'?"
                                             : "; lanner config show --all lists them"));
  }
  const auto set = in.settings().find(key);
  const std::string origin = set ? in.settings().source_of(key) : "prior";
  const std::string value = set.value_or(std::string{field->prior});
  if (in.is_json()) {
    runtime::JsonObject out{"config-explain/1"};
    out.set("key", field->key)
        .set("purpose", field->purpose)
        .set("unit", field->unit)
        .set("prior", field->prior)
        .set("low", field->low)
        .set("high", field->high)
        .set("value", value)
        .set("origin", origin)
        .set("variable", variable_of(key));
    fmt::print("{}\n", out.text());
    return 0;
  }
  fmt::print("{}: {}\n", field->key, field->purpose);
  fmt::print("  value     {} ({})\n", value.empty() ? "not set" : value, origin);
  if (!field->unit.empty()) {
    fmt::print("  unit      {}\n", field->unit);
  }
  if (!field->prior.empty()) {
    fmt::print("  prior     {}\n", field->prior);
  }
  if (!field->low.empty()) {
    fmt::print("  bounds    {} .. {}\n", field->low, field->high.empty() ? "open" : field->high);
  }
  fmt::print("  set it    --set {}=VALUE, {}=VALUE, or in a file\n", field->key, variable_of(key));
  return 0;
}

constexpr std::array kConfigVerbs{
    Verb{"init", "new-config", "write a settings file with every key and its prior",
         "lanner config init lanner.toml", kInitArguments, {}, run_config_init, {}},
    Verb{"check", "", "check files, environment and --set; exit 3 with all mistakes",
         "lanner config check -c lanner.toml", {}, {}, run_config_check, {}},
    Verb{"show", "show-config", "the settings as they apply", "lanner config show --origin", {},
         kShowFlags, run_config_show, {}},
    Verb{"schema", "", "JSON Schema of a settings file, for editors", "lanner config schema", {},
         {}, run_config_schema, {}},
    Verb{"explain", "", "what a key means, its bounds, and where its value comes from",
         "lanner config explain risk.heat_pct", kExplainArguments, {}, run_config_explain, {}}};

}  // namespace

Verb config_verb() noexcept {
  return {"config", "", "settings: init, check, show, schema, explain",
          "lanner config show --origin", {}, {}, nullptr, kConfigVerbs};
}

}  // namespace lanner::app
