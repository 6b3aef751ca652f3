#include "runtime/replay.hpp"

#include <cstring>
#include <vector>

#include "core/engine.hpp"
#include "model/codec.hpp"
#include "runtime/event_recorder.hpp"
#include "runtime/session_result.hpp"
#include "runtime/session_spec.hpp"
#include "runtime/statistics.hpp"
#include "store/journal_reader.hpp"

namespace lanner::runtime {
namespace {

constexpr std::uint64_t kProgressRecords = 1 << 16;

class Replayer {
 public:
  Replayer(const SessionSpec& spec, const ReplayOptions& options, ReplayResult& result)
      : engine_(spec.engine),
        statistics_(engine_),
        result_(result),
        observer_(options.observer),
        compares_(options.what_if.sets.empty()) {}

  void change(const model::ParameterSet& parameters, std::uint64_t from_sequence) {
    changed_ = parameters;
    changed_from_ = from_sequence;
  }

  // False = stop: a difference was found.
  Result<bool> take(const store::JournalRecord& record) {
    switch (record.kind) {
      case store::RecordKind::event:
        return take_event(record);
      case store::RecordKind::caused:
        return take_caused(record);
      case store::RecordKind::session_closed:
        return take_closed(record);
      case store::RecordKind::ids_reserved:
        return true;
      case store::RecordKind::session_opened:
        break;
    }
    return fail(ErrorKind::data, "a second opening record in the session");
  }

  // What the last event caused may be missing at the end of an open session.
  void finish() {
    if (observer_ != nullptr) {
      observer_->on_end(engine_);
    }
    result_.digest = own_.value().hex();
    result_.recorded_digest = recorded_.value().hex();
    if (!result_.first_difference && caused_.empty()) {
      result_.verified_through = sequence_;
    }
    result_.result = statistics_.result();
    result_.result.digest = result_.digest;
    if (closed_) {
      add_closed(result_.result, *closed_);
      result_.recorded_learned = closed_->learned;
    }
  }
  [[nodiscard]] Timestamp now() const { return engine_.now(); }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

 private:
  bool differ(std::uint64_t sequence) {
    result_.first_difference = sequence;
    return false;
  }

  Result<bool> take_event(const store::JournalRecord& record) {
    if (!caused_.empty()) {
      return differ(sequence_);
    }
    result_.verified_through = sequence_;
    model::Event event;
    std::size_t used = 0;
    if (const auto decoded = model::decode(record.payload, event, condition_, used); !decoded) {
      return tl::unexpected{decoded.error()};
    }
    event.sequence = record.sequence;
    sequence_ = record.sequence;
    if (changed_ && sequence_ >= changed_from_) {
      engine_.use_parameters(*changed_);
      changed_.reset();
    }
    if (observer_ != nullptr) {
      observer_->before_event(event, engine_);
    }
    sink_.clear();
    engine_.apply(event, sink_);
    statistics_.on_event(event, sink_);
    const bool goes_on = observer_ == nullptr || observer_->on_event(event, sink_, engine_);
    if (!sink_.is_silent() && compares_) {
      caused_.resize(caused_bytes_max(sink_));
      caused_.resize(encode_caused(sink_, caused_));
      own_.add(caused_);
    }
    return goes_on;
  }

  Result<bool> take_caused(const store::JournalRecord& record) {
    if (!compares_) {
      return true;
    }
    recorded_.add(record.payload);
    const bool equal = record.sequence == sequence_ && caused_.size() == record.payload.size() &&
                       std::memcmp(caused_.data(), record.payload.data(), caused_.size()) == 0;
    if (!equal) {
      return differ(record.sequence);
    }
    caused_.clear();
    return true;
  }

  Result<bool> take_closed(const store::JournalRecord& record) {
    const auto closed = decode_closed(record.payload);
    if (!closed) {
      return tl::unexpected{closed.error()};
    }
    if (!compares_) {
      closed_ = *closed;
      return true;
    }
    if (!caused_.empty() || closed->events != sequence_ || closed->digest != own_.value()) {
      return differ(sequence_);
    }
    closed_ = *closed;
    return true;
  }

  core::Engine engine_;
  Statistics statistics_;
  ReplayResult& result_;
  ReplayObserver* observer_;
  bool compares_;
  std::optional<model::ParameterSet> changed_;  // until they are in use
  std::uint64_t changed_from_ = 0;
  model::CommandSink sink_;
  model::TradeCondition condition_;
  std::vector<std::byte> caused_;
  DigestChain own_;
  DigestChain recorded_;
  std::uint64_t sequence_ = 0;
  std::optional<SessionClosed> closed_;
};

Result<SessionSpec> read_spec(store::JournalReader& reader, const ReplayOptions& options) {
  const auto first = reader.next();
  if (!first || first->kind != store::RecordKind::session_opened) {
    return fail(ErrorKind::data,
                "no session in " + options.session.string() + ": " +
                    (reader.damage() ? reader.damage()->what : "its first record is missing"));
  }
  auto spec = decode_spec(first->payload);
  if (spec && !options.mask.empty()) {
    const auto mask = model::ComponentMask::parse(options.mask);
    if (!mask) {
      return tl::unexpected{mask.error()};
    }
    spec->engine.mask = *mask;
  }
  return spec;
}

Status change_parameters(Replayer& replayer, const SessionSpec& spec, const WhatIf& what_if) {
  model::ParameterSet parameters = spec.engine.parameters;
  for (const auto& [id, value] : what_if.sets) {
    if (const auto set = parameters.set(id, value); !set) {
      return set;
    }
  }
  if (!what_if.sets.empty()) {
    replayer.change(parameters, what_if.from_sequence);
  }
  return {};
}

void note_damage(ReplayResult& result, const store::JournalReader& reader) {
  if (const auto& damage = reader.damage()) {
    result.corrupt_at = CorruptPlace{damage->file, damage->offset, damage->sequence, damage->what};
  }
}

}  // namespace

Result<SessionSpec> session_spec_of(const std::filesystem::path& session) {
  auto reader = store::JournalReader::open(session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  return read_spec(*reader, ReplayOptions{.session = session, .mask = {}});
}

Result<ReplayResult> replay_session(const ReplayOptions& options, const Progress& progress) {
  auto reader = store::JournalReader::open(options.session);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  ReplayResult result;
  const auto spec = read_spec(*reader, options);
  if (!spec) {
    note_damage(result, *reader);
    if (result.corrupt_at) {
      return result;
    }
    return tl::unexpected{spec.error()};
  }
  Replayer replayer(*spec, options, result);
  if (const auto changed = change_parameters(replayer, *spec, options.what_if); !changed) {
    return tl::unexpected{changed.error()};
  }
  std::uint64_t records = 0;
  bool goes_on = true;
  while (goes_on) {
    const auto record = reader->next();
    if (!record) {
      break;
    }
    const auto taken = replayer.take(*record);
    if (!taken) {
      return tl::unexpected{taken.error()};
    }
    goes_on = *taken;
    if (++records % kProgressRecords == 0 && progress) {
      goes_on = goes_on && progress(0.0, replayer.now(), replayer.sequence());
    }
  }
  replayer.finish();
  add_spec(result.result, *spec);
  result.result.session = options.session.string();
  note_damage(result, *reader);
  result.closed = reader->is_closed() && !result.first_difference;
  result.equal = !result.first_difference && !result.corrupt_at;
  return result;
}

}  // namespace lanner::runtime
