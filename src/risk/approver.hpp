#pragma once

// The only maker of RiskApproved values: nothing reaches exec without passing the governor.

#include "model/decision.hpp"

namespace lanner::risk {

class RiskGovernor;
struct UncheckedApproval;  // defined by tests of exec only, which need no governor

class Approver {
 private:
  friend class RiskGovernor;
  friend struct UncheckedApproval;
  template <typename T>
  [[nodiscard]] static model::RiskApproved<T> approve(const T& value,
                                                      const model::Permit& permit) noexcept {
    return model::RiskApproved<T>{value, permit};
  }
};

}  // namespace lanner::risk
