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
  CHECK(features::schema_hash() == features::FeaturePipeline::schema_hash());
}
