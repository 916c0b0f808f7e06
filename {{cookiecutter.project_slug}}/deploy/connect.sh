#!/usr/bin/env bash
# Run once, on a laptop: see that the host can be reached, then give GitHub what the workflow needs
# for deploying. `connect.sh help` says how. macOS has bash 3.2 and BSD's tools, Windows has Git
# Bash: this needs no more than they have.
set -euo pipefail
umask 077
# BSD's tools refuse a file with bytes that are no letters in the language set.
export LC_ALL=C

readonly STARTED_IN="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null # It is beside this file, wherever the linter runs.
source deploy/causes.sh

readonly ENV_FILE="$PWD/.env.prod"
readonly SECONDS_TO_ANSWER=8
readonly ENOUGH_FREE_MEGABYTES=5000
readonly ENOUGH_MEMORY_MEGABYTES=800
# Who EC2's images of Ubuntu, Amazon Linux and Debian let in.
readonly USUAL_USERS=(ubuntu ec2-user admin)
# What the host is asked; the answers are lines that begin with these words.
# shellcheck disable=SC2016 # The host expands it.
readonly LOOK_AROUND='echo connected
if sudo -n true 2>/dev/null || docker info >/dev/null 2>&1; then echo privileged; fi
if command -v apt-get >/dev/null || command -v docker >/dev/null; then echo installable; fi
echo "free $(df -Pk . | tail -n 1)"
grep ^MemTotal /proc/meminfo'

HOST=""
KEY_FILE=""
FINGERPRINT=""
REMOTE_USER="${REMOTE_USER:-ubuntu}"
# What keeps .env.prod from being given to GitHub, and what to do about it.
ENV_FAULT=""
ENV_FAULT_NEXT=""

WORK="$(mktemp -d)"
readonly WORK
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' HUP INT TERM
readonly HOST_KEYS="$WORK/known_hosts"
readonly ANSWER="$WORK/answer"
readonly LOG="$WORK/log"
: >"$HOST_KEYS"

# What is told

# text FORMAT [VALUE…]
text() {
  # shellcheck disable=SC2059 # The texts in messages.sh are formats.
  printf "$@"
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
  begin_of_failure
  printf '    %s %s\n' "$CAUSED_BY" "$1" "$NEXT_STEP" "$2" >&2
  exit 1
}

# give_up: end with the cause that ssh's own words show.
give_up() {
  tail -n 3 "$LOG" >&2
  begin_of_failure
  print_cause "$LOG" "${SSH_CAUSES[@]}" >&2 ||
    printf '    %s %s\n' "$CAUSED_BY" "$UNKNOWN_SSH_CAUSE" "$NEXT_STEP" "$UNKNOWN_SSH_NEXT" >&2
  exit 1
}

begin_of_failure() {
  printf '\n%s\n' "$CONNECT_FAILED" >&2
}

refuse_arguments() {
  printf '%s\n\n%s\n' "$(text "$@")" "$CONNECT_HELP" >&2
  exit 2
}

# quoted TEXT: as one word of a command line.
quoted() {
  if [[ "$1" =~ ^[A-Za-z0-9_./-]+$ ]]; then
    echo "$1"
  else
    printf "'%s'\n" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
  fi
}

# this_command [OPTION…]: as it is to be run next.
this_command() {
  if [[ "$REMOTE_USER" != ubuntu ]]; then
    set -- --user "$REMOTE_USER" "$@"
  fi
  echo "bash deploy/connect.sh${*:+ $*} $HOST $(quoted "$KEY_FILE")"
}

# The arguments

read_arguments() {
  while (($# > 0)); do
    case "$1" in
    help | -h | --help)
      echo "$CONNECT_HELP"
      exit
      ;;
    --user=*) REMOTE_USER="${1#*=}" ;;
    --fingerprint=*) FINGERPRINT="${1#*=}" ;;
    --user | --fingerprint)
      (($# > 1)) || refuse_arguments "$NO_VALUE" "$1"
      if [[ "$1" == --user ]]; then REMOTE_USER="$2"; else FINGERPRINT="$2"; fi
      shift
      ;;
    -*) refuse_arguments "$UNKNOWN_OPTION" "$1" ;;
    *)
      if [[ -z "$HOST" ]]; then
        HOST="$1"
      elif [[ -z "$KEY_FILE" ]]; then
        KEY_FILE="$1"
      else
        refuse_arguments "$TOO_MANY_ARGUMENTS" "$1"
      fi
      ;;
    esac
    shift
  done
  [[ -n "$HOST" ]] || refuse_arguments "$NO_HOST"
  [[ -n "$KEY_FILE" ]] || refuse_arguments "$NO_KEY"
  [[ "$REMOTE_USER" =~ ^[A-Za-z_][A-Za-z0-9_.-]*$ ]] ||
    refuse_arguments "$NOT_A_USER" "$REMOTE_USER"
  FINGERPRINT="${FINGERPRINT%=}"
  [[ -z "$FINGERPRINT" ]] || is_fingerprint "$FINGERPRINT" ||
    refuse_arguments "$NOT_A_FINGERPRINT" "$FINGERPRINT"
}

is_fingerprint() {
  [[ "$1" =~ ^SHA256:[A-Za-z0-9+/]{43}$ ]]
}

check_tools() {
  local tool
  for tool in ssh ssh-keyscan ssh-keygen; do
    command -v "$tool" >/dev/null || fail "$(text "$NO_TOOL" "$tool")" "$NO_TOOL_NEXT"
  done
}

check_host() {
  local bare
  if [[ -e "$(in_start_folder "$HOST")" && ! -e "$(in_start_folder "$KEY_FILE")" ]]; then
    fail "$SWAPPED" "bash deploy/connect.sh $KEY_FILE $(quoted "$HOST")"
  fi
  if ! [[ "$HOST" =~ ^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$ ]]; then
    bare="$(printf '%s' "$HOST" | sed -E 's#^[A-Za-z]+://##; s#^.*@##; s#[:/].*##')"
    fail "$(text "$NOT_A_HOST" "$HOST")" "$(text "$NOT_A_HOST_NEXT" "${bare:-3.35.0.1}")"
  fi
  # As ssh looks it up among the host keys.
  HOST="$(printf '%s' "$HOST" | tr '[:upper:]' '[:lower:]')"
  case "$HOST" in
  localhost | 127.* | 10.* | 192.168.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].*)
    note "$PRIVATE_ADDRESS" "$HOST"
    ;;
  esac
}

in_start_folder() {
  case "$1" in
  /*) echo "$1" ;;
  [A-Za-z]:*) cygpath --unix "$1" 2>/dev/null || echo "$1" ;;
  *) echo "$STARTED_IN/$1" ;;
  esac
}

check_key() {
  local first_line=""
  KEY_FILE="$(in_start_folder "$KEY_FILE")"
  [[ -f "$KEY_FILE" ]] || fail "$(text "$NO_SUCH_KEY" "$KEY_FILE")" "$NO_SUCH_KEY_NEXT"
  KEY_FILE="$(cd "$(dirname "$KEY_FILE")" && pwd)/$(basename "$KEY_FILE")"
  [[ -r "$KEY_FILE" ]] ||
    fail "$(text "$KEY_UNREADABLE" "$KEY_FILE")" "ls -l $(quoted "$KEY_FILE")"
  IFS= read -r first_line <"$KEY_FILE" || true
  case "$first_line" in
  ssh-* | ecdsa-* | sk-* | *"BEGIN PUBLIC KEY"* | *"SSH2 PUBLIC KEY"*)
    fail "$(text "$PUBLIC_HALF" "$KEY_FILE")" "$PUBLIC_HALF_NEXT"
    ;;
  PuTTY-*) fail "$(text "$PUTTY_KEY" "$KEY_FILE")" "$PUTTY_KEY_NEXT" ;;
  esac
  if ssh-keygen -y -P "" -f "$KEY_FILE" >/dev/null 2>"$LOG"; then
    if is_open_to_git "$KEY_FILE"; then
      note "$KEY_OPEN_TO_GIT"
    fi
    return
  fi
  if grep -q "UNPROTECTED PRIVATE KEY FILE" "$LOG"; then
    fail "$(text "$KEY_TOO_OPEN" "$KEY_FILE")" "$(protecting_command)"
  elif grep -q "passphrase" "$LOG"; then
    fail "$(text "$KEY_HAS_PASSPHRASE" "$KEY_FILE")" "ssh-keygen -p -f $(quoted "$KEY_FILE")"
  fi
  fail "$(text "$NOT_A_KEY" "$KEY_FILE")" "$NOT_A_KEY_NEXT"
}

# In WSL, files on the Windows side stay open to everyone, whatever chmod says.
protecting_command() {
  local copy
  if [[ "$KEY_FILE" == /mnt/* ]]; then
    copy="$HOME/$(basename "$KEY_FILE")"
    echo "cp $(quoted "$KEY_FILE") ~ && chmod 400 $(quoted "$copy")"
  else
    echo "chmod 400 $(quoted "$KEY_FILE")"
  fi
}

# Would git add take this file? Where there is no repository, or the file is not in it: no.
is_open_to_git() {
  local code=0
  git check-ignore --quiet -- "$1" 2>/dev/null || code=$?
  ((code == 1))
}

# The host's identity

fetch_host_keys() {
  step "$FETCHING_HOST_KEYS" "$HOST"
  ssh-keyscan -T "$SECONDS_TO_ANSWER" "$HOST" 2>/dev/null | grep -v '^#' |
    sort >"$HOST_KEYS" || true
  if [[ ! -s "$HOST_KEYS" ]]; then
    # It says nothing of why; ssh does.
    can_log_in_as "$REMOTE_USER" || true
    give_up
  fi
  ssh-keygen -l -f "$HOST_KEYS" | awk '{print "    " $1, $2, $NF}'
}

warn_of_another_key() {
  local type key shown
  while read -r _ type key _; do
    shown="$(awk -v type="$type" '$2 == type {print $3}' "$HOST_KEYS")"
    if [[ -n "$shown" && "$shown" != "$key" ]]; then
      note "$KNOWN_UNDER_ANOTHER_KEY" "$HOST" "ssh-keygen -R $HOST"
      return
    fi
  done < <(ssh-keygen -F "$HOST" -f "$HOME/.ssh/known_hosts" 2>/dev/null | grep '^[^#@]')
}

confirm_host_keys() {
  local answer=""
  if [[ -z "$FINGERPRINT" ]]; then
    echo "$HOW_TO_COMPARE"
    if [[ ! -t 0 ]]; then
      fail "$NOBODY_TO_ASK" "$(this_command --fingerprint SHA256:…)"
    fi
    read -r -p "$ASK_TO_CONFIRM " answer || true
    case "$answer" in
    [Yy][Ee][Ss]) return ;;
    SHA256:*) FINGERPRINT="${answer%=}" ;;
    *) fail "$NOT_CONFIRMED" "$NOT_CONFIRMED_NEXT" ;;
    esac
  fi
  keep_confirmed_key
}

# Of the keys that the host shows, GitHub is to know the one with the given fingerprint only.
keep_confirmed_key() {
  local line
  while IFS= read -r line; do
    if printf '%s\n' "$line" | ssh-keygen -l -f - | grep -Fq -- " $FINGERPRINT "; then
      printf '%s\n' "$line"
    fi
  done <"$HOST_KEYS" >"$WORK/confirmed"
  if [[ ! -s "$WORK/confirmed" ]]; then
    fail "$(text "$OTHER_FINGERPRINT" "$FINGERPRINT")" "$NOT_CONFIRMED_NEXT"
  fi
  mv "$WORK/confirmed" "$HOST_KEYS"
  step "$FINGERPRINT_MATCHES"
}

# What the host lets in

# With this key and these host keys only, whatever else the laptop has in ~/.ssh or an agent.
call_host() {
  ssh -n -T -F none -i "$KEY_FILE" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
    -o PreferredAuthentications=publickey -o ConnectTimeout="$SECONDS_TO_ANSWER" \
    -o ServerAliveInterval="$SECONDS_TO_ANSWER" -o ServerAliveCountMax=2 \
    -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=\"$HOST_KEYS\"" \
    -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no -o CheckHostIP=no "$@"
}

# can_log_in_as USER: what the host answers is in $ANSWER, and what ssh says of a failure in $LOG.
can_log_in_as() {
  call_host "$1@$HOST" "$LOOK_AROUND" >"$ANSWER" 2>"$LOG" || true
  if ! grep -q '^connected$' "$ANSWER"; then
    cat "$ANSWER" >>"$LOG"
    return 1
  fi
}

log_in() {
  local user tried="$REMOTE_USER"
  step "$LOGGING_IN" "$REMOTE_USER@$HOST"
  if can_log_in_as "$REMOTE_USER"; then
    return
  fi
  if ! grep -Eq 'Permission denied \([a-z]' "$LOG"; then
    give_up
  fi
  tail -n 1 "$LOG" >&2
  for user in "${USUAL_USERS[@]}"; do
    if [[ "$user" == "$REMOTE_USER" ]]; then
      continue
    elif can_log_in_as "$user"; then
      fail "$(text "$WRONG_USER" "$REMOTE_USER" "$user")" "$(REMOTE_USER="$user" this_command)"
    fi
    tried="$tried, $user"
  done
  fail "$(text "$WRONG_KEY" "$KEY_FILE" "$tried")" "$WRONG_KEY_NEXT"
}

look_around() {
  local free memory
  grep -q '^installable$' "$ANSWER" || fail "$NOT_UBUNTU" "$NOT_UBUNTU_NEXT"
  grep -q '^privileged$' "$ANSWER" ||
    fail "$(text "$NO_SUDO" "$REMOTE_USER")" "$(text "$NO_SUDO_NEXT" "$REMOTE_USER")"
  free="$(awk '/^free / {print int($5 / 1024)}' "$ANSWER")"
  memory="$(awk '/^MemTotal/ {print int($2 / 1024)}' "$ANSWER")"
  if ((${free:-ENOUGH_FREE_MEGABYTES} < ENOUGH_FREE_MEGABYTES)); then
    note "$LITTLE_DISK" "$free"
  fi
  if ((${memory:-ENOUGH_MEMORY_MEGABYTES} < ENOUGH_MEMORY_MEGABYTES)); then
    note "$LITTLE_MEMORY" "$memory"
  fi
}

check_web_ports() {
  step "$CHECKING_PORTS"
  local port
  for port in 80 443; do
    if is_let_through "$port"; then
      text "$PORT_OPEN" "$port"
    elif ((port == 80)); then
      note "$PORT_BLOCKED" "$port" HTTP
    else
      note "$PORT_BLOCKED" "$port" HTTPS
    fi
  done
  text "$PORT_22_FOR_GITHUB"
}

# A refusal comes from the host too: whatever stands before it has let the call through. ssh makes
# the call since it is on every laptop, and gives up in time on all of them.
is_let_through() {
  call_host -p "$1" "$REMOTE_USER@$HOST" true >/dev/null 2>"$LOG" || true
  ! grep -Eq 'connect to host .*(timed out|No route|unreachable)' "$LOG"
}

# The environment

check_env() {
  local unfilled
  if [[ ! -f "$ENV_FILE" ]]; then
    ENV_FAULT="$NO_ENV_FILE"
    ENV_FAULT_NEXT="$NO_ENV_FILE_NEXT"
    return
  fi
  unfilled="$(sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*CHANGE_ME.*/\1/p' "$ENV_FILE" | tr '\n' ' ')"
  if [[ -n "$unfilled" ]]; then
    ENV_FAULT="$(text "$ENV_UNFILLED" "${unfilled% }")"
    ENV_FAULT_NEXT="$ENV_UNFILLED_NEXT"
  elif [[ -z "$(value_of DOMAIN_NAME)" ]] && ! is_allowed_host; then
    note "$HOST_NOT_ALLOWED" "$HOST"
  fi
}

value_of() {
  sed -n "s/^$1=//p" "$ENV_FILE" | tail -n 1 | tr -d '\r'
}

is_allowed_host() {
  local allowed
  while IFS= read -r allowed; do
    case "$allowed" in
    "$HOST" | '*') return ;;
    .*) if [[ "$HOST" == *"$allowed" ]]; then return; fi ;;
    esac
  done < <(value_of ALLOWED_HOSTS | tr ',' '\n' | tr -d ' \t')
  return 1
}

# What GitHub gets

give_to_github() {
  if ! command -v gh >/dev/null; then
    step "$NO_GH"
  elif set_with_gh; then
    return
  else
    note "$GH_FAILED" "$(head -n 1 "$LOG")"
  fi
  print_what_to_paste
}

# Values go on stdin: a command line can be read by everyone on this computer.
set_with_gh() {
  step "$SETTING_WITH_GH" "$(settings_page)"
  printf '%s' "$HOST" | try_gh HOST &&
    try_gh KNOWN_HOSTS <"$HOST_KEYS" &&
    try_gh KEY <"$KEY_FILE" || return 1
  # One that the last host needed would keep this one closed.
  if [[ "$REMOTE_USER" != ubuntu ]] || has_secret REMOTE_USER; then
    printf '%s' "$REMOTE_USER" | try_gh REMOTE_USER || return 1
  fi
  if [[ -z "$ENV_FAULT" ]]; then
    try_gh ENV_VARS <"$ENV_FILE" || return 1
  fi
}

# try_gh NAME: make what comes on stdin the secret of that name.
try_gh() {
  GH_PROMPT_DISABLED=1 gh secret set "$1" >/dev/null 2>"$LOG" || return 1
  echo "    $1"
}

has_secret() {
  GH_PROMPT_DISABLED=1 gh secret list </dev/null 2>/dev/null | grep "^$1[[:space:]]" >/dev/null
}

print_what_to_paste() {
  local page
  page="$(settings_page)"
  step "$PASTE_SECRETS"
  if [[ -n "$page" ]]; then
    echo "    $page/secrets/actions/new"
  fi
  printf '\n[HOST]\n%s\n\n[KNOWN_HOSTS]\n%s\n' "$HOST" "$(cat "$HOST_KEYS")"
  if [[ "$REMOTE_USER" != ubuntu ]]; then
    printf '\n[REMOTE_USER]\n%s\n' "$REMOTE_USER"
  fi
  print_file_to_paste KEY "$KEY_FILE"
  if [[ -z "$ENV_FAULT" ]]; then
    print_file_to_paste ENV_VARS "$ENV_FILE"
  fi
  echo
}

# print_file_to_paste NAME FILE: where the value is, never the value.
print_file_to_paste() {
  local command
  printf '\n[%s]\n%s\n' "$1" "$(text "$WHOLE_FILE" "$2")"
  command="$(copy_command "$(quoted "$2")")"
  if [[ -n "$command" ]]; then
    echo "$TO_COPY_IT $command"
  fi
}

# Windows's clip would mangle what is not English.
copy_command() {
  if command -v pbcopy >/dev/null; then
    echo "pbcopy <$1"
  elif [[ -e /dev/clipboard ]]; then
    echo "cat $1 >/dev/clipboard"
  elif command -v clip.exe >/dev/null; then
    echo "iconv -f UTF-8 -t UTF-16LE $1 | clip.exe"
  elif command -v wl-copy >/dev/null; then
    echo "wl-copy <$1"
  elif command -v xclip >/dev/null; then
    echo "xclip -selection clipboard <$1"
  fi
}

# The address of the repository's settings on GitHub; what git has may hold a token before the @.
settings_page() {
  local repository
  repository="$(git config --get remote.origin.url 2>/dev/null |
    sed -n -E 's#^.*github\.com[^/:]*[:/]([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)/?$#\1#p' || true)"
  if [[ -n "$repository" ]]; then
    echo "https://github.com/${repository%.git}/settings"
  fi
}

main() {
  read_arguments "$@"
  check_tools
  check_host
  check_key
  fetch_host_keys
  warn_of_another_key
  confirm_host_keys
  log_in
  look_around
  check_web_ports
  check_env
  give_to_github
  if [[ -n "$ENV_FAULT" ]]; then
    fail "$ENV_FAULT" "$ENV_FAULT_NEXT"
  fi
  step "$CONNECTED"
}

main "$@"
