#pragma once

// Expected trouble is a value: every function that can meet it returns Result<T>.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace lanner {

// The class of an error decides the exit code of the verb that meets it (docs/reference/cli.md).
enum class ErrorKind : unsigned char {
  failure,      // exit 1
  usage,        // exit 2
  config,       // exit 3
  data,         // exit 4: missing or corrupt data
  unreachable,  // exit 5
  refused,      // exit 6
  halted,       // exit 7
  difference,   // exit 8
  running,      // exit 9
};

// An error says what, where, and what to do, in one sentence.
struct Error {
  ErrorKind kind = ErrorKind::failure;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

}  // namespace lanner
