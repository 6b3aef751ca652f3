#include "app/keep/parameters_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "app/settings.hpp"
#include "support/scratch_dir.hpp"

namespace lanner::app {
namespace {

ProfileChange change(const char* op, const char* id, const char* value = "",
                     const char* why = "") {
  ProfileChange out;
  out.op = op;
  out.id = id;
  out.value = value;
  out.by = "ada";
  out.at = "2026-11-20T12:00:00Z";
  out.why = why;
  return out;
}

void write(const std::filesystem::path& profile, const std::string& text) {
  std::filesystem::create_directories(profile);
  std::ofstream{ParametersFile::path_in(profile)} << text;
}

}  // namespace

TEST_CASE("changes of a profile come back with who, when, why and what was before") {
  const test::ScratchDir dir("parameters-file");
  auto file = ParametersFile::read(dir.path());
  REQUIRE(file.has_value());
  CHECK(file->changes().empty());
  REQUIRE(file->add(dir.path(), change("set", "risk.heat_pct", "3", "a \"calm\"\nweek")));
  REQUIRE(file->add(dir.path(), change("set", "risk.heat_pct", "2")));
  REQUIRE(file->add(dir.path(), change("pin", "fee.cost_r_cap")));
  const auto again = ParametersFile::read(dir.path());
  REQUIRE_MESSAGE(again.has_value(), again.error().message);
  REQUIRE(again->changes().size() == 3);
  CHECK(again->changes()[0].why == "a \"calm\" week");
  CHECK(again->changes()[1].version == 2);
  CHECK(again->changes()[1].before == "3");
  CHECK(again->in_force("risk.heat_pct")->value == "2");
  CHECK(again->is_pinned("fee.cost_r_cap"));
  CHECK_FALSE(again->is_pinned("risk.heat_pct"));
}

TEST_CASE("each rollback undoes one change more, and then there is none") {
  const test::ScratchDir dir("parameters-undo");
  auto file = ParametersFile::read(dir.path());
  REQUIRE(file.has_value());
  for (const char* value : {"3", "2"}) {
    REQUIRE(file->add(dir.path(), change("set", "risk.heat_pct", value)));
  }
  for (const char* expected : {"3", ""}) {
    const auto last = file->last_undoable("risk.heat_pct");
    REQUIRE(last.has_value());
    CHECK(last->before == expected);
    REQUIRE(file->add(dir.path(), change("rollback", "risk.heat_pct", last->before.c_str())));
  }
  CHECK_FALSE(file->last_undoable("risk.heat_pct").has_value());
  CHECK_FALSE(file->in_force("risk.heat_pct").has_value());
  CHECK(ParametersFile::read(dir.path())->changes().size() == 4);
}

TEST_CASE("the profile is the lowest layer of settings") {
  const test::ScratchDir dir("parameters-layer");
  auto file = ParametersFile::read(dir.path());
  REQUIRE(file.has_value());
  REQUIRE(file->add(dir.path(), change("set", "risk.heat_pct", "3")));
  REQUIRE(file->add(dir.path(), change("set", "risk.probe_pct", "0.2")));
  REQUIRE(file->add(dir.path(), change("pin", "fee.cost_r_cap")));
  const auto settings = load_settings({{}, {}, {"risk.heat_pct=5"}, dir.path()});
  REQUIRE(settings.has_value());
  CHECK(settings->find("risk.heat_pct") == "5");
  CHECK(settings->source_of("risk.heat_pct") == "--set");
  CHECK(settings->source_of("risk.probe_pct") == "parameters.toml, version 2");
  CHECK(settings->profile_parameters().size() == 1);
  CHECK(settings->parameters().size() == 1);
  REQUIRE(settings->pinned().size() == 1);
  CHECK(settings->pinned().front() == "fee.cost_r_cap");
}

TEST_CASE("a damaged file is refused with its place") {
  const test::ScratchDir dir("parameters-damaged");
  const auto refusal = [&dir](const std::string& text) {
    write(dir.path(), text);
    const auto file = ParametersFile::read(dir.path());
    REQUIRE_FALSE(file.has_value());
    CHECK(file.error().kind == ErrorKind::config);
    return file.error().message;
  };
  const std::string head = "[[change]]\nversion = 1\n";
  CHECK(refusal("[[change]\n").find("parameters.toml:1") != std::string::npos);
  CHECK(refusal(head + "op = \"set\"\nid = \"risk.heat_pct\"\nvalue = \"900\"\n").find("bounds") !=
        std::string::npos);
  CHECK(refusal(head + "op = \"set\"\nid = \"risk.heat_pc\"\nvalue = \"3\"\n")
            .find("did you mean 'risk.heat_pct'") != std::string::npos);
  CHECK(refusal(head + "op = \"burn\"\nid = \"risk.heat_pct\"\nvalue = \"3\"\n").find("op is") !=
        std::string::npos);
  CHECK(refusal("[[change]]\nversion = 2\nop = \"pin\"\nid = \"risk.heat_pct\"\n")
            .find("version 1 is missing") != std::string::npos);
}

}  // namespace lanner::app
