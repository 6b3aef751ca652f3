#pragma once

// What one book of a market has seen, for another book of the same market that is to know what the
// first one knows: the "frozen" twin of a masked book, whose learners are not allowed to make up
// for what is masked.

#include <vector>

#include "learn/claim_book.hpp"
#include "model/position.hpp"

namespace lanner::learn {

struct Lesson {
  std::vector<model::CandidateLabel> labels;  // not learned from yet; the learner empties it
  const ClaimBook* book = nullptr;            // evidence of its blocks
};

}  // namespace lanner::learn
