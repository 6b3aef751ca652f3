#include "research/learning_worlds.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace lanner;
using namespace lanner::research;

namespace {

LearningResult played(World world, std::uint32_t runs, std::uint32_t blocks = 540) {
  LearningOptions options;
  options.world = world;
  options.runs = runs;
  options.blocks = blocks;
  return verify_learning(options, {});
}

}  // namespace

TEST_CASE("no more false promotions than chance allows, and none of a tail-seller") {
  CHECK(false_limit_of(World::null_factor, 1000) == 38);
  CHECK(false_limit_of(World::tail_seller, 1000) == 0);
  for (const World world : {World::null_independent, World::null_factor, World::null_garch,
                            World::null_signflip, World::null_permuted, World::tail_seller}) {
    const LearningResult result = played(world, 60);
    CHECK_MESSAGE(result.is_within_limit(), name_of(world));
    CHECK(result.runs == 60);
  }
}

TEST_CASE("an edge that is there is found, and its death is seen") {
  const LearningResult planted = played(World::planted, 10, 2190);
  CHECK(planted.promoted >= 8);
  CHECK(planted.false_promotions == 0);
  REQUIRE(planted.median_blocks_to_find.has_value());
  CHECK(*planted.median_blocks_to_find < 1500);
  const LearningResult flipped = played(World::regime_flip, 10, 4380);
  REQUIRE(flipped.median_blocks_to_remove.has_value());
  CHECK(*flipped.median_blocks_to_remove < 400);
  CHECK(flipped.rolled_back > 0);
  CHECK(flipped.worst_loss_r <= 0.0);
}

TEST_CASE("a world is known by its name, or by one near to it") {
  for (const World world : all_worlds()) {
    CHECK(*world_of(name_of(world)) == world);
  }
  const auto wrong = world_of("null-facter");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message.find("did you mean 'null-factor'") != std::string::npos);
}
