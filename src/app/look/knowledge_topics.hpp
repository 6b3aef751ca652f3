#pragma once

// What can be asked of the database: each topic is a verb, each of its lists one query over the
// tables of the registry (store/sqlite/schema.hpp).

#include <cstddef>
#include <span>
#include <string_view>

namespace lanner::app {

// ?1 = number of a session or nothing for all; ?2 = rows at most.
struct KnowledgeList {
  std::string_view name;
  std::string_view title;
  std::string_view sql;
};

struct KnowledgeTopic {
  std::string_view name;
  std::string_view purpose;
  std::string_view example;
  std::span<const KnowledgeList> lists;
};

inline constexpr std::size_t kKnowledgeTopics = 15;
[[nodiscard]] std::span<const KnowledgeTopic, kKnowledgeTopics> knowledge_topics() noexcept;

}  // namespace lanner::app
