#pragma once

// The desk at which programs hand in trade conditions (tc1): a folder that is watched and a Unix
// socket in the file system. One thread, never waiting: it is polled between two events. Whoever
// sends garbage, floods, sends without end or never reads is silenced for a while, longer each
// time, and nobody else notices.
//
// Over the socket each line is one message: a tc1 document, or {"proposer": "name"} to be known
// by a name. Each message is answered with one line; what becomes of the conditions comes in
// further lines. In the folder each *.json file is one message; it is moved to done/ and its
// answer is put beside it. Its name up to the first dot is the proposer's.

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/commands.hpp"
#include "model/condition_rule.hpp"
#include "model/instrument.hpp"
#include "runtime/json_out.hpp"
#include "runtime/proposers/line_socket.hpp"
#include "runtime/proposers/proposal.hpp"

namespace lanner::runtime {

struct ProposerOptions {
  std::filesystem::path folder;  // empty: none is watched
  std::filesystem::path socket;  // empty: none is opened
  std::uint32_t messages_per_minute = 60;  // of one proposer, wall time
  [[nodiscard]] bool is_asked() const { return !folder.empty() || !socket.empty(); }
};

class ProposerDesk {
 public:
  using WallTime = std::chrono::steady_clock::time_point;

  // Fails where the folder cannot be read and written or the socket cannot be bound.
  [[nodiscard]] static Result<std::unique_ptr<ProposerDesk>> open(
      const ProposerOptions& options, const model::InstrumentTable& instruments,
      std::vector<std::string> own_features = {});
  ~ProposerDesk();
  ProposerDesk(const ProposerDesk&) = delete;
  ProposerDesk& operator=(const ProposerDesk&) = delete;

  // Reads what has come; `now` is the session's. Cheap when nothing has: it looks at most once in
  // a few milliseconds.
  void poll(Timestamp now, WallTime wall);
  [[nodiscard]] bool has_next() const noexcept { return !waiting_.empty(); }
  // In the order in which they came.
  [[nodiscard]] OutsideEvent take_next();
  // After each event, with what it caused: answers and notices go out from here.
  void on_event(bool is_taken, const model::CommandSink& sink, Timestamp now);

 private:
  static constexpr std::size_t kClientsMax = 16;
  static constexpr std::size_t kWaitingMax = 1024;
  static constexpr std::size_t kStrikesMax = 3;

  struct Proposer {
    std::string name;
    bool is_announced = false;
    std::size_t strikes = 0;      // messages in a row that were none
    std::uint32_t silences = 0;
    WallTime silent_until{};
    WallTime minute_from{};
    std::uint32_t messages = 0;   // since then
  };
  struct Client {
    Client(int descriptor, std::uint64_t ordinal) : line(descriptor), number(ordinal) {}
    LineSocket line;
    std::uint8_t proposer = 0;    // 0 until its first message
    std::uint64_t number;
    std::string snapshot_id;      // the last that was sent
    Timestamp snapshot_at;
  };
  // A message whose conditions are still on their way through the engine.
  struct Message {
    std::uint64_t client = 0;               // 0: a file
    std::filesystem::path file;
    std::uint8_t proposer = 0;
    std::size_t open = 0;                   // conditions not yet judged
    std::deque<std::size_t> indexes;        // theirs, in order
    JsonArray accepted;
    JsonArray refused;
  };
  struct Waiting {
    OutsideEvent event;
    std::shared_ptr<Message> message;       // none for what nobody waits for
  };

  ProposerDesk(const ProposerOptions& options, const model::InstrumentTable& instruments);
  void accept_clients();
  void read_clients(Timestamp now, WallTime wall);
  void read_folder(Timestamp now, WallTime wall);
  void on_line(Client& client, const std::string& line, Timestamp now, WallTime wall);
  void on_message(std::shared_ptr<Message> message, const std::string& text, Client* client,
                  Timestamp now, WallTime wall);
  [[nodiscard]] std::string problem_of_snapshot(const Client& client, const std::string& id,
                                                Timestamp now) const;
  [[nodiscard]] std::uint8_t proposer_of(const std::string& name);
  void announce(std::uint8_t proposer);
  [[nodiscard]] bool may_speak(std::uint8_t proposer, WallTime wall);
  void silence(std::uint8_t proposer, model::ProposerReason reason, WallTime wall);
  void refuse_whole(Message& message, model::ConditionRule rule, const std::string& reason);
  void finish(Message& message, Timestamp now);
  void note_judged(const model::ConditionJudged& judged, Timestamp now);
  void tell(std::uint8_t proposer, const JsonObject& notice);
  [[nodiscard]] Client* client_of(std::uint64_t number);
  [[nodiscard]] std::string name_of_instrument(InstrumentId id) const;

  ProposerOptions options_;
  const model::InstrumentTable& instruments_;
  std::vector<std::string> own_features_;  // names that conditions may read
  int listener_ = -1;
  std::vector<std::unique_ptr<Client>> clients_;
  std::array<Proposer, model::kProposersMax> proposers_;
  std::deque<Waiting> waiting_;
  std::shared_ptr<Message> taken_;  // of the event in hand
  std::uint64_t clients_seen_ = 0;
  std::uint64_t snapshots_ = 0;
  WallTime polled_at_{};
  WallTime folder_read_at_{};
};

}  // namespace lanner::runtime
