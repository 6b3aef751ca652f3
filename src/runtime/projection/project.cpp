#include "runtime/projection/project.hpp"

#include <memory>
#include <utility>

#include "runtime/projection/session_fold.hpp"
#include "runtime/session_dir.hpp"

namespace lanner::runtime {
namespace {

namespace fs = std::filesystem;
using store::sqlite::Access;
using store::sqlite::Connection;
using store::sqlite::ProjectionFile;
using store::sqlite::WriterLock;

// Feeds the fold from a replay; the engine is known with the first event.
class FoldWatch : public ReplayObserver {
 public:
  FoldWatch(const SessionSpec& spec, SessionName name) : spec_(spec), name_(std::move(name)) {}

  void before_event(const model::Event&, const core::Engine& engine) override {
    if (!fold_) {
      fold_ = std::make_unique<SessionFold>(spec_, name_, engine);
    }
  }
  bool on_event(const model::Event& event, const model::CommandSink& sink,
                const core::Engine&) override {
    commands_ += sink.commands().size();
    fold_->on_event(event, sink);
    return true;
  }
  // While the engine is still there; what only the whole replay knows is put in later.
  void on_end(const core::Engine& engine) override {
    before_event({}, engine);
    learned_ = learned_digest(engine);
    batch_ = fold_->take({Digest128{}, commands_, false});
    events_ = fold_->events();
  }

  [[nodiscard]] store::sqlite::Batch& batch() noexcept { return batch_; }
  [[nodiscard]] Digest128 learned() const noexcept { return learned_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  const SessionSpec& spec_;
  SessionName name_;
  std::unique_ptr<SessionFold> fold_;
  store::sqlite::Batch batch_;
  std::uint64_t commands_ = 0;
  std::uint64_t events_ = 0;
  Digest128 learned_;
};

// Columns of journal_index that the replay gives when it is over.
constexpr std::size_t kDigestCell = 5;
constexpr std::size_t kClosedCell = 7;

void put_verdict(store::sqlite::Batch& batch, const ReplayResult& replay) {
  for (store::sqlite::Row& row : batch.rows) {
    if (row.table == store::sqlite::Table::journal_index) {
      row.cells[kDigestCell] = replay.digest;
      row.cells[kClosedCell] = std::int64_t{replay.closed ? 1 : 0};
    }
  }
}

Result<ProjectionFile> open_or_move(const fs::path& file, const WriterLock& lock,
                                    std::string& moved) {
  auto opened = ProjectionFile::open(file, lock);
  if (opened) {
    if (const auto sound = check_integrity(opened->connection()); sound) {
      return opened;
    }
    opened = fail(ErrorKind::data, "damaged");
  }
  if (opened.error().kind != ErrorKind::data) {
    return opened;
  }
  auto aside = move_aside(file);
  if (!aside) {
    return tl::unexpected{aside.error()};
  }
  moved = *aside;
  return ProjectionFile::open(file, lock);
}

Status rebuild_one(ProjectionFile& file, const Projected& projected) {
  if (const auto removed = file.remove_session(projected.batch.session_id); !removed) {
    return removed;
  }
  return file.write(projected.batch);
}

}  // namespace

fs::path projection_path(const fs::path& profile) { return profile / "lanner.db"; }

Result<Projected> project_session(const fs::path& session, const fs::path& profile,
                                  const Progress& progress) {
  const auto spec = session_spec_of(session);
  if (!spec) {
    return tl::unexpected{spec.error()};
  }
  FoldWatch watch{*spec, name_session(session, profile)};
  const auto replay = replay_session(
      ReplayOptions{.session = session, .mask = {}, .what_if = {}, .observer = &watch}, progress);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  if (replay->first_difference) {
    return fail(ErrorKind::difference,
                "this build decides otherwise than the session from sequence " +
                    std::to_string(*replay->first_difference) +
                    " on; project it with the build that recorded it");
  }
  Projected out;
  out.batch = std::move(watch.batch());
  put_verdict(out.batch, *replay);
  out.events = watch.events();
  out.is_closed = replay->closed;
  out.learned = watch.learned();
  out.recorded_learned = replay->recorded_learned;
  out.corrupt_at = replay->corrupt_at;
  return out;
}

Result<std::string> move_aside(const fs::path& database) {
  std::error_code error;
  fs::path target;
  for (int number = 1;; ++number) {
    target = database.string() + ".damaged-" + std::to_string(number);
    if (!fs::exists(target, error)) {
      break;
    }
  }
  for (const char* part : {"-wal", "-shm", ""}) {
    const fs::path from = database.string() + part;
    if (fs::exists(from, error)) {
      fs::rename(from, target.string() + part, error);
      if (error) {
        return fail(ErrorKind::failure, "cannot move " + from.string() + " aside (" +
                                            error.message() + "); move it away by hand");
      }
    }
  }
  return target.string();
}

Result<RebuildResult> rebuild_projection(const RebuildOptions& options,
                                         const Progress& progress) {
  const auto lock = WriterLock::take(options.database);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  RebuildResult result;
  auto file = open_or_move(options.database, *lock, result.moved_aside);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  const fs::path before = options.database.string() + ".before";
  std::error_code ignored;
  fs::remove(before, ignored);
  if (const auto copied = file->connection().copy_to(before); !copied) {
    return tl::unexpected{copied.error()};
  }
  for (const fs::path& session : options.sessions) {
    const SessionName name = name_session(session, options.profile);
    ProjectedSession line{name.name, 0, {}};
    const auto projected = project_session(session, options.profile, progress);
    const Status written =
        projected ? rebuild_one(*file, *projected) : Status{tl::unexpected{projected.error()}};
    if (!written && (projected || projected.error().kind == ErrorKind::running)) {
      return tl::unexpected{written.error()};
    }
    line.events = projected ? projected->events : 0;
    line.problem = !written ? written.error().message
                   : projected->corrupt_at
                       ? "damaged at byte " + std::to_string(projected->corrupt_at->offset) +
                             " of " + projected->corrupt_at->file + ": projected up to there"
                       : std::string{};
    result.sessions.push_back(std::move(line));
  }
  if (const auto done = file->checkpoint(); !done) {
    return tl::unexpected{done.error()};
  }
  auto tables = store::sqlite::compare_files(before, options.database);
  fs::remove(before, ignored);
  if (!tables) {
    return tl::unexpected{tables.error()};
  }
  result.tables = std::move(*tables);
  return result;
}

}  // namespace lanner::runtime
