# SPDX-License-Identifier: Apache-2.0
#
# A syslog for the stage: writes what reaches /dev/log into a file, a line a datagram.
#   python3 syslog_sink.py SOCKET FILE
import os
import socket
import sys

sink = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sink.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
with open(sys.argv[2], "ab", buffering=0) as file:
    while True:
        file.write(sink.recv(65536).rstrip(b"\0\n") + b"\n")
