#include "runtime/control/request_desk.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/did_you_mean.hpp"
#include "base/isotime.hpp"
#include "runtime/session_dir.hpp"
#include "store/atomic_file.hpp"

namespace lanner::runtime {
namespace fs = std::filesystem;
namespace {

using model::OperatorRequested;
using model::RequestKind;
using model::RequestVerdict;

constexpr std::string_view kAsked = ".request";
constexpr std::string_view kAnswered = ".answer";
constexpr std::uintmax_t kRequestBytesMax = 4096;
constexpr std::size_t kVerdicts = static_cast<std::size_t>(RequestVerdict::busy) + 1;

fs::path folder_of(const fs::path& session) { return session / "requests"; }

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>{in}, {}};
}

Result<model::Param> parameter_named(std::string_view id) {
  std::vector<std::string_view> known;
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    if (spec.id == id) {
      return spec.key;
    }
    known.push_back(spec.id);
  }
  const auto guess = closest(id, known);
  return fail(ErrorKind::usage,
              "unknown parameter '" + std::string(id) + "'" +
                  (guess ? "; did you mean '" + std::string(*guess) + "'?"
                         : "; `lanner params list` lists them"));
}

std::string_view id_of(model::Param key) {
  return key < model::Param::count_
             ? model::parameter_specs()[static_cast<std::size_t>(key)].id
             : std::string_view{"?"};
}

// "verdict before applies_at_ns"
std::string answer_text(const model::OperatorAnswered& answered) {
  return std::to_string(static_cast<int>(answered.verdict)) + " " + to_string(answered.before) +
         " " + std::to_string(answered.applies_at.ns()) + "\n";
}

std::optional<RequestAnswer> parse_answer(const std::string& text) {
  std::istringstream words(text);
  std::size_t verdict = kVerdicts;
  std::string before;
  std::int64_t at = 0;
  words >> verdict >> before >> at;
  const auto value = parse_fixed<Rate>(before);
  if (!words || verdict >= kVerdicts || !value) {
    return std::nullopt;
  }
  return RequestAnswer{static_cast<RequestVerdict>(verdict), *value, Timestamp{at}};
}

}  // namespace

Result<OperatorRequested> parse_request(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string kind;
  std::string subject;
  std::string value;
  std::string beyond;
  words >> kind >> subject >> value >> beyond;
  OperatorRequested request;
  if (kind == name_of(RequestKind::roll_back_adaptation)) {
    request.kind = RequestKind::roll_back_adaptation;
    const auto [end, error] = std::from_chars(subject.data(), subject.data() + subject.size(),
                                              request.adaptation_id);
    if (error != std::errc{} || end != subject.data() + subject.size() || !value.empty()) {
      return fail(ErrorKind::usage, "'" + subject + "' is not the number of an adaptation");
    }
    return request;
  }
  const auto key = parameter_named(subject);
  if (!key) {
    return tl::unexpected{key.error()};
  }
  request.parameter = *key;
  if (kind == name_of(RequestKind::set_parameter)) {
    const auto wanted = parse_fixed<Rate>(value);
    model::ParameterSet scratch;
    const Status set = scratch.set(subject, value);
    if (!set || !wanted || !beyond.empty()) {
      return fail(ErrorKind::usage, set ? "one value for " + subject : set.error().message);
    }
    request.value = *wanted;
    return request;
  }
  const bool is_pin = kind == name_of(RequestKind::pin_parameter);
  if ((!is_pin && kind != name_of(RequestKind::unpin_parameter)) || !value.empty()) {
    return fail(ErrorKind::usage, "'" + std::string(text) + "' is no request");
  }
  request.kind = is_pin ? RequestKind::pin_parameter : RequestKind::unpin_parameter;
  return request;
}

std::string request_text(const OperatorRequested& request) {
  std::string text = name_of(request.kind);
  if (request.kind == RequestKind::roll_back_adaptation) {
    return text + " " + std::to_string(request.adaptation_id);
  }
  text += " " + std::string(id_of(request.parameter));
  return request.kind == RequestKind::set_parameter ? text + " " + to_string(request.value) : text;
}

RequestDesk::RequestDesk(const fs::path& session) : folder_(folder_of(session)) {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  fs::create_directory(folder_, ignored);
  fs::permissions(folder_, fs::perms::owner_all, ignored);
}

RequestDesk::~RequestDesk() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void RequestDesk::poll() {
  if (next_ || !name_.empty()) {
    return;
  }
  std::error_code ignored;
  std::vector<fs::path> asked;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    if (entry.path().extension() == kAsked && entry.is_regular_file(ignored)) {
      asked.push_back(entry.path());
    }
  }
  if (asked.empty()) {
    return;
  }
  std::sort(asked.begin(), asked.end());
  const fs::path& first = asked.front();
  const bool is_small = fs::file_size(first, ignored) <= kRequestBytesMax;
  const std::string text = is_small ? text_of(first) : std::string{};
  // Whoever asked may have withdrawn it meanwhile: only one of the two can remove it.
  if (!fs::remove(first, ignored)) {
    return;
  }
  name_ = first.stem().string();
  const auto request = parse_request(text);
  if (!request) {
    answer("error " + request.error().message + "\n");
    return;
  }
  next_ = *request;
}

OperatorRequested RequestDesk::take_next() {
  const OperatorRequested request = *next_;
  next_.reset();
  return request;
}

void RequestDesk::on_applied(const model::CommandSink& sink) {
  for (const model::Notice& notice : sink.notices()) {
    const auto* answered = std::get_if<model::OperatorAnswered>(&notice);
    if (answered != nullptr && !name_.empty()) {
      answer(answer_text(*answered));
    }
  }
}

void RequestDesk::answer(const std::string& text) {
  static_cast<void>(store::write_atomically(folder_ / (name_ + std::string(kAnswered)), text));
  name_.clear();
}

Result<RequestAnswer> ask_session(const fs::path& session, const OperatorRequested& request,
                                  std::int64_t patience_ms) {
  const fs::path folder = folder_of(session);
  std::error_code ignored;
  if (!is_session_locked(session) || !fs::is_directory(folder, ignored)) {
    return fail(ErrorKind::failure, "nothing is running: no process has the session " +
                                        session.string() + " in hand");
  }
  const auto now = std::chrono::steady_clock::now();
  const std::string name = std::to_string(now.time_since_epoch().count()) + "-" +
                           std::to_string(::getpid());
  const fs::path asked = folder / (name + std::string(kAsked));
  const fs::path answered = folder / (name + std::string(kAnswered));
  if (const auto written = store::write_atomically(asked, request_text(request)); !written) {
    return tl::unexpected{written.error()};
  }
  const auto until = now + std::chrono::milliseconds(patience_ms);
  std::string text;
  while (text.empty() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    text = text_of(answered);
  }
  if (text.empty()) {
    const bool was_untouched = fs::remove(asked, ignored);
    return fail(ErrorKind::failure,
                was_untouched ? "the session did not take the request, which is withdrawn"
                              : "the session took the request and has not answered; look at "
                                "`lanner params log`");
  }
  fs::remove(answered, ignored);
  if (const auto answer = parse_answer(text)) {
    return *answer;
  }
  return fail(ErrorKind::failure, "the session answered: " + text);
}

}  // namespace lanner::runtime
