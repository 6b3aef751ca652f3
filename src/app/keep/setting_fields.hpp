#pragma once

// Every key that a settings file may hold, with type, bounds and meaning: what `config` shows,
// explains and exports, and what a new file starts with.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"

namespace lanner::app {

enum class FieldType : unsigned char { decimal, whole, text, choice };

struct SettingField {
  std::string_view key;
  FieldType type = FieldType::decimal;
  std::string_view unit;
  std::string_view prior;  // empty: nothing is set
  std::string_view low;    // empty: no bound
  std::string_view high;
  std::vector<std::string_view> choices;
  std::string_view purpose;
};

// Run keys first, then parameters, in the order of their tables.
[[nodiscard]] const std::vector<SettingField>& setting_fields();
[[nodiscard]] const SettingField* find_field(std::string_view key);
// LANNER__RISK__HEAT_PCT
[[nodiscard]] std::string variable_of(std::string_view key);
// A TOML file with every key, each as a comment that holds its prior.
[[nodiscard]] std::string new_settings_file();
// JSON Schema (2020-12) of a settings file.
[[nodiscard]] std::string settings_schema();

}  // namespace lanner::app
