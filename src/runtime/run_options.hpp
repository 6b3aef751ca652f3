#pragma once

// What a user asks of a session, before anything is opened.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "model/margin.hpp"
#include "sim/latency_model.hpp"
#include "sim/queue.hpp"
#include "store/journal_format.hpp"

namespace lanner::runtime {

struct JournalSettings {
  store::Durability durability = store::Durability::written;
  // Closed sessions of the profile, at the start of a run; 0 = never.
  std::int64_t compress_days = 0;  // older than this: their segments are compressed
  std::int64_t keep_days = 0;      // older than this: deleted
  std::int64_t keep_sessions = 0;  // more than this: the oldest are deleted
};

// "conservative", "probabilistic" or "none"; nothing for another text.
[[nodiscard]] std::optional<sim::QueueModel> queue_model_of(std::string_view name) noexcept;

// Instruments that features compare the traded ones with, played beside them where the catalog has
// them: none, the spot of each perpetual, or that and the same contract on another venue.
enum class References : std::uint8_t { off, spot, all };
[[nodiscard]] std::optional<References> references_of(std::string_view name) noexcept;

struct RunOptions {
  std::filesystem::path data;     // catalog or folder of data files; empty = synthetic market
  std::filesystem::path profile;  // where imported and synthetic catalogs and sessions are kept
  std::int32_t bars_s = 0;  // played in bars of this length, built from what is there; 0 = as it is
  std::vector<std::string> instruments;  // names or symbols; empty = all of market and quote
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;  // exclusive
  Money balance = Money::from_int(10'000);  // per venue
  std::uint64_t seed = 1;
  std::string mask;  // component ids, comma-separated
  std::vector<std::pair<std::string, std::string>> sets;  // parameter id, decimal
  std::vector<std::pair<std::string, std::string>> profile_sets;  // below `sets`: the profile's
  std::vector<std::string> pinned;  // parameter ids that learning leaves alone
  std::vector<std::pair<std::string, std::string>> features;  // name, expression
  std::filesystem::path conditions;  // tc1 file
  bool takes_proposals = false;      // from programs, while it runs
  std::string market;                // "perp", "spot", or empty: perp where both exist
  std::string quote;                 // empty: USDT
  References references = References::all;
  std::optional<Rate> fee;           // replaces maker and taker fee everywhere
  std::optional<std::int64_t> leverage;
  bool has_fixed_universe = false;   // not ranked as of each day
  std::optional<sim::QueueModel> queue_model;
  std::optional<std::int64_t> open_positions_max;
  JournalSettings journal;
  model::MarginTerms margin;
  Rate liquidation_fee = Rate::from_raw(Rate::kScale / 80);  // 1.25 %, as Binance on BTCUSDT
  sim::LatencyKind latency_model = sim::LatencyKind::constant;
  std::filesystem::path latency_file;  // measured round trips, for the recorded model
  std::filesystem::path venue_events;  // file; empty: none
  std::filesystem::path out;  // session directory; empty: no journal is kept
  bool with_bad_day = true;   // run the bad-day twin beside it
  bool with_past = true;    // learn from the history before it (warm_start.weight)
  bool best_span = false;     // only the span with the most distinct instruments
};

// Told now and then; false stops the session in good order.
using Progress = std::function<bool(double done, Timestamp now, std::uint64_t events)>;

}  // namespace lanner::runtime
