#include "runtime/event_recorder.hpp"

#include <cstring>

#include "base/bytes.hpp"
#include "model/codec.hpp"

namespace lanner::runtime {
namespace {

constexpr std::size_t kCountsBytes = 8;
constexpr std::size_t kClosedBytes = 61;
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
  const auto room = journal_.reserve(model::kEventBytesMax);
  journal_.commit(store::RecordKind::event, sequence_, model::encode(event, room));
  sink_.clear();
  engine_.apply(event, sink_);
  if (sink_.is_silent()) {
    return;
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
