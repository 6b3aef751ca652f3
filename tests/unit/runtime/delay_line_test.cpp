#include "runtime/delay_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "runtime/timers.hpp"
#include "store/series_file.hpp"

using namespace lanner;
using model::TimerKind;
using runtime::DelayLine;
using runtime::TapeItem;
using runtime::TapeKind;

namespace {

constexpr Timestamp kAt{1'000 * kNsPerHour};

TapeItem bar_at(Timestamp open, std::uint32_t instrument, std::int32_t interval_s = 60) {
  return {open, TapeKind::bar, InstrumentId{instrument}, interval_s, nullptr};
}
TapeItem funding_at(Timestamp at, std::uint32_t instrument) {
  return {at, TapeKind::funding, InstrumentId{instrument}, 0, nullptr};
}

class Trades {
 public:
  TapeItem at(Timestamp at, Duration recorded) {
    records_.push_back({at.ns(), 1, 1, static_cast<std::int32_t>(recorded.ns() / 1000), 0});
    return {at, TapeKind::trade, InstrumentId{0}, 0,
            reinterpret_cast<const std::byte*>(&records_.back())};
  }

 private:
  std::deque<store::TradeRecord> records_;
};

model::Event take(DelayLine& line) {
  const model::Event event = line.front();
  line.pop();
  return event;
}

// Also names the instrument in the payload, to tell one event from the next.
void push(DelayLine& line, const TapeItem& item) {
  model::InstrumentStatus named;
  named.instrument_id = item.instrument_id;
  line.push(item).payload = named;
}

}  // namespace

TEST_CASE("a bar is heard of at its close and the feed's latency, never before") {
  DelayLine line(milliseconds(50));
  CHECK(line.is_empty());
  CHECK(line.next_time() == Timestamp::never());
  push(line, bar_at(kAt, 0));
  CHECK(line.next_time() == kAt + minutes(1) + milliseconds(50));
  const auto heard = take(line);
  CHECK(heard.ts_event == kAt + minutes(1));
  CHECK(heard.ts_init == kAt + minutes(1) + milliseconds(50));
  CHECK(line.is_empty());
}

TEST_CASE("at one instant the order is kind, then instrument; a kind keeps its own order") {
  DelayLine line(milliseconds(50));
  Trades trades;
  push(line, bar_at(kAt, 3));
  push(line, bar_at(kAt, 4));
  push(line, bar_at(kAt - minutes(4), 1, 300));
  push(line, trades.at(kAt + minutes(1), {}));
  push(line, funding_at(kAt + minutes(1), 9));
  std::vector<std::uint32_t> order;
  while (!line.is_empty()) {
    CHECK(line.next_time() == kAt + minutes(1) + milliseconds(50));
    order.push_back(std::get<model::InstrumentStatus>(take(line).payload).instrument_id.value());
  }
  CHECK(order == std::vector<std::uint32_t>{9, 0, 1, 3, 4});
}

TEST_CASE("a recorded receipt is kept, and now never goes back") {
  DelayLine line(milliseconds(50));
  Trades trades;
  push(line, trades.at(kAt, milliseconds(400)));
  push(line, trades.at(kAt + milliseconds(10), milliseconds(20)));
  push(line, trades.at(kAt + seconds(2), {}));
  push(line, trades.at(kAt + seconds(3), milliseconds(-5)));
  CHECK(take(line).ts_init == kAt + milliseconds(400));
  // It was received while the one before was still on its way.
  const auto second = take(line);
  CHECK(second.ts_init == kAt + milliseconds(400));
  CHECK(second.ts_event == kAt + milliseconds(10));
  CHECK(take(line).ts_init == kAt + seconds(2) + milliseconds(50));
  // A receipt before the trade itself is no receipt.
  CHECK(take(line).ts_init == kAt + seconds(3) + milliseconds(50));
}

TEST_CASE("timers fire by time, then kind, then key; setting one again replaces it") {
  runtime::Timers timers;
  CHECK(timers.next_time() == Timestamp::never());
  timers.set({TimerKind::exec, 2, kAt});
  timers.set({TimerKind::exec, 1, kAt});
  timers.set({TimerKind::strategist_cycle, 0, kAt});
  timers.set({TimerKind::position, 7, kAt + seconds(1)});
  timers.set({TimerKind::day_start, 0, kAt + seconds(9)});
  timers.set({TimerKind::day_start, 0, kAt - seconds(1)});
  timers.set({TimerKind::exec, 2, kAt + seconds(3)});
  std::vector<model::SetTimer> fired;
  while (timers.next_time() != Timestamp::never()) {
    const Timestamp at = timers.next_time();
    fired.push_back(timers.pop());
    CHECK(fired.back().at == at);
  }
  const std::vector<model::SetTimer> expected{{TimerKind::day_start, 0, kAt - seconds(1)},
                                              {TimerKind::strategist_cycle, 0, kAt},
                                              {TimerKind::exec, 1, kAt},
                                              {TimerKind::position, 7, kAt + seconds(1)},
                                              {TimerKind::exec, 2, kAt + seconds(3)}};
  CHECK(fired == expected);
}
