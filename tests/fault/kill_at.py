#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command and kills it (SIGKILL) at a random moment.

usage: kill_at.py WATCHED LONGEST COMMAND...

The moment is at most LONGEST microseconds after the path WATCHED has come to be there, or, where that is
"-", after the start. A command that ends before is not killed. Prints how it ended: "killed" or its
exit status.
"""

import os
import random
import signal
import subprocess
import sys
import time

watched, longest, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while watched != "-" and not os.path.exists(watched) and child.poll() is None:
    pass
end = time.monotonic() + random.randint(0, longest) / 1e6
while time.monotonic() < end and child.poll() is None:
    pass
if child.poll() is None:
    os.kill(child.pid, signal.SIGKILL)
status = child.wait()
print("killed" if status == -signal.SIGKILL else status)
