# SPDX-License-Identifier: Apache-2.0
# Refuses an include that no edge between rooms allows:
#
#   cmake -D SOURCE=<root of the tree> -P tests/check_includes.cmake
#
# The edges are what the usher_room() calls in daemon/*/CMakeLists.txt say under DEPENDS.

cmake_minimum_required(VERSION 3.25)
if(NOT IS_DIRECTORY "${SOURCE}/daemon")
  message(FATAL_ERROR "-D SOURCE=<root of the tree> is missing or wrong: \"${SOURCE}\"")
endif()

# What may stand below usherctl: what it runs in process, and what `init` makes.
set(ctl_may_include audit config policy model store host review interchange)
# What may stand below usher-keeper: no store, no policy, no log of its own.
set(keeper_may_include config serving host model)

# What may stand below pam_stacks, which usherctl alone includes.
set(pam_stacks_may_include config review host model)

# Who may know a library: the header's start, and the folders.
set(library_headers
    "toml\\+\\+/=^daemon/config/"
    "sqlite3\\.h=^daemon/store/"
    "nlohmann/=^(daemon/(audit|control)|ctl|pam_stacks)/"
    "CLI/=^(ctl|keeper)/|^daemon/[^/]*$"
    "date/=^daemon/config/"
    "liboath/=^daemon/factors/"
    "pwquality\\.h=^daemon/factors/"
    "qrencode\\.h=^daemon/login/"
    "systemd/=^daemon/(audit|serving|control)/|^daemon/[^/]*$"
    "crypt\\.h=^(keeper|pam_stacks)/"
    "cap-ng\\.h=^keeper/"
    "seccomp\\.h=^keeper/"
    "sodium=^(daemon|ctl|keeper)/"
    "fmt/=^(daemon|ctl|keeper|pam_stacks)/")

set(violations "")

function(violation text)
  list(APPEND violations "${text}")
  set(violations "${violations}" PARENT_SCOPE)
endfunction()

# ---- The rooms and their edges -------------------------------------------------------------------

# Sets depends_ROOM from the usher_room() call in daemon/ROOM/CMakeLists.txt.
function(read_edges room)
  set(list_file "daemon/${room}/CMakeLists.txt")
  file(READ "${SOURCE}/${list_file}" text)
  string(REGEX REPLACE "#[^\n]*" "" text "${text}")
  if(NOT text MATCHES "usher_room\\(([^)]*)\\)")
    violation("${list_file}:1: there is no usher_room() call")
    set(violations "${violations}" PARENT_SCOPE)
    return()
  endif()
  string(REGEX REPLACE "[ \t\r\n]+" ";" words "${CMAKE_MATCH_1}")
  cmake_parse_arguments(call "" "" "SOURCES;DEPENDS;LIBRARIES" ${words})
  if(NOT call_UNPARSED_ARGUMENTS STREQUAL room)
    violation("${list_file}:1: the room is named ${call_UNPARSED_ARGUMENTS}, not ${room}")
  endif()
  foreach(dependency IN LISTS call_DEPENDS)
    if(NOT dependency IN_LIST rooms)
      violation("${list_file}:1: ${room} depends on ${dependency}, which is no room")
    endif()
  endforeach()
  set(violations "${violations}" PARENT_SCOPE)
  set(depends_${room} "${call_DEPENDS}" PARENT_SCOPE)
endfunction()

file(GLOB folders RELATIVE "${SOURCE}/daemon" LIST_DIRECTORIES true "${SOURCE}/daemon/*")
set(rooms "")
foreach(folder IN LISTS folders)
  if(EXISTS "${SOURCE}/daemon/${folder}/CMakeLists.txt")
    list(APPEND rooms "${folder}")
  elseif(IS_DIRECTORY "${SOURCE}/daemon/${folder}")
    violation("daemon/${folder}:1: this folder is no room: it has no CMakeLists.txt")
  endif()
endforeach()
foreach(room IN LISTS rooms)
  read_edges("${room}")
endforeach()

# below_ROOM: what ROOM may include besides itself. A chain visits each room once at most, so as many
# rounds as there are rooms reach everything.
foreach(room IN LISTS rooms)
  set(below_${room} "${depends_${room}}")
endforeach()
foreach(round IN LISTS rooms)
  foreach(room IN LISTS rooms)
    foreach(dependency IN LISTS depends_${room})
      list(APPEND below_${room} ${below_${dependency}})
    endforeach()
    list(REMOVE_DUPLICATES below_${room})
  endforeach()
endforeach()
foreach(room IN LISTS rooms)
  if(room IN_LIST below_${room})
    violation("daemon/${room}/CMakeLists.txt:1: ${room} depends on itself, in a circle")
  endif()
endforeach()

# ---- The includes --------------------------------------------------------------------------------

# Sets `allowed`: whether `file` may include `header`, both as seen from the root of the tree.
function(judge_include file header quoted)
  set(allowed FALSE)
  string(REGEX MATCH "^daemon/([^/]+)/" unused "${file}")
  set(room "${CMAKE_MATCH_1}")
  string(REGEX MATCH "^daemon/([^/]+)/" unused "${header}")
  set(target "${CMAKE_MATCH_1}")

  if(header MATCHES "(^|/)\\.\\.?/")
    # Could lead anywhere.
  elseif(header MATCHES "^usher/")
    set(allowed TRUE)
  elseif(target)
    if(room)
      if(target STREQUAL room OR target IN_LIST below_${room})
        set(allowed TRUE)
      endif()
    elseif(file MATCHES "^daemon/" OR (file MATCHES "^ctl/" AND target IN_LIST ctl_may_include)
           OR (file MATCHES "^keeper/" AND target IN_LIST keeper_may_include)
           OR (file MATCHES "^pam_stacks/" AND target IN_LIST pam_stacks_may_include))
      set(allowed TRUE)
    endif()
  elseif(file MATCHES "^ctl/" AND header MATCHES "^pam_stacks/[^/]*$")
    set(allowed TRUE)
  elseif(header MATCHES "^(daemon|ctl|keeper|pam_module|pam_stacks|include|tests)/")
    # What stands beside the rooms is for its own neighbours.
    cmake_path(GET header PARENT_PATH header_folder)
    cmake_path(GET file PARENT_PATH file_folder)
    if(header_folder STREQUAL file_folder)
      set(allowed TRUE)
    endif()
  elseif(NOT quoted)
    set(allowed TRUE)
    foreach(library IN LISTS library_headers)
      string(REGEX MATCH "^(.*)=(.*)$" unused "${library}")
      set(start "${CMAKE_MATCH_1}")
      set(folders "${CMAKE_MATCH_2}")
      if(header MATCHES "^${start}" AND NOT file MATCHES "${folders}")
        set(allowed FALSE)
      endif()
    endforeach()
  endif()
  set(allowed "${allowed}" PARENT_SCOPE)
endfunction()

# Sets `line` to where the text stands in the file.
function(line_of file text)
  file(READ "${SOURCE}/${file}" content)
  string(FIND "${content}" "${text}" at)
  string(SUBSTRING "${content}" 0 ${at} before)
  string(REGEX REPLACE "[^\n]" "" newlines "${before}")
  string(LENGTH "${newlines}" line)
  math(EXPR line "${line} + 1")
  set(line "${line}" PARENT_SCOPE)
endfunction()

function(check_file file)
  file(STRINGS "${SOURCE}/${file}" includes REGEX "^[ \t]*#[ \t]*include")
  foreach(include IN LISTS includes)
    if(include MATCHES "include[ \t]*([<\"])([^>\"]+)[>\"]")
      set(header "${CMAKE_MATCH_2}")
      string(COMPARE EQUAL "${CMAKE_MATCH_1}" "\"" quoted)
      judge_include("${file}" "${header}" ${quoted})
    else()
      set(header "a computed name")
      set(allowed FALSE)
    endif()
    if(NOT allowed)
      line_of("${file}" "${include}")
      violation("${file}:${line}: ${header} may not be included here")
    endif()
  endforeach()
  set(violations "${violations}" PARENT_SCOPE)
endfunction()

set(checked 0)
foreach(area IN ITEMS include/usher pam_module daemon keeper pam_stacks ctl)
  file(GLOB_RECURSE files RELATIVE "${SOURCE}" "${SOURCE}/${area}/*.h" "${SOURCE}/${area}/*.c"
       "${SOURCE}/${area}/*.cpp")
  foreach(file IN LISTS files)
    check_file("${file}")
    math(EXPR checked "${checked} + 1")
  endforeach()
endforeach()

if(violations)
  list(JOIN violations "\n" text)
  message("${text}")
  list(LENGTH violations count)
  message(FATAL_ERROR "${count} include(s) or edge(s) that the rooms do not allow")
endif()
list(LENGTH rooms count)
message(STATUS "${checked} files in ${count} rooms include only what they may")
