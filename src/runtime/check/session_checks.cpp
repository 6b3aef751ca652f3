#include "runtime/check/session_checks.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/session_result.hpp"
#include "runtime/simulated_session.hpp"
#include "sim/protection_judge.hpp"
#include "store/journal_reader.hpp"

namespace lanner::runtime {
namespace {

constexpr std::uint64_t kProgressEvery = 1 << 16;

Result<SessionPlan> plan_of(const std::filesystem::path& session) {
  auto spec = session_spec_of(session);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  auto catalog = store::Catalog::open(spec->catalog);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  return SessionPlan{std::move(*spec), std::move(*catalog), {}};
}

struct Ending {
  std::uint64_t events = 0;
  Digest128 digest;
  std::optional<SessionClosed> closed;
};

// How many events the session has, what they caused, and what it said at its end.
Result<Ending> ending_of(const std::filesystem::path& session) {
  auto reader = store::JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  Ending ending;
  DigestChain digest;
  while (const auto record = reader->next()) {
    if (record->kind == store::RecordKind::event) {
      ++ending.events;
    } else if (record->kind == store::RecordKind::caused) {
      digest.add(record->payload);
    } else if (record->kind == store::RecordKind::session_closed) {
      auto closed = decode_closed(record->payload);
      if (!closed) {
        return tl::unexpected{closed.error()};
      }
      ending.closed = std::move(*closed);
    }
  }
  ending.digest = digest.value();
  return ending;
}

// What each event caused, as one hash an event, with its time.
struct Decided {
  Timestamp at;
  Digest128 hash;
  bool operator==(const Decided&) const = default;
};

Result<std::vector<Decided>> decided_until(SessionPlan& plan, Timestamp to) {
  plan.spec.to = to;
  auto tape = open_tape(plan);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  SimulatedSession session(plan.spec, std::move(*tape), store::JournalWriter::in_memory());
  std::vector<Decided> decided;
  std::vector<std::byte> bytes;
  while (session.next_time() != Timestamp::never()) {
    const model::Event& event = session.apply_next();
    if (session.sink().is_silent()) {
      continue;
    }
    bytes.resize(caused_bytes_max(session.sink()));
    const std::size_t size = encode_caused(session.sink(), bytes);
    decided.push_back({event.ts_init, hash128(std::span{bytes}.first(size))});
  }
  return decided;
}

LookaheadCut compare_cut(const std::vector<Decided>& whole, const std::vector<Decided>& cut,
                         Timestamp at) {
  // At the cut itself the whole session has prices that the cut one has not, as it should.
  const auto before = [at](const Decided& one) { return one.at < at; };
  const auto end = std::partition_point(whole.begin(), whole.end(), before);
  const auto cut_end = std::partition_point(cut.begin(), cut.end(), before);
  return {at, static_cast<std::uint64_t>(end - whole.begin()),
          std::equal(whole.begin(), end, cut.begin(), cut_end)};
}

}  // namespace

Result<JournalCheck> check_journal(const std::filesystem::path& session) {
  auto reader = store::JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  JournalCheck check;
  while (const auto record = reader->next()) {
    ++check.records;
    check.bytes += record->bytes.size();
    check.events += record->kind == store::RecordKind::event ? 1 : 0;
    check.caused += record->kind == store::RecordKind::caused ? 1 : 0;
    const bool follows = record->kind == store::RecordKind::event
                             ? record->sequence == check.last_sequence + 1
                             : record->sequence == check.last_sequence;
    if (!follows && !check.damage) {
      check.damage = CorruptPlace{session.string(), 0, check.last_sequence,
                                  "sequence " + std::to_string(record->sequence) +
                                      " follows " + std::to_string(check.last_sequence)};
    }
    check.last_sequence = record->sequence;
  }
  if (const auto& damage = reader->damage()) {
    check.damage = CorruptPlace{damage->file, damage->offset, damage->sequence, damage->what};
  }
  check.is_closed = reader->is_closed();
  check.chain = reader->chain();
  check.torn_bytes = reader->torn_bytes();
  return check;
}

Result<ProtectionCheck> check_protection(const std::filesystem::path& session,
                                         const Progress& progress) {
  const auto plan = plan_of(session);
  const auto ending = ending_of(session);
  if (!plan || !ending) {
    return tl::unexpected{!plan ? plan.error() : ending.error()};
  }
  auto tape = open_tape(*plan);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  SimulatedSession played(plan->spec, std::move(*tape), store::JournalWriter::in_memory());
  for (std::uint64_t n = 0; n < ending->events && played.next_time() != Timestamp::never(); ++n) {
    const model::Event& event = played.apply_next();
    if (n % kProgressEvery == 0 && progress &&
        !progress(static_cast<double>(n) / static_cast<double>(ending->events), event.ts_init,
                  n)) {
      break;
    }
  }
  const sim::ProtectionReport report = sim::judge_protection(
      played.exchange().order_log(), plan->spec.engine.instruments, played.exchange().latency(),
      played.engine().now());
  ProtectionCheck check;
  check.unprotected_ns_max = report.unprotected_ns_max;
  check.breaches = report.protection_breaches;
  if (report.protection_breaches > 0) {
    check.first_kind = sim::name_of(report.first_kind);
    check.first_at = report.first_at;
    if (report.first_instrument.index() < plan->spec.engine.instruments.size()) {
      check.first_instrument = plan->spec.engine.instruments[report.first_instrument.index()].name;
    }
  }
  check.conservation_error = conservation_error(played);
  check.recorded = ending->closed;
  check.is_same_session = played.recorder().digest() == ending->digest;
  return check;
}

Result<LookaheadCheck> check_lookahead(const std::filesystem::path& session, std::uint32_t cuts,
                                       std::uint64_t seed, const Progress& progress) {
  auto plan = plan_of(session);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  const auto length = static_cast<double>((plan->spec.to - plan->spec.from).ns());
  const auto whole = decided_until(*plan, plan->spec.to);
  if (!whole) {
    return tl::unexpected{whole.error()};
  }
  LookaheadCheck check;
  check.decisions = whole->size();
  for (std::uint32_t i = 0; i < cuts; ++i) {
    if (progress && !progress(static_cast<double>(i) / cuts, plan->spec.from, i)) {
      break;
    }
    RandomStream random{seed, i};
    const auto offset = static_cast<std::int64_t>(random.uniform() * length);
    // On an hour, where no bar is cut in two: the exchange plays a bar's prints before it closes.
    const Timestamp at = (plan->spec.from + Duration{offset}).floor_to(hours(1));
    const auto cut = decided_until(*plan, at);
    if (!cut) {
      return tl::unexpected{cut.error()};
    }
    check.cuts.push_back(compare_cut(*whole, *cut, at));
  }
  return check;
}

}  // namespace lanner::runtime
