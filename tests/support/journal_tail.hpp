#pragma once

// Follows a session's journal while another process writes it, and knows what rests on disk: what
// is held, and which orders have no answer yet.

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "model/codec.hpp"
#include "store/journal_format.hpp"

namespace lanner::test {

// The commands of one `caused` record.
inline std::vector<model::Command> commands_of(std::span<const std::byte> payload) {
  std::uint32_t counts[2] = {};
  std::memcpy(counts, payload.data(), sizeof counts);
  payload = payload.subspan(sizeof counts);
  std::vector<model::Command> commands(counts[0]);
  for (model::Command& command : commands) {
    std::size_t used = 0;
    if (!model::decode(payload, command, used)) {
      return {};
    }
    payload = payload.subspan(used);
  }
  return commands;
}

// Takes the mark of a closed session away: with its end cut it is then what a killed process
// leaves.
inline void unmark_closed(const std::filesystem::path& session) {
  std::fstream io(session / store::segment_name(1),
                  std::ios::in | std::ios::out | std::ios::binary);
  io.seekp(sizeof(store::SegmentHeader));
  const char zeros[sizeof(store::ClosedMark)] = {};
  io.write(zeros, sizeof zeros);
}

class JournalTail {
 public:
  explicit JournalTail(const std::filesystem::path& session)
      : path_(session / store::segment_name(1)) {}

  // Reads whole records that were added; checksums are another's business.
  void poll() {
    std::ifstream in(path_, std::ios::binary);
    if (!in) {
      return;
    }
    // The room behind the last record is zeros, and there is much of it: what was not published
    // is read again the next time.
    std::uint64_t before = 0;
    do {
      before = offset_;
      in.clear();
      in.seekg(static_cast<std::streamoff>(offset_));
      buffer_.resize(kChunk);
      in.read(reinterpret_cast<char*>(buffer_.data()), kChunk);
      buffer_.resize(static_cast<std::size_t>(in.gcount()));
      take_records();
    } while (offset_ != before);
  }

  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] bool has_position() const {
    for (const auto& [id, quantity] : positions_) {
      if (quantity != 0) {
        return true;
      }
    }
    return false;
  }
  [[nodiscard]] bool has_unanswered() const { return !unanswered_.empty(); }

 private:
  void take_records() {
    std::size_t at = offset_ == 0 ? store::kSegmentHeaderBytes : 0;
    while (at + store::kRecordHeaderBytes <= buffer_.size()) {
      store::RecordHeader header;
      std::memcpy(&header, buffer_.data() + at, sizeof header);
      const std::size_t whole = store::padded(store::kRecordHeaderBytes + header.length);
      if (header.crc == 0 || at + whole > buffer_.size()) {
        break;
      }
      take(header, std::span(buffer_).subspan(at + store::kRecordHeaderBytes, header.length));
      at += whole;
    }
    offset_ += at <= buffer_.size() ? at : 0;
  }
  void take(const store::RecordHeader& header, std::span<const std::byte> payload) {
    if (header.kind == store::RecordKind::caused) {
      for (const model::Command& command : commands_of(payload)) {
        if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
          unanswered_.insert(submit->order.client_order_id);
        }
      }
    } else if (header.kind == store::RecordKind::event) {
      model::Event event;
      std::size_t used = 0;
      if (model::decode(payload, event, condition_, used)) {
        now_ = event.ts_init;
        std::visit([this](const auto& value) { note(value); }, event.payload);
      }
    }
  }
  void note(const model::OrderAccepted& event) { unanswered_.erase(event.client_order_id); }
  void note(const model::OrderRejected& event) { unanswered_.erase(event.client_order_id); }
  void note(const model::OrderFilled& event) {
    const std::int64_t quantity = event.last_qty.raw();
    positions_[event.instrument_id] += event.side == model::Side::buy ? quantity : -quantity;
  }
  template <typename Other>
  void note(const Other&) {}

  static constexpr std::size_t kChunk = 1 << 18;

  std::filesystem::path path_;
  std::uint64_t offset_ = 0;  // of the first byte that was not taken
  std::vector<std::byte> buffer_;
  model::TradeCondition condition_;
  Timestamp now_;
  std::map<InstrumentId, std::int64_t> positions_;
  std::set<ClientOrderId> unanswered_;
};

}  // namespace lanner::test
