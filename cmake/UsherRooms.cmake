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

# usher_test(NAME SOURCES file... [LIBRARIES target...] [LABELS label...])
#
# A GoogleTest program, registered with CTest as one test per TEST(); labelled "unit" unless told
# otherwise. The times are for a test that hangs, on a machine with much else to do.
function(usher_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "SOURCES;LIBRARIES;LABELS")
  if(NOT test_LABELS)
    set(test_LABELS unit)
  endif()
  add_executable(${name} ${test_SOURCES})
  # What is tested is built as shipped; the test itself is built once and run once: unoptimised, that
  # takes a third of the time.
  target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0;-g1;-U_FORTIFY_SOURCE>)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${test_LIBRARIES} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
                       DISCOVERY_TIMEOUT 120
                       PROPERTIES LABELS "${test_LABELS}" TIMEOUT 600)
endfunction()
