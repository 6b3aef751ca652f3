#include "research/report_html.hpp"

#include <fmt/core.h>

#include "base/isotime.hpp"
#include "research/html.hpp"
#include "research/report_chart.hpp"
#include "research/report_tables.hpp"
#include "views/format.hpp"

namespace lanner::research {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1b2430;--page:#fff;--soft:#5b6675;--line:#d9dee5;
--up:#0a6b3d;
--down:#b3261e;--equity:#1f5fd0;--hold:#b35c00;--fall:#b3261e33;--warn:#fff3d6}
@media (prefers-color-scheme:dark){:root{--ink:#e4e9f0;--page:#12161c;--soft:#9aa6b5;
--line:#2d3540;
--up:#57c98a;--down:#ff8a80;--equity:#7aa9ff;--hold:#f0a35c;--fall:#ff8a8044;--warn:#3d3113}}
*{box-sizing:border-box}body{margin:0 auto;max-width:70rem;padding:1.5rem 1rem 4rem;
color:var(--ink);
background:var(--page);font:15px/1.5 system-ui,sans-serif}h1{font-size:1.6rem;margin:.2rem 0}
h2{font-size:1.15rem;margin:2.2rem 0 .4rem;border-bottom:1px solid var(--line)}
p{margin:.4rem 0}.soft,.legend,caption,.none{color:var(--soft)}
.banner{background:repeating-linear-gradient(45deg,var(--warn) 0 14px,transparent 14px 28px),
var(--page);
border:2px solid var(--hold);padding:.6rem 1rem;font-weight:700;letter-spacing:.03em}
.note{background:var(--warn);padding:.4rem .8rem;border-left:4px solid var(--hold)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;
margin:1rem 0}
.tiles div{border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem}
.tiles dt{color:var(--soft);font-size:.85rem}.tiles dd{margin:0;font-size:1.2rem}
.tiles dd,.n,svg text{font-variant-numeric:tabular-nums}.up{color:var(--up)}.down{
color:var(--down)}
.scroll{overflow-x:auto}table{border-collapse:collapse;margin:.8rem 0;font-size:.9rem;
width:100%}
caption{text-align:left;font-weight:600}th,td{text-align:left;padding:.2rem .6rem;
border-bottom:1px solid var(--line);white-space:nowrap}.n{text-align:right}
.pairs :is(td,th):nth-child(odd){text-align:left}
td:only-child,.wrap td{white-space:normal}.mono{font-family:ui-monospace,monospace;
overflow-wrap:anywhere}
svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font:12px system-ui,
sans-serif}
.grid{stroke:var(--line)}polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}
.equity{stroke:var(--equity)}.hold{stroke:var(--hold);stroke-dasharray:6 4}
polyline.none{stroke:var(--soft);stroke-dasharray:2 4}.fall{fill:var(--fall);stroke:var(--down)}
.legend span{margin-right:1.2rem}.key-equity{border-bottom:3px solid var(--equity)}
.key-hold{border-bottom:3px dashed var(--hold)}.key-none{border-bottom:3px dotted var(--soft)}
summary{cursor:pointer;font-weight:600;margin:.8rem 0}:focus-visible{
outline:2px solid var(--equity)}
@media print{body{max-width:none;font-size:10px}h2{break-after:avoid}tr,svg,.tiles div{
break-inside:avoid}
.scroll{overflow:visible}}
)";

std::string head(const ReportPage& page) {
  const views::RunResult& result = page.result;
  const bool is_synthetic = result.feed == "synthetic";
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
      "<meta name=viewport content=\"width=device-width,initial-scale=1\">"
      "<title>Lanner report {} .. {}</title><style>{}</style></head>\n<body>\n<header>\n",
      format_date(result.from.ns()), format_date(result.to.ns()), kStyle);
  if (is_synthetic) {
    out += "<p class=banner>SYNTHETIC MARKET: no real prices stand behind these figures</p>\n";
  }
  out += fmt::format(
      "<h1>Session report</h1>\n<p>{} .. {} UTC, {} data{}{}, {} instruments</p>\n",
      views::minute_text(result.from), views::minute_text(result.to), html::escape(result.feed),
      result.feed_note.empty() ? "" : ": ", html::escape(result.feed_note),
      result.instruments.size());
  out += fmt::format("<p class=note>{}</p>\n", views::kNoEdge);
  for (const std::string& warning : page.warnings) {
    out += fmt::format("<p class=note>{}</p>\n", html::escape(warning));
  }
  return out + "</header>\n<main>\n";
}

std::string tile(std::string_view label, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", label, value);
}

std::string tiles(const views::RunResult& result) {
  std::string out = "<dl class=tiles>\n";
  out += tile("net profit", html::gain(result.net_pnl));
  out += tile("of start equity", views::share_text(result.net_pnl, result.start_equity));
  out += tile("buy and hold", html::gain(result.buy_and_hold));
  out += tile("no trade", html::gain(Money{}));
  out += tile("on a bad day", result.has_bad_day ? html::gain(result.bad_day_net_pnl) : "not run");
  out += tile("max drawdown", html::score(result.max_drawdown_pct, 2, "%"));
  out += tile("trades", html::count(result.trades));
  out += tile("expectancy", html::score(result.expectancy_r, 2, "R"));
  out += tile("profit factor", html::score(result.profit_factor, 2, ""));
  return out + "</dl>\n";
}

std::string too_short(const views::RunResult& result) {
  constexpr std::uint32_t kTrades = 30;
  const bool is_short = result.to - result.from < hours(30 * 24) || result.trades < kTrades;
  return is_short ? "<p class=note>Fewer than 30 days or 30 trades: too short to say anything "
                    "about the future.</p>\n"
                  : "";
}

std::string figure_table(const views::RunResult& result) {
  html::Table table("Figures", {"figure", "value", "figure", "value"}, 0);
  const auto row = [&table](std::string_view a, const std::string& a_value, std::string_view b,
                            const std::string& b_value) {
    table.add({std::string{a}, a_value, std::string{b}, b_value});
  };
  row("start equity", html::money(result.start_equity), "end equity",
      html::money(result.end_equity));
  row("gross profit", html::gain(result.gross_pnl), "net profit", html::gain(result.net_pnl));
  row("commissions", html::money(result.commissions), "funding", html::gain(result.funding));
  row("slippage, inside gross", html::money(result.slippage), "exposure",
      html::score(result.exposure_pct, 2, "%"));
  row("trades", html::count(result.trades), "entries", html::count(result.entries));
  row("wins", html::count(result.wins), "losses", html::count(result.losses));
  row("flats", html::count(result.flats), "still open", html::count(result.open_positions));
  row("triggers", html::count(result.triggers), "candidates", html::count(result.candidates));
  row("labelled", html::count(result.labelled), "pending", html::count(result.pending));
  row("strategist cycles", html::count(result.cycles), "coin adaptations",
      html::count(result.adaptations));
  row("events", html::count(result.events), "commands", html::count(result.commands));
  row("conservation error", html::figure(to_string(result.conservation_error),
                                         to_string(result.conservation_error)),
      "protection breaches", html::count(result.protection_breaches));
  row("unprotected, longest",
      html::figure(std::to_string(result.unprotected_ns_max),
                   fmt::format("{} ns", result.unprotected_ns_max)),
      "blocked now", html::count(result.blocked.size()));
  return "<div class=pairs>" + table.text() + "</div>\n";
}

std::string assumptions(const views::RunResult& result) {
  std::string out = "<ul>\n";
  for (const views::ModelRow& row : views::model_rows(result.model)) {
    out += fmt::format("<li>{}: {}.</li>\n", row.label, html::escape(row.text));
  }
  out += fmt::format("<li>universe: {}.</li>\n", html::escape(result.universe));
  for (const std::string& sentence : result.model.assumptions) {
    out += fmt::format("<li>{}</li>\n", html::escape(sentence));
  }
  return out + "<li>Buy and hold: equal parts of start equity in every instrument at its first "
               "price, without costs.</li>\n<li>Bad day: the same data with latency x20, 5 % of "
               "answers unknown and bursts of refusals.</li>\n</ul>\n";
}

std::string foot(const ReportPage& page) {
  // A "</script" inside a string may not end the element.
  std::string json;
  for (const char c : page.figures_json) {
    json += c == '<' ? std::string{"\\u003c"} : std::string{c};
  }
  return fmt::format("</main>\n<footer><h2>Provenance</h2>\n<p class=mono>digest {}</p>\n"
                     "<p class=\"soft mono\">{}</p>\n<p class=soft>Lanner {}. The figures follow "
                     "from the session's journal alone; lanner replay --verify checks them.</p>\n"
                     "<script type=\"application/json\" id=figures>{}</script>\n"
                     "</footer>\n</body></html>\n",
                     html::escape(page.result.digest), html::escape(page.result.session),
                     html::escape(page.version), json);
}

}  // namespace

std::string report_html(const ReportPage& page) {
  const views::RunResult& result = page.result;
  const auto section = [](std::string_view title, const std::string& body) {
    return fmt::format("<section><h2>{}</h2>\n{}</section>\n", title, body);
  };
  return head(page) + too_short(result) + tiles(result) +
         section("Equity", equity_chart(result) + drawdown_chart(result) + day_table(result)) +
         section("All figures", figure_table(result)) + section("Costs", cost_table(result)) +
         section("Trades", breakdown_tables(result) + trade_table(result)) +
         section("Not traded", refusal_table(result)) +
         section("What was learned", learning_tables(result)) +
         section("Open at the end", open_table(result)) +
         section("What the fill model assumes", assumptions(result)) + foot(page);
}

}  // namespace lanner::research
