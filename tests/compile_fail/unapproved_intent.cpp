// expect: is private within this context
// Only risk can approve an intent, so exec can never be handed an unapproved one.
#include "model/decision.hpp"

using lanner::model::OrderIntent;
using lanner::model::RiskApproved;

#ifdef GOOD
const OrderIntent& read(const RiskApproved<OrderIntent>& approved) { return approved.get(); }
#else
RiskApproved<OrderIntent> forge(const OrderIntent& intent) {
  return RiskApproved<OrderIntent>{intent, {intent.quantity, {}}};
}
#endif
