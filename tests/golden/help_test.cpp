#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "app/help.hpp"
#include "support/golden.hpp"

using namespace lanner;

namespace {

std::string all_help_texts() {
  std::string out = app::help_of_all();
  for (const app::Verb& verb : app::verbs()) {
    out += "\n----\n" + app::help_of(verb, "lanner");
    for (const app::Verb& inner : verb.verbs) {
      out += "\n----\n" + app::help_of(inner, "lanner " + std::string{verb.name});
    }
  }
  return out;
}

}  // namespace

TEST_CASE("help texts are as approved") { CHECK_GOLDEN("help.txt", all_help_texts()); }

TEST_CASE("help fits 80 columns and its overview one screen of 40 lines") {
  std::istringstream lines{all_help_texts()};
  for (std::string line; std::getline(lines, line);) {
    CHECK_MESSAGE(line.size() <= 80, line);
  }
  const std::string overview = app::help_of_all();
  CHECK(std::count(overview.begin(), overview.end(), '\n') <= 40);
}
