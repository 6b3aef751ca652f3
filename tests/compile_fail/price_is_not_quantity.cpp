// expect: no match for .operator<
// A price cannot be compared with a quantity.
#include "base/fixed.hpp"

bool is_below(lanner::Price price, lanner::Quantity quantity) {
#ifdef GOOD
  return price < lanner::Price{} && quantity < lanner::Quantity{};
}
#else
  return price < quantity;
}
#endif
