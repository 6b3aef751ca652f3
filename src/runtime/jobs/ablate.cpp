#include "runtime/jobs/ablate.hpp"

#include <algorithm>
#include <cmath>

#include "model/parameters.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/jobs/masked_book.hpp"
#include "runtime/replay.hpp"
#include "store/journal_reader.hpp"

namespace lanner::runtime {
namespace {

using model::Component;
using model::ComponentMask;
using research::AblationVerdict;

std::string_view id_of(Component component) {
  return model::component_infos()[static_cast<std::size_t>(component)].id;
}

// The bound of a block, fixed before anything is played: so many R of a probe at the start.
Money block_bound(const SessionSpec& spec, Money start_equity) {
  const model::ParameterSet& parameters = spec.engine.parameters;
  const double risk_share = parameters.score(model::Param::risk_probe_pct).value() / 100.0;
  const double bound = parameters.score(model::Param::evidence_block_bound_r).value() *
                       risk_share * to_score(start_equity).value();
  return Money::from_raw(std::llround(bound * static_cast<double>(Money::kScale)));
}

ComponentMask everything_but_templates(ComponentMask mask) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Component::count_); ++i) {
    const auto component = static_cast<Component>(i);
    if (!id_of(component).starts_with("template.")) {
      mask.mask(component);
    }
  }
  return mask;
}

// Base, each component, all of them but the templates.
std::vector<ComponentMask> masks_of(const SessionPlan& plan,
                                    const std::vector<Component>& components) {
  const ComponentMask base = plan.spec.engine.mask;
  std::vector<ComponentMask> masks{base};
  for (const Component component : components) {
    masks.push_back(base);
    masks.back().mask(component);
  }
  masks.push_back(everything_but_templates(base));
  return masks;
}

std::vector<Component> asked(const AblateRequest& request) {
  if (!request.components.empty()) {
    return request.components;
  }
  std::vector<Component> all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Component::count_); ++i) {
    all.push_back(static_cast<Component>(i));
  }
  return all;
}

research::Book untraded(const research::Book& base) {
  research::Book book;
  for (const research::BlockPnl& block : base.blocks) {
    book.blocks.push_back({block.from, Money{}});
  }
  return book;
}

// A component's two books.
struct Twins {
  const research::Book& relearned;
  const research::Book& frozen;
};

AblationRow row_of(const std::string& id, const research::Book& base, const Twins& masked,
                   const research::EffectRequest& request, const std::string& missing) {
  AblationRow row;
  row.id = id;
  row.digest = masked.relearned.digest;
  row.frozen_digest = masked.frozen.digest;
  row.changes = research::changes_between(base, masked.relearned);
  row.effect = research::measure_effect(base, masked.relearned, request);
  row.frozen = research::measure_effect(base, masked.frozen, request);
  row.judgement = research::judge(base, row.changes, row.effect, missing);
  return row;
}

void fill_session(Ablation& ablation, const SessionPlan& plan) {
  ablation.from = plan.spec.from;
  ablation.to = plan.spec.to;
  for (const model::Instrument& instrument : plan.spec.engine.instruments) {
    if (plan.spec.engine.is_active[instrument.id.index()] != 0) {
      ablation.instruments.push_back(instrument.name);
    }
  }
  for (const Money balance : plan.spec.engine.balance_by_venue) {
    ablation.start_equity += balance;
  }
  ablation.bound = block_bound(plan.spec, ablation.start_equity);
}

std::string money_of(double value) {
  return to_string(Money::from_raw(std::llround(value * static_cast<double>(Money::kScale))));
}

JsonObject row_json(const AblationRow& row) {
  JsonArray worst;
  for (const research::BlockPnl& block : row.effect.worst) {
    worst.add(JsonObject{}
                  .set("from", block.from)
                  .set("delta_pnl", block.pnl));
  }
  JsonObject out;
  out.set("id", row.id)
      .set("changed_entries_pct", row.changes.entries_pct)
      .set("changed_exits_pct", row.changes.exits_pct)
      .set("changed_sizes_pct", row.changes.sizes_pct)
      .set("delta_pnl", row.effect.delta_pnl)
      .set("ci_low", money_of(row.effect.ci_low))
      .set("ci_high", money_of(row.effect.ci_high))
      .set("mde", money_of(row.effect.mde))
      .set("blocks", row.effect.blocks)
      .set("verdict", research::name_of(row.judgement.verdict))
      .set("reason", row.judgement.reason)
      .set("blocks_changed", row.effect.blocks_changed)
      .set("helps_low", money_of(row.effect.helps_low))
      .set("hurts_high", money_of(row.effect.hurts_high))
      .set("clipped_share", row.effect.clipped_share)
      .set("worst_blocks", worst)
      .set("digest", row.digest)
      .set("frozen", JsonObject{}
                         .set("delta_pnl", row.frozen.delta_pnl)
                         .set("ci_low", money_of(row.frozen.ci_low))
                         .set("ci_high", money_of(row.frozen.ci_high))
                         .set("mde", money_of(row.frozen.mde))
                         .set("blocks_changed", row.frozen.blocks_changed)
                         .set("digest", row.frozen_digest));
  return out;
}

}  // namespace

Result<SessionPlan> plan_of_session(const std::filesystem::path& session) {
  auto spec = session_spec_of(session);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  auto catalog = store::Catalog::open(spec->catalog);
  if (!catalog) {
    return fail(ErrorKind::data, "the market of " + session.string() +
                                     " cannot be read again: " + catalog.error().message);
  }
  if (catalog->instruments().size() != spec->engine.instruments.size()) {
    return fail(ErrorKind::data, "the catalog " + spec->catalog +
                                     " has other instruments now than when " + session.string() +
                                     " was played; give --catalog with the data it had");
  }
  return SessionPlan{std::move(*spec), std::move(*catalog), {}};
}

Result<std::optional<std::string>> recorded_digest_of(const std::filesystem::path& session) {
  auto reader = store::JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  std::optional<std::string> digest;
  while (const auto record = reader->next()) {
    if (record->kind != store::RecordKind::session_closed) {
      continue;
    }
    const auto closed = decode_closed(record->payload);
    if (!closed) {
      return tl::unexpected{closed.error()};
    }
    digest = closed->digest.hex();
  }
  return digest;
}

Result<Ablation> ablate(const SessionPlan& plan, const AblateRequest& request,
                        const PoolProgress& progress) {
  const std::vector<Component> components = asked(request);
  const std::vector<ComponentMask> masks = masks_of(plan, components);
  // The base has no twin; behind the relearned books come the frozen ones in the same order.
  const std::size_t twins = masks.size() - 1;
  std::vector<Result<PlayedBook>> played(masks.size() + twins);
  Ablation ablation;
  fill_session(ablation, plan);
  ablation.jobs = played.size();
  ablation.use = run_jobs(
      played.size(), request.threads,
      [&](std::size_t index, const Progress& tell) {
        played[index] = index < masks.size()
                            ? play_book(plan, masks[index], tell)
                            : play_frozen_book(plan, masks[index - twins], tell);
      },
      progress);
  for (const auto& book : played) {
    if (!book) {
      return tl::unexpected{book.error()};
    }
  }
  ablation.base = played.front()->book;
  if (!played.front()->is_whole) {
    return ablation;  // cancelled before there was anything to compare with
  }
  const research::EffectRequest effect{request.seed, ablation.bound};
  const auto row_at = [&](std::size_t i, const std::string& id, const std::string& missing,
                          std::vector<AblationRow>& rows) {
    const PlayedBook& relearned = *played[i];
    const PlayedBook& frozen = *played[i + twins];
    if (relearned.is_whole && frozen.is_whole) {
      rows.push_back(
          row_of(id, ablation.base, {relearned.book, frozen.book}, effect, missing));
    }
  };
  for (std::size_t i = 0; i < components.size(); ++i) {
    const bool is_off = plan.spec.engine.mask.is_masked(components[i]);
    row_at(i + 1, std::string{id_of(components[i])},
           is_off ? "it: the session has it masked"
                  : missing_inputs(components[i], plan, played.front()->learned),
           ablation.components);
  }
  row_at(twins, "all_masked", "", ablation.anchors);
  const research::Book untouched = untraded(ablation.base);
  ablation.anchors.push_back(
      row_of("no_trade", ablation.base, {untouched, untouched}, effect, ""));
  return ablation;
}

bool has_decorative(const Ablation& ablation) noexcept {
  return std::any_of(ablation.components.begin(), ablation.components.end(),
                     [](const AblationRow& row) {
                       return row.judgement.verdict == AblationVerdict::decorative;
                     });
}

JsonObject ablation_json(const Ablation& ablation) {
  JsonArray components;
  for (const AblationRow& row : ablation.components) {
    components.add(row_json(row));
  }
  JsonArray anchors;
  for (const AblationRow& row : ablation.anchors) {
    anchors.add(row_json(row));
  }
  JsonArray instruments;
  for (const std::string& name : ablation.instruments) {
    instruments.add(name);
  }
  JsonObject base;
  base.set("digest", ablation.base.digest)
      .set("entries", ablation.base.entries.size())
      .set("trades", ablation.base.trades)
      .set("net_pnl", ablation.base.net_pnl)
      .set("blocks", ablation.base.blocks.size());
  JsonObject out{"ablate/1"};
  out.set("from", ablation.from)
      .set("to", ablation.to)
      .set("instruments", instruments)
      .set("start_equity", ablation.start_equity)
      .set("effects", "relearned")  // of all that does not stand under "frozen"
      .set("resamples", research::kResamples)
      .set("block_bound", ablation.bound)
      .set("base", base)
      .set("components", components)
      .set("anchors", anchors)
      .set("cancelled", ablation.use.is_cancelled)
      .set("threads", ablation.use.busy_s.size())
      .set("wall_s", ablation.use.wall_s);
  if (ablation.recorded_digest) {
    out.set("recorded_digest", *ablation.recorded_digest)
        .set("is_same_session", *ablation.recorded_digest == ablation.base.digest);
  } else {
    out.set_null("recorded_digest").set_null("is_same_session");
  }
  return out;
}

}  // namespace lanner::runtime
