# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where; manual pages are docs/CMakeLists.txt's.

set(packaging "${PROJECT_SOURCE_DIR}/packaging")
set(usher_etc "${CMAKE_INSTALL_FULL_SYSCONFDIR}")
set(usher_share "${CMAKE_INSTALL_FULL_DATADIR}")

# usher_install(DESTINATION [AS name] FILES file...)
function(usher_install destination)
  cmake_parse_arguments(PARSE_ARGV 1 wanted "" "AS" "FILES")
  set(rename "")
  if(wanted_AS)
    set(rename RENAME "${wanted_AS}")
  endif()
  install(FILES ${wanted_FILES} DESTINATION "${destination}" ${rename}
          PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# usher_install_folder(FROM DESTINATION PATTERN [ARGUMENT...]): a folder whose files may come and go: what
# is there when it is installed. The arguments are install(DIRECTORY)'s.
function(usher_install_folder from destination pattern)
  install(DIRECTORY "${from}/" DESTINATION "${destination}" OPTIONAL
          FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
          DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
          FILES_MATCHING PATTERN "${pattern}" ${ARGN})
endfunction()

# The module is data to those who load it, so not executable.
install(TARGETS pam_usher LIBRARY DESTINATION "${USHER_PAM_MODULE_DIR}"
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(TARGETS usherd RUNTIME DESTINATION "${CMAKE_INSTALL_FULL_SBINDIR}")
install(TARGETS usherctl RUNTIME DESTINATION "${CMAKE_INSTALL_FULL_BINDIR}")
install(TARGETS usher-keeper RUNTIME DESTINATION "${CMAKE_INSTALL_FULL_LIBEXECDIR}/usher")

usher_install("${usher_etc}/usher" FILES "${PROJECT_SOURCE_DIR}/conf/usher.toml")
install(DIRECTORY DESTINATION "${usher_etc}/usher/rules.d")
usher_install_folder("${PROJECT_SOURCE_DIR}/conf/rules.d" "${CMAKE_INSTALL_PREFIX}/lib/usher/rules.d" *.toml)

file(GLOB units CONFIGURE_DEPENDS "${packaging}/systemd/*.service" "${packaging}/systemd/*.socket"
     "${packaging}/systemd/*.timer")
usher_install("${USHER_SYSTEMD_UNIT_DIR}" FILES ${units})
usher_install("${USHER_SYSUSERS_DIR}" AS usher.conf FILES "${packaging}/systemd/usher.sysusers")
usher_install("${USHER_TMPFILES_DIR}" AS usher.conf FILES "${packaging}/systemd/usher.tmpfiles")
usher_install("${usher_etc}/logrotate.d" AS usher FILES "${packaging}/logrotate/usher")
# Of use on Debian and its kin; nothing reads them elsewhere.
usher_install("${usher_etc}/apparmor.d" FILES
              "${packaging}/apparmor/usr.sbin.usherd" "${packaging}/apparmor/usr.libexec.usher.usher-keeper")
# What packages put at /etc/pam.d/usher, where there is none, until `usherctl pam apply` writes it: a profile that is
# switched on by hand must not lock the machine. Without usherd's uid: systemd holds its socket. And with
# pam_unix for common-auth, which may be what asks.
file(READ "${PROJECT_SOURCE_DIR}/conf/pam/when-down/observe" stack)
string(REGEX REPLACE " server_uid=USHER" "" stack "${stack}")
string(REPLACE "USHER is the numeric\n# uid that usherd runs as. " "" stack "${stack}")
# Not a choice of the administrator's: `usherctl pam apply` asks for one.
string(REPLACE "# when-down: observe" "# when-down: observe (of the package)" stack "${stack}")
string(REPLACE "# As this machine asks without Usher. Fedora: password-auth.\n" "" stack "${stack}")
string(REPLACE "include                                            common-auth"
       "[success=done default=die]                         pam_unix.so" stack "${stack}")
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/packaging/usher.pam" CONTENT "${stack}" @ONLY)
usher_install("${usher_share}/usher" FILES "${PROJECT_BINARY_DIR}/packaging/usher.pam")

usher_install("${usher_share}/pam-configs" FILES "${packaging}/pam-configs/usher")

set(completions "${PROJECT_SOURCE_DIR}/ctl/completions")
usher_install("${usher_share}/bash-completion/completions" AS usherctl FILES "${completions}/usherctl.bash")
usher_install("${USHER_ZSH_COMPLETION_DIR}" FILES "${completions}/_usherctl")
usher_install("${usher_share}/fish/vendor_completions.d" FILES "${completions}/usherctl.fish")

# docs/man/ is there as manual pages.
usher_install_folder("${PROJECT_SOURCE_DIR}/docs" "${CMAKE_INSTALL_FULL_DOCDIR}" *.md PATTERN man EXCLUDE)
usher_install("${CMAKE_INSTALL_FULL_DOCDIR}" FILES "${PROJECT_SOURCE_DIR}/SECURITY.md")
set(examples "${CMAKE_INSTALL_FULL_DOCDIR}/examples")
usher_install_folder("${PROJECT_SOURCE_DIR}/conf/examples" "${examples}/rules.d" *.toml)
usher_install_folder("${PROJECT_SOURCE_DIR}/conf/pam" "${examples}/pam" *)
usher_install_folder("${PROJECT_SOURCE_DIR}/packaging/ansible" "${examples}/ansible" *)
