#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "app/progress_bar.hpp"
#include "app/summary_text.hpp"
#include "app/terminal_view.hpp"
#include "support/golden.hpp"
#include "support/made_result.hpp"

using namespace lanner;

namespace {

const std::vector<std::string> kNotes{"feed: SYNTHETIC market (seed 1)", "session: 000001"};

std::string view_at(std::size_t columns, std::size_t rows, bool has_color) {
  return app::terminal_view(test::made_live_view(), kNotes, {{columns, rows}, has_color});
}

}  // namespace

TEST_CASE("the terminal view is as approved") {
  CHECK_GOLDEN("terminal_view.txt", view_at(110, 40, false));
  CHECK_GOLDEN("terminal_line.txt", app::terminal_line(test::made_live_view()) + "\n");
}

TEST_CASE("the terminal view fits the terminal") {
  for (const std::size_t columns : {40U, 80U, 200U}) {
    for (const std::size_t rows : {20U, 24U, 60U}) {
      const std::string text = view_at(columns, rows, false);
      CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) < rows);
      std::istringstream lines{text};
      for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= columns);
      }
    }
  }
}

TEST_CASE("without colour there is no escape byte, with colour no other text") {
  const std::string plain = view_at(110, 40, false);
  CHECK(plain.find('\x1b') == std::string::npos);
  const std::string tinted = view_at(110, 40, true);
  CHECK(tinted.find("\x1b[31m-12.50") == std::string::npos);  // the column's blanks come first
  CHECK(tinted.find('\x1b') != std::string::npos);
}

TEST_CASE("an uncovered position is shouted about") {
  views::LiveView view = test::made_live_view();
  view.positions.front().working_stop_qty = Quantity{};
  const std::string text = app::terminal_view(view, {}, {{110, 40}, false});
  CHECK(text.find("UNCOVERED") != std::string::npos);
}

TEST_CASE("the summary for people is as approved") {
  CHECK_GOLDEN("summary.txt", app::summary_text(test::made_result()));
  CHECK_GOLDEN("trades.csv", app::trades_csv(test::made_result()));
}

TEST_CASE("progress tells share, time, rate and what is left") {
  const app::ProgressState state{0.25, Timestamp{1'746'372'780'000'000'000}, 1'500'000, 3.0};
  CHECK(app::progress_line("backtest", state, 100) ==
        "backtest   25 %  2025-05-04 15:33  1,500,000 events  500 k/s  ETA 9s");
  CHECK(app::progress_line("backtest", state, 20).size() == 20);
}
