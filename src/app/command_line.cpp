#include "app/command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "app/help.hpp"
#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "base/did_you_mean.hpp"

namespace lanner::app {
namespace {

constexpr int kUsage = 2;

void say(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int complain(const Error& error) {
  say("lanner: " + error.message + "\n");
  return exit_code_of(error.kind);
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const auto guess = closest(word, known);
  return guess ? "; did you mean '" + std::string{*guess} + "'?" : std::string{};
}

bool is_help(std::string_view word) noexcept { return word == "-h" || word == "--help"; }

// What argv's first words name: a verb, and the words that are left for it.
struct Found {
  Verb verb;
  std::string path = "lanner";  // before the verb's own name
  std::span<const char* const> rest;
  bool wants_help = false;
};

const Verb* named(std::span<const Verb> all, std::string_view word) noexcept {
  for (const Verb& verb : all) {
    if (verb.name == word || (!verb.alias.empty() && verb.alias == word)) {
      return &verb;
    }
  }
  return nullptr;
}

// An alias may name a verb below another one: list-data = data list.
const Verb* aliased_below(const Verb& verb, std::string_view word) noexcept {
  for (const Verb& inner : verb.verbs) {
    if (!inner.alias.empty() && inner.alias == word) {
      return &inner;
    }
  }
  return nullptr;
}

Error unknown_verb(std::string_view path, std::string_view word, std::span<const Verb> all) {
  std::vector<std::string_view> known;
  for (const Verb& verb : all) {
    known.push_back(verb.name);
    if (!verb.alias.empty()) {
      known.push_back(verb.alias);
    }
  }
  const std::string shown{path};
  if (word.starts_with('-')) {
    return Error{ErrorKind::usage, "'" + std::string{word} + "' stands before the verb; write " +
                                       shown + " VERB " + std::string{word} + " (" + shown +
                                       " --help lists the verbs)"};
  }
  return Error{ErrorKind::usage, "no verb is called '" + std::string{word} + "'" +
                                     suggestion(word, known) + " (" + shown +
                                     " --help lists the verbs)"};
}

Result<Found> find_verb(std::span<const char* const> words) {
  Found found;
  std::span<const Verb> level = verbs();
  while (true) {
    if (words.empty() || is_help(words.front())) {
      found.wants_help = !words.empty();
      return found;
    }
    const std::string_view word = words.front();
    const Verb* verb = named(level, word);
    for (std::size_t i = 0; verb == nullptr && i < level.size(); ++i) {
      verb = aliased_below(level[i], word);
      if (verb != nullptr) {
        found.path += " " + std::string{level[i].name};
      }
    }
    if (verb == nullptr) {
      return tl::unexpected{unknown_verb(found.path, word, level)};
    }
    if (!found.verb.name.empty()) {
      found.path += " " + std::string{found.verb.name};
    }
    found.verb = *verb;
    words = words.subspan(1);
    if (verb->verbs.empty()) {
      found.rest = words;
      return found;
    }
    level = verb->verbs;
  }
}

// "--catalog" of "-c,--config" is its last name.
std::string long_name(const Flag& flag) {
  const std::size_t comma = flag.name.rfind(',');
  return std::string{comma == std::string_view::npos ? flag.name : flag.name.substr(comma + 1)};
}

struct Parsed {
  Invocation::Values flags;
  std::vector<std::string> arguments;
};

std::vector<Flag> flags_of(const Verb& verb) {
  std::vector<Flag> all(verb.flags.begin(), verb.flags.end());
  all.insert(all.end(), common_flags().begin(), common_flags().end());
  return all;
}

// Flags first: CLI11 hands back what it does not know, and that is an argument or a mistake.
Result<Parsed> sort_out(const Found& found, std::vector<std::string> left, Parsed parsed) {
  std::vector<std::string_view> known;
  const std::vector<Flag> all = flags_of(found.verb);
  std::vector<std::string> names;
  for (const Flag& flag : all) {
    names.push_back(long_name(flag));
  }
  known.assign(names.begin(), names.end());
  const std::string shown = found.path + " " + std::string{found.verb.name};
  const std::string see = " (" + shown + " --help)";
  std::size_t most = 0;
  for (const Argument& argument : found.verb.arguments) {
    const bool is_open = argument.arity == Arity::many || argument.arity == Arity::any;
    most = is_open ? left.size() + 1 : most + 1;
  }
  for (std::string& word : left) {
    if (word.size() > 1 && word.starts_with('-')) {
      const std::string name = word.substr(0, word.find('='));
      return fail(ErrorKind::usage, shown + " has no flag " + name + suggestion(name, known) + see);
    }
    if (parsed.arguments.size() == most) {
      return fail(ErrorKind::usage, shown + (most == 0 ? " takes no argument" : " takes no further "
                                    "argument") + ", but got '" + word + "'" + see);
    }
    parsed.arguments.push_back(std::move(word));
  }
  std::size_t place = 0;
  for (const Argument& argument : found.verb.arguments) {
    ++place;
    if (argument.arity != Arity::optional && argument.arity != Arity::any &&
        parsed.arguments.size() < place) {
      return fail(ErrorKind::usage, shown + " needs " + std::string{argument.name} + ": " +
                                        std::string{argument.help} + see);
    }
  }
  return parsed;
}

Result<Parsed> parse(const Found& found) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> switches;
  for (const Flag& flag : flags_of(found.verb)) {
    const std::string name = long_name(flag);
    if (flag.value.empty()) {
      app.add_flag(std::string{flag.name}, switches[name]);
      continue;
    }
    auto* option = app.add_option(std::string{flag.name}, values[name]);
    option->expected(1)->allow_extra_args(false)->multi_option_policy(
        flag.is_repeatable ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
  }
  // CLI11 pops words off the back.
  std::vector<std::string> words(found.rest.rbegin(), found.rest.rend());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return fail(ErrorKind::usage, std::string{error.what()} + " (" + found.path + " " +
                                      std::string{found.verb.name} + " --help)");
  }
  Parsed parsed;
  for (auto& [name, list] : values) {
    if (!list.empty()) {
      parsed.flags.insert_or_assign(name, std::move(list));
    }
  }
  for (const auto& [name, is_on] : switches) {
    if (is_on) {
      parsed.flags.insert_or_assign(name, std::vector<std::string>{});
    }
  }
  return sort_out(found, app.remaining(), std::move(parsed));
}

int run_verb_of(const Found& found, std::span<char* const> environment) {
  auto parsed = parse(found);
  if (!parsed) {
    return complain(parsed.error());
  }
  const auto& profiles = parsed->flags["--profile"];
  const auto profile = profile_of(profiles.empty() ? std::string_view{} : profiles.back());
  if (profiles.empty()) {
    parsed->flags.erase("--profile");
  }
  auto settings = load_settings(
      SettingLayers{parsed->flags["--config"], environment, parsed->flags["--set"], profile});
  if (!settings) {
    return complain(settings.error());
  }
  const Invocation invocation{std::move(parsed->flags), std::move(parsed->arguments),
                              std::move(*settings)};
  const Result<int> code = found.verb.run(invocation);
  std::fflush(stdout);
  return code ? *code : complain(code.error());
}

}  // namespace

int exit_code_of(ErrorKind kind) noexcept { return 1 + static_cast<int>(kind); }

int run_command_line(const CommandLine& line) {
  if (!line.arguments.empty() && line.arguments.size() == 1 &&
      std::string_view{line.arguments.front()} == "--version") {
    const char* const words[] = {"version"};
    return run_command_line(CommandLine{words, line.environment});
  }
  const auto found = find_verb(line.arguments);
  if (!found) {
    return complain(found.error());
  }
  const bool is_leaf = found->verb.run != nullptr;
  const bool asks = found->wants_help ||
                    std::any_of(found->rest.begin(), found->rest.end(), is_help);
  if (is_leaf && !asks) {
    return run_verb_of(*found, line.environment);
  }
  const std::string text =
      found->verb.name.empty() ? help_of_all() : help_of(found->verb, found->path);
  if (!asks) {
    say(text);
    return kUsage;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace lanner::app
