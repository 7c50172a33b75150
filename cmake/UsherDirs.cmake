# SPDX-License-Identifier: Apache-2.0
# Where Usher is installed, and where the system keeps what is to be put beside it.

# The units and usherd's defaults name places below /usr, /etc and /var.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "Where Usher is installed; its units name /usr" FORCE)
endif()
include(GNUInstallDirs)

# The folder that systemd itself names, else the one that it has everywhere.
function(usher_systemd_folder variable name otherwise text)
  pkg_get_variable(found systemd "${name}")
  if(NOT found)
    set(found "${CMAKE_INSTALL_PREFIX}/${otherwise}")
  endif()
  set(${variable} "${found}" CACHE PATH "${text}")
endfunction()

# libpam looks for its modules below libdir; on Debian that is the folder of the architecture.
set(USHER_PAM_MODULE_DIR "${CMAKE_INSTALL_FULL_LIBDIR}/security" CACHE PATH
    "Where libpam looks for modules")
usher_systemd_folder(USHER_SYSTEMD_UNIT_DIR systemd_system_unit_dir lib/systemd/system "systemd's units")
usher_systemd_folder(USHER_SYSUSERS_DIR sysusers_dir lib/sysusers.d "The users that systemd-sysusers makes")
usher_systemd_folder(USHER_TMPFILES_DIR tmpfiles_dir lib/tmpfiles.d "The folders that systemd-tmpfiles makes")
if(EXISTS /etc/debian_version)
  set(zsh_completions vendor-completions)
else()
  set(zsh_completions site-functions)
endif()
set(USHER_ZSH_COMPLETION_DIR "${CMAKE_INSTALL_FULL_DATADIR}/zsh/${zsh_completions}" CACHE PATH
    "Completions of zsh")
