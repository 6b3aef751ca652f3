#include "features/schema.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "features/pipeline.hpp"

using namespace lanner;

TEST_CASE("schema: every feature has the name, unit and sentence that readers see") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < model::kFeatureCount; ++i) {
    const features::FeatureInfo& info = features::schema()[i];
    CAPTURE(info.name);
    CHECK(static_cast<std::size_t>(info.id) == i);
    CHECK(names.insert(std::string(info.name)).second);
    CHECK(info.definition.ends_with('.'));
    CHECK(info.name == std::string(model::name_of(info.id)));
  }
}

TEST_CASE("schema: its hash is the same each time and not empty") {
  CHECK(features::schema_hash() != 0);
  const model::InstrumentTable none;
  CHECK(features::schema_hash() == features::FeaturePipeline(none).schema_hash());
}

TEST_CASE("schema: a session's own features, their names and texts are part of its hash") {
  using features::UserFeature;
  const auto hash_of = [](const char* name, const char* text) {
    const UserFeature own[] = {{name, text}};
    return features::schema_hash(own);
  };
  const std::set<std::uint64_t> hashes{features::schema_hash(), hash_of("a", "close"),
                                       hash_of("b", "close"), hash_of("a", "open")};
  CHECK(hashes.size() == 4);
  CHECK(hash_of("a", "close") == hash_of("a", "close"));
}
