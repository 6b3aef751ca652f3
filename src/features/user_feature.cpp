#include "features/user_feature.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/did_you_mean.hpp"
#include "features/feature_state.hpp"

namespace lanner::features {
namespace {

using model::FeatureId;
using model::Timeframe;
using Op = FeatureOp;

constexpr std::array kFunctions{
    FeatureFunction{"ema", Op::ema, 1, true, 1,
                    "exponential mean, alpha 2 / (n + 1), seeded with the mean of the first n"},
    FeatureFunction{"sma", Op::sma, 1, true, 1, "mean of the last n"},
    FeatureFunction{"wma", Op::wma, 1, true, 1, "mean of the last n with weights 1 (oldest) to n"},
    FeatureFunction{"rsi", Op::rsi, 1, true, 1,
                    "100 gain / (gain + loss), Wilder means of n moves"},
    FeatureFunction{"atr", Op::atr, 0, true, 1, "Wilder mean of n true ranges of the bars"},
    FeatureFunction{"stddev", Op::stddev, 1, true, 2,
                    "population standard deviation of the last n"},
    FeatureFunction{"zscore", Op::zscore, 1, true, 2,
                    "(value - mean) / population standard deviation of the last n, itself among "
                    "them"},
    FeatureFunction{"lowest", Op::lowest, 1, true, 1, "least of the last n"},
    FeatureFunction{"highest", Op::highest, 1, true, 1, "greatest of the last n"},
    FeatureFunction{"sum", Op::sum, 1, true, 1, "sum of the last n"},
    FeatureFunction{"lag", Op::lag, 1, true, 1, "value n bars ago"},
    FeatureFunction{"diff", Op::diff, 1, true, 1, "value less the value n bars ago"},
    FeatureFunction{"rank", Op::rank, 1, true, 2,
                    "share of the n - 1 values before that are lower, equal ones counting half"},
    FeatureFunction{"corr", Op::corr, 2, true, 3, "correlation (Pearson) of two over the last n"},
    FeatureFunction{"min", Op::smaller, 2, false, 0, "the smaller of two"},
    FeatureFunction{"max", Op::larger, 2, false, 0, "the larger of two"},
    FeatureFunction{"clamp", Op::clamp, 3, false, 0,
                    "value, not below the second, not above the third"},
    FeatureFunction{"abs", Op::absolute, 1, false, 0, "without its sign"},
    FeatureFunction{"log", Op::log, 1, false, 0, "natural logarithm; none at 0 or below"},
    FeatureFunction{"exp", Op::exp, 1, false, 0, "e to that power"},
    FeatureFunction{"crossover", Op::crossover, 2, false, 0,
                    "1 when the first was below the second at the bar before and no longer is"},
};

struct PriceName {
  std::string_view name;
  Op op;
};
constexpr std::array kPrices{PriceName{"open", Op::open}, PriceName{"high", Op::high},
                             PriceName{"low", Op::low}, PriceName{"close", Op::close},
                             PriceName{"volume", Op::volume}};

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || c == '_'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::optional<FeatureId> feature_named(std::string_view name) noexcept {
  for (std::size_t i = 1; i < model::kBuiltInFeatureCount; ++i) {
    if (name == model::name_of(static_cast<FeatureId>(i))) {
      return static_cast<FeatureId>(i);
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names;
  for (const FeatureFunction& function : kFunctions) {
    names.push_back(function.name);
  }
  for (const PriceName& price : kPrices) {
    names.push_back(price.name);
  }
  for (std::size_t i = 1; i < model::kBuiltInFeatureCount; ++i) {
    names.emplace_back(model::name_of(static_cast<FeatureId>(i)));
  }
  return names;
}

}  // namespace

std::span<const FeatureFunction> feature_functions() noexcept { return kFunctions; }

// Recursive descent; the first fault ends it. Each rule returns false once there is one.
class FeatureParser {
 public:
  explicit FeatureParser(std::string_view text) : text_(text) {}

  tl::expected<FeatureProgram, FeatureFault> run() {
    if (text_.size() > kUserFeatureTextMax) {
      refuse(kUserFeatureTextMax, "an expression has at most 1000 characters");
    } else if (comparison()) {
      skip_blanks();
      if (at_ < text_.size()) {
        refuse(at_, std::string("'") + text_[at_] + "' is not expected here");
      }
    }
    if (fault_) {
      return tl::unexpected{*fault_};
    }
    return std::move(program_);
  }

 private:
  bool refuse(std::size_t at, std::string reason) {
    if (!fault_) {
      fault_ = FeatureFault{at, std::move(reason)};
    }
    return false;
  }
  void skip_blanks() noexcept {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  bool take(std::string_view token) noexcept {
    skip_blanks();
    if (text_.substr(at_, token.size()) != token) {
      return false;
    }
    at_ += token.size();
    return true;
  }
  bool expect(std::string_view token) {
    return take(token) || refuse(at_, "'" + std::string(token) + "' is expected here");
  }

  // `pops` values become one.
  bool emit(FeatureStep step, std::size_t pops, std::size_t at) {
    held_ = held_ + 1 - pops;
    if (held_ > kFeatureDepthMax || program_.steps_.size() == kFeatureStepsMax) {
      return refuse(at, "the expression is too large: at most 64 steps, 16 values held at once");
    }
    step.state = static_cast<std::uint32_t>(program_.state_size_);
    program_.state_size_ += detail::state_size_of(step);
    program_.steps_.push_back(step);
    return true;
  }

  bool comparison() {
    if (!sum()) {
      return false;
    }
    skip_blanks();
    const std::size_t at = at_;
    // The longer ones first.
    const struct {
      std::string_view token;
      Op op;
    } operators[] = {{">=", Op::at_least}, {"<=", Op::at_most}, {">", Op::greater},
                     {"<", Op::less}};
    for (const auto& one : operators) {
      if (take(one.token)) {
        return sum() && emit({one.op, {}, Timeframe::count_, 0, 0, 0.0}, 2, at);
      }
    }
    return true;
  }

  bool sum() {
    if (!product()) {
      return false;
    }
    for (;;) {
      skip_blanks();
      const std::size_t at = at_;
      const Op op = take("+") ? Op::add : take("-") ? Op::subtract : Op::constant;
      if (op == Op::constant) {
        return true;
      }
      if (!product() || !emit({op, {}, Timeframe::count_, 0, 0, 0.0}, 2, at)) {
        return false;
      }
    }
  }

  bool product() {
    if (!unary()) {
      return false;
    }
    for (;;) {
      skip_blanks();
      const std::size_t at = at_;
      const Op op = take("*") ? Op::multiply : take("/") ? Op::divide : Op::constant;
      if (op == Op::constant) {
        return true;
      }
      if (!unary() || !emit({op, {}, Timeframe::count_, 0, 0, 0.0}, 2, at)) {
        return false;
      }
    }
  }

  bool unary() {
    skip_blanks();
    const std::size_t at = at_;
    if (++nesting_ > kFeatureDepthMax * 2) {
      return refuse(at, "too many parentheses or signs inside each other");
    }
    const bool good = take("-") ? unary() && emit({Op::negate, {}, Timeframe::count_, 0, 0, 0.0},
                                                  1, at)
                                : primary();
    --nesting_;
    return good;
  }

  bool primary() {
    skip_blanks();
    if (at_ == text_.size()) {
      return refuse(at_, "the expression ends here; a value is expected");
    }
    if (take("(")) {
      return comparison() && expect(")");
    }
    const char first = text_[at_];
    if (is_digit(first) || first == '.') {
      const std::size_t at = at_;
      double value = 0.0;
      return number(value) && emit({Op::constant, {}, Timeframe::count_, 0, 0, value}, 0, at);
    }
    if (is_letter(first)) {
      return name();
    }
    return refuse(at_, std::string("'") + first + "' is not expected here; write a number, a name "
                                                  "or (");
  }

  bool number(double& out) {
    skip_blanks();
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), out);
    if (error != std::errc{} || !std::isfinite(out)) {
      return refuse(at_, "a number is expected here");
    }
    at_ += static_cast<std::size_t>(end - begin);
    return true;
  }

  std::string_view word() noexcept {
    const std::size_t from = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) {
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  bool name() {
    const std::size_t at = at_;
    const std::string_view found = word();
    for (const FeatureFunction& function : kFunctions) {
      if (function.name == found) {
        return call(function, at);
      }
    }
    for (const PriceName& price : kPrices) {
      if (price.name == found) {
        return emit({price.op, {}, Timeframe::count_, 0, 0, 0.0}, 0, at);
      }
    }
    const auto feature = feature_named(found);
    if (!feature) {
      const auto names = known_names();
      const auto near = closest(found, names);
      return refuse(at, "'" + std::string(found) + "' is not known" +
                            (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
    }
    FeatureStep step{Op::feature, *feature, Timeframe::count_, 0, 0, 0.0};
    return (!take("@") || timeframe(step.tf)) && emit(step, 0, at);
  }

  bool timeframe(Timeframe& out) {
    const std::size_t at = at_;
    const std::string_view found = word();
    for (std::size_t i = 0; i < model::kTimeframeCount; ++i) {
      if (found == model::name_of(static_cast<Timeframe>(i))) {
        out = static_cast<Timeframe>(i);
        return true;
      }
    }
    return refuse(at, "a timeframe is expected here: 1m 5m 15m 30m 1h");
  }

  static std::string arity_of(const FeatureFunction& function) {
    const std::size_t count = function.series + (function.has_length ? 1U : 0U);
    std::string out = std::string(function.name) + " takes " + std::to_string(count) +
                      (count == 1 ? " argument" : " arguments");
    return out + (function.has_length ? ", the last one a number of bars" : "");
  }

  bool call(const FeatureFunction& function, std::size_t at) {
    if (!expect("(")) {
      return false;
    }
    FeatureStep step{function.op, {}, Timeframe::count_, 0, 0, 0.0};
    const std::size_t count = function.series + (function.has_length ? 1U : 0U);
    for (std::size_t i = 0; i < count; ++i) {
      skip_blanks();
      const bool is_early_end = at_ < text_.size() && text_[at_] == ')';
      if (is_early_end || (i > 0 && !take(","))) {
        return refuse(at_, arity_of(function));
      }
      const bool good = i < function.series ? comparison() : length(function, step.length);
      if (!good) {
        return false;
      }
    }
    skip_blanks();
    if (!take(")")) {
      return refuse(at_, at_ < text_.size() && text_[at_] == ',' ? arity_of(function)
                                                                 : "')' is expected here");
    }
    return emit(step, function.series, at);
  }

  bool length(const FeatureFunction& function, std::uint32_t& out) {
    skip_blanks();
    const std::size_t at = at_;
    const bool is_negative = take("-");
    double value = 0.0;
    skip_blanks();
    if (at_ == text_.size() || !is_digit(text_[at_])) {
      return refuse(at, arity_of(function));
    }
    if (!number(value)) {
      return false;
    }
    if (is_negative) {
      return refuse(at, std::string(function.name) + " cannot look ahead: its number of bars is " +
                            bounds_of(function));
    }
    if (value != std::floor(value) || value < static_cast<double>(function.length_min) ||
        value > static_cast<double>(kFeatureLengthMax)) {
      return refuse(at, "the number of bars of " + std::string(function.name) + " is whole, " +
                            bounds_of(function));
    }
    out = static_cast<std::uint32_t>(value);
    return true;
  }

  static std::string bounds_of(const FeatureFunction& function) {
    return std::to_string(function.length_min) + " to " + std::to_string(kFeatureLengthMax);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t held_ = 0;
  std::size_t nesting_ = 0;
  FeatureProgram program_;
  std::optional<FeatureFault> fault_;
};

tl::expected<FeatureProgram, FeatureFault> compile_feature(std::string_view text) {
  return FeatureParser{text}.run();
}

std::string problem_of_feature_name(std::string_view name) {
  const bool is_word = !name.empty() && name.size() <= 32 && is_letter(name[0]) &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return is_letter(c) || is_digit(c); });
  if (!is_word) {
    return "a feature's name is a small letter or _, then such letters or digits, 32 in all";
  }
  const auto names = known_names();
  const bool is_taken = name == "const" || name == "none" ||
                        std::find(names.begin(), names.end(), name) != names.end();
  return is_taken ? "'" + std::string(name) + "' is built in; choose another name" : "";
}

std::string describe(const FeatureFault& fault, std::string_view text) {
  // Blanks under the text, so that the caret stands below its character.
  return "column " + std::to_string(fault.at + 1) + ": " + fault.reason + "\n  " +
         std::string(text) + "\n  " + std::string(fault.at, ' ') + "^";
}

}  // namespace lanner::features
