#include "runtime/inputs/venue_events.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/scratch_dir.hpp"

namespace lanner::runtime {
namespace {

model::InstrumentTable table() {
  model::InstrumentTable made(2);
  made[0].id = InstrumentId{0};
  made[0].name = "BTCUSDT-PERP.BINANCE";
  made[1].id = InstrumentId{1};
  made[1].name = "ETHUSDT-PERP.BINANCE";
  return made;
}

Result<std::vector<VenueEvent>> read(const test::ScratchDir& dir, const std::string& text) {
  const auto path = dir.path() / "events.csv";
  std::ofstream(path) << text;
  return read_venue_events(path, table());
}

std::string problem(const test::ScratchDir& dir, const std::string& text) {
  const auto events = read(dir, text);
  return events ? "" : events.error().message;
}

TEST_CASE("venue events come sorted, each with its figures") {
  const test::ScratchDir dir{"venue_events"};
  const auto events = read(dir,
                           "# a comment\n"
                           "2025-05-12T09:00:00Z,ETHUSDT-PERP.BINANCE,delisted,price=1.25\n"
                           "\n"
                           "2025-05-10T00:00:00Z,BTCUSDT-PERP.BINANCE,halted  # trouble\r\n"
                           "2025-05-11,BTCUSDT-PERP.BINANCE,rules,tick=0.5,notional_min=100\n"
                           "2025-05-13T14:00:00Z,BTCUSDT-PERP.BINANCE,deleveraged,share=0.5\n");
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 4);
  const auto& halted = std::get<model::InstrumentStatus>((*events)[0].fact);
  CHECK(halted.state == model::InstrumentState::halted);
  const auto& rules = std::get<model::InstrumentRules>((*events)[1].fact);
  CHECK(rules.tick == *parse_fixed<Price>("0.5"));
  CHECK(rules.notional_min == *parse_fixed<Money>("100"));
  CHECK(rules.step.is_zero());
  const auto& gone = std::get<model::InstrumentStatus>((*events)[2].fact);
  CHECK(gone.instrument_id == InstrumentId{1});
  CHECK(gone.settlement_px == *parse_fixed<Price>("1.25"));
  CHECK(std::get<sim::Deleveraging>((*events)[3].fact).share == *parse_fixed<Rate>("0.5"));
}

TEST_CASE("a venue event that is not understood is refused with its line") {
  const test::ScratchDir dir{"venue_events"};
  const std::string btc = "2025-05-10,BTCUSDT-PERP.BINANCE,";
  CHECK(problem(dir, "\n" + btc + "halted,price=1\n").find("events.csv:2: ") !=
        std::string::npos);
  CHECK(problem(dir, btc + "haltet\n").find("did you mean 'halted'?") != std::string::npos);
  CHECK(problem(dir, "2025-05-10,XRP,halted\n").find("no instrument 'XRP'") != std::string::npos);
  CHECK(problem(dir, "yesterday,BTCUSDT-PERP.BINANCE,halted\n") != "");
  CHECK(problem(dir, btc + "rules\n").find("changes tick") != std::string::npos);
  CHECK(problem(dir, btc + "rules,tick=0\n").find("number above 0") != std::string::npos);
  CHECK(problem(dir, btc + "rules,tick=1,tick=2\n").find("one number") != std::string::npos);
  CHECK(problem(dir, btc + "rules,tack=1,tick=2\n").find("may follow") != std::string::npos);
  CHECK(problem(dir, btc + "deleveraged,share=1.5\n").find("share=") != std::string::npos);
  CHECK(problem(dir, btc + "deleveraged,price=1.5\n").find("share=") != std::string::npos);
  CHECK(problem(dir, "halted\n").find("write TIME,INSTRUMENT,KIND") != std::string::npos);
  CHECK(!read_venue_events(dir.path() / "none.csv", table()).has_value());
}

}  // namespace
}  // namespace lanner::runtime
