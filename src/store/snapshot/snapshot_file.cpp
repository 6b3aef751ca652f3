#include "store/snapshot/snapshot_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "base/crc32c.hpp"
#include "base/hash.hpp"
#include "store/atomic_file.hpp"

namespace lanner::store {
namespace {

constexpr std::size_t kCoveredFrom = offsetof(SnapshotHeader, version);

std::uint32_t crc_of(const SnapshotHeader& header) noexcept {
  return crc32c(std::as_bytes(std::span(&header, 1)).subspan(kCoveredFrom));
}

void put_build(SnapshotHeader& header, const std::string& build_id) noexcept {
  std::memcpy(header.build_id, build_id.data(), std::min(build_id.size(), kBuildIdBytes));
}

tl::unexpected<Error> refused(const std::filesystem::path& file, const char* what) {
  return fail(ErrorKind::data, file.filename().string() + ": " + what);
}

Result<SnapshotHeader> header_of(const std::filesystem::path& file,
                                 std::span<const std::byte> bytes,
                                 const SessionIdentity& identity) {
  SnapshotHeader header;
  if (bytes.size() < sizeof header) {
    return refused(file, "shorter than its header");
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  SnapshotHeader own;
  put_build(own, identity.build_id);
  // What tells the version stands at the same place in all of them; the rest does not.
  if (header.magic != kSnapshotMagic || header.version != kSnapshotVersion ||
      header.header_bytes != sizeof header) {
    return refused(file, "of another version");
  }
  if (header.crc != crc_of(header)) {
    return refused(file, "its header is damaged");
  }
  if (std::memcmp(header.build_id, own.build_id, kBuildIdBytes) != 0) {
    return refused(file, "of another build");
  }
  if (header.config_hash != identity.config_hash || header.epoch != identity.epoch) {
    return refused(file, "of another session");
  }
  if (header.state_bytes != bytes.size() - sizeof header) {
    return refused(file, "cut or longer than it says");
  }
  return header;
}

}  // namespace

std::string snapshot_name(std::uint64_t sequence) {
  char name[40];
  std::snprintf(name, sizeof name, "snapshot-%020llu.lns",
                static_cast<unsigned long long>(sequence));
  return name;
}

std::vector<std::filesystem::path> snapshots_of(const std::filesystem::path& session) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(session, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() == snapshot_name(0).size() && name.starts_with("snapshot-") &&
        name.ends_with(".lns")) {
      found.push_back(at->path());
    }
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

void remove_snapshots(const std::filesystem::path& session) {
  std::error_code ignored;
  for (const auto& file : snapshots_of(session)) {
    std::filesystem::remove(file, ignored);
  }
}

Status write_snapshot(const std::filesystem::path& session, const SessionIdentity& identity,
                      const JournalPlace& place, std::int64_t ts_ns,
                      std::span<const std::byte> state) {
  SnapshotHeader header;
  header.state_hash = hash64(state);
  header.state_bytes = state.size();
  header.place = place;
  header.config_hash = identity.config_hash;
  header.epoch = identity.epoch;
  header.ts_ns = ts_ns;
  put_build(header, identity.build_id);
  header.crc = crc_of(header);
  const std::array parts{std::as_bytes(std::span<const SnapshotHeader>(&header, 1)), state};
  if (const auto written = write_atomically(session / snapshot_name(place.sequence), parts);
      !written) {
    return written;
  }
  const auto all = snapshots_of(session);
  std::error_code ignored;
  for (std::size_t i = kSnapshotsKept; i < all.size(); ++i) {
    std::filesystem::remove(all[i], ignored);
  }
  return {};
}

Result<Snapshot> Snapshot::open(const std::filesystem::path& file,
                                const SessionIdentity& identity) {
  auto mapped = MappedFile::open(file);
  if (!mapped) {
    return tl::unexpected{mapped.error()};
  }
  const auto header = header_of(file, mapped->bytes(), identity);
  if (!header) {
    return tl::unexpected{header.error()};
  }
  if (header->state_hash != hash64(mapped->bytes().subspan(sizeof(SnapshotHeader)))) {
    return refused(file, "its state is damaged");
  }
  return Snapshot(std::move(*mapped), *header);
}

Result<JournalPlace> Snapshot::place_of(const std::filesystem::path& file,
                                        const SessionIdentity& identity) {
  const auto mapped = MappedFile::open(file);
  if (!mapped) {
    return tl::unexpected{mapped.error()};
  }
  const auto header = header_of(file, mapped->bytes(), identity);
  if (!header) {
    return tl::unexpected{header.error()};
  }
  return header->place;
}

}  // namespace lanner::store
