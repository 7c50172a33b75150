#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The people who follow a guide: what they know, and the authenticators in their hands.

  people.py code NAME FOLDER   prints a code that NAME has not typed before, as soon as there is one
"""
import base64
import hashlib
import hmac
import select
import struct
import sys
import time
from pathlib import Path

PERIOD = 30
DIGITS = 6


class Person:
    """What one person knows, and the authenticator in their hand."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name

    def file(self, kind):
        return self.folder / f"{self.name}.{kind}"

    @property
    def newest(self):
        """The time step whose code was typed last; kept, since a section may be followed by itself."""
        return int(self.file("step").read_text(encoding="utf-8")) if self.file("step").exists() else 0

    @newest.setter
    def newest(self, step):
        self.file("step").write_text(f"{step}\n", encoding="utf-8")

    def password(self):
        return self.file("password").read_text(encoding="utf-8").rstrip("\n")

    def set_password(self):
        """Another than before, as somebody would think up."""
        self.file("password").write_text(f"a new one for {self.name}, {time.time_ns()}\n", encoding="utf-8")
        return self.password()

    def scan(self, seed):
        self.file("seed").write_text(seed + "\n", encoding="utf-8")
        # The step that is just over, so that this one and the next are still good for logins.
        self.newest = int(time.time()) // PERIOD - 2

    def code(self, first=False):
        """A code that was not typed before, as soon as there is one. usherd takes the next one too."""
        step = max(self.newest + 1, int(time.time()) // PERIOD - (1 if first else 0))
        while int(time.time()) // PERIOD + 1 < step:
            select.select([], [], [], 0.2)
        self.newest = step
        seed = self.file("seed").read_text(encoding="utf-8").strip()
        key = base64.b32decode(seed + "=" * (-len(seed) % 8))
        digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
        offset = digest[-1] & 15
        number = struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF
        return f"{number % 10 ** DIGITS:0{DIGITS}d}"


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "code":
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    print(Person(Path(sys.argv[3]), sys.argv[2]).code())
