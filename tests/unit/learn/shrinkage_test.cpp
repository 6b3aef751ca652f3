#include "learn/shrinkage.hpp"

#include <doctest/doctest.h>

namespace lanner::learn {
namespace {

TEST_CASE("normal shrinkage: known answers") {
  const double kappa = 64.0;
  const NormalPosterior few = shrink(15, 0.3, 0.0, kappa, 1.2);
  CHECK(few.mean == doctest::Approx(0.056962).epsilon(1e-5));
  CHECK(few.sd == doctest::Approx(0.135011).epsilon(1e-5));
  CHECK(few.probability_positive() == doctest::Approx(0.663454).epsilon(1e-5));
  const NormalPosterior many = shrink(200, 0.3, 0.0, kappa, 1.2);
  CHECK(many.mean == doctest::Approx(0.227273).epsilon(1e-5));
  CHECK(many.sd == doctest::Approx(0.073855).epsilon(1e-5));
  CHECK(many.probability_positive() == doctest::Approx(0.998956).epsilon(1e-6));
}

TEST_CASE("beta: nine wins of fifteen are not evidence") {
  const BetaPosterior prior{10 + 9, 10 + 6};
  CHECK(prior.mean() == doctest::Approx(0.542857).epsilon(1e-6));
  CHECK(prior.probability_above_half() == doctest::Approx(0.696204).epsilon(1e-6));
  CHECK(BetaPosterior{1 + 9, 1 + 6}.probability_above_half() ==
        doctest::Approx(0.772751).epsilon(1e-6));
  CHECK(BetaPosterior{70, 50}.probability_above_half() == doctest::Approx(0.966854).epsilon(1e-6));
}

TEST_CASE("normal-inverse-gamma: known answer") {
  const NigPosterior after = NigPosterior{0, 64, 2, 1.44}.updated(3, 2, 6);
  CHECK(after.mean == doctest::Approx(0.0298507).epsilon(1e-6));
  CHECK(after.kappa == 67);
  CHECK(after.alpha == 3.5);
  CHECK(after.beta == doctest::Approx(4.4101493).epsilon(1e-8));
}

TEST_CASE("nothing seen leaves the prior, and its median is its mean") {
  const NigPosterior prior{0.1, 64, 2, 1.44};
  CHECK(prior.updated(0, 0, 0).mean == 0.1);
  CHECK(prior.quantile(0.5) == doctest::Approx(0.1));
  CHECK(NigPosterior{0, 64, 2, 1.44}.probability_positive() == doctest::Approx(0.5));
}

}  // namespace
}  // namespace lanner::learn
