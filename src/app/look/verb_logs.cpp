#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <thread>

#include "app/interrupt.hpp"
#include "app/keep/database_path.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/isotime.hpp"
#include "runtime/json_out.hpp"
#include "runtime/logs/log_file.hpp"
#include "runtime/projection/session_fold.hpp"

namespace lanner::app {
namespace {

using store::sqlite::Cell;
using store::sqlite::cell_text;

constexpr auto kLogsPoll = std::chrono::milliseconds(500);
constexpr std::int64_t kLogsDefault = 100;
constexpr std::int64_t kLogsMax = 10'000'000;
constexpr std::array<std::string_view, 5> kLogComponents{"decision", "trade", "learning", "alert",
                                                         "run"};
constexpr std::array<std::string_view, 3> kLogLevels{"info", "warn", "error"};

constexpr std::array<Flag, 6> kLogsFlags{{
    {"-f,--follow", "", "go on with what comes, until Ctrl-C"},
    {"--level", "LEVEL", "this and worse: info, warn, error (info)"},
    {"--since", "T", "not before this instant: event time, or wall time of the program's lines"},
    {"--component", "NAME", "only of decision, trade, learning, alert or run"},
    {"--last", "N", "at most so many lines, the latest (100)"},
    kDatabaseFlag,
}};
constexpr std::array kLogsArguments{Argument{
    "SESSION", Arity::optional, "a session's folder or name (all of the profile)"}};

struct LogQuery {
  std::size_t level = 0;  // least, in the order of kLogLevels
  std::string component;
  std::int64_t since_ns = INT64_MIN;
  std::int64_t last = kLogsDefault;
  std::string session;    // name in the database; empty: all
  std::string folder;     // as the program's own log names it
};

struct ShownLine {
  runtime::LogLine line;
  bool is_event_time = false;
};

Result<LogQuery> log_query_of(const Invocation& in) {
  LogQuery query;
  const auto since = in.instant("--since");
  const auto last = in.integer("--last", 1, kLogsMax);
  if (!since || !last) {
    return tl::unexpected{!since ? since.error() : last.error()};
  }
  query.since_ns = *since ? (*since)->ns() : query.since_ns;
  query.last = last->value_or(kLogsDefault);
  if (in.has("--level")) {
    const auto found = std::find(kLogLevels.begin(), kLogLevels.end(), in.text("--level"));
    if (found == kLogLevels.end()) {
      return fail(ErrorKind::usage,
                  "--level takes info, warn or error, not '" + in.text("--level") + "'");
    }
    query.level = static_cast<std::size_t>(found - kLogLevels.begin());
  }
  query.component = in.text("--component");
  if (in.has("--component") && std::find(kLogComponents.begin(), kLogComponents.end(),
                                         query.component) == kLogComponents.end()) {
    return fail(ErrorKind::usage,
                "--component takes decision, trade, learning, alert or run, not '" +
                    query.component + "'");
  }
  if (!in.arguments().empty()) {
    const auto session = session_path(in);
    if (!session) {
      return tl::unexpected{session.error()};
    }
    query.session = runtime::name_session(*session, in.profile()).name;
    query.folder = session->string();
  }
  return query;
}

bool is_wanted(const LogQuery& query, const runtime::LogLine& line) {
  const auto level = std::find(kLogLevels.begin(), kLogLevels.end(), line.level);
  return static_cast<std::size_t>(level - kLogLevels.begin()) >= query.level &&
         line.at_ns >= query.since_ns &&
         (query.component.empty() || query.component == line.component);
}

void add_program_lines(const Invocation& in, const LogQuery& query,
                       std::vector<ShownLine>& lines) {
  for (runtime::LogLine& line : runtime::read_log(in.profile() / "log").lines) {
    if (is_wanted(query, line) && (query.folder.empty() || line.session == query.folder)) {
      lines.push_back({std::move(line), false});
    }
  }
}

Status add_activity(const Invocation& in, const LogQuery& query, std::vector<ShownLine>& lines) {
  auto connection = store::sqlite::Connection::open(database_path(in),
                                                    store::sqlite::Access::read_only);
  if (!connection) {
    // Before the first session there is nothing to tell, which is no mistake.
    return connection.error().kind == ErrorKind::data ? Status{}
                                                      : Status{tl::unexpected{connection.error()}};
  }
  const std::array<Cell, 4> parameters{
      query.session.empty() ? Cell{} : Cell{query.session}, Cell{query.since_ns},
      query.component.empty() ? Cell{} : Cell{query.component}, Cell{query.last}};
  const auto rows = connection->query(
      "SELECT a.at, a.level, a.component, s.name, a.text FROM activity_log a JOIN sessions s"
      " USING (session_id) WHERE (?1 IS NULL OR s.name = ?1) AND a.at >= ?2"
      " AND (?3 IS NULL OR a.component = ?3)"
      " ORDER BY a.at DESC, a.sequence DESC, a.position DESC LIMIT ?4",
      parameters);
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  for (auto row = rows->rows.rbegin(); row != rows->rows.rend(); ++row) {
    const auto* at = std::get_if<std::int64_t>(&row->front());
    runtime::LogLine line{at == nullptr ? 0 : *at, cell_text((*row)[1]), cell_text((*row)[2]),
                          cell_text((*row)[3]), cell_text((*row)[4])};
    if (is_wanted(query, line)) {
      lines.push_back({std::move(line), true});
    }
  }
  return {};
}

Result<std::vector<ShownLine>> log_lines(const Invocation& in, const LogQuery& query) {
  std::vector<ShownLine> lines;
  add_program_lines(in, query, lines);
  if (const auto added = add_activity(in, query, lines); !added) {
    return tl::unexpected{added.error()};
  }
  std::stable_sort(lines.begin(), lines.end(), [](const ShownLine& a, const ShownLine& b) {
    return a.line.at_ns < b.line.at_ns;
  });
  const auto most = static_cast<std::size_t>(query.last);
  if (lines.size() > most) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
  }
  return lines;
}

runtime::JsonObject log_json(const ShownLine& shown, bool with_schema) {
  runtime::JsonObject out = with_schema ? runtime::JsonObject{"logs/1"} : runtime::JsonObject{};
  out.set("at", Timestamp{shown.line.at_ns})
      .set("clock", shown.is_event_time ? "event" : "wall")
      .set("level", shown.line.level)
      .set("component", shown.line.component)
      .set("session", shown.line.session)
      .set("text", shown.line.text);
  return out;
}

void print_log_line(const ShownLine& shown) {
  fmt::print("{} {:<5} {:<8} {}\n", format_utc(shown.line.at_ns, Precision::seconds),
             shown.line.level, shown.line.component, shown.line.text);
}

std::string identity_of(const ShownLine& shown) { return log_json(shown, false).text(); }

// Prints what has not been printed; a line is known by all that it says.
Result<int> follow(const Invocation& in, const LogQuery& query) {
  const Interrupt interrupt;
  std::set<std::string> printed;
  while (!interrupt.is_requested()) {
    const auto lines = log_lines(in, query);
    if (!lines) {
      return tl::unexpected{lines.error()};
    }
    std::set<std::string> present;
    for (const ShownLine& shown : *lines) {
      const std::string identity = identity_of(shown);
      present.insert(identity);
      if (printed.contains(identity)) {
        continue;
      }
      if (in.is_json()) {
        fmt::print("{}\n", log_json(shown, true).text());
      } else {
        print_log_line(shown);
      }
    }
    printed = std::move(present);
    std::fflush(stdout);
    std::this_thread::sleep_for(kLogsPoll);
  }
  return interrupt.exit_code();
}

Result<int> run_logs(const Invocation& in) {
  const auto query = log_query_of(in);
  if (!query) {
    return tl::unexpected{query.error()};
  }
  if (in.has("--follow")) {
    return follow(in, *query);
  }
  const auto lines = log_lines(in, *query);
  if (!lines) {
    return tl::unexpected{lines.error()};
  }
  if (in.is_json()) {
    runtime::JsonArray rows;
    for (const ShownLine& shown : *lines) {
      rows.add(log_json(shown, false));
    }
    runtime::JsonObject out{"logs/1"};
    out.set("lines", rows);
    fmt::print("{}\n", out.text());
    return 0;
  }
  for (const ShownLine& shown : *lines) {
    print_log_line(shown);
  }
  return 0;
}

}  // namespace

Verb logs_verb() noexcept {
  return Verb{.name = "logs",
              .alias = {},
              .purpose = "what was decided and done, in words, and what the program said",
              .example = "lanner logs -f --level warn",
              .arguments = kLogsArguments,
              .flags = kLogsFlags,
              .run = run_logs,
              .verbs = {}};
}

}  // namespace lanner::app
