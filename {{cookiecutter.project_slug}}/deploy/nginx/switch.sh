#!/usr/bin/env bash
# Make a colour the live one: `switch.sh blue` or `switch.sh green`. Returns when nginx, in this
# container or another one, has taken it over, and with it what has changed in its configuration, and
# the site's hosts, DOMAIN_NAME and ALLOWED_HOSTS of the environment; fails if nginx refuses, and
# keeps what was live. With `switch.sh COLOUR kept` all but the colour stays what it was; `switch.sh
# COLOUR named` only prepares that, while the colour is starting.
set -euo pipefail

TEMPLATES="$(dirname "${BASH_SOURCE[0]}")"
readonly TEMPLATES
readonly LIVE=/etc/nginx/live
readonly SECONDS_TO_WAIT=20
# nginx asks once a second where the servers are.
readonly SECONDS_TO_RESOLVE=2

apply() {
  local servers="$1"
  SECONDS=0
  echo "$servers" >"$LIVE/app.conf.new"
  mv "$LIVE/app.conf.new" "$LIVE/app.conf"
  while [[ "$(<"$LIVE/applied.conf")" != "$servers" ]]; do
    # start.sh puts back what nginx refuses.
    if [[ "$(<"$LIVE/app.conf")" != "$servers" ]] || ((SECONDS >= SECONDS_TO_WAIT)); then
      echo "nginx did not take over: $servers; its log says why" >&2
      return 1
    fi
    sleep 0.2
  done
}

main() {
  local before after
  if [[ ! "${1:-}" =~ ^(blue|green)$ ]]; then
    echo "switch.sh: blue or green, not ${1:-nothing}" >&2
    return 2
  fi
  before="$(<"$LIVE/applied.conf")"
  if [[ -n "${2:-}" ]]; then
    after="$(grep '^# ' <<<"$before" || true)"
    after+=$'\n'"server web-$1:8000 resolve; # kept"
  else
    after="# DOMAIN_NAME=${DOMAIN_NAME:-}"$'\n'"# ALLOWED_HOSTS=${ALLOWED_HOSTS:-}"
    # The checksum makes this another text when the configuration has changed.
    after+=$'\n'"server web-$1:8000 resolve; # $(cat "$TEMPLATES"/*.conf* | cksum)"
  fi
  if [[ "$before" == "$after" ]]; then
    return
  fi
  if [[ "$before" != *"server web-$1:"* ]]; then
    # Named before it is live, so that no request has to wait for, or miss, its address.
    apply "$before"$'\n'"server web-$1:8000 resolve down; # ${2:+kept}"
    sleep "$SECONDS_TO_RESOLVE"
  fi
  if [[ "${2:-}" != named ]]; then
    apply "$after"
  fi
}

main "$@"
