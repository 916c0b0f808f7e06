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
readonly ENOUGH_FREE_MEGABYTES=5000
readonly ENOUGH_MEMORY_MEGABYTES=800
# The users of EC2's images of Ubuntu, Amazon Linux and Debian.
readonly USUAL_USERS=(ubuntu ec2-user admin)
# The host runs this; every line of its output begins with a word that is looked for here.
# shellcheck disable=SC2016 # The host expands it.
readonly LOOK_AROUND='echo connected
if { command -v docker || command -v apt-get; } >/dev/null &&
  { sudo -n true || docker info; } >/dev/null 2>&1; then echo deployable; fi
echo "free $(df -Pk . | tail -n 1)"
grep ^MemTotal /proc/meminfo'

HOST=""
KEY_FILE=""
FINGERPRINT=""
REMOTE_USER="${REMOTE_USER:-ubuntu}"
# Why .env.prod cannot be given to GitHub yet.
ENV_FAULT=""

WORK="$(mktemp -d)"
readonly WORK
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' HUP INT TERM
readonly HOST_KEYS="$WORK/known_hosts"
readonly LOG="$WORK/log"

# text FORMAT [VALUE…]
text() {
  # shellcheck disable=SC2059 # The texts in messages.sh are formats.
  printf -- "$@"
  echo
}

step() {
  echo "==> $(text "$@")"
}

note() {
  echo "  ! $(text "$@")"
}

# fail CAUSE NEXT_STEP
fail() {
  printf '\n%s\n' "$CONNECT_FAILED" >&2
  refuse "$@"
}

# give_up: exit with the cause that the errors of ssh or ssh-keygen show.
give_up() {
  tail -n 3 "$LOG" >&2
  printf '\n%s\n' "$CONNECT_FAILED" >&2
  print_cause "$LOG" "${SSH_CAUSES[@]}" >&2 || refuse "$UNKNOWN_CAUSE" "$UNKNOWN_SSH_NEXT"
  exit 1
}

show_usage() {
  echo "$CONNECT_HELP" >&2
  exit 2
}

read_arguments() {
  while (($# > 0)); do
    case "$1" in
    help | -h | --help)
      echo "$CONNECT_HELP"
      exit
      ;;
    --user | --fingerprint)
      (($# > 1)) || show_usage
      if [[ "$1" == --user ]]; then REMOTE_USER="$2"; else FINGERPRINT="$2"; fi
      shift
      ;;
    -*) show_usage ;;
    *)
      [[ -z "$KEY_FILE" ]] || show_usage
      if [[ -z "$HOST" ]]; then HOST="$1"; else KEY_FILE="$1"; fi
      ;;
    esac
    shift
  done
  [[ -n "$KEY_FILE" && "$REMOTE_USER" =~ ^[A-Za-z_][A-Za-z0-9_.-]*$ ]] || show_usage
  [[ "$HOST" =~ ^[A-Za-z0-9._-]+$ ]] || fail "$(text "$NOT_A_HOST" "$HOST")" "$BAD_HOST_NEXT"
}

check_key() {
  [[ -f "$KEY_FILE" ]] || fail "$(text "$NO_SUCH_KEY" "$KEY_FILE")" "$NO_SUCH_KEY_NEXT"
  # What another kind of file begins with; ssh-keygen may only complain about its permissions.
  if head -n 1 "$KEY_FILE" | grep -Eo '^ssh-[a-z]+|^ecdsa-|PUBLIC KEY|^PuTTY' >"$LOG"; then
    give_up
  fi
  ssh-keygen -y -P "" -f "$KEY_FILE" >/dev/null 2>"$LOG" || give_up
}

fetch_host_keys() {
  step "$FETCHING_HOST_KEYS" "$HOST"
  ssh-keyscan -T "$SECONDS_TO_ANSWER" "$HOST" 2>/dev/null | grep -v '^#' >"$HOST_KEYS" || true
  if [[ ! -s "$HOST_KEYS" ]]; then
    # ssh-keyscan does not report the reason, but ssh does.
    can_log_in_as "$REMOTE_USER" || true
    give_up
  fi
  ssh-keygen -l -f "$HOST_KEYS" | awk '{print "    " $1, $2, $NF}'
}

confirm_host_keys() {
  local confirmed="$FINGERPRINT" line
  if [[ -z "$confirmed" ]]; then
    echo "$HOW_TO_COMPARE"
    [[ -t 0 ]] || fail "$NOBODY_TO_ASK" "$NOBODY_TO_ASK_NEXT"
    read -r -p "$ASK_TO_CONFIRM " confirmed || true
    if [[ "$confirmed" == [Yy][Ee][Ss] ]]; then
      return
    fi
  fi
  # GitHub gets only the key with this fingerprint.
  while IFS= read -r line; do
    if [[ "$(ssh-keygen -l -f - <<<"$line")" == *" SHA256:${confirmed#SHA256:} "* ]]; then
      echo "$line"
    fi
  done <"$HOST_KEYS" >"$WORK/confirmed"
  [[ -s "$WORK/confirmed" ]] || fail "$NOT_CONFIRMED" "$NOT_CONFIRMED_NEXT"
  mv "$WORK/confirmed" "$HOST_KEYS"
}

# Use this key and these host keys only, whatever else is in ~/.ssh or an agent.
call_host() {
  ssh -n -T -F none -i "$KEY_FILE" -o IdentitiesOnly=yes -o IdentityAgent=none \
    -o BatchMode=yes -o ConnectTimeout="$SECONDS_TO_ANSWER" \
    -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=\"$HOST_KEYS\"" \
    -o GlobalKnownHostsFile=/dev/null "$@"
}

# can_log_in_as USER: what ssh and the host print is in $LOG.
can_log_in_as() {
  call_host "$1@$HOST" "$LOOK_AROUND" >"$LOG" 2>&1 || true
  grep -q '^connected$' "$LOG"
}

log_in() {
  local user
  step "$LOGGING_IN" "$REMOTE_USER@$HOST"
  if can_log_in_as "$REMOTE_USER"; then
    return
  fi
  grep -q 'Permission denied ([a-z]' "$LOG" || give_up
  tail -n 1 "$LOG" >&2
  for user in "${USUAL_USERS[@]}"; do
    if can_log_in_as "$user"; then
      fail "$(text "$WRONG_USER" "$REMOTE_USER" "$user")" "$(text "$WRONG_USER_NEXT" "$user")"
    fi
  done
  fail "$(text "$WRONG_KEY" "$REMOTE_USER, ${USUAL_USERS[*]}")" "$WRONG_KEY_NEXT"
}

look_around() {
  local free memory
  grep -q '^deployable$' "$LOG" ||
    fail "$(text "$CANNOT_INSTALL" "$REMOTE_USER")" "$CANNOT_INSTALL_NEXT"
  free="$(awk '/^free / {print int($5 / 1024)}' "$LOG")"
  memory="$(awk '/^MemTotal/ {print int($2 / 1024)}' "$LOG")"
  if ((free < ENOUGH_FREE_MEGABYTES || memory < ENOUGH_MEMORY_MEGABYTES)); then
    note "$SMALL_HOST" "$free" "$memory"
  fi
}

# ssh makes the calls: it is on every laptop, with a time limit on all of them.
check_web_ports() {
  local port
  for port in 80 443; do
    call_host -p "$port" "$REMOTE_USER@$HOST" true >/dev/null 2>"$LOG" || true
    # Any other error comes from the host: the security group has let the call through.
    if grep -Eq 'connect to host .*(timed out|No route|unreachable)' "$LOG"; then
      note "$PORT_BLOCKED" "$port"
    else
      text "$PORT_OPEN" "$port"
    fi
  done
  echo "$PORT_22_FOR_GITHUB"
}

check_env() {
  local unfilled
  if [[ ! -f "$ENV_FILE" ]]; then
    ENV_FAULT="$NO_ENV_FILE"
    return
  fi
  unfilled="$(sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*CHANGE_ME.*/\1/p' "$ENV_FILE" | tr '\n' ' ')"
  if [[ -n "$unfilled" ]]; then
    ENV_FAULT="$(text "$ENV_UNFILLED" "${unfilled% }")"
  elif [[ -z "$(value_of DOMAIN_NAME)" ]] &&
    ! value_of ALLOWED_HOSTS | tr ',' '\n' | grep -Fx -e "$HOST" -e '*' >/dev/null; then
    note "$HOST_NOT_ALLOWED" "$HOST"
  fi
}

value_of() {
  sed -n "s/^$1=//p" "$ENV_FILE" | tr -d ' \t\r'
}

set_secrets() {
  command -v gh >/dev/null || return 1
  step "$SETTING_SECRETS"
  printf '%s' "$HOST" | set_secret HOST &&
    printf '%s' "$REMOTE_USER" | set_secret REMOTE_USER &&
    set_secret KNOWN_HOSTS <"$HOST_KEYS" &&
    set_secret KEY <"$KEY_FILE" || return 1
  if [[ -z "$ENV_FAULT" ]]; then
    set_secret ENV_VARS <"$ENV_FILE"
  fi
}

# set_secret NAME: the value is on stdin, since everyone on this computer can read a command line.
set_secret() {
  (cd "$PROJECT" && GH_PROMPT_DISABLED=1 gh secret set "$1")
}

# Print where the secret values are, never the values.
print_secrets() {
  step "$PASTE_SECRETS"
  printf '\n[%s]\n%s\n' HOST "$HOST" KNOWN_HOSTS "$(cat "$HOST_KEYS")" \
    REMOTE_USER "$REMOTE_USER" KEY "$(text "$WHOLE_FILE" "$KEY_FILE")"
  if [[ -z "$ENV_FAULT" ]]; then
    printf '\n[%s]\n%s\n' ENV_VARS "$(text "$WHOLE_FILE" "$ENV_FILE")"
  fi
}

main() {
  read_arguments "$@"
  check_key
  fetch_host_keys
  confirm_host_keys
  log_in
  look_around
  check_web_ports
  check_env
  set_secrets || print_secrets
  [[ -z "$ENV_FAULT" ]] || fail "$ENV_FAULT" "$ENV_NEXT"
  step "$CONNECTED"
}

main "$@"
