#pragma once

// The fields of a plain struct, found by the compiler: who saves a struct by them cannot forget the
// one that was added last. For structs that braces can fill, of at most 32 fields, without base
// classes.

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lanner {
namespace detail {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

// Stands for a value of any field; only its type is ever used. An optional is filled by its own
// conversion, since two ways to make one are one too many.
template <std::size_t>
struct AnyField {
  template <typename T>
    requires(!IsOptional<T>::value)
  operator T() const noexcept;  // converting is all that it is for, and it never happens
};

template <typename T, std::size_t... I>
constexpr bool takes_fields(std::index_sequence<I...> /*count*/) {
  return requires { T{AnyField<I>{}...}; };
}
template <typename T, std::size_t N = 0>
constexpr std::size_t count_fields() {
  if constexpr (takes_fields<T>(std::make_index_sequence<N + 1>{})) {
    return count_fields<T, N + 1>();
  } else {
    return N;
  }
}

template <std::size_t N>
using FieldCount = std::integral_constant<std::size_t, N>;

template <typename T>
auto tie_fields(T& from, FieldCount<1> /*count*/) noexcept {
  auto& [a] = from;
  return std::tie(a);
}
template <typename T>
auto tie_fields(T& from, FieldCount<2> /*count*/) noexcept {
  auto& [a, b] = from;
  return std::tie(a, b);
}
template <typename T>
auto tie_fields(T& from, FieldCount<3> /*count*/) noexcept {
  auto& [a, b, c] = from;
  return std::tie(a, b, c);
}
template <typename T>
auto tie_fields(T& from, FieldCount<4> /*count*/) noexcept {
  auto& [a, b, c, d] = from;
  return std::tie(a, b, c, d);
}
template <typename T>
auto tie_fields(T& from, FieldCount<5> /*count*/) noexcept {
  auto& [a, b, c, d, e] = from;
  return std::tie(a, b, c, d, e);
}
template <typename T>
auto tie_fields(T& from, FieldCount<6> /*count*/) noexcept {
  auto& [a, b, c, d, e, f] = from;
  return std::tie(a, b, c, d, e, f);
}
template <typename T>
auto tie_fields(T& from, FieldCount<7> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g] = from;
  return std::tie(a, b, c, d, e, f, g);
}
template <typename T>
auto tie_fields(T& from, FieldCount<8> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h] = from;
  return std::tie(a, b, c, d, e, f, g, h);
}
template <typename T>
auto tie_fields(T& from, FieldCount<9> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i] = from;
  return std::tie(a, b, c, d, e, f, g, h, i);
}
template <typename T>
auto tie_fields(T& from, FieldCount<10> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j);
}
template <typename T>
auto tie_fields(T& from, FieldCount<11> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k);
}
template <typename T>
auto tie_fields(T& from, FieldCount<12> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
}
template <typename T>
auto tie_fields(T& from, FieldCount<13> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
}
template <typename T>
auto tie_fields(T& from, FieldCount<14> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
}
template <typename T>
auto tie_fields(T& from, FieldCount<15> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
}
template <typename T>
auto tie_fields(T& from, FieldCount<16> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
}
template <typename T>
auto tie_fields(T& from, FieldCount<17> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
}
template <typename T>
auto tie_fields(T& from, FieldCount<18> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
}
template <typename T>
auto tie_fields(T& from, FieldCount<19> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
}
template <typename T>
auto tie_fields(T& from, FieldCount<20> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
}
template <typename T>
auto tie_fields(T& from, FieldCount<21> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
}
template <typename T>
auto tie_fields(T& from, FieldCount<22> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
}
template <typename T>
auto tie_fields(T& from, FieldCount<23> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
}
template <typename T>
auto tie_fields(T& from, FieldCount<24> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
}
template <typename T>
auto tie_fields(T& from, FieldCount<25> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y);
}
template <typename T>
auto tie_fields(T& from, FieldCount<26> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z);
}
template <typename T>
auto tie_fields(T& from, FieldCount<27> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                  aa);
}
template <typename T>
auto tie_fields(T& from, FieldCount<28> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa,
          bb] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                  aa, bb);
}
template <typename T>
auto tie_fields(T& from, FieldCount<29> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb,
          cc] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                  aa, bb, cc);
}
template <typename T>
auto tie_fields(T& from, FieldCount<30> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb,
          cc, dd] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                  aa, bb, cc, dd);
}
template <typename T>
auto tie_fields(T& from, FieldCount<31> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb,
          cc, dd, ee] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                  aa, bb, cc, dd, ee);
}
template <typename T>
auto tie_fields(T& from, FieldCount<32> /*count*/) noexcept {
  auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb,
          cc, dd, ee, ff] = from;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
                  aa, bb, cc, dd, ee, ff);
}

}  // namespace detail

template <typename T>
inline constexpr std::size_t kFieldCount = detail::count_fields<T>();

// References to all fields, in order.
template <typename T>
[[nodiscard]] auto fields_of(T& value) noexcept {
  return detail::tie_fields(value, detail::FieldCount<kFieldCount<std::remove_const_t<T>>>{});
}

}  // namespace lanner
