#include "app/settings.hpp"

#include <toml++/toml.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "runtime/inputs/own_features.hpp"

namespace lanner::app {
namespace {

struct SourceText {
  std::string path;
  std::vector<std::string> lines;
};

// "lanner.toml:4:7: <problem>", the line, and a caret below the column.
std::string with_caret(const SourceText& text, std::uint32_t line, std::uint32_t column,
                       const std::string& problem) {
  std::string out = text.path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                    problem;
  if (line >= 1 && line <= text.lines.size()) {
    out += "\n  " + text.lines[line - 1] + "\n  " +
           std::string(column > 0 ? column - 1 : 0, ' ') + "^";
  }
  return out;
}

// A number as it was typed: a double in between would change its last digits.
std::string typed_number(const SourceText& text, const toml::source_region& region) {
  if (region.begin.line != region.end.line || region.begin.line < 1 ||
      region.begin.line > text.lines.size() || region.end.column <= region.begin.column) {
    return {};
  }
  const std::string& line = text.lines[region.begin.line - 1];
  std::string typed;
  for (std::size_t i = region.begin.column - 1; i < region.end.column - 1 && i < line.size(); ++i) {
    if (line[i] != '_' && line[i] != '+') {
      typed += line[i];
    }
  }
  return typed;
}

std::optional<std::string> value_text(const SourceText& text, const toml::node& node) {
  if (const auto* string = node.as_string()) {
    return string->get();
  }
  if (const auto* integer = node.as_integer()) {
    return std::to_string(integer->get());
  }
  if (node.is_floating_point()) {
    return typed_number(text, node.source());
  }
  if (const auto* array = node.as_array()) {
    std::string joined;
    for (const toml::node& item : *array) {
      const auto part = item.is_array() ? std::nullopt : value_text(text, item);
      if (!part) {
        return std::nullopt;
      }
      joined += (joined.empty() ? "" : ",") + *part;
    }
    return joined;
  }
  return std::nullopt;
}

class FileReader {
 public:
  FileReader(const SourceText& text, Settings& settings, std::vector<std::string>& problems)
      : text_(text), settings_(settings), problems_(problems) {}

  void read(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = canonical_key(prefix + std::string{key.str()});
      if (const auto* inner = node.as_table()) {
        read(*inner, name + ".");
        continue;
      }
      const auto at = key.source().begin;
      const auto value = value_text(text_, node);
      if (!value) {
        problems_.push_back(with_caret(text_, at.line, at.column,
                                       name + " is a number or a text in quotes"));
        continue;
      }
      if (is_refused_feature(name, *value, node)) {
        continue;
      }
      const std::string problem = problem_of(name, *value);
      if (!problem.empty()) {
        problems_.push_back(with_caret(text_, at.line, at.column, problem));
        continue;
      }
      settings_.put(name, Setting{*value, text_.path + ":" + std::to_string(at.line) + ":" +
                                              std::to_string(at.column)});
    }
  }

 private:
  // An expression is refused at the very character.
  bool is_refused_feature(const std::string& name, const std::string& value,
                          const toml::node& node) {
    if (!name.starts_with(kFeaturePrefix) || !node.is_string()) {
      return false;
    }
    const std::string_view own = std::string_view{name}.substr(kFeaturePrefix.size());
    const auto fault = runtime::own_feature_fault(own, value);
    if (!fault || !fault->at) {
      return false;
    }
    const auto at = node.source().begin;
    const auto inside = static_cast<std::uint32_t>(*fault->at);
    problems_.push_back(with_caret(text_, at.line, at.column + 1 + inside,
                                   name + ": " + fault->reason));
    return true;
  }

  const SourceText& text_;
  Settings& settings_;
  std::vector<std::string>& problems_;
};

// The commonest ways a TOML file is broken have a name.
std::string hint_for(std::string_view line) {
  if (line.find("\xE2\x80\x9C") != std::string_view::npos ||
      line.find("\xE2\x80\x9D") != std::string_view::npos) {
    return "; the quotes are typographic, use the plain \"";
  }
  return {};
}

}  // namespace

void load_settings_file(const std::string& path, Settings& settings,
                        std::vector<std::string>& problems) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    problems.push_back(path + ": cannot be read; check the path given to -c");
    return;
  }
  const std::string all{std::istreambuf_iterator<char>{file}, {}};
  SourceText text{path, {}};
  std::istringstream lines{all};
  for (std::string line; std::getline(lines, line);) {
    text.lines.push_back(std::move(line));
  }
  try {
    const toml::table table = toml::parse(std::string_view{all}, std::string_view{path});
    FileReader{text, settings, problems}.read(table, "");
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    const std::string line =
        at.line >= 1 && at.line <= text.lines.size() ? text.lines[at.line - 1] : std::string{};
    problems.push_back(with_caret(text, at.line, at.column,
                                  std::string{error.description()} + hint_for(line)));
  }
}

}  // namespace lanner::app
