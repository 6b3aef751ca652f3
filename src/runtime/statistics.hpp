#pragma once

// Watches a session event by event and works out its figures (views/run_result.hpp). It only
// looks: nothing here reaches the engine. A replay feeds it the same events and gets the same
// figures.

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "core/engine.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

class Statistics {
 public:
  explicit Statistics(const core::Engine& engine);

  // After the engine applied `event` and put what it caused into `sink`.
  void on_event(const model::Event& event, const model::CommandSink& sink) {
    ++events_;
    last_at_ = event.ts_init;
    note_price(event);
    if (!sink.is_silent() || !sink.notices().empty()) {
      note_caused(sink);
    }
    if (event.ts_init >= next_sample_) [[unlikely]] {
      sample_equity(event.ts_init);
    }
  }

  // Everything that engine and journal tell; figures of the exchange's own log are the caller's.
  [[nodiscard]] views::RunResult result() const;
  [[nodiscard]] views::LiveView live_view() const;

 private:
  static constexpr std::size_t kDecisionLines = 30;
  static constexpr std::size_t kLastTrades = 12;
  static constexpr std::size_t kEquityPointsMax = 4096;

  struct Holding {
    Price first;
    Price last;
    void note(Price earlier, Price later) noexcept {
      first = first.is_zero() ? earlier : first;
      last = later;
    }
  };

  void note_price(const model::Event& event) noexcept {
    if (const auto* trade = std::get_if<model::TradeTick>(&event.payload)) {
      holdings_[trade->instrument_id.index()].note(trade->price, trade->price);
    } else if (const auto* bar = std::get_if<model::Bar>(&event.payload)) {
      holdings_[bar->instrument_id.index()].note(bar->open, bar->close);
    }
  }
  void note_caused(const model::CommandSink& sink);
  void note_decisions(const model::CommandSink& sink);
  void note_notices(const model::CommandSink& sink);
  void sample_equity(Timestamp now);
  [[nodiscard]] Money buy_and_hold_value() const;
  [[nodiscard]] std::vector<views::OpenPosition> open_positions() const;
  [[nodiscard]] std::vector<views::CoinRow> coin_rows() const;
  [[nodiscard]] std::vector<std::string> instrument_names() const;
  void fill_trades(views::RunResult& result) const;
  void fill_account(views::RunResult& result) const;

  const core::Engine& engine_;
  std::uint64_t events_ = 0;
  std::uint64_t commands_ = 0;
  Timestamp first_at_;
  Timestamp last_at_;
  Timestamp next_sample_;
  Duration sample_every_ = hours(1);
  std::vector<Holding> holdings_;  // by instrument
  std::vector<views::EquityPoint> equity_;
  std::vector<model::TradeClosed> trades_;
  std::vector<model::CoinStatusChanged> status_changes_;
  Timestamp state_since_;  // of the trading state; unset: since the start
  std::uint64_t conditions_never_true_ = 0;
  std::deque<views::DecisionLine> decisions_;  // latest first
  std::array<std::uint64_t, static_cast<std::size_t>(model::Gate::count_)> refusals_{};
  std::vector<std::uint32_t> trades_by_coin_;
  std::vector<Money> net_by_coin_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(events_, commands_, first_at_, last_at_, next_sample_, sample_every_, holdings_,
            equity_, trades_, status_changes_, state_since_, conditions_never_true_, decisions_,
            refusals_, trades_by_coin_, net_by_coin_);
  }
};

}  // namespace lanner::runtime
