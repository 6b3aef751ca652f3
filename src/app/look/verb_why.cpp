#include <fmt/core.h>

#include <array>

#include "app/look/why_text.hpp"
#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/isotime.hpp"
#include "runtime/explain/explanation_json.hpp"

namespace lanner::app {
namespace {

constexpr std::array kWhyArguments{
    Argument{"TRADE", Arity::one, "its number (lanner trades), or an instrument for its last one"},
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};
constexpr std::array kWhyNotArguments{
    Argument{"INSTRUMENT@TIME", Arity::one, "like BTCUSDT@2025-05-04T15:33:00Z, UTC"},
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};

Result<int> run_why(const Invocation& in) {
  const auto session = session_path(in, 1);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  const auto explanation = [&] {
    ProgressBar bar{"replay"};
    return runtime::explain_trade(*session, in.arguments().front(),
                                  [&](double done, Timestamp now, std::uint64_t events) {
                                    bar.show(done, now, events);
                                    return true;
                                  });
  }();
  if (!explanation) {
    return tl::unexpected{explanation.error()};
  }
  fmt::print("{}", in.is_json() ? runtime::why_json(*explanation).text() + "\n"
                                : why_text(*explanation));
  return 0;
}

Result<int> run_why_not(const Invocation& in) {
  const std::string& asked = in.arguments().front();
  const std::size_t at = asked.rfind('@');
  const auto instant = parse_instant(at == std::string::npos ? "" : asked.substr(at + 1));
  if (at == 0 || at == std::string::npos || !instant) {
    return fail(ErrorKind::usage, "'" + asked + "': write INSTRUMENT@TIME, like "
                                  "BTCUSDT@2025-05-04T15:33:00Z (UTC)" +
                                      (at != std::string::npos && !instant
                                           ? "; " + instant.error().message
                                           : std::string{}));
  }
  const auto session = session_path(in, 1);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  const auto answer = [&] {
    ProgressBar bar{"replay"};
    return runtime::explain_refusal(*session, asked.substr(0, at), Timestamp{*instant},
                                    [&](double done, Timestamp now, std::uint64_t events) {
                                      bar.show(done, now, events);
                                      return true;
                                    });
  }();
  if (!answer) {
    return tl::unexpected{answer.error()};
  }
  fmt::print("{}", in.is_json() ? runtime::why_not_json(*answer).text() + "\n"
                                : why_not_text(*answer));
  return 0;
}

}  // namespace

Verb why_verb() noexcept {
  return Verb{.name = "why",
              .alias = {},
              .purpose = "why a trade was made, step by step",
              .example = "lanner why 12",
              .arguments = kWhyArguments,
              .flags = {},
              .run = run_why,
              .verbs = {}};
}

Verb why_not_verb() noexcept {
  return Verb{.name = "why-not",
              .alias = {},
              .purpose = "why a trade was not made",
              .example = "lanner why-not BTCUSDT@2025-05-04T15:33:00Z",
              .arguments = kWhyNotArguments,
              .flags = {},
              .run = run_why_not,
              .verbs = {}};
}

}  // namespace lanner::app
