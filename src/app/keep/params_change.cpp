#include "app/keep/params_change.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>

#include "app/keep/parameters_file.hpp"
#include "base/isotime.hpp"
#include "runtime/json_out.hpp"
#include "runtime/session_dir.hpp"
#include "store/atomic_file.hpp"

namespace lanner::app {
namespace {

using model::RequestVerdict;

std::string who() {
  const char* user = std::getenv("USER");
  return user != nullptr && user[0] != '\0' ? user : "operator";
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds_now = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return format_utc(seconds_now * kNsPerSecond);
}

struct Told {
  std::optional<std::filesystem::path> session;
  std::optional<runtime::RequestAnswer> answer;
  std::string problem;  // the session did not answer
};

// A running session that cannot follow says so; what the profile keeps is kept all the same.
Told tell_session(const Invocation& in, const std::string& request) {
  Told told;
  told.session = running_session(in);
  if (!told.session) {
    return told;
  }
  const auto parsed = runtime::parse_request(request);
  const auto answer = parsed ? runtime::ask_session(*told.session, *parsed)
                             : Result<runtime::RequestAnswer>{tl::unexpected{parsed.error()}};
  if (answer) {
    told.answer = *answer;
  } else {
    told.problem = answer.error().message;
  }
  return told;
}

std::string or_prior(const std::string& value) { return value.empty() ? "its prior" : value; }

void print_change(const Invocation& in, const ProfileChange& change, const Told& told) {
  if (in.is_json()) {
    runtime::JsonObject out{"params-" + change.op + "/1"};
    out.set("id", change.id)
        .set("op", change.op)
        .set("version", change.version)
        .set("value", change.value)
        .set("before", change.before)
        .set("by", change.by)
        .set("at", change.at)
        .set("why", change.why)
        .set("profile", ParametersFile::path_in(in.profile()).string());
    if (!told.session) {
      out.set_null("session").set_null("answer");
    } else {
      out.set("session", told.session->string())
          .set("answer", told.answer ? model::name_of(told.answer->verdict) : told.problem.c_str());
      if (told.answer && is_taken(*told.answer)) {
        out.set("applies_at", told.answer->applies_at);
      }
    }
    fmt::print("{}\n", out.text());
    return;
  }
  const std::string what =
      change.op == "set" || change.op == "rollback"
          ? fmt::format("{} is {}, was {}", change.id, or_prior(change.value),
                        or_prior(change.before))
          : fmt::format("{} is {}", change.id, change.op == "pin" ? "pinned" : "not pinned");
  fmt::print("{}: version {} of this profile's parameters\n", what, change.version);
  if (!told.session) {
    fmt::print("no session is running; later ones take it\n");
  } else {
    fmt::print("session {}: {}\n", told.session->filename().string(),
               told.answer ? answer_text(*told.answer) : told.problem);
  }
}

Status check_key(const std::string& id) {
  const auto parsed = runtime::parse_request("pin " + id);
  return parsed ? Status{} : Status{tl::unexpected{parsed.error()}};
}

Result<int> change_profile(const Invocation& in, ProfileChange change,
                           const std::string& request) {
  auto lock = store::DirectoryLock::acquire(in.profile());
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  auto file = ParametersFile::read(in.profile());
  if (!file) {
    return tl::unexpected{file.error()};
  }
  change.by = who();
  change.at = now_text();
  change.why = in.text("--why");
  const auto written = file->add(in.profile(), std::move(change));
  if (!written) {
    return tl::unexpected{written.error()};
  }
  print_change(in, *written, tell_session(in, request));
  return 0;
}

Result<ParametersFile> file_of(const Invocation& in) { return ParametersFile::read(in.profile()); }

Result<int> run_pinning(const Invocation& in, bool wants_pin) {
  const std::string id = in.arguments()[0];
  if (const Status known = check_key(id); !known) {
    return tl::unexpected{known.error()};
  }
  const auto file = file_of(in);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  if (file->is_pinned(id) == wants_pin) {
    return fail(ErrorKind::failure, id + (wants_pin ? " is pinned already" : " is not pinned"));
  }
  ProfileChange change;
  change.op = wants_pin ? "pin" : "unpin";
  change.id = id;
  const std::string request = change.op + " " + id;
  return change_profile(in, std::move(change), request);
}

}  // namespace

std::optional<std::filesystem::path> running_session(const Invocation& in) {
  const auto sessions = in.has("--session")
                            ? std::vector<std::filesystem::path>{in.text("--session")}
                            : runtime::sessions_of(in.profile());
  for (auto session = sessions.rbegin(); session != sessions.rend(); ++session) {
    if (runtime::is_session_locked(*session)) {
      return *session;
    }
  }
  return std::nullopt;
}

bool is_taken(const runtime::RequestAnswer& answer) noexcept {
  return answer.verdict == RequestVerdict::taken || answer.verdict == RequestVerdict::done;
}

std::string answer_text(const runtime::RequestAnswer& answer) {
  switch (answer.verdict) {
    case RequestVerdict::taken:
    case RequestVerdict::done:
      return "taken, in force from " + format_utc(answer.applies_at.ns()) + " of its time";
    case RequestVerdict::pinned: return "refused: it is pinned there; `lanner params unpin` first";
    case RequestVerdict::next_session:
      return "left as it is: this one is read when a session begins";
    case RequestVerdict::unchanged: return "it stands so already";
    case RequestVerdict::unknown_adaptation:
      return "refused: it has no such adaptation; `lanner learn adaptations` lists them";
    case RequestVerdict::already_ended: return "refused: that adaptation has ended already";
    case RequestVerdict::out_of_bounds: return "refused: out of bounds";
    case RequestVerdict::busy: return "refused: too many requests wait; ask again in a minute";
  }
  return "";
}

Result<int> run_params_set(const Invocation& in) {
  const std::string id = in.arguments()[0];
  const std::string value = in.arguments()[1];
  const std::string text = "set " + id + " " + value;
  if (const auto request = runtime::parse_request(text); !request) {
    return tl::unexpected{request.error()};
  }
  const auto file = file_of(in);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  if (file->is_pinned(id)) {
    return fail(ErrorKind::failure, id + " is pinned; `lanner params unpin " + id + "` first");
  }
  ProfileChange change;
  change.op = "set";
  change.id = id;
  change.value = value;
  return change_profile(in, std::move(change), text);
}

Result<int> run_params_pin(const Invocation& in) { return run_pinning(in, true); }
Result<int> run_params_unpin(const Invocation& in) { return run_pinning(in, false); }

Result<int> run_params_rollback(const Invocation& in) {
  const std::string id = in.arguments()[0];
  if (const Status known = check_key(id); !known) {
    return tl::unexpected{known.error()};
  }
  const auto file = file_of(in);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  const auto last = file->last_undoable(id);
  if (!last) {
    return fail(ErrorKind::failure, id + ": nothing to roll back, every change of it has been "
                                         "rolled back or there was none (`lanner params log`)");
  }
  if (file->is_pinned(id)) {
    return fail(ErrorKind::failure, id + " is pinned; `lanner params unpin " + id + "` first");
  }
  ProfileChange change;
  change.op = "rollback";
  change.id = id;
  change.value = last->before;
  std::string value = last->before;
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    value = value.empty() && spec.id == id ? std::string(spec.prior) : value;
  }
  return change_profile(in, std::move(change), "set " + id + " " + value);
}

}  // namespace lanner::app
