#pragma once

// Where sessions live and who may write to one: a directory each, one process at a time.

#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "runtime/session_spec.hpp"

namespace lanner::runtime {

// Holds a session's lock file while it lives; the kernel releases it with the process.
class SessionLock {
 public:
  // Exit 9 (running) when another process has it. Makes the directory.
  [[nodiscard]] static Result<SessionLock> take(const std::filesystem::path& session);
  SessionLock(SessionLock&& other) noexcept;
  SessionLock& operator=(SessionLock&& other) noexcept;
  ~SessionLock();

 private:
  explicit SessionLock(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

// True while some process holds its lock; asking makes and changes nothing.
[[nodiscard]] bool is_session_locked(const std::filesystem::path& session);

struct UnfinishedSession {
  std::filesystem::path path;
  SessionSpec spec;
};

// A session with a readable first record and no closing record; nullopt when there is no journal.
[[nodiscard]] Result<std::optional<UnfinishedSession>> find_unfinished(
    const std::filesystem::path& session);
// The newest one in <profile>/sessions.
[[nodiscard]] std::optional<UnfinishedSession> newest_unfinished(
    const std::filesystem::path& profile);
// The folders in <profile>/sessions, by name.
[[nodiscard]] std::vector<std::filesystem::path> sessions_of(const std::filesystem::path& profile);
// <profile>/sessions/000001, one beyond the highest that is or was there.
[[nodiscard]] std::filesystem::path next_session(const std::filesystem::path& profile);

}  // namespace lanner::runtime
