#pragma once

// Talk of the program on stderr; results go to stdout and never pass here. Safe from any thread.
// A decision is never only logged: what was decided and why belongs in the decision trace.

#include <string_view>

namespace lanner {

enum class LogLevel : unsigned char { info, warn, error, off };

// Messages below the level are dropped. The start level is info.
void set_log_level(LogLevel level) noexcept;
[[nodiscard]] LogLevel log_level() noexcept;

void log_info(std::string_view message) noexcept;
void log_warn(std::string_view message) noexcept;
void log_error(std::string_view message) noexcept;

}  // namespace lanner
