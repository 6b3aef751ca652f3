#include "store/import/candles_file.hpp"

#include <simdjson.h>

#include <string>

namespace lanner::store {
namespace {

namespace ondemand = simdjson::ondemand;

tl::unexpected<Error> bad_candles(simdjson::error_code error, std::size_t row) {
  return fail(ErrorKind::data, "not a JSON array of candles, at candle " + std::to_string(row) +
                                   ": " + simdjson::error_message(error) +
                                   "; get the file again");
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

// The numbers of one candle as a line of CSV, in their own digits.
simdjson::error_code add_candle(ondemand::array candle, std::string& csv) {
  bool is_first = true;
  for (auto number : candle) {
    std::string_view text;
    ondemand::value value;
    if (const auto error = number.get(value); error != simdjson::SUCCESS) {
      return error;
    }
    ondemand::json_type type{};
    if (const auto error = value.type().get(type); error != simdjson::SUCCESS) {
      return error;
    }
    if (type == ondemand::json_type::array || type == ondemand::json_type::object) {
      return simdjson::INCORRECT_TYPE;
    }
    text = trimmed(value.raw_json_token());
    // A stamp may be written as a float.
    if (is_first && text.ends_with(".0")) {
      text.remove_suffix(2);
    }
    csv += is_first ? "" : ",";
    csv += text;
    is_first = false;
  }
  csv += '\n';
  return simdjson::SUCCESS;
}

// The candles as CSV below `header`.
Result<std::string> candles_as_csv(std::span<const std::byte> file, std::string_view header) {
  const simdjson::padded_string text{reinterpret_cast<const char*>(file.data()), file.size()};
  ondemand::parser parser;
  ondemand::document document;
  if (const auto error = parser.iterate(text).get(document); error != simdjson::SUCCESS) {
    return bad_candles(error, 0);
  }
  ondemand::array candles;
  if (const auto error = document.get_array().get(candles); error != simdjson::SUCCESS) {
    return bad_candles(error, 0);
  }
  std::string csv{header};
  csv.reserve(file.size());
  std::size_t row = 0;
  for (auto one : candles) {
    ++row;
    ondemand::array candle;
    if (const auto error = one.get_array().get(candle); error != simdjson::SUCCESS) {
      return bad_candles(error, row);
    }
    if (const auto error = add_candle(candle, csv); error != simdjson::SUCCESS) {
      return bad_candles(error, row);
    }
  }
  return csv;
}

}  // namespace

// The readers of CSV know all that may be wrong with a row; they are given the same words.
Result<SourceRows<BarRecord>> read_candles(std::span<const std::byte> file,
                                           std::int32_t interval_s) {
  const auto csv = candles_as_csv(file, "open_time_ms,open,high,low,close,volume\n");
  if (!csv) {
    return tl::unexpected{csv.error()};
  }
  return read_bars(std::as_bytes(std::span{csv->data(), csv->size()}), interval_s);
}

Result<SourceRows<FundingRecord>> read_candle_funding(std::span<const std::byte> file) {
  const auto csv = candles_as_csv(file, "funding_time_ms,funding_rate,high,low,close,volume\n");
  if (!csv) {
    return tl::unexpected{csv.error()};
  }
  return read_funding(std::as_bytes(std::span{csv->data(), csv->size()}));
}

}  // namespace lanner::store
