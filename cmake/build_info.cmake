# Version, commit and compiler as one tiny source file. It is looked at in every build and
# rewritten only when the commit changed, so a new commit costs one compilation and the links.

set(build_info_source "${CMAKE_BINARY_DIR}/generated/build_info.cpp")
add_custom_target(lanner_build_info_source
  COMMAND "${CMAKE_COMMAND}"
    "-DSOURCE_DIR=${CMAKE_SOURCE_DIR}"
    "-DOUTPUT=${build_info_source}"
    "-DVERSION=${PROJECT_VERSION}"
    "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    "-DPRESET=${CMAKE_BUILD_TYPE}"
    -P "${CMAKE_SOURCE_DIR}/cmake/write_build_info.cmake"
  BYPRODUCTS "${build_info_source}"
  COMMENT "build id"
  VERBATIM)

add_library(lanner_build_info STATIC "${build_info_source}")
add_dependencies(lanner_build_info lanner_build_info_source)
target_include_directories(lanner_build_info PUBLIC "${CMAKE_SOURCE_DIR}/src")
