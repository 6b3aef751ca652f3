#pragma once

// Ladders: who waits for a value to reach which level. Each ladder is a heap of nodes ordered by
// key; all ladders share one pool of nodes, so that neither a new condition nor a fired one ever
// allocates. A node belongs to at most one ladder. One owner, no threads.

#include <cstdint>
#include <limits>
#include <vector>

namespace lanner::strategy {

class LadderPool {
 public:
  static constexpr std::uint32_t kNil = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::int64_t kNoKey = std::numeric_limits<std::int64_t>::max();

  explicit LadderPool(std::size_t nodes) : nodes_(nodes) {}

  // `root` is the ladder: the node with the lowest key, or kNil.
  void insert(std::uint32_t& root, std::uint32_t node, std::int64_t key) noexcept {
    nodes_[node] = Node{key, kNil, kNil, kNil};
    root = meld(root, node);
  }
  // Takes the lowest node out; the ladder must not be empty.
  std::uint32_t pop(std::uint32_t& root) noexcept {
    const std::uint32_t top = root;
    root = meld_siblings(nodes_[top].child);
    return top;
  }
  void remove(std::uint32_t& root, std::uint32_t node) noexcept;

  [[nodiscard]] std::int64_t key(std::uint32_t node) const noexcept { return nodes_[node].key; }
  // Lowest key of the ladder; kNoKey when it is empty.
  [[nodiscard]] std::int64_t lowest(std::uint32_t root) const noexcept {
    return root == kNil ? kNoKey : nodes_[root].key;
  }

 private:
  // A pairing heap: `before` is the elder sibling, or the parent of the first child.
  struct Node {
    std::int64_t key = 0;
    std::uint32_t child = kNil;
    std::uint32_t next = kNil;
    std::uint32_t before = kNil;
  };

  [[nodiscard]] std::uint32_t meld(std::uint32_t a, std::uint32_t b) noexcept {
    if (a == kNil || b == kNil) {
      return a == kNil ? b : a;
    }
    if (nodes_[b].key < nodes_[a].key) {
      const std::uint32_t swapped = a;
      a = b;
      b = swapped;
    }
    Node& parent = nodes_[a];
    Node& child = nodes_[b];
    child.next = parent.child;
    child.before = a;
    if (parent.child != kNil) {
      nodes_[parent.child].before = b;
    }
    parent.child = b;
    return a;
  }
  [[nodiscard]] std::uint32_t meld_siblings(std::uint32_t first) noexcept;

  std::vector<Node> nodes_;

 public:
  // What it remembers (base/state_archive.hpp); nodes from `used` on have never been in a ladder.
  template <typename Archive>
  void fields(Archive& archive, std::size_t used) {
    for (std::size_t i = 0; i < used; ++i) {
      archive(nodes_[i]);
    }
  }
};

}  // namespace lanner::strategy
