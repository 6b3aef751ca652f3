# Compiler flags of every build. Results must be equal between builds and processors, so nothing
# here may let the compiler fuse, reorder or guess: no -march=native, no -ffast-math.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Dev, Release or Asan" FORCE)
endif()
set(known_build_types Dev Release Asan)
if(NOT CMAKE_BUILD_TYPE IN_LIST known_build_types)
  message(FATAL_ERROR "CMAKE_BUILD_TYPE is '${CMAKE_BUILD_TYPE}'; it must be one of "
                      "${known_build_types}. The presets set it: cmake --preset dev")
endif()

set(LANNER_UNITY 0 CACHE STRING "files per unity batch of src/ (0: none)")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# g++ 12 reports string concatenation as overlapping copies (GCC bug 105651) and a remainder loop
# that never runs as endless; in unity builds it takes a .cpp's own hidden types for a header's.
set(LANNER_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Werror -Wno-restrict
    -Wno-aggressive-loop-optimizations -Wno-subobject-linkage)
set(LANNER_SEMANTICS -ffp-contract=off)
add_compile_options(${LANNER_WARNINGS} ${LANNER_SEMANTICS})
# __FILE__ and debug information name files from the top of the tree, wherever it lies.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")

set(CMAKE_CXX_FLAGS_DEV "-O1 -g1 -D_GLIBCXX_ASSERTIONS" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE
    "-O2 -g1 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fcf-protection" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_ASAN "-O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all \
-fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS" CACHE STRING "" FORCE)
# Folders call each other for every event, so release optimises across them when it links; the
# warnings of that step are those of compiling.
set(CMAKE_EXE_LINKER_FLAGS_RELEASE
    "-pie -Wl,-z,relro,-z,now -Wno-aggressive-loop-optimizations" CACHE STRING "" FORCE)
set(CMAKE_EXE_LINKER_FLAGS_ASAN "-fsanitize=address,undefined" CACHE STRING "" FORCE)

find_program(LANNER_MOLD mold)
if(LANNER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# hash_dir off and a base directory: build directories of the same depth share their hits.
find_program(LANNER_CCACHE ccache)
if(LANNER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_NOHASHDIR=1 "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "${LANNER_CCACHE}")
endif()
