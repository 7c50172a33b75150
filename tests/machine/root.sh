# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What a machine is made of: a Debian as debootstrap leaves it, and the packages that are tested. Both
# are in $machine_build; prepare.sh makes them. Needs stage.sh.

machine_build=$stage_build/machine
machine_packages=$machine_build/packages
source "$stage_source/scripts/lib/packages.sh"

# The mirror that the apt of this machine takes its own release from.
machine_mirror() {
  apt-get update --print-uris 2>/dev/null |
    sed -n "s|^'\(.*\)/dists/$VERSION_CODENAME/InRelease'.*|\1|p" | head -n 1
}

# What the packages that are tested depend on: installing them must not need a mirror any more.
machine_depends() {
  local package
  for package in "$machine_packages"/*.deb; do
    dpkg-deb --show --showformat='${Pre-Depends},${Depends}\n' "$package"
  done | tr ',' '\n' | sed 's/[|(:].*//; s/[[:space:]]//g; /usher/d; /^$/d'
}

machine_contents() { printf '%s\n' "${packages_machine_root[@]}" "$(machine_depends)" | sort -u; }

# The name of the root says what is in it and how it was made.
machine_root() {
  local key
  key=$({
    printf '%s %s\n' "$ID" "$VERSION_CODENAME"
    dpkg --print-architecture
    machine_contents
    declare -f machine_root_debootstrap machine_root_settle
  } | sha256sum)
  printf '%s/root-%s' "$machine_build" "${key:0:12}"
}

# Whole or not at all: what was interrupted is left under another name. dpkg waits for the disk after each
# file, so the root is made in memory.
machine_root_make() {
  local root=$1 making=$machine_build/making mirror
  mirror=$(machine_mirror)
  [[ -n $mirror ]] ||
    stage_fatal "apt here has no mirror of $VERSION_CODENAME: look into /etc/apt/sources.list and sources.list.d"
  rm -rf "$machine_build"/root-* "$making"
  mkdir "$making"
  (
    export -f machine_root_debootstrap
    contents=$(machine_contents | paste -sd ,) ID=$ID unshare --mount --pid --fork --kill-child --mount-proc \
      bash -c 'machine_root_debootstrap "$@"' bash "$VERSION_CODENAME" "$mirror" "$making"
  ) >"$machine_build/root.log" 2>&1 || stage_fatal "debootstrap: $(tail -n 20 "$machine_build/root.log")"
  machine_root_settle "$making"
  mv -T "$making" "$root"
}

# machine_root_debootstrap RELEASE MIRROR FOLDER: with $contents; mounts are the caller's own.
machine_root_debootstrap() {
  local components=main
  [[ $ID != ubuntu ]] || components=main,universe
  mount -t tmpfs -o mode=755 making /mnt &&
    debootstrap --variant=minbase --components="$components" --include="$contents" "$1" /mnt "$2" || {
    tail -n 20 /mnt/debootstrap/debootstrap.log
    return 1
  }
  cp -a /mnt/. "$3"
}

# A machine that has been started before, is called something, and has no mirror.
machine_root_settle() {
  rm -f "$1/etc/apt/sources.list" "$1/etc/resolv.conf"
  systemd-id128 new >"$1/etc/machine-id"
  echo machine >"$1/etc/hostname"
  printf '127.0.0.1 localhost machine\n' >"$1/etc/hosts"
  mkdir -p "$1/mnt/source" "$1/mnt/packages"
}

# The packages of what was built here ($USHER_PACKAGES: the folder that has them already), and the same again as the
# version after it.
machine_packages_make() {
  local making=$machine_build/packages.making package
  rm -rf "$making"
  mkdir "$making" "$making/newer"
  if [[ -n ${USHER_PACKAGES:-} ]]; then
    must cp "$USHER_PACKAGES"/deb/*.deb "$making/"
  else
    "$stage_source/scripts/package" deb --prebuilt "$stage_build" --out "$making" \
      >"$machine_build/packages.log" 2>&1 ||
      stage_fatal "scripts/package deb: $(tail -n 20 "$machine_build/packages.log")"
    rm -f "$making"/*.{changes,buildinfo}
  fi
  for package in "$making"/{libpam-usher,usher,usher-doc}_*.deb; do machine_package_newer "$package" "$making/newer"; done
  rm -rf "$machine_packages"
  mv -T "$making" "$machine_packages"
}

# machine_package_newer DEB FOLDER
machine_package_newer() {
  local contents version
  contents=$(mktemp -d "$machine_build/contents.XXXXXX")
  version=$(dpkg-deb --field "$1" Version)
  dpkg-deb --raw-extract "$1" "$contents"
  sed -i -E "/^(Version|Depends|Pre-Depends|Breaks|Replaces):/s/${version//./\\.}/$version+newer/g" \
    "$contents/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone --build "$contents" "$2" >/dev/null ||
    stage_fatal "$1 can't be packed again"
  rm -rf "$contents"
}
