#include "app/session_path.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/did_you_mean.hpp"

namespace lanner::app {
namespace {

std::vector<std::string> session_names(const std::filesystem::path& sessions) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(sessions, ignored)) {
    if (entry.is_directory(ignored)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::filesystem::path> session_path(const Invocation& in, std::size_t at) {
  const std::filesystem::path sessions = in.profile() / "sessions";
  const std::vector<std::string> names = session_names(sessions);
  if (in.arguments().size() <= at) {
    if (names.empty()) {
      return fail(ErrorKind::data, "no session in " + sessions.string() +
                                       "; `lanner run` makes one, or name a session's folder");
    }
    return sessions / names.back();
  }
  return session_named(in, in.arguments()[at]);
}

Result<std::filesystem::path> session_named(const Invocation& in, const std::string& typed) {
  const std::filesystem::path sessions = in.profile() / "sessions";
  const std::vector<std::string> names = session_names(sessions);
  std::error_code ignored;
  if (std::filesystem::is_directory(typed, ignored)) {
    return std::filesystem::path{typed};
  }
  if (std::find(names.begin(), names.end(), typed) != names.end()) {
    return sessions / typed;
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto guess = closest(typed, known);
  return fail(ErrorKind::data,
              "no session '" + typed + "': neither a folder nor in " + sessions.string() +
                  (guess ? "; did you mean '" + std::string{*guess} + "'?" : std::string{}));
}

}  // namespace lanner::app
