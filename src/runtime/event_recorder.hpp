#pragma once

// One event's way into the engine: numbered, journalled, applied, and what it caused journalled
// and added to the digest. Simulated sessions and, later, live ones share this step; a replay
// compares with it.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/hash.hpp"
#include "core/engine.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"
#include "store/journal_writer.hpp"

namespace lanner::runtime {

// Commands and traces of one event as one payload: counts, then the items in order.
[[nodiscard]] std::size_t caused_bytes_max(const model::CommandSink& sink) noexcept;
[[nodiscard]] std::size_t encode_caused(const model::CommandSink& sink,
                                        std::span<std::byte> out) noexcept;

class EventRecorder {
 public:
  EventRecorder(core::Engine& engine, store::JournalWriter journal)
      : engine_(engine), journal_(std::move(journal)) {}

  // Gives the event its sequence. After the call sink() holds what it caused.
  void apply(model::Event& event) noexcept;

  [[nodiscard]] const model::CommandSink& sink() const noexcept { return sink_; }
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }
  [[nodiscard]] std::uint64_t commands() const noexcept { return commands_; }
  [[nodiscard]] Digest128 digest() const noexcept { return digest_.value(); }
  [[nodiscard]] store::JournalWriter& journal() noexcept { return journal_; }
  // What the session's durability asks for before an order that opens risk may leave: its record
  // written, and its id among those reserved on the disk.
  [[nodiscard]] Status await_entry() noexcept;

  // What it remembers (base/state_archive.hpp); the engine's state and the journal are others'.
  // Of the ranges of ids none counts as safe: the next entry asks the disk once more.
  template <typename Archive>
  void fields(Archive& archive) {
    archive(digest_, sequence_, commands_, ids_reserved_);
  }

 private:
  // Most events cause nothing: kept apart, what some cause costs the others nothing.
  [[gnu::noinline]] void record_caused() noexcept;
  void reserve_ids() noexcept;

  core::Engine& engine_;
  store::JournalWriter journal_;
  model::CommandSink sink_;
  DigestChain digest_;
  std::uint64_t sequence_ = 0;
  std::uint64_t commands_ = 0;
  std::uint64_t ids_reserved_ = 0;  // sequences of client order ids up to here may be used
  std::uint64_t ids_safe_ = 0;      // likewise, and the disk has it
};

// Client order ids are reserved a thousand ahead where a session must survive its machine: after
// a crash every id up to the last reserved one may have been used, and none beyond it.
struct IdsReserved {
  std::uint64_t epoch = 0;
  std::uint64_t from = 0;     // order plans, each with its own legs
  std::uint64_t through = 0;
};
[[nodiscard]] Result<IdsReserved> decode_ids(std::span<const std::byte> bytes);

// The control event that the journal's own trouble caused, if this is its record: it comes from
// no tape, so a continued session must take it from here.
[[nodiscard]] std::optional<model::Event> recorded_control(const store::JournalRecord& record);

// Payload of the record that closes a session.
struct SessionClosed {
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
  Digest128 digest;
  // From the exchange model's own log, which the journal does not hold.
  std::int64_t unprotected_ns_max = 0;
  std::uint32_t protection_breaches = 0;
  Money conservation_error;
  // Fills of instruments whose book the tape shows; all 0 where it shows none.
  std::uint64_t book_fills = 0;
  std::uint64_t queue_fills = 0;
  std::uint64_t fallback_fills = 0;
  bool has_bad_day = false;
  Money bad_day_net_pnl;
  // Hash of all that learning held at the end; absent in sessions of builds before it was kept.
  std::optional<Digest128> learned;
};
// What learning holds at this instant, as one hash: labels, posteriors, claims, adaptations.
[[nodiscard]] Digest128 learned_digest(const core::Engine& engine);
[[nodiscard]] std::vector<std::byte> encode_closed(const SessionClosed& closed);
[[nodiscard]] Result<SessionClosed> decode_closed(std::span<const std::byte> bytes);

}  // namespace lanner::runtime
