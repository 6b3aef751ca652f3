// expect: could not convert|cannot convert|no matching function
// A double never becomes a price by itself.
#include "base/fixed.hpp"

lanner::Price doubled(lanner::Price price, double factor) {
#ifdef GOOD
  return factor > 1.0 ? price * 2 : price;
}
#else
  return factor;
}
#endif
