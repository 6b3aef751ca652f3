#include "app/invocation.hpp"

#include <charconv>
#include <cstdlib>

#include "base/isotime.hpp"

namespace lanner::app {

bool Invocation::has(std::string_view flag) const noexcept { return flags_.contains(flag); }

std::string Invocation::text(std::string_view flag) const {
  const auto& values = all(flag);
  return values.empty() ? std::string{} : values.back();
}

const std::vector<std::string>& Invocation::all(std::string_view flag) const noexcept {
  static const std::vector<std::string> kNone;
  const auto found = flags_.find(flag);
  return found == flags_.end() ? kNone : found->second;
}

Result<std::optional<Timestamp>> Invocation::instant(std::string_view flag) const {
  if (!has(flag)) {
    return std::nullopt;
  }
  const auto ns = parse_instant(text(flag));
  if (!ns) {
    return fail(ErrorKind::usage, std::string{flag} + " " + text(flag) + ": " +
                                      ns.error().message +
                                      "; write 2025-05-04 or 2025-05-04T15:33:00Z (UTC)");
  }
  return Timestamp{*ns};
}

Result<std::optional<std::int64_t>> Invocation::integer(std::string_view flag, std::int64_t low,
                                                        std::int64_t high) const {
  if (!has(flag)) {
    return std::nullopt;
  }
  const std::string typed = text(flag);
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(typed.data(), typed.data() + typed.size(), value);
  if (problem != std::errc{} || end != typed.data() + typed.size() || value < low || value > high) {
    return fail(ErrorKind::usage, std::string{flag} + " takes a whole number from " +
                                      std::to_string(low) + " to " + std::to_string(high) +
                                      ", not '" + typed + "'");
  }
  return value;
}

std::filesystem::path Invocation::profile() const { return profile_of(text("--profile")); }

std::filesystem::path profile_of(std::string_view flag) {
  if (!flag.empty()) {
    return flag;
  }
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && data[0] != '\0') {
    return std::filesystem::path{data} / "lanner";
  }
  const char* home = std::getenv("HOME");
  // Without a home directory (a bare service account) the working directory takes the profile.
  const bool has_home = home != nullptr && home[0] != '\0';
  return has_home ? std::filesystem::path{home} / ".local/share/lanner"
                  : std::filesystem::path{"lanner-profile"};
}

std::vector<std::string> Invocation::names(std::string_view flag) const {
  std::vector<std::string> out;
  for (const std::string& value : all(flag)) {
    std::size_t at = 0;
    while (at <= value.size()) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      if (comma > at) {
        out.push_back(value.substr(at, comma - at));
      }
      at = comma + 1;
    }
  }
  return out;
}

}  // namespace lanner::app
