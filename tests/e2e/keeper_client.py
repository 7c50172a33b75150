#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speaks to usher-keeper over its raw socket, as whoever runs this could.

keeper_client.py SOCKET verify NAME PASSWORD   the reply in words: "right ok", "wrong unknown"
keeper_client.py SOCKET state NAME             the same: "state_only locked"
keeper_client.py SOCKET guess NAME COUNT       how COUNT guesses went: "wrong=30 throttled=10"
keeper_client.py SOCKET raw HEX                the reply's bytes in hexadecimal; empty if it hung up
"""
import collections
import os
import socket
import struct
import sys

SEALS = {0x5AC91E37D8426BF0: "right", 0xA4F6621B05BD9C4E: "not_right"}
OUTCOMES = {0xB6: "right", 1: "wrong", 2: "throttled", 3: "failed", 0x49: "state_only"}
STATES = {1: "unknown", 2: "locked", 3: "account_expired", 4: "password_expired",
          5: "must_change", 0xD8: "ok"}


def field(tag, content):
    return struct.pack(">BH", tag, len(content)) + content


def exchange(path, packet):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as keeper:
        keeper.settimeout(60)
        keeper.connect(path)
        try:
            keeper.send(packet)
            return keeper.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def ask(path, packet):
    """The outcome and the state of a reply, which is of exactly the bytes that PROTOCOL.md says."""
    reply = exchange(path, packet)
    if not reply:
        return "hung up", ""
    if (len(reply) != 20 or reply[0] != 0x83 or reply[1:4] != b"\x01\x00\x08"
            or reply[12:15] != b"\x02\x00\x01" or reply[16:19] != b"\x03\x00\x01"):
        sys.exit("this is no reply: " + reply.hex())
    seal = SEALS[struct.unpack(">Q", reply[4:12])[0]]
    outcome, state = OUTCOMES[reply[15]], STATES[reply[19]]
    if (seal == "right") != (outcome == "right"):
        sys.exit("seal and outcome contradict each other: " + reply.hex())
    return outcome, state


def verify(path, name, password):
    return ask(path, b"\x81" + field(1, os.fsencode(name)) + field(2, os.fsencode(password)))


def main():
    path, wish, *rest = sys.argv[1:]
    if wish == "verify":
        print(*verify(path, *rest))
    elif wish == "state":
        print(*ask(path, b"\x82" + field(1, os.fsencode(rest[0]))))
    elif wish == "raw":
        print(exchange(path, bytes.fromhex(rest[0])).hex())
    elif wish == "guess":
        counts = collections.Counter(verify(path, rest[0], f"guess {n}")[0]
                                     for n in range(int(rest[1])))
        print(*(f"{outcome}={count}" for outcome, count in sorted(counts.items(), reverse=True)))
    else:
        sys.exit(__doc__)


main()
