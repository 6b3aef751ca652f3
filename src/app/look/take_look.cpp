#include "app/look/take_look.hpp"

#include <fmt/core.h>

#include "app/progress_bar.hpp"
#include "app/session_path.hpp"
#include "views/format.hpp"

namespace lanner::app {

Result<runtime::SessionLook> take_look(const Invocation& in, std::size_t at) {
  const auto session = session_path(in, at);
  if (!session) {
    return tl::unexpected{session.error()};
  }
  ProgressBar bar{"replay"};
  return runtime::look_at_session(*session,
                                  [&](double done, Timestamp now, std::uint64_t events) {
                                    bar.show(done, now, events);
                                    return true;
                                  });
}

std::string look_head(const runtime::SessionLook& look) {
  const char* state = look.corrupt_at  ? "damaged"
                      : look.is_closed ? "closed"
                      : look.is_running ? "running"
                                        : "open";
  return fmt::format("{}: {} data, {}, verified through {}, at {} UTC\n", look.session, look.feed,
                     state, look.verified_through, views::minute_text(look.now));
}

}  // namespace lanner::app
