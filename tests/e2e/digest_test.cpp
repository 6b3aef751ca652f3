// One session has one digest: whenever, on whichever preset, and on whichever CPU it is played.

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/hash.hpp"
#include "base/random.hpp"
#include "support/played_session.hpp"
#include "support/process.hpp"
#include "support/recorded_market.hpp"

using namespace lanner;

namespace {

// glibc chooses its exp by what the CPU can do; this hides from it what most CPUs can.
constexpr const char* kPlainCpu = "GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-AVX2_Usable,"
                                  "-FMA_Usable,-FMA4";

// The value behind "key=" in a child's output.
std::string value_of(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key + "=");
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t from = at + key.size() + 1;
  return text.substr(from, text.find_first_of(" \n", from) - from);
}

test::Finished run_child(const std::vector<std::string>& variables) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  return test::run_program(self, {"--test-case=child of the digest test", "--no-skip"}, variables);
}

std::string digest_by(const std::string& binary, const runtime::SessionPlan& plan) {
  const test::Finished run = test::run_program(
      binary, {"backtest", "--catalog", plan.catalog.dir().string(), "--from", "2025-05-05",
               "--to", "2025-05-19", "--json"});
  const std::size_t at = run.out.find("\"digest\":\"");
  CHECK_MESSAGE(at != std::string::npos, binary << " says " << run.err);
  return at == std::string::npos ? "" : run.out.substr(at + 10, 32);
}

}  // namespace

// Run by the test below in a process of its own: prints what it computed.
TEST_CASE("child of the digest test" * doctest::skip()) {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  runtime::SimulatedSession session(plan.spec, test::must(runtime::open_tape(plan)),
                                    store::JournalWriter::in_memory());
  DigestChain planted;
  while (session.next_time() != Timestamp::never()) {
    const model::Event& event = session.apply_next();
    if (const auto* bar = std::get_if<model::Bar>(&event.payload)) {
      // The planted fault: a function of libm in the way of what is decided.
      const double x = to_score(bar->close).value() / to_score(bar->open).value();
      const auto bits = std::bit_cast<std::uint64_t>(std::exp(x * 3.0));
      planted.add(std::as_bytes(std::span(&bits, 1)));
    }
  }
  RandomStream random(1, 1);
  DigestChain exp_bits;
  for (int i = 0; i < 200'000; ++i) {
    const auto bits = std::bit_cast<std::uint64_t>(std::exp(random.uniform() * 20.0 - 10.0));
    exp_bits.add(std::as_bytes(std::span(&bits, 1)));
  }
  std::printf("digest=%s planted=%s exp=%s\n", session.recorder().digest().hex().c_str(),
              planted.value().hex().c_str(), exp_bits.value().hex().c_str());
}

TEST_CASE("the same session has the same digest twice") {
  SKIP_WITHOUT_DATA();
  const auto plan = test::plan_recorded(test::recorded_may());
  const auto once = test::play(plan.spec, test::must(runtime::open_tape(plan)));
  const auto twice = test::play(plan.spec, test::must(runtime::open_tape(plan)));
  CHECK(once.figures.digest == twice.figures.digest);
  CHECK(once.figures.commands == twice.figures.commands);
  CHECK(once.events == twice.events);
}

TEST_CASE("the digest is the same on a CPU without FMA and AVX2") {
  SKIP_WITHOUT_DATA();
  const test::Finished rich = run_child({});
  const test::Finished plain = run_child({kPlainCpu});
  REQUIRE_MESSAGE(rich.code == 0, rich.out << rich.err);
  REQUIRE_MESSAGE(plain.code == 0, plain.out << plain.err);
  REQUIRE(!value_of(rich.out, "digest").empty());
  CHECK(value_of(rich.out, "digest") == value_of(plain.out, "digest"));
  if (value_of(rich.out, "exp") == value_of(plain.out, "exp")) {
    SKIP_BECAUSE("CPU: std::exp gives the same bits with and without FMA and AVX2 here");
  }
  // A digest into which std::exp had crept would have told the two apart.
  CHECK(value_of(rich.out, "planted") != value_of(plain.out, "planted"));
}

TEST_CASE("presets dev and release come to the same digest") {
  SKIP_WITHOUT_DATA();
  if (!std::filesystem::exists(LANNER_BINARY) || !std::filesystem::exists(LANNER_DEV_BINARY)) {
    SKIP_BECAUSE("only one preset of the binary is built");
  }
  const auto plan = test::plan_recorded(test::recorded_may());
  const std::string release = digest_by(LANNER_BINARY, plan);
  CHECK(release.size() == 32);
  CHECK(release == digest_by(LANNER_DEV_BINARY, plan));
}
