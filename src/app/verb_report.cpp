#include <fmt/core.h>

#include <array>
#include <fstream>

#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/build_info.hpp"
#include "research/report_html.hpp"
#include "runtime/replay.hpp"
#include "runtime/result_json.hpp"

namespace lanner::app {
namespace {

constexpr std::array kReportFlags{
    Flag{"--out", "FILE", "where the page goes (report.html in the session)", false}};
constexpr std::array kReportArguments{Argument{
    "SESSION", Arity::optional, "a session's folder, or its name in the profile (the newest)"}};

// What a reader of the page must know about the session itself.
std::vector<std::string> warnings_of(const runtime::ReplayResult& replay) {
  std::vector<std::string> warnings;
  if (!replay.closed) {
    warnings.push_back(fmt::format(
        "The session is not closed: figures go through event {}; conservation and protection are "
        "judged at its close.",
        replay.verified_through));
  }
  if (replay.first_difference) {
    warnings.push_back(fmt::format("A replay differs from the recording at event {}.",
                                   *replay.first_difference));
  }
  return warnings;
}

Status write_page(const std::filesystem::path& path, const std::string& page) {
  std::ofstream file{path, std::ios::binary};
  file << page;
  file.flush();
  return file ? Status{}
              : fail(ErrorKind::failure, "--out " + path.string() +
                                             ": cannot be written; is the folder there and yours?");
}

Result<runtime::ReplayResult> read_session(const std::filesystem::path& session) {
  ProgressBar bar{"report"};
  auto replay = runtime::replay_session(
      runtime::ReplayOptions{session, {}},
      [&](double done, Timestamp now, std::uint64_t events) {
        bar.show(done, now, events);
        return true;
      });
  if (replay && replay->corrupt_at) {
    return fail(ErrorKind::data,
                fmt::format("{}: damaged at byte {} ({}); `lanner replay --verify` says more",
                            replay->corrupt_at->file, replay->corrupt_at->offset,
                            replay->corrupt_at->what));
  }
  return replay;
}

Result<int> run_report(const Invocation& in) {
  const auto session = session_path(in);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  const auto replay = read_session(*session);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  runtime::JsonObject figures;
  figures.set("digest", replay->result.digest);
  runtime::set_figures(figures, replay->result);
  const research::ReportPage page{replay->result, warnings_of(*replay), figures.text(),
                                  std::string{build_info().version}};
  const std::string html = research::report_html(page);
  const std::filesystem::path path =
      in.has("--out") ? std::filesystem::path{in.text("--out")} : *session / "report.html";
  if (const Status written = write_page(path, html); !written) {
    return tl::unexpected{written.error()};
  }
  if (in.is_json()) {
    runtime::JsonObject out{"report/1"};
    out.set("path", path.string()).set("bytes", html.size()).set("figures", figures);
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("{} ({} bytes)\n", path.string(), html.size());
  }
  return 0;
}

}  // namespace

Verb report_verb() noexcept {
  return Verb{.name = "report",
              .alias = {},
              .purpose = "write a session's report as one self-contained HTML page",
              .example = "lanner report SESSION --out report.html",
              .arguments = kReportArguments,
              .flags = kReportFlags,
              .run = run_report,
              .verbs = {}};
}

}  // namespace lanner::app
