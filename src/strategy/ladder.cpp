#include "strategy/ladder.hpp"

namespace lanner::strategy {

std::uint32_t LadderPool::meld_siblings(std::uint32_t first) noexcept {
  // Melds in pairs from left to right, stacking the results, then all of them from the last to
  // the first: the order that keeps the amortised cost logarithmic.
  std::uint32_t stack = kNil;
  while (first != kNil) {
    const std::uint32_t a = first;
    const std::uint32_t b = nodes_[a].next;
    first = b == kNil ? kNil : nodes_[b].next;
    nodes_[a].next = kNil;
    nodes_[a].before = kNil;
    if (b != kNil) {
      nodes_[b].next = kNil;
      nodes_[b].before = kNil;
    }
    const std::uint32_t pair = meld(a, b);
    nodes_[pair].next = stack;
    stack = pair;
  }
  std::uint32_t root = kNil;
  while (stack != kNil) {
    const std::uint32_t pair = stack;
    stack = nodes_[pair].next;
    nodes_[pair].next = kNil;
    root = meld(root, pair);
  }
  return root;
}

void LadderPool::remove(std::uint32_t& root, std::uint32_t node) noexcept {
  if (node == root) {
    (void)pop(root);
    return;
  }
  Node& gone = nodes_[node];
  if (nodes_[gone.before].child == node) {
    nodes_[gone.before].child = gone.next;
  } else {
    nodes_[gone.before].next = gone.next;
  }
  if (gone.next != kNil) {
    nodes_[gone.next].before = gone.before;
  }
  gone.next = kNil;
  gone.before = kNil;
  const std::uint32_t children = meld_siblings(gone.child);
  gone.child = kNil;
  root = meld(root, children);
}

}  // namespace lanner::strategy
