#include "store/series_file.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "base/crc32c.hpp"
#include "base/hash.hpp"
#include "store/atomic_file.hpp"

namespace lanner::store {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian on disk");

constexpr std::array<char, 8> kSeriesMagic{'L', 'A', 'N', 'S', 'E', 'R', 'I', 'E'};
constexpr std::uint32_t kSeriesVersion = 1;
constexpr std::size_t kSeriesBlockBytes = 64 * 1024;

struct SeriesHeader {
  std::array<char, 8> magic = kSeriesMagic;
  std::uint32_t version = kSeriesVersion;
  std::uint16_t kind = 0;
  std::uint16_t record_size = 0;
  std::int32_t interval_s = 0;
  std::uint16_t price_digits = Price::kDigits;
  std::uint16_t quantity_digits = Quantity::kDigits;
  std::uint64_t rows = 0;
  std::uint64_t name_hash = 0;
  std::uint32_t block_bytes = kSeriesBlockBytes;
  std::uint32_t crc = 0;  // of this header, with zero here, and of the block sums
  std::array<std::uint64_t, 2> unused{};
};
static_assert(sizeof(SeriesHeader) == 64);

std::vector<std::uint32_t> series_block_sums(std::span<const std::byte> rows) {
  std::vector<std::uint32_t> sums;
  sums.reserve(rows.size() / kSeriesBlockBytes + 1);
  for (std::size_t at = 0; at < rows.size(); at += kSeriesBlockBytes) {
    sums.push_back(crc32c(rows.subspan(at, std::min(kSeriesBlockBytes, rows.size() - at))));
  }
  return sums;
}

std::uint32_t series_header_sum(SeriesHeader header, std::span<const std::byte> sums) noexcept {
  header.crc = 0;
  return crc32c(sums, crc32c(std::as_bytes(std::span{&header, 1})));
}

tl::unexpected<Error> series_damage(const std::filesystem::path& path, std::size_t offset,
                              const std::string& what) {
  return fail(ErrorKind::data, path.string() + " is damaged at offset " + std::to_string(offset) +
                                   ": " + what +
                                   "; delete its catalog and import the source files again");
}

// Fields that decide how the rows are read; offsets are those of the header.
Status check_series_header(const std::filesystem::path& path, const SeriesHeader& header,
                           std::size_t file_size, const SeriesIdentity& expected,
                           std::size_t record_size) {
  if (header.magic != kSeriesMagic) {
    return series_damage(path, 0, "not a series file");
  }
  if (header.version != kSeriesVersion) {
    return series_damage(path, 8, "version " + std::to_string(header.version) + " is not known");
  }
  if (header.kind != static_cast<std::uint16_t>(expected.kind) ||
      header.record_size != record_size || header.block_bytes != kSeriesBlockBytes ||
      header.price_digits != Price::kDigits || header.quantity_digits != Quantity::kDigits) {
    return series_damage(path, 12, "the header tells of other records");
  }
  if (header.interval_s != expected.interval_s) {
    return series_damage(path, 16, "the interval is not that of its name");
  }
  if (header.name_hash != expected.name_hash) {
    return series_damage(path, 32, "it belongs to another instrument");
  }
  if (header.rows > file_size / record_size) {
    return series_damage(path, file_size, "the file is cut");
  }
  const std::size_t rows_bytes = header.rows * record_size;
  const std::size_t blocks = (rows_bytes + kSeriesBlockBytes - 1) / kSeriesBlockBytes;
  const std::size_t whole = sizeof(SeriesHeader) + rows_bytes + blocks * sizeof(std::uint32_t);
  if (whole != file_size) {
    return series_damage(path, std::min(whole, file_size),
                         "the file is " + std::to_string(file_size) + " bytes long instead of " +
                             std::to_string(whole));
  }
  return {};
}

}  // namespace

const char* name_of(SeriesKind kind) noexcept {
  switch (kind) {
    case SeriesKind::bars:
      return "bars";
    case SeriesKind::trades:
      return "trades";
    case SeriesKind::funding:
      return "funding";
    case SeriesKind::quotes:
      return "quotes";
    case SeriesKind::depth:
      return "depth";
    case SeriesKind::orders:
      return "orders";
    case SeriesKind::sentiment:
      return "sentiment";
    case SeriesKind::open_interest:
      return "open_interest";
    case SeriesKind::liquidations:
      return "liquidations";
    case SeriesKind::marks:
      return "marks";
  }
  return "?";
}

Result<SeriesKind> series_kind_of(std::string_view name) {
  std::string known;
  for (const auto kind : kSeriesKinds) {
    if (name == name_of(kind)) {
      return kind;
    }
    known += (known.empty() ? "" : ", ") + std::string(name_of(kind));
  }
  return fail(ErrorKind::data,
              "unknown kind of series '" + std::string(name) + "'; known are " + known);
}

std::string interval_name(std::int32_t interval_s) {
  struct Unit {
    std::int32_t seconds;
    char name;
  };
  if (interval_s == 0) {
    return "";
  }
  for (const Unit unit : {Unit{86'400, 'd'}, Unit{3'600, 'h'}, Unit{60, 'm'}}) {
    if (interval_s % unit.seconds == 0) {
      return std::to_string(interval_s / unit.seconds) + unit.name;
    }
  }
  return std::to_string(interval_s) + "s";
}

std::int32_t interval_of(std::string_view name) noexcept {
  std::int32_t count = 0;
  const char* const last = name.data() + name.size();
  const auto [end, error] = std::from_chars(name.data(), last, count);
  // A year of seconds is the longest bar: nothing beyond overflows below.
  constexpr std::int32_t kLongest = 366 * 86'400;
  if (error != std::errc{} || end + 1 != last || count <= 0 || count > kLongest) {
    return 0;
  }
  const auto within = [count](std::int32_t unit) {
    return count <= kLongest / unit ? count * unit : 0;
  };
  switch (*end) {
    case 's':
      return count;
    case 'm':
      return within(60);
    case 'h':
      return within(3'600);
    case 'd':
      return within(86'400);
    default:
      return 0;
  }
}

SeriesIdentity identity_of(std::string_view instrument, SeriesKind kind,
                           std::int32_t interval_s) noexcept {
  return {kind, interval_s, hash64(std::as_bytes(std::span{instrument.data(), instrument.size()}))};
}

namespace detail {

Result<MappedRows> map_rows(const std::filesystem::path& path, const SeriesIdentity& expected,
                            std::size_t record_size) {
  auto file = MappedFile::open(path);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  const std::span<const std::byte> bytes = file->bytes();
  if (bytes.size() < sizeof(SeriesHeader)) {
    return series_damage(path, bytes.size(), "shorter than its header");
  }
  SeriesHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (const auto good = check_series_header(path, header, bytes.size(), expected, record_size);
      !good) {
    return tl::unexpected{good.error()};
  }
  const auto rows = bytes.subspan(sizeof(SeriesHeader), header.rows * record_size);
  const auto sums = bytes.subspan(sizeof(SeriesHeader) + rows.size());
  if (series_header_sum(header, sums) != header.crc) {
    return series_damage(path, 0, "header or block sums do not match their checksum");
  }
  const std::vector<std::uint32_t> found = series_block_sums(rows);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::memcmp(&found[i], sums.data() + i * sizeof(std::uint32_t), sizeof found[i]) != 0) {
      return series_damage(path, sizeof(SeriesHeader) + i * kSeriesBlockBytes,
                     "a block of " + std::to_string(kSeriesBlockBytes) +
                         " bytes does not match its checksum");
    }
  }
  return MappedRows{std::move(*file), rows};
}

Status write_rows(const std::filesystem::path& path, const SeriesIdentity& identity,
                  std::size_t record_size, std::span<const std::byte> rows) {
  const std::vector<std::uint32_t> sums = series_block_sums(rows);
  SeriesHeader header;
  header.kind = static_cast<std::uint16_t>(identity.kind);
  header.record_size = static_cast<std::uint16_t>(record_size);
  header.interval_s = identity.interval_s;
  header.rows = rows.size() / record_size;
  header.name_hash = identity.name_hash;
  header.crc = series_header_sum(header, std::as_bytes(std::span{sums}));
  const std::array parts{std::as_bytes(std::span<const SeriesHeader>{&header, 1}), rows,
                         std::as_bytes(std::span<const std::uint32_t>{sums})};
  return write_atomically(path, parts);
}

}  // namespace detail
}  // namespace lanner::store
