#include "market/book_sync.hpp"

#include <doctest/doctest.h>

using namespace lanner;
using lanner::market::BookRules;
using lanner::market::BookSync;
using lanner::market::SyncAction;

TEST_CASE("book sync, futures: drop, join, follow prior ids, gap") {
  BookSync sync{BookRules::futures};
  CHECK(sync.on_delta({10, 20, 5}) == SyncAction::hold);
  CHECK(sync.on_delta({30, 40, 20}) == SyncAction::hold);
  CHECK(sync.on_snapshot(35) == SyncAction::apply);
  CHECK(sync.on_delta({10, 20, 5}) == SyncAction::drop);
  CHECK(sync.on_delta({30, 40, 20}) == SyncAction::apply);
  CHECK(sync.is_synced());
  CHECK(sync.on_delta({55, 60, 40}) == SyncAction::apply);  // first jumps: normal
  CHECK(sync.on_delta({55, 60, 40}) == SyncAction::drop);   // sent twice
  CHECK(sync.on_delta({61, 70, 59}) == SyncAction::resnapshot);
  CHECK_FALSE(sync.is_synced());
  CHECK(sync.gaps() == 1);
  CHECK(sync.on_delta({71, 80, 70}) == SyncAction::hold);
}

TEST_CASE("book sync, futures: the first change must span the snapshot's id, ends included") {
  for (const std::uint64_t id : {30U, 40U}) {
    BookSync sync{BookRules::futures};
    CHECK(sync.on_snapshot(id) == SyncAction::apply);
    CHECK(sync.on_delta({30, 40, 20}) == SyncAction::apply);
  }
  BookSync late{BookRules::futures};
  CHECK(late.on_snapshot(29) == SyncAction::apply);
  CHECK(late.on_delta({30, 40, 20}) == SyncAction::resnapshot);
  BookSync early{BookRules::futures};
  CHECK(early.on_snapshot(41) == SyncAction::apply);
  CHECK(early.on_delta({30, 40, 20}) == SyncAction::drop);
}

TEST_CASE("book sync, spot: snapshot older than the held changes, then U = u + 1") {
  BookSync sync{BookRules::spot};
  CHECK(sync.on_delta({10, 20, 0}) == SyncAction::hold);
  CHECK(sync.on_snapshot(9) == SyncAction::resnapshot);
  CHECK(sync.on_snapshot(10) == SyncAction::apply);
  CHECK(sync.on_delta({10, 20, 0}) == SyncAction::apply);
  CHECK(sync.on_delta({15, 20, 0}) == SyncAction::drop);
  CHECK(sync.on_delta({18, 25, 0}) == SyncAction::apply);
  CHECK(sync.on_delta({26, 30, 0}) == SyncAction::apply);
  CHECK(sync.on_delta({32, 33, 0}) == SyncAction::resnapshot);
  CHECK(sync.on_snapshot(31) == SyncAction::resnapshot);  // older than what is held
  CHECK(sync.on_snapshot(33) == SyncAction::apply);
}

TEST_CASE("book sync: held changes that had to go, an old snapshot, a new connection") {
  BookSync sync{BookRules::spot};
  CHECK(sync.on_delta({10, 20, 0}) == SyncAction::hold);
  sync.drop_held({21, 30, 0});
  CHECK(sync.on_snapshot(15) == SyncAction::resnapshot);
  CHECK(sync.on_snapshot(25) == SyncAction::apply);
  CHECK(sync.on_delta({21, 30, 0}) == SyncAction::apply);
  CHECK(sync.on_snapshot(12) == SyncAction::drop);
  CHECK(sync.is_synced());
  CHECK(sync.on_snapshot(40) == SyncAction::apply);
  CHECK(sync.on_delta({31, 35, 0}) == SyncAction::drop);
  sync.reset();
  CHECK(sync.on_delta({1, 2, 0}) == SyncAction::hold);
}
