#!/usr/bin/env bash
# Run once, on a laptop: check that the host can be reached, then set the GitHub secrets that the
# workflow needs. `connect.sh --help` shows how. It must run with what macOS (bash 3.2, BSD tools)
# and Git Bash on Windows have.
set -euo pipefail
umask 077
# BSD tools reject bytes that are not characters of the current language.
export LC_ALL=C

PROJECT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly PROJECT
# shellcheck source=/dev/null # It is next to this file, wherever the linter runs.
source "$PROJECT/deploy/causes.sh"

readonly ENV_FILE="$PROJECT/.env.prod"
readonly SECONDS_TO_ANSWER=8
# The users of EC2's images of Ubuntu, Amazon Linux and Debian.
readonly USUAL_USERS=(ubuntu ec2-user admin)
# The host runs this: can this user run Docker there, or else install it?
readonly LOOK_AROUND='
if { command -v docker || command -v apt-get; } && { sudo -n true || docker info; }; then
  echo deployable
fi'

HOST=""
KEY_FILE=""
FINGERPRINT=""
REMOTE_USER="${REMOTE_USER:-ubuntu}"

WORK="$(mktemp -d)"
readonly WORK
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' HUP INT TERM
readonly HOST_KEYS="$WORK/known_hosts"
readonly LOG="$WORK/log"

# give_up: exit with the cause that the errors of ssh or ssh-keygen show.
give_up() {
  tail -n 3 "$LOG" >&2
  print_cause "$LOG" "${SSH_CAUSES[@]}" >&2 || refuse "$UNKNOWN_CAUSE" "$UNKNOWN_SSH_NEXT"
  exit 1
}

show_usage() {
  echo "$CONNECT_HELP" >&2
  exit 2
}

read_arguments() {
  while [[ "${1:-}" == -* ]]; do
    case "$1" in
    --user) REMOTE_USER="${2:-}" ;;
    --fingerprint) FINGERPRINT="${2:-}" ;;
    -h | --help)
      echo "$CONNECT_HELP"
      exit
      ;;
    *) show_usage ;;
    esac
    shift 2 || show_usage
  done
  [[ $# == 2 && "$REMOTE_USER" =~ ^[A-Za-z_][A-Za-z0-9_.-]*$ ]] || show_usage
  HOST="$1"
  KEY_FILE="$2"
  [[ "$HOST" =~ ^[A-Za-z0-9._-]+$ ]] || refuse "$BAD_HOST ($HOST)" "$BAD_HOST_NEXT"
}

check_key() {
  [[ -f "$KEY_FILE" ]] || refuse "$NO_SUCH_KEY $KEY_FILE" "$NO_SUCH_KEY_NEXT"
  # What another kind of file begins with; ssh-keygen may only complain about its permissions.
  if head -n 1 "$KEY_FILE" | grep -Eo '^ssh-[a-z]+|^ecdsa-|PUBLIC KEY|^PuTTY' >"$LOG"; then
    give_up
  fi
  ssh-keygen -y -P "" -f "$KEY_FILE" >/dev/null 2>"$LOG" || give_up
}

# call_host USER [PORT]: what ssh and the host print is in $LOG. Only this key and these host keys
# are used, whatever else is in ~/.ssh or an agent.
call_host() {
  ssh -n -T -F none -i "$KEY_FILE" -o IdentitiesOnly=yes -o IdentityAgent=none \
    -o BatchMode=yes -o ConnectTimeout="$SECONDS_TO_ANSWER" \
    -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=\"$HOST_KEYS\"" \
    -o GlobalKnownHostsFile=/dev/null -p "${2:-22}" "$1@$HOST" "$LOOK_AROUND" >"$LOG" 2>&1
}

fetch_host_keys() {
  echo "==> $FETCHING_HOST_KEYS $HOST"
  ssh-keyscan -T "$SECONDS_TO_ANSWER" "$HOST" 2>/dev/null | grep -v '^#' >"$HOST_KEYS" || true
  if [[ ! -s "$HOST_KEYS" ]]; then
    # ssh-keyscan does not report the reason, but ssh does.
    call_host "$REMOTE_USER" || give_up
  fi
  ssh-keygen -l -f "$HOST_KEYS" | awk '{print "    " $1, $2, $NF}'
}

confirm_host_keys() {
  local line confirmed=""
  if [[ -z "$FINGERPRINT" && -t 0 ]]; then
    read -r -p "$ASK_TO_CONFIRM " FINGERPRINT || true
    if [[ "$FINGERPRINT" == [Yy][Ee][Ss] ]]; then
      return
    fi
  fi
  # GitHub gets only the key with this fingerprint.
  while IFS= read -r line; do
    if [[ "$(ssh-keygen -l -f - <<<"$line")" == *" SHA256:${FINGERPRINT#SHA256:} "* ]]; then
      confirmed="$line"
    fi
  done <"$HOST_KEYS"
  [[ -n "$confirmed" ]] || refuse "$NOT_CONFIRMED" "$NOT_CONFIRMED_NEXT"
  echo "$confirmed" >"$HOST_KEYS"
}

log_in() {
  local user
  echo "==> $LOGGING_IN $REMOTE_USER@$HOST"
  if call_host "$REMOTE_USER"; then
    grep -q '^deployable$' "$LOG" || refuse "$CANNOT_INSTALL" "$CANNOT_INSTALL_NEXT"
    return
  fi
  grep -q 'Permission denied ([a-z]' "$LOG" || give_up
  tail -n 1 "$LOG" >&2
  for user in "${USUAL_USERS[@]}"; do
    if call_host "$user"; then
      refuse "$WRONG_USER $user" "bash deploy/connect.sh --user $user $HOST '$KEY_FILE'"
    fi
  done
  refuse "$WRONG_KEY $REMOTE_USER, ${USUAL_USERS[*]}" "$WRONG_KEY_NEXT"
}

# ssh makes the calls: it is on every laptop, with a time limit on all of them.
check_web_ports() {
  local port
  for port in 80 443; do
    call_host "$REMOTE_USER" "$port" || true
    # Any other error comes from the host: the security group has let the call through.
    if grep -Eq 'connect to host .*(timed out|No route|unreachable)' "$LOG"; then
      echo "  ! $PORT_BLOCKED $port"
    fi
  done
}

set_secrets() {
  echo "==> $SETTING_SECRETS"
  set_secret HOST "$HOST"
  set_secret REMOTE_USER "$REMOTE_USER"
  set_secret KNOWN_HOSTS "$(cat "$HOST_KEYS")"
  set_secret KEY "$(cat "$KEY_FILE")" "$KEY_FILE"
  check_env
  set_secret ENV_VARS "$(cat "$ENV_FILE")" "$ENV_FILE"
}

# set_secret NAME VALUE [FILE]: gh reads the value from stdin, since everyone on this computer can
# read a command line. Without gh, print what to paste: of a FILE its name only.
set_secret() {
  if ! command -v gh >/dev/null ||
    ! (cd "$PROJECT" && GH_PROMPT_DISABLED=1 gh secret set "$1" <<<"$2"); then
    printf '\n[%s]\n%s\n' "$1" "${3:-$2}"
  fi
}

check_env() {
  local unfilled address="${HOST//./[.]}"
  [[ -f "$ENV_FILE" ]] || refuse "$NO_ENV_FILE" "$ENV_NEXT"
  unfilled="$(sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*CHANGE_ME.*/\1/p' "$ENV_FILE" | tr '\n' ' ')"
  [[ -z "$unfilled" ]] || refuse "$ENV_UNFILLED $unfilled" "$ENV_NEXT"
  if ! grep -Eq -e '^DOMAIN_NAME=.*[[:alnum:]]' \
    -e "^ALLOWED_HOSTS=(.*[ ,])?([*]|$address)([[:space:],]|$)" "$ENV_FILE"; then
    echo "  ! $HOST_NOT_ALLOWED $HOST"
  fi
}

main() {
  read_arguments "$@"
  check_key
  fetch_host_keys
  confirm_host_keys
  log_in
  check_web_ports
  set_secrets
  echo "==> $CONNECTED"
}

main "$@"
