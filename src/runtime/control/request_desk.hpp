#pragma once

// Where an operator's requests reach a running session: a folder of the session's own. A request is
// a small file that appears there whole; the session takes it away, applies it as an event of its
// own, and leaves the answer beside it. What nobody took is withdrawn by who asked, so nothing is
// ever applied by a session that is continued later.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/commands.hpp"
#include "model/operator_request.hpp"

namespace lanner::runtime {

// "set risk.heat_pct 3.5", "pin ID", "unpin ID", "rollback 17"; an error says what is wrong.
[[nodiscard]] Result<model::OperatorRequested> parse_request(std::string_view text);
[[nodiscard]] std::string request_text(const model::OperatorRequested& request);

// The session's side.
class RequestDesk {
 public:
  // Clears what an earlier process left behind.
  explicit RequestDesk(const std::filesystem::path& session);
  ~RequestDesk();
  RequestDesk(const RequestDesk&) = delete;
  RequestDesk& operator=(const RequestDesk&) = delete;

  // Looks for a new one; cheap where there is none.
  void poll();
  [[nodiscard]] bool has_next() const noexcept { return next_.has_value(); }
  [[nodiscard]] model::OperatorRequested take_next();
  // The request that was taken has been applied: its answer stands among these.
  void on_applied(const model::CommandSink& sink);

 private:
  void answer(const std::string& text);

  std::filesystem::path folder_;
  std::optional<model::OperatorRequested> next_;
  std::string name_;  // of the one in hand
};

struct RequestAnswer {
  model::RequestVerdict verdict = model::RequestVerdict::done;
  Rate before;
  Timestamp applies_at;
};

// The operator's side: hands the request to the process that has the session in hand and waits for
// its answer. An error when none has it, or when it does not answer in time.
[[nodiscard]] Result<RequestAnswer> ask_session(const std::filesystem::path& session,
                                                const model::OperatorRequested& request,
                                                std::int64_t patience_ms = 10'000);

}  // namespace lanner::runtime
