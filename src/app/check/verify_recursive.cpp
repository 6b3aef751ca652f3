#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "app/check/verify_starts.hpp"
#include "app/look/text_table.hpp"
#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "base/isotime.hpp"
#include "runtime/check/recursive.hpp"
#include "runtime/json_out.hpp"
#include "store/resample.hpp"

namespace lanner::app {
namespace {

constexpr int kAFeatureDepends = 8;
constexpr const char* kStartsDefault = "1d,3d,7d,14d,28d";

constexpr std::array kRecursiveArguments{
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};
constexpr std::array kRecursiveFlags{
    Flag{"--startup", "D,D", "how long before the last day to begin (1d,3d,7d,14d,28d)", true}};

Result<std::vector<Duration>> starts_of(const Invocation& in) {
  std::vector<std::string> names = in.names("--startup");
  if (!in.has("--startup")) {
    names = {"1d", "3d", "7d", "14d", "28d"};
  }
  std::vector<Duration> starts;
  for (const std::string& name : names) {
    const std::int32_t seconds_before = store::interval_of(name);
    if (seconds_before <= 0) {
      return fail(ErrorKind::usage, "--startup takes lengths like " + std::string{kStartsDefault} +
                                        ", not '" + name + "'");
    }
    starts.push_back(seconds(seconds_before));
  }
  if (starts.empty()) {
    return fail(ErrorKind::usage, "--startup names no length; give some like 3d,7d");
  }
  return starts;
}

std::string length_text(Duration length) {
  return store::interval_name(static_cast<std::int32_t>(length.ns() / seconds(1).ns()));
}

void print_recursive_json(const runtime::RecursiveCheck& check) {
  runtime::JsonArray features;
  for (const runtime::FeatureStarts& row : check.features) {
    runtime::JsonArray starts;
    for (std::size_t i = 0; i < row.starts.size(); ++i) {
      const runtime::StartDeviation& start = row.starts[i];
      starts.add(runtime::JsonObject{}
                     .set("startup", length_text(check.starts[i]))
                     .set("compared", start.compared)
                     .set("deviation", start.deviation)
                     .set("judged", start.judged)
                     .set("judged_deviation", start.judged_deviation)
                     .set("missing", start.missing));
    }
    features.add(runtime::JsonObject{}
                     .set("feature", row.feature)
                     .set("timeframe", model::name_of(row.timeframe))
                     .set("bars_needed", row.bars_needed)
                     .set("verdict", runtime::name_of(row.verdict))
                     .set("starts", starts));
  }
  runtime::JsonObject out{"verify-recursive/1"};
  out.set("ok", !check.depends())
      .set("from", check.from)
      .set("to", check.to)
      .set("features", features);
  fmt::print("{}\n", out.text());
}

std::string deviation_text(const runtime::StartDeviation& start) {
  if (start.compared == 0) {
    return "no value";
  }
  return start.deviation == 0.0 ? "0" : fmt::format("{:.1e}", start.deviation);
}

void print_recursive(const runtime::RecursiveCheck& check) {
  std::vector<std::string> head{"feature", "timeframe", "verdict", "needs"};
  for (const Duration start : check.starts) {
    head.push_back(length_text(start));
  }
  TextTable table{head, 3};
  std::size_t equal = 0;
  for (const runtime::FeatureStarts& row : check.features) {
    if (row.verdict == runtime::RecursiveVerdict::equal) {
      ++equal;
      continue;
    }
    std::vector<std::string> cells{row.feature, model::name_of(row.timeframe),
                                   runtime::name_of(row.verdict),
                                   std::to_string(row.bars_needed) + " bars"};
    for (const runtime::StartDeviation& start : row.starts) {
      cells.push_back(deviation_text(start));
    }
    table.add(std::move(cells));
  }
  fmt::print("each hour of {} .. {}, begun so long before it, against the whole session:\n",
             format_utc(check.from, Precision::seconds), format_utc(check.to, Precision::seconds));
  fmt::print("{}", table.text(""));
  fmt::print("{} of {} features and timeframes say the same bits from every start that gives "
             "them the bars they need; {}\n",
             equal, check.features.size(),
             check.depends() ? "some DEPEND on the start" : "none depends on the start");
}

Result<int> run_verify_recursive(const Invocation& in) {
  const auto session = session_path(in);
  const auto starts = starts_of(in);
  if (!session || !starts) {
    return tl::unexpected{!starts ? starts.error() : session.error()};
  }
  ProgressBar bar{"recursive"};
  const auto check = runtime::check_recursive(
      *session, *starts, [&](double done, Timestamp now, std::uint64_t events) {
        bar.show(done, now, events);
        return true;
      });
  if (!check) {
    return tl::unexpected{check.error()};
  }
  if (in.is_json()) {
    print_recursive_json(*check);
  } else {
    print_recursive(*check);
  }
  return check->depends() ? kAFeatureDepends : 0;
}

}  // namespace

Verb verify_recursive_verb() noexcept {
  return {"recursive", "", "features must not depend on when somebody began to listen",
          "lanner verify recursive --startup 3d,7d", kRecursiveArguments, kRecursiveFlags,
          run_verify_recursive, {}};
}

}  // namespace lanner::app
