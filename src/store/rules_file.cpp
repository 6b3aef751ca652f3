#include "store/rules_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/did_you_mean.hpp"
#include "base/hash.hpp"
#include "store/atomic_file.hpp"

namespace lanner::store {
namespace {

using model::Instrument;
using model::InstrumentKind;
using model::RuleSource;

constexpr std::string_view kTableLine = "[[instrument]]";
constexpr std::string_view kPreamble =
    "# Instrument rules of this catalog. Edit a figure and set the source beside it to "
    "\"edited\".\n"
    "# Sources: documented (the venue says so), inferred (from the data), assumed (nobody "
    "confirmed it).\n"
    "# Decimals are strings. notional_cap left out: the tier covers everything above the one "
    "before.\n";

constexpr std::array<std::string_view, 15> kRuleKeys{
    "name",      "symbol",      "venue",      "base",         "quote",
    "kind",      "tick",        "step",       "quantity_min", "notional_min",
    "maker_fee", "taker_fee",   "grid_source", "fee_source",  "margin_source"};
constexpr std::array<std::string_view, 3> kTierKeys{"notional_cap", "leverage_max", "maintenance"};

constexpr std::array<std::string_view, 4> kSources{"documented", "inferred", "assumed", "edited"};

const char* source_name(RuleSource source) noexcept {
  return kSources[static_cast<std::size_t>(source)].data();
}

// Reads one table; the first trouble is kept with its place and ends the reading.
class TableReader {
 public:
  TableReader(const toml::table& table, const std::string& file) : table_(table), file_(file) {}

  void expect_keys(std::span<const std::string_view> known, std::string_view also = {}) {
    for (const auto& [key, value] : table_) {
      const std::string_view name = key.str();
      if (name == also || std::find(known.begin(), known.end(), name) != known.end()) {
        continue;
      }
      const auto guess = closest(name, known);
      refuse(&value, "unknown key '" + std::string(name) + "'" +
                         (guess ? "; did you mean '" + std::string(*guess) + "'?" : ""));
    }
  }

  std::string text(std::string_view key) {
    const toml::node* const node = table_.get(key);
    const auto value = node == nullptr ? std::nullopt : node->value_exact<std::string>();
    if (!value) {
      refuse(node, "'" + std::string(key) + "' is missing or not a string; write " +
                       std::string(key) + " = \"...\"");
    }
    return value.value_or("");
  }

  template <typename F>
  F decimal(std::string_view key) {
    const std::string value = text(key);
    const auto parsed = error_ ? Result<F>{F{}} : parse_fixed<F>(value);
    if (!parsed) {
      refuse(table_.get(key), std::string(key) + ": " + parsed.error().message);
    }
    return parsed.value_or(F{});
  }

  RuleSource source(std::string_view key) {
    const std::string value = text(key);
    const auto found = std::find(kSources.begin(), kSources.end(), value);
    if (found == kSources.end()) {
      refuse(table_.get(key),
             std::string(key) + " must be documented, inferred, assumed or edited");
      return RuleSource::assumed;
    }
    return static_cast<RuleSource>(found - kSources.begin());
  }

  void require(bool good, std::string_view key, const std::string& what) {
    if (!good) {
      refuse(table_.get(key), std::string(key) + " " + what);
    }
  }

  void refuse(const toml::node* node, const std::string& what) {
    if (!error_) {
      const toml::node& place = node == nullptr ? table_ : *node;
      error_ = Error{ErrorKind::config,
                     file_ + ":" + std::to_string(place.source().begin.line) + ": " + what};
    }
  }

  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  void take_error(const std::optional<Error>& error) {
    if (!error_) {
      error_ = error;
    }
  }

 private:
  const toml::table& table_;
  const std::string& file_;
  std::optional<Error> error_;
};

model::MarginTier read_tier(const toml::table& table, const std::string& file,
                            std::optional<Error>& error) {
  TableReader in{table, file};
  in.expect_keys(kTierKeys);
  model::MarginTier tier;
  tier.notional_cap =
      table.contains("notional_cap") ? in.decimal<Money>("notional_cap") : Money::max();
  const auto leverage = table["leverage_max"].value<std::int64_t>();
  in.require(leverage && *leverage >= 1 && *leverage <= 200, "leverage_max",
             "must be a whole number from 1 to 200");
  tier.leverage_max = static_cast<std::int32_t>(leverage.value_or(1));
  tier.maintenance = in.decimal<Rate>("maintenance");
  in.require(!tier.maintenance.is_negative() && tier.maintenance < Rate::from_int(1),
             "maintenance", "must be in 0 .. 1 (0.025 is 2.5 %)");
  error = in.error();
  return tier;
}

void read_tiers(TableReader& in, const toml::table& table, const std::string& file,
                Instrument& instrument) {
  const toml::array* const tiers = table["tiers"].as_array();
  if (tiers == nullptr || tiers->empty()) {
    in.refuse(table.get("tiers"),
              "'tiers' is missing or empty; write tiers = [{leverage_max = 20, maintenance = "
              "\"0.025\"}]");
    return;
  }
  for (const toml::node& node : *tiers) {
    const toml::table* const tier = node.as_table();
    if (tier == nullptr) {
      in.refuse(&node, "a tier is a table: {leverage_max = 20, maintenance = \"0.025\"}");
      return;
    }
    std::optional<Error> error;
    instrument.tiers.push_back(read_tier(*tier, file, error));
    in.take_error(error);
    const std::size_t count = instrument.tiers.size();
    if (count > 1 && !(instrument.tiers[count - 2].notional_cap <
                       instrument.tiers[count - 1].notional_cap)) {
      in.refuse(&node, "tiers must ascend by notional_cap");
    }
  }
}

void check_rule(TableReader& in, const Instrument& rule) {
  in.require(!rule.name.empty() && rule.name.find_first_of("/\\ \t\n") == std::string::npos &&
                 rule.name.ends_with("." + rule.venue) && !rule.name.starts_with("."),
             "name", "must be SYMBOL.VENUE or SYMBOL-PERP.VENUE with the venue of this table");
  in.require(rule.tick.is_positive(), "tick", "must be greater than 0");
  in.require(rule.step.is_positive(), "step", "must be greater than 0");
  in.require(!rule.quantity_min.is_negative(), "quantity_min", "must not be negative");
  in.require(!rule.notional_min.is_negative(), "notional_min", "must not be negative");
  for (const auto& [key, fee] :
       {std::pair{"maker_fee", rule.maker_fee}, std::pair{"taker_fee", rule.taker_fee}}) {
    in.require(fee.abs() < Rate::from_int(1), key, "must be a fraction (0.0005 is 5 bps)");
  }
}

Result<Instrument> read_rule(const toml::table& table, const std::string& file) {
  TableReader in{table, file};
  in.expect_keys(kRuleKeys, "tiers");
  Instrument rule;
  rule.name = in.text("name");
  rule.symbol = in.text("symbol");
  rule.venue = in.text("venue");
  rule.base = in.text("base");
  rule.quote = in.text("quote");
  const std::string kind = in.text("kind");
  in.require(kind == "spot" || kind == "perpetual", "kind", "must be spot or perpetual");
  rule.kind = kind == "spot" ? InstrumentKind::spot : InstrumentKind::perpetual;
  rule.tick = in.decimal<Price>("tick");
  rule.step = in.decimal<Quantity>("step");
  rule.quantity_min = in.decimal<Quantity>("quantity_min");
  rule.notional_min = in.decimal<Money>("notional_min");
  rule.maker_fee = in.decimal<Rate>("maker_fee");
  rule.taker_fee = in.decimal<Rate>("taker_fee");
  rule.grid_source = in.source("grid_source");
  rule.fee_source = in.source("fee_source");
  rule.margin_source = in.source("margin_source");
  read_tiers(in, table, file, rule);
  check_rule(in, rule);
  if (in.error()) {
    return tl::unexpected{*in.error()};
  }
  return rule;
}

// The file's text cut before each [[instrument]] line; the first part is the preamble.
std::vector<std::string> cut_tables(std::string_view text) {
  std::vector<std::string> parts(1);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line.substr(first).starts_with(kTableLine)) {
      parts.emplace_back();
    }
    parts.back() += line;
    text.remove_prefix(line.size());
  }
  return parts;
}

Result<toml::table> parse_toml(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::config, file + ":" + std::to_string(error.source().begin.line) + ": " +
                                       std::string(error.description()));
  }
}

auto by_name(std::string_view name) {
  return [name](const RuleEntry& entry) { return entry.instrument.name == name; };
}

}  // namespace

std::filesystem::path rules_path(const std::filesystem::path& dir) { return dir / "rules.toml"; }

Result<RulesFile> parse_rules(std::string_view text, const std::string& file) {
  const auto root = parse_toml(text, file);
  if (!root) {
    return tl::unexpected{root.error()};
  }
  TableReader top{*root, file};
  top.expect_keys(std::array<std::string_view, 1>{"instrument"});
  if (top.error()) {
    return tl::unexpected{*top.error()};
  }
  const std::vector<std::string> parts = cut_tables(text);
  RulesFile rules{parts[0], {}};
  const toml::array* const tables = (*root)["instrument"].as_array();
  for (std::size_t i = 0; tables != nullptr && i < tables->size(); ++i) {
    const toml::table* const table = tables->get_as<toml::table>(i);
    if (table == nullptr) {
      return fail(ErrorKind::config, file + ": instrument must be a table: [[instrument]]");
    }
    auto rule = read_rule(*table, file);
    if (!rule) {
      return tl::unexpected{rule.error()};
    }
    if (std::any_of(rules.entries.begin(), rules.entries.end(), by_name(rule->name))) {
      return fail(ErrorKind::config, file + ":" + std::to_string(table->source().begin.line) +
                                         ": " + rule->name + " stands here twice; remove one");
    }
    // Another layout than one table per heading is rewritten in ours.
    std::string own = parts.size() == tables->size() + 1 ? parts[i + 1] : render_rule(*rule);
    rules.entries.push_back({std::move(*rule), std::move(own)});
  }
  std::sort(rules.entries.begin(), rules.entries.end(), [](const auto& a, const auto& b) {
    return a.instrument.name < b.instrument.name;
  });
  return rules;
}

Result<RulesFile> read_rules(const std::filesystem::path& dir) {
  const std::filesystem::path path = rules_path(dir);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return RulesFile{std::string(kPreamble), {}};
  }
  const auto text = read_text(path);
  if (!text) {
    return tl::unexpected{text.error()};
  }
  return parse_rules(*text, path.string());
}

std::string render_rules(const RulesFile& rules) {
  std::string out = rules.preamble.empty() ? std::string(kPreamble) : rules.preamble;
  for (const RuleEntry& entry : rules.entries) {
    if (!out.ends_with("\n\n")) {
      out += out.ends_with("\n") ? "\n" : "\n\n";
    }
    out += entry.text;
  }
  return out;
}

std::string render_rule(const Instrument& rule) {
  std::string out{kTableLine};
  const auto put = [&out](const char* key, const std::string& value) {
    out += "\n" + std::string(key) + " = \"" + value + "\"";
  };
  put("name", rule.name);
  put("symbol", rule.symbol);
  put("venue", rule.venue);
  put("base", rule.base);
  put("quote", rule.quote);
  put("kind", rule.kind == InstrumentKind::spot ? "spot" : "perpetual");
  put("tick", to_string(rule.tick));
  put("step", to_string(rule.step));
  put("grid_source", source_name(rule.grid_source));
  put("quantity_min", to_string(rule.quantity_min));
  put("notional_min", to_string(rule.notional_min));
  put("maker_fee", to_string(rule.maker_fee));
  put("taker_fee", to_string(rule.taker_fee));
  put("fee_source", source_name(rule.fee_source));
  out += "\ntiers = [";
  for (std::size_t i = 0; i < rule.tiers.size(); ++i) {
    const model::MarginTier& tier = rule.tiers[i];
    out += i == 0 ? "{" : ", {";
    if (tier.notional_cap != Money::max()) {
      out += "notional_cap = \"" + to_string(tier.notional_cap) + "\", ";
    }
    out += "leverage_max = " + std::to_string(tier.leverage_max) + ", maintenance = \"" +
           to_string(tier.maintenance) + "\"}";
  }
  out += "]";
  put("margin_source", source_name(rule.margin_source));
  return out + "\n";
}

std::string print_of(const Instrument& instrument) {
  const std::string text = render_rule(instrument);
  return hash128(std::as_bytes(std::span{text.data(), text.size()})).hex();
}

void put_rule(RulesFile& rules, const Instrument& instrument) {
  const auto found =
      std::find_if(rules.entries.begin(), rules.entries.end(), by_name(instrument.name));
  if (found != rules.entries.end()) {
    *found = {instrument, render_rule(instrument)};
    return;
  }
  const auto at = std::find_if(
      rules.entries.begin(), rules.entries.end(),
      [&instrument](const RuleEntry& entry) { return entry.instrument.name > instrument.name; });
  rules.entries.insert(at, {instrument, render_rule(instrument)});
}

model::InstrumentTable instrument_table(const RulesFile& rules) {
  model::InstrumentTable table;
  std::vector<std::string> venues;
  for (const RuleEntry& entry : rules.entries) {
    table.push_back(entry.instrument);
    venues.push_back(entry.instrument.venue);
  }
  std::sort(venues.begin(), venues.end());
  venues.erase(std::unique(venues.begin(), venues.end()), venues.end());
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i].id = InstrumentId{static_cast<std::uint32_t>(i)};
    const auto venue = std::lower_bound(venues.begin(), venues.end(), table[i].venue);
    table[i].venue_id = VenueId{static_cast<std::uint16_t>(venue - venues.begin())};
  }
  return table;
}

}  // namespace lanner::store
