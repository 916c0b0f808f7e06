# shellcheck shell=bash
# What a log shows of a failure: for deploy.sh, connect.sh and the workflow, which source this file.
# A known cause is written "pattern=>cause=>next step".

# shellcheck source=/dev/null # It exists in one language only.
source "$(dirname "${BASH_SOURCE[0]}")/messages.sh"

# print_cause LOG KNOWN_CAUSE…: print cause and next step of the first pattern in the log; fail
# if it has none of them.
print_cause() {
  local log="$1" known
  for known in "${@:2}"; do
    if grep -Eq -- "${known%%=>*}" "$log"; then
      known="${known#*=>}"
      printf '    %s %s\n' "$CAUSED_BY" "${known%%=>*}" "$NEXT_STEP" "${known#*=>}"
      return
    fi
  done
  return 1
}

# log_excerpt LOG: of a build what the failed instruction printed, of the preflight what is wrong,
# else the end.
log_excerpt() {
  local log="$1" beginning='^( > \[|\[(wrong|오류)\])'
  if grep -Eq "$beginning" "$log"; then
    sed -En "/$beginning/,\$ {/^------/q; p}" "$log" | tail -n 20
  else
    tail -n 8 "$log"
  fi
}

# refuse CAUSE NEXT_STEP
refuse() {
  printf '    %s %s\n' "$CAUSED_BY" "$1" "$NEXT_STEP" "$2" >&2
  exit 1
}

# or_print_cause COMMAND…: run a step of the workflow that reaches the host; if it fails, print why.
or_print_cause() {
  local errors="$RUNNER_TEMP/errors"
  if ! "$@" 2> >(tee "$errors" >&2); then
    wait
    print_cause "$errors" "${SSH_CAUSES[@]}" "${COPY_CAUSES[@]}" >&2 || true
    return 1
  fi
}
