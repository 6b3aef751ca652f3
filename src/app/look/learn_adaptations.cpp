#include "app/look/learn_adaptations.hpp"

#include <fmt/core.h>

#include "app/keep/params_change.hpp"
#include "app/look/take_look.hpp"
#include "app/look/text_table.hpp"
#include "base/isotime.hpp"
#include "views/format.hpp"

namespace lanner::app {

Result<int> run_learn_adaptations(const Invocation& in) {
  const auto look = take_look(in);
  if (!look) {
    return tl::unexpected{look.error()};
  }
  if (in.is_json()) {
    fmt::print("{}\n", runtime::learn_adaptations_json(*look).text());
    return 0;
  }
  TextTable table{{"id", "change", "of", "state", "because", "since", "affected", "R each", "e for",
                   "e against"},
                  5};
  for (const learn::AdaptationRow& row : look->adaptations) {
    table.add({std::to_string(row.id), model::name_of(row.proposal.kind),
               runtime::subject_of(*look, row.proposal), model::name_of(row.state),
               model::name_of(row.reason), views::minute_text(row.changed_at),
               std::to_string(row.affected), views::score_text(Score{row.effect_r}, 3),
               views::score_text(Score{row.e_for}), views::score_text(Score{row.e_against})});
  }
  fmt::print("{}{}", look_head(*look), table.text("learning has changed nothing"));
  return 0;
}

Result<int> run_learn_rollback(const Invocation& in) {
  const auto request = runtime::parse_request("rollback " + in.arguments()[0]);
  if (!request) {
    return tl::unexpected{request.error()};
  }
  const auto session = running_session(in);
  if (!session) {
    return fail(ErrorKind::failure,
                "nothing is running: an adaptation is rolled back in the session that made it");
  }
  const auto answer = runtime::ask_session(*session, *request);
  if (!answer) {
    return tl::unexpected{answer.error()};
  }
  if (!is_taken(*answer)) {
    return fail(ErrorKind::failure, "adaptation " + in.arguments()[0] + " of session " +
                                        session->filename().string() + ": " +
                                        answer_text(*answer));
  }
  if (in.is_json()) {
    runtime::JsonObject out{"learn-rollback/1"};
    out.set("id", request->adaptation_id)
        .set("session", session->string())
        .set("answer", model::name_of(answer->verdict))
        .set("applies_at", answer->applies_at);
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("adaptation {} of session {}: {}\n", request->adaptation_id,
               session->filename().string(), answer_text(*answer));
  }
  return 0;
}

}  // namespace lanner::app
