#include <doctest/doctest.h>

#include <algorithm>

#include "research/html.hpp"
#include "research/report_chart.hpp"

using namespace lanner;

TEST_CASE("thinning keeps ends, lowest and highest, in order and within its bound") {
  std::vector<views::EquityPoint> points;
  for (int i = 0; i < 4'000; ++i) {
    points.push_back({Timestamp{i + 1}, Money::from_int(1'000 + (i * 7'919) % 501), Money{}});
  }
  points[1'234].equity = Money::from_int(5);
  points[2'345].equity = Money::from_int(9'000);
  const auto kept = research::thin_out(points, 600);
  CHECK(kept.size() <= 602);
  CHECK(kept.front() == 0);
  CHECK(kept.back() == points.size() - 1);
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(std::binary_search(kept.begin(), kept.end(), 1'234U));
  CHECK(std::binary_search(kept.begin(), kept.end(), 2'345U));
}

TEST_CASE("thinning leaves few points alone") {
  const std::vector<views::EquityPoint> one{{Timestamp{1}, Money{}, Money{}}};
  CHECK(research::thin_out(one, 600) == std::vector<std::size_t>{0});
  CHECK(research::thin_out({}, 600).empty());
  std::vector<views::EquityPoint> some;
  for (int i = 0; i < 10; ++i) {
    some.push_back({Timestamp{i + 1}, Money::from_int(i % 3), Money{}});
  }
  CHECK(research::thin_out(some, 600).size() == 10);
}

TEST_CASE("a flat curve has a frame") {
  views::RunResult result;
  result.equity = {{Timestamp{1}, Money::from_int(100), Money::from_int(100)},
                   {Timestamp{2}, Money::from_int(100), Money::from_int(100)}};
  result.start_equity = Money::from_int(100);
  const std::string svg = research::equity_chart(result) + research::drawdown_chart(result);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

TEST_CASE("names are made safe for HTML") {
  CHECK(research::html::escape("<a href=\"x\">&") == "&lt;a href=&quot;x&quot;&gt;&amp;");
}
