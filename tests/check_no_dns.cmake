# SPDX-License-Identifier: Apache-2.0
# That a built program can't ask a name server: it imports no function that looks up host names.
#
#   cmake -D BINARY=<file> -D NM=... -P tests/check_no_dns.cmake

execute_process(COMMAND "${NM}" -D --undefined-only "${BINARY}" OUTPUT_VARIABLE imported
                COMMAND_ERROR_IS_FATAL ANY)
if(NOT imported MATCHES " U ")
  message(FATAL_ERROR "${BINARY}: ${NM} tells of nothing that it imports")
endif()
string(REGEX MATCHALL
       " (getaddrinfo|getnameinfo|gethostby|gethostent|(__)?res_n?(init|query|search|send|mkquery))[a-z0-9_]*"
       resolving "${imported}")
if(resolving)
  message(FATAL_ERROR "${BINARY}: looks up host names, by${resolving}")
endif()
