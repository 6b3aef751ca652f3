#include "sim/order_book.hpp"

#include <doctest/doctest.h>

#include "rig.hpp"

namespace lanner::sim {
namespace {

using namespace test;
using model::OrderStatus;
using model::Side;

std::string listed(OrderBook& book, InstrumentId id) {
  std::string text;
  for (std::uint32_t slot = book.head(id); slot != IdRecord::kNoSlot; slot = book.at(slot).next) {
    text += std::to_string(book.at(slot).request.client_order_id.value()) + " ";
  }
  return text;
}

TEST_CASE("orders are listed per instrument in order of acceptance") {
  OrderBook book{3};
  book.insert(market(1, Side::buy, "1"), at_s(0));
  RestingOrder& second = book.insert(market(2, Side::buy, "1"), at_s(0));
  book.insert(market(3, Side::buy, "1").on(kOther), at_s(0));
  book.insert(market(4, Side::buy, "1"), at_s(0));
  CHECK(listed(book, kPerp) == "1 2 4 ");
  book.remove(second, OrderStatus::canceled);
  CHECK(listed(book, kPerp) == "1 4 ");
  book.insert(market(5, Side::buy, "1"), at_s(0));  // uses the slot again
  CHECK(listed(book, kPerp) == "1 4 5 ");
  CHECK(book.count(kPerp) == 3);
  CHECK(listed(book, kOther) == "3 ");
}

TEST_CASE("ids are remembered for ever, over many orders") {
  OrderBook book{1};
  for (std::uint64_t id = 0; id < 20'000; ++id) {
    RestingOrder& order = book.insert(market(id * 1024, Side::buy, "2"), at_s(0));
    order.filled = qty("1");
    if (id % 10 != 0 || id > 5'000) {
      book.remove(order, OrderStatus::expired);
    }
  }
  CHECK(book.is_known(ClientOrderId{19'999 * 1024}));
  CHECK_FALSE(book.is_known(ClientOrderId{7}));
  CHECK_FALSE(book.is_known(ClientOrderId{}));
  CHECK(book.answer(ClientOrderId{1024}).status == OrderStatus::expired);
  CHECK(book.answer(ClientOrderId{1024}).filled == qty("1"));
  CHECK(book.answer(ClientOrderId{10'240}).status == OrderStatus::partially_filled);
  CHECK(book.count(kPerp) == 501);
}

TEST_CASE("a refused id is spent") {
  OrderBook book{1};
  book.note_rejected(ClientOrderId{9});
  CHECK(book.is_known(ClientOrderId{9}));
  CHECK(book.answer(ClientOrderId{9}).status == OrderStatus::rejected);
  CHECK(book.find_resting(ClientOrderId{9}) == nullptr);
}

}  // namespace
}  // namespace lanner::sim
