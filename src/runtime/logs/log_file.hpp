#pragma once

// The program's own talk, kept: one JSON object a line in <profile>/log/lanner.ndjson, rotated by
// size, so that a run that goes on for years fills no disk. What was decided is not here but in
// the journal; both are shown by `lanner logs`. A disk that takes no line never stops a session.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lanner::runtime {

struct LogLine {
  std::int64_t at_ns = 0;
  std::string level;      // "info", "warn", "error"
  std::string component;  // who talks
  std::string session;    // its folder; empty before there is one
  std::string text;
};

class LogFile {
 public:
  static constexpr std::uintmax_t kBytesMax = 4UL * 1024 * 1024;  // of one file
  static constexpr int kFilesMax = 4;                             // the present one and older ones

  explicit LogFile(std::filesystem::path directory, std::uintmax_t bytes_max = kBytesMax);
  // Appends a line with the time of the wall clock; false when the disk did not take it.
  bool write(std::string_view level, std::string_view component, std::string_view text);
  void set_session(std::string session) { session_ = std::move(session); }

 private:
  void rotate() const;
  std::filesystem::path directory_;
  std::uintmax_t bytes_max_;
  std::string session_;
};

struct LogRead {
  std::vector<LogLine> lines;      // oldest first
  std::uint64_t unreadable = 0;    // lines that are no log line: cut by a crash, edited
};
[[nodiscard]] LogRead read_log(const std::filesystem::path& directory);

}  // namespace lanner::runtime
