// SPDX-License-Identifier: Apache-2.0
//
// What programs of the tests that call the real libpam answer to its prompts. Header-only, for C.
#pragma once

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kAnswerBytes = 1024 };

/// The first line of `file`.
static inline bool read_answer(const char* file, char answer[kAnswerBytes]) {
  FILE* stream = fopen(file, "re");
  if (stream == NULL) return false;
  const bool read = fgets(answer, kAnswerBytes, stream) != NULL;
  fclose(stream);
  if (read) answer[strcspn(answer, "\n")] = '\0';
  return read;
}

/// A conversation (pam_conv(3)) that answers every prompt with `data`, a text, or none where it is
/// NULL.
static inline int give_answer(int count, const struct pam_message** messages,
                              struct pam_response** replies, void* data) {
  if (data == NULL || count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  struct pam_response* answers = calloc((size_t)count, sizeof *answers);
  if (answers == NULL) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i)
    if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
        messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
      answers[i].resp = strdup(data);
  *replies = answers;
  return PAM_SUCCESS;
}
