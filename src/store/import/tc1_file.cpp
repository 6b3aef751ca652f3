#include "store/import/tc1_file.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>

#include "base/did_you_mean.hpp"
#include "store/import/tc1_fields.hpp"
#include "store/import/tc1_words.hpp"

namespace lanner::store {
namespace {

using detail::Check;
using detail::check_keys;
using detail::read_number;
using detail::read_predicates;
using detail::read_whole;
using detail::read_word;
using detail::Violation;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kBytesMax = 256 * 1024;
constexpr std::size_t kDepthMax = 12;
constexpr std::size_t kConditionsMax = 8;
constexpr std::size_t kConditionsPerCoinMax = 2;

Check read_regimes(const object& fields, std::uint8_t& out) {
  element field;
  if (fields.at_key("regimes").get(field) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  array entries;
  if (field.get(entries) != simdjson::SUCCESS || entries.size() == 0) {
    return Violation{"regimes", Tc1Rule::v2, "must be a list of at least one; write [\"any\"]"};
  }
  std::vector<std::string_view> known;
  for (const auto& regime : kTc1Regimes) {
    known.push_back(regime.word);
  }
  unsigned bits = 0;
  for (const element entry : entries) {
    std::string_view word;
    if (entry.get(word) != simdjson::SUCCESS) {
      return Violation{"regimes", Tc1Rule::v2, "must hold texts; write [\"any\"]"};
    }
    const auto* const found =
        std::find_if(std::begin(kTc1Regimes), std::end(kTc1Regimes),
                     [word](const auto& regime) { return regime.word == word; });
    if (found == std::end(kTc1Regimes)) {
      return Violation{"regimes", Tc1Rule::v2, tc1_unknown_word(word, known)};
    }
    bits |= bit_of(found->value);
  }
  out = static_cast<std::uint8_t>(bits);
  return std::nullopt;
}

Check read_entry(const object& fields, model::TradeCondition& out) {
  constexpr std::string_view kKeys[] = {"mode", "offset_atr"};
  element field;
  if (fields.at_key("entry").get(field) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  object entry;
  if (field.get(entry) != simdjson::SUCCESS) {
    return Violation{"entry", Tc1Rule::v2, "must be an object with mode and offset_atr"};
  }
  if (const Check bad = check_keys(entry, "entry.", kKeys, std::span{kKeys}.first(1))) {
    return bad;
  }
  if (const Check bad = read_word(entry, "entry.", "mode", kTc1EntryModes, out.entry_mode)) {
    return bad;
  }
  double offset = 0.0;
  if (const Check bad = read_number(entry, "entry.", {"offset_atr", -3.0, 3.0, Tc1Rule::v5},
                                    offset)) {
    return bad;
  }
  const bool is_away = offset * model::sign_of(out.side) > 0.0;
  if (out.entry_mode == model::EntryMode::limit && is_away) {
    return Violation{"entry.offset_atr", Tc1Rule::v5,
                     "a limit rests on the better side: at most 0 for long, at least 0 for short"};
  }
  if (out.entry_mode != model::EntryMode::limit && offset != 0.0) {
    return Violation{"entry.offset_atr", Tc1Rule::v5,
                     "only a limit has an offset; write 0, and wait for a price with a predicate"};
  }
  out.entry_offset_atr = Score{offset};
  return std::nullopt;
}

Check read_numbers(const object& fields, model::TradeCondition& out, Timestamp now) {
  double stop = 0.0;
  double target = 0.0;
  double scale = 1.0;
  std::int64_t time_stop_min = 0;
  std::int64_t expiry_s = 0;
  std::int64_t confidence = 0;
  const struct {
    detail::NumberRule rule;
    double* to;
  } numbers[] = {{{"stop_atr", 0.3, 6.0, Tc1Rule::v5}, &stop},
                 {{"take_profit_r", 0.5, 10.0, Tc1Rule::v5}, &target},
                 {{"size_scale", 0.0, 1.0, Tc1Rule::v5}, &scale}};
  for (const auto& number : numbers) {
    if (const Check bad = read_number(fields, "", number.rule, *number.to)) {
      return bad;
    }
  }
  const struct {
    detail::NumberRule rule;
    std::int64_t* to;
  } wholes[] = {{{"time_stop_min", 5.0, 1440.0, Tc1Rule::v13}, &time_stop_min},
                {{"expiry_s", 60.0, 1800.0, Tc1Rule::v13}, &expiry_s},
                {{"confidence", 0.0, 100.0, Tc1Rule::v5}, &confidence}};
  for (const auto& whole : wholes) {
    if (const Check bad = read_whole(fields, "", whole.rule, *whole.to)) {
      return bad;
    }
  }
  out.stop_atr = Score{stop};
  out.take_profit_r = Score{target};
  out.size_scale = Score{scale};
  out.time_stop = minutes(time_stop_min);
  out.expires_at = now + seconds(expiry_s);
  out.confidence = static_cast<std::uint8_t>(confidence);
  return std::nullopt;
}

Check check_rationale(const object& fields) {
  constexpr std::size_t kCharactersMax = 400;
  element field;
  if (fields.at_key("rationale").get(field) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::string_view text;
  if (field.get(text) != simdjson::SUCCESS) {
    return Violation{"rationale", Tc1Rule::v2, "must be a text"};
  }
  if (const std::size_t length = tc1_visible_length(text); length > kCharactersMax) {
    return Violation{"rationale", Tc1Rule::v17,
                     "has " + std::to_string(length) + " characters; at most 400"};
  }
  return {};
}

constexpr std::string_view kConditionKeys[] = {
    "coin",       "direction", "when_all",   "stop_atr",   "take_profit_r", "time_stop_min",
    "expiry_s",   "rationale", "pattern_id", "when_any",   "regimes",       "entry",
    "size_scale", "stop_tf",   "confidence", "invalidate_any"};
constexpr std::size_t kConditionKeysNeeded = 7;

// Everything but the coin.
Check read_condition(const object& fields, Timestamp now, std::span<const std::string> own,
                     model::TradeCondition& out) {
  out.source = model::ConditionSource::file;
  if (const Check bad = check_keys(fields, "", kConditionKeys,
                                   std::span{kConditionKeys}.first(kConditionKeysNeeded))) {
    return bad;
  }
  if (const Check bad = read_word(fields, "", "direction", kTc1Directions, out.side)) {
    return bad;
  }
  if (const Check bad = read_word(fields, "", "pattern_id", kTc1Patterns, out.template_id)) {
    return bad;
  }
  if (const Check bad = read_predicates(fields, "when_all", 1, own, out.when_all)) {
    return bad;
  }
  if (const Check bad = read_predicates(fields, "when_any", 0, own, out.when_any)) {
    return bad;
  }
  if (const Check bad = read_predicates(fields, "invalidate_any", 0, own, out.invalidate_any)) {
    return bad;
  }
  out.stop_tf = out.when_all[0].tf;
  if (const Check bad = read_word(fields, "", "stop_tf", kTc1Timeframes, out.stop_tf)) {
    return bad;
  }
  if (const Check bad = read_regimes(fields, out.regimes)) {
    return bad;
  }
  if (const Check bad = check_rationale(fields)) {
    return bad;
  }
  if (const Check bad = read_entry(fields, out)) {
    return bad;
  }
  return read_numbers(fields, out, now);
}

// Reads conditions one by one and remembers what the limits need.
class Tc1Reader {
 public:
  Tc1Reader(const model::InstrumentTable& instruments, Timestamp now, bool is_limited,
            std::span<const std::string> own)
      : instruments_(instruments), now_(now), is_limited_(is_limited), own_(own) {}

  void read(std::size_t index, const element& entry) {
    if (Check bad = take(index, entry)) {
      file_.rejected.push_back(
          {index, tc1_shown(bad->key), bad->rule, tc1_shown(bad->reason)});
    }
  }
  [[nodiscard]] Tc1File take_file() { return std::move(file_); }

 private:
  Check take(std::size_t index, const element& entry) {
    object fields;
    if (entry.get(fields) != simdjson::SUCCESS) {
      return Violation{"", Tc1Rule::v2, "must be an object"};
    }
    model::TradeCondition condition;
    if (Check bad = read_condition(fields, now_, own_, condition)) {
      return bad;
    }
    std::string_view coin;
    if (fields.at_key("coin").get(coin) != simdjson::SUCCESS) {
      return Violation{"coin", Tc1Rule::v2, "must be a text"};
    }
    std::vector<InstrumentId> found;
    for (const model::Instrument& instrument : instruments_) {
      if (instrument.name == coin || instrument.symbol == coin) {
        found.push_back(instrument.id);
      }
    }
    if (found.empty()) {
      return Violation{"coin", Tc1Rule::v4, tc1_unknown_coin(coin, instruments_)};
    }
    if (is_limited_) {
      if (accepted_ == kConditionsMax) {
        return Violation{"", Tc1Rule::v14, "a file holds at most " +
                                               std::to_string(kConditionsMax) + " conditions"};
      }
      std::size_t& of_coin = per_coin_[std::string(coin)];
      if (of_coin == kConditionsPerCoinMax) {
        return Violation{"coin", Tc1Rule::v14, std::string(coin) + " has " +
                                                   std::to_string(kConditionsPerCoinMax) +
                                                   " conditions already"};
      }
      ++of_coin;
    } else {
      condition.vetting = model::Vetting::none;
    }
    ++accepted_;
    for (const InstrumentId id : found) {
      condition.instrument_id = id;
      file_.conditions.push_back({index, condition});
    }
    return std::nullopt;
  }

  const model::InstrumentTable& instruments_;
  Timestamp now_;
  bool is_limited_;
  std::span<const std::string> own_;
  std::size_t accepted_ = 0;
  std::map<std::string, std::size_t> per_coin_;
  Tc1File file_;
};

}  // namespace

Result<Tc1File> parse_tc1(std::string_view text, const std::string& name,
                          const model::InstrumentTable& instruments, Timestamp now,
                          std::span<const std::string> own_features) {
  constexpr std::string_view kKeys[] = {"schema_version", "conditions", "snapshot_id",
                                        "market_view", "limits"};
  const auto refuse = [&name](const std::string& reason) {
    return fail(ErrorKind::data, name + ": " + reason);
  };
  simdjson::dom::parser parser;
  const simdjson::padded_string padded{text};
  element document;
  object fields;
  if (parser.allocate(padded.size(), kDepthMax) != simdjson::SUCCESS) {
    return refuse("no memory to read it");
  }
  if (const auto error = parser.parse(padded).get(document)) {
    return refuse(std::string("V1: is not valid JSON (") + simdjson::error_message(error) + ")");
  }
  if (document.get(fields) != simdjson::SUCCESS) {
    return refuse("V2: must be an object with schema_version and conditions");
  }
  if (const Check bad = check_keys(fields, "", kKeys, std::span{kKeys}.first(2))) {
    return refuse(tc1_shown(bad->key) + ": " + name_of(bad->rule) + ": " +
                  tc1_shown(bad->reason));
  }
  std::string_view version;
  if (fields.at_key("schema_version").get(version) != simdjson::SUCCESS || version != "tc1") {
    return refuse("schema_version: V2: must be \"tc1\"");
  }
  bool is_limited = true;
  element limits;
  if (fields.at_key("limits").get(limits) == simdjson::SUCCESS) {
    std::string_view word;
    if (limits.get(word) != simdjson::SUCCESS || word != "none") {
      return refuse("limits: V2: must be \"none\", or left out");
    }
    is_limited = false;
  }
  if (is_limited && text.size() > kBytesMax) {
    return refuse("V1: is larger than 256 KiB");
  }
  array conditions;
  if (fields.at_key("conditions").get(conditions) != simdjson::SUCCESS) {
    return refuse("conditions: V2: must be a list");
  }
  Tc1Reader reader{instruments, now, is_limited, own_features};
  std::size_t index = 0;
  for (const element entry : conditions) {
    reader.read(index++, entry);
  }
  Tc1File file = reader.take_file();
  std::string_view snapshot;
  if (fields.at_key("snapshot_id").get(snapshot) == simdjson::SUCCESS) {
    file.snapshot_id = snapshot;
  }
  return file;
}

}  // namespace lanner::store
