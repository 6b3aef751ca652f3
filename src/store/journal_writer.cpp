#include "store/journal_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/ensure.hpp"
#include "store/packed/packed_segment.hpp"

namespace lanner::store {
namespace {

constexpr std::int64_t kPatienceNs = 10'000'000'000;
// A journal that is dropped anyway need not push everything else out of the processor's caches.
constexpr std::size_t kMemoryBytes = 64UL * 1024;
constexpr std::size_t kDroppedBytes = kMemoryBytes + kPayloadBytesMax;

tl::unexpected<Error> cannot(const char* what, const std::string& path, int error) {
  return fail(ErrorKind::failure, std::string("cannot ") + what + " " + path + ": " +
                                      std::strerror(error) +
                                      "; free space or choose another --session");
}

// Bytes that are about to be cut off stay beside the session.
void keep_damaged(const std::filesystem::path& segment, std::uint64_t offset) {
  std::ifstream in(segment, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  bytes.resize(bytes.find_last_not_of('\0') + 1);
  std::ofstream out(segment.string() + ".damaged-" + std::to_string(offset), std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

struct JournalWriter::State {
  std::filesystem::path session;
  SegmentHeader header;
  JournalDisk* disk = nullptr;
  std::unique_ptr<JournalPump> pump;  // none in memory and while confirming
  std::uint64_t chain = 0;
  // Room for the largest record, of which most sessions never touch a hundredth.
  std::unique_ptr<std::byte[]> buffer;
  bool is_closing = false;    // the closing record was committed
  Status error;

  // Confirming a continued session.
  std::optional<JournalReader> recorded;
  std::optional<JournalRecord> expected;
  std::optional<std::uint64_t> divergence;
  std::optional<std::uint64_t> resumed_from;
  std::optional<JournalDamage> damage;
  std::vector<UnusedBytes> unused;
  std::uint64_t last_sequence = 0;

  Status start_pump(std::unique_ptr<JournalSegments> segments, JournalPump::Memory memory) {
    auto started = JournalPump::start(std::move(segments), header.durability, memory);
    if (!started) {
      return tl::unexpected{started.error()};
    }
    pump = std::move(*started);
    return {};
  }

  // The recorded part is used up: cut what a crash left behind it and go on appending.
  Status start_appending() {
    const std::uint64_t last = recorded->end_segment();
    const std::uint64_t offset = recorded->end_offset();
    const std::uint64_t last_chain = recorded->chain();
    recorded.reset();
    if (damage) {
      keep_damaged(session / segment_name(last), offset);
    }
    // Segments beyond the good records exist only behind damage; they are kept beside the session.
    for (std::uint64_t number = last + 1;
         std::filesystem::exists(session / segment_name(number)); ++number) {
      std::error_code ignored;
      std::filesystem::rename(session / segment_name(number),
                              session / (segment_name(number) + ".damaged"), ignored);
    }
    auto segments = std::make_unique<JournalSegments>(session, header, *disk);
    if (const int failed = segments->go_on(last, offset, last_sequence, last_chain);
        failed != 0) {
      return cannot("continue", segments->path(), failed);
    }
    // Nobody who waits for a session to be back waits for the whole queue.
    return start_pump(std::move(segments), JournalPump::Memory::first);
  }

  // The recorded bytes were checked by resume(), so kind, sequence and payload decide; checksum
  // and chain follow from them.
  void confirm(RecordKind kind, std::uint64_t sequence, std::span<const std::byte> payload) {
    const bool equal = expected->kind == kind && expected->sequence == sequence &&
                       expected->payload.size() == payload.size() &&
                       std::memcmp(expected->payload.data(), payload.data(), payload.size()) == 0;
    if (!equal && !divergence) {
      divergence = sequence;
    }
    chain = expected->chain;
    last_sequence = expected->sequence;
    expected = recorded->next();
    if (!expected) {
      error = start_appending();
    }
  }
};

JournalWriter::JournalWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
  if (state_->pump == nullptr) {
    state_->buffer = std::make_unique_for_overwrite<std::byte[]>(kDroppedBytes);
    rewind();
  } else {
    go_on_in_queue();
  }
}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter& JournalWriter::operator=(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

JournalWriter JournalWriter::in_memory() {
  auto state = std::make_unique<State>();
  state->header.durability = Durability::memory;
  return JournalWriter(std::move(state));
}

Result<JournalWriter> JournalWriter::create(const std::filesystem::path& session,
                                            const SessionIdentity& identity,
                                            const JournalOptions& options) {
  ENSURE(options.durability != Durability::memory);
  std::error_code error;
  std::filesystem::create_directories(session, error);
  if (error) {
    return fail(ErrorKind::failure,
                "cannot make the session directory " + session.string() + ": " + error.message());
  }
  if (std::filesystem::exists(session / packed_name(1))) {
    return cannot("create", (session / packed_name(1)).string(), EEXIST);
  }
  auto state = std::make_unique<State>();
  state->session = session;
  state->disk = options.disk == nullptr ? &journal_disk() : options.disk;
  state->header = make_segment_header(identity);
  state->header.durability = options.durability;
  state->header.segment_kib = static_cast<std::uint32_t>(options.segment_bytes / 1024);
  auto segments = std::make_unique<JournalSegments>(session, state->header, *state->disk);
  if (const int failed = segments->begin(); failed != 0) {
    return cannot("create", (session / segment_name(1)).string(), failed);
  }
  if (const auto started = state->start_pump(std::move(segments), JournalPump::Memory::all);
      !started) {
    return tl::unexpected{started.error()};
  }
  return JournalWriter(std::move(state));
}

Result<JournalWriter> JournalWriter::resume(const std::filesystem::path& session,
                                            JournalDisk* disk,
                                            const std::optional<JournalPlace>& from) {
  const auto open = [&](Check check) {
    return from ? JournalReader::open_at(session, *from, check)
                : JournalReader::open(session, check);
  };
  auto scan = open(Check::full);
  if (!scan) {
    return tl::unexpected{scan.error()};
  }
  std::uint64_t last = from ? from->sequence : 0;
  bool is_empty = !from;
  while (const auto record = scan->next()) {
    last = record->sequence;
    is_empty = false;
  }
  if (scan->is_closed()) {
    return fail(ErrorKind::failure, "session " + session.string() +
                                        " is closed; start another with --new");
  }
  if (scan->was_closed()) {
    return fail(ErrorKind::data, "session " + session.string() + " is closed and damaged (" +
                                     scan->damage()->what + "); start another with --new");
  }
  if (scan->damage() && is_empty) {
    return fail(ErrorKind::data, "nothing of the session " + session.string() +
                                     " can be read (" + scan->damage()->what +
                                     "); start another with --new");
  }
  auto state = std::make_unique<State>();
  state->session = session;
  state->disk = disk == nullptr ? &journal_disk() : disk;
  state->header = scan->header();
  auto reader = open(Check::trusted);
  if (!reader) {
    return tl::unexpected{reader.error()};
  }
  state->recorded = std::move(*reader);
  state->recorded->end_at(scan->end_segment(), scan->end_offset());
  state->expected = state->recorded->next();
  state->resumed_from = last;
  state->last_sequence = from ? from->sequence : 0;
  state->damage = scan->damage();
  state->unused = scan->unused();
  if (!state->expected) {
    if (const auto started = state->start_appending(); !started) {
      return tl::unexpected{started.error()};
    }
  }
  return JournalWriter(std::move(state));
}

// What was there was confirmed or is dropped.
void JournalWriter::rewind() noexcept {
  at_ = state_->buffer.get();
  limit_ = at_ + kMemoryBytes;
  // Each record of a recorded part is confirmed by itself; what is dropped goes nowhere.
  taken_at_ = state_->recorded ? at_ : at_ + kDroppedBytes;
}

// Each record is handed over by itself; the queue wraps round, so its place is asked for again.
void JournalWriter::go_on_in_queue() noexcept {
  const std::span<std::byte> free = state_->pump->free();
  at_ = taken_at_ = free.data();
  limit_ = at_ + free.size();
}

void JournalWriter::make_room(std::size_t bytes) noexcept {
  ENSURE(bytes <= kPayloadBytesMax - kRecordHeaderBytes - kPaddingMax);
  State& s = *state_;
  if (s.pump != nullptr) {
    s.pump->make_room(kRecordHeaderBytes + bytes + kPaddingMax);
    go_on_in_queue();
    return;
  }
  rewind();
}

void JournalWriter::hand_over() noexcept {
  State& s = *state_;
  if (s.pump != nullptr) {
    RecordHeader header;
    std::byte* const from = s.pump->free().data();
    std::memcpy(&header, from, sizeof header);
    s.is_closing = header.kind == RecordKind::session_closed;
    s.pump->push(static_cast<std::size_t>(at_ - from));
    go_on_in_queue();
    return;
  }
  RecordHeader header;
  std::memcpy(&header, s.buffer.get(), sizeof header);
  s.confirm(header.kind, header.sequence,
            {s.buffer.get() + kRecordHeaderBytes, header.length});
  if (s.pump != nullptr) {
    go_on_in_queue();
  } else {
    rewind();
  }
}

Status JournalWriter::flush() noexcept {
  State& s = *state_;
  if (!s.error || s.pump == nullptr) {
    return s.error;
  }
  s.pump->kick();
  return s.pump->status();
}

Status JournalWriter::await_written() noexcept {
  State& s = *state_;
  if (!s.error || s.pump == nullptr) {
    return s.error;
  }
  if (!s.pump->wait_written(s.pump->position(), kPatienceNs)) {
    s.error = s.pump->status();
    if (s.error) {
      s.error = fail(ErrorKind::failure, "the disk has not taken the journal of " +
                                             s.session.string() +
                                             " for ten seconds; continue the session later");
    }
  }
  return s.error;
}

Status JournalWriter::await_acknowledged() noexcept {
  State& s = *state_;
  if (!s.error || s.pump == nullptr) {
    return s.error;
  }
  // One wait: to be woken for the write and again for the sync would cost more than the record.
  if (!s.pump->wait_acknowledged(s.pump->position(), kPatienceNs)) {
    return await_written();
  }
  return s.pump->status();
}

void JournalWriter::mark() noexcept {
  if (state_->pump != nullptr) {
    state_->pump->mark();
    state_->pump->kick();
  }
}

std::optional<JournalPlace> JournalWriter::marked() const noexcept {
  return state_->pump == nullptr ? std::nullopt : state_->pump->marked();
}

bool JournalWriter::has_room() const noexcept {
  return state_->pump == nullptr || state_->pump->has_room();
}

JournalTrouble JournalWriter::trouble(std::int64_t now_ns) const noexcept {
  return state_->pump == nullptr ? JournalTrouble::none : state_->pump->trouble(now_ns);
}

std::uint64_t JournalWriter::acknowledged_sequence() const noexcept {
  return state_->pump == nullptr ? state_->last_sequence : state_->pump->acknowledged_sequence();
}

Durability JournalWriter::durability() const noexcept { return state_->header.durability; }

Status JournalWriter::close() noexcept {
  State& s = *state_;
  if (!s.error || s.pump == nullptr) {
    return s.error;
  }
  s.error = s.pump->finish(s.is_closing);
  return s.error;
}

std::optional<std::uint64_t> JournalWriter::divergence() const noexcept {
  return state_->divergence;
}
bool JournalWriter::is_confirming() const noexcept { return state_->recorded.has_value(); }
const std::optional<JournalRecord>& JournalWriter::expected() const noexcept {
  return state_->expected;
}
std::optional<std::uint64_t> JournalWriter::resumed_from() const noexcept {
  return state_->resumed_from;
}
const std::optional<JournalDamage>& JournalWriter::damage() const noexcept {
  return state_->damage;
}
const std::vector<UnusedBytes>& JournalWriter::unused() const noexcept { return state_->unused; }
std::uint64_t JournalWriter::chain() const noexcept {
  if (state_->pump != nullptr) {
    static_cast<void>(state_->pump->wait_written(state_->pump->position(), kPatienceNs));
    return state_->pump->chain();
  }
  return state_->chain;
}
std::uint64_t JournalWriter::bytes_written() const noexcept {
  return state_->pump == nullptr ? 0 : state_->pump->bytes_written();
}

}  // namespace lanner::store
