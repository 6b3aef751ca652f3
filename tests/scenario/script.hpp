#pragma once

// The language of the scenario files. A line is one thing that happens or is expected; what an
// event caused must be told completely, in order, by the expect lines behind it. Commands and
// verdicts are two lists: their order among each other is free.
//
//   # scenario: ONE SENTENCE            the first line of every file
//   given   [instrument NAME] [also NAME]... [spot] [tick T] [step S] [equity E] [notional_min N]
//   set     PARAMETER VALUE            mask  COMPONENT[,COMPONENT] | none
//   in      NAME                       the instrument of the lines below (a beginning will do)
//   plan    long|short trigger P stop P target P [limit P] [time_stop 60m] [expires 60m]
//           [when|and|either|or|unless FEATURE TIMEFRAME OP VALUE]...
//           (OP: > >= < <= cross_up cross_down; VALUE: a number or another feature; without
//           when: the price reaches the trigger; either/or: one of them is enough)
//   at T    trade P x Q [sell]         (T: 10ms, 2s, 5m, 1h after the start)
//           bar O H L C x V            mark P        status trading|halted|delisted
//           accepted NAME...  canceled NAME... [filled Q]  rejected NAME REASON
//           triggered NAME    expired NAME REASON [filled Q]
//           fill NAME Q @ P [leaves Q] liquidated Q @ P      (taker, commission 5 bps)
//           unknown NAME      report NAME STATUS [filled Q]  (STATUS unknown: not found)
//           cancel_rejected NAME       funding AMOUNT
//           timer strategist_cycle|bar_close|position|exec|day_start  (asked for by the engine)
//           state active|reducing|halted                     (the operator says so)
//   expect  submit ... | cancel NAME | query NAME | nothing
//   expect  traded | scaled GATE | refused GATE | closed REASON net AMOUNT | state STATE
//   expect  coin STATUS REASON         (of both sides together)
//   expect  position long|short Q | position flat | equity E | orders N   (how things stand)
//   ignore                              what the last event caused is not the point

#include <filesystem>
#include <string>

namespace lanner::test {

// The first thing that did not hold, with file and line; empty when all did.
[[nodiscard]] std::string run_scenario(const std::filesystem::path& path);
// What the first line says behind "# scenario: "; empty without such a line.
[[nodiscard]] std::string scenario_sentence(const std::filesystem::path& path);

}  // namespace lanner::test
