# SPDX-License-Identifier: Apache-2.0
#
# A program that calls the real libpam, for what no program at hand calls in this way.
#   python3 pam_program.py SERVICE USER [tty=T] [ruser=U] [rhost=H] [env=NAME=VALUE] STEP...
# Steps: authenticate, account, open, close, setcred. Answers come from standard input, a line a
# prompt. Prints "STEP=CODE ..." up to the first step that fails; setcred is called, and its code is
# nobody's business, as with systemd.
import ctypes
import sys

PAM_TTY, PAM_RHOST, PAM_RUSER = 3, 4, 8
PAM_PROMPT_ECHO_OFF, PAM_PROMPT_ECHO_ON = 1, 2
PAM_ESTABLISH_CRED = 2
PAM_CONV_ERR, PAM_BUF_ERR = 19, 5

libpam = ctypes.CDLL("libpam.so.0")
libc = ctypes.CDLL(None)
libc.calloc.restype = ctypes.c_void_p
libc.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
libc.strdup.restype = ctypes.c_void_p
libc.strdup.argtypes = [ctypes.c_char_p]


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


Function = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.POINTER(Response)),
    ctypes.c_void_p,
)


class Conversation(ctypes.Structure):
    _fields_ = [("function", Function), ("data", ctypes.c_void_p)]


@Function
def converse(count, messages, responses, _):
    memory = libc.calloc(count, ctypes.sizeof(Response))
    if not memory:
        return PAM_BUF_ERR
    answers = ctypes.cast(memory, ctypes.POINTER(Response))
    responses[0] = answers
    for i in range(count):
        if messages[i].contents.style not in (PAM_PROMPT_ECHO_OFF, PAM_PROMPT_ECHO_ON):
            continue
        line = sys.stdin.buffer.readline()
        if not line:
            return PAM_CONV_ERR
        answers[i].text = libc.strdup(line.rstrip(b"\n"))
    return 0


def main():
    service, user, *rest = sys.argv[1:]
    handle = ctypes.c_void_p()
    conversation = Conversation(converse, None)
    if libpam.pam_start(
        service.encode(), user.encode(), ctypes.byref(conversation), ctypes.byref(handle)
    ):
        sys.exit("pam_start failed")
    items = {"tty": PAM_TTY, "ruser": PAM_RUSER, "rhost": PAM_RHOST}
    steps = {
        "authenticate": lambda: libpam.pam_authenticate(handle, 0),
        "account": lambda: libpam.pam_acct_mgmt(handle, 0),
        "open": lambda: libpam.pam_open_session(handle, 0),
        "close": lambda: libpam.pam_close_session(handle, 0),
        "setcred": lambda: libpam.pam_setcred(handle, PAM_ESTABLISH_CRED),
    }
    said = []
    code = 0
    for word in rest:
        name, _, value = word.partition("=")
        if name in items:
            libpam.pam_set_item(handle, items[name], value.encode())
            continue
        if name == "env":
            libpam.pam_putenv(handle, value.encode())
            continue
        code = steps[name]()
        if name == "setcred":
            continue
        said.append(f"{name}={code}")
        if code:
            break
    libpam.pam_end(handle, code)
    print(*said)


main()
