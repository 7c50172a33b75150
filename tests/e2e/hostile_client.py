# SPDX-License-Identifier: Apache-2.0
#
# What a local user might send to usherd's sockets. Each mode exits 0 if usherd took it well.
#   python3 hostile_client.py control|nonsense|hold SOCKET
#   python3 hostile_client.py fill SOCKET FILE   # makes FILE when there is no room left
#   python3 hostile_client.py claim SOCKET PHASE SERVICE USER [password] [AUTH-INFO]
#       # says all that, and prints what comes: refused, asked or accepted
import json
import pathlib
import random
import select
import socket
import struct
import sys
import time

HELLO, BEGIN, PROMPT, ANSWER, VERDICT = 1, 2, 3, 4, 7
PHASES = {"authenticate": 1, "account": 2, "password": 3, "open_session": 4, "close_session": 5}
SUCCESS = 0xC693472A5BE0D91F
MOST_DIALOGUES_OF_A_USER = 8
PATIENCE = 120  # seconds for what takes none, on a machine with much else to do


def connect(path, kind=socket.SOCK_SEQPACKET):
    client = socket.socket(socket.AF_UNIX, kind)
    client.settimeout(PATIENCE)
    client.connect(path)
    return client


def field(tag, value):
    return struct.pack(">BH", tag, len(value)) + value


def hello():
    return bytes([HELLO]) + field(1, b"\0\1") + field(2, b"\0\1")


def hears_success(client):
    """Reads until usherd hangs up; whether it ever said that somebody is authenticated."""
    try:
        while packet := client.recv(65536):
            if packet[0] == VERDICT and struct.pack(">Q", SUCCESS) in packet:
                return True
    except ConnectionError:
        pass
    return False


def nonsense(path):
    random.seed(1)
    noise = random.randbytes
    openings = [
        [b"\xff"],
        [noise(16 * 1024)],
        [noise(60 * 1024)],
        [bytes([VERDICT]) + field(1, struct.pack(">Q", SUCCESS)) + field(2, bytes(4)) + field(3, b"\0\0") + field(4, b"")],
        [hello(), b"\0"],
        [hello(), hello()],
        [hello(), bytes([BEGIN]) + noise(500)],
        [hello(), bytes([BEGIN]) + field(1, b"\x63")],
        [hello(), bytes([BEGIN]) + field(4, b"a" * 5000)],
        [hello(), bytes([ANSWER]) + field(1, b"secret")],
        [hello()[:-1]],
        [hello() + b"\1"],
    ]
    for packets in openings:
        with connect(path) as client:
            try:
                for packet in packets:
                    client.send(packet)
            except ConnectionError:
                pass
            if hears_success(client):
                sys.exit(f"success was said to {packets!r}")


def claim(path, phase, service, user, *claims):
    begin = [
        field(1, bytes([PHASES[phase]])),
        field(2, bytes(4)),
        field(3, service.encode()),
        field(4, user.encode()),
        field(5, b"tty1"),
        field(6, b""),
        field(7, b"root"),
    ]
    info = next((word for word in claims if word != "password"), None)
    begin.append(field(8, (info or "").encode()))
    begin += [field(tag, b"") for tag in (9, 10, 11)]
    begin += [field(12, b"\0"), field(13, b"\0\0"), field(14, b"\0")]
    begin.append(field(15, b"pam_unix" if "password" in claims else b""))
    begin.append(field(16, b"\0" if info is None else b"\1"))
    with connect(path) as client:
        client.send(hello())
        client.send(bytes([BEGIN]) + b"".join(begin))
        answer = client.recv(65536)
        while answer and answer[0] not in (PROMPT, VERDICT):
            answer = client.recv(65536)
    if not answer:
        print("hung up")
    elif answer[0] == PROMPT:
        print("asked")
    else:
        print("accepted" if struct.pack(">Q", SUCCESS) in answer else "refused")


def call(path, message):
    with connect(path, socket.SOCK_STREAM) as client:
        try:
            client.sendall(message)
            heard = b""
            while b"\0" not in heard and (part := client.recv(65536)):
                heard += part
        except ConnectionError:
            return b""
        return heard


def control(path):
    calls = {
        "Status": {},
        "Reload": {},
        "Log": {"count": 10, "user": None},
        "Explain": {"user": "ada", "service": "sshd", "from": "", "with": []},
        "ListOtp": {"user": "ada"},
    }
    for method, parameters in calls.items():
        text = json.dumps({"method": "org.usher.control." + method, "parameters": parameters})
        heard = call(path, text.encode() + b"\0")
        if b"PermissionDenied" not in heard:
            sys.exit(f"{method} answered {heard!r}")
    for message in (b"\0", b"{}\0", b"[" * 100_000 + b"\0", b"null\0", b"\xff\xfe\0", b"x" * 4_000_000):
        if b'"parameters":{' in call(path, message) and b"error" not in call(path, message):
            sys.exit(f"an answer to {message[:20]!r}")


def hung_up(client):
    readable, _, _ = select.select([client], [], [], 0)
    if not readable:
        return False
    try:
        return client.recv(65536) == b""
    except ConnectionError:
        return True


def open_many(path):
    held = []
    for _ in range(200):
        try:
            held.append(connect(path))
        except OSError:
            break
    return held


def hold(path):
    held = open_many(path)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        held = [client for client in held if not hung_up(client)]
        if len(held) <= MOST_DIALOGUES_OF_A_USER:
            return
        time.sleep(0.1)
    sys.exit(f"{len(held)} connections are kept")


def fill(path):
    held = []
    while True:
        held = [client for client in held if not hung_up(client)]
        held += open_many(path)
        pathlib.Path(sys.argv[3]).touch()
        time.sleep(0.05)


if __name__ == "__main__":
    modes = {"control": control, "nonsense": nonsense, "hold": hold, "fill": fill, "claim": claim}
    arguments = sys.argv[2:] if sys.argv[1] == "claim" else sys.argv[2:3]
    modes[sys.argv[1]](*arguments)
