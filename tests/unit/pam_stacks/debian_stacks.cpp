// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/pam_stacks/debian_stacks.h"

namespace usher::pam_stacks::testing {

Stacks debian_stacks() {
  return {
      {"common-auth",
       "auth [success=1 default=ignore] pam_unix.so nullok\n"
       "auth requisite pam_deny.so\n"
       "auth required pam_permit.so\n"
       "auth optional pam_cap.so\n"},
      {"common-account",
       "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
       "account requisite pam_deny.so\n"
       "account required pam_permit.so\n"},
      {"common-session", "session required pam_unix.so\n"},
      {"common-password", "password required pam_unix.so\n"},
      {"sshd",
       "# PAM configuration for the Secure Shell service\n"
       "\n"
       "@include common-auth\n"
       "account    required     pam_nologin.so\n"
       "@include common-account\n"
       "session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close\n"
       "session    required     pam_loginuid.so\n"
       "session    optional     pam_keyinit.so force revoke\n"
       "@include common-session\n"
       "session    required     pam_env.so user_readenv=1\n"
       "@include common-password\n"},
      {"su",
       "auth       sufficient pam_rootok.so\n"
       "session    required   pam_env.so readenv=1\n"
       "@include common-auth\n"
       "@include common-account\n"
       "@include common-session\n"},
      {"su-l",
       "auth include su\n"
       "account include su\n"
       "session include su\n"},
      {"i3lock", "auth include login\n"},
      {"login",
       "auth requisite pam_nologin.so\n"
       "session required pam_loginuid.so\n"
       "session required pam_env.so\n"
       "@include common-auth\n"
       "@include common-account\n"
       "@include common-session\n"},
      {"passwd", "@include common-password\n"},
      {"systemd-user",
       "@include common-account\n"
       "session required pam_loginuid.so\n"
       "@include common-session\n"}};
}

Stacks fedora_stacks() {
  return {{"password-auth",
           "auth required pam_env.so\n"
           "auth sufficient pam_unix.so\n"
           "auth required pam_deny.so\n"
           "account required pam_unix.so\n"
           "session required pam_unix.so\n"},
          {"system-auth", "auth sufficient pam_unix.so\nauth required pam_deny.so\n"},
          {"postlogin", "session optional pam_lastlog.so\n"},
          {"sshd",
           "#%PAM-1.0\n"
           "auth       substack     password-auth\n"
           "auth       include      postlogin\n"
           "account    required     pam_sepermit.so\n"
           "account    required     pam_nologin.so\n"
           "account    include      password-auth\n"
           "password   include      password-auth\n"
           "session    required     pam_selinux.so close\n"
           "session    required     pam_loginuid.so\n"
           "session    required     pam_selinux.so open env_params\n"
           "session    include      password-auth\n"}};
}

}  // namespace usher::pam_stacks::testing
