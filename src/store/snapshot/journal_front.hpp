#pragma once

// What stands in a journal before a snapshot's place. Nobody needs those records to go on from the
// snapshot, but a session whose journal is damaged there must not go on as if nothing were wrong.

#include <filesystem>

#include "store/journal_format.hpp"

namespace lanner::store {

// Every record up to the place is good, follows the one before, and the last one is the one that
// the place names. Segments are read side by side, by as many threads as the machine has
// processors; each begins with what its header says of the one before, which that one must end
// with. Nothing of what is wrong is told: JournalReader finds it, with its place.
[[nodiscard]] bool verify_front(const std::filesystem::path& session, const JournalPlace& place);

}  // namespace lanner::store
