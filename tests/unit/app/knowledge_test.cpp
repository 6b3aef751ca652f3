#include <doctest/doctest.h>

#include <string>

#include "app/look/knowledge_topics.hpp"
#include "app/verb.hpp"
#include "store/sqlite/projection_file.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

namespace {

// "knowledge coins" -> its verb, or null.
const app::Verb* verb_of(std::string_view path) {
  const std::size_t space = path.find(' ');
  for (const app::Verb& verb : app::verbs()) {
    if (verb.name != path.substr(0, space)) {
      continue;
    }
    if (space == std::string_view::npos) {
      return &verb;
    }
    for (const app::Verb& inner : verb.verbs) {
      if (inner.name == path.substr(space + 1)) {
        return &inner;
      }
    }
  }
  return nullptr;
}

bool asks(const app::KnowledgeTopic& topic, std::string_view table) {
  for (const app::KnowledgeList& list : topic.lists) {
    const std::string padded = std::string{list.sql} + " ";
    for (const char* word : {"FROM ", "JOIN "}) {
      if (padded.find(word + std::string{table} + " ") != std::string::npos) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

TEST_CASE("every table has a verb that reads it") {
  for (const store::sqlite::TableSpec& table : store::sqlite::table_specs()) {
    const std::string name{table.name};
    CHECK_MESSAGE(verb_of(table.reader) != nullptr, name);
    if (!table.reader.starts_with("knowledge ")) {
      CHECK_MESSAGE(table.reader == "db verify", name);
      continue;
    }
    bool is_read = false;
    for (const app::KnowledgeTopic& topic : app::knowledge_topics()) {
      is_read = is_read || (table.reader.ends_with(topic.name) && asks(topic, table.name));
    }
    CHECK_MESSAGE(is_read, name);
  }
}

TEST_CASE("every question is one that the database understands") {
  const test::ScratchDir scratch{"questions"};
  const auto path = scratch.path() / "a.db";
  const auto lock = store::sqlite::WriterLock::take(path);
  auto file = store::sqlite::ProjectionFile::open(path, *lock);
  REQUIRE(file.has_value());
  const std::array<store::sqlite::Cell, 2> all{store::sqlite::Cell{}, std::int64_t{5}};
  for (const app::KnowledgeTopic& topic : app::knowledge_topics()) {
    for (const app::KnowledgeList& list : topic.lists) {
      const auto rows = file->connection().query(list.sql, all);
      CHECK_MESSAGE(rows.has_value(), list.sql, (rows ? "" : rows.error().message));
    }
  }
}
