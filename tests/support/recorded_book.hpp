#pragma once

// A recording with depth and trades, played into the simulated exchange alone.

#include <doctest/doctest.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "runtime/book_feed.hpp"
#include "runtime/tape.hpp"
#include "sim/exchange.hpp"
#include "store/import/importer.hpp"
#include "support/data_dir.hpp"
#include "support/scratch_dir.hpp"

namespace lanner::test {

// The files of the recorded data as one catalog.
inline store::Catalog import_recorded(const ScratchDir& dir,
                                      const std::vector<const char*>& files) {
  for (const char* file : files) {
    const auto report = store::import_files({{*data_dir() / file}, "", dir.path() / "catalog", {}});
    REQUIRE_MESSAGE(report, report.error().message);
  }
  auto catalog = store::Catalog::open(dir.path() / "catalog");
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  return std::move(*catalog);
}

class RecordedVenue {
 public:
  RecordedVenue(const store::Catalog& catalog, InstrumentId id, sim::ExchangeConfig config,
                Timestamp from = {}, Timestamp to = Timestamp::never())
      : table(catalog.instruments()),
        feed_(id),
        exchange(table, model::ParameterSet{}, rich(std::move(config))) {
    auto opened = runtime::Tape::open(catalog, {{id}, from, to});
    REQUIRE_MESSAGE(opened, opened.error().message);
    tape_.push_back(std::move(*opened));
  }

  [[nodiscard]] bool is_done() const { return tape_[0].is_done(); }
  [[nodiscard]] Timestamp next_time() const { return tape_[0].next_time(); }
  // One item of the tape, after everything that is due at the exchange before it.
  void step() {
    const runtime::TapeItem item = tape_[0].next();
    exchange.advance(item.venue_time, events);
    switch (item.kind) {
      case runtime::TapeKind::depth:
        feed_.on_event(item.depth(), exchange);
        break;
      case runtime::TapeKind::trade:
        exchange.on_trade(item.trade(), item.venue_time);
        break;
      case runtime::TapeKind::quote:
        exchange.on_quote(item.quote(), item.venue_time);
        break;
      case runtime::TapeKind::bar:
        exchange.on_bar(item.bar(), item.venue_time);
        break;
      case runtime::TapeKind::funding:
        exchange.on_funding(item.funding(), item.venue_time);
        break;
      case runtime::TapeKind::mark:
        exchange.on_mark(item.mark(), item.venue_time);
        break;
      case runtime::TapeKind::open_interest:
      case runtime::TapeKind::liquidation:
      case runtime::TapeKind::sentiment:
        break;
    }
    exchange.advance(item.venue_time, events);
  }

  model::InstrumentTable table;

 private:
  static sim::ExchangeConfig rich(sim::ExchangeConfig config) {
    config.balances.assign(16, Money::from_int(1'000'000'000));
    return config;
  }
  std::vector<runtime::Tape> tape_;
  runtime::BookFeed feed_;

 public:
  sim::Exchange exchange;
  std::vector<model::Event> events;
};

}  // namespace lanner::test
