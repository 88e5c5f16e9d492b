#!/usr/bin/env bash
# Makes .venv at the root and installs what `runtime` (default), `dev`, `bench`, `gcp` or `model`
# needs, from the hash-locked files. A second call does nothing; one that was interrupted is made good.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-runtime}
venv=.venv
stamps=$venv/.ummid
begun=$stamps/begun
lock=requirements/$purpose.txt

say() { printf '%s\n' "setup: $*" >&2; }
die() { say "$@"; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "this needs root and there is no sudo: run '$*' as root, then this again"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3.14 python3; do
    if is_recent "$name"; then
      command -v "$name"
      return
    fi
  done
  die "no Python 3.11 or newer found; install one (Debian, Ubuntu: 'apt-get install python3';" \
    "macOS: 'brew install python@3.13') and run this again"
}

make_venv() {
  local python version
  python=$(find_python)
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    command -v apt-get >/dev/null || die "$python has no venv module; install a complete Python"
    say "$python has no venv module: installing the system package python$version-venv"
    apt_install "python$version-venv"
  fi
  say "making $venv with $python ($version)"
  "$python" -m venv --clear "$venv"
}

# Whatever decides what is installed.
wanted() { cat requirements/build.txt "$lock" requirements/*.in setup.py | cksum; }

# The commands in .venv name the folder they were installed in: a moved checkout needs new ones.
is_moved() { [ -e "$stamps/place" ] && [ "$(cat "$stamps/place")" != "$PWD" ]; }

is_done() { [ -x $venv/bin/ummid ] && [ "$(cat "$stamps/$1" 2>/dev/null)" = "$(wanted)" ]; }

case $purpose in
  runtime | dev | bench | gcp | model) ;;
  wrk) # the load generator of `make bench`
    command -v wrk >/dev/null && exit
    if command -v apt-get >/dev/null; then
      say "installing the system package wrk"
      apt_install wrk
    elif command -v brew >/dev/null; then
      brew install wrk
    else
      die "the benchmark of the API needs wrk: install it and run this again"
    fi
    exit ;;
  *) die "unknown purpose '$purpose': runtime, dev, bench, gcp, model or wrk" ;;
esac

if is_recent $venv/bin/python && ! is_moved && is_done "$purpose"; then exit; fi

if [ -e "$begun" ]; then
  say "the last set-up was interrupted: starting it again"
  make_venv
elif is_moved; then
  say "the folder has moved: making $venv anew"
  make_venv
elif ! is_recent $venv/bin/python || ! $venv/bin/python -m pip --version >/dev/null 2>&1; then
  make_venv
fi
mkdir -p "$stamps"
: >"$begun"
say "installing $lock (about a minute, most of it download)"
# The locks are complete: nothing is resolved (a release newer than the lock would be preferred for
# a dependency with extras, and refused for its hash) and, without build isolation, nothing fetched
# that they do not name.
pip() { $venv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
install() { pip install --no-deps --no-build-isolation "$@"; }
install --require-hashes -r requirements/build.txt
install --require-hashes -r "$lock"
install --no-index --editable .
pip check
printf '%s\n' "$PWD" >"$stamps/place"
wanted >"$stamps/$purpose"
rm "$begun"
say "done: $venv/bin/ummid is ready"
