#include "runtime/retention/retention.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <sstream>
#include <utility>

#include "runtime/session_dir.hpp"
#include "store/atomic_file.hpp"
#include "store/packed/packed_segment.hpp"
#include "store/segment_bytes.hpp"

namespace lanner::runtime {

namespace fs = std::filesystem;

namespace {

fs::path note_of(const fs::path& profile) { return profile / "sessions" / "deleted.txt"; }

struct ClosedSession {
  fs::path path;
  fs::file_time_type written;
};

// Nothing where its files cannot be asked: then it is of no age.
std::optional<fs::file_time_type> last_written(const fs::path& session) {
  std::optional<fs::file_time_type> last;
  std::error_code error;
  for (std::uint64_t i = 1; store::SegmentBytes::exists(session, i); ++i) {
    const auto changed = fs::last_write_time(store::SegmentBytes::path_of(session, i), error);
    if (error) {
      return std::nullopt;
    }
    last = last ? std::max(*last, changed) : changed;
  }
  return last;
}

// Oldest first.
std::vector<ClosedSession> closed_sessions(const fs::path& profile) {
  std::vector<ClosedSession> found;
  for (const fs::path& session : sessions_of(profile)) {
    if (is_session_locked(session) || !store::is_marked_closed(session)) {
      continue;
    }
    if (const auto written = last_written(session)) {
      found.push_back({session, *written});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const ClosedSession& a, const ClosedSession& b) {
    return a.written < b.written;
  });
  return found;
}

Status note_deletion(const fs::path& profile, const std::string& name) {
  std::set<std::string> names = deleted_sessions(profile);
  if (!names.insert(name).second) {
    return {};
  }
  std::string text;
  for (const std::string& each : names) {
    text += each + "\n";
  }
  return store::write_atomically(note_of(profile), text);
}

std::string delete_session(const fs::path& profile, const fs::path& session,
                           const std::string& why) {
  const std::string problem = "cannot delete the session " + session.string() + ": ";
  const auto lock = SessionLock::take(session);
  if (!lock) {
    return problem + lock.error().message;
  }
  if (const Status noted = note_deletion(profile, session.filename().string()); !noted) {
    return problem + noted.error().message;
  }
  std::error_code error;
  const fs::path gone = deletions_of(profile) / session.filename();
  fs::create_directories(gone.parent_path(), error);
  fs::remove_all(gone, error);
  fs::rename(session, gone, error);
  if (error) {
    return problem + error.message();
  }
  fs::remove_all(gone, error);
  return "deleted the session " + session.string() + " (" + why +
         "); its rows in the database stay";
}

std::optional<std::string> compress_session(const fs::path& session) {
  if (!store::has_plain_segment(session)) {
    return std::nullopt;
  }
  const auto lock = SessionLock::take(session);
  if (!lock) {
    return "not compressed: " + lock.error().message;
  }
  const auto packed = store::pack_session(session);
  if (!packed) {
    return "not compressed: " + packed.error().message;
  }
  return "compressed the session " + session.string() + ": " +
         std::to_string(packed->bytes_before) + " bytes are " +
         std::to_string(packed->bytes_after) + " now";
}

}  // namespace

fs::path deletions_of(const fs::path& profile) { return profile / "sessions.deleted"; }

std::set<std::string> deleted_sessions(const fs::path& profile) {
  std::set<std::string> names;
  const auto text = store::read_text(note_of(profile));
  std::istringstream lines(text.value_or(""));
  for (std::string name; std::getline(lines, name);) {
    if (!name.empty()) {
      names.insert(std::move(name));
    }
  }
  return names;
}

bool is_deleted_session(const fs::path& session, const fs::path& profile) {
  return !fs::exists(session) && session.parent_path() == profile / "sessions" &&
         deleted_sessions(profile).contains(session.filename().string());
}

std::vector<std::string> keep_within_bounds(const fs::path& profile,
                                            const JournalSettings& settings,
                                            fs::file_time_type now) {
  std::vector<std::string> lines;
  std::error_code ignored;
  const bool is_bounded =
      settings.keep_days > 0 || settings.keep_sessions > 0 || settings.compress_days > 0;
  if (!is_bounded && !fs::exists(deletions_of(profile), ignored)) {
    return lines;
  }
  const auto alone = store::DirectoryLock::acquire(profile / "sessions");
  if (!alone) {
    return lines;  // another run is at just this
  }
  fs::remove_all(deletions_of(profile), ignored);
  const auto closed = closed_sessions(profile);
  for (std::size_t i = 0; i < closed.size(); ++i) {
    const fs::path& session = closed[i].path;
    const auto age = std::chrono::floor<std::chrono::days>(now - closed[i].written);
    const std::int64_t age_days = age.count();
    const auto newer_or_it = static_cast<std::int64_t>(closed.size() - i);
    if (settings.keep_sessions > 0 && newer_or_it > settings.keep_sessions) {
      lines.push_back(delete_session(
          profile, session, "journal.keep_sessions = " + std::to_string(settings.keep_sessions)));
    } else if (settings.keep_days > 0 && age_days >= settings.keep_days) {
      lines.push_back(delete_session(
          profile, session, "journal.keep_days = " + std::to_string(settings.keep_days)));
    } else if (settings.compress_days > 0 && age_days >= settings.compress_days) {
      if (auto line = compress_session(session)) {
        lines.push_back(std::move(*line));
      }
    }
  }
  return lines;
}

}  // namespace lanner::runtime
