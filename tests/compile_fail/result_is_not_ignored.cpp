// expect: ignoring returned value|ignoring return value|nodiscard
// An error cannot be dropped on the floor.
#include "base/fixed.hpp"


#ifdef GOOD
bool parses(std::string_view text) { return lanner::parse_fixed<lanner::Price>(text).has_value(); }
#else
void drop(std::string_view text) { lanner::parse_fixed<lanner::Price>(text); }
#endif
