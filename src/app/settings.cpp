#include "app/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "app/keep/parameters_file.hpp"
#include "base/did_you_mean.hpp"
#include "base/fixed.hpp"
#include "model/component.hpp"
#include "model/parameters.hpp"
#include "runtime/inputs/own_features.hpp"
#include "runtime/run_options.hpp"

namespace lanner::app {
namespace {

constexpr std::array<std::string_view, 21> kRunKeys{
    "account.isolated_leverage", "account.margin_mode", "balance", "fee", "journal.compress_days",
    "journal.durability", "journal.keep_days", "journal.keep_sessions", "leverage", "market",
    "mask", "max_open_positions", "quote", "references", "seed", "sim.latency_file",
    "sim.latency_model", "sim.liquidation_fee", "sim.queue_model", "sim.venue_events",
    "universe.kind"};

bool is_run_key(std::string_view key) noexcept {
  return std::find(kRunKeys.begin(), kRunKeys.end(), key) != kRunKeys.end();
}

bool is_whole_number(std::string_view text) noexcept {
  return !text.empty() && text.size() < 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The simulated account and exchange.
std::string problem_of_venue_key(std::string_view key, std::string_view value) {
  const std::string found = ", not '" + std::string{value} + "'";
  if (key == "account.margin_mode" && value != "cross" && value != "isolated") {
    return "account.margin_mode is cross or isolated" + found;
  }
  if (key == "account.isolated_leverage") {
    const auto times = parse_fixed<Rate>(value);
    const bool is_leverage = is_whole_number(value) && times && times->is_positive() &&
                             *times <= Rate::from_int(125);
    return is_leverage ? "" : "account.isolated_leverage is a whole number from 1 to 125" + found;
  }
  if (key == "sim.latency_model" && !sim::latency_kind_of(value)) {
    return "sim.latency_model is constant, sampled, recorded or activity" + found;
  }
  if (key == "sim.liquidation_fee") {
    const auto fee = parse_fixed<Rate>(value);
    const bool is_fee = fee && !fee->is_negative() && *fee <= Rate::from_raw(Rate::kScale / 10);
    return is_fee ? "" : "sim.liquidation_fee is a fraction from 0 to 0.1" + found;
  }
  return "";
}

std::string problem_of_run_key(std::string_view key, std::string_view value) {
  if (key.starts_with("account.") || key.starts_with("sim.")) {
    return problem_of_venue_key(key, value);
  }
  const std::string found = ", not '" + std::string{value} + "'";
  if (key == "market" && value != "perp" && value != "spot") {
    return "market is perp or spot" + found;
  }
  if (key == "references" && !runtime::references_of(value)) {
    return "references is all, spot or off" + found;
  }
  if (key == "journal.durability" && value != "written" && value != "synced") {
    return "journal.durability is written or synced" + found;
  }
  if (key == "sim.queue_model" && !runtime::queue_model_of(value)) {
    return "sim.queue_model is conservative, probabilistic or none" + found;
  }
  if (key == "universe.kind" && value != "as-of" && value != "fixed") {
    return "universe.kind is as-of or fixed" + found;
  }
  if (key == "balance") {
    const auto money = parse_fixed<Money>(value);
    return money && money->is_positive() ? "" : "balance is an amount above 0, like 10000" + found;
  }
  if (key == "fee") {
    const auto fee = parse_fixed<Rate>(value);
    const bool is_fee = fee && !fee->is_negative() && *fee < Rate::from_int(1);
    return is_fee ? "" : "fee is a fraction of the notional, like 0.0005" + found;
  }
  if (key == "mask") {
    const auto mask = model::ComponentMask::parse(value);
    return mask ? "" : mask.error().message;
  }
  const bool is_count = key == "seed" || key == "leverage" || key == "max_open_positions" ||
                        key == "journal.compress_days" || key == "journal.keep_days" ||
                        key == "journal.keep_sessions";
  return is_count && !is_whole_number(value) ? std::string{key} + " is a whole number" + found : "";
}

// LANNER__RISK__HEAT_PCT -> risk.heat_pct
std::string key_of_variable(std::string_view name) {
  std::string key;
  name.remove_prefix(std::string_view{"LANNER__"}.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 2) == "__") {
      key += '.';
      ++i;
    } else {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
  }
  return key;
}

void add_profile(const std::filesystem::path& profile, Settings& settings,
                 std::vector<std::string>& problems) {
  const auto file = ParametersFile::read(profile);
  if (!file) {
    problems.push_back(file.error().message);
    return;
  }
  for (const std::string& id : file->ids()) {
    if (const auto change = file->in_force(id)) {
      settings.put(id, Setting{change->value,
                               "parameters.toml, version " + std::to_string(change->version),
                               true});
    }
    if (file->is_pinned(id)) {
      settings.pin(id);
    }
  }
}

void add_environment(std::span<char* const> environment, Settings& settings,
                     std::vector<std::string>& problems) {
  // The order of the environment is nobody's intent: problems are told by name.
  std::vector<std::string_view> variables;
  for (const char* entry : environment) {
    if (std::string_view{entry}.starts_with("LANNER__")) {
      variables.emplace_back(entry);
    }
  }
  std::sort(variables.begin(), variables.end());
  for (const std::string_view variable : variables) {
    const std::size_t equals = variable.find('=');
    const std::string name{variable.substr(0, equals)};
    const std::string key = canonical_key(key_of_variable(name));
    const std::string value{variable.substr(equals + 1)};
    const std::string problem = problem_of(key, value);
    if (!problem.empty()) {
      problems.push_back("environment variable " + name + ": " + problem);
    } else {
      settings.put(key, Setting{value, name});
    }
  }
}

void add_sets(const std::vector<std::string>& sets, Settings& settings,
              std::vector<std::string>& problems) {
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) {
      problems.push_back("--set " + set + ": write it as key=value, like risk.heat_pct=4");
      continue;
    }
    const std::string key = canonical_key(set.substr(0, equals));
    const std::string value = set.substr(equals + 1);
    const std::string problem = problem_of(key, value);
    if (!problem.empty()) {
      problems.push_back("--set " + set + ": " + problem);
    } else {
      settings.put(key, Setting{value, "--set"});
    }
  }
}

}  // namespace

std::span<const std::string_view> run_keys() noexcept { return kRunKeys; }

std::optional<std::string> Settings::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::nullopt : std::optional{found->second.value};
}

std::string Settings::source_of(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::string{} : found->second.source;
}

std::vector<std::pair<std::string, std::string>> Settings::parameters() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, setting] : values_) {
    if (!setting.is_profile && !is_run_key(key) && !key.starts_with(kFeaturePrefix)) {
      out.emplace_back(key, setting.value);
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Settings::profile_parameters() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, setting] : values_) {
    if (setting.is_profile) {
      out.emplace_back(key, setting.value);
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Settings::features() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, setting] : values_) {
    if (key.starts_with(kFeaturePrefix)) {
      out.emplace_back(key.substr(kFeaturePrefix.size()), setting.value);
    }
  }
  return out;
}

void Settings::put(std::string key, Setting setting) {
  values_.insert_or_assign(std::move(key), std::move(setting));
}

std::string canonical_key(std::string_view key) {
  return key == "fee.rate" ? "fee" : std::string{key};
}

std::string problem_of(std::string_view key, std::string_view value) {
  if (is_run_key(key)) {
    return problem_of_run_key(key, value);
  }
  if (key.starts_with(kFeaturePrefix)) {
    return runtime::own_feature_problem(key.substr(kFeaturePrefix.size()), value);
  }
  std::vector<std::string_view> known(kRunKeys.begin(), kRunKeys.end());
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    known.push_back(spec.id);
  }
  if (std::find(known.begin(), known.end(), key) != known.end()) {
    model::ParameterSet scratch;
    const Status status = scratch.set(key, value);
    return status ? std::string{} : status.error().message;
  }
  const auto guess = closest(key, known);
  return "unknown key '" + std::string{key} + "'" +
         (guess ? "; did you mean '" + std::string{*guess} + "'?"
                : "; `lanner components` lists the keys");
}

Result<Settings> load_settings(const SettingLayers& layers) {
  Settings settings;
  std::vector<std::string> problems;
  if (!layers.profile.empty()) {
    add_profile(layers.profile, settings, problems);
  }
  for (const std::string& file : layers.files) {
    load_settings_file(file, settings, problems);
  }
  add_environment(layers.environment, settings, problems);
  add_sets(layers.sets, settings, problems);
  if (problems.empty()) {
    return settings;
  }
  std::string message;
  for (const std::string& problem : problems) {
    message += (message.empty() ? "" : "\n") + problem;
  }
  return fail(ErrorKind::config, std::move(message));
}

}  // namespace lanner::app
