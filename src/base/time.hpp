#pragma once

// Time is data: nanoseconds since the Unix epoch (UTC), taken from events only.

#include <compare>
#include <cstdint>
#include <limits>

namespace lanner {

class Duration {
 public:
  constexpr Duration() noexcept = default;
  explicit constexpr Duration(std::int64_t ns) noexcept : ns_(ns) {}
  [[nodiscard]] constexpr std::int64_t ns() const noexcept { return ns_; }
  friend constexpr auto operator<=>(const Duration&, const Duration&) noexcept = default;
  friend constexpr Duration operator+(Duration a, Duration b) noexcept {
    return Duration{a.ns_ + b.ns_};
  }
  friend constexpr Duration operator-(Duration a, Duration b) noexcept {
    return Duration{a.ns_ - b.ns_};
  }
  friend constexpr Duration operator*(Duration a, std::int64_t k) noexcept {
    return Duration{a.ns_ * k};
  }

 private:
  std::int64_t ns_ = 0;
};

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerMinute = 60 * kNsPerSecond;
constexpr std::int64_t kNsPerHour = 60 * kNsPerMinute;
constexpr std::int64_t kNsPerDay = 24 * kNsPerHour;

[[nodiscard]] constexpr Duration milliseconds(std::int64_t n) noexcept {
  return Duration{n * kNsPerMs};
}
[[nodiscard]] constexpr Duration seconds(std::int64_t n) noexcept {
  return Duration{n * kNsPerSecond};
}
[[nodiscard]] constexpr Duration minutes(std::int64_t n) noexcept {
  return Duration{n * kNsPerMinute};
}
[[nodiscard]] constexpr Duration hours(std::int64_t n) noexcept {
  return Duration{n * kNsPerHour};
}

class Timestamp {
 public:
  constexpr Timestamp() noexcept = default;
  explicit constexpr Timestamp(std::int64_t ns) noexcept : ns_(ns) {}
  [[nodiscard]] constexpr std::int64_t ns() const noexcept { return ns_; }
  [[nodiscard]] static constexpr Timestamp never() noexcept {
    return Timestamp{std::numeric_limits<std::int64_t>::max()};
  }
  [[nodiscard]] constexpr bool is_set() const noexcept { return ns_ != 0; }
  // Start of the period of `length` (aligned to the epoch) that holds this instant.
  [[nodiscard]] constexpr Timestamp floor_to(Duration length) const noexcept {
    const std::int64_t rest = ns_ % length.ns();
    return Timestamp{ns_ - (rest < 0 ? rest + length.ns() : rest)};
  }
  friend constexpr auto operator<=>(const Timestamp&, const Timestamp&) noexcept = default;
  friend constexpr Timestamp operator+(Timestamp t, Duration d) noexcept {
    return Timestamp{t.ns_ + d.ns()};
  }
  friend constexpr Timestamp operator-(Timestamp t, Duration d) noexcept {
    return Timestamp{t.ns_ - d.ns()};
  }
  friend constexpr Duration operator-(Timestamp a, Timestamp b) noexcept {
    return Duration{a.ns_ - b.ns_};
  }

 private:
  std::int64_t ns_ = 0;
};

}  // namespace lanner
