// What a simulated session is at one instant, beside its specification and its tape.

#include "base/ensure.hpp"
#include "base/state_archive.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::runtime {

template <typename Archive>
void Tape::fields(Archive& archive) {
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    Cursor& cursor = cursors_[i];
    const auto length = static_cast<std::uint64_t>(cursor.end - cursor.begin);
    std::uint64_t recorded = length;
    auto at = static_cast<std::uint64_t>(cursor.at - cursor.begin);
    archive(recorded, at, coverage_[i].at);
    if constexpr (Archive::kLoads) {
      if (recorded != length || at > length || at % cursor.stride != 0) {
        return archive.refuse();
      }
      cursor.at = cursor.begin + at;
    }
  }
  std::uint64_t rows = batch_.size();
  archive(rows, keys_, at_, next_time_, batch_begin_, span_, played_);
  if constexpr (Archive::kLoads) {
    if (!archive.holds(rows) || keys_.size() != rows || (at_ >= rows && rows != 0)) {
      return archive.refuse();
    }
    batch_.resize(static_cast<std::size_t>(rows));
  }
  for (Row& row : batch_) {
    std::uint64_t offset = 0;
    if constexpr (!Archive::kLoads) {
      offset = static_cast<std::uint64_t>(row.record - cursors_[row.cursor].begin);
    }
    archive(row.cursor, row.records, offset);
    if constexpr (Archive::kLoads) {
      if (row.cursor >= cursors_.size() ||
          offset >= static_cast<std::uint64_t>(cursors_[row.cursor].end -
                                               cursors_[row.cursor].begin)) {
        return archive.refuse();
      }
      row.record = cursors_[row.cursor].begin + offset;
    }
  }
}

std::span<const store::DepthRecord> Tape::depth_of(InstrumentId id) const noexcept {
  for (const Cursor& cursor : cursors_) {
    if (cursor.kind == TapeKind::depth && cursor.instrument_id == id) {
      return {reinterpret_cast<const store::DepthRecord*>(cursor.begin),
              reinterpret_cast<const store::DepthRecord*>(cursor.end)};
    }
  }
  return {};
}

template <typename Archive>
void SimulatedSession::archive_books(Archive& archive) {
  for (std::size_t i = 0; i < books_.size(); ++i) {
    bool is_there = books_[i] != nullptr;
    archive(is_there);
    if (is_there) {
      const InstrumentId id{static_cast<std::uint32_t>(i)};
      if (books_[i] == nullptr) {
        books_[i] = std::make_unique<BookFeed>(id);
      }
      books_[i]->fields(archive, tape_.depth_of(id));
    }
  }
}

template <typename Archive>
void SimulatedSession::fields(Archive& archive) {
  archive(*recorder_, tape_, delay_, timers_);
  archive_books(archive);
  archive(tops_, reports_, conditions_, conditions_proposed_, facts_taken_, facts_heard_);
  archive(refusals_told_, report_order_, started_at_, now_, venue_now_, next_at_, unheard_at_);
  archive(is_allowed_, is_told_allowed_);
}

void SimulatedSession::save(StateWriter& out) const {
  ENSURE(is_savable());
  engine_->save(out);
  exchange_->save(out);
  // The list serves both directions; this one only reads.
  const_cast<SimulatedSession*>(this)->fields(out);
}

SimulatedSession::SimulatedSession(const SessionSpec& spec, Tape tape, StateReader& state)
    : SimulatedSession(Parts{spec, std::move(tape), store::JournalWriter::in_memory()}) {
  is_restored_ = engine_->load(state) && exchange_->load(state);
  if (is_restored_) {
    fields(state);
    inside_at_ = next_inside_time();
    is_restored_ = state.ok();
  }
}

void SimulatedSession::go_on_with(store::JournalWriter journal) noexcept {
  this->journal() = std::move(journal);
  is_confirming_ = this->journal().is_confirming();
}

}  // namespace lanner::runtime
