#!/usr/bin/env bash
# Make the configuration beside this script the live one. Returns when nginx works with it; if nginx
# refuses it, what was live stays so. Runs where nginx is process 1: in its container, or in one that
# shares its processes.
set -euo pipefail

CANDIDATE="$(basename "$(realpath "$(dirname "${BASH_SOURCE[0]}")")")"
readonly CANDIDATE
readonly SECONDS_TO_RELOAD=10

# Those that take new connections; a worker that ends has another title.
workers() {
  grep -lazsP '^nginx: worker process *$' /proc/[0-9]*/cmdline || true
}

# What a link names is live, whatever happens to nginx, its container or the host.
point_to() {
  ln -sfn "$1" current.new
  mv -T current.new current
  sync .
}

main() {
  local live before worker
  cd /srv/nginx
  if [[ -e "$CANDIDATE/certificate.sh" ]]; then
    bash "$CANDIDATE/certificate.sh"
  fi
  nginx -t -q -c "/srv/nginx/$CANDIDATE/nginx.conf"
  live="$(readlink current)"
  before="$(workers)"
  point_to "$CANDIDATE"
  kill -HUP 1
  # nginx may refuse on a reload what it has accepted in a test: then the workers stay the same.
  SECONDS=0
  for worker in $before; do
    while [[ "$(workers)" == *"$worker"* ]]; do
      if ((SECONDS >= SECONDS_TO_RELOAD)); then
        point_to "$live"
        echo "nginx refused the configuration of $CANDIDATE" >&2
        return 1
      fi
      sleep 0.1
    done
  done
  touch "$CANDIDATE/served"
}

main
