#include "bench/tapes.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "runtime/backtest.hpp"
#include "runtime/synthetic_catalog.hpp"

namespace lanner::bench {
namespace {

// Small probes, and room for as many of them as the conditions ask for: what is measured is the
// work of deciding, trading and learning, not the patience of the guards.
const std::vector<std::pair<std::string, std::string>> kSets = {
    {"risk.probe_pct", "0.01"},         {"risk.probe_budget_pct", "100"},
    {"risk.heat_pct", "100"},           {"risk.exposure_total_pct", "2000"},
    {"risk.leverage_max", "20"},        {"risk.daily_loss_pct", "100"},
    {"risk.drawdown_pct", "100"},       {"risk.entries_per_minute", "1000"},
    {"risk.entries_per_hour", "10000"}, {"risk.cooldown_min", "0"},
    {"fee.cost_r_cap", "10"},           {"coin.block_p", "0"},
    {"coin.reduce_p", "0"},             {"coin.half_life_days", "1"},
    {"pattern.prior_n", "1"},           {"pattern.prior_sigma_r", "10"}};

std::string program() {
  return std::filesystem::exists(LANNER_BINARY) ? std::string(LANNER_BINARY) : std::string();
}

std::string arguments_of(const runtime::RunOptions& options, const std::string& root) {
  std::string line = " backtest --catalog " + root + "build/bench/" +
                     options.data.filename().string() + " --conditions " + root + "bench/" +
                     options.conditions.filename().string() + " --balance " +
                     to_string(options.balance);
  for (const auto& [id, value] : options.sets) {
    line += " --set " + id + "=" + value;
  }
  return line;
}

}  // namespace

std::filesystem::path scratch_dir() {
  return std::filesystem::path(LANNER_SOURCE_DIR) / "build" / "bench";
}

void stop(const std::string& sentence) {
  std::fprintf(stderr, "bench: %s\n", sentence.c_str());
  std::exit(1);
}

runtime::RunOptions session_rules() {
  runtime::RunOptions options;
  options.profile = scratch_dir() / "profile";
  options.balance = Money::from_int(1'000'000);
  options.sets = kSets;
  options.with_bad_day = false;
  return options;
}

runtime::RunOptions session_on(const sim::SyntheticConfig& market) {
  const auto dir = scratch_dir() / runtime::synthetic_catalog_name(market);
  static_cast<void>(expect(runtime::make_synthetic_catalog(market, dir)));
  runtime::RunOptions options = session_rules();
  options.data = dir;
  const bool has_trades = market.trades_from != Timestamp::never();
  options.conditions = std::filesystem::path(LANNER_SOURCE_DIR) / "bench" /
                       (has_trades ? "conditions_ticks.tc1.json" : "conditions_bars.tc1.json");
  return options;
}

std::string command_line(const runtime::RunOptions& options) {
  return "lanner" + arguments_of(options, "");
}

std::string digest_by_command(const runtime::RunOptions& options) {
  if (program().empty()) {
    return expect(runtime::run_backtest(options, {})).digest;
  }
  const std::string root = std::string(LANNER_SOURCE_DIR) + "/";
  const std::string line = program() + arguments_of(options, root) + " --json 2>/dev/null";
  std::FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) {
    stop("cannot start " + program());
  }
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    text.append(part.data(), n);
  }
  pclose(pipe);
  constexpr std::string_view kKey = "\"digest\":\"";
  const auto at = text.find(kKey);
  return at == std::string::npos ? std::string() : text.substr(at + kKey.size(), 32);
}

}  // namespace lanner::bench
