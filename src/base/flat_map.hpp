#pragma once

// A map in one sorted vector: iteration is in key order, hence the same in every run, and an
// insert within the reserved capacity never allocates. Insert and erase move what lies behind,
// so it suits some thousand entries. One owner, no threads.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace lanner {

template <typename Key, typename Value>
class FlatMap {
 public:
  using value_type = std::pair<Key, Value>;
  using iterator = typename std::vector<value_type>::iterator;
  using const_iterator = typename std::vector<value_type>::const_iterator;

  FlatMap() = default;
  explicit FlatMap(std::size_t capacity) { entries_.reserve(capacity); }

  void reserve(std::size_t capacity) { entries_.reserve(capacity); }

  // Keeps the entry that is there; false says that the key was taken.
  std::pair<Value*, bool> insert(const Key& key, Value value) {
    const iterator at = lower(key);
    if (at != entries_.end() && at->first == key) {
      return {&at->second, false};
    }
    return {&entries_.insert(at, value_type{key, std::move(value)})->second, true};
  }
  Value& insert_or_assign(const Key& key, Value value) {
    const iterator at = lower(key);
    if (at != entries_.end() && at->first == key) {
      at->second = std::move(value);
      return at->second;
    }
    return entries_.insert(at, value_type{key, std::move(value)})->second;
  }
  // The entry of the key, made by Value{} when absent.
  Value& operator[](const Key& key) { return *insert(key, Value{}).first; }

  // Null when absent. Valid until the next insert or erase.
  [[nodiscard]] Value* find(const Key& key) noexcept {
    const iterator at = lower(key);
    return at != entries_.end() && at->first == key ? &at->second : nullptr;
  }
  [[nodiscard]] const Value* find(const Key& key) const noexcept {
    const const_iterator at = lower(key);
    return at != entries_.end() && at->first == key ? &at->second : nullptr;
  }
  [[nodiscard]] bool contains(const Key& key) const noexcept { return find(key) != nullptr; }

  bool erase(const Key& key) noexcept {
    const iterator at = lower(key);
    if (at == entries_.end() || at->first != key) {
      return false;
    }
    entries_.erase(at);
    return true;
  }
  iterator erase(iterator at) noexcept { return entries_.erase(at); }
  template <typename Predicate>
  std::size_t erase_if(Predicate predicate) {
    return std::erase_if(entries_, predicate);
  }
  void clear() noexcept { entries_.clear(); }

  // First entry whose key is not before `key`.
  [[nodiscard]] iterator lower_bound(const Key& key) noexcept { return lower(key); }
  [[nodiscard]] const_iterator lower_bound(const Key& key) const noexcept { return lower(key); }

  [[nodiscard]] iterator begin() noexcept { return entries_.begin(); }
  [[nodiscard]] iterator end() noexcept { return entries_.end(); }
  [[nodiscard]] const_iterator begin() const noexcept { return entries_.begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return entries_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return entries_.capacity(); }
  [[nodiscard]] bool is_empty() const noexcept { return entries_.empty(); }

 private:
  [[nodiscard]] iterator lower(const Key& key) noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), key, is_before);
  }
  [[nodiscard]] const_iterator lower(const Key& key) const noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), key, is_before);
  }
  static bool is_before(const value_type& entry, const Key& key) noexcept {
    return entry.first < key;
  }

  std::vector<value_type> entries_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(entries_);
  }
};

}  // namespace lanner
