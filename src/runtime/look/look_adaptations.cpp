// The JSON of what learning changed.

#include "runtime/look/session_look.hpp"
#include "runtime/projection/session_fold.hpp"

namespace lanner::runtime {

std::string subject_of(const SessionLook& look, const model::AdaptationProposal& proposal) {
  if (proposal.kind != model::AdaptationKind::set_parameter) {
    return scope_text(proposal.scope, look.instruments);
  }
  const auto& spec = model::parameter_specs()[static_cast<std::size_t>(proposal.parameter)];
  return std::string(spec.id) + " = " + to_string(proposal.value);
}

JsonObject learn_adaptations_json(const SessionLook& look) {
  JsonArray rows;
  for (const learn::AdaptationRow& row : look.adaptations) {
    JsonObject item;
    item.set("id", row.id)
        .set("kind", model::name_of(row.proposal.kind))
        .set("subject", subject_of(look, row.proposal))
        .set("state", model::name_of(row.state))
        .set("reason", model::name_of(row.reason))
        .set("acting", row.is_acting)
        .set("proposed_at", row.proposed_at)
        .set("changed_at", row.changed_at)
        .set("n", row.proposal.n)
        .set("mean_r_before", row.proposal.mean_r.value())
        .set("affected", row.affected)
        .set("effect_r", row.effect_r)
        .set("e_for", row.e_for)
        .set("e_against", row.e_against);
    rows.add(item);
  }
  JsonObject out{"learn-adaptations/1"};
  out.set("session", look.session).set("at", look.now).set("adaptations", rows);
  return out;
}

}  // namespace lanner::runtime
