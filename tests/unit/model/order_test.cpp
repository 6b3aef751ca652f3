#include "model/order.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace lanner;
using model::OrderStatus;

namespace {

constexpr auto kCount = static_cast<unsigned>(OrderStatus::unknown) + 1;

OrderStatus status(unsigned index) { return static_cast<OrderStatus>(index); }

}  // namespace

TEST_CASE("the end of an order is final") {
  for (unsigned from = 0; from < kCount; ++from) {
    unsigned followers = 0;
    for (unsigned to = 0; to < kCount; ++to) {
      followers += may_follow(status(from), status(to)) ? 1U : 0U;
    }
    CAPTURE(from);
    CHECK((followers == 0) == is_terminal(status(from)));
  }
}

TEST_CASE("an order begins once, and only we deny it") {
  for (unsigned from = 0; from < kCount; ++from) {
    CHECK(!may_follow(status(from), OrderStatus::initialized));
    CHECK(may_follow(status(from), OrderStatus::denied) ==
          (status(from) == OrderStatus::initialized));
    CHECK(may_follow(status(from), OrderStatus::submitted) ==
          (status(from) == OrderStatus::initialized));
  }
}

TEST_CASE("every status but denied is reached from submitted, and unknown from any of them") {
  std::set<unsigned> seen{static_cast<unsigned>(OrderStatus::submitted)};
  for (bool grew = true; grew;) {
    grew = false;
    for (const unsigned from : std::set<unsigned>{seen}) {
      for (unsigned to = 0; to < kCount; ++to) {
        grew = (may_follow(status(from), status(to)) && seen.insert(to).second) || grew;
      }
    }
  }
  CHECK(seen.size() == kCount - 2);
  for (const unsigned from : seen) {
    if (!is_terminal(status(from)) && status(from) != OrderStatus::unknown) {
      CHECK(may_follow(status(from), OrderStatus::unknown));
    }
  }
}

TEST_CASE("known steps") {
  using enum OrderStatus;
  CHECK(may_follow(submitted, filled));  // a fill may overtake the acceptance
  CHECK(may_follow(accepted, triggered));
  CHECK(may_follow(triggered, rejected));
  CHECK(may_follow(partially_filled, partially_filled));
  CHECK(may_follow(pending_cancel, filled));
  CHECK(may_follow(unknown, accepted));
  CHECK(!may_follow(accepted, rejected));
  CHECK(!may_follow(accepted, accepted));
  CHECK(!may_follow(partially_filled, accepted));
  CHECK(!may_follow(filled, canceled));
  CHECK(std::string(model::name_of(pending_cancel)) == "pending_cancel");
}
