#include <fmt/core.h>

#include <array>

#include "app/progress_bar.hpp"
#include "app/run_flags.hpp"
#include "app/session_path.hpp"
#include "app/summary_text.hpp"
#include "app/verb.hpp"
#include "model/component.hpp"
#include "runtime/replay.hpp"
#include "runtime/result_json.hpp"

namespace lanner::app {
namespace {

constexpr int kDifference = 8;
constexpr int kDamaged = 4;

constexpr std::array kReplayFlags{
    Flag{"--verify", "", "print the verdict alone; a difference exits 8 either way", false},
    flags::kMask,
};
constexpr std::array kReplayArguments{Argument{
    "SESSION", Arity::optional, "a session's folder, or its name in the profile (the newest)"}};

void print_replay_json(const runtime::ReplayResult& replay) {
  runtime::JsonObject out = runtime::result_json("replay/1", replay.result);
  out.set("equal", replay.equal)
      .set("closed", replay.closed)
      .set("recorded_digest", replay.recorded_digest)
      .set("verified_through", replay.verified_through);
  if (replay.first_difference) {
    out.set("first_difference", *replay.first_difference);
  } else {
    out.set_null("first_difference");
  }
  if (replay.corrupt_at) {
    runtime::JsonObject place;
    place.set("file", replay.corrupt_at->file)
        .set("offset", replay.corrupt_at->offset)
        .set("sequence", replay.corrupt_at->sequence)
        .set("what", replay.corrupt_at->what);
    out.set("corrupt_at", place);
  } else {
    out.set_null("corrupt_at");
  }
  fmt::print("{}\n", out.text());
}

std::string verdict_text(const runtime::ReplayResult& replay) {
  if (replay.corrupt_at) {
    return fmt::format("damaged: {} at byte {} after sequence {} ({}); verified through {}\n",
                       replay.corrupt_at->file, replay.corrupt_at->offset,
                       replay.corrupt_at->sequence, replay.corrupt_at->what,
                       replay.verified_through);
  }
  if (replay.first_difference) {
    return fmt::format("differs first at sequence {}\n", *replay.first_difference);
  }
  return replay.closed
             ? fmt::format("equal and closed: {} events, digest {}\n", replay.verified_through,
                           replay.digest)
             : fmt::format("open, verified through {}, digest {}\n", replay.verified_through,
                           replay.digest);
}

Result<int> run_replay(const Invocation& in) {
  const auto session = session_path(in);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  runtime::ReplayOptions options{*session, {}};
  for (const std::string& id : in.names("--mask")) {
    options.mask += (options.mask.empty() ? "" : ",") + id;
  }
  if (const auto mask = model::ComponentMask::parse(options.mask); !mask) {
    return fail(ErrorKind::usage, "--mask: " + mask.error().message);
  }
  const Result<runtime::ReplayResult> replay = [&] {
    ProgressBar bar{"replay"};
    return runtime::replay_session(options, [&](double done, Timestamp now, std::uint64_t events) {
      bar.show(done, now, events);
      return true;
    });
  }();
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  if (in.is_json()) {
    print_replay_json(*replay);
  } else {
    if (!in.has("--verify")) {
      fmt::print("{}\n", summary_text(replay->result));
    }
    fmt::print("{}", verdict_text(*replay));
  }
  return replay->corrupt_at ? kDamaged : replay->first_difference ? kDifference : 0;
}

}  // namespace

Verb replay_verb() noexcept {
  return Verb{.name = "replay",
              .alias = {},
              .purpose = "feed a session to the engine again and compare",
              .example = "lanner replay SESSION --verify",
              .arguments = kReplayArguments,
              .flags = kReplayFlags,
              .run = run_replay,
              .verbs = {}};
}

}  // namespace lanner::app
