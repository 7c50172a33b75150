# SPDX-License-Identifier: Apache-2.0
# One set of compiler and linker flags for every target of the project.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
# usherd, usherctl and pam_usher.so stand directly under build/<preset>/.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")

set(USHER_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them; empty for none")

include(CheckPIESupported)
check_pie_supported(LANGUAGES C CXX)

option(USHER_WARNINGS_ARE_ERRORS "Take no compiler's warning; for packages OFF, since compilers differ" ON)
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wundef -Wcast-qual
  -Wcast-align -Wno-missing-field-initializers
  $<$<BOOL:${USHER_WARNINGS_ARE_ERRORS}>:-Werror>
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi>
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
)
add_compile_definitions(_GNU_SOURCE)

if(USHER_SANITIZE)
  add_compile_options(-fsanitize=${USHER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${USHER_SANITIZE})
else()
  # Hardening: what Debian's and Fedora's packages are built with, and full RELRO.
  add_compile_options(-fstack-protector-strong -fstack-clash-protection
                      $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i[3-6]86")
    add_compile_options(-fcf-protection=full)
    # Debian's libc brings start files without the mark, and one such file unmarks all. They only
    # call and return, as shadow stacks want it; they lack the landing pads of indirect branch
    # tracking, so that mark is left to the linker.
    add_link_options(-Wl,-z,shstk)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    add_compile_options(-mbranch-protection=standard)
  endif()
  add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()
