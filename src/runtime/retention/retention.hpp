#pragma once

// How long sessions of a profile are kept, and how: closed ones that are old are compressed, those
// beyond the user's bounds are deleted as a whole. Only <profile>/sessions is looked at; a session
// that is open, or that a process has in hand, stays as it is, whatever the bounds say. Its rows
// in the database stay too: they answer what they can without a journal.
//
// A deletion is noted in <profile>/sessions/deleted.txt before anything is touched, so that a
// session that is missing because it was asked for is told apart from one that was lost, and so
// that its number is never given again. Then its folder leaves sessions/ in one step, to
// <profile>/sessions.deleted, and is removed there: a killed process leaves no half session.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "runtime/run_options.hpp"

namespace lanner::runtime {

// What was done and what could not be done, a sentence each; empty: nothing was due. A session's
// age is the time since its journal was last written to. A problem never stops the others.
[[nodiscard]] std::vector<std::string> keep_within_bounds(
    const std::filesystem::path& profile, const JournalSettings& settings,
    std::filesystem::file_time_type now);

// Names of folders that were in <profile>/sessions.
[[nodiscard]] std::set<std::string> deleted_sessions(const std::filesystem::path& profile);
// The folder was deleted in this way, and is not there.
[[nodiscard]] bool is_deleted_session(const std::filesystem::path& session,
                                      const std::filesystem::path& profile);
// Where folders wait that a killed process was about to remove.
[[nodiscard]] std::filesystem::path deletions_of(const std::filesystem::path& profile);

}  // namespace lanner::runtime
