#pragma once

// Keeps the projection up to date beside a running session. The session's thread only notes facts
// and hands them over when the writer has nothing in hand; it never waits for SQLite. Writing is a
// thread of its own. Whatever goes wrong there is told at the end and repaired from the journal;
// it never reaches the engine.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "runtime/projection/session_fold.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::runtime {

class ProjectionFeed {
 public:
  struct Place {
    std::filesystem::path database;
    std::filesystem::path profile;
    std::filesystem::path session;
  };
  // A session that goes on from a snapshot has a past that was not seen here: `fold` is what the
  // snapshot holds of it (nothing: the rows are made from the journal when all is over), and its
  // rows up to now are made from the journal before any other.
  struct Past {
    std::span<const std::byte> fold;
  };
  ProjectionFeed(Place place, const SessionSpec& spec, const core::Engine& engine,
                 const std::optional<Past>& past = std::nullopt);
  ProjectionFeed(const ProjectionFeed&) = delete;
  ProjectionFeed& operator=(const ProjectionFeed&) = delete;
  ~ProjectionFeed();

  // After the event was applied and journalled.
  void on_event(const model::Event& event, SimulatedSession& session) {
    fold_.on_event(event, session.sink());
    if (event.ts_init >= due_at_) [[unlikely]] {
      hand_over(event.ts_init, session);
    }
  }

  [[nodiscard]] const SessionFold& fold() const noexcept { return fold_; }

  // The session is over and closed. Waits until all is written; sentences for the user.
  [[nodiscard]] std::vector<std::string> finish(const EventRecorder& recorder);

 private:
  using WallClock = std::chrono::steady_clock;

  void hand_over(Timestamp now, SimulatedSession& session);
  void write_all();
  [[nodiscard]] Status open_file();
  [[nodiscard]] Status write_past();
  void give_up(const Error& error);
  [[nodiscard]] std::optional<std::string> repair();

  Place place_;
  SessionFold fold_;
  Timestamp due_at_;
  WallClock::time_point handed_at_;
  bool is_lost_ = false;  // facts were dropped: the journal has them
  bool has_past_ = false;  // the writer's own, once it runs

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<store::sqlite::Batch> slot_;
  std::optional<Error> trouble_;
  std::string moved_aside_;
  bool is_ending_ = false;

  // The writer's own.
  std::optional<store::sqlite::WriterLock> lock_;
  std::optional<store::sqlite::ProjectionFile> file_;
  std::thread writer_;
};

}  // namespace lanner::runtime
