#include "app/help.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace lanner::app {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kWidestLabel = 26;

constexpr std::array<Flag, 5> kCommonFlags{{
    {"-c,--config", "FILE", "settings in TOML; repeatable, the later file wins", true},
    {"--set", "KEY=VALUE", "one setting; wins over LANNER__KEY and over files", true},
    {"--profile", "DIR", "where sessions and catalogs are kept", false},
    {"--json", "", "one JSON object on stdout", false},
    {"-h,--help", "", "this text", false},
}};

using Row = std::pair<std::string, std::string>;

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t cut = text.rfind(' ', width);
    if (cut == std::string_view::npos || cut == 0) {
      cut = width;
    }
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(std::min(text.size(), cut + (text[cut] == ' ' ? 1U : 0U)));
  }
  lines.emplace_back(text);
  return lines;
}

std::string table(std::string_view title, const std::vector<Row>& rows) {
  if (rows.empty()) {
    return {};
  }
  std::size_t width = 0;
  for (const Row& row : rows) {
    width = std::max(width, std::min(row.first.size(), kWidestLabel));
  }
  std::string out = "\n" + std::string{title} + ":\n";
  for (const auto& [label, text] : rows) {
    const std::string margin(width + 4, ' ');
    std::string line = "  " + label;
    if (label.size() > width) {
      out += line + "\n";
      line = margin;
    } else {
      line.resize(width + 4, ' ');
    }
    for (const std::string& part : wrap(text, kColumns - width - 4)) {
      out += line + part + "\n";
      line = margin;
    }
  }
  return out;
}

Row row_of(const Flag& flag) {
  std::string label;
  for (const char c : flag.name) {
    label += c;
    if (c == ',') {
      label += ' ';
    }
  }
  if (!flag.value.empty()) {
    label += " " + std::string{flag.value};
  }
  return {std::move(label), std::string{flag.help}};
}

std::vector<Row> rows_of(std::span<const Flag> flags) {
  std::vector<Row> rows;
  for (const Flag& flag : flags) {
    rows.push_back(row_of(flag));
  }
  return rows;
}

std::vector<Row> rows_of(std::span<const Verb> verbs) {
  std::vector<Row> rows;
  for (const Verb& verb : verbs) {
    std::string purpose{verb.purpose};
    if (!verb.alias.empty()) {
      purpose += " (also: " + std::string{verb.alias} + ")";
    }
    rows.emplace_back(std::string{verb.name}, std::move(purpose));
  }
  return rows;
}

std::string usage_of(const Argument& argument) {
  const std::string name{argument.name};
  return argument.arity == Arity::one ? " " + name
         : argument.arity == Arity::many ? " " + name + "..."
         : argument.arity == Arity::any  ? " [" + name + "...]"
                                         : " [" + name + "]";
}

}  // namespace

std::span<const Flag> common_flags() noexcept { return kCommonFlags; }

std::string help_of_all() {
  return "Example:\n  lanner run --speed max       # a synthetic market, on paper\n"
         "\nusage: lanner VERB [flags]     more: lanner VERB --help\n" +
         table("Verbs", rows_of(verbs())) +
         "\nA setting KEY comes from, first wins: --set KEY=VALUE, the environment\n"
         "(risk.heat_pct is LANNER__RISK__HEAT_PCT), -c FILE, its prior.\n";
}

std::string help_of(const Verb& verb, std::string_view path) {
  std::string out;
  if (!verb.example.empty()) {
    out += "Example:\n  " + std::string{verb.example} + "\n\n";
  }
  out += "usage: " + std::string{path} + " " + std::string{verb.name};
  for (const Argument& argument : verb.arguments) {
    out += usage_of(argument);
  }
  out += verb.verbs.empty() ? " [flags]\n\n" : " VERB [flags]\n\n";
  for (const std::string& line : wrap(verb.purpose, kColumns)) {
    out += line + "\n";
  }
  std::vector<Row> arguments;
  for (const Argument& argument : verb.arguments) {
    arguments.emplace_back(std::string{argument.name}, std::string{argument.help});
  }
  out += table("Verbs", rows_of(verb.verbs));
  out += table("Arguments", arguments);
  out += table("Flags", rows_of(verb.flags));
  return verb.verbs.empty() ? out + table("Everywhere", rows_of(common_flags())) : out;
}

}  // namespace lanner::app
