#pragma once

// Settings in layers: files (-c, later wins), then the environment (LANNER__RISK__HEAT_PCT), then
// --set risk.heat_pct=4. Keys are parameter ids and the run keys below; every mistake of all
// layers is reported in one pass, with its place.

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace lanner::app {

// What the keys of the user's own features begin with: features.my_z = "close - ema(close, 50)".
inline constexpr std::string_view kFeaturePrefix = "features.";

// Keys that are no parameters; flags of the same name win over them.
[[nodiscard]] std::span<const std::string_view> run_keys() noexcept;

struct Setting {
  std::string value;
  std::string source;  // "lanner.toml:4:1", "LANNER__SEED", "--set"
  bool is_profile = false;  // what `lanner params` changed, the lowest layer
};

class Settings {
 public:
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
  // Where a value came from, for error messages; empty when the key is not set.
  [[nodiscard]] std::string source_of(std::string_view key) const;
  // Parameters only, in key order, but for the profile's: what RunOptions::sets takes.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const;
  // Those of the profile that no other layer names.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> profile_parameters() const;
  [[nodiscard]] const std::vector<std::string>& pinned() const noexcept { return pinned_; }
  void pin(std::string id) { pinned_.push_back(std::move(id)); }
  // The user's own features (features.my_z), name and expression, by name.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> features() const;
  void put(std::string key, Setting setting);

 private:
  std::map<std::string, Setting, std::less<>> values_;
  std::vector<std::string> pinned_;  // parameters that learning leaves alone
};

struct SettingLayers {
  std::vector<std::string> files;
  // "LANNER__A__B=value" entries of the environment; others are ignored.
  std::span<char* const> environment;
  std::vector<std::string> sets;  // "a.b=v"
  std::filesystem::path profile{};  // its parameters.toml is the lowest layer; empty: none
};

[[nodiscard]] Result<Settings> load_settings(const SettingLayers& layers);

// One TOML file; its problems are added to `problems`, its values to `settings`.
void load_settings_file(const std::string& path, Settings& settings,
                        std::vector<std::string>& problems);
// The key that is meant: in a file `fee` is also the section of fee.cost_r_cap, so there the fee
// itself may be written as fee.rate.
[[nodiscard]] std::string canonical_key(std::string_view key);
// What is wrong with this key or value, as the end of a sentence; empty when nothing is.
[[nodiscard]] std::string problem_of(std::string_view key, std::string_view value);

}  // namespace lanner::app
