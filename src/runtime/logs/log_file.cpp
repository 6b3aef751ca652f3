#include "runtime/logs/log_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <utility>

#include "base/isotime.hpp"
#include "runtime/json_out.hpp"

namespace lanner::runtime {
namespace {

constexpr const char* kLogName = "lanner.ndjson";

std::filesystem::path log_path(const std::filesystem::path& directory, int number) {
  return directory / (number == 0 ? std::string{kLogName}
                                  : std::string{kLogName} + "." + std::to_string(number));
}

// The string that begins at the quote `at`, which moves behind it.
std::optional<std::string> take_string(std::string_view line, std::size_t& at) {
  if (at >= line.size() || line[at] != '"') {
    return std::nullopt;
  }
  std::string out;
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] != '\\') {
      out += line[at];
      continue;
    }
    if (++at >= line.size()) {
      return std::nullopt;
    }
    switch (line[at]) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      // The writer escapes only control characters in this form: none of them is worth showing.
      case 'u': at += 4; break;
      default: out += line[at]; break;
    }
  }
  if (at >= line.size()) {
    return std::nullopt;
  }
  ++at;
  return out;
}

std::optional<std::string> take_member(std::string_view line, std::size_t& at,
                                       std::string_view key) {
  const std::string head = (at == 0 ? "{\"" : ",\"") + std::string{key} + "\":";
  if (line.substr(at, head.size()) != head) {
    return std::nullopt;
  }
  at += head.size();
  return take_string(line, at);
}

std::optional<LogLine> log_line_of(std::string_view line) {
  std::size_t at = 0;
  const auto time = take_member(line, at, "at");
  const auto level = time ? take_member(line, at, "level") : std::nullopt;
  const auto component = level ? take_member(line, at, "component") : std::nullopt;
  const auto session = component ? take_member(line, at, "session") : std::nullopt;
  const auto text = session ? take_member(line, at, "text") : std::nullopt;
  const auto ns = time ? parse_instant(*time) : Result<std::int64_t>{0};
  if (!text || !ns || line.substr(at) != "}") {
    return std::nullopt;
  }
  return LogLine{*ns, *level, *component, *session, *text};
}

}  // namespace

LogFile::LogFile(std::filesystem::path directory, std::uintmax_t bytes_max)
    : directory_(std::move(directory)), bytes_max_(bytes_max) {
  std::error_code ignored;
  std::filesystem::create_directories(directory_, ignored);
}

void LogFile::rotate() const {
  std::error_code error;
  if (std::filesystem::file_size(log_path(directory_, 0), error) < bytes_max_ || error) {
    return;
  }
  for (int number = kFilesMax - 1; number > 0; --number) {
    std::filesystem::rename(log_path(directory_, number - 1), log_path(directory_, number), error);
  }
}

bool LogFile::write(std::string_view level, std::string_view component, std::string_view text) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  JsonObject out;
  out.set("at", format_utc(ns, Precision::milliseconds))
      .set("level", level)
      .set("component", component)
      .set("session", session_)
      .set("text", text);
  const std::string line = out.text() + "\n";
  // Two processes of one profile may write: one of them rotates at a time.
  const int lock = ::open((directory_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0 || ::flock(lock, LOCK_EX) != 0) {
    if (lock >= 0) {
      ::close(lock);
    }
    return false;
  }
  rotate();
  const int file = ::open(log_path(directory_, 0).c_str(),
                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const bool written =
      file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (file >= 0) {
    ::close(file);
  }
  ::close(lock);
  return written;
}

LogRead read_log(const std::filesystem::path& directory) {
  LogRead out;
  for (int number = LogFile::kFilesMax - 1; number >= 0; --number) {
    std::ifstream file{log_path(directory, number)};
    for (std::string line; std::getline(file, line);) {
      if (auto read = log_line_of(line)) {
        out.lines.push_back(std::move(*read));
      } else {
        ++out.unreadable;
      }
    }
  }
  return out;
}

}  // namespace lanner::runtime
