# shellcheck shell=bash
# shellcheck disable=SC2154  # root, say and die come from ./x
# Sourced by ./x: installs the Debian packages that are missing, and says nothing when none is.

# Prints the packages of tools/packages.txt that are not installed.
missing_packages() {
  local wanted have
  wanted="$(grep -vE '^ *(#|$)' "$root/tools/packages.txt")"
  # One query for all; dpkg-query fails when a package is unknown and still lists the others.
  # shellcheck disable=SC2086
  have="$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^.i  *//p')" || true
  comm -23 <(sort <<<"$wanted") <(sort <<<"$have")
}

setup() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    command -v cmake >/dev/null 2>&1 && return 0
    die "this is not Debian; install what tools/packages.txt names, then run ./x again"
  fi
  local missing as_root=()
  missing="$(missing_packages)"
  [[ -n "$missing" ]] || return 0
  local install
  install="apt-get install -y --no-install-recommends $(tr '\n' ' ' <<<"$missing")"
  install="${install% }"
  if [[ "$(id -u)" -ne 0 ]]; then
    if ! command -v sudo >/dev/null 2>&1; then
      cannot_install "$install"
    fi
    # Without a terminal nobody can type a password.
    as_root=(sudo)
    [[ -t 0 ]] || as_root=(sudo -n)
  fi
  say "x: installing $(tr '\n' ' ' <<<"$missing")"
  # An update that fails may still leave lists that are good enough for the install.
  "${as_root[@]}" apt-get -q update >&2 </dev/null || true
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install >&2 </dev/null ||
    cannot_install "$install"
}

cannot_install() {
  say "x: some Debian packages are missing. As root, run:"
  say "  apt-get update && $1"
  exit 1
}
