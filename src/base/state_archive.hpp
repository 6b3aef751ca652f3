#pragma once

// Writes what a state machine remembers into bytes, and takes it up again from them. Each class
// that owns state names its members once:
//
//   template <typename Archive>
//   void fields(Archive& archive) { archive(position_, cash_, orders_); }
//
// and both directions follow that list. Plain structs need no list: their fields are found by the
// compiler. Equal states give equal bytes: padding is never copied. Pointers are refused at compile
// time; what comes from the configuration is made anew and is in no list.
//
// The bytes are of this build on this kind of machine; whoever keeps them says so beside them and
// checks them whole before they are read (store/snapshot/snapshot_file.hpp). Reading is bounded
// all the same: a count beyond the bytes that are left, or a container that cannot hold it, makes
// ok() false for good and leaves the rest as it was.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/struct_fields.hpp"
#include "base/time.hpp"

namespace lanner {

namespace detail {

template <typename T>
struct IsValueClass : std::false_type {};
template <typename Tag, int Digits>
struct IsValueClass<Fixed<Tag, Digits>> : std::true_type {};
template <typename Tag, typename Rep>
struct IsValueClass<Id<Tag, Rep>> : std::true_type {};
template <>
struct IsValueClass<Duration> : std::true_type {};
template <>
struct IsValueClass<Timestamp> : std::true_type {};
template <>
struct IsValueClass<Score> : std::true_type {};

template <typename T>
struct IsArray : std::false_type {};
template <typename T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};

template <typename T, typename Archive>
concept HasFields = requires(T& value, Archive& archive) { value.fields(archive); };

struct NoArchive {
  static constexpr bool kLoads = false;
  template <typename... T>
  void operator()(T&... /*values*/) {}
  void refuse() {}
};

template <typename T>
constexpr bool is_raw();

template <typename... T>
constexpr bool are_dense(std::type_identity<std::tuple<T&...>> /*fields*/, std::size_t size) {
  return (is_raw<T>() && ...) && (sizeof(T) + ... + 0) == size;
}

// Its bytes are its value: no padding, no address, no container.
template <typename T>
constexpr bool is_raw() {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || IsValueClass<T>::value) {
    return true;
  } else if constexpr (IsArray<T>::value) {
    return is_raw<typename T::value_type>();
  } else if constexpr (HasFields<T, NoArchive> || !std::is_aggregate_v<T> ||
                       !std::is_trivially_copyable_v<T>) {
    return false;
  } else if constexpr (kFieldCount<T> == 0) {
    return false;
  } else {
    return are_dense(std::type_identity<decltype(fields_of(std::declval<T&>()))>{}, sizeof(T));
  }
}

template <typename T>
inline constexpr bool kIsRaw = is_raw<T>();

}  // namespace detail

class StateWriter {
 public:
  static constexpr bool kLoads = false;

  // Starts `out` anew and keeps its room.
  explicit StateWriter(std::vector<std::byte>& out) noexcept : out_(out) { out_.clear(); }

  template <typename... T>
  void operator()(const T&... values) {
    // Lists serve both directions, so they take members that may be written to; here none is.
    (visit(*this, const_cast<T&>(values)), ...);
  }
  void raw(const void* from, std::size_t bytes) {
    const auto* const first = static_cast<const std::byte*>(from);
    out_.insert(out_.end(), first, first + bytes);
  }
  // What cannot be saved at this moment: nothing is written then.
  void refuse() noexcept { ok_ = false; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }

 private:
  std::vector<std::byte>& out_;
  bool ok_ = true;
};

class StateReader {
 public:
  static constexpr bool kLoads = true;

  explicit StateReader(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

  template <typename... T>
  void operator()(T&... values) {
    (visit(*this, values), ...);
  }
  void raw(void* to, std::size_t bytes) {
    if (!ok_ || bytes > rest_.size()) {
      ok_ = false;
      return;
    }
    if (bytes != 0) {
      std::memcpy(to, rest_.data(), bytes);
    }
    rest_ = rest_.subspan(bytes);
  }
  void refuse() noexcept { ok_ = false; }
  // A count of things of at least one byte each.
  [[nodiscard]] bool holds(std::uint64_t count) const noexcept {
    return ok_ && count <= rest_.size();
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  // All bytes were asked for.
  [[nodiscard]] bool at_end() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

template <typename Archive, typename T>
void visit(Archive& archive, T& value);

namespace detail {

// How many values a container holds, or is to hold; false where it cannot.
template <typename Archive, typename Container>
bool visit_size(Archive& archive, Container& values) {
  std::uint64_t count = values.size();
  archive.raw(&count, sizeof count);
  if constexpr (Archive::kLoads) {
    if (!archive.holds(count)) {
      archive.refuse();
      return false;
    }
    if constexpr (std::default_initializable<typename Container::value_type>) {
      values.resize(static_cast<std::size_t>(count));
    } else if (count != values.size()) {
      archive.refuse();  // made by their owner, and always as many
      return false;
    }
  }
  return true;
}

template <typename Archive, typename T, typename Allocator>
void visit_kind(Archive& archive, std::vector<T, Allocator>& values) {
  if (!visit_size(archive, values)) {
    return;
  }
  if constexpr (kIsRaw<T>) {
    archive.raw(values.data(), values.size() * sizeof(T));
  } else {
    for (T& value : values) {
      visit(archive, value);
    }
  }
}

template <typename Archive, typename T>
void visit_kind(Archive& archive, std::deque<T>& values) {
  if (visit_size(archive, values)) {
    for (T& value : values) {
      visit(archive, value);
    }
  }
}

template <typename Archive>
void visit_kind(Archive& archive, std::string& text) {
  if (visit_size(archive, text)) {
    archive.raw(text.data(), text.size());
  }
}

template <typename Archive, typename T, std::size_t N>
void visit_kind(Archive& archive, std::array<T, N>& values) {
  for (T& value : values) {
    visit(archive, value);
  }
}

template <typename Archive, typename A, typename B>
void visit_kind(Archive& archive, std::pair<A, B>& pair) {
  visit(archive, pair.first);
  visit(archive, pair.second);
}

template <typename Archive, typename T>
void visit_kind(Archive& archive, std::optional<T>& value) {
  bool is_there = value.has_value();
  archive.raw(&is_there, sizeof is_there);
  if constexpr (Archive::kLoads) {
    if (!archive.ok() || !is_there) {
      value.reset();
      return;
    }
    if (!value) {
      value.emplace();
    }
  }
  if (value) {
    visit(archive, *value);
  }
}

template <typename Archive, typename... T>
void visit_kind(Archive& archive, std::variant<T...>& value) {
  std::uint64_t index = value.index();
  archive.raw(&index, sizeof index);
  if constexpr (Archive::kLoads) {
    if (!archive.ok() || index >= sizeof...(T)) {
      archive.refuse();
      return;
    }
    std::uint64_t at = 0;
    static_cast<void>(((at++ == index && (value.template emplace<T>(), true)) || ...));
  }
  std::visit([&archive](auto& alternative) { visit(archive, alternative); }, value);
}

// A plain struct.
template <typename Archive, typename T>
void visit_kind(Archive& archive, T& value) {
  static_assert(std::is_aggregate_v<T>, "a class with state needs a list: fields(archive)");
  static_assert(kFieldCount<T> > 0 || std::is_empty_v<T>);
  if constexpr (kFieldCount<T> > 0) {
    std::apply([&archive](auto&... each) { (visit(archive, each), ...); }, fields_of(value));
  }
}

}  // namespace detail

template <typename Archive, typename T>
void visit(Archive& archive, T& value) {
  static_assert(!std::is_pointer_v<T>, "an address is no state");
  if constexpr (detail::HasFields<T, Archive>) {
    value.fields(archive);
  } else if constexpr (detail::kIsRaw<T>) {
    archive.raw(&value, sizeof value);
  } else {
    detail::visit_kind(archive, value);
  }
}

}  // namespace lanner
