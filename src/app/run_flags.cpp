#include "app/run_flags.hpp"

#include <charconv>

#include "model/component.hpp"

namespace lanner::app {
namespace {

// A flag wins over the setting of its name; its text is checked by the setting's own rule.
Result<std::optional<std::string>> flag_or_setting(const Invocation& in, std::string_view flag,
                                                   std::string_view key) {
  if (!in.has(flag)) {
    return in.settings().find(key);
  }
  const std::string value = in.text(flag);
  const std::string problem = problem_of(key, value);
  if (!problem.empty()) {
    return fail(ErrorKind::usage, std::string{flag} + ": " + problem);
  }
  return value;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "" : ",") + name;
  }
  return out;
}

std::int64_t number_of(const std::string& checked) {
  std::int64_t value = 0;
  std::from_chars(checked.data(), checked.data() + checked.size(), value);
  return value;
}

Status set_money(const Invocation& in, runtime::RunOptions& options) {
  const auto balance = flag_or_setting(in, "--balance", "balance");
  const auto fee = flag_or_setting(in, "--fee", "fee");
  if (!balance || !fee) {
    return tl::unexpected{!balance ? balance.error() : fee.error()};
  }
  if (*balance) {
    options.balance = *parse_fixed<Money>(**balance);
  }
  if (*fee) {
    options.fee = *parse_fixed<Rate>(**fee);
  }
  return {};
}

Status set_counts(const Invocation& in, runtime::RunOptions& options) {
  const auto seed = flag_or_setting(in, "--seed", "seed");
  const auto leverage = flag_or_setting(in, "--leverage", "leverage");
  const auto most = flag_or_setting(in, "--max-open-positions", "max_open_positions");
  for (const auto* value : {&seed, &leverage, &most}) {
    if (!*value) {
      return tl::unexpected{value->error()};
    }
  }
  if (*seed) {
    options.seed = static_cast<std::uint64_t>(number_of(**seed));
  }
  if (*leverage) {
    options.leverage = number_of(**leverage);
  }
  if (*most) {
    options.open_positions_max = number_of(**most);
  }
  return {};
}

Status set_journal(const Invocation& in, runtime::RunOptions& options) {
  const auto durability = in.settings().find("journal.durability").value_or("written");
  options.journal.durability = durability == store::name_of(store::Durability::synced)
                                   ? store::Durability::synced
                                   : store::Durability::written;
  const auto days = [&in](const char* key) {
    return number_of(in.settings().find(key).value_or("0"));
  };
  options.journal.compress_days = days("journal.compress_days");
  options.journal.keep_days = days("journal.keep_days");
  options.journal.keep_sessions = days("journal.keep_sessions");
  return {};
}

Status set_choice(const Invocation& in, runtime::RunOptions& options) {
  const auto market = flag_or_setting(in, "--market", "market");
  const auto quote = flag_or_setting(in, "--quote", "quote");
  for (const auto* value : {&market, &quote}) {
    if (!*value) {
      return tl::unexpected{value->error()};
    }
  }
  if (const auto model = in.settings().find("sim.queue_model")) {
    options.queue_model = runtime::queue_model_of(*model);
  }
  if (const auto references = in.settings().find("references")) {
    options.references = *runtime::references_of(*references);
  }
  options.has_fixed_universe = in.settings().find("universe.kind") == "fixed";
  options.market = market->value_or("");
  options.quote = quote->value_or("");
  options.mask = in.has("--mask") ? join_names(in.names("--mask"))
                                  : in.settings().find("mask").value_or("");
  const auto mask = model::ComponentMask::parse(options.mask);
  if (!mask) {
    return fail(ErrorKind::usage, "--mask: " + mask.error().message);
  }
  options.instruments = in.names("--instruments");
  if (in.has("--instruments") && options.instruments.empty()) {
    return fail(ErrorKind::usage, "--instruments names none; leave it out for all of the market "
                                  "and quote, or give names like BTCUSDT,ETHUSDT");
  }
  return {};
}

// The simulated account and exchange; their texts were checked when the settings were read.
Status set_venue(const Invocation& in, runtime::RunOptions& options) {
  const Settings& settings = in.settings();
  if (settings.find("account.margin_mode") == "isolated") {
    options.margin.mode = model::MarginMode::isolated;
  }
  if (const auto leverage = settings.find("account.isolated_leverage")) {
    options.margin.isolated_leverage = static_cast<std::int32_t>(number_of(*leverage));
  }
  if (const auto kind = settings.find("sim.latency_model")) {
    options.latency_model = *sim::latency_kind_of(*kind);
  }
  if (const auto fee = settings.find("sim.liquidation_fee")) {
    options.liquidation_fee = *parse_fixed<Rate>(*fee);
  }
  options.latency_file = settings.find("sim.latency_file").value_or("");
  options.venue_events = settings.find("sim.venue_events").value_or("");
  const bool needs_file = options.latency_model == sim::LatencyKind::recorded;
  if (needs_file && options.latency_file.empty()) {
    return fail(ErrorKind::usage,
                "the recorded latency model needs sim.latency_file, a file of round trips");
  }
  return {};
}

Status set_period(const Invocation& in, runtime::RunOptions& options) {
  const auto from = in.instant("--from");
  const auto to = in.instant("--to");
  if (!from || !to) {
    return tl::unexpected{!from ? from.error() : to.error()};
  }
  if (*from && *to && **from >= **to) {
    return fail(ErrorKind::usage, "the range --from " + in.text("--from") + " --to " +
                                      in.text("--to") +
                                      " is empty; --to is exclusive and must be later");
  }
  options.from = *from;
  options.to = *to;
  return {};
}

}  // namespace

Result<runtime::RunOptions> run_options(const Invocation& in) {
  runtime::RunOptions options;
  options.profile = in.profile();
  options.sets = in.settings().parameters();
  options.profile_sets = in.settings().profile_parameters();
  options.pinned = in.settings().pinned();
  options.features = in.settings().features();
  options.conditions = in.text("--conditions");
  for (const auto& set :
       {set_money, set_counts, set_journal, set_choice, set_venue, set_period}) {
    if (const Status done = set(in, options); !done) {
      return tl::unexpected{done.error()};
    }
  }
  std::error_code ignored;
  const auto& file = options.conditions;
  if (!file.empty() && !std::filesystem::is_regular_file(file, ignored)) {
    return fail(ErrorKind::usage, "--conditions " + file.string() +
                                      ": no such file; give a tc1 file");
  }
  return options;
}

}  // namespace lanner::app
