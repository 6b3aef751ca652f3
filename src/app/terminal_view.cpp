#include "app/terminal_view.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "views/format.hpp"

namespace lanner::app {
namespace {

using views::count_text;
using views::gain_text;
using views::money_text;

enum class Tint : unsigned char { plain, title, good, bad, faint, warn };

const char* code_of(Tint tint) noexcept {
  switch (tint) {
    case Tint::plain: return "";
    case Tint::title: return "\x1b[1m";
    case Tint::good: return "\x1b[32m";
    case Tint::bad: return "\x1b[31m";
    case Tint::faint: return "\x1b[2m";
    case Tint::warn: return "\x1b[33m";
  }
  return "";
}

// Never colour alone: the sign or the word is there too.
Tint tint_of(Money gain) noexcept {
  return gain.is_positive() ? Tint::good : gain.is_negative() ? Tint::bad : Tint::plain;
}

// Columns are counted before colours are added, and UTF-8 never enters: cutting is safe.
class ViewText {
 public:
  explicit ViewText(const TerminalStyle& style) : style_(style) {}

  ViewText& add(const std::string& text, Tint tint = Tint::plain) {
    const std::size_t room = style_.size.columns - std::min(style_.size.columns, used_);
    const std::string shown = text.substr(0, room);
    used_ += shown.size();
    const bool is_tinted = style_.has_color && tint != Tint::plain && !shown.empty();
    out_ += is_tinted ? code_of(tint) + shown + "\x1b[0m" : shown;
    return *this;
  }
  void end() {
    while (!style_.has_color && !out_.empty() && out_.back() == ' ') {
      out_.pop_back();
    }
    out_ += '\n';
    used_ = 0;
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  TerminalStyle style_;
  std::string out_;
  std::size_t used_ = 0;
};

void add_head(ViewText& text, const views::LiveView& view) {
  const bool is_synthetic = view.feed == "synthetic";
  text.add("lanner " + view.mode, Tint::title).add("  ");
  text.add(is_synthetic ? "SYNTHETIC MARKET" : view.feed + " market",
           is_synthetic ? Tint::warn : Tint::plain);
  text.add("  " + views::minute_text(view.now) + " UTC");
  text.add(fmt::format("  {:.0f} %", view.progress.value() * 100));
  // The note may be long: it stands last, where it may be cut.
  text.add(view.feed_note.empty() ? "" : "  " + view.feed_note, Tint::faint).end();
  text.add(views::kNoEdge, Tint::warn).end();
  const Money gain = view.equity - view.start_equity;
  text.add("equity " + money_text(view.equity) + "  ");
  text.add(gain_text(gain) + " (" + views::share_text(gain, view.start_equity) + ")",
           tint_of(gain));
  text.add("  open ").add(gain_text(view.unrealised), tint_of(view.unrealised));
  text.add("  drawdown " + views::pct_text(view.drawdown_pct) + "  ");
  const bool is_active = view.trading_state == model::TradingState::active;
  text.add(model::name_of(view.trading_state), is_active ? Tint::plain : Tint::bad).end();
  text.add(fmt::format("trades {} ({} won)  candidates {}  events {} ({} /s)", view.trades,
                       view.wins, count_text(view.candidates), count_text(view.events),
                       count_text(static_cast<std::uint64_t>(view.events_per_s.value()))))
      .end();
}

void add_title(ViewText& text, const std::string& title) {
  text.end();
  text.add(title, Tint::title).end();
}

std::string px_text(Price value) { return value.is_zero() ? "-" : to_string(value); }

void add_positions(ViewText& text, const views::LiveView& view, std::size_t most) {
  add_title(text, fmt::format("{:<27}{:<6}{:>11}{:>11}{:>11}{:>10}{:>11}{:>11}",
                              fmt::format("Positions ({})", view.positions.size()), "side",
                              "quantity", "entry", "mark", "open", "stop", "target"));
  if (view.positions.empty()) {
    text.add("  none", Tint::faint).end();
  }
  for (std::size_t i = 0; i < std::min(most, view.positions.size()); ++i) {
    const views::OpenPosition& open = view.positions[i];
    const model::Position& position = open.position;
    const Price entry = average_price(position.entry_notional, position.entry_qty);
    text.add(fmt::format("{:<27.26}{:<6}{:>11}{:>11.10}{:>11.10}", open.instrument,
                         model::name_of(position.side), to_string(position.quantity),
                         px_text(entry), px_text(position.mark_px)));
    text.add(fmt::format("{:>10}", gain_text(open.unrealised)), tint_of(open.unrealised));
    const bool is_short_of_stop = open.working_stop_qty < position.quantity;
    const std::string stop = is_short_of_stop ? "UNCOVERED" : px_text(open.working_stop_px);
    text.add(fmt::format("{:>11.10}", stop), is_short_of_stop ? Tint::bad : Tint::plain);
    text.add(fmt::format("{:>11.10}", px_text(open.target_px)));
    text.add(open.has_disaster_stop ? " +disaster" : "", Tint::faint).end();
  }
}

void add_decision(ViewText& text, const views::DecisionLine& line) {
  text.add(fmt::format("{} {:<27.26}{:<6}{:<4}", views::minute_text(line.at).substr(5),
                       line.instrument, model::name_of(line.side),
                       model::name_of(line.template_id)));
  if (line.is_traded) {
    text.add("entry   ", Tint::good);
    text.add(fmt::format("{} at an expected cost of {} R", to_string(line.quantity),
                         views::score_text(line.cost_r)));
  } else {
    text.add("refused ", Tint::warn);
    text.add(fmt::format("{} ({} against {})", model::name_of(line.refused_by),
                         views::score_text(line.value, 3), views::score_text(line.threshold, 3)));
  }
  text.end();
}

void add_closed(ViewText& text, const views::LiveView& view, std::size_t most) {
  for (std::size_t i = 0; i < std::min(most, view.last_trades.size()); ++i) {
    const model::TradeClosed& trade = view.last_trades[i];
    text.add(fmt::format("{} {:<27.26}{:<6}{:<4}{:<10.9}",
                         views::minute_text(trade.closed_at).substr(5),
                         views::name_in(view.instrument_names, trade.instrument_id),
                         model::name_of(trade.side), model::name_of(trade.template_id),
                         model::name_of(trade.exit_reason)));
    text.add(fmt::format("{:>10}{:>9}", gain_text(trade.net_pnl), views::r_text(trade.net_r)),
             tint_of(trade.net_pnl));
    text.end();
  }
}

// Coins whose status differs first, then those with the most evidence.
std::vector<const views::CoinRow*> ranked_coins(const views::LiveView& view) {
  std::vector<const views::CoinRow*> rows;
  for (const views::CoinRow& coin : view.coins) {
    rows.push_back(&coin);
  }
  const auto is_special = [](const views::CoinRow* row) {
    return row->long_status != model::CoinStatus::normal ||
           row->short_status != model::CoinStatus::normal;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const auto* a, const auto* b) {
    return is_special(a) != is_special(b) ? is_special(a) : b->n < a->n;
  });
  return rows;
}

Tint tint_of(model::CoinStatus status) noexcept {
  return status == model::CoinStatus::favoured  ? Tint::good
         : status == model::CoinStatus::blocked ? Tint::bad
         : status == model::CoinStatus::reduced ? Tint::warn
                                                : Tint::plain;
}

void add_coins(ViewText& text, const views::LiveView& view, std::size_t most) {
  add_title(text, fmt::format("{:<27}{:<10}{:<10}{:>7}{:>9}{:>8}{:>8}{:>11}", "Coins", "long",
                              "short", "n", "mean R", "P(>0)", "trades", "net"));
  const auto rows = ranked_coins(view);
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
    const views::CoinRow& coin = *rows[i];
    text.add(fmt::format("{:<27.26}", coin.instrument));
    text.add(fmt::format("{:<10}", model::name_of(coin.long_status)), tint_of(coin.long_status));
    text.add(fmt::format("{:<10}", model::name_of(coin.short_status)), tint_of(coin.short_status));
    text.add(fmt::format("{:>7}{:>9}{:>8}{:>8}", views::score_text(coin.n, 1),
                         views::score_text(coin.mean_r),
                         views::score_text(coin.probability_positive), coin.trades));
    text.add(fmt::format("{:>11}", gain_text(coin.net_pnl)), tint_of(coin.net_pnl));
    text.end();
  }
}

}  // namespace

std::string terminal_view(const views::LiveView& view, const std::vector<std::string>& notes,
                          const TerminalStyle& style) {
  constexpr std::size_t kFixedLines = 13;  // head, four titles with their blank lines, the rest
  const std::size_t rows = std::max<std::size_t>(style.size.rows, 20) - 1;
  const std::size_t note_count = std::min<std::size_t>(notes.size(), 2);
  std::size_t room = rows - std::min(rows, kFixedLines + note_count);
  // Positions matter most; what a section leaves over goes to the next.
  const std::size_t positions = std::min(view.positions.size(), std::max<std::size_t>(room / 3, 2));
  room -= std::min(room, std::max<std::size_t>(positions, 1));
  const std::size_t decisions = std::min(view.decisions.size(), room / 3);
  room -= decisions;
  const std::size_t closed = std::min(view.last_trades.size(), room / 3);
  room -= closed;

  ViewText text(style);
  add_head(text, view);
  add_positions(text, view, positions);
  add_title(text, "Decisions, latest first");
  for (std::size_t i = 0; i < decisions; ++i) {
    add_decision(text, view.decisions[i]);
  }
  add_title(text, "Closed trades, latest first");
  add_closed(text, view, closed);
  add_coins(text, view, room);
  for (std::size_t i = notes.size() - note_count; i < notes.size(); ++i) {
    text.add(notes[i], Tint::faint).end();
  }
  return text.take();
}

std::string terminal_line(const views::LiveView& view) {
  const Money gain = view.equity - view.start_equity;
  return fmt::format("{}  {:>3.0f} %  equity {} ({})  open {}  trades {}  drawdown {}  {}",
                     views::minute_text(view.now), view.progress.value() * 100,
                     money_text(view.equity), views::share_text(gain, view.start_equity),
                     view.positions.size(), view.trades, views::pct_text(view.drawdown_pct),
                     model::name_of(view.trading_state));
}

}  // namespace lanner::app
