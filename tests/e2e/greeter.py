# SPDX-License-Identifier: Apache-2.0
#
# A greeter for greetd: tries to log somebody in, once per line of standard input, and prints what
# greetd says of it, each as a line of JSON. A line of input is JSON too: [name, answer, answer, ...].
# Who gets in runs the command of the arguments.
import json
import os
import socket
import struct
import sys

FIELDS = ("type", "auth_message_type", "auth_message", "error_type")


def ask(server, **message):
    """One message to greetd, one from it: the length in the machine's own byte order, then JSON."""
    body = json.dumps(message).encode()
    server.sendall(struct.pack("=I", len(body)) + body)
    (length,) = struct.unpack("=I", server.recv(4, socket.MSG_WAITALL))
    return json.loads(server.recv(length, socket.MSG_WAITALL))


def told(reply):
    print(json.dumps([reply[field] for field in FIELDS if field in reply]), flush=True)
    return reply


def log_in(server, name, answers):
    reply = told(ask(server, type="create_session", username=name))
    while reply["type"] == "auth_message":
        wants_answer = reply["auth_message_type"] in ("secret", "visible")
        answer = answers.pop(0) if wants_answer else None
        reply = told(ask(server, type="post_auth_message_response", response=answer))
    if reply["type"] == "success":
        told(ask(server, type="start_session", cmd=sys.argv[1:], env=[]))
        sys.exit()
    # What greetd answers here depends on how far the worker that failed has got with ending.
    ask(server, type="cancel_session")


for line in sys.stdin:
    name, *answers = json.loads(line)
    with socket.socket(socket.AF_UNIX) as greetd:
        greetd.connect(os.environ["GREETD_SOCK"])
        log_in(greetd, name, answers)
