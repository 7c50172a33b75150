# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What has to be installed, and why. Needs ui.sh.

# shellcheck disable=SC2034  # the lists are used by name
packages_build=(
  build-essential      # g++ 12 or later
  cmake
  ninja-build
  pkg-config           # finds the libraries below
  libpam0g-dev         # what pam_usher.so plugs into
  libsodium-dev        # Argon2id, XChaCha20-Poly1305, constant-time comparison
  libsqlite3-dev       # the store
  liboath-dev          # one-time codes
  libcrypt-dev         # the hashes of /etc/shadow
  libcap-ng-dev        # gives up root's capabilities
  libseccomp-dev       # forbids the keeper what it does not need
  libqrencode-dev      # the QR code of an enrolment
  libpwquality-dev     # what is wrong with a new password ...
  cracklib-runtime     # ... and the words that it must not be
  libtomlplusplus-dev  # the configuration
  libhowardhinnant-date-dev # time zones; GCC 12 has none
  nlohmann-json3-dev   # the audit log and the control socket
  libcli11-dev         # usherctl's command line
  libfmt-dev           # text; GCC 12 has no std::format
  libsystemd-dev       # journal, sd_notify, socket activation
  libgtest-dev         # unit tests ...
  libgmock-dev         # ... and their matchers
  libcmocka-dev        # the module's suite in plain C
  libpam-wrapper       # a private /etc/pam.d for the module tests
  libpamtest0-dev      # drives the real libpam in them
)
packages_docs=(
  pandoc               # makes the manual pages
  man-db               # shows them, as a test looks at them
  python3              # reads what they and the guides say
)
packages_stage=(
  python3              # asks the keeper
  openssh-server       # the real sshd
  openssh-client       # the real ssh
  oathtool             # plays the person's authenticator
  openssl              # a hash of another method
  iproute2             # the loopback device of a private network
)
packages_e2e=(
  sudo                 # the real one
  expect               # somebody at a terminal, for su and login
  cron                 # jobs for which nobody can be asked
  at                   # commands for later
  pkexec               # asks through polkit ...
  polkitd              # ... which decides whom ...
  dbus                 # ... over a system bus
  strace               # proves that an idle usherd sleeps, makes fsync fail
  git                  # what service accounts do over SSH: it ...
  rsync                # ... this ...
  ansible-core         # ... and this
  sqlite3              # backs the store up
  gdb                  # takes a core of a program that runs
  zbar-tools           # reads a QR code off a terminal's screen
  tmux                 # what somebody leaves behind when they go
  libpam-google-authenticator # what people move from ...
  libpam-oath          # ... or this
  krb5-kdc             # a realm of the stage's own, for sshd's GSSAPI ...
  krb5-admin-server    # ... kadmin.local, which makes its people ...
  krb5-user            # ... and kinit, with which they get their tickets
)
# Not greetd: installing it makes it the machine's login manager. Where it is there, it is tested.
packages_desktop=(
  xvfb                 # a screen without a screen
  xdotool              # somebody who types at it
  imagemagick          # pictures of it
  fonts-dejavu-core    # letters on it
  xsecurelock          # a screen locker that shows each prompt
  i3lock               # a screen locker with one field
  gnome-keyring        # opens with the password that pam_usher.so hands on ...
  libpam-gnome-keyring # ... which this module of its own takes up
  libsecret-tools      # looks into it
  dbus-daemon          # how to speak with it
  libglib2.0-bin       # gdbus: whether it is locked
  expect               # somebody at a terminal
)
packages_machine=(
  debootstrap          # makes a Debian ...
  systemd-container    # ... and systemd-nspawn switches it on
  ca-certificates      # where its mirror is asked by https ...
  wget                 # ... for which debootstrap takes this
)
# Not for this machine: what the root has in it that debootstrap makes (tests/machine/).
packages_machine_root=(
  systemd              # switched on, this is what starts usherd; without, it makes users and folders
  systemd-sysv
  dbus                 # how systemctl speaks with it ...
  libpam-systemd       # ... and a login with logind
  openssh-server
  openssh-client
  sudo
  expect               # somebody at a terminal
  oathtool             # plays the person's authenticator
  python3              # reads the audit log
  iproute2
  swtpm                # a TPM to bind the master key to ...
  libtss2-tcti-swtpm0  # ... and how systemd speaks with it
  tpm2-tools
)
packages_packaging=(
  debhelper            # the deb
  dh-apparmor          # what loads its profiles
  po-debconf           # the one question of its removal
  pandoc               # manual pages
  lintian              # finds what is wrong with it
  systemd              # systemd-analyze: whether units are right and tight
  apparmor             # whether profiles are
  shellcheck           # reads scripts
  rpm                  # the rpm
  rpmlint              # finds what is wrong with it
  selinux-policy-dev   # what SELinux's policy is written with ...
  checkpolicy          # ... compiled ...
  semodule-utils       # ... and packed
)
packages_lint=(
  clang-format-19
  clang-tidy-19
)
packages_fuzz=(
  clang-19
  libclang-rt-19-dev   # libFuzzer and the sanitizers
)
packages_bench=(
  libbenchmark-dev     # Google Benchmark
  libpam-google-authenticator # what people have today ...
  libpam-oath          # ... and this, to be beside
)

packages_missing() {
  local name
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$name"
  done
}

packages_apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Options::=--force-confold "$@"
}

# The lock on the package lists is not waited for by apt-get itself.
packages_update() {
  local attempt
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    packages_apt update && return 0
    say "apt-get update failed (attempt $attempt); another one may be running"
    sleep 6
  done
  return 1
}

packages_known() {
  local name
  for name in "$@"; do
    [[ -n $(apt-cache --quiet=0 show "$name" 2>/dev/null) ]] || return 1
  done
}

packages_fetch() {
  packages_known "$@" || packages_update || return
  packages_apt install --no-install-recommends "$@" && return 0
  # A dpkg that was interrupted, or lists that name files which the mirror no longer has.
  dpkg --configure -a --force-confold </dev/null
  packages_apt --fix-broken install
  packages_update && packages_apt install --no-install-recommends "$@"
}

# packages_units NAME...: what these packages of Debian's start and enable.
packages_units() {
  local name
  for name in "$@"; do
    case $name in
    openssh-server) printf '%s\n' ssh.service ssh.socket ;;
    at) printf "%s\n" atd.service ;;
    cron | krb5-kdc | krb5-admin-server | rsync) printf '%s.service\n' "$name" ;;
    esac
  done
}

# Installing Debian's openssh-server starts a daemon that listens to the world. Somebody who tries
# Usher did not ask for one: it is neither started nor left enabled, nor are its like.
packages_fetch_quietly() {
  local policy=/usr/sbin/policy-rc.d mark='# usher: no service starts while packages are installed'
  local status
  local -a units
  mapfile -t units < <(packages_units "$@")
  [[ ! -f $policy || $(sed -n 2p "$policy") != "$mark" ]] || rm -f "$policy"
  if [[ ${#units[@]} != 0 && ! -e $policy ]]; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
    chmod 755 "$policy"
  fi
  packages_fetch "$@"
  status=$?
  [[ ! -f $policy || $(sed -n 2p "$policy") != "$mark" ]] || rm -f "$policy"
  if [[ ${#units[@]} != 0 ]] && command -v systemctl >/dev/null; then
    systemctl disable "${units[@]}"
  fi
  return "$status"
}

# packages_need LOGDIR LIST...: installs what is missing of the named lists, or says what is.
packages_need() {
  local logs=$1 list
  shift
  local -a wanted=() missing=()
  for list in "$@"; do
    local -n packages_of_list=packages_$list
    wanted+=("${packages_of_list[@]}")
  done
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this script installs packages on Debian 12 or later and Ubuntu 24.04 or later alone" \
      "Elsewhere install what these Debian packages hold, then use cmake and ctest directly:" \
      "${wanted[*]}"
  mapfile -t missing < <(packages_missing "${wanted[@]}")
  [[ ${#missing[@]} != 0 ]] || return 0
  [[ $(id -u) == 0 ]] ||
    die "packages are missing, and only root may install them" \
      "sudo apt-get install --no-install-recommends ${missing[*]}"
  work "installing ${#missing[@]} packages" "$logs/packages.log" \
    packages_fetch_quietly "${missing[@]}" ||
    die "the packages could not be installed" "They are: ${missing[*]}"
}
