#include "app/keep/setting_fields.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "model/parameters.hpp"
#include "runtime/json_out.hpp"

namespace lanner::app {
namespace {

using runtime::JsonArray;
using runtime::JsonObject;

std::vector<SettingField> all_fields() {
  std::vector<SettingField> fields{
      {"account.isolated_leverage", FieldType::whole, "times", "5", "1", "125", {},
       "of an isolated position, bounded by its tier"},
      {"account.margin_mode", FieldType::choice, "", "cross", "", "", {"cross", "isolated"},
       "cross: a venue's positions share its cash; isolated: each has its own margin"},
      {"balance", FieldType::decimal, "quote", "10000", "0", "", {}, "start money per venue"},
      {"fee", FieldType::decimal, "fraction", "", "0", "1", {},
       "replaces all fees: 0.0005 is 5 bps"},
      {"journal.compress_days", FieldType::whole, "days", "0", "0", "", {},
       "closed sessions of the profile older than this are compressed; 0 = never"},
      {"journal.durability", FieldType::choice, "", "", "", "", {"written", "synced"},
       "what a record survives before an entry is sent: the process, or the machine"},
      {"journal.keep_days", FieldType::whole, "days", "0", "0", "", {},
       "closed sessions of the profile older than this are deleted; 0 = never"},
      {"journal.keep_sessions", FieldType::whole, "sessions", "0", "0", "", {},
       "closed sessions of the profile beyond this many are deleted; 0 = never"},
      {"leverage", FieldType::whole, "times", "", "0", "", {},
       "highest notional over equity; the same as risk.leverage_max"},
      {"market", FieldType::choice, "", "", "", "", {"perp", "spot"},
       "kind of instrument; perp where both exist"},
      {"mask", FieldType::text, "", "", "", "", {}, "components to leave out, by comma"},
      {"max_open_positions", FieldType::whole, "positions", "", "0", "", {},
       "positions and plans at once; the same as risk.open_positions_max"},
      {"quote", FieldType::text, "", "", "", "", {},
       "instruments that settle in it; USDT where nothing is set"},
      {"references", FieldType::choice, "", "all", "", "", {"all", "spot", "off"},
       "heard for comparison, never traded: the spot beside a perpetual, and (all) another venue"},
      {"seed", FieldType::whole, "", "1", "0", "", {}, "drives draws, and the synthetic market"},
      {"sim.latency_file", FieldType::text, "", "", "", "", {},
       "measured round trips, a number of milliseconds a line: for the recorded latency model"},
      {"sim.latency_model", FieldType::choice, "", "constant", "", "",
       {"constant", "sampled", "recorded", "activity"},
       "delays between market, exchange and us; activity: they grow with the rate of trades"},
      {"sim.liquidation_fee", FieldType::decimal, "fraction", "0.0125", "0", "0.1", {},
       "of a liquidated notional, beside the taker's fee"},
      {"sim.queue_model", FieldType::choice, "", "conservative", "", "",
       {"conservative", "probabilistic", "none"},
       "place of a resting limit in its queue, where the tape shows a book"},
      {"sim.venue_events", FieldType::text, "", "", "", "", {},
       "file of halts, rule changes, delistings and deleveraging by date"},
      {"universe.kind", FieldType::choice, "", "as-of", "", "", {"as-of", "fixed"},
       "as-of: entries only in what was among the most traded on the day; fixed: in whatever has "
       "prices in the period, which is survivorship-biased"},
  };
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    fields.push_back({spec.id, FieldType::decimal, spec.unit, spec.prior, spec.low, spec.high, {},
                      spec.purpose});
  }
  return fields;
}

// "risk.heat_pct" -> "risk", "heat_pct"; a run key has no section, but for the fee, whose name is
// a section's.
std::pair<std::string_view, std::string_view> parts_of(std::string_view key) {
  if (key == "fee") {
    return {"fee", "rate"};
  }
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos
             ? std::pair{std::string_view{}, key}
             : std::pair{key.substr(0, dot), key.substr(dot + 1)};
}

bool needs_quotes(const SettingField& field) {
  return field.type == FieldType::text || field.type == FieldType::choice;
}

std::string comment_of(const SettingField& field) {
  std::string out = "# " + std::string{field.purpose};
  std::string facts;
  if (!field.unit.empty()) {
    facts += std::string{field.unit};
  }
  if (!field.low.empty() && !field.high.empty()) {
    facts += (facts.empty() ? "" : ", ") + fmt::format("{} .. {}", field.low, field.high);
  }
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    facts += (i == 0 ? "" : " or ") + std::string{field.choices[i]};
  }
  return facts.empty() ? out + "\n" : out + " (" + facts + ")\n";
}

// A value that the file may hold as it stands, once its # is gone.
std::string_view example_of(const SettingField& field) {
  if (!field.prior.empty()) {
    return field.prior;
  }
  if (!field.choices.empty()) {
    return field.choices.front();
  }
  return field.type == FieldType::whole     ? "3"
         : field.type == FieldType::decimal ? "0.0005"
         : field.key == "quote"             ? "USDT"
                                            : "";
}

// In the order of their first field, the keys without one first.
std::vector<std::string_view> sections() {
  std::vector<std::string_view> found{""};
  for (const SettingField& field : setting_fields()) {
    const std::string_view part = parts_of(field.key).first;
    if (std::find(found.begin(), found.end(), part) == found.end()) {
      found.push_back(part);
    }
  }
  return found;
}

JsonObject field_schema(const SettingField& field) {
  JsonObject out;
  if (needs_quotes(field)) {
    out.set("type", "string");
  } else {
    out.set("type", field.type == FieldType::whole ? "integer" : "number");
  }
  const auto bound = [&out](std::string_view key, std::string_view text) {
    if (const auto value = parse_fixed<Rate>(text); !text.empty() && value) {
      out.set(key, to_score(*value).value());
    }
  };
  bound("minimum", field.low);
  bound("maximum", field.high);
  if (!needs_quotes(field)) {
    bound("default", field.prior);
  }
  if (!field.choices.empty()) {
    JsonArray choices;
    for (const std::string_view choice : field.choices) {
      choices.add(choice);
    }
    out.set("enum", choices);
  }
  const std::string unit = field.unit.empty() ? "" : fmt::format(" ({})", field.unit);
  out.set("description", std::string{field.purpose} + unit);
  return out;
}

}  // namespace

const std::vector<SettingField>& setting_fields() {
  static const std::vector<SettingField> kFields = all_fields();
  return kFields;
}

const SettingField* find_field(std::string_view key) {
  const auto& fields = setting_fields();
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [key](const SettingField& field) { return field.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

std::string variable_of(std::string_view key) {
  std::string out = "LANNER__";
  for (const char c : key) {
    if (c == '.') {
      out += "__";
    } else {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string new_settings_file() {
  std::string out =
      "# Settings of lanner. Every line is a comment that holds its prior: take the # away to\n"
      "# change one. `lanner config explain KEY` tells more, `lanner config check -c FILE` "
      "checks.\n";
  for (const std::string_view section : sections()) {
    out += section.empty() ? "\n" : fmt::format("\n[{}]\n", section);
    for (const SettingField& field : setting_fields()) {
      const auto [part, name] = parts_of(field.key);
      if (part == section) {
        const char* quote = needs_quotes(field) ? "\"" : "";
        out += comment_of(field) +
               fmt::format("#{} = {}{}{}\n", name, quote, example_of(field), quote);
      }
    }
  }
  return out;
}

std::string settings_schema() {
  JsonObject properties;
  for (const std::string_view section : sections()) {
    JsonObject fields;
    for (const SettingField& field : setting_fields()) {
      const auto [part, name] = parts_of(field.key);
      if (part == section) {
        (part.empty() ? properties : fields).set(name, field_schema(field));
      }
    }
    if (!section.empty()) {
      JsonObject table;
      table.set("type", "object").set("additionalProperties", false).set("properties", fields);
      properties.set(section, table);
    }
  }
  JsonObject expression;
  expression.set("type", "string")
      .set("description", "an expression; lanner config explain features");
  JsonObject own;
  own.set("type", "object").set("additionalProperties", expression);
  properties.set("features", own);
  JsonObject out;
  out.set("$schema", "https://json-schema.org/draft/2020-12/schema")
      .set("title", "lanner settings")
      .set("type", "object")
      .set("additionalProperties", false)
      .set("properties", properties);
  return out.text();
}

}  // namespace lanner::app
