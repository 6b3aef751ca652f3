#pragma once

// Sessions on synthetic markets, for tests that must know the truth about their market.

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

#include "runtime/session_plan.hpp"
#include "runtime/synthetic_catalog.hpp"
#include "support/scratch_dir.hpp"

namespace lanner::test {

// A market as a catalog in a directory of its own, gone with the object, and a session planned on
// all of it.
class SyntheticSession {
 public:
  explicit SyntheticSession(const sim::SyntheticConfig& config)
      : dir_(runtime::synthetic_catalog_name(config)), plan_(made(config, dir_.path())) {}

  [[nodiscard]] runtime::SessionSpec& spec() noexcept { return plan_.spec; }
  [[nodiscard]] const runtime::SessionPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] runtime::Tape tape() const { return good(runtime::open_tape(plan_)); }
  [[nodiscard]] InstrumentId id_of(const std::string& name) const {
    const auto id = plan_.catalog.find(name);
    return id ? *id : throw std::runtime_error("no instrument " + name);
  }

 private:
  // The value, or an exception that fails the test case with the error's own sentence.
  template <typename T>
  static T good(Result<T> result) {
    if (!result) {
      throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
  }
  static runtime::SessionPlan made(const sim::SyntheticConfig& config,
                                   const std::filesystem::path& dir) {
    static_cast<void>(good(runtime::make_synthetic_catalog(config, dir / "catalog")));
    runtime::RunOptions options;
    options.data = dir / "catalog";
    options.profile = dir;
    options.seed = config.seed;
    options.with_bad_day = false;
    return good(runtime::plan_session(options));
  }

  ScratchDir dir_;
  runtime::SessionPlan plan_;
};

}  // namespace lanner::test
