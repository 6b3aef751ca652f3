#include "runtime/event_recorder.hpp"

#include <cstring>

#include "base/bytes.hpp"
#include "exec/client_order_id.hpp"
#include "model/codec.hpp"

namespace lanner::runtime {
namespace {

constexpr std::size_t kCountsBytes = 8;
constexpr std::uint64_t kIdsReserved = 1'000;
constexpr std::uint64_t kIdsLeft = 250;  // with fewer left the next range is reserved
constexpr std::size_t kIdsBytes = 24;
constexpr std::size_t kClosedBytes = 85;
constexpr std::size_t kLearnedBytes = 16;

}  // namespace

std::size_t caused_bytes_max(const model::CommandSink& sink) noexcept {
  return kCountsBytes + sink.commands().size() * model::kCommandBytesMax +
         sink.traces().size() * model::kTraceBytesMax;
}

std::size_t encode_caused(const model::CommandSink& sink, std::span<std::byte> out) noexcept {
  const std::uint32_t counts[2] = {static_cast<std::uint32_t>(sink.commands().size()),
                                   static_cast<std::uint32_t>(sink.traces().size())};
  std::memcpy(out.data(), counts, kCountsBytes);
  std::size_t used = kCountsBytes;
  for (const model::Command& command : sink.commands()) {
    used += model::encode(command, out.subspan(used));
  }
  for (const model::DecisionTrace& trace : sink.traces()) {
    used += model::encode(trace, out.subspan(used));
  }
  return used;
}

void EventRecorder::apply(model::Event& event) noexcept {
  event.sequence = ++sequence_;
  if (journal_.keeps()) {
    const auto room = journal_.reserve(model::kEventBytesMax);
    journal_.commit(store::RecordKind::event, sequence_, model::encode(event, room));
  }
  sink_.clear();
  engine_.apply(event, sink_);
  if (!sink_.is_silent()) {
    record_caused();
  }
}

void EventRecorder::record_caused() noexcept {
  // Counted before the commands leave, so that the range is on its way to the disk by then.
  if (journal_.durability() == store::Durability::synced) {
    reserve_ids();
  }
  commands_ += sink_.commands().size();
  const auto caused = journal_.reserve(caused_bytes_max(sink_));
  const std::size_t size = encode_caused(sink_, caused);
  digest_.add(caused.first(size));
  journal_.commit(store::RecordKind::caused, sequence_, size);
}

Digest128 learned_digest(const core::Engine& engine) {
  std::vector<std::byte> bytes;
  ByteWriter writer(bytes);
  engine.candidates().encode(writer);
  engine.knowledge().encode(writer);
  return hash128(bytes);
}

// A function of the commands alone: a continued session reserves the same ranges.
void EventRecorder::reserve_ids() noexcept {
  for (const model::Command& command : sink_.commands()) {
    const auto* const submit = std::get_if<model::SubmitOrder>(&command);
    if (submit == nullptr) {
      continue;
    }
    const exec::OrderIdParts id = exec::unpack(submit->order.client_order_id);
    while (id.sequence + kIdsLeft > ids_reserved_) {
      const std::uint64_t range[3] = {id.epoch, ids_reserved_ + 1, ids_reserved_ + kIdsReserved};
      const auto room = journal_.reserve(kIdsBytes);
      std::memcpy(room.data(), range, kIdsBytes);
      journal_.commit(store::RecordKind::ids_reserved, sequence_, kIdsBytes);
      ids_reserved_ += kIdsReserved;
    }
  }
}

Status EventRecorder::await_entry() noexcept {
  if (journal_.is_confirming() || journal_.durability() == store::Durability::memory) {
    return {};
  }
  if (ids_safe_ < ids_reserved_) {
    const Status synced = journal_.await_acknowledged();
    ids_safe_ = synced ? ids_reserved_ : ids_safe_;
    return synced;
  }
  return journal_.await_written();
}

Result<IdsReserved> decode_ids(std::span<const std::byte> bytes) {
  if (bytes.size() != kIdsBytes) {
    return fail(ErrorKind::data, "a record of reserved client order ids is damaged");
  }
  std::uint64_t range[3];
  std::memcpy(range, bytes.data(), kIdsBytes);
  return IdsReserved{range[0], range[1], range[2]};
}

std::optional<model::Event> recorded_control(const store::JournalRecord& record) {
  // Most records are ruled out by their length.
  constexpr std::size_t kControlBytes = 19;
  if (record.kind != store::RecordKind::event || record.payload.size() != kControlBytes) {
    return std::nullopt;
  }
  model::Event event;
  model::TradeCondition unused;
  std::size_t used = 0;
  if (!model::decode(record.payload, event, unused, used)) {
    return std::nullopt;
  }
  const auto* const change = std::get_if<model::TradingStateChanged>(&event.payload);
  const bool is_journals =
      change != nullptr && change->source == model::ControlSource::journal;
  return is_journals ? std::optional{event} : std::nullopt;
}

std::vector<std::byte> encode_closed(const SessionClosed& closed) {
  std::vector<std::byte> bytes;
  ByteWriter writer(bytes);
  writer.put_u64(closed.events);
  writer.put_u64(closed.commands);
  writer.put_u64(closed.digest.low);
  writer.put_u64(closed.digest.high);
  writer.put_i64(closed.unprotected_ns_max);
  writer.put_u32(closed.protection_breaches);
  writer.put_i64(closed.conservation_error.raw());
  writer.put_u64(closed.book_fills);
  writer.put_u64(closed.queue_fills);
  writer.put_u64(closed.fallback_fills);
  writer.put_u8(closed.has_bad_day ? 1 : 0);
  writer.put_i64(closed.bad_day_net_pnl.raw());
  if (closed.learned) {
    writer.put_u64(closed.learned->low);
    writer.put_u64(closed.learned->high);
  }
  return bytes;
}

Result<SessionClosed> decode_closed(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  const auto events = reader.u64();
  const auto commands = reader.u64();
  const auto low = reader.u64();
  const auto high = reader.u64();
  const auto unprotected = reader.i64();
  const auto breaches = reader.u32();
  const auto conservation = reader.i64();
  const auto book_fills = reader.u64();
  const auto queue_fills = reader.u64();
  const auto fallback_fills = reader.u64();
  const auto has_bad_day = reader.u8();
  const auto bad_day = reader.i64();
  const bool has_learned = bytes.size() == kClosedBytes + kLearnedBytes;
  if ((bytes.size() != kClosedBytes && !has_learned) || !bad_day) {
    return fail(ErrorKind::data, "the record that closes the session is damaged");
  }
  SessionClosed closed;
  closed.events = *events;
  closed.commands = *commands;
  closed.digest = Digest128{*low, *high};
  closed.unprotected_ns_max = *unprotected;
  closed.protection_breaches = *breaches;
  closed.conservation_error = Money::from_raw(*conservation);
  closed.book_fills = *book_fills;
  closed.queue_fills = *queue_fills;
  closed.fallback_fills = *fallback_fills;
  closed.has_bad_day = *has_bad_day != 0;
  closed.bad_day_net_pnl = Money::from_raw(*bad_day);
  if (has_learned) {
    const auto learned_low = reader.u64();
    const auto learned_high = reader.u64();
    closed.learned = Digest128{*learned_low, *learned_high};
  }
  return closed;
}

}  // namespace lanner::runtime
