#include "runtime/projection/projection_feed.hpp"

#include <utility>

#include "base/state_archive.hpp"
#include "runtime/projection/project.hpp"

namespace lanner::runtime {
namespace {

constexpr auto kHandOverEvery = std::chrono::seconds(2);
// Beyond it the writer has been stuck for long: the journal is refolded at the end instead.
constexpr std::size_t kFactsMax = 1'000'000;
// How often a file that another process holds is asked for again.
constexpr auto kRetryAfter = std::chrono::milliseconds(500);
constexpr int kTriesMax = 8;

}  // namespace

ProjectionFeed::ProjectionFeed(Place place, const SessionSpec& spec, const core::Engine& engine,
                               const std::optional<Past>& past)
    : place_(std::move(place)),
      fold_(spec, name_session(place_.session, place_.profile), engine),
      handed_at_(WallClock::now()) {
  if (past) {
    StateReader reader(past->fold);
    reader(fold_);
    is_lost_ = !reader.at_end();
    has_past_ = !is_lost_;
  }
  writer_ = std::thread([this] { write_all(); });
}

ProjectionFeed::~ProjectionFeed() {
  {
    const std::lock_guard guard(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) {
    writer_.join();
  }
}

void ProjectionFeed::hand_over(Timestamp now, SimulatedSession& session) {
  due_at_ = now.floor_to(minutes(1)) + minutes(1);
  const auto wall = WallClock::now();
  if (wall - handed_at_ < kHandOverEvery || is_lost_) {
    return;
  }
  const std::unique_lock guard(mutex_, std::try_to_lock);
  if (!guard || slot_ || trouble_) {
    is_lost_ = trouble_.has_value() || fold_.facts() > kFactsMax;
    return;
  }
  // Rows never run ahead of the journal that they are made of.
  if (!session.journal().flush()) {
    return;
  }
  handed_at_ = wall;
  slot_ = fold_.take({session.recorder().digest(), session.recorder().commands(), false});
  changed_.notify_all();
}

Status ProjectionFeed::open_file() {
  auto lock = store::sqlite::WriterLock::take(place_.database);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  auto file = store::sqlite::ProjectionFile::open(place_.database, *lock);
  if (!file && file.error().kind == ErrorKind::data) {
    auto aside = move_aside(place_.database);
    if (!aside) {
      return tl::unexpected{aside.error()};
    }
    moved_aside_ = *aside;
    file = store::sqlite::ProjectionFile::open(place_.database, *lock);
  }
  if (!file) {
    return tl::unexpected{file.error()};
  }
  lock_ = std::move(*lock);
  file_.emplace(std::move(*file));
  return {};
}

// Another engine refolds the journal as far as it is written; the running one is not asked.
Status ProjectionFeed::write_past() {
  const auto projected = project_session(place_.session, place_.profile, {});
  if (!projected) {
    return tl::unexpected{projected.error()};
  }
  return file_->write(projected->batch);
}

void ProjectionFeed::give_up(const Error& error) {
  trouble_ = error;
  slot_.reset();
  changed_.notify_all();
}

void ProjectionFeed::write_all() {
  std::unique_lock guard(mutex_);
  int tries = 0;
  while (true) {
    changed_.wait(guard, [this] { return slot_ || is_ending_; });
    if (!slot_) {
      return;
    }
    guard.unlock();
    // The slot is ours until it is emptied: nobody else touches a full one.
    Status done = file_ ? Status{} : open_file();
    if (done && has_past_) {
      done = write_past();
      has_past_ = !done;
    }
    if (done) {
      done = file_->write(*slot_);
    }
    guard.lock();
    if (done) {
      tries = 0;
      slot_.reset();
      changed_.notify_all();
    } else if (done.error().kind != ErrorKind::running || ++tries >= kTriesMax) {
      give_up(done.error());
    } else {
      changed_.wait_for(guard, kRetryAfter);
    }
  }
}

std::vector<std::string> ProjectionFeed::finish(const EventRecorder& recorder) {
  std::vector<std::string> lines;
  {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return !slot_ || trouble_; });
    if (!trouble_ && !is_lost_) {
      slot_ = fold_.take({recorder.digest(), recorder.commands(), true});
    }
    is_ending_ = true;
    changed_.notify_all();
  }
  writer_.join();
  if (!moved_aside_.empty()) {
    lines.push_back("the database was damaged and is now " + moved_aside_ +
                    "; `lanner db rebuild` brings back what older sessions had in it");
  }
  if (trouble_ || is_lost_) {
    if (auto problem = repair()) {
      lines.push_back(std::move(*problem));
    }
  } else if (file_) {
    static_cast<void>(file_->checkpoint());
  }
  return lines;
}

// The journal is complete: its rows are made from it.
std::optional<std::string> ProjectionFeed::repair() {
  file_.reset();
  lock_.reset();
  const RebuildOptions options{place_.database, place_.profile, {place_.session}};
  const auto rebuilt = rebuild_projection(options, {});
  if (rebuilt && rebuilt->sessions.front().problem.empty()) {
    return std::nullopt;
  }
  return "the session is not in the database: " +
         (rebuilt ? rebuilt->sessions.front().problem : rebuilt.error().message) +
         "; later: lanner db rebuild";
}

}  // namespace lanner::runtime
