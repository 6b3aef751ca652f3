// expect: cannot convert
// Money never becomes a double by itself.
#include "base/fixed.hpp"


#ifdef GOOD
lanner::Money kept(lanner::Money money) { return money; }
#else
double lost(lanner::Money money) { return money; }
#endif
