#pragma once

// One connection that speaks in lines, never waited for. What it may hold is bounded in both
// directions; whoever goes beyond is told by `trouble`.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/condition_rule.hpp"

namespace lanner::runtime {

class LineSocket {
 public:
  using WallTime = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kLineMax = 256 * 1024;
  static constexpr std::size_t kUnreadMax = 256 * 1024;
  static constexpr auto kLinePatience = std::chrono::seconds(10);

  explicit LineSocket(int descriptor) noexcept : descriptor_(descriptor) {}
  ~LineSocket();
  LineSocket(const LineSocket&) = delete;
  LineSocket& operator=(const LineSocket&) = delete;

  // Whole lines that have come since; also sends what could not be sent before.
  [[nodiscard]] std::vector<std::string> read_lines(WallTime wall);
  void send_line(std::string_view text);
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  // Why it cannot be listened to any longer.
  [[nodiscard]] std::optional<model::ProposerReason> trouble() const noexcept { return trouble_; }
  void close() noexcept;

 private:
  void flush() noexcept;

  int descriptor_;
  std::string in_;
  std::string out_;
  WallTime line_begun_{};
  std::optional<model::ProposerReason> trouble_;
};

}  // namespace lanner::runtime
