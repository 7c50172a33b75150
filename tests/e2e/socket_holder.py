#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""socket_holder.py SOCKETS STATE: usherd's sockets as systemd holds them.

Makes root.sock, self.sock and control.sock in the folder SOCKETS and never closes them. Whenever somebody
waits at one, and there is no file STATE/hold, it runs STATE/unit with the three handed over
(sd_listen_fds(3)), and again after that has ended. Meanwhile its pid is in STATE/pid; how each has ended,
in a line of STATE/ended. STATE/held is there while STATE/hold is heeded and nothing runs.
"""
import os
import pathlib
import select
import socket
import sys
import time

SOCKETS = (
    ("root", socket.SOCK_SEQPACKET, 0o600),
    ("self", socket.SOCK_SEQPACKET, 0o666),
    ("control", socket.SOCK_STREAM, 0o666),
)
FIRST = 3


def listener(path: str, kind: int, mode: int) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, kind)
    made.bind(path)
    os.chmod(path, mode)
    made.listen(64)
    return made


def become(unit: str, listeners: list[socket.socket]) -> None:
    # Copies out of the way first: one may have a number that another is to get.
    copies = [os.dup2(each.fileno(), 100 + i, inheritable=False) for i, each in enumerate(listeners)]
    for i, copy in enumerate(copies):
        os.dup2(copy, FIRST + i, inheritable=True)
    names = ":".join(name for name, _, _ in SOCKETS)
    os.execve(unit, [unit], os.environ | {"LISTEN_FDS": str(len(copies)), "LISTEN_FDNAMES": names})


def run(state: str, listeners: list[socket.socket]) -> None:
    child = os.fork()
    if child == 0:
        try:
            become(f"{state}/unit", listeners)
        finally:
            os._exit(127)
    with open(f"{state}/pid.new", "w", encoding="ascii") as file:
        file.write(f"{child}\n")
    os.rename(f"{state}/pid.new", f"{state}/pid")
    _, status = os.waitpid(child, 0)
    os.unlink(f"{state}/pid")
    with open(f"{state}/ended", "a", encoding="ascii") as file:
        file.write(f"{os.waitstatus_to_exitcode(status)}\n")


def main() -> None:
    folder, state = sys.argv[1:]
    listeners = [listener(f"{folder}/{name}.sock", kind, mode) for name, kind, mode in SOCKETS]
    while True:
        # The pause of RestartSec=, short.
        time.sleep(0.05)
        if os.path.exists(f"{state}/hold"):
            pathlib.Path(f"{state}/held").touch()
            continue
        pathlib.Path(f"{state}/held").unlink(missing_ok=True)
        if select.select(listeners, [], [], 0)[0]:
            run(state, listeners)


main()
