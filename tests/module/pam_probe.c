// SPDX-License-Identifier: Apache-2.0
// A PAM module for tests. In the auth phase:
//   authtok=TEXT      sets PAM_AUTHTOK, as a module before pam_usher.so would
//   authtok_length=N  sets it to N letters
//   report            copies PAM_AUTHTOK to the PAM environment, where a program can see it
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

static int set_length(pam_handle_t* handle, size_t length) {
  char* text = calloc(1, length + 1);
  if (text == NULL) return PAM_BUF_ERR;
  memset(text, 'x', length);
  const int code = pam_set_item(handle, PAM_AUTHTOK, text);
  free(text);
  return code;
}

static int report(pam_handle_t* handle) {
  const void* token = NULL;
  char text[2048] = "AUTHTOK=";
  if (pam_get_item(handle, PAM_AUTHTOK, &token) != PAM_SUCCESS) return PAM_SYSTEM_ERR;
  if (token == NULL) return PAM_SUCCESS;
  strncat(text, token, sizeof text - strlen(text) - 1);
  return pam_putenv(handle, text);
}

int pam_sm_authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) {
  (void)flags;
  int code = PAM_SUCCESS;
  for (int i = 0; i < argc && code == PAM_SUCCESS; ++i) {
    if (strncmp(argv[i], "authtok=", 8) == 0)
      code = pam_set_item(handle, PAM_AUTHTOK, argv[i] + 8);
    else if (strncmp(argv[i], "authtok_length=", 15) == 0)
      code = set_length(handle, strtoul(argv[i] + 15, NULL, 10));
    else if (strcmp(argv[i], "report") == 0)
      code = report(handle);
  }
  return code;
}

int pam_sm_setcred(pam_handle_t* handle, int flags, int argc, const char** argv) {
  (void)handle, (void)flags, (void)argc, (void)argv;
  return PAM_SUCCESS;
}
