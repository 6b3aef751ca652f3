#include <fmt/core.h>

#include <array>
#include <utility>

#include "app/keep/database_path.hpp"
#include "app/look/knowledge_topics.hpp"
#include "app/look/text_table.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/isotime.hpp"
#include "runtime/json_out.hpp"
#include "runtime/projection/session_fold.hpp"
#include "store/sqlite/projection_file.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using store::sqlite::Cell;
using store::sqlite::Rows;

constexpr std::int64_t kLastDefault = 50;
constexpr std::int64_t kLastMax = 10'000'000;

constexpr std::array<Flag, 3> kKnowledgeFlags{{
    {"--session", "SESSION", "only of this session; a folder, or a name in the profile"},
    {"--last", "N", "at most so many rows of each list, the latest (50)"},
    kDatabaseFlag,
}};

bool is_time(const std::string& column) { return column == "at" || column.ends_with("_at"); }

std::string cell_words(const std::string& column, const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell); whole != nullptr && is_time(column)) {
    return format_utc(*whole, Precision::seconds);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return fmt::format("{:.3f}", *real);
  }
  return store::sqlite::cell_text(cell);
}

void set_cell(runtime::JsonObject& out, const std::string& column, const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    if (is_time(column)) {
      out.set(column, Timestamp{*whole});
    } else {
      out.set(column, *whole);
    }
  } else if (const auto* real = std::get_if<double>(&cell)) {
    out.set(column, *real);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    out.set(column, *text);
  } else {
    out.set_null(column);
  }
}

runtime::JsonArray rows_json(const Rows& rows) {
  runtime::JsonArray out;
  for (const auto& row : rows.rows) {
    runtime::JsonObject item;
    for (std::size_t i = 0; i < row.size(); ++i) {
      set_cell(item, rows.columns[i], row[i]);
    }
    out.add(item);
  }
  return out;
}

std::string rows_text(const Rows& rows) {
  TextTable table{rows.columns, rows.columns.size()};
  for (const auto& row : rows.rows) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < row.size(); ++i) {
      words.push_back(cell_words(rows.columns[i], row[i]));
    }
    table.add(std::move(words));
  }
  return table.text("nothing");
}

struct Asked {
  Cell session;  // number, or nothing: all
  std::int64_t last = kLastDefault;
};

Result<Asked> asked_of(const Invocation& in) {
  Asked asked;
  const auto last = in.integer("--last", 1, kLastMax);
  if (!last) {
    return tl::unexpected{last.error()};
  }
  asked.last = last->value_or(kLastDefault);
  if (in.has("--session")) {
    const auto session = session_named(in, in.text("--session"));
    if (!session) {
      return tl::unexpected{session.error()};
    }
    asked.session = runtime::name_session(*session, in.profile()).id;
  }
  return asked;
}

Result<int> show_topic(const Invocation& in, const KnowledgeTopic& topic) {
  const auto asked = asked_of(in);
  if (!asked) {
    return tl::unexpected{asked.error()};
  }
  auto connection = store::sqlite::Connection::open(database_path(in),
                                                    store::sqlite::Access::read_only);
  if (!connection) {
    return tl::unexpected{connection.error()};
  }
  if (const auto known = store::sqlite::check_schema(*connection); !known) {
    return tl::unexpected{known.error()};
  }
  runtime::JsonObject out{"knowledge-" + std::string{topic.name} + "/1"};
  for (const KnowledgeList& list : topic.lists) {
    const std::array<Cell, 2> parameters{asked->session, Cell{asked->last}};
    const auto rows = connection->query(list.sql, parameters);
    if (!rows) {
      return tl::unexpected{rows.error()};
    }
    out.set(list.name, rows_json(*rows));
    if (!in.is_json()) {
      fmt::print("{}\n{}\n", list.title, rows_text(*rows));
    }
  }
  if (in.is_json()) {
    fmt::print("{}\n", out.text());
  }
  return 0;
}

// A verb's function has no state of its own, so each topic has an instance.
template <std::size_t I>
Result<int> run_topic(const Invocation& in) {
  return show_topic(in, knowledge_topics()[I]);
}

template <std::size_t... I>
std::array<Verb, sizeof...(I)> topic_verbs(std::index_sequence<I...>) {
  return {Verb{.name = knowledge_topics()[I].name,
               .alias = {},
               .purpose = knowledge_topics()[I].purpose,
               .example = knowledge_topics()[I].example,
               .arguments = {},
               .flags = kKnowledgeFlags,
               .run = run_topic<I>,
               .verbs = {}}...};
}

}  // namespace

Verb knowledge_verb() noexcept {
  static const auto kVerbs = topic_verbs(std::make_index_sequence<kKnowledgeTopics>{});
  return {"knowledge", "", "what all sessions of the profile left behind, from the database",
          "lanner knowledge coins", {}, {}, nullptr, kVerbs};
}

}  // namespace lanner::app
