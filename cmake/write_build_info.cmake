# Runs in every build: writes OUTPUT when its text would change.
# "unknown" stands for a tree without git or without a commit; "-modified" for uncommitted edits.

set(build_id "unknown")
find_program(GIT git)
if(GIT AND EXISTS "${SOURCE_DIR}/.git")
  execute_process(COMMAND "${GIT}" rev-parse --short=12 HEAD
    WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE commit ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(NOT failed)
    set(build_id "${commit}")
    execute_process(COMMAND "${GIT}" diff --quiet HEAD --
      WORKING_DIRECTORY "${SOURCE_DIR}" ERROR_QUIET RESULT_VARIABLE modified)
    if(modified)
      string(APPEND build_id "-modified")
    endif()
  endif()
endif()

string(TOLOWER "${PRESET}" preset)
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
#include "base/build_info.hpp"

namespace lanner {

const BuildInfo& build_info() noexcept {
    static constexpr BuildInfo info{
        .version = "@VERSION@",
        .build_id = "@build_id@",
        .compiler = "@COMPILER@",
        .preset = "@preset@",
    };
    return info;
}

}  // namespace lanner
]])
