#include "runtime/inputs/own_features.hpp"

#include "features/user_feature.hpp"

namespace lanner::runtime {

std::optional<OwnFeatureFault> own_feature_fault(std::string_view name, std::string_view text) {
  if (const std::string problem = features::problem_of_feature_name(name); !problem.empty()) {
    return OwnFeatureFault{std::nullopt, problem};
  }
  const auto program = features::compile_feature(text);
  return program ? std::nullopt
                 : std::optional{OwnFeatureFault{program.error().at, program.error().reason}};
}

std::string own_feature_problem(std::string_view name, std::string_view text) {
  const auto fault = own_feature_fault(name, text);
  return !fault       ? std::string{}
         : !fault->at ? fault->reason
                      : features::describe({*fault->at, fault->reason}, text);
}

std::string own_feature_help() {
  std::string out =
      "  inputs    open high low close volume, every built-in feature by its name, of the bar's "
      "own\n            timeframe or of another (ema21@1h); numbers, + - * / < <= > >=, "
      "parentheses\n";
  for (const features::FeatureFunction& function : features::feature_functions()) {
    std::string call = std::string(function.name) + "(";
    constexpr const char* kNames[] = {"x", "y", "z"};
    for (std::size_t i = 0; i < function.series; ++i) {
      call += std::string(i > 0 ? ", " : "") + kNames[i];
    }
    call += function.has_length ? function.series > 0 ? ", n)" : "n)" : ")";
    call.resize(call.size() < 16 ? 16 : call.size(), ' ');
    out += "            " + call + " " + std::string(function.meaning) + "\n";
  }
  return out;
}

}  // namespace lanner::runtime
