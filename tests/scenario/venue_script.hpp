#pragma once

// The language of the files in tests/scenario/venue: orders and prints go into the simulated
// exchange, and everything that it answers must be told by the expect lines behind, in order.
//
//   # scenario: ONE SENTENCE            the first line of every file
//   given   [spot] [balance B] [isolated LEVERAGE] [liquidation_fee R]
//           [tiers CAP:LEVERAGE:MAINTENANCE,...]
//           (a perpetual, tick .1, step .1, 2/5 bps, 10,000 of cash, one tier of 20x and 2.5 %;
//           no spread, slippage or impact, so that every fill can be told by hand)
//   at T    trade P x Q [sell]         (T: 10ms, 2s, 5m after the start)
//           bar O H L C x V            (one minute from T)         pass
//           mark P                     funding RATE
//           status trading|halted|settling|delisted [price P]
//           rules [tick T] [step S] [quantity_min Q] [notional_min N]
//           deleverage SHARE [price P]  (of our position, against a bankrupt counterparty)
//           send NAME buy|sell TYPE Q [limit P] [trigger P] [activation P] [callback R]
//                [offset P] [ioc|fok|gtd T] [post_only] [reduce_only] [close_position] [mark]
//                [stp MODE]            (arrives at T)
//           amend NAME [quantity Q] [limit P] [trigger P]           cancel NAME
//   expect  NAME accepted | rejected REASON | triggered | canceled REASON [filled Q]
//           NAME expired REASON [filled Q] | filled Q @ P [maker] [leaves Q]
//           NAME amended Q [limit P] [trigger P] [REASON] | amend_rejected REASON
//           NAME cancel_rejected | forced KIND buy|sell Q @ P fee F | funding AMOUNT | nothing
//   expect  position Q | cash B | equity E | orders N | liquidation P|none    (how things stand)
//
// At the end of each file cash must equal the start plus all that was booked, to the last unit.

#include <filesystem>
#include <string>

namespace lanner::test {

// The first thing that did not hold, with file and line; empty when all did.
[[nodiscard]] std::string run_venue_script(const std::filesystem::path& path);

}  // namespace lanner::test
