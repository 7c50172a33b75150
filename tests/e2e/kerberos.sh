# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A Kerberos realm of the stage's own. Needs stage.sh and ssh.sh.

realm=STAGE.TEST

# kerberos_start: a KDC, and a key for the stage's sshd.
kerberos_start() {
  local needed
  for needed in krb5kdc kdb5_util kadmin.local kinit; do
    command -v $needed >/dev/null || stage_fatal "$needed is missing"
  done
  mkdir -m 700 $S/kdc
  cat >/etc/krb5.conf <<EOT
[libdefaults]
  default_realm = $realm
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  $realm = {
    kdc = 127.0.0.1
  }
EOT
  cat >$S/kdc/kdc.conf <<EOT
[kdcdefaults]
  kdc_listen = 127.0.0.1:88
  kdc_tcp_listen = 127.0.0.1:88
[realms]
  $realm = {
    database_name = $S/kdc/principal
    key_stash_file = $S/kdc/stash
  }
[logging]
  kdc = FILE:$S/log/kdc
EOT
  export KRB5_KDC_PROFILE=$S/kdc/kdc.conf
  {
    kdb5_util create -s -r $realm -P 'of the stage' &&
      kadmin.local -q 'addprinc -randkey host/127.0.0.1' &&
      kadmin.local -q 'ktadd host/127.0.0.1'
  } >$S/log/kerberos 2>&1 || stage_fatal "no realm: $(cat $S/log/kerberos)"
  krb5kdc -n >>$S/log/kerberos 2>&1 </dev/null &
  wait_until $stage_patience kerberos_answers ||
    stage_fatal "no KDC: $(cat $S/log/kerberos $S/log/kdc)"
}

kerberos_answers() { KRB5CCNAME=$S/kdc/probe quiet kinit -k host/127.0.0.1; }

# kerberos_ticket NAME: the person is known to the realm, and has come with a ticket of it.
kerberos_ticket() {
  local name=$1
  {
    kadmin.local -q "addprinc -randkey $name" &&
      kadmin.local -q "ktadd -k $S/kdc/$name.keytab $name" &&
      KRB5CCNAME=$S/home/$name/ticket kinit -k -t "$S/kdc/$name.keytab" "$name" &&
      chown "$name:" "$S/home/$name/ticket"
  } >>$S/log/kerberos 2>&1 || stage_fatal "no ticket for $name: $(cat $S/log/kerberos)"
}

# For ssh_unasked, with KRB5CCNAME.
ssh_gssapi=(-o GSSAPIAuthentication=yes -o PreferredAuthentications=gssapi-with-mic)
