// What was learned, derived again from the journal, against what the session itself had at its end.

#include <fmt/core.h>

#include <algorithm>

#include "app/look/learn_rebuild.hpp"
#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "runtime/json_out.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/session_dir.hpp"

namespace lanner::app {
namespace {

constexpr int kRelearnedDiffers = 8;

struct Relearned {
  std::string session;
  std::uint64_t events = 0;
  std::int64_t decisions = 0;
  std::int64_t labels = 0;
  std::string digest;
  std::string recorded;  // empty: the session is open, or of a build that did not record it
  std::string problem;
  [[nodiscard]] bool is_equal() const { return recorded.empty() || recorded == digest; }
};

std::int64_t rows_in(const store::sqlite::Batch& batch, store::sqlite::Table table) {
  return std::count_if(batch.rows.begin(), batch.rows.end(),
                       [table](const auto& row) { return row.table == table; });
}

Relearned relearn(const std::filesystem::path& session, const Invocation& in) {
  Relearned out;
  out.session = session.string();
  ProgressBar bar{"relearn"};
  const auto projected = runtime::project_session(
      session, in.profile(), [&](double done, Timestamp now, std::uint64_t events) {
        bar.show(done, now, events);
        return true;
      });
  if (!projected) {
    out.problem = projected.error().message;
    return out;
  }
  out.events = projected->events;
  out.decisions = rows_in(projected->batch, store::sqlite::Table::decisions);
  out.labels = rows_in(projected->batch, store::sqlite::Table::learnings);
  out.digest = projected->learned.hex();
  out.recorded = projected->recorded_learned ? projected->recorded_learned->hex() : std::string{};
  if (projected->corrupt_at) {
    out.problem = "damaged at byte " + std::to_string(projected->corrupt_at->offset) + " of " +
                  projected->corrupt_at->file;
  }
  return out;
}

runtime::JsonObject relearned_json(const Relearned& row) {
  runtime::JsonObject item;
  item.set("session", row.session)
      .set("events", row.events)
      .set("decisions", row.decisions)
      .set("labels", row.labels)
      .set("learned", row.digest);
  if (row.recorded.empty()) {
    item.set_null("recorded");
  } else {
    item.set("recorded", row.recorded);
  }
  item.set("equal", row.is_equal() && row.problem.empty()).set("problem", row.problem);
  return item;
}

void print_relearned(const Relearned& row) {
  if (!row.problem.empty()) {
    fmt::print("{}: {}\n", row.session, row.problem);
    return;
  }
  fmt::print("{}: {} events, {} decisions, {} labels\n  derived again {}\n  at its end    {}\n",
             row.session, row.events, row.decisions, row.labels, row.digest,
             row.recorded.empty() ? "not recorded: the session is open or older"
             : row.is_equal()     ? row.recorded + ", equal"
                                  : row.recorded + ", DIFFERENT");
}

Result<std::vector<std::filesystem::path>> sessions_named(const Invocation& in) {
  if (in.arguments().empty()) {
    return runtime::sessions_of(in.profile());
  }
  std::vector<std::filesystem::path> sessions;
  for (const std::string& typed : in.arguments()) {
    auto session = session_named(in, typed);
    if (!session) {
      return tl::unexpected{session.error()};
    }
    sessions.push_back(std::move(*session));
  }
  return sessions;
}

}  // namespace

Result<int> run_learn_rebuild(const Invocation& in) {
  const auto sessions = sessions_named(in);
  if (!sessions) {
    return tl::unexpected{sessions.error()};
  }
  if (sessions->empty()) {
    return fail(ErrorKind::data, "no session in " + in.profile().string() +
                                     "; `lanner run` makes one, or name a session's folder");
  }
  bool equal = true;
  runtime::JsonArray rows;
  for (const auto& session : *sessions) {
    const Relearned row = relearn(session, in);
    equal = equal && row.is_equal() && row.problem.empty();
    rows.add(relearned_json(row));
    if (!in.is_json()) {
      print_relearned(row);
    }
  }
  if (in.is_json()) {
    runtime::JsonObject out{"learn-rebuild/1"};
    out.set("equal", equal).set("sessions", rows);
    fmt::print("{}\n", out.text());
  }
  return equal ? 0 : kRelearnedDiffers;
}

}  // namespace lanner::app
