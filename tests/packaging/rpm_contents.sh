#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is in the rpm packages: files with mode and owner, which of them are configuration (c) and which
# keep what an administrator has changed (n), what the packages ask of others, and their scripts.
source "$(dirname "$0")/lib.sh"
skip_without rpm
scratch_folder

of() { rpm -qp --nosignature "$@"; }

# Of the documentation only what is not as it should be: its pages come and go.
files() {
  of --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEFLAGS:fflags} %{FILENAMES}\n]' "$1" |
    grep -vE '^(-rw-r--r--|drwxr-xr-x) root:root d? /usr/share/doc/usher(/|$)' | grep -v '/\.build-id' |
    awk '{ print $NF, $0 }' | LC_ALL=C sort | sed "s|^[^ ]* ||; s|/lib64/|/LIB/|; s|  *| |g; s|-$version/|/|; s|-$version\$||"
}
# Libraries, and what rpm itself is to know.
relations() { of --requires --recommends --suggests "$1" | grep -vE '^(lib|rpmlib|rtld|ld-linux)' | sort -u; }
scripts() { of --scripts "$1" | grep -oE '^[a-z]+ (scriptlet|program)'; }
contents() { relations "$1"; echo; scripts "$1"; echo; files "$1"; }

version=$(sed -n 's/^Version: *//p' "$source_tree/packaging/rpm/usher.spec")
for name in usher pam_usher usher-doc usher-selinux; do
  [[ $name != usher-selinux || -e /usr/share/selinux/devel/Makefile ]] || continue
  check "$name has what it should" \
    as_expected "$name.rpm" < <(contents "$packages/rpm/$name-$version"-*.rpm)
done
check_done
