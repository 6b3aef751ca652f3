#pragma once

// rules.toml of a catalog: what each instrument's venue demands. People edit it; import only adds
// what is missing and renews what it inferred itself, and leaves every other line as it stands.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/instrument.hpp"

namespace lanner::store {

struct RuleEntry {
  model::Instrument instrument;
  std::string text;  // its lines in the file, comments included
};

struct RulesFile {
  std::string preamble;            // what stands before the first instrument
  std::vector<RuleEntry> entries;  // sorted by name, names unique
};

[[nodiscard]] std::filesystem::path rules_path(const std::filesystem::path& dir);

// Errors are of kind config and name file and line.
[[nodiscard]] Result<RulesFile> parse_rules(std::string_view text, const std::string& file);
// No file is no rules yet.
[[nodiscard]] Result<RulesFile> read_rules(const std::filesystem::path& dir);
[[nodiscard]] std::string render_rules(const RulesFile& rules);

[[nodiscard]] std::string render_rule(const model::Instrument& instrument);
// Equal for equal rules whatever the layout; tells a rule edited by hand from one made by import.
[[nodiscard]] std::string print_of(const model::Instrument& instrument);

// Adds, or replaces the one of that name.
void put_rule(RulesFile& rules, const model::Instrument& instrument);

// With dense ids of instruments and venues, both in order of name.
[[nodiscard]] model::InstrumentTable instrument_table(const RulesFile& rules);

}  // namespace lanner::store
