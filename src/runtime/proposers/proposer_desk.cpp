#include "runtime/proposers/proposer_desk.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "runtime/proposers/proposal_folder.hpp"
#include "store/import/tc1_file.hpp"

namespace lanner::runtime {
namespace {

using model::ConditionRule;
using model::ConditionVerdict;
using model::ProposerReason;

constexpr auto kPollEvery = std::chrono::milliseconds(5);
constexpr auto kFolderEvery = std::chrono::milliseconds(250);
constexpr auto kSilenceFirst = std::chrono::seconds(10);
constexpr std::uint32_t kSilenceDoublings = 6;
constexpr Duration kSnapshotAge = seconds(90);

std::string code_of(ConditionRule rule) {
  return std::string(model::name_of(rule)) + " " + model::reason_of(rule);
}

Status socket_problem(const std::filesystem::path& path, const char* what) {
  return fail(ErrorKind::usage, "--conditions-socket " + path.string() + ": " + what + " (" +
                                    std::strerror(errno) + ")");
}

// A socket file that nobody listens at is left over from a killed process.
bool is_left_over(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool is_refused = ::connect(probe, reinterpret_cast<const sockaddr*>(&address),
                                    sizeof address) != 0 &&
                          errno == ECONNREFUSED;
  ::close(probe);
  return is_refused;
}

Result<int> listen_at(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    return fail(ErrorKind::usage, "--conditions-socket " + text + ": longer than " +
                                      std::to_string(sizeof address.sun_path - 1) +
                                      " characters; give a shorter path");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    if (!std::filesystem::is_socket(path, ignored) || !is_left_over(address)) {
      return fail(ErrorKind::usage, "--conditions-socket " + text +
                                        ": is there already and in use; give another path");
    }
    std::filesystem::remove(path, ignored);
  }
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const mode_t before = ::umask(0177);  // its owner's alone, from the first moment
  const bool is_bound = listener >= 0 && ::bind(listener, reinterpret_cast<sockaddr*>(&address),
                                                sizeof address) == 0;
  ::umask(before);
  if (!is_bound || ::listen(listener, 8) != 0) {
    const Status problem = socket_problem(path, "cannot be opened");
    ::close(listener);
    return tl::unexpected{problem.error()};
  }
  return listener;
}

std::string hex_of(std::uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i > 0; --i, value >>= 4U) {
    text[i - 1] = kDigits[value & 15U];
  }
  return text;
}

JsonObject entry_of(std::size_t index, const model::ConditionJudged& judged,
                    const std::string& instrument) {
  JsonObject out;
  out.set("index", index)
      .set("id", hex_of(judged.hash))
      .set("instrument", instrument)
      .set("side", model::name_of(judged.side));
  return out;
}

}  // namespace

ProposerDesk::ProposerDesk(const ProposerOptions& options,
                           const model::InstrumentTable& instruments)
    : options_(options), instruments_(instruments) {}

ProposerDesk::~ProposerDesk() {
  if (listener_ >= 0) {
    ::close(listener_);
    std::error_code ignored;
    std::filesystem::remove(options_.socket, ignored);
  }
}

Result<std::unique_ptr<ProposerDesk>> ProposerDesk::open(
    const ProposerOptions& options, const model::InstrumentTable& instruments,
    std::vector<std::string> own_features) {
  std::unique_ptr<ProposerDesk> desk{new ProposerDesk(options, instruments)};
  desk->own_features_ = std::move(own_features);
  if (!options.folder.empty()) {
    if (const auto ready = prepare_folder(options.folder); !ready) {
      return tl::unexpected{ready.error()};
    }
  }
  if (!options.socket.empty()) {
    const auto listener = listen_at(options.socket);
    if (!listener) {
      return tl::unexpected{listener.error()};
    }
    desk->listener_ = *listener;
  }
  return desk;
}

void ProposerDesk::poll(Timestamp now, WallTime wall) {
  if (wall - polled_at_ < kPollEvery || waiting_.size() >= kWaitingMax) {
    return;
  }
  polled_at_ = wall;
  if (listener_ >= 0) {
    accept_clients();
    read_clients(now, wall);
  }
  if (!options_.folder.empty() && wall - folder_read_at_ >= kFolderEvery) {
    folder_read_at_ = wall;
    read_folder(now, wall);
  }
}

void ProposerDesk::accept_clients() {
  while (clients_.size() < kClientsMax) {
    const int descriptor =
        ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      return;
    }
    clients_.push_back(std::make_unique<Client>(descriptor, ++clients_seen_));
  }
}

void ProposerDesk::read_clients(Timestamp now, WallTime wall) {
  for (const auto& client : clients_) {
    for (const std::string& line : client->line.read_lines(wall)) {
      on_line(*client, line, now, wall);
    }
    if (const auto trouble = client->line.trouble()) {
      if (client->proposer == 0) {
        client->proposer = proposer_of("client" + std::to_string(client->number));
        announce(client->proposer);
      }
      silence(client->proposer, *trouble, wall);
      client->line.close();
    }
  }
  std::erase_if(clients_, [](const auto& client) { return !client->line.is_open(); });
}

void ProposerDesk::read_folder(Timestamp now, WallTime wall) {
  for (const std::filesystem::path& file : proposals_in(options_.folder)) {
    auto message = std::make_shared<Message>();
    message->file = file;
    message->proposer = proposer_of(proposer_name_of(file));
    announce(message->proposer);
    const auto text = take_proposal(file);
    if (!text) {
      refuse_whole(*message, ConditionRule::v1, text.error().message);
      finish(*message, now);
    } else if (may_speak(message->proposer, wall)) {
      on_message(std::move(message), *text, nullptr, now, wall);
    } else {
      refuse_whole(*message, ConditionRule::v14, "this proposer is silenced");
      finish(*message, now);
    }
  }
}

void ProposerDesk::on_line(Client& client, const std::string& line, Timestamp now,
                           WallTime wall) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) {
    return;
  }
  if (const auto name = introduced_name(line); name && client.proposer == 0) {
    client.proposer = proposer_of(*name);
    announce(client.proposer);
    client.snapshot_id = "S-" + std::to_string(++snapshots_);
    client.snapshot_at = now;
    JsonObject hello;
    hello.set("proposer", proposers_[client.proposer == 0 ? 0 : client.proposer - 1U].name)
        .set("snapshot_id", client.snapshot_id)
        .set("at", now);
    client.line.send_line(hello.text());
    return;
  }
  if (client.proposer == 0) {
    client.proposer = proposer_of("client" + std::to_string(client.number));
    announce(client.proposer);
  }
  if (!may_speak(client.proposer, wall)) {
    return;
  }
  auto message = std::make_shared<Message>();
  message->client = client.number;
  message->proposer = client.proposer;
  on_message(std::move(message), line, &client, now, wall);
}

std::string ProposerDesk::problem_of_snapshot(const Client& client, const std::string& id,
                                              Timestamp now) const {
  if (id.empty()) {
    return {};
  }
  if (id != client.snapshot_id) {
    return "is not " + client.snapshot_id + ", the last that was sent";
  }
  return now - client.snapshot_at > kSnapshotAge ? "is older than 90 s" : "";
}

void ProposerDesk::on_message(std::shared_ptr<Message> message, const std::string& text,
                              Client* client, Timestamp now, WallTime wall) {
  if (message->proposer == 0) {
    refuse_whole(*message, ConditionRule::v14,
                 std::to_string(model::kProposersMax) + " proposers are known already");
    finish(*message, now);
    return;
  }
  Proposer& proposer = proposers_[message->proposer - 1U];
  const auto parsed = store::parse_tc1(text, "message", instruments_, now, own_features_);
  const bool asks_for_no_rules =
      parsed && std::any_of(parsed->begin(), parsed->end(), [](const auto& tagged) {
        return tagged.condition.vetting == model::Vetting::none;
      });
  if (!parsed || asks_for_no_rules) {
    const std::string reason = parsed ? "limits: only a file of the operator may lift them"
                                      : parsed.error().message;
    const bool is_json = reason.find("V1:") == std::string::npos;
    refuse_whole(*message, is_json ? ConditionRule::v2 : ConditionRule::v1, reason);
    finish(*message, now);
    if (++proposer.strikes >= kStrikesMax) {
      silence(message->proposer, ProposerReason::garbage, wall);
    }
    return;
  }
  proposer.strikes = 0;
  const std::string stale =
      client == nullptr ? "" : problem_of_snapshot(*client, parsed->snapshot_id, now);
  if (!stale.empty()) {
    refuse_whole(*message, ConditionRule::v3, "snapshot_id " + stale);
    finish(*message, now);
    return;
  }
  for (const store::RejectedCondition& rejected : parsed->rejected) {
    JsonObject item;
    item.set("index", rejected.index)
        .set("code", code_of(rejected.rule))
        .set("message", (rejected.key.empty() ? "" : rejected.key + ": ") + rejected.reason);
    message->refused.add(item);
    waiting_.push_back({model::ProposalRefused{message->proposer, rejected.rule}, nullptr});
  }
  message->open = parsed->conditions.size();
  for (const store::TaggedCondition& tagged : *parsed) {
    ProposedCondition proposed{tagged.condition, tagged.condition.expires_at - now};
    proposed.condition.proposer = message->proposer;
    message->indexes.push_back(tagged.index);
    waiting_.push_back({proposed, message});
  }
  if (message->open == 0) {
    finish(*message, now);
  }
}

std::uint8_t ProposerDesk::proposer_of(const std::string& name) {
  for (std::size_t i = 0; i < proposers_.size(); ++i) {
    if (proposers_[i].name == name || proposers_[i].name.empty()) {
      proposers_[i].name = name;
      return static_cast<std::uint8_t>(i + 1);
    }
  }
  return 0;
}

void ProposerDesk::announce(std::uint8_t proposer) {
  if (proposer == 0 || proposers_[proposer - 1U].is_announced) {
    return;
  }
  Proposer& who = proposers_[proposer - 1U];
  who.is_announced = true;
  model::ProposerChanged joined{proposer, model::ProposerState::joined, ProposerReason::none, {}};
  for (const char letter : who.name) {
    static_cast<void>(joined.name.push_back(letter));
  }
  waiting_.push_back({joined, nullptr});
}

// The minute is counted in wall time: it bounds what a program can cost, whatever the pace of the
// session is.
bool ProposerDesk::may_speak(std::uint8_t proposer, WallTime wall) {
  if (proposer == 0) {
    return true;  // it is told that there is no room
  }
  Proposer& who = proposers_[proposer - 1U];
  if (wall < who.silent_until) {
    return false;
  }
  announce(proposer);  // again, after a silence
  if (wall - who.minute_from >= std::chrono::minutes(1)) {
    who.minute_from = wall;
    who.messages = 0;
  }
  if (++who.messages > options_.messages_per_minute) {
    silence(proposer, ProposerReason::flood, wall);
    return false;
  }
  return true;
}

void ProposerDesk::silence(std::uint8_t proposer, ProposerReason reason, WallTime wall) {
  if (proposer == 0 || wall < proposers_[proposer - 1U].silent_until) {
    return;
  }
  Proposer& who = proposers_[proposer - 1U];
  const auto pause = kSilenceFirst * (1U << std::min(who.silences, kSilenceDoublings));
  ++who.silences;
  who.silent_until = wall + pause;
  who.strikes = 0;
  who.is_announced = false;
  // What it has waiting is not heard any more; what others have waiting keeps its order.
  std::erase_if(waiting_, [proposer](const Waiting& waiting) {
    const auto* proposed = std::get_if<ProposedCondition>(&waiting.event);
    return proposed != nullptr && proposed->condition.proposer == proposer;
  });
  waiting_.push_back(
      {model::ProposerChanged{proposer, model::ProposerState::silenced, reason, {}}, nullptr});
  JsonObject notice;
  notice.set("notice", "silenced")
      .set("reason", model::name_of(reason))
      .set("retry_after_s", std::chrono::duration_cast<std::chrono::seconds>(pause).count());
  tell(proposer, notice);
}

void ProposerDesk::refuse_whole(Message& message, ConditionRule rule, const std::string& reason) {
  JsonObject item;
  item.set("code", code_of(rule)).set("message", reason);
  message.refused.add(item);
  if (message.proposer != 0) {
    waiting_.push_back({model::ProposalRefused{message.proposer, rule}, nullptr});
  }
}

OutsideEvent ProposerDesk::take_next() {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  taken_ = std::move(next.message);
  return std::move(next.event);
}

void ProposerDesk::on_event(bool is_taken, const model::CommandSink& sink, Timestamp now) {
  for (const model::Notice& notice : sink.notices()) {
    if (const auto* judged = std::get_if<model::ConditionJudged>(&notice)) {
      note_judged(*judged, now);
    } else if (const auto* label = std::get_if<model::CandidateLabel>(&notice)) {
      if (label->proposer != 0) {
        JsonObject out;
        out.set("notice", "outcome")
            .set("candidate", label->candidate_id.value())
            .set("instrument", name_of_instrument(label->instrument_id))
            .set("filled", label->is_filled)
            .set("traded", label->source == model::LabelSource::fills)
            .set("net_r", label->net_r.value())
            .set("at", now);
        tell(label->proposer, out);
      }
    }
  }
  for (const model::DecisionTrace& trace : sink.traces()) {
    if (trace.candidate.proposer != 0) {
      JsonObject out;
      out.set("notice", "fired")
          .set("candidate", trace.candidate.id.value())
          .set("instrument", name_of_instrument(trace.candidate.instrument_id))
          .set("side", model::name_of(trace.candidate.side))
          .set("traded", trace.is_traded)
          .set("refused_by", model::name_of(trace.refused_by))
          .set("at", now);
      tell(trace.candidate.proposer, out);
    }
  }
  if (is_taken && taken_) {
    if (--taken_->open == 0) {
      finish(*taken_, now);
    }
    taken_.reset();
  }
}

void ProposerDesk::note_judged(const model::ConditionJudged& judged, Timestamp now) {
  if (judged.proposer == 0 || judged.hash == 0) {
    return;
  }
  const std::string instrument = name_of_instrument(judged.instrument_id);
  std::string message;
  detail::append_json_number(message, judged.value.value());
  message += " against ";
  detail::append_json_number(message, judged.bound.value());
  if (judged.verdict == ConditionVerdict::withdrawn || !taken_ || taken_->indexes.empty()) {
    JsonObject out = entry_of(0, judged, instrument);
    out.set("notice", model::name_of(judged.verdict))
        .set("code", code_of(judged.rule))
        .set("message", message)
        .set("at", now);
    tell(judged.proposer, out);
    return;
  }
  JsonObject entry = entry_of(taken_->indexes.front(), judged, instrument);
  if (judged.verdict == ConditionVerdict::refused) {
    taken_->refused.add(entry.set("code", code_of(judged.rule)).set("message", message));
    taken_->indexes.pop_front();
  } else if (judged.verdict == ConditionVerdict::flagged) {
    tell(judged.proposer, entry.set("notice", "flagged").set("code", code_of(judged.rule)));
  } else {
    const bool is_again = judged.verdict == ConditionVerdict::refreshed;
    taken_->accepted.add(entry.set("refreshed", is_again));
    taken_->indexes.pop_front();
  }
}

void ProposerDesk::finish(Message& message, Timestamp now) {
  JsonObject answer;
  answer.set("accepted", message.accepted).set("refused", message.refused).set("at", now);
  if (!message.file.empty()) {
    write_answer(message.file, answer.text());
    return;
  }
  if (Client* client = client_of(message.client)) {
    client->snapshot_id = "S-" + std::to_string(++snapshots_);
    client->snapshot_at = now;
    client->line.send_line(answer.set("snapshot_id", client->snapshot_id).text());
  }
}

void ProposerDesk::tell(std::uint8_t proposer, const JsonObject& notice) {
  for (const auto& client : clients_) {
    if (client->proposer == proposer) {
      client->line.send_line(notice.text());
    }
  }
}

ProposerDesk::Client* ProposerDesk::client_of(std::uint64_t number) {
  for (const auto& client : clients_) {
    if (client->number == number) {
      return client.get();
    }
  }
  return nullptr;
}

std::string ProposerDesk::name_of_instrument(InstrumentId id) const {
  return id.index() < instruments_.size() ? instruments_[id.index()].name : std::string{};
}

}  // namespace lanner::runtime
