// What tc1 says in words of people: coins that are not known, rationales, whole files.

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/did_you_mean.hpp"
#include "store/import/tc1_file.hpp"
#include "store/import/tc1_words.hpp"

namespace lanner::store {

namespace {

// One character of UTF-8: its bytes, and whether a reader sees it. Controls, joiners, marks of
// direction and the byte order mark are not seen, and a terminal may obey them.
struct Character {
  std::size_t bytes = 1;
  bool is_visible = true;
};
Character character_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const auto byte = [&text, i](std::size_t k) {
    return i + k < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i + k]))
                               : 0U;
  };
  const unsigned code =
      length == 2   ? (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU)
      : length == 3 ? (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU)
                    : 0U;
  const bool is_control = lead < 0x20 || lead == 0x7F || (length == 2 && code < 0xA0);
  const bool is_mark = (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
                       (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
  return {std::min(length, text.size() - i), !is_control && !is_mark};
}

}  // namespace

std::size_t tc1_visible_length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    count += character.is_visible ? 1 : 0;
    i += character.bytes;
  }
  return count;
}

std::string tc1_shown(std::string_view text) {
  constexpr std::size_t kBytesMax = 400;
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    if (shown.size() + character.bytes > kBytesMax) {
      return shown + "...";
    }
    if (character.is_visible) {
      shown += text.substr(i, character.bytes);
    }
    i += character.bytes;
  }
  return shown;
}

std::string tc1_unknown_coin(std::string_view coin, const model::InstrumentTable& instruments) {
  std::vector<std::string_view> known;
  for (const model::Instrument& instrument : instruments) {
    known.push_back(instrument.name);
    known.push_back(instrument.symbol);
  }
  std::string reason = "no instrument '" + std::string(coin) + "'";
  if (const auto near = closest(coin, known)) {
    return reason + "; did you mean '" + std::string(*near) + "'?";
  }
  return reason + "; `lanner data list` names those there are";
}

Result<Tc1File> read_tc1_file(const std::filesystem::path& path,
                              const model::InstrumentTable& instruments, Timestamp now,
                              std::span<const std::string> own_features) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorKind::data, path.string() + ": cannot be read; give a tc1 file");
  }
  std::ostringstream text;
  text << file.rdbuf();
  return parse_tc1(text.str(), path.string(), instruments, now, own_features);
}

}  // namespace lanner::store
