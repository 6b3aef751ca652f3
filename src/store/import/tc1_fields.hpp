#pragma once

// The pieces of a tc1 condition: keys, words, numbers, predicates. Each reader tells the first rule
// that is broken.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/static_vector.hpp"
#include "model/condition.hpp"
#include "store/import/tc1_file.hpp"
#include "store/import/tc1_words.hpp"

namespace simdjson::dom {
class element;
class object;
}  // namespace simdjson::dom

namespace lanner::store::detail {

struct Violation {
  std::string key;
  Tc1Rule rule = Tc1Rule::v2;
  std::string reason;
};
// Nothing = kept to the rules.
using Check = std::optional<Violation>;

// Keys of an object against those that it may and must have.
[[nodiscard]] Check check_keys(const simdjson::dom::object& fields, const std::string& where,
                               std::span<const std::string_view> known,
                               std::span<const std::string_view> needed);

// The text of a key; nothing where the key is not there.
[[nodiscard]] Check read_text(const simdjson::dom::object& fields, const std::string& where,
                              std::string_view key, std::optional<std::string_view>& out);

template <typename T, std::size_t N>
Check read_word(const simdjson::dom::object& fields, const std::string& where,
                std::string_view key, const Tc1Word<T> (&words)[N], T& out) {
  std::optional<std::string_view> text;
  if (Check bad = read_text(fields, where, key, text)) {
    return bad;
  }
  if (!text) {
    return std::nullopt;  // its default stands
  }
  std::vector<std::string_view> known;
  for (const Tc1Word<T>& word : words) {
    if (word.word == *text) {
      out = word.value;
      return std::nullopt;
    }
    known.push_back(word.word);
  }
  return Violation{where + std::string(key), Tc1Rule::v2, tc1_unknown_word(*text, known)};
}

struct NumberRule {
  std::string_view key;
  double low;
  double high;
  Tc1Rule rule;
};

[[nodiscard]] Check read_number(const simdjson::dom::object& fields, const std::string& where,
                                const NumberRule& rule, double& out);
[[nodiscard]] Check read_whole(const simdjson::dom::object& fields, const std::string& where,
                               const NumberRule& rule, std::int64_t& out);
// A left-hand side by its word: one of tc1's, or a feature of the session's own, whose names these
// are; nothing for any other word.
[[nodiscard]] std::optional<Tc1Feature> find_feature(std::string_view word,
                                                     std::span<const std::string> own);

// How many predicates a list may hold.
struct ListBounds {
  std::size_t least = 0;
  std::size_t most = 0;
};
[[nodiscard]] Check read_predicate_list(const simdjson::dom::object& fields, std::string_view key,
                                        ListBounds bounds, std::span<const std::string> own,
                                        std::vector<model::Predicate>& out);

template <std::size_t N>
Check read_predicates(const simdjson::dom::object& fields, std::string_view key,
                      std::size_t least, std::span<const std::string> own,
                      StaticVector<model::Predicate, N>& out) {
  std::vector<model::Predicate> read;
  if (Check bad = read_predicate_list(fields, key, {least, N}, own, read)) {
    return bad;
  }
  for (const model::Predicate& predicate : read) {
    (void)out.push_back(predicate);
  }
  return std::nullopt;
}

}  // namespace lanner::store::detail
