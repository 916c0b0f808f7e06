#!/usr/bin/env bash
# Make the configuration next to this script the live one: `switch.sh [SECONDS_OF_CHECKING]`. If
# nginx refuses it, or the site then answers wrongly, what was live is live again. Runs where nginx
# is process 1: in its container, or in one that shares its processes.
set -euo pipefail

CANDIDATE="$(basename "$(realpath "$(dirname "${BASH_SOURCE[0]}")")")"
readonly CANDIDATE
readonly SECONDS_TO_RELOAD=10

# Those that take new connections; a worker that ends has another title.
workers() {
  grep -lazsP '^nginx: worker process *$' /proc/[0-9]*/cmdline || true
}

# What the link names is live, whatever happens to nginx, its container or the host.
reload_with() {
  local before worker
  before="$(workers)"
  ln -sfn "$1" current.new && mv -T current.new current && sync . && kill -HUP 1 || return 1
  # nginx may refuse on a reload what it has accepted in a test: then the workers stay the same.
  SECONDS=0
  for worker in $before; do
    while [[ "$(workers)" == *"$worker"* ]]; do
      if ((SECONDS >= SECONDS_TO_RELOAD)); then
        echo "nginx refused the configuration of $1" >&2
        return 1
      fi
      sleep 0.1
    done
  done
}

main() {
  local live
  cd /srv/nginx
  if [[ -e "$CANDIDATE/certificate.sh" ]]; then
    bash "$CANDIDATE/certificate.sh"
  fi
  nginx -t -q -c "/srv/nginx/$CANDIDATE/nginx.conf"
  live="$(readlink current)"
  if ! reload_with "$CANDIDATE" ||
    { (($# > 0)) && ! bash "$CANDIDATE/check.sh" 1 "$1"; }; then
    reload_with "$live"
    return 1
  fi
  touch "$CANDIDATE/served"
}

main "$@"
