# SPDX-License-Identifier: Apache-2.0
# What pam_usher.so brings into a program: libpam, libc, six functions, no state, and not much.

function(fail text)
  message(FATAL_ERROR "${MODULE}: ${text}")
endfunction()

execute_process(COMMAND "${READELF}" -dW "${MODULE}" OUTPUT_VARIABLE dynamic
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "NEEDED[^\n]*\\[[^]]*\\]" needed "${dynamic}")
list(TRANSFORM needed REPLACE ".*\\[(.*)\\]" "\\1")
list(SORT needed)
if(NOT needed STREQUAL "libc.so.6;libpam.so.0")
  fail("needs ${needed}; only libpam.so.0 and libc.so.6 may be loaded")
endif()
if(dynamic MATCHES "NODELETE")
  fail("would stay in memory after dlclose")
endif()

execute_process(COMMAND "${NM}" -D --defined-only "${MODULE}" OUTPUT_VARIABLE exported
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n]+\n" exported "${exported}")
list(TRANSFORM exported STRIP)
list(SORT exported)
if(NOT exported STREQUAL "pam_sm_acct_mgmt;pam_sm_authenticate;pam_sm_chauthtok;pam_sm_close_session;pam_sm_open_session;pam_sm_setcred")
  fail("exports ${exported}; only the six pam_sm_ functions may be seen")
endif()

# What is writable, and what is unique (u), which dlclose never unloads; but what the compiler's own
# start files bring.
execute_process(COMMAND "${OBJDUMP}" -t "${MODULE}" OUTPUT_VARIABLE symbols
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]* (u      [^\n]*|[^\n]+ \\.(data|bss|tdata|tbss)\t[^\n]+)" state "${symbols}")
list(FILTER state EXCLUDE REGEX " (\\.data|\\.bss|completed\\.[0-9]+|__dso_handle|__TMC_END__)$")
if(state)
  fail("keeps state: ${state}")
endif()

execute_process(COMMAND "${READELF}" -lW "${MODULE}" OUTPUT_VARIABLE segments
                COMMAND_ERROR_IS_FATAL ANY)
if(segments MATCHES "TLS")
  fail("has thread-local storage")
endif()

if(NOT BUILD_TYPE STREQUAL "Debug")
  set(stripped "${MODULE}.stripped")
  execute_process(COMMAND "${STRIP}" -o "${stripped}" "${MODULE}" COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE "${stripped}" size)
  file(REMOVE "${stripped}")
  if(size GREATER_EQUAL 102400)
    fail("is ${size} bytes stripped; 100 KiB is the limit")
  endif()
  message(STATUS "${size} bytes stripped")
endif()
