#pragma once

// Checks of one session: its bytes, its protection, and that it knew nothing of the future.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/replay.hpp"
#include "runtime/run_options.hpp"

namespace lanner::runtime {

struct JournalCheck {
  std::uint64_t records = 0;
  std::uint64_t events = 0;
  std::uint64_t caused = 0;
  std::uint64_t bytes = 0;  // of records, headers included
  std::uint64_t last_sequence = 0;
  std::uint64_t chain = 0;  // head
  std::uint64_t torn_bytes = 0;
  bool is_closed = false;
  std::optional<CorruptPlace> damage;
};
// Reads every record: checksum, chain, order of sequences. Refolds nothing.
[[nodiscard]] Result<JournalCheck> check_journal(const std::filesystem::path& session);

struct ProtectionCheck {
  std::int64_t unprotected_ns_max = 0;
  std::uint32_t breaches = 0;
  std::string first_kind;  // of a breach; empty: none
  std::string first_instrument;
  Timestamp first_at;
  Money conservation_error;
  std::optional<SessionClosed> recorded;  // what the session said at its end
  bool is_same_session = false;           // the session played again came to the recorded digest
};
// Plays the session again on its catalog with the exchange model, up to where it ended, and judges
// from the exchange's own log.
[[nodiscard]] Result<ProtectionCheck> check_protection(const std::filesystem::path& session,
                                                       const Progress& progress);

struct LookaheadCut {
  Timestamp at;
  std::uint64_t decisions = 0;  // up to it
  bool is_equal = false;
};
struct LookaheadCheck {
  std::uint64_t decisions = 0;  // of the whole session
  std::vector<LookaheadCut> cuts;
};
// Plays the session's data whole and cut at `cuts` instants drawn from the seed: everything that
// was decided up to a cut must be the same bytes, or something knew what came after it.
[[nodiscard]] Result<LookaheadCheck> check_lookahead(const std::filesystem::path& session,
                                                     std::uint32_t cuts, std::uint64_t seed,
                                                     const Progress& progress);

}  // namespace lanner::runtime
