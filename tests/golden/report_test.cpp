#include <doctest/doctest.h>

#include "research/report_html.hpp"
#include "runtime/result_json.hpp"
#include "support/golden.hpp"
#include "support/made_result.hpp"

using namespace lanner;

namespace {

std::string page_of(const views::RunResult& result) {
  runtime::JsonObject figures;
  runtime::set_figures(figures, result);
  return research::report_html({result, {"A warning."}, figures.text(), "1.2.3"});
}

}  // namespace

TEST_CASE("the report of a small session is as approved") {
  CHECK_GOLDEN("report.html", page_of(test::made_result()));
}

TEST_CASE("a backtest's answer is as approved") {
  CHECK_GOLDEN("backtest.json",
               runtime::result_json("backtest/1", test::made_result()).text() + "\n");
}

TEST_CASE("a report needs nothing from outside and says what it is") {
  const std::string page = page_of(test::made_result());
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<link") == std::string::npos);
  CHECK(page.find("src=") == std::string::npos);
  CHECK(page.find("SYNTHETIC MARKET") != std::string::npos);
  CHECK(page.find("no proven edge") != std::string::npos);
  CHECK(page.find("seed 1 &lt;made&gt;") != std::string::npos);
}

TEST_CASE("a report of many trades stays below 500 kB") {
  views::RunResult result = test::made_result();
  while (result.trade_list.size() < 20'000) {
    result.trade_list.push_back(result.trade_list[result.trade_list.size() % 3]);
  }
  while (result.equity.size() < 4'096) {
    views::EquityPoint next = result.equity[result.equity.size() % 25];
    next.at = result.equity.back().at + hours(1);
    result.equity.push_back(next);
  }
  result.status_changes.resize(5'000, result.status_changes.front());
  result.pending_list.resize(5'000, result.pending_list.front());
  CHECK(page_of(result).size() < 500'000);
}

TEST_CASE("a report of nothing is still a page") {
  const std::string page = page_of(views::RunResult{});
  CHECK(page.find("too few points") != std::string::npos);
  CHECK(page.find("</html>") != std::string::npos);
}
