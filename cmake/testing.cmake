# One executable per kind of test: lanner_test_<kind> from tests/<kind>/**/*_test.cpp, and the
# benchmarks from bench/. All link every library of src/, so a test may look at any floor.

find_package(doctest REQUIRED)
find_package(rapidcheck REQUIRED)

file(GLOB_RECURSE support_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/support/*.cpp")
set(test_main "${CMAKE_SOURCE_DIR}/tests/support/main.cpp")
list(REMOVE_ITEM support_sources "${test_main}")

function(lanner_test_definitions target scope)
  target_compile_definitions(${target} ${scope}
    "LANNER_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\""
    "LANNER_BINARY=\"${CMAKE_BINARY_DIR}/lanner\""
    # The other preset's binary: results must not depend on the optimiser.
    "LANNER_DEV_BINARY=\"${CMAKE_SOURCE_DIR}/build/dev/lanner\"")
endfunction()

add_library(lanner_test_support STATIC ${support_sources})
target_include_directories(lanner_test_support PUBLIC
  "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(lanner_test_support PUBLIC doctest::doctest rapidcheck)
lanner_test_definitions(lanner_test_support PUBLIC)

function(lanner_test_executable target kind)
  add_executable(${target} ${ARGN} "${test_main}")
  target_compile_definitions(${target} PRIVATE "LANNER_TEST_KIND=\"${kind}\"")
  target_link_libraries(${target} PRIVATE lanner_test_support)
endfunction()

foreach(kind property scenario golden ablation e2e)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${kind}/*_test.cpp")
  if(NOT sources)
    continue()
  endif()
  lanner_test_executable(lanner_test_${kind} ${kind} ${sources})
  target_link_libraries(lanner_test_${kind} PRIVATE ${LANNER_LIBRARIES})
  if(kind STREQUAL "e2e" AND TARGET lanner)
    add_dependencies(lanner_test_e2e lanner)
  endif()
endforeach()

# Unit tests mirror src/, so each folder also has an executable of its own, built on demand, that
# needs only the folder's library: lanner_test_unit_<folder>.
set(unit_objects "")
file(GLOB unit_folders CONFIGURE_DEPENDS LIST_DIRECTORIES true "${CMAKE_SOURCE_DIR}/tests/unit/*")
foreach(entry IN LISTS unit_folders)
  get_filename_component(folder "${entry}" NAME)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${entry}/*_test.cpp")
  if(NOT IS_DIRECTORY "${entry}" OR NOT sources)
    continue()
  endif()
  add_library(lanner_unit_${folder} OBJECT ${sources})
  target_link_libraries(lanner_unit_${folder} PRIVATE lanner_test_support)
  if(TARGET lanner_${folder})
    set(libraries lanner_${folder})
  else()
    set(libraries ${LANNER_LIBRARIES})
  endif()
  lanner_test_executable(lanner_test_unit_${folder} unit $<TARGET_OBJECTS:lanner_unit_${folder}>)
  set_target_properties(lanner_test_unit_${folder} PROPERTIES EXCLUDE_FROM_ALL ON)
  target_link_libraries(lanner_test_unit_${folder} PRIVATE ${libraries})
  list(APPEND unit_objects $<TARGET_OBJECTS:lanner_unit_${folder}>)
endforeach()
if(unit_objects)
  lanner_test_executable(lanner_test_unit unit ${unit_objects})
  target_link_libraries(lanner_test_unit PRIVATE ${LANNER_LIBRARIES})
endif()

file(GLOB_RECURSE bench_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/*.cpp")
# Comparisons with other programs build with their sources, by scripts of their own.
list(FILTER bench_sources EXCLUDE REGEX "/bench/peers/")
if(bench_sources)
  find_package(benchmark REQUIRED)
  add_executable(lanner_bench ${bench_sources})
  target_include_directories(lanner_bench PRIVATE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(lanner_bench PRIVATE ${LANNER_LIBRARIES} benchmark::benchmark)
  lanner_test_definitions(lanner_bench PRIVATE)
endif()

# What ./x asks for. A target stands for the parts that exist so far.
add_custom_target(lanner_binary)
if(TARGET lanner)
  add_dependencies(lanner_binary lanner)
endif()
foreach(kind unit property scenario golden ablation e2e)
  add_custom_target(test_${kind})
  if(TARGET lanner_test_${kind})
    add_dependencies(test_${kind} lanner_test_${kind})
  endif()
endforeach()
# Cheap tests run with checked containers, whole-engine tests at full speed.
add_custom_target(test_dev DEPENDS lanner_binary test_unit test_property)
add_custom_target(test_release DEPENDS lanner_binary test_scenario test_golden test_ablation test_e2e)
if(TARGET lanner_bench)
  add_dependencies(test_release lanner_bench)
endif()
