# SPDX-License-Identifier: Apache-2.0
# How a built program or module is hardened (cmake/UsherCompile.cmake), as its file has it:
#
#   cmake -D BINARY=<file> -D READELF=... -D NM=... -D CRTI=<the toolchain's crti.o>
#         -D PROCESSOR=... -D BUILD_TYPE=... -P tests/check_hardening.cmake

function(fail text)
  message(FATAL_ERROR "${BINARY}: ${text}")
endfunction()

function(read_elf option file into)
  execute_process(COMMAND "${READELF}" "${option}" "${file}" OUTPUT_VARIABLE read
                  ERROR_VARIABLE ignored COMMAND_ERROR_IS_FATAL ANY)
  set(${into} "${read}" PARENT_SCOPE)
endfunction()

read_elf(-hW "${BINARY}" header)
read_elf(-dW "${BINARY}" dynamic)
read_elf(-lW "${BINARY}" segments)
read_elf(-nW "${BINARY}" notes)
execute_process(COMMAND "${NM}" -D --undefined-only "${BINARY}" OUTPUT_VARIABLE imported
                COMMAND_ERROR_IS_FATAL ANY)

if(NOT header MATCHES "Type:[^\n]*DYN")
  fail("stands at a fixed address")
endif()
if(segments MATCHES "INTERP" AND NOT dynamic MATCHES "FLAGS_1[^\n]*PIE")
  fail("is a program, but no position-independent one")
endif()
if(NOT segments MATCHES "GNU_RELRO" OR NOT dynamic MATCHES "BIND_NOW|FLAGS_1[^\n]*NOW")
  fail("its relocations stay writable: not full RELRO")
endif()
if(dynamic MATCHES "TEXTREL")
  fail("has relocations in its code")
endif()
if(NOT segments MATCHES "GNU_STACK[^\n]*RW " OR segments MATCHES "GNU_STACK[^\n]*RWE")
  fail("its stack is executable")
endif()
if(segments MATCHES "LOAD[^\n]*RWE")
  fail("has memory that is both writable and executable")
endif()
if(NOT imported MATCHES "__stack_chk_fail")
  fail("no function has a stack protector")
endif()
if(NOT BUILD_TYPE STREQUAL "Debug" AND NOT imported MATCHES "__(mem|str|explicit|v?sn?printf)[a-z_]*_chk")
  fail("no call is fortified: _FORTIFY_SOURCE had no effect")
endif()

if(PROCESSOR MATCHES "x86_64")
  if(NOT notes MATCHES "SHSTK")
    fail("is not marked for shadow stacks")
  endif()
  # The linker marks for indirect branch tracking what is compiled for it throughout; libc's start
  # files are not, everywhere.
  read_elf(-nW "${CRTI}" toolchain)
  if(toolchain MATCHES "IBT" AND NOT notes MATCHES "IBT")
    fail("is not marked for indirect branch tracking, though the toolchain's start files are")
  endif()
  if(notes MATCHES "IBT" AND NOT toolchain MATCHES "IBT")
    fail("is marked for indirect branch tracking, which the toolchain's start files would not stand")
  endif()
endif()
