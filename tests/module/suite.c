// SPDX-License-Identifier: Apache-2.0
// pam_usher.so as a C program meets it: loaded by libpam (under pam_wrapper), called by libpamtest,
// answered by a daemon that shares no code with the module.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// After what it needs but does not include.
#include <cmocka.h>
#include <libpamtest.h>

#include "raw_daemon.h"

static char folder[] = "/tmp/usher-suite-XXXXXX";
static char socket_path[64];

static void write_service(const char* name, const char* options) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE* file = fopen(path, "w");
  assert_non_null(file);
  static const char* const types[] = {"auth", "account", "password", "session"};
  for (size_t i = 0; i < 4; ++i)
    fprintf(file, "%s required %s socket=%s server_uid=%u %s\n", types[i], USHER_MODULE,
            socket_path, (unsigned)geteuid(), options);
  assert_int_equal(fclose(file), 0);
}

static int set_up(void** state) {
  (void)state;
  assert_non_null(mkdtemp(folder));
  snprintf(socket_path, sizeof socket_path, "%s/sock", folder);
  write_service("usher", "");
  write_service("usher-misspelt", "tiemout=5");
  write_service("other", "");
  return setenv("PAM_WRAPPER_SERVICE_DIR", folder, 1);
}

static int tear_down(void** state) {
  (void)state;
  static const char* const files[] = {"usher", "usher-misspelt", "other", "sock"};
  for (size_t i = 0; i < 4; ++i) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    unlink(path);
  }
  return rmdir(folder);
}

static const struct {
  enum pamtest_ops operation;
  int flags[7];  // ends with the second 0
} kOperations[] = {
    {PAMTEST_AUTHENTICATE,
     {0, (int)PAM_SILENT, PAM_DISALLOW_NULL_AUTHTOK, (int)PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK}},
    {PAMTEST_SETCRED,
     {0, (int)PAM_SILENT, PAM_ESTABLISH_CRED, PAM_DELETE_CRED, PAM_REINITIALIZE_CRED,
      PAM_REFRESH_CRED}},
    {PAMTEST_ACCOUNT, {0, (int)PAM_SILENT, PAM_DISALLOW_NULL_AUTHTOK}},
    {PAMTEST_OPEN_SESSION, {0, (int)PAM_SILENT}},
    {PAMTEST_CLOSE_SESSION, {0, (int)PAM_SILENT}},
    {PAMTEST_CHAUTHTOK,
     {0, (int)PAM_SILENT, PAM_CHANGE_EXPIRED_AUTHTOK,
      (int)PAM_SILENT | PAM_CHANGE_EXPIRED_AUTHTOK}},
};

/// Every operation under every flag ends in `expected`, but setcred in `expected_setcred`.
static void expect_everywhere(const char* service, int expected, int expected_setcred) {
  for (size_t i = 0; i < sizeof kOperations / sizeof kOperations[0]; ++i) {
    for (size_t j = 0; j == 0 || kOperations[i].flags[j] != 0; ++j) {
      struct pam_testcase tests[] = {
          pam_test_flags(kOperations[i].operation,
                         kOperations[i].operation == PAMTEST_SETCRED ? expected_setcred : expected,
                         kOperations[i].flags[j]),
      };
      assert_int_equal(run_pamtest(service, "ann", NULL, tests, NULL), PAMTEST_ERR_OK);
    }
  }
}

static void without_a_daemon_every_entry_point_says_so(void** state) {
  (void)state;
  expect_everywhere("usher", PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS);
}

static void a_misspelt_option_is_refused_everywhere(void** state) {
  (void)state;
  expect_everywhere("usher-misspelt", PAM_SERVICE_ERR, PAM_SERVICE_ERR);
}

/// Runs `operation` against a daemon that plays `script`; `answer` may be NULL.
static void expect_dialogue_under(int flags, const char* script, enum pamtest_ops operation,
                                  char* answer, int expected) {
  const pid_t daemon = start_raw_daemon(socket_path, script);
  assert_true(daemon > 0);
  const char* answers[] = {answer, answer, NULL};
  struct pamtest_conv_data conversation = {.in_echo_off = answers};
  struct pam_testcase tests[] = {pam_test_flags(operation, expected, flags)};
  assert_int_equal(run_pamtest("usher", "ann", &conversation, tests, NULL), PAMTEST_ERR_OK);
  assert_int_equal(finish_raw_daemon(daemon), 0);
  unlink(socket_path);
}

static void expect_dialogue(const char* script, enum pamtest_ops operation, char* answer,
                            int expected) {
  expect_dialogue_under(0, script, operation, answer, expected);
}

static void the_right_answer_is_let_in(void** state) {
  (void)state;
  char answer[] = "secret";
  expect_dialogue("BPAS", PAMTEST_AUTHENTICATE, answer, PAM_SUCCESS);
}

static void a_denial_is_passed_on(void** state) {
  (void)state;
  char answer[] = "secret";
  expect_dialogue("BPAD", PAMTEST_AUTHENTICATE, answer, PAM_PERM_DENIED);
}

static void a_restart_is_started_over(void** state) {
  (void)state;
  char answer[] = "secret";
  expect_dialogue("BPARXBPAS", PAMTEST_AUTHENTICATE, answer, PAM_SUCCESS);
}

static void a_conversation_that_fails_is_cancelled(void** state) {
  (void)state;
  expect_dialogue("BPC", PAMTEST_AUTHENTICATE, NULL, PAM_AUTH_ERR);
}

static void the_other_phases_are_asked_too(void** state) {
  (void)state;
  expect_dialogue("BS", PAMTEST_ACCOUNT, NULL, PAM_SUCCESS);
  expect_dialogue("BD", PAMTEST_ACCOUNT, NULL, PAM_PERM_DENIED);
  expect_dialogue("BS", PAMTEST_OPEN_SESSION, NULL, PAM_SUCCESS);
  expect_dialogue("BD", PAMTEST_OPEN_SESSION, NULL, PAM_PERM_DENIED);
  expect_dialogue("BS", PAMTEST_CLOSE_SESSION, NULL, PAM_SUCCESS);
  expect_dialogue("BD", PAMTEST_CLOSE_SESSION, NULL, PAM_PERM_DENIED);
  expect_dialogue("BSXBS", PAMTEST_CHAUTHTOK, NULL, PAM_SUCCESS);
  expect_dialogue("BD", PAMTEST_CHAUTHTOK, NULL, PAM_PERM_DENIED);
}

static void a_denial_is_one_under_every_flag(void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof kOperations / sizeof kOperations[0]; ++i) {
    // Not usherd's to deny: it is not asked.
    if (kOperations[i].operation == PAMTEST_SETCRED) continue;
    for (size_t j = 0; j == 0 || kOperations[i].flags[j] != 0; ++j)
      expect_dialogue_under(kOperations[i].flags[j], "BD", kOperations[i].operation, NULL,
                            PAM_PERM_DENIED);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_daemon_every_entry_point_says_so),
      cmocka_unit_test(a_misspelt_option_is_refused_everywhere),
      cmocka_unit_test(the_right_answer_is_let_in),
      cmocka_unit_test(a_denial_is_passed_on),
      cmocka_unit_test(a_restart_is_started_over),
      cmocka_unit_test(a_conversation_that_fails_is_cancelled),
      cmocka_unit_test(the_other_phases_are_asked_too),
      cmocka_unit_test(a_denial_is_one_under_every_flag),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
