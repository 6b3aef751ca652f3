#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "app/interrupt.hpp"
#include "app/jobs/jobs_bar.hpp"
#include "app/jobs/sweep_verb.hpp"
#include "app/look/text_table.hpp"
#include "app/run_flags.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/did_you_mean.hpp"
#include "model/component.hpp"
#include "runtime/jobs/ablate.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using research::AblationVerdict;
using runtime::Ablation;
using runtime::AblationRow;

constexpr int kDecorative = 8;

constexpr std::array<Flag, 16> kAblateFlags{{
    {"--catalog", "DIR", "a catalog or a folder of data files; without it a synthetic market"},
    {"--session", "SESSION", "instead: a session's folder, or its name in the profile"},
    {"--components", "ID,ID", "only these (lanner components)", true},
    flags::kInstruments,
    flags::kFrom,
    flags::kTo,
    flags::kBalance,
    flags::kSeed,
    flags::kMask,
    flags::kConditions,
    flags::kFee,
    flags::kLeverage,
    flags::kMaxOpen,
    flags::kMarket,
    flags::kQuote,
    flags::kJobs,
}};

Result<model::Component> component_named(const std::string& id) {
  std::vector<std::string_view> known;
  for (const model::ComponentInfo& info : model::component_infos()) {
    if (info.id == id && info.kind == model::ComponentKind::guard) {
      return fail(ErrorKind::usage, "--components: " + id +
                                        " is a guard; guards are judged by scenarios that make "
                                        "them bind, not by what they earn");
    }
    if (info.id == id) {
      return static_cast<model::Component>(known.size());
    }
    known.push_back(info.id);
  }
  const auto guess = closest(id, known);
  return fail(ErrorKind::usage, "--components: unknown component '" + id + "'" +
                                    (guess ? "; did you mean '" + std::string{*guess} + "'?"
                                           : " (`lanner components` lists them)"));
}

Result<runtime::AblateRequest> ablate_request(const Invocation& in, std::uint64_t seed) {
  runtime::AblateRequest request;
  request.seed = seed;
  for (const std::string& id : in.names("--components")) {
    const auto component = component_named(id);
    if (!component) {
      return tl::unexpected{component.error()};
    }
    request.components.push_back(*component);
  }
  const auto jobs = jobs_flag(in);
  if (!jobs) {
    return tl::unexpected{jobs.error()};
  }
  request.threads = *jobs;
  return request;
}

struct AblationAsked {
  runtime::SessionPlan plan;
  std::optional<std::string> recorded_digest;
};

// A session keeps everything that a backtest would be asked for.
Result<AblationAsked> plan_asked(const Invocation& in, const runtime::RunOptions& options) {
  if (!in.has("--session")) {
    auto plan = runtime::plan_session(options);
    if (!plan) {
      return tl::unexpected{plan.error()};
    }
    return AblationAsked{std::move(*plan), std::nullopt};
  }
  for (const Flag& flag : kAblateFlags) {
    const bool is_of_ablate = flag.name == "--session" || flag.name == "--components" ||
                              flag.name == "--jobs" || flag.name == "--seed";
    if (!is_of_ablate && in.has(flag.name)) {
      return fail(ErrorKind::usage, std::string{flag.name} + ": a session has its own; give "
                                                             "--session or --catalog");
    }
  }
  const auto session = session_named(in, in.text("--session"));
  if (!session) {
    return tl::unexpected{session.error()};
  }
  auto plan = runtime::plan_of_session(*session);
  auto digest = runtime::recorded_digest_of(*session);
  if (!plan || !digest) {
    return tl::unexpected{!plan ? plan.error() : digest.error()};
  }
  return AblationAsked{std::move(*plan), std::move(*digest)};
}

std::string signed_money(double value) { return fmt::format("{:+.2f}", value); }

void add_row(TextTable& table, const AblationRow& row, bool is_anchor = false) {
  const research::Effect& effect = row.effect;
  table.add({row.id, is_anchor ? "" : research::name_of(row.judgement.verdict),
             is_anchor ? "" : row.judgement.reason,
             fmt::format("{:.1f}", row.changes.entries_pct),
             fmt::format("{:.1f}", row.changes.exits_pct),
             fmt::format("{:.1f}", row.changes.sizes_pct), views::gain_text(effect.delta_pnl),
             signed_money(effect.ci_low), signed_money(effect.ci_high),
             fmt::format("{:.2f}", effect.mde), std::to_string(effect.blocks),
             fmt::format("{:.0f}", effect.clipped_share * 100.0),
             views::gain_text(row.frozen.delta_pnl), fmt::format("{:.2f}", row.frozen.mde)});
}

std::string worst_text(const Ablation& ablation) {
  std::string out;
  for (const AblationRow& row : ablation.components) {
    if (row.effect.worst.empty()) {
      continue;
    }
    out += fmt::format("  {:<18}", row.id);
    for (const research::BlockPnl& block : row.effect.worst) {
      out += fmt::format(" {} {};", views::minute_text(block.from),
                         views::gain_text(block.pnl));
    }
    out.back() = '\n';
  }
  return out.empty() ? out : "\nworst blocks of each component:\n" + out;
}

std::string guards_text() {
  std::string out;
  for (const model::ComponentInfo& info : model::component_infos()) {
    if (info.kind == model::ComponentKind::guard) {
      out += (out.empty() ? "" : ", ") + std::string{info.id};
    }
  }
  return out;
}

void print_ablation(const Ablation& ablation) {
  fmt::print("{} .. {} UTC, {} instruments\n{} entries, {} trades, net {} in {} blocks of 4 h\n\n",
             views::minute_text(ablation.from), views::minute_text(ablation.to),
             ablation.instruments.size(), ablation.base.entries.size(), ablation.base.trades,
             views::gain_text(ablation.base.net_pnl), ablation.base.blocks.size());
  if (ablation.recorded_digest && *ablation.recorded_digest != ablation.base.digest) {
    fmt::print("The session took something from beside its tape (conditions of programs, trouble "
               "of a disk).\nWhat is judged here is its market and settings without that.\n\n");
  }
  TextTable table{{"component", "verdict", "because", "entries %", "exits %", "sizes %", "delta",
                   "95 % from", "to", "MDE", "blocks", "clipped %", "frozen", "its MDE"},
                  3};
  for (const AblationRow& row : ablation.components) {
    add_row(table, row);
  }
  fmt::print("{}", table.text("no component ended"));
  TextTable anchors{{"anchor", "", "", "entries %", "exits %", "sizes %", "delta", "95 % from",
                     "to", "MDE", "blocks", "clipped %", "frozen", "its MDE"},
                    3};
  for (const AblationRow& row : ablation.anchors) {
    add_row(anchors, row, true);
  }
  fmt::print("\n{}", anchors.text("no anchor ended"));
  fmt::print("{}", worst_text(ablation));
  fmt::print(
      "\ndelta = base - masked, > 0: the component earned it; each masked book learned anew.\n"
      "frozen = the same where the masked book knew at each instant what the whole one knew.\n"
      "MDE = 2.80 standard errors: the least effect found with 80 % chance at the 5 % level.\n"
      "helps: gains clipped at {} a block and losses in full, 97.5 % above 0; hurts: the mirror.\n"
      "all_masked leaves the templates; guards are judged by scenarios: {}.\n",
      views::money_text(ablation.bound), guards_text());
  double busy_s = 0.0;
  for (const double each : ablation.use.busy_s) {
    busy_s += each;
  }
  fmt::print("{} sessions in {:.1f} s on {} threads ({:.1f} s of work)\n", ablation.jobs,
             ablation.use.wall_s, ablation.use.busy_s.size(), busy_s);
}

Result<int> run_ablate(const Invocation& in) {
  auto options = run_options(in);
  if (!options) {
    return tl::unexpected{options.error()};
  }
  options->data = in.text("--catalog");
  const auto request = ablate_request(in, options->seed);
  if (!request) {
    return tl::unexpected{request.error()};
  }
  auto asked = plan_asked(in, *options);
  if (!asked) {
    return tl::unexpected{asked.error()};
  }
  const Interrupt interrupt;
  Result<Ablation> ablation = [&] {
    JobsBar bar{"ablate"};
    return runtime::ablate(asked->plan, *request, [&](const runtime::PoolState& state) {
      bar.show(state);
      return !interrupt.is_requested().load();
    });
  }();
  if (!ablation) {
    return tl::unexpected{ablation.error()};
  }
  ablation->recorded_digest = asked->recorded_digest;
  if (in.is_json()) {
    fmt::print("{}\n", runtime::ablation_json(*ablation).text());
  } else {
    print_ablation(*ablation);
  }
  if (ablation->use.is_cancelled) {
    fmt::print(stderr, "lanner: stopped; the components that had been played are above\n");
    return interrupt.exit_code();
  }
  return runtime::has_decorative(*ablation) ? kDecorative : 0;
}

}  // namespace

Verb ablate_verb() noexcept {
  return Verb{.name = "ablate",
              .alias = {},
              .purpose = "play the same market without each component and judge what it is worth",
              .example = "lanner ablate --catalog catalog --from 2025-05-04 --json",
              .arguments = {},
              .flags = kAblateFlags,
              .run = run_ablate,
              .verbs = {}};
}

}  // namespace lanner::app
