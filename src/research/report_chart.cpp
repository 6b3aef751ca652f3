#include "research/report_chart.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/isotime.hpp"
#include "views/format.hpp"

namespace lanner::research {
namespace {

constexpr std::size_t kPointsMost = 600;
constexpr double kWidth = 960;
constexpr double kLeft = 76;
constexpr double kRight = 12;
constexpr double kTop = 10;
constexpr double kBottom = 26;

struct Curve {
  std::string_view css_class;
  std::vector<double> y;
};

struct Frame {
  double height = 0;
  double low = 0;
  double high = 1;
  std::int64_t from = 0;
  std::int64_t to = 1;

  [[nodiscard]] double x_of(Timestamp at) const {
    const double share = static_cast<double>(at.ns() - from) / static_cast<double>(to - from);
    return kLeft + share * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y_of(double value) const {
    return kTop + (high - value) / (high - low) * (height - kTop - kBottom);
  }
};

// Steps of 1, 2 or 5 times a power of ten, about five of them.
double step_of(double range) {
  double step = 1;
  while (step > range / 5) {
    step /= 10;
  }
  while (step * 10 <= range / 5) {
    step *= 10;
  }
  return range / step > 25 ? step * 5 : range / step > 10 ? step * 2 : step;
}

std::string y_label(double value, double step) {
  const int digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 4;
  return fmt::format("{:.{}f}", value + 0.0, digits);
}

std::string grid(const Frame& frame, std::string_view unit) {
  std::string out;
  const double step = step_of(frame.high - frame.low);
  const auto first = static_cast<std::int64_t>(std::ceil(frame.low / step));
  const auto last = static_cast<std::int64_t>(std::floor(frame.high / step));
  for (std::int64_t i = first; i <= last; ++i) {
    const double y = frame.y_of(static_cast<double>(i) * step);
    out += fmt::format(
        "<line class=grid x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=end>{}{}</text>\n",
        kLeft, kWidth - kRight, y, y, kLeft - 6, y + 4,
        y_label(static_cast<double>(i) * step, step), unit);
  }
  constexpr int kMarks = 6;
  for (int i = 0; i <= kMarks; ++i) {
    const Timestamp at{frame.from + (frame.to - frame.from) / kMarks * i};
    const std::string label = frame.to - frame.from > 3 * kNsPerDay
                                  ? format_date(at.ns())
                                  : views::minute_text(at).substr(5);
    out += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor={}>{}</text>\n", frame.x_of(at),
                       frame.height - 8, i == 0 ? "start" : i == kMarks ? "end" : "middle", label);
  }
  return out;
}

std::string points_text(const Frame& frame, const std::vector<views::EquityPoint>& points,
                        const std::vector<std::size_t>& kept, const std::vector<double>& y) {
  std::string out;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    out += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ", frame.x_of(points[kept[i]].at),
                       frame.y_of(y[i]));
  }
  return out;
}

Frame frame_of(const views::RunResult& result, double height, const std::vector<Curve>& curves) {
  Frame frame;
  frame.height = height;
  frame.from = result.equity.front().at.ns();
  frame.to = std::max(result.equity.back().at.ns(), frame.from + 1);
  frame.low = frame.high = curves.front().y.front();
  for (const Curve& curve : curves) {
    frame.low = std::min(frame.low, *std::min_element(curve.y.begin(), curve.y.end()));
    frame.high = std::max(frame.high, *std::max_element(curve.y.begin(), curve.y.end()));
  }
  // A flat line needs a frame too.
  const double margin = std::max((frame.high - frame.low) * 0.04, std::fabs(frame.high) * 1e-6);
  frame.low -= std::max(margin, 1e-6);
  frame.high += std::max(margin, 1e-6);
  return frame;
}

std::string svg_head(const Frame& frame, std::string_view label) {
  return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=img aria-label=\"{}\">\n", kWidth,
                     frame.height, label);
}

double value_of(Money money) { return to_score(money).value(); }

}  // namespace

std::vector<std::size_t> thin_out(const std::vector<views::EquityPoint>& points, std::size_t most) {
  std::vector<std::size_t> kept;
  const std::size_t buckets = std::max<std::size_t>(most / 2, 2) - 1;
  const bool is_short = points.size() <= most;
  const std::size_t length = is_short ? 1 : (points.size() + buckets - 1) / buckets;
  const auto keep = [&kept](std::size_t i) {
    if (kept.empty() || kept.back() < i) {
      kept.push_back(i);
    }
  };
  for (std::size_t begin = 0; begin < points.size(); begin += length) {
    const std::size_t end = std::min(begin + length, points.size());
    std::size_t low = begin;
    std::size_t high = begin;
    for (std::size_t i = begin; i < end; ++i) {
      low = points[i].equity < points[low].equity ? i : low;
      high = points[i].equity > points[high].equity ? i : high;
    }
    if (begin == 0) {
      keep(0);
    }
    keep(std::min(low, high));
    keep(std::max(low, high));
  }
  if (!points.empty()) {
    keep(points.size() - 1);
  }
  return kept;
}

std::string equity_chart(const views::RunResult& result) {
  if (result.equity.size() < 2) {
    return "<p class=none>Equity curve: too few points.</p>\n";
  }
  const auto kept = thin_out(result.equity, kPointsMost);
  Curve equity{"equity", {}};
  Curve hold{"hold", {}};
  const Curve none{"none", std::vector<double>(kept.size(), value_of(result.start_equity))};
  for (const std::size_t i : kept) {
    equity.y.push_back(value_of(result.equity[i].equity));
    hold.y.push_back(value_of(result.equity[i].buy_and_hold));
  }
  const std::vector<Curve> curves{none, hold, equity};
  const Frame frame = frame_of(result, 320, curves);
  std::string out = svg_head(
      frame, fmt::format("Equity from {} to {}; buy and hold ends with a profit of {}",
                         views::money_text(result.start_equity),
                         views::money_text(result.end_equity),
                         views::gain_text(result.buy_and_hold)));
  out += grid(frame, "");
  for (const Curve& curve : curves) {
    out += fmt::format("<polyline class={} points=\"{}\"/>\n", curve.css_class,
                       points_text(frame, result.equity, kept, curve.y));
  }
  out += "</svg>\n<p class=legend><span class=key-equity>equity</span> "
         "<span class=key-hold>buy and hold, equal parts</span> "
         "<span class=key-none>no trade</span></p>\n";
  return out;
}

std::string drawdown_chart(const views::RunResult& result) {
  if (result.equity.size() < 2) {
    return {};
  }
  const auto kept = thin_out(result.equity, kPointsMost);
  Curve fall{"fall", {}};
  Money peak = result.start_equity;
  std::size_t next = 0;
  for (std::size_t i = 0; i < result.equity.size() && next < kept.size(); ++i) {
    peak = std::max(peak, result.equity[i].equity);
    if (i == kept[next]) {
      const double top = value_of(peak);
      fall.y.push_back(top > 0 ? (value_of(result.equity[i].equity) / top - 1) * 100 : 0.0);
      ++next;
    }
  }
  Frame frame = frame_of(result, 160, {fall});
  frame.high = 0;
  frame.low = std::min(frame.low, -1e-3);
  const std::string line = points_text(frame, result.equity, kept, fall.y);
  return svg_head(frame, fmt::format("Drawdown; largest {}",
                                     views::pct_text(result.max_drawdown_pct))) +
         grid(frame, " %") +
         fmt::format("<polygon class=fall points=\"{:.1f},{:.1f} {} {:.1f},{:.1f}\"/>\n",
                     frame.x_of(result.equity.front().at), frame.y_of(0), line,
                     frame.x_of(result.equity.back().at), frame.y_of(0)) +
         "</svg>\n<p class=legend>drawdown from the highest equity</p>\n";
}

}  // namespace lanner::research
