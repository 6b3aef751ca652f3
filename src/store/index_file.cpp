#include "store/index_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <span>
#include <tuple>

#include "base/crc32c.hpp"
#include "store/atomic_file.hpp"

namespace lanner::store {
namespace {

constexpr std::string_view kFirstLine = "lanner-catalog\t1";

// The same list writes and reads a line, so that the two cannot differ.
template <typename Stats, typename Visit>
void visit_stats(Stats& s, Visit&& visit) {
  visit("rows", s.rows);
  visit("added", s.added);
  visit("gaps", s.gaps);
  visit("missing", s.missing);
  visit("longest_gap", s.longest_gap);
  visit("zero_volume", s.zero_volume);
  visit("duplicates", s.duplicates);
  visit("rounded", s.rounded);
  visit("saturated", s.saturated);
  visit("off_grid", s.off_grid);
  visit("clamped", s.clamped);
  visit("rejected", s.rejected);
  visit("conflicts", s.conflicts);
  visit("disorder", s.disorder);
  visit("price", s.price);
  visit("price_digits", s.price_digits);
  visit("quantity_digits", s.quantity_digits);
}

template <typename Info, typename Visit>
void visit_info(Info& s, Visit&& visit) {
  visit("rows", s.rows);
  visit("gaps", s.gaps);
  visit("missing", s.missing);
  visit("longest_gap", s.longest_gap);
  visit("zero_volume", s.zero_volume);
  visit("saturated", s.saturated);
  visit("bytes", s.bytes);
  visit("files", s.files);
}

template <typename I>
  requires std::integral<I>
void put(std::string& out, I value) {
  out += std::to_string(value);
}
void put(std::string& out, const Findings& value) {
  out += std::to_string(value.count) + ":" + std::to_string(value.from) + ":" +
         std::to_string(value.to);
}
void put(std::string& out, const DigitCounts& value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    out += (i == 0 ? "" : ":") + std::to_string(value[i]);
  }
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

template <typename I>
  requires std::integral<I>
bool take(std::string_view text, I& value) {
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  return error == std::errc{} && end == last;
}
bool take(std::string_view text, Findings& value) {
  const auto parts = split(text, ':');
  return parts.size() == 3 && take(parts[0], value.count) && take(parts[1], value.from) &&
         take(parts[2], value.to);
}
bool take(std::string_view text, DigitCounts& value) {
  const auto parts = split(text, ':');
  bool good = parts.size() == value.size();
  for (std::size_t i = 0; good && i < parts.size(); ++i) {
    good = take(parts[i], value[i]);
  }
  return good;
}

// Tabs separate and line ends end, so text that holds them is written with blanks.
std::string plain(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return out;
}

struct FieldWriter {
  std::string& out;
  template <typename T>
  void operator()(const char* name, const T& value) const {
    out += '\t';
    out += name;
    out += '=';
    put(out, value);
  }
};

// Takes name=value fields one after the other; `good` stays false once one is wrong.
struct FieldReader {
  std::span<const std::string_view> fields;
  std::size_t at = 0;
  bool good = true;

  std::string_view text() {
    if (at >= fields.size()) {
      good = false;
      return {};
    }
    return fields[at++];
  }
  template <typename T>
  void operator()(const char* name, T& value) {
    const std::string_view field = text();
    const std::size_t length = std::string_view{name}.size();
    good = good && field.size() > length && field.substr(0, length) == name &&
           field[length] == '=' && take(field.substr(length + 1), value);
  }
};

void put_key(std::string& out, const SeriesKey& key) {
  out += "\t" + key.instrument + "\t" + name_of(key.kind) + "\t" + std::to_string(key.interval_s);
}

SeriesKey take_key(FieldReader& in) {
  SeriesKey key;
  key.instrument = in.text();
  const auto kind = series_kind_of(in.text());
  in.good = in.good && kind.has_value() && take(in.text(), key.interval_s);
  key.kind = kind.value_or(SeriesKind::bars);
  return key;
}

SourceEntry take_source(FieldReader& in) {
  SourceEntry source;
  source.hash = in.text();
  const SeriesKey key = take_key(in);
  source.instrument = key.instrument;
  source.kind = key.kind;
  source.interval_s = key.interval_s;
  in("from", source.from);
  in("to", source.to);
  visit_stats(source.stats, in);
  source.path = in.text();
  return source;
}

bool take_line(std::span<const std::string_view> fields, CatalogIndex& index) {
  FieldReader in{fields.subspan(1)};
  if (fields[0] == "origin") {
    const std::string_view origin = in.text();
    index.origin = origin == "synthetic" ? Origin::synthetic : Origin::recorded;
    index.note = in.text();
    return in.good && (origin == "synthetic" || origin == "recorded");
  }
  if (fields[0] == "source") {
    index.sources.push_back(take_source(in));
  } else if (fields[0] == "series") {
    const SeriesKey key = take_key(in);
    SeriesInfo info;
    std::int64_t from = 0;
    std::int64_t to = 0;
    in("from", from);
    in("to", to);
    visit_info(info, in);
    info.kind = key.kind;
    info.interval_s = key.interval_s;
    info.from = Timestamp{from};
    info.to = Timestamp{to};
    index.series[key] = info;
  } else if (fields[0] == "rule") {
    const std::string name{in.text()};
    index.rule_prints[name] = in.text();
  } else {
    return false;
  }
  return in.good && in.at == in.fields.size();
}

std::string checksum_line(std::string_view text) {
  const std::uint32_t sum = crc32c(std::as_bytes(std::span{text.data(), text.size()}));
  return "end\t" + std::to_string(sum) + "\n";
}

}  // namespace

void Findings::add(std::int64_t stamp) noexcept { add(Findings{1, stamp, stamp}); }

void Findings::add(const Findings& other) noexcept {
  if (other.count == 0) {
    return;
  }
  from = count == 0 ? other.from : std::min(from, other.from);
  to = count == 0 ? other.to : std::max(to, other.to);
  count += other.count;
}

std::filesystem::path index_path(const std::filesystem::path& dir) { return dir / "index.txt"; }

std::filesystem::path series_path(const std::filesystem::path& dir, const SeriesKey& key) {
  const std::string interval = interval_name(key.interval_s);
  return dir / "series" / key.instrument /
         (std::string(name_of(key.kind)) + (interval.empty() ? "" : "-") + interval + ".bin");
}

std::string render_index(const CatalogIndex& index) {
  std::string out{kFirstLine};
  out += "\norigin\t";
  out += index.origin == Origin::synthetic ? "synthetic" : "recorded";
  out += "\t" + plain(index.note) + "\n";
  std::vector<std::reference_wrapper<const SourceEntry>> sources(index.sources.begin(),
                                                                 index.sources.end());
  std::sort(sources.begin(), sources.end(), [](const SourceEntry& a, const SourceEntry& b) {
    return std::tie(a.instrument, a.kind, a.interval_s, a.from, a.hash) <
           std::tie(b.instrument, b.kind, b.interval_s, b.from, b.hash);
  });
  for (const SourceEntry& source : sources) {
    out += "source\t" + source.hash;
    put_key(out, {source.instrument, source.kind, source.interval_s});
    const FieldWriter write{out};
    write("from", source.from);
    write("to", source.to);
    visit_stats(source.stats, write);
    out += "\t" + plain(source.path) + "\n";
  }
  for (const auto& [key, info] : index.series) {
    out += "series";
    put_key(out, key);
    const FieldWriter write{out};
    write("from", info.from.ns());
    write("to", info.to.ns());
    visit_info(info, write);
    out += "\n";
  }
  for (const auto& [name, print] : index.rule_prints) {
    out += "rule\t" + name + "\t" + print + "\n";
  }
  return out + checksum_line(out);
}

Result<CatalogIndex> parse_index(std::string_view text, const std::string& file) {
  const auto damaged = [&file](std::size_t line, std::size_t offset) {
    return fail(ErrorKind::data, file + ":" + std::to_string(line) + " (offset " +
                                     std::to_string(offset) +
                                     "): the catalog's index is damaged; delete the catalog and "
                                     "import the source files again");
  };
  CatalogIndex index;
  std::size_t at = 0;
  for (std::size_t line = 1;; ++line) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) {
      return damaged(line, at);
    }
    const std::string_view content = text.substr(at, end - at);
    if (content.substr(0, 4) == "end\t") {
      if (text.substr(at) != checksum_line(text.substr(0, at))) {
        return damaged(line, at);
      }
      return index;
    }
    const auto fields = split(content, '\t');
    if (line == 1 ? content != kFirstLine : !take_line(fields, index)) {
      return damaged(line, at);
    }
    at = end + 1;
  }
}

Result<CatalogIndex> read_index(const std::filesystem::path& dir) {
  const std::filesystem::path path = index_path(dir);
  const auto text = read_text(path);
  if (!text) {
    return fail(ErrorKind::data, dir.string() + " is not a catalog: it has no index.txt; make one "
                                                "with: lanner data import PATH... --catalog " +
                                     dir.string());
  }
  return parse_index(*text, path.string());
}

}  // namespace lanner::store
