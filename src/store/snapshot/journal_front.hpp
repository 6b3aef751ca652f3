#pragma once

// What stands in a journal before a snapshot's place. Nobody needs those records to go on from the
// snapshot, but a session whose journal is damaged there must not go on as if nothing were wrong.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <vector>

#include "store/journal_format.hpp"

namespace lanner::store {

// Every record up to the place is good, follows the one before, and the last one is the one that
// the place names. Segments are read side by side; each begins with what its header says of the one
// before, which that one must end with. Nothing of what is wrong is told: JournalReader finds it,
// with its place.
//
// The check begins at once on all processors but the caller's, who may do something else meanwhile
// and takes part when it asks for the answer. So no thread ever waits for a processor.
class FrontCheck {
 public:
  FrontCheck(std::filesystem::path session, const JournalPlace& place);
  FrontCheck(const FrontCheck&) = delete;
  FrontCheck& operator=(const FrontCheck&) = delete;
  ~FrontCheck();  // whoever did not ask does not care: no further segment is begun

  [[nodiscard]] bool is_good();

 private:
  void work();

  std::filesystem::path session_;
  JournalPlace place_;
  std::atomic<std::uint64_t> next_{1};  // segment
  std::atomic<bool> is_good_{true};
  std::vector<std::future<void>> helpers_;
};

// The same for whoever has nothing else to do.
[[nodiscard]] bool verify_front(const std::filesystem::path& session, const JournalPlace& place);

}  // namespace lanner::store
