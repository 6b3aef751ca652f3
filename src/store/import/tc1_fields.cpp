#include "store/import/tc1_fields.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

namespace lanner::store::detail {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

Check check_keys(const object& fields, const std::string& where,
                 std::span<const std::string_view> known,
                 std::span<const std::string_view> needed) {
  std::vector<std::string_view> seen;
  for (const auto field : fields) {
    if (std::find(seen.begin(), seen.end(), field.key) != seen.end()) {
      return Violation{where + std::string(field.key), Tc1Rule::v1, "stands here twice"};
    }
    seen.push_back(field.key);
    if (std::find(known.begin(), known.end(), field.key) == known.end()) {
      return Violation{where + std::string(field.key), Tc1Rule::v2,
                       "key " + tc1_unknown_word(field.key, known)};
    }
  }
  for (const std::string_view key : needed) {
    if (std::find(seen.begin(), seen.end(), key) == seen.end()) {
      return Violation{where + std::string(key), Tc1Rule::v2, "is missing"};
    }
  }
  return std::nullopt;
}

Check read_text(const object& fields, const std::string& where, std::string_view key,
                std::optional<std::string_view>& out) {
  element field;
  if (fields.at_key(key).get(field) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::string_view text;
  if (field.get(text) != simdjson::SUCCESS) {
    return Violation{where + std::string(key), Tc1Rule::v2, "must be a text"};
  }
  out = text;
  return std::nullopt;
}

Check read_number(const object& fields, const std::string& where, const NumberRule& rule,
                  double& out) {
  element field;
  if (fields.at_key(rule.key).get(field) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  double value = 0.0;
  if (field.is_bool() || field.get(value) != simdjson::SUCCESS) {
    return Violation{where + std::string(rule.key), Tc1Rule::v2, "must be a number"};
  }
  if (!std::isfinite(value) || value < rule.low || value > rule.high) {
    return Violation{where + std::string(rule.key), rule.rule,
                     tc1_number(value) + " is outside " + tc1_number(rule.low) + " .. " +
                         tc1_number(rule.high)};
  }
  out = value;
  return std::nullopt;
}

Check read_whole(const object& fields, const std::string& where, const NumberRule& rule,
                 std::int64_t& out) {
  double value = static_cast<double>(out);
  if (const Check bad = read_number(fields, where, rule, value)) {
    return bad;
  }
  if (value != std::floor(value)) {
    return Violation{where + std::string(rule.key), Tc1Rule::v2, "must be a whole number"};
  }
  out = static_cast<std::int64_t>(value);
  return std::nullopt;
}

std::optional<Tc1Feature> find_feature(std::string_view word, std::span<const std::string> own) {
  if (const Tc1Feature* const built_in = tc1_feature(word)) {
    return *built_in;
  }
  const auto found = std::find(own.begin(), own.end(), word);
  if (found == own.end()) {
    return std::nullopt;
  }
  const auto place = static_cast<std::size_t>(found - own.begin());
  return Tc1Feature{word, model::user_feature(place), false, -kTc1Any, kTc1Any};
}

namespace {

Check check_units(const Tc1Feature& lhs, const model::Predicate& predicate,
                  const std::string& where) {
  const bool has_feature = predicate.rhs != model::FeatureId::none;
  // What a session's own feature is measured in, only its author knows.
  if (is_user_feature(lhs.id) || is_user_feature(predicate.rhs)) {
    return std::nullopt;
  }
  if (has_feature && (!lhs.is_price_like || predicate.rhs == lhs.id)) {
    return Violation{where + "rhs", Tc1Rule::v9,
                     std::string(lhs.word) + " cannot be compared with it; write const"};
  }
  const double value = predicate.value.value();
  const bool is_price_constant = lhs.is_price_like && !has_feature;
  if (is_price_constant && value <= 0.0) {
    return Violation{where + "value", Tc1Rule::v9, "a price must be above 0"};
  }
  if (!has_feature && (value < lhs.low || value > lhs.high)) {
    return Violation{where + "value", Tc1Rule::v9,
                     tc1_number(value) + " is outside what " + std::string(lhs.word) + " can be, " +
                         tc1_number(lhs.low) + " .. " + tc1_number(lhs.high)};
  }
  return std::nullopt;
}

Check read_right_side(const object& fields, const std::string& where,
                      std::span<const std::string> own, model::FeatureId& out) {
  std::string_view word;
  if (fields.at_key("rhs").get(word) == simdjson::SUCCESS) {
    const auto found = std::find(own.begin(), own.end(), word);
    if (found != own.end()) {
      out = model::user_feature(static_cast<std::size_t>(found - own.begin()));
      return std::nullopt;
    }
  }
  return read_word(fields, where, "rhs", kTc1RightSides, out);
}

Check read_predicate(const element& entry, const std::string& where,
                     std::span<const std::string> own, model::Predicate& out) {
  constexpr std::string_view kKeys[] = {"lhs", "tf", "op", "rhs", "value"};
  object fields;
  if (entry.get(fields) != simdjson::SUCCESS) {
    return Violation{where, Tc1Rule::v2, "must be an object with lhs, tf, op, rhs, value"};
  }
  const std::string inside = where + ".";
  if (const Check bad = check_keys(fields, inside, kKeys, kKeys)) {
    return bad;
  }
  std::string_view word;
  if (fields.at_key("lhs").get(word) != simdjson::SUCCESS) {
    return Violation{inside + "lhs", Tc1Rule::v2, "must be a text"};
  }
  const auto lhs = find_feature(word, own);
  if (!lhs) {
    std::vector<std::string_view> known;
    for (const Tc1Feature& feature : kTc1Features) {
      known.push_back(feature.word);
    }
    known.insert(known.end(), own.begin(), own.end());
    return Violation{inside + "lhs", Tc1Rule::v2, tc1_unknown_word(word, known)};
  }
  if (lhs->id == model::FeatureId::none) {
    return Violation{inside + "lhs", Tc1Rule::v9,
                     std::string(word) + " is asleep: no feed brings it yet; use another feature"};
  }
  out.lhs = lhs->id;
  if (const Check bad = read_word(fields, inside, "tf", kTc1Timeframes, out.tf)) {
    return bad;
  }
  if (const Check bad = read_word(fields, inside, "op", kTc1Ops, out.op)) {
    return bad;
  }
  if (const Check bad = read_right_side(fields, inside, own, out.rhs)) {
    return bad;
  }
  double value = 0.0;
  if (const Check bad = read_number(fields, inside, {"value", -kTc1Any, kTc1Any, Tc1Rule::v9},
                                    value)) {
    return bad;
  }
  out.value = Score{value};
  return check_units(*lhs, out, inside);
}

}  // namespace

Check read_predicate_list(const object& fields, std::string_view key, ListBounds bounds,
                          std::span<const std::string> own, std::vector<model::Predicate>& out) {
  element field;
  if (fields.at_key(key).get(field) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  array entries;
  if (field.get(entries) != simdjson::SUCCESS) {
    return Violation{std::string(key), Tc1Rule::v2, "must be a list of predicates"};
  }
  if (entries.size() < bounds.least || entries.size() > bounds.most) {
    return Violation{std::string(key), Tc1Rule::v2,
                     "has " + std::to_string(entries.size()) + " predicates; it holds " +
                         std::to_string(bounds.least) + " to " + std::to_string(bounds.most)};
  }
  for (const element entry : entries) {
    const std::string where = std::string(key) + "[" + std::to_string(out.size()) + "]";
    model::Predicate predicate;
    if (Check bad = read_predicate(entry, where, own, predicate)) {
      return bad;
    }
    out.push_back(predicate);
  }
  return std::nullopt;
}

}  // namespace lanner::store::detail
