// expect: no match for .operator\*
// A product of prices has no meaning; price times quantity is notional().
#include "base/fixed.hpp"


#ifdef GOOD
lanner::Money value(lanner::Price price, lanner::Quantity quantity) {
  return lanner::notional_of(price, quantity);
}
#else
auto value(lanner::Price price, lanner::Quantity quantity) { return price * quantity; }
#endif
