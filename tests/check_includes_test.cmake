# SPDX-License-Identifier: Apache-2.0
# Plants one violation after the other in a copy of the tree, and wants check_includes.cmake to
# refuse each by its place:
#
#   cmake -D SOURCE=<root of the tree> -D SCRATCH=<directory> -P tests/check_includes_test.cmake

cmake_minimum_required(VERSION 3.25)
set(check "${SOURCE}/tests/check_includes.cmake")
set(failures 0)

function(copy_tree)
  file(REMOVE_RECURSE "${SCRATCH}")
  file(COPY "${SOURCE}/daemon" "${SOURCE}/include" "${SOURCE}/pam_module" "${SOURCE}/ctl" "${SOURCE}/keeper"
       DESTINATION "${SCRATCH}")
endfunction()

function(run_check)
  execute_process(COMMAND "${CMAKE_COMMAND}" -D "SOURCE=${SCRATCH}" -P "${check}"
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(result "${result}" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

# Writes `content` to `file` and wants the check to fail and to say `expected`.
function(expect_refused file content expected)
  copy_tree()
  file(WRITE "${SCRATCH}/${file}" "${content}")
  run_check()
  string(FIND "${output}" "${expected}" at)
  if(result EQUAL 0 OR at EQUAL -1)
    message("FAILED: planted in ${file}, wanted \"${expected}\", got:\n${output}")
    math(EXPR failures "${failures} + 1")
    set(failures "${failures}" PARENT_SCOPE)
  endif()
endfunction()

copy_tree()
run_check()
if(NOT result EQUAL 0)
  message("FAILED: the tree as it is:\n${output}")
  math(EXPR failures "${failures} + 1")
endif()

# Upward, sideways, and into the house from outside.
expect_refused(daemon/model/planted.h "// a\n\n#include \"daemon/policy/judge.h\"\n"
               "daemon/model/planted.h:3: daemon/policy/judge.h")
expect_refused(daemon/policy/planted.cpp "#include \"daemon/store/store.h\"\n"
               "daemon/policy/planted.cpp:1: daemon/store/store.h")
expect_refused(daemon/policy/planted.cpp "  #  include <daemon/store/store.h>\n"
               "daemon/policy/planted.cpp:1: daemon/store/store.h")
expect_refused(daemon/policy/below/planted.cpp "\n#include \"daemon/store/store.h\"\n"
               "daemon/policy/below/planted.cpp:2: daemon/store/store.h")
expect_refused(daemon/policy/planted.cpp "#include \"daemon/usherd.h\"\n"
               "daemon/policy/planted.cpp:1: daemon/usherd.h")
expect_refused(include/usher/planted.h "#include \"daemon/model/rule.h\"\n"
               "include/usher/planted.h:1: daemon/model/rule.h")
expect_refused(pam_module/planted.cpp "#include \"daemon/model/rule.h\"\n"
               "pam_module/planted.cpp:1: daemon/model/rule.h")
expect_refused(ctl/planted.cpp "#include \"daemon/login/login.h\"\n"
               "ctl/planted.cpp:1: daemon/login/login.h")
expect_refused(keeper/planted.cpp "#include \"daemon/store/store.h\"\n"
               "keeper/planted.cpp:1: daemon/store/store.h")
expect_refused(daemon/planted.cpp "#include \"ctl/planted.h\"\n"
               "daemon/planted.cpp:1: ctl/planted.h")

# Spellings that would get around the edges.
expect_refused(daemon/policy/planted.cpp "#include \"../store/store.h\"\n"
               "daemon/policy/planted.cpp:1: ../store/store.h")
expect_refused(daemon/policy/planted.cpp "#include \"daemon/policy/../store/store.h\"\n"
               "daemon/policy/planted.cpp:1: daemon/policy/../store/store.h")
expect_refused(ctl/planted.cpp "#include \"./../daemon/login/login.h\"\n"
               "ctl/planted.cpp:1: ./../daemon/login/login.h")
expect_refused(daemon/policy/planted.cpp "#include \"judge.h\"\n"
               "daemon/policy/planted.cpp:1: judge.h")
expect_refused(daemon/policy/planted.cpp "#include STORE_HEADER\n"
               "daemon/policy/planted.cpp:1: a computed name")

# Libraries that belong to one room, or not into the module.
expect_refused(daemon/audit/planted.cpp "#include <toml++/toml.h>\n"
               "daemon/audit/planted.cpp:1: toml++/toml.h")
expect_refused(pam_module/planted.cpp "#include <fmt/format.h>\n"
               "pam_module/planted.cpp:1: fmt/format.h")
expect_refused(daemon/factors/planted.cpp "#include <crypt.h>\n"
               "daemon/factors/planted.cpp:1: crypt.h")
expect_refused(include/usher/planted.h "#include <sodium.h>\n"
               "include/usher/planted.h:1: sodium.h")

# Edges.
expect_refused(daemon/model/CMakeLists.txt "usher_room(model SOURCES network.cpp DEPENDS policy)\n"
               "daemon/model/CMakeLists.txt:1: model depends on itself, in a circle")
expect_refused(daemon/model/CMakeLists.txt "usher_room(model SOURCES network.cpp DEPENDS cellar)\n"
               "model depends on cellar, which is no room")
expect_refused(daemon/model/CMakeLists.txt "# usher_room(model SOURCES network.cpp)\n"
               "daemon/model/CMakeLists.txt:1: there is no usher_room() call")

file(REMOVE_RECURSE "${SCRATCH}")
if(failures)
  message(FATAL_ERROR "${failures} failed")
endif()
