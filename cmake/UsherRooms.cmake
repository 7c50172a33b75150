# SPDX-License-Identifier: Apache-2.0

# usher_room(NAME SOURCES file... [DEPENDS room...] [LIBRARIES target...])
#
# One room of the daemon: the static library usher_NAME of the folder daemon/NAME. DEPENDS names the
# rooms whose headers it may include, its own words alone: tests/check_includes.cmake reads these
# calls and refuses an include that no edge allows, and any circle of edges.
function(usher_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;DEPENDS;LIBRARIES")
  add_library(usher_${name} STATIC ${room_SOURCES})
  target_include_directories(usher_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  list(TRANSFORM room_DEPENDS PREPEND usher_)
  target_link_libraries(usher_${name} PUBLIC usher_wire ${room_DEPENDS} ${room_LIBRARIES})
endfunction()

# What the tests of all rooms have in common: their flags, and GoogleTest's headers, read once. The
# rooms are built without precompiled headers, so that each of their files names what it uses.
#
# What is tested is built as shipped; the test itself is built once and run once: unoptimised, and with
# line numbers alone, that takes a third of the time.
function(usher_test_commons target)
  target_compile_options(${target} PRIVATE
    -g1 $<$<CONFIG:RelWithDebInfo>:-O0;-U_FORTIFY_SOURCE> $<$<COMPILE_LANGUAGE:CXX>:-pthread>)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE GTest::gmock GTest::gtest_main)
endfunction()

# usher_test(NAME SOURCES file... [LIBRARIES target...] [LABELS label...])
#
# A GoogleTest program, registered with CTest as one test per TEST(); labelled "unit" unless told
# otherwise. The times are for a test that hangs, on a machine with much else to do.
#
# With a sanitizer a process takes longer to start and end than most TEST()s: there, four processes
# share them out. That each passes by itself is shown without.
function(usher_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "SOURCES;LIBRARIES;LABELS")
  if(NOT test_LABELS)
    set(test_LABELS unit)
  endif()
  if(NOT TARGET usher_precompiled)
    add_executable(usher_precompiled "${PROJECT_SOURCE_DIR}/tests/precompiled.cpp")
    usher_test_commons(usher_precompiled)
    target_precompile_headers(usher_precompiled PRIVATE
      <gmock/gmock.h> <nlohmann/json.hpp>)
  endif()
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_LIBRARIES})
  usher_test_commons(${name})
  target_precompile_headers(${name} REUSE_FROM usher_precompiled)
  # A file in C stands alone.
  list(FILTER test_SOURCES INCLUDE REGEX "\\.c$")
  set_source_files_properties(${test_SOURCES} PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  if(USHER_SANITIZE)
    foreach(part RANGE 3)
      add_test(NAME ${name}.part_${part} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}.part_${part} PROPERTIES
        LABELS "${test_LABELS}" TIMEOUT 1200
        ENVIRONMENT "GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${part}")
    endforeach()
  else()
    gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
                         DISCOVERY_TIMEOUT 120
                         PROPERTIES LABELS "${test_LABELS}" TIMEOUT 600)
  endif()
endfunction()
