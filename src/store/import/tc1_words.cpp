#include "store/import/tc1_words.hpp"

#include <sstream>
#include <vector>

#include "base/did_you_mean.hpp"
#include "store/import/tc1_file.hpp"

namespace lanner::store {

const Tc1Feature* tc1_feature(std::string_view word) {
  for (const Tc1Feature& feature : kTc1Features) {
    if (feature.word == word) {
      return &feature;
    }
  }
  return nullptr;
}

std::string tc1_number(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

std::string tc1_unknown_word(std::string_view word, std::span<const std::string_view> known) {
  std::string reason = "'" + std::string(word) + "' is not known";
  if (const auto near = closest(word, known)) {
    return reason + "; did you mean '" + std::string(*near) + "'?";
  }
  reason += "; write one of";
  for (const std::string_view one : known) {
    reason += " " + std::string(one);
  }
  return reason;
}

std::string describe(const std::filesystem::path& path, const RejectedCondition& rejected) {
  const std::string key = rejected.key.empty() ? "" : rejected.key + ": ";
  return path.string() + ": condition " + std::to_string(rejected.index) + ": " + key +
         name_of(rejected.rule) + ": " + rejected.reason;
}

}  // namespace lanner::store
