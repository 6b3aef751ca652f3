#pragma once

// The projection of one session: a fold over its events, beside the engine that applies them. A
// running session and a replay feed it the same, so both give the same rows. Facts are noted when
// they happen (session_facts.cpp), states are read off the engine when somebody asks
// (session_state.cpp).

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "core/engine.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/projection/cells.hpp"
#include "runtime/session_spec.hpp"
#include "store/sqlite/projection_file.hpp"

namespace lanner::runtime {

// What a session is called: its path below the profile, or the whole path outside of it; and the
// number that follows from that name alone.
struct SessionName {
  std::string name;
  std::int64_t id = 0;
};
[[nodiscard]] SessionName name_session(const std::filesystem::path& session,
                                       const std::filesystem::path& profile);

// What the journal itself says of the events so far.
struct JournalFacts {
  Digest128 digest;
  std::uint64_t commands = 0;
  bool is_closed = false;
};

class SessionFold {
 public:
  SessionFold(const SessionSpec& spec, SessionName name, const core::Engine& engine);

  // After the engine applied `event` and put what it caused into `sink`.
  void on_event(const model::Event& event, const model::CommandSink& sink) {
    note_market(event);
    if (is_quiet_ && sink.is_silent() && sink.notices().empty()) [[likely]] {
      return;
    }
    note(event, sink);
  }

  // The facts since the last call, and the states as they are now.
  [[nodiscard]] store::sqlite::Batch take(const JournalFacts& journal);
  [[nodiscard]] std::size_t facts() const noexcept { return batch_.rows.size(); }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  // What it remembers (base/state_archive.hpp). Facts that were not taken are not among it: who
  // goes on from it makes them from the journal.
  template <typename Archive>
  void fields(Archive& archive) {
    std::vector<std::pair<std::uint64_t, Asked>> asked(asked_.begin(), asked_.end());
    archive(seen_, asked, events_, first_at_, now_, next_hour_, sequence_, position_, wins_);
    archive(is_quiet_, has_session_);
    if constexpr (Archive::kLoads) {
      asked_ = {asked.begin(), asked.end()};
    }
  }

 private:
  struct Seen {
    std::uint64_t bars = 0;
    std::uint64_t trades = 0;
    std::uint64_t others = 0;
    Timestamp first;
    Timestamp last;
  };
  // An order until it has ended; its row is written again with each change.
  struct Asked {
    model::OrderRequest request;
    std::uint64_t sequence = 0;
    Timestamp sent_at;
    model::OrderStatus status = model::OrderStatus::submitted;
    model::RejectReason reason = model::RejectReason::none;
    Quantity filled{};
  };

  template <typename... Values>
  void put(store::sqlite::Table table, const Values&... values) {
    batch_.rows.push_back(row_of(table, name_.id, values...));
  }
  void note_market(const model::Event& event);
  void note(const model::Event& event, const model::CommandSink& sink);
  void note_decision(const model::DecisionTrace& trace);
  void note_order(const model::OrderRequest& request);
  void note_answer(const model::EventPayload& payload);
  void note_fill(const model::OrderFilled& fill);
  void end_order(ClientOrderId id, model::OrderStatus status, model::RejectReason reason);
  void put_order(const Asked& asked);
  void note_notice(const model::Notice& notice);
  void note_closed(const model::TradeClosed& trade);
  void note_label(const model::CandidateLabel& label);
  void note_coin(const model::CoinStatusChanged& change);
  void note_pattern(const model::PatternStateChanged& change);
  void note_adaptation(const model::AdaptationChanged& change);
  void note_cycle(std::size_t changes);
  void note_time(Timestamp now);
  void put_day();
  // Positions tell several rows of one event apart.
  void act(const char* component, const char* level, std::string text);
  void alert(const char* kind, std::string text);

  void put_session();
  void put_journal(const JournalFacts& journal);
  void put_runtime();
  void put_market();
  void put_accounts();
  void put_positions();
  void put_conditions();
  void put_coins();
  void put_patterns();
  void put_rules();
  void put_adaptations();

  [[nodiscard]] const std::string& name_of_instrument(InstrumentId id) const;

  const SessionSpec& spec_;
  SessionName name_;
  const core::Engine& engine_;
  store::sqlite::Batch batch_;
  std::vector<Seen> seen_;  // by instrument
  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t events_ = 0;
  Timestamp first_at_;
  Timestamp now_;
  Timestamp next_hour_;
  std::uint64_t sequence_ = 0;  // of the event in hand
  std::uint32_t position_ = 0;  // of the next row of the event in hand
  std::uint32_t wins_ = 0;
  bool is_quiet_ = false;       // the event in hand is a price and no hour has passed
  bool has_session_ = false;
};

// "SOLUSDT-PERP.BINANCE short P02 06-09h cost > 0.3 R"; "everything".
[[nodiscard]] std::string scope_text(const model::Scope& scope,
                                     const model::InstrumentTable& instruments);

}  // namespace lanner::runtime
