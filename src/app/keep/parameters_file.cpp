#include "app/keep/parameters_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "app/settings.hpp"
#include "store/atomic_file.hpp"

namespace lanner::app {
namespace {

constexpr std::array<std::string_view, 4> kOps{"set", "pin", "unpin", "rollback"};

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    // Line ends and other controls would break the line that they stand in.
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out + "\"";
}

std::string text_of(const ProfileChange& change) {
  std::string out = "\n[[change]]\nversion = " + std::to_string(change.version) + "\n";
  const std::pair<const char*, const std::string*> words[] = {
      {"op", &change.op},   {"id", &change.id}, {"value", &change.value},
      {"before", &change.before}, {"by", &change.by}, {"at", &change.at}, {"why", &change.why}};
  for (const auto& [key, word] : words) {
    out += std::string(key) + " = " + toml_text(*word) + "\n";
  }
  return out;
}

// What is wrong with a change that was read; empty when nothing is.
std::string problem_with(const ProfileChange& change, std::int64_t expected) {
  if (change.version != expected) {
    return "version " + std::to_string(expected) + " is missing";
  }
  if (std::find(kOps.begin(), kOps.end(), change.op) == kOps.end()) {
    return "op is set, pin, unpin or rollback, not '" + change.op + "'";
  }
  // An empty value is the prior, which is always within its bounds.
  return problem_of(change.id, change.value.empty() ? "" : change.value);
}

bool is_about_value(const ProfileChange& change) {
  return change.op == "set" || change.op == "rollback";
}

}  // namespace

std::filesystem::path ParametersFile::path_in(const std::filesystem::path& profile) {
  return profile / "parameters.toml";
}

Result<ParametersFile> ParametersFile::read(const std::filesystem::path& profile) {
  ParametersFile file;
  const std::filesystem::path path = path_in(profile);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return file;
  }
  const auto text = store::read_text(path);
  if (!text) {
    return tl::unexpected{text.error()};
  }
  const auto broken = [&path](std::uint32_t line, const std::string& what) {
    return fail(ErrorKind::config, path.string() + ":" + std::to_string(line) + ": " + what +
                                       "; `lanner params` writes this file");
  };
  try {
    const toml::table table = toml::parse(std::string_view{*text});
    const auto* changes = table["change"].as_array();
    for (std::size_t i = 0; changes != nullptr && i < changes->size(); ++i) {
      const auto* row = changes->get(i)->as_table();
      if (row == nullptr) {
        return broken(changes->source().begin.line, "a change is a table");
      }
      const auto word = [row](const char* key) { return (*row)[key].value_or(std::string{}); };
      const ProfileChange change{(*row)["version"].value_or(std::int64_t{0}),
                                 word("op"),     word("id"), word("value"), word("before"),
                                 word("by"),     word("at"), word("why")};
      const bool is_prior = is_about_value(change) ? change.value.empty() : true;
      const std::string problem = problem_with(
          is_prior ? ProfileChange{change.version, change.op, change.id, "0", "", "", "", ""}
                   : change,
          static_cast<std::int64_t>(i) + 1);
      // Of the prior only the name is to be checked, and zero may lie outside of its bounds.
      if (!problem.empty() && (!is_prior || problem.find("unknown key") == 0 ||
                               problem.find("version") == 0 || problem.find("op is") == 0)) {
        return broken(row->source().begin.line, problem);
      }
      file.changes_.push_back(change);
    }
  } catch (const toml::parse_error& error) {
    return broken(error.source().begin.line, std::string{error.description()});
  }
  return file;
}

std::optional<ProfileChange> ParametersFile::in_force(std::string_view id) const {
  std::optional<ProfileChange> last;
  for (const ProfileChange& change : changes_) {
    if (change.id == id && is_about_value(change)) {
      last = change.value.empty() ? std::nullopt : std::optional{change};
    }
  }
  return last;
}

bool ParametersFile::is_pinned(std::string_view id) const {
  bool pinned = false;
  for (const ProfileChange& change : changes_) {
    if (change.id == id && !is_about_value(change)) {
      pinned = change.op == "pin";
    }
  }
  return pinned;
}

std::optional<ProfileChange> ParametersFile::last_undoable(std::string_view id) const {
  std::vector<ProfileChange> standing;
  for (const ProfileChange& change : changes_) {
    if (change.id != id) {
      continue;
    }
    if (change.op == "set") {
      standing.push_back(change);
    } else if (change.op == "rollback" && !standing.empty()) {
      standing.pop_back();
    }
  }
  return standing.empty() ? std::nullopt : std::optional{standing.back()};
}

std::vector<std::string> ParametersFile::ids() const {
  std::set<std::string> ids;
  for (const ProfileChange& change : changes_) {
    if (in_force(change.id) || is_pinned(change.id)) {
      ids.insert(change.id);
    }
  }
  return {ids.begin(), ids.end()};
}

Result<ProfileChange> ParametersFile::add(const std::filesystem::path& profile,
                                          ProfileChange change) {
  const auto before = in_force(change.id);
  change.version = static_cast<std::int64_t>(changes_.size()) + 1;
  change.before = before ? before->value : "";
  if (!is_about_value(change)) {
    change.value = change.before;
  }
  std::string text = "# Written by `lanner params`: every change of this profile's parameters.\n";
  for (const ProfileChange& earlier : changes_) {
    text += text_of(earlier);
  }
  if (const auto written = store::write_atomically(path_in(profile), text + text_of(change));
      !written) {
    return tl::unexpected{written.error()};
  }
  changes_.push_back(change);
  return change;
}

}  // namespace lanner::app
