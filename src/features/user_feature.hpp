#pragma once

// Features that a user writes as an expression:
//
//   my_z = "zscore(close - ema(close, 50), 200)"
//
// A text is compiled once into a flat program that takes one closed bar at a time. Numbers,
// + - * /, comparisons (1 or 0), parentheses; open high low close volume; every built-in feature by
// its name, of the bar's own timeframe or, as `ema21@1h`, of another one's last closed bar (a
// longer bar that ends at the same instant is not among them); and the functions of
// feature_functions(). What has no value has none in all that uses it: a window or mean leaves such
// a bar out.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "features/feature_view.hpp"
#include "features/frame.hpp"
#include "model/condition.hpp"

namespace lanner::features {

struct UserFeature {
  std::string name;
  std::string text;
  friend bool operator==(const UserFeature&, const UserFeature&) = default;
};

inline constexpr std::size_t kUserFeatureTextMax = 1000;
inline constexpr std::size_t kFeatureStepsMax = 64;
inline constexpr std::size_t kFeatureDepthMax = 16;
inline constexpr std::uint32_t kFeatureLengthMax = 500;  // bars

enum class FeatureOp : std::uint8_t {
  constant,
  open,
  high,
  low,
  close,
  volume,
  feature,
  negate,
  add,
  subtract,
  multiply,
  divide,
  greater,
  less,
  at_least,
  at_most,
  absolute,
  log,
  exp,
  smaller,
  larger,
  clamp,
  ema,
  sma,
  wma,
  rsi,
  atr,
  stddev,
  zscore,
  lowest,
  highest,
  sum,
  lag,
  diff,
  rank,
  corr,
  crossover,
};

struct FeatureFunction {
  std::string_view name;
  FeatureOp op;
  std::uint8_t series;     // arguments that are expressions
  bool has_length;         // then a whole number of bars
  std::uint32_t length_min;
  std::string_view meaning;
};
[[nodiscard]] std::span<const FeatureFunction> feature_functions() noexcept;

struct FeatureStep {
  FeatureOp op = FeatureOp::constant;
  model::FeatureId feature = model::FeatureId::none;
  model::Timeframe tf = model::Timeframe::count_;  // count_: the bar's own
  std::uint32_t length = 0;
  std::uint32_t state = 0;  // where its numbers begin
  double constant = 0.0;
};

// Steps in postfix order. The state of one stream of bars is `state_size` numbers, at first zero.
class FeatureProgram {
 public:
  // Values that a step reads beside the bar: a feature of a timeframe.
  struct Input {
    const Ohlcv* bar = nullptr;
    FeatureView values;
    std::size_t tf = 0;
  };
  // Takes one bar; NaN where there is no value yet. Nothing allocates.
  [[nodiscard]] double add(const Input& input, std::span<double> state) const noexcept;

  [[nodiscard]] std::size_t state_size() const noexcept { return state_size_; }
  [[nodiscard]] std::span<const FeatureStep> steps() const noexcept { return steps_; }

 private:
  friend class FeatureParser;
  std::vector<FeatureStep> steps_;
  std::size_t state_size_ = 0;
};

// Where and why a text is refused; `at` counts characters from 0.
struct FeatureFault {
  std::size_t at = 0;
  std::string reason;
};

// The program, or the first fault.
[[nodiscard]] tl::expected<FeatureProgram, FeatureFault> compile_feature(std::string_view text);

// What is wrong with a name, as a sentence; empty when nothing is. Names are a small letter, then
// such letters, digits and _, 32 in all, and none of the built-in ones.
[[nodiscard]] std::string problem_of_feature_name(std::string_view name);

// The fault under its text, for people:
//   column 8: 'emaa' is not known; did you mean 'ema'?
//     zscore(emaa(close, 50), 200)
//            ^
[[nodiscard]] std::string describe(const FeatureFault& fault, std::string_view text);

}  // namespace lanner::features
