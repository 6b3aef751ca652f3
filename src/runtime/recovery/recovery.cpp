#include "runtime/recovery/recovery.hpp"

#include <utility>

#include "base/state_archive.hpp"
#include "store/snapshot/journal_front.hpp"
#include "store/snapshot/snapshot_file.hpp"

namespace lanner::runtime {
namespace {

tl::unexpected<std::string> because(std::string what) {
  return tl::unexpected<std::string>{std::move(what)};
}

// The records before the snapshot are checked by other threads while this one takes up its state.
tl::expected<Recovered, std::string> recover_from(const SessionPlan& plan,
                                                  const std::filesystem::path& session,
                                                  const std::filesystem::path& file,
                                                  store::JournalDisk* disk) {
  const auto snapshot = store::Snapshot::open(file, identity_of(plan.spec));
  if (!snapshot) {
    return because(snapshot.error().message);
  }
  store::FrontCheck front(session, snapshot->place());
  const std::string name = file.filename().string();
  auto tape = open_tape(plan);
  if (!tape) {
    return because(name + ": " + tape.error().message);
  }
  StateReader reader(snapshot->state());
  Recovered recovered;
  recovered.session = std::make_unique<SimulatedSession>(plan.spec, std::move(*tape), reader);
  recovered.statistics = std::make_unique<Statistics>(recovered.session->engine());
  reader(*recovered.statistics, recovered.fold);
  if (!recovered.session->is_restored() || !reader.at_end() ||
      recovered.session->recorder().sequence() != snapshot->place().sequence) {
    return because(name + ": its state does not fit the session or its data");
  }
  if (!front.is_good()) {
    return because(name + ": the journal does not reach it, or is damaged before it");
  }
  auto journal = store::JournalWriter::resume(session, disk, snapshot->place());
  if (!journal) {
    return because(name + ": " + journal.error().message);
  }
  recovered.session->go_on_with(std::move(*journal));
  recovered.from = snapshot->place();
  recovered.from_at = Timestamp{snapshot->header().ts_ns};
  return recovered;
}

}  // namespace

void save_state(const SimulatedSession& session, const Statistics& statistics,
                const SessionFold* fold, std::vector<std::byte>& out) {
  StateWriter writer(out);
  session.save(writer);
  std::vector<std::byte> folded;
  if (fold != nullptr) {
    StateWriter inner(folded);
    inner(*fold);
  }
  writer(statistics, folded);
}

Result<Recovered> recover_session(const SessionPlan& plan, const std::filesystem::path& session,
                                  store::JournalDisk* disk) {
  std::vector<std::filesystem::path> useless;
  std::vector<std::string> lines;
  std::optional<Recovered> found;
  for (const std::filesystem::path& file : store::snapshots_of(session)) {
    auto recovered = recover_from(plan, session, file, disk);
    if (recovered) {
      found = std::move(*recovered);
      break;
    }
    useless.push_back(file);
    lines.push_back("snapshot not used: " + recovered.error());
  }
  if (!found) {
    auto tape = open_tape(plan);
    auto journal = store::JournalWriter::resume(session, disk);
    if (!tape || !journal) {
      return tl::unexpected{!tape ? tape.error() : journal.error()};
    }
    found.emplace();
    found->session =
        std::make_unique<SimulatedSession>(plan.spec, std::move(*tape), std::move(*journal));
    found->statistics = std::make_unique<Statistics>(found->session->engine());
  }
  for (const std::filesystem::path& file : useless) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
  found->refused = useless.size();
  found->lines = std::move(lines);
  return std::move(*found);
}

}  // namespace lanner::runtime
