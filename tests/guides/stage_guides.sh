# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A stage on which a guide can be followed: what packages install is where they install it, sshd is the
# machine's own at its port, and nothing that is written to /usr, /var or a home stays. Needs all.sh.

# Where the client is in the guides, and the server.
guides_client=192.0.2.10
guides_server=192.0.2.20

# stage_guides_programs: the installed ones are what is tested from here on.
stage_guides_programs() {
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  usherd=/usr/sbin/usherd usherctl=/usr/bin/usherctl usher_keeper=/usr/libexec/usher/usher-keeper
  # Authenticators as people have them.
  otp_period=30 otp_digits=6
}

stage_guides() {
  local folder
  for folder in usr var/lib var/cache var/backups home root; do
    [[ -d /$folder ]] || continue
    mkdir -p "$S/over/$folder" "$S/work/$folder"
    must mount -t overlay -o "lowerdir=/$folder,upperdir=$S/over/$folder,workdir=$S/work/$folder" stage "/$folder"
  done
  must rmdir $S/home
  must ln -s /home $S/home
  stage_guides_install
  stage_guides_programs
  stage_guides_network
}

# What the packages hold.
stage_guides_install() {
  local modules
  modules=$(dirname "$(find /usr/lib /lib -name pam_unix.so -print -quit)")
  must install -m 755 "$usherd" /usr/sbin/usherd
  must install -m 755 "$usherctl" /usr/bin/usherctl
  must install -D -m 755 "$usher_keeper" /usr/libexec/usher/usher-keeper
  must install -m 644 "$module" "$modules/pam_usher.so"
  module=pam_usher.so
  must mkdir -p /etc/usher/rules.d /usr/lib/usher/rules.d /usr/share/doc/usher/examples
  must cp "$stage_source"/conf/rules.d/*.toml /usr/lib/usher/rules.d/
  must cp -r "$stage_source/conf/pam" /usr/share/doc/usher/examples/
  must cp -r "$stage_source/conf/examples" /usr/share/doc/usher/examples/rules.d
  must cp "$stage_source/conf/usher.toml" /etc/usher/
  must useradd --system --no-create-home --shell /usr/sbin/nologin usher
  must useradd --system --no-create-home --shell /usr/sbin/nologin usher-keeper
  must install -d -o usher -g usher -m 700 /etc/usher/key /var/lib/usher /var/log/usher
  must install -d -o usher -g usher -m 755 /run/usher /run/usher-keeper
  install -m 755 "$stage_source/tests/e2e/keeper_client.py" "$keeper_client"
  must install -D -m 755 /dev/stdin $S/bin/systemctl <<<"#!/bin/sh
exec bash $stage_source/tests/guides/systemctl \"\$@\""
}

# What comes to the server comes from the client.
stage_guides_network() {
  local address
  for address in $guides_client $guides_server; do must ip address add $address/32 dev lo; done
  must ip route change table local local $guides_server dev lo src $guides_client
  printf '127.0.0.1 localhost %s\n%s server.example.org server\n' "$(uname -n)" $guides_server >/etc/hosts
}

# guides_usher_start: the store, the keeper, and usherd.
guides_usher_start() {
  must usherctl init >$S/log/init
  keeper_start
  $S/bin/systemctl start usherd.service || stage_fatal 'usherd does not start'
}

# guides_sshd_start: the machine's own, but for its keys, which the people of the stage have to know.
guides_sshd_start() {
  must ssh-keygen -A >/dev/null
  must ssh-keygen -q -t ed25519 -N '' -f $S/host_key
  must mkdir -m 755 $S/authorized_keys
  printf '%s %s\n' "server.example.org,server,localhost,127.0.0.1,$guides_server" "$(cut -d' ' -f1,2 $S/host_key.pub)" \
    >/etc/ssh/ssh_known_hosts
  rm -f /etc/ssh/sshd_config.d/*
  printf 'Host *\n  IdentitiesOnly yes\n  IdentityFile none\n  NumberOfPasswordPrompts 1\n  LogLevel ERROR\n' >$S/ssh_config
  /usr/sbin/sshd -D -E $S/log/sshd -h $S/host_key -o PidFile=$S/sshd.pid -o LoginGraceTime=$stage_patience \
    -o "AuthorizedKeysFile=$S/authorized_keys/%u" &
  wait_until $stage_patience test -s $S/sshd.pid || stage_fatal "sshd does not start: $(cat $S/log/sshd)"
}

# guides_person NAME [GROUP...]: with a password of the machine's, as people have before there is Usher.
guides_person() {
  local name=$1
  person "$@"
  printf 'the machine knows %s\n' "$name" >"$S/secrets/$name.password"
  printf '%s:%s\n' "$name" "the machine knows $name" | chpasswd
}

# guides_key NAME ACCOUNT FILE: NAME's key in ~/.ssh/FILE is good for ACCOUNT.
guides_key() {
  local home=$S/home/$1
  key_of "$2"
  install -d -o "$1" -g "$1" -m 700 "$home/.ssh"
  install -o "$1" -g "$1" -m 600 "$S/secrets/key_$2" "$home/.ssh/$3"
}

# follow [SECTION]: the guide's blocks for the stage, or those of a section; 0 if each ended as it should. Which
# were followed is in $S/followed, what was seen there in $S/log/followed.
follow() {
  local status
  local -a section=()
  [[ $# == 0 ]] || section=(--section "$1")
  (cd $S/folder && PATH=$S/bin:$PATH python3 "$stage_source/tests/guides/follow.py" stage "$stage_source/$guide" \
    --secrets $S/secrets "${section[@]}") >$S/log/followed 2>&1
  status=$?
  sed -n 's/^--- \([^,]*\).*/\1/p' $S/log/followed >>$S/followed
  [[ $status == 0 ]] || sed 's/^/        /' $S/log/followed
  return $status
}

# guides_code NAME: a code that was never used, of the authenticator that NAME has, in $S/secrets/NAME.code.
# It is a new authenticator where the old one has none left for now, so that nobody waits for the clock.
guides_code() {
  local newest=$S/secrets/$1.step
  if [[ -s $newest ]] && (($(cat "$newest") > $(otp_step))); then
    usherctl otp remove --label default "$1" >$S/log/remove 2>&1 || stage_fatal "otp remove: $(cat $S/log/remove)"
    rm "$newest"
    otp_enrol "$1"
  fi
  python3 "$stage_source/tests/guides/people.py" code "$1" $S/secrets >"$S/secrets/$1.code"
}

# login_over_ssh NAME PASSWORD-FILE CODE-FILE [SSH-OPTION...]: from the client.
login_over_ssh() {
  local name=$1 password=$2 code=$3
  shift 3
  ssh_login "$name" 22 "$password" "$code" -o HostName=$guides_server "$@"
}
