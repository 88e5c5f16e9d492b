#!/usr/bin/env bash
# Runs a Redis server with the arguments given: the system's own, else that of the Debian package,
# unpacked into var/redis without being installed. `--fetch` only sees that there is one.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$PWD/var/redis
die() { printf '%s\n' "redis: $*" >&2; exit 1; }

server() { command -v redis-server || command -v valkey-server; }

fetch() {
  command -v apt-get dpkg-deb >/dev/null ||
    die "no redis-server here and no Debian packages: install Redis or Valkey"
  mkdir -p var
  draft=$(mktemp -d var/redis-XXXXXX)
  trap 'rm -rf "$draft"' EXIT
  (
    cd "$draft"
    apt-get download redis-server redis-tools liblzf1 libjemalloc2 libatomic1 >/dev/null 2>&1 ||
      die "the package redis-server cannot be had: 'apt-get update', or install Redis or Valkey"
    for package in *.deb; do dpkg-deb -x "$package" .; done
    rm -- *.deb
  )
  rm -rf "$home"
  mv "$draft" "$home"
}

if server >/dev/null; then
  run() { exec "$(server)" "$@"; }
else
  [ -x "$home/usr/bin/redis-server" ] || fetch
  run() {
    LD_LIBRARY_PATH=$(find "$home/usr/lib" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:) \
      exec "$home/usr/bin/redis-server" "$@"
  }
fi
[ "${1:-}" = --fetch ] || run "$@"
