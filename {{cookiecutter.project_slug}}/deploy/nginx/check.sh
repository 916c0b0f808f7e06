#!/usr/bin/env bash
# Ask the site through nginx whether the release answers: `check.sh SECONDS_TO_BEGIN
# SECONDS_OF_CHECKING`. Runs where this nginx does; fails with the first answer that is wrong.
set -euo pipefail

readonly SECONDS_TO_BEGIN="$1" SECONDS_OF_CHECKING="$2"
# Not every project keeps these, but none may answer them with an error of its own. They only read.
readonly PATHS=(/ /api/docs/ /admin/login/)

# ask PATH WHAT: what curl prints of the answer; 000 if there is none.
ask() {
  curl --silent --insecure --max-time 35 --noproxy '*' --output /dev/null \
    --header "X-Forwarded-Proto: ${SCHEME}" --connect-to ::127.0.0.1: \
    --write-out "$2" "${SITE}$1" || true
}

is_ready() {
  ANSWER="$(ask /health/ready/ '%{http_code} %header{x-release}') instead of 200 ${RELEASE}"
  [[ "$ANSWER" == "200 ${RELEASE} "* ]]
}

# Any answer will do, but for an error of the server, an unknown host, and a redirect to HTTPS where
# there is none.
is_answered() {
  ANSWER="$(ask "$1" '%{http_code} %{redirect_url}')"
  [[ "$ANSWER" =~ ^[234] && ! "$ANSWER" =~ ^400 ]] &&
    [[ "${SCHEME}" == https || "$ANSWER" != *" https:"* ]]
}

# A busy host may miss an answer; one that is wrong is wrong again.
expect() {
  if ! "$@" && sleep 1 && ! "$@"; then
    echo "GET ${2:-/health/ready/} through nginx: $ANSWER"
    exit 1
  fi
}

main() {
  local path
  while ! is_ready && ((SECONDS < SECONDS_TO_BEGIN)); do
    sleep 0.2
  done
  SECONDS=0
  while true; do
    expect is_ready
    for path in "${PATHS[@]}"; do
      expect is_answered "$path"
    done
    if ((SECONDS >= SECONDS_OF_CHECKING)); then
      return
    fi
    sleep 0.5
  done
}

main
