#include <fmt/core.h>

#include <array>

#include "app/check/verify_learning.hpp"
#include "app/check/verify_starts.hpp"
#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "app/verb.hpp"
#include "base/isotime.hpp"
#include "runtime/check/session_checks.hpp"
#include "runtime/json_out.hpp"

namespace lanner::app {
namespace {

constexpr int kCheckDiffers = 8;
constexpr int kJournalDamaged = 4;
constexpr std::int64_t kCutsDefault = 4;
constexpr std::int64_t kCutsMax = 1000;

constexpr std::array kVerifyArguments{
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};
constexpr std::array kLookaheadFlags{
    Flag{"--cuts", "N", "instants at which the data is cut (4)", false},
    Flag{"--seed", "N", "draws the instants (1)", false}};

void set_place(runtime::JsonObject& out, const std::optional<runtime::CorruptPlace>& place) {
  if (!place) {
    out.set_null("corrupt_at");
    return;
  }
  runtime::JsonObject item;
  item.set("file", place->file)
      .set("offset", place->offset)
      .set("sequence", place->sequence)
      .set("what", place->what);
  out.set("corrupt_at", item);
}

Result<int> run_verify_journal(const Invocation& in) {
  const auto session = session_path(in);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  const auto check = runtime::check_journal(*session);
  if (!check) {
    return tl::unexpected{check.error()};
  }
  const std::string chain = fmt::format("{:016x}", check->chain);
  if (in.is_json()) {
    runtime::JsonObject out{"verify-journal/1"};
    out.set("session", session->string())
        .set("ok", !check->damage)
        .set("closed", check->is_closed)
        .set("records", check->records)
        .set("events", check->events)
        .set("caused", check->caused)
        .set("bytes", check->bytes)
        .set("last_sequence", check->last_sequence)
        .set("chain", chain)
        .set("torn_bytes", check->torn_bytes);
    set_place(out, check->damage);
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("{}: {} records ({} events, {} with consequences), {} bytes, chain {}\n",
               session->string(), check->records, check->events, check->caused, check->bytes,
               chain);
    if (check->damage) {
      fmt::print("DAMAGED: {} at byte {} after sequence {}: {}\n", check->damage->file,
                 check->damage->offset, check->damage->sequence, check->damage->what);
    } else {
      fmt::print("every byte is as it was written; {}\n",
                 check->is_closed         ? "closed"
                 : check->torn_bytes == 0 ? "open"
                                          : fmt::format("open, {} bytes of a cut record",
                                                        check->torn_bytes));
    }
  }
  return check->damage ? kJournalDamaged : 0;
}

template <typename Check>
auto with_bar(const char* label, const Check& check) {
  ProgressBar bar{label};
  return check([&](double done, Timestamp now, std::uint64_t events) {
    bar.show(done, now, events);
    return true;
  });
}

void print_protection(const runtime::ProtectionCheck& check, bool is_json, bool ok) {
  if (is_json) {
    runtime::JsonObject out{"verify-protection/1"};
    out.set("ok", ok)
        .set("unprotected_ns_max", check.unprotected_ns_max)
        .set("protection_breaches", check.breaches)
        .set("conservation_error", check.conservation_error)
        .set("same_session", check.is_same_session);
    if (check.breaches > 0) {
      runtime::JsonObject first;
      first.set("kind", check.first_kind)
          .set("instrument", check.first_instrument)
          .set("at", check.first_at);
      out.set("first", first);
    } else {
      out.set_null("first");
    }
    fmt::print("{}\n", out.text());
    return;
  }
  fmt::print("{} breaches, unprotected for {} ns at most, conservation error {}\n", check.breaches,
             check.unprotected_ns_max, to_string(check.conservation_error));
  if (check.breaches > 0) {
    fmt::print("the first: {} on {} at {}\n", check.first_kind, check.first_instrument,
               format_utc(check.first_at));
  }
  fmt::print("{}\n", check.is_same_session
                         ? "played again, the session came to the same digest"
                         : "played again, the session came to ANOTHER digest: was the catalog "
                           "changed, or is this another build?");
}

Result<int> run_verify_protection(const Invocation& in) {
  const auto session = session_path(in);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  const auto check = with_bar("protection", [&](const runtime::Progress& progress) {
    return runtime::check_protection(*session, progress);
  });
  if (!check) {
    return tl::unexpected{check.error()};
  }
  const bool agrees = !check->recorded ||
                      (check->recorded->protection_breaches == check->breaches &&
                       check->recorded->unprotected_ns_max == check->unprotected_ns_max);
  const bool ok = check->breaches == 0 && check->unprotected_ns_max == 0 &&
                  check->conservation_error.is_zero() && check->is_same_session && agrees;
  print_protection(*check, in.is_json(), ok);
  return ok ? 0 : kCheckDiffers;
}

Result<int> run_verify_lookahead(const Invocation& in) {
  const auto session = session_path(in);
  const auto cuts = in.integer("--cuts", 1, kCutsMax);
  const auto seed = in.integer("--seed", 0, INT64_MAX);
  if (!session || !cuts || !seed) {
    return tl::unexpected{!session ? session.error() : !cuts ? cuts.error() : seed.error()};
  }
  const auto check = with_bar("lookahead", [&](const runtime::Progress& progress) {
    return runtime::check_lookahead(*session,
                                    static_cast<std::uint32_t>(cuts->value_or(kCutsDefault)),
                                    static_cast<std::uint64_t>(seed->value_or(1)), progress);
  });
  if (!check) {
    return tl::unexpected{check.error()};
  }
  bool equal = true;
  runtime::JsonArray rows;
  for (const runtime::LookaheadCut& cut : check->cuts) {
    equal = equal && cut.is_equal;
    runtime::JsonObject item;
    item.set("at", cut.at).set("decisions", cut.decisions).set("equal", cut.is_equal);
    rows.add(item);
    if (!in.is_json()) {
      fmt::print("cut at {}: {} decided before, {}\n", format_utc(cut.at, Precision::seconds),
                 cut.decisions, cut.is_equal ? "the same bytes" : "DIFFERENT");
    }
  }
  if (in.is_json()) {
    runtime::JsonObject out{"verify-lookahead/1"};
    out.set("equal", equal).set("decisions", check->decisions).set("cuts", rows);
    fmt::print("{}\n", out.text());
  }
  return equal ? 0 : kCheckDiffers;
}

Result<int> run_verify_replay(const Invocation& in) { return replay_verb().run(in); }

}  // namespace

Verb verify_verb() noexcept {
  static const std::array kVerifyVerbs{
      Verb{"replay", "", "feed a session to the engine again and compare", "lanner verify replay",
           replay_verb().arguments, replay_verb().flags, run_verify_replay, {}},
      Verb{"journal", "", "every record of a session: checksum, chain, order",
           "lanner verify journal", kVerifyArguments, {}, run_verify_journal, {}},
      Verb{"protection", "", "play a session again and judge its stops from the exchange's log",
           "lanner verify protection", kVerifyArguments, {}, run_verify_protection, {}},
      Verb{"lookahead", "", "cut a session's data: what was decided before must not change",
           "lanner verify lookahead --cuts 4", kVerifyArguments, kLookaheadFlags,
           run_verify_lookahead, {}},
      verify_recursive_verb(), verify_influence_verb(), verify_learning_verb()};
  return {"verify", "", "prove it: the session, its protection, what it knew, what matters in it",
          "lanner verify journal", {}, {}, nullptr, kVerifyVerbs};
}

}  // namespace lanner::app
