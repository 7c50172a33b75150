# SPDX-License-Identifier: Apache-2.0
"""The table of bench/logins.sh, of its results: of several passes, the middle one.

usage: logins_table.py RESULTS
"""
import statistics
import sys

NAMES = {
    "permit": "pam_permit",
    "unix": "pam_unix, yescrypt",
    "oath": "pam_oath",
    "google": "pam_google_authenticator",
    "two": "pam_unix + google_authenticator",
    "code": "Usher: code",
    "password": "Usher: password",
    "both": "Usher: password + code",
}


def middle(values):
    return statistics.median(values)


def read(file):
    found = {}
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            what, which, *numbers = line.split()
            for number in numbers:
                name, value = number.split("=")
                found.setdefault((what, which, name), []).append(float(value))
    return found


def main():
    found = read(sys.argv[1])

    def value(what, which, name):
        return middle(found[what, which, name])

    print(f"{'one login at a time':34}{'median, us':>12}{'p99, us':>12}{'caller CPU, us':>16}")
    for name, title in NAMES.items():
        print(f"{title:34}{value(name, '1', 'median'):12.0f}{value(name, '1', 'p99'):12.0f}"
              f"{value(name, '1', 'cpu'):16.0f}")
    print()
    print(f"{'accepted logins a second':34}{'1 at a time':>12}{'8 at once':>12}{'64 at once':>12}"
          f"{'denied, of all':>18}")
    for name, title in NAMES.items():
        denied = total = 0
        for processes in ("1", "8", "64"):
            total += sum(found[name, processes, "logins"])
            denied += sum(found[name, processes, "logins"]) - sum(found[name, processes, "accepted"])
        print(f"{title:34}" + "".join(f"{value(name, processes, 'per_second'):12.1f}"
                                      for processes in ("1", "8", "64")) +
              f"{f'{denied:.0f} of {total:.0f}':>18}")
    print()
    print(f"{'loading a module':34}{'libraries':>12}{'dlopen, us':>12}{'private, KiB':>16}")
    for name in ("pam_permit", "pam_unix", "pam_oath", "pam_google_authenticator", "pam_usher"):
        print(f"{name:34}{value('load', name, 'libraries'):12.0f}{value('load', name, 'dlopen'):12.0f}"
              f"{value('load', name, 'private_kib'):16.0f}")

    exchanges = value("floor", "exchanges", "median")
    commit = value("floor", "commit", "median")
    hashing = value("floor", "hash1", "each")
    code_floor = value("permit", "1", "median") + exchanges + commit
    print(f"\nfloor: 3 exchanges {exchanges:.0f} us, a commit {commit:.0f} us, "
          f"a hash {hashing:.0f} us, hashes a second on all cores {value('floor', 'hashes', 'per_second'):.1f}")
    print(f"usherd: {value('daemon', 'usherd', 'pss_kib') / 1024:.1f} MiB PSS after all that")

    print(f"\n{'ratio':66}{'measured':>10}{'aim':>16}")
    for what, ratio, aim in (
            ("code ÷ (pam_permit + 3 exchanges + a commit)",
             value("code", "1", "median") / code_floor, "at most 1.4"),
            ("password + code ÷ (a hash + that floor)",
             value("both", "1", "median") / (hashing + code_floor), "at most 1.05"),
            ("passwords a second, 8 at once ÷ hashes a second on all cores",
             value("password", "8", "per_second") / value("floor", "hashes", "per_second"), "at least 0.95"),
            ("codes a second, 64 at once ÷ one at a time",
             value("code", "64", "per_second") / value("code", "1", "per_second"), "at least 2.5"),
            ("dlopen of pam_usher ÷ of pam_permit",
             value("load", "pam_usher", "dlopen") / value("load", "pam_permit", "dlopen"), "at most 2")):
        print(f"{what:66}{ratio:10.2f}{aim:>16}")
    print(f"{'caller CPU of a code beyond pam_permit, us':66}"
          f"{value('code', '1', 'cpu') - value('permit', '1', 'cpu'):10.0f}{'at most 250':>16}")


if __name__ == "__main__":
    main()
