#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What ssh runs to ask the person (SSH_ASKPASS): answers each prompt from the file for its kind, and
# notes the prompt. $STAGE_ANSWERS: folder with the files `password` and `code`, and the transcript.
printf 'prompt: %s\n' "$1" >>"$STAGE_ANSWERS/prompts"
case $1 in
*assword:*) exec cat "$STAGE_ANSWERS/password" ;;
*ode:*) exec cat "$STAGE_ANSWERS/code" ;;
esac
exit 1
