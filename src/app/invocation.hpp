#pragma once

// What was typed after a verb, checked against its tables. Getters answer by the flag's long name
// and explain in their error what was wrong with its value.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"
#include "base/fixed.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace lanner::app {

// The profile that these flags name: --profile DIR, else $XDG_DATA_HOME/lanner, else
// ~/.local/share/lanner.
[[nodiscard]] std::filesystem::path profile_of(std::string_view flag);

class Invocation {
 public:
  using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

  Invocation(Values flags, std::vector<std::string> arguments, Settings settings)
      : flags_(std::move(flags)), arguments_(std::move(arguments)),
        settings_(std::move(settings)) {}

  [[nodiscard]] bool has(std::string_view flag) const noexcept;
  // The last value given; empty when none was.
  [[nodiscard]] std::string text(std::string_view flag) const;
  [[nodiscard]] const std::vector<std::string>& all(std::string_view flag) const noexcept;
  [[nodiscard]] const std::vector<std::string>& arguments() const noexcept { return arguments_; }
  [[nodiscard]] bool is_json() const noexcept { return has("--json"); }
  [[nodiscard]] Result<std::optional<Timestamp>> instant(std::string_view flag) const;
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(std::string_view flag,
                                                            std::int64_t low,
                                                            std::int64_t high) const;
  // Configuration files, environment and --set, merged.
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  // --profile DIR, else $XDG_DATA_HOME/lanner, else ~/.local/share/lanner.
  [[nodiscard]] std::filesystem::path profile() const;
  // Names parted by commas, over all uses of the flag.
  [[nodiscard]] std::vector<std::string> names(std::string_view flag) const;

 private:
  Values flags_;
  std::vector<std::string> arguments_;
  Settings settings_;
};

}  // namespace lanner::app
