# SPDX-License-Identifier: Apache-2.0
#
# Asks usherd's control socket: python3 control.py SOCKET METHOD [PARAMETERS]. Prints the reply's
# parameters; an error goes to standard error, and the exit status is 1.
import json
import socket
import sys


def main():
    path, method, *rest = sys.argv[1:]
    call = {"method": "org.usher.control." + method, "parameters": json.loads(rest[0]) if rest else {}}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        connection.sendall(json.dumps(call).encode() + b"\0")
        reply = b""
        while not reply.endswith(b"\0"):
            chunk = connection.recv(65536)
            if not chunk:
                sys.exit("hung up")
            reply += chunk
    answer = json.loads(reply[:-1])
    if "error" in answer:
        sys.exit(json.dumps(answer))
    print(json.dumps(answer.get("parameters", {})))


main()
