#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace lanner {

namespace {

spdlog::logger make_logger() {
  spdlog::logger logger{"lanner", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
  logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger.flush_on(spdlog::level::warn);
  return logger;
}

spdlog::logger& logger() {
  static spdlog::logger instance = make_logger();
  return instance;
}

spdlog::string_view_t view_of(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

}  // namespace

void set_log_level(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::info: logger().set_level(spdlog::level::info); return;
    case LogLevel::warn: logger().set_level(spdlog::level::warn); return;
    case LogLevel::error: logger().set_level(spdlog::level::err); return;
    case LogLevel::off: logger().set_level(spdlog::level::off); return;
  }
}

LogLevel log_level() noexcept {
  switch (logger().level()) {
    case spdlog::level::warn: return LogLevel::warn;
    case spdlog::level::err: return LogLevel::error;
    case spdlog::level::off: return LogLevel::off;
    default: return LogLevel::info;
  }
}

void log_info(std::string_view message) noexcept {
  logger().log(spdlog::level::info, view_of(message));
}
void log_warn(std::string_view message) noexcept {
  logger().log(spdlog::level::warn, view_of(message));
}
void log_error(std::string_view message) noexcept {
  logger().log(spdlog::level::err, view_of(message));
}

}  // namespace lanner
