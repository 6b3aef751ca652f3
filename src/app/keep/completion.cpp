#include "app/keep/completion.hpp"

#include <fmt/core.h>

#include "app/help.hpp"
#include "app/keep/setting_fields.hpp"
#include "app/verb.hpp"

namespace lanner::app {
namespace {

std::string long_flag(std::string_view name) {
  const std::size_t comma = name.rfind(',');
  return std::string{comma == std::string_view::npos ? name : name.substr(comma + 1)};
}

std::string flag_words(const Verb& verb) {
  std::string out;
  for (const auto& flags : {verb.flags, common_flags()}) {
    for (const Flag& flag : flags) {
      out += (out.empty() ? "" : " ") + long_flag(flag.name);
    }
  }
  return out;
}

std::string verb_words(std::span<const Verb> verbs) {
  std::string out;
  for (const Verb& verb : verbs) {
    out += (out.empty() ? "" : " ") + std::string{verb.name};
  }
  return out;
}

std::string key_words(std::string_view tail) {
  std::string out;
  for (const SettingField& field : setting_fields()) {
    out += (out.empty() ? "" : " ") + std::string{field.key} + std::string{tail};
  }
  return out;
}

// One case of the shell function: what may follow these verbs.
void add_case(std::string& paths, std::string& cases, const std::string& path,
              const std::string& words) {
  paths += (paths.empty() ? "" : "|") + fmt::format("\"{}\"", path);
  cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, words);
}

// A description between single quotes.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string{"\\'"} : std::string{c};
  }
  return out + "'";
}

}  // namespace

std::string bash_completion() {
  std::string paths;
  std::string cases = fmt::format("    \"\") words=\"{}\" ;;\n", verb_words(verbs()));
  for (const Verb& verb : verbs()) {
    const std::string path = " " + std::string{verb.name};
    add_case(paths, cases, path,
             verb.verbs.empty() ? flag_words(verb) : verb_words(verb.verbs));
    for (const Verb& inner : verb.verbs) {
      add_case(paths, cases, path + " " + std::string{inner.name}, flag_words(inner));
    }
  }
  return "# bash completion of lanner: source <(lanner completion bash)\n"
         "_lanner() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" words=\"\" word\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"$path $word\" in\n"
         "      " + paths + ") path=\"$path $word\" ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$path\" in\n" + cases + "  esac\n"
         "  case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n"
         "    --set) words=\"" + key_words("=") + "\" ;;\n"
         "    explain) words=\"" + key_words("") + "\" ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _lanner lanner\n";
}

std::string zsh_completion() {
  return "# zsh completion of lanner: source <(lanner completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_completion();
}

std::string fish_completion() {
  std::string out = "# fish completion of lanner: lanner completion fish | source\n";
  for (const Verb& verb : verbs()) {
    out += fmt::format("complete -c lanner -n __fish_use_subcommand -f -a {} -d {}\n", verb.name,
                       quoted(verb.purpose));
    for (const Verb& inner : verb.verbs) {
      out += fmt::format("complete -c lanner -n '__fish_seen_subcommand_from {}' -f -a {} -d {}\n",
                         verb.name, inner.name, quoted(inner.purpose));
    }
    for (const Flag& flag : verb.flags) {
      out += fmt::format("complete -c lanner -n '__fish_seen_subcommand_from {}' -l {} -d {}\n",
                         verb.name, long_flag(flag.name).substr(2), quoted(flag.help));
    }
  }
  for (const Flag& flag : common_flags()) {
    out += fmt::format("complete -c lanner -l {} -d {}\n", long_flag(flag.name).substr(2),
                       quoted(flag.help));
  }
  return out;
}

}  // namespace lanner::app
