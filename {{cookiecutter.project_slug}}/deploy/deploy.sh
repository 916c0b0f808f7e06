#!/usr/bin/env bash
# Bring this source live on this host without losing a request; `deploy.sh help` lists the commands.
#
# The application has two colours, web-blue and web-green. One is live; the other is built, started
# and checked next to it, and only then does nginx switch over. Each release has its configuration
# of nginx in a folder, such as blue-3f2a…-1; the link `current` names the one that is live.
set -euo pipefail
# Logs may quote what nobody else on this host may read.
umask 077

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null # Each is checked by itself.
source deploy/causes.sh
# shellcheck source=/dev/null
source deploy/host.sh

readonly COMPOSE_FILE=docker-compose.prod.yml
readonly STATE=.deploy
readonly STEP_LOG="$STATE/step.log"
readonly KEPT_RELEASES=3
readonly KEPT_BUILD_CACHE=1gb
readonly KEPT_LOG_LINES=5000
readonly SECONDS_TO_GET_READY=120
readonly SECONDS_TO_BEGIN=10
readonly SECONDS_OF_CHECKING=2
readonly SECONDS_TO_DRAIN=120
# Compose gets these from here: left to read .env by itself, it would take a $ in a password for a
# variable of its own. config/env.py checks the last two as well.
readonly COMPOSE_KEYS=(
  DOMAIN_NAME LETSENCRYPT_EMAIL ACME_SERVER TRUSTED_PROXIES WEB_REPLICAS WEB_CONCURRENCY
)
export COMPOSE_DISABLE_ENV_FILE=1
export ENV_FILE=.env
DOCKER=(docker)
# As docker-compose.prod.yml names them
PROJECT=""
IMAGE=""
REDIS=""
REHEARSAL=""
# The step being done, the colour that is being made ready, its configuration of nginx, and whether
# the database has been migrated for it.
STEP=""
COLOUR=""
CANDIDATE=""
MIGRATED=false

# Reports

step() {
  STEP="$*"
  printf '==> [%3d s] %s\n' "$SECONDS" "$STEP"
}

# attempt COMMAND…: what it prints goes into the log of this step.
attempt() {
  "$@" >"$STEP_LOG" 2>&1
}

# fail CAUSE NEXT_STEP
fail() {
  report_failure
  printf '    %s %s\n' "$CAUSED_BY" "$1" "$NEXT_STEP" "$2" >&2
  exit 1
}

# give_up: end with what the log of the failed step shows.
give_up() {
  # Of a long line the beginning and the end
  log_excerpt | LC_ALL=C.UTF-8 sed -E 's/^(.{120}).{80,}(.{200})$/\1 … \2/' >&2
  cat "$STEP_LOG" >>"$STATE/deploy.log" || true
  if [[ -n "$COLOUR" ]]; then
    discard
  fi
  report_failure
  print_cause "$STEP_LOG" "${KNOWN_CAUSES[@]}" >&2 ||
    printf '    %s %s\n' "$CAUSED_BY" "$UNKNOWN_CAUSE" "$NEXT_STEP" "$UNKNOWN_CAUSE_NEXT" >&2
  tidy_up >/dev/null 2>&1 || true
  exit 1
}

report_failure() {
  printf '\n%s %s\n    %s %s\n' "$FAILED" "$STEP" "$LIVE_NOW" "$(describe_live)" >&2
  if [[ "$MIGRATED" == true ]]; then
    printf '    %s\n' "$SCHEMA_CHANGED" >&2
  fi
}

# Of a build what the failed instruction printed, of the preflight what is wrong, else the end.
log_excerpt() {
  local beginning
  for beginning in '^ > \[' '^\[(wrong|오류)\]'; do
    if grep -Eq "$beginning" "$STEP_LOG"; then
      sed -En "/$beginning/,\$ {/^------/q; p}" "$STEP_LOG" | tail -n 20
      return
    fi
  done
  tail -n 8 "$STEP_LOG"
}

# Docker and what it knows

compose() {
  "${DOCKER[@]}" compose --progress plain --file "$COMPOSE_FILE" "$@"
}

read_project() {
  mkdir -p "$STATE"
  ENV_FILE=/dev/null RELEASE=any attempt compose config || give_up
  PROJECT="$(sed -n 's/^name: //p' "$STEP_LOG")"
  IMAGE="$(sed -n 's/^ *image: \(.*\):any$/\1/p' "$STEP_LOG" | head -n 1)"
  REDIS="$(sed -n 's/^  \(redis\):$/\1/p' "$STEP_LOG")"
  REHEARSAL="$PROJECT-rehearsal"
}

# containers SERVICE [OPTION…]
containers() {
  "${DOCKER[@]}" ps --format '{{.ID}}' --filter "label=com.docker.compose.project=$PROJECT" \
    --filter "label=com.docker.compose.service=$1" \
    --filter label=com.docker.compose.oneoff=False "${@:2}"
}

# in_nginx COMMAND…: run it where nginx's configurations are, also when nginx is down.
in_nginx() {
  local nginx
  nginx="$(containers nginx --filter status=running | head -n 1)"
  if [[ -n "$nginx" ]]; then
    "${DOCKER[@]}" exec --workdir /srv/nginx "$nginx" "$@"
  else
    compose run --rm --no-deps --no-TTY --workdir /srv/nginx nginx "$@" 2>/dev/null
  fi
}

# The configuration that is live; nothing before the first deployment.
live_candidate() {
  in_nginx readlink current 2>/dev/null | grep -E '^(blue|green)-' || true
}

# The configurations that have been live, the latest first.
served_candidates() {
  in_nginx sh -c 'ls -t blue-*/served green-*/served | xargs -r dirname' 2>/dev/null || true
}

# release_in CANDIDATE: blue-3f2a-1 is the first of release 3f2a in blue.
release_in() {
  local release="${1#*-}"
  echo "${release%-*}"
}

other() {
  if [[ "$1" == blue ]]; then echo green; else echo blue; fi
}

describe_live() {
  local live=""
  if [[ -n "$PROJECT" ]]; then
    live="$(live_candidate)"
  fi
  if [[ -n "$live" && -n "$(containers "web-${live%%-*}")" ]]; then
    echo "web-${live%%-*}, $(release_in "$live")"
  else
    echo "$NOTHING"
  fi
}

# What every command needs first

# One deployment at a time. The kernel frees the lock when this process ends, however it ends, and
# with it whatever command it had begun.
take_lock() {
  mkdir -p "$STATE" 2>/dev/null || true
  if [[ -n "$(find . "$STATE" -maxdepth 1 ! -user "$(id -un)" -print -quit 2>&1)" ]]; then
    fail "$NOT_YOURS" "$NOT_YOURS_NEXT ${SUDO_USER:-$(id -un)}: $PWD"
  fi
  exec 9>"$STATE/lock"
  if ! flock --nonblock 9; then
    step "$WAITING"
    flock 9
  fi
}

# A workflow that is cancelled, or a connection that breaks, stops no deployment half-way.
outlive_the_connection() {
  local log="$STATE/deploy.log" writer
  trap '' HUP PIPE
  if [[ -e "$log" ]]; then
    tail -n "$KEPT_LOG_LINES" "$log" >"$log.new"
    mv "$log.new" "$log"
  fi
  printf '\n%s\n' "$(date --iso-8601=seconds)" >>"$log"
  exec > >(exec 9>&- && tee --append --output-error=warn "$log") 2>&1
  writer=$!
  # This process ends after its last line is written. An .env from stdin that did not get its place
  # is a secret too many.
  # shellcheck disable=SC2064 # The writer is known now.
  trap "rm -f '$STATE/env'; exec >&- 2>&-; wait $writer" EXIT
}

# A new .env comes on stdin. It serves the new release at once, yet takes the old one's place only
# when that is live.
accept_env() {
  local new="$STATE/env" unreadable repeated
  if [[ "${1:-}" == --env-from-stdin ]]; then
    cat >"$new"
    # What Windows adds to the file's beginning and to each line's end
    sed --in-place --expression $'1s/^\xef\xbb\xbf//' --expression 's/\r$//' "$new"
    # Reported by its number: the line may hold a secret.
    unreadable="$(grep -Evn '^([[:space:]]*(#.*)?|[A-Za-z_][A-Za-z0-9_]*=.*)$' "$new" |
      cut -d : -f 1 | head -n 1 || true)"
    if [[ -n "$unreadable" ]]; then
      fail "$ENV_UNREADABLE $unreadable" "$ENV_UNREADABLE_NEXT"
    fi
    repeated="$(sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' "$new" | sort | uniq --repeated)"
    if [[ -n "$repeated" ]]; then
      fail "$ENV_REPEATED" "$ENV_REPEATED_NEXT ${repeated//$'\n'/, }"
    fi
    ENV_FILE="$new"
  elif [[ ! -e .env ]]; then
    fail "$NO_ENV" "$NO_ENV_NEXT"
  fi
  export_compose_keys
}

export_compose_keys() {
  local key
  for key in "${COMPOSE_KEYS[@]}"; do
    export "$key=$(sed -n "s/^$key=//p" "$ENV_FILE" | tail -n 1)"
  done
  # Compose, which reads it before Python does, would only say that it cannot convert it.
  if [[ ! "${WEB_REPLICAS:=1}" =~ ^[1-9][0-9]?$ ]]; then
    fail "$BAD_REPLICAS '$WEB_REPLICAS'" "$BAD_REPLICAS_NEXT"
  fi
}

keep_env() {
  if [[ "$ENV_FILE" != .env ]]; then
    mv "$ENV_FILE" .env
    ENV_FILE=.env
  fi
}

# read_release [EXPECTED]: the commit, which the workflow has put here along with the source.
read_release() {
  RELEASE="$(cat .release 2>/dev/null || true)"
  if [[ -n "${1:-}" && "$RELEASE" != "$1" ]]; then
    fail "$OTHER_SOURCE" "$OTHER_SOURCE_NEXT"
  fi
  export RELEASE="${RELEASE:-manual-$(date +%Y%m%d-%H%M%S)}"
}

# The steps of a deployment

# Is this very commit live, with this environment, and was nothing edited here since?
is_live_already() {
  local since
  [[ "$(release_in "$1")" == "$RELEASE" && -n "$(containers "web-${1%%-*}")" ]] &&
    cmp --silent "$ENV_FILE" .env && since="$(in_nginx stat --format %Y "$1/served")" &&
    [[ -z "$(find . -path "./$STATE" -prune -o -type f -newermt "@$since" -print -quit)" ]]
}

build() {
  step "$BUILDING $RELEASE"
  attempt compose build "web-$1" || give_up
}

# In the new image, with the new environment, before anything changes.
check_beforehand() {
  step "$PREFLIGHT"
  if [[ -n "$REDIS" ]]; then
    attempt compose up --detach --no-deps --no-recreate --wait --wait-timeout 60 redis || give_up
  fi
  attempt run_once python manage.py preflight || give_up
}

# run_once COMMAND…: in a container of the new image that ends with it
run_once() {
  compose run --rm --no-deps --no-TTY prepare "$@"
}

# Migrate, copy static files, write nginx's configuration.
prepare() {
  local status=0
  COLOUR="$1"
  step "$PREPARING"
  attempt run_once python manage.py prepare "$COLOUR" || status=$?
  if grep -q '^  Applying .* OK$' "$STEP_LOG"; then
    MIGRATED=true
  fi
  if ((status != 0)); then
    give_up
  fi
  CANDIDATE="$(tail -n 1 "$STEP_LOG")"
}

# Can the release that is started use the database as later migrations have left it?
check_migrations_since() {
  local live known
  step "$CHECKING_MIGRATIONS"
  live="$(containers "web-$(other "$COLOUR")" | head -n 1)"
  if [[ -n "$live" ]]; then
    known="$("${DOCKER[@]}" exec "$(containers "web-$COLOUR" | head -n 1)" \
      python manage.py showmigrations --plan 2>"$STEP_LOG")" || give_up
    attempt "${DOCKER[@]}" exec --interactive "$live" \
      python manage.py preflight --rollback <<<"$known" || give_up
  fi
}

# start --force-recreate, or --no-recreate for a container that is there
start() {
  local end=$((SECONDS + SECONDS_TO_GET_READY))
  step "$STARTING web-$COLOUR, $RELEASE"
  if [[ -n "$(containers "web-$COLOUR")" ]]; then
    # After a deployment that was cut off it may have requests.
    drain
  fi
  attempt compose up --detach --no-deps --no-build "$1" \
    --scale "web-$COLOUR=$WEB_REPLICAS" "web-$COLOUR" || give_up
  until [[ "$(states | cut -d , -f 1 | sort --unique)" == "running healthy" ]]; do
    if ((SECONDS >= end)) || states | grep -Eq '^(exited|restarting|dead) |restarted [1-9]'; then
      {
        compose logs --no-color --no-log-prefix --tail 30 "web-$COLOUR"
        states
        last_health_check
      } >"$STEP_LOG" 2>&1 || true
      give_up
    fi
    sleep 0.5
  done
}

# Of each container of the colour a line: state, health, how it ended
states() {
  # shellcheck disable=SC2046 # One word a container.
  "${DOCKER[@]}" inspect --format "{{.State.Status}} {{.State.Health.Status}}, \
exit code {{.State.ExitCode}}, restarted {{.RestartCount}} times" \
    $(containers "web-$COLOUR" --all) 2>/dev/null
}

last_health_check() {
  "${DOCKER[@]}" inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' \
    "$(containers "web-$COLOUR" --all | head -n 1)" | grep . | tail -n 1
}

discard() {
  compose rm --stop --force "web-$COLOUR" >>"$STEP_LOG" 2>&1 || true
  if [[ -n "$CANDIDATE" ]]; then
    in_nginx sh -c "[ -e '$CANDIDATE/served' ] || rm -r '$CANDIDATE'" || true
  fi
}

# The new colour behind an nginx of its own that nobody else reaches: what is wrong, be it with the
# application or with nginx's configuration, shows there and not to the site's clients.
rehearse() {
  step "$REHEARSING $CANDIDATE"
  end_rehearsal
  # shellcheck disable=SC2016 # $0 is the candidate there.
  if attempt compose run --detach --no-deps --name "$REHEARSAL" nginx bash -ec '
      if [[ -e $0/certificate.sh ]]; then bash $0/certificate.sh; fi
      exec nginx -c $0/nginx.conf -g "daemon off;"' "/srv/nginx/$CANDIDATE" &&
    attempt "${DOCKER[@]}" exec "$REHEARSAL" bash "/srv/nginx/$CANDIDATE/check.sh" \
      "$RELEASE" "$SECONDS_TO_BEGIN" "$1"; then
    end_rehearsal
    return
  fi
  {
    "${DOCKER[@]}" logs --tail 10 "$REHEARSAL" 2>&1 | grep -v '^{'
    compose logs --no-color --no-log-prefix "web-$COLOUR" | grep '"level":"ERROR"' | tail -n 3
  } >>"$STEP_LOG" || true
  end_rehearsal
  give_up
}

end_rehearsal() {
  "${DOCKER[@]}" rm --force --volumes "$REHEARSAL" >/dev/null 2>&1 || true
}

# nginx and what stands next to it; what runs and is as it should be is left alone.
start_others() {
  step "$STARTING_OTHERS"
  attempt compose up --detach --no-deps --wait --wait-timeout 60 nginx ${REDIS:+"$REDIS"} ||
    give_up
}

# switch_over LIVE SECONDS: switch nginx to the candidate, and back again if the site, within so
# many seconds, answers wrongly.
switch_over() {
  step "$SWITCHING web-$COLOUR"
  if attempt in_nginx bash "$CANDIDATE/switch.sh"; then
    if attempt in_nginx bash "$CANDIDATE/check.sh" "$RELEASE" 1 "$2"; then
      COLOUR=""
      return
    fi
    in_nginx rm "$CANDIDATE/served" || true
    if [[ -n "$1" ]]; then
      in_nginx bash "$1/switch.sh" >>"$STEP_LOG" 2>&1 || true
      drain
    fi
  fi
  compose logs --no-color --no-log-prefix --tail 10 nginx 2>&1 | grep -v '^{' >>"$STEP_LOG" || true
  give_up
}

# certbot has nothing to do without a domain, or behind a load balancer that ends HTTPS.
start_certbot() {
  if [[ -n "$DOMAIN_NAME" && -z "$TRUSTED_PROXIES" ]]; then
    attempt compose up --detach --no-deps certbot || true
  else
    attempt compose rm --stop --force certbot || true
  fi
}

# nginx's old workers finish the requests that they have; only then may the old colour end.
drain() {
  local end=$((SECONDS + SECONDS_TO_DRAIN))
  while ((SECONDS < end)) && has_old_workers; do
    sleep 0.5
  done
}

has_old_workers() {
  local processes=""
  if [[ -n "$(containers nginx)" ]]; then
    processes="$(in_nginx sh -c 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " "')"
  fi
  [[ "$processes" == *"worker process is shutting down"* ]]
}

# stop_old COLOUR: it stays as it is, stopped, for a rollback.
stop_old() {
  if [[ -n "$1" && -n "$(containers "web-$1")" ]]; then
    step "$DRAINING web-$1"
    drain
    attempt compose stop "web-$1" || true
  fi
}

# The same after a rollback, for which nobody waits: who goes back and forth may need this colour
# again before it has ended.
stop_later() {
  exec 9>&-
  drain
  take_lock >/dev/null
  if [[ "$(live_candidate)" != "$1"-* ]]; then
    stop_old "$1"
  fi
}

# Keep images and configurations of the last releases, and nothing of what failed; what a container
# is made from stays in any case.
tidy_up() {
  local kept tag
  if [[ -z "$PROJECT" ]]; then
    return
  fi
  # What a start by hand, or a deployment that was cut off, has left.
  compose rm --force prepare switch >/dev/null 2>&1 || true
  end_rehearsal
  # shellcheck disable=SC2016 # $0 is the number there.
  kept="$(in_nginx sh -ec '
    served="$(ls -t blue-*/served green-*/served 2>/dev/null | head -n "$0")"
    kept="$(readlink current) $(echo "$served" | xargs -r dirname)"
    for candidate in $(ls -d blue-* green-* 2>/dev/null); do
      if ! echo "$kept" | grep -Fwq -- "$candidate"; then rm -r "$candidate"; fi
    done
    echo "$kept"' "$KEPT_RELEASES")" || return 0
  for tag in $("${DOCKER[@]}" images --format '{{.Tag}}' "$IMAGE"); do
    if [[ "$kept" != *"-$tag-"* ]]; then
      "${DOCKER[@]}" rmi "$IMAGE:$tag" >/dev/null 2>&1 || true
    fi
  done
  "${DOCKER[@]}" image prune --force --filter "label=com.docker.compose.project=$PROJECT" >/dev/null
  "${DOCKER[@]}" builder prune --force --keep-storage "$KEPT_BUILD_CACHE" >/dev/null 2>&1 || true
}

# The commands

# What a deployment needs before it begins to build.
begin() {
  take_lock
  step "$CHECKING_HOST"
  make_room
  outlive_the_connection
  prepare_host
  read_project
  accept_env "$@"
  read_release "${2:-}"
}

deploy() {
  local live idle
  begin "$@"
  live="$(live_candidate)"
  idle="$(other "${live%%-*}")"
  if is_live_already "$live"; then
    step "$ALREADY_LIVE web-${live%%-*}, $RELEASE"
    stop_old "$idle"
    return
  fi
  build "$idle"
  check_beforehand
  prepare "$idle"
  start --force-recreate
  rehearse "$SECONDS_OF_CHECKING"
  start_others
  switch_over "$live" "$SECONDS_OF_CHECKING"
  start_certbot
  keep_env
  stop_old "${live%%-*}"
  tidy_up
  step "$DEPLOYED web-$idle, $RELEASE"
}

rollback() {
  local live target kept
  take_lock
  step "$CHECKING_HOST"
  outlive_the_connection
  wait_for_docker
  read_project
  export_compose_keys
  live="$(live_candidate)"
  target="$(served_candidates | grep -Fxv -- "$live" | head -n 1 || true)"
  RELEASE="$(release_in "$target")"
  export RELEASE
  if [[ -z "$target" ]] || ! "${DOCKER[@]}" image inspect "$IMAGE:$RELEASE" >/dev/null 2>&1; then
    fail "$NO_ROLLBACK" "$NO_ROLLBACK_NEXT"
  fi
  COLOUR="$(other "${live%%-*}")"
  CANDIDATE="$target"
  if [[ "${target%%-*}" != "$COLOUR" ]]; then
    # After a start by hand: what it had was for the other colour.
    prepare "$COLOUR"
  fi
  kept="$(containers "web-$COLOUR" --all --format '{{.Image}}' | head -n 1)"
  if [[ "$kept" == "$IMAGE:$RELEASE" ]]; then
    # It runs as it did, with the environment that it had.
    start --no-recreate
  else
    start --force-recreate
  fi
  check_migrations_since
  rehearse 0
  switch_over "$live" 0
  step "$DEPLOYED web-${CANDIDATE%%-*}, $RELEASE"
  stop_later "${live%%-*}" </dev/null >>"$STATE/deploy.log" 2>&1 &
}

preflight() {
  begin "$@"
  build blue
  check_beforehand
  cat "$STEP_LOG"
  report_live_restore
}

status() {
  look_around
  echo "$LIVE_NOW $(describe_live)"
  compose --profile green ps --all
  df --human-readable .
  report_live_restore
}

logs() {
  look_around
  compose --profile green logs --tail 100 "$@"
}

# For commands that only read: they work without an environment too.
look_around() {
  wait_for_docker
  read_project
  ENV_FILE=/dev/null
}

main() {
  local command="${1:-deploy}"
  case "$command" in
  deploy | preflight) "$command" "${@:2}" ;;
  rollback | status) "$command" ;;
  logs) logs "${@:2}" ;;
  help | -h | --help) echo "$HELP" ;;
  *)
    echo "$HELP" >&2
    exit 2
    ;;
  esac
}

main "$@"
