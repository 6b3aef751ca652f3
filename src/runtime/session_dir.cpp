#include "runtime/session_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "runtime/retention/retention.hpp"
#include "store/journal_reader.hpp"
#include "store/packed/packed_segment.hpp"
#include "store/segment_bytes.hpp"
#include "store/snapshot/snapshot_file.hpp"

namespace lanner::runtime {
namespace {

// A session that goes on from a snapshot is read whole by who continues it (recovery.hpp); here
// good records behind the snapshot, and no closing one, are enough to say that it is open.
bool is_open_behind_snapshot(const std::filesystem::path& session, const SessionSpec& spec) {
  const auto snapshots = store::snapshots_of(session);
  if (snapshots.empty()) {
    return false;
  }
  const auto place = store::Snapshot::place_of(snapshots.front(), identity_of(spec));
  auto reader = place ? store::JournalReader::open_at(session, *place)
                      : Result<store::JournalReader>{tl::unexpected{place.error()}};
  if (!reader) {
    return false;
  }
  bool is_good = false;
  while (reader->next()) {
    is_good = true;
  }
  return is_good && !reader->was_closed() && !reader->damage();
}

}  // namespace

std::vector<std::filesystem::path> sessions_of(const std::filesystem::path& profile) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(profile / "sessions", error)) {
    if (entry.is_directory()) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<SessionLock> SessionLock::take(const std::filesystem::path& session) {
  std::error_code error;
  std::filesystem::create_directories(session, error);
  const auto path = session / "lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return fail(ErrorKind::failure, "cannot write to " + session.string() +
                                        "; choose another place with --session or --profile");
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return fail(ErrorKind::running, "another process is running the session " +
                                        session.string() + "; wait for it or use --new");
  }
  return SessionLock(fd);
}

SessionLock::SessionLock(SessionLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
SessionLock& SessionLock::operator=(SessionLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
SessionLock::~SessionLock() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

bool is_session_locked(const std::filesystem::path& session) {
  const int fd = ::open((session / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  const bool is_locked = ::flock(fd, LOCK_SH | LOCK_NB) != 0;
  ::close(fd);
  return is_locked;
}

Result<std::optional<UnfinishedSession>> find_unfinished(const std::filesystem::path& session) {
  if (!store::SegmentBytes::exists(session, 1)) {
    return std::optional<UnfinishedSession>{};
  }
  auto reader = store::JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  const auto first = reader->next();
  if (!first) {
    return fail(ErrorKind::data, "the session " + session.string() +
                                     " has no readable first record; start another with --new");
  }
  auto spec = decode_spec(first->payload);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  if (is_open_behind_snapshot(session, *spec)) {
    return UnfinishedSession{session, std::move(*spec)};
  }
  while (reader->next()) {
  }
  if (reader->was_closed() && !reader->is_closed()) {
    return fail(ErrorKind::data, "the session " + session.string() +
                                     " is closed and damaged; `lanner replay` tells where; start "
                                     "another with --new");
  }
  if (reader->is_closed()) {
    return fail(ErrorKind::usage, "the session " + session.string() +
                                      " is closed; give another place with --session");
  }
  return UnfinishedSession{session, std::move(*spec)};
}

std::optional<UnfinishedSession> newest_unfinished(const std::filesystem::path& profile) {
  const auto sessions = sessions_of(profile);
  for (auto session = sessions.rbegin(); session != sessions.rend(); ++session) {
    if (store::is_marked_closed(*session)) {
      continue;
    }
    if (auto found = find_unfinished(*session); found && *found) {
      return std::move(**found);
    }
  }
  return std::nullopt;
}

std::filesystem::path next_session(const std::filesystem::path& profile) {
  unsigned long highest = 0;
  for (const auto& session : sessions_of(profile)) {
    highest = std::max(highest, std::strtoul(session.filename().c_str(), nullptr, 10));
  }
  // The database still has rows under these numbers.
  for (const std::string& name : deleted_sessions(profile)) {
    highest = std::max(highest, std::strtoul(name.c_str(), nullptr, 10));
  }
  char name[24];
  std::snprintf(name, sizeof name, "%06lu", highest + 1);
  return profile / "sessions" / name;
}

}  // namespace lanner::runtime
