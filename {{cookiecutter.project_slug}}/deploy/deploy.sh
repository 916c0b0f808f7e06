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
readonly SECONDS_TO_GET_READY=120
readonly SECONDS_TO_BEGIN=10
readonly SECONDS_OF_CHECKING=2
readonly SECONDS_TO_DRAIN=120
export COMPOSE_DISABLE_ENV_FILE=1
export ENV_FILE=.env
DOCKER=(docker)
# As docker-compose.prod.yml names them
PROJECT=""
IMAGE=""
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

# must COMMAND…: the same, and no step follows if it fails.
must() {
  attempt "$@" || give_up
}

# fail CAUSE NEXT_STEP
fail() {
  report_failure
  refuse "$@"
}

# give_up: end with what the log of the failed step shows.
give_up() {
  # Of a long line the beginning and the end
  log_excerpt "$STEP_LOG" | LC_ALL=C.UTF-8 sed -E 's/^(.{120}).{80,}(.{200})$/\1 … \2/' >&2
  cat "$STEP_LOG" >>"$STATE/deploy.log" || true
  # If nginx died amid the switch, the candidate may be live already.
  if [[ -n "$COLOUR" && "$(live_candidate)" != "$CANDIDATE" ]]; then
    compose rm --stop --force "web-$COLOUR" >/dev/null 2>&1 || true
  fi
  tidy_up >/dev/null 2>&1 || true
  report_failure
  print_cause "$STEP_LOG" "${KNOWN_CAUSES[@]}" >&2 ||
    refuse "$UNKNOWN_CAUSE" "$UNKNOWN_CAUSE_NEXT"
  exit 1
}

report_failure() {
  printf '\n%s %s\n    %s %s\n' "$FAILED" "$STEP" "$LIVE_NOW" "$(describe_live)" >&2
  if [[ "$MIGRATED" == true ]]; then
    printf '    %s\n' "$SCHEMA_CHANGED" >&2
  fi
}

# Docker and what it knows

compose() {
  "${DOCKER[@]}" compose --progress plain --file "$COMPOSE_FILE" "$@"
}

read_project() {
  mkdir -p "$STATE"
  ENV_FILE=/dev/null RELEASE=any must compose config
  PROJECT="$(sed -n 's/^name: //p' "$STEP_LOG")"
  IMAGE="$(sed -n 's/^ *image: \(.*\):any$/\1/p' "$STEP_LOG" | head -n 1)"
}

# containers SERVICE [OPTION…]: those that run. Compose takes five times as long to find them.
containers() {
  "${DOCKER[@]}" ps --quiet --filter "label=com.docker.compose.project=$PROJECT" \
    --filter "label=com.docker.compose.service=$1" \
    --filter label=com.docker.compose.oneoff=False "${@:2}"
}

# in_nginx COMMAND…: run it where nginx's configurations are, also when nginx is down.
in_nginx() {
  local nginx
  nginx="$(containers nginx)"
  if [[ -n "$nginx" ]]; then
    "${DOCKER[@]}" exec --workdir /srv/nginx "$nginx" "$@"
  else
    compose run --rm --no-deps --no-TTY --workdir /srv/nginx nginx "$@" </dev/null 2>/dev/null
  fi
}

# The configuration that is live; nothing before the first deployment.
live_candidate() {
  in_nginx readlink current 2>/dev/null | grep -E '^(blue|green)-' || true
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

# The steps of a deployment

# read_release [EXPECTED]: the commit, which the workflow has put here along with the source.
read_release() {
  RELEASE="$(cat .release 2>/dev/null || true)"
  if [[ -n "${1:-}" && "$RELEASE" != "$1" ]]; then
    fail "$OTHER_SOURCE" "$OTHER_SOURCE_NEXT"
  fi
  export RELEASE="${RELEASE:-manual-$(date +%Y%m%d-%H%M%S)}"
}

# Is this very commit live, with this environment, and was nothing edited here since?
is_live_already() {
  local since
  [[ "$(release_in "$1")" == "$RELEASE" && -n "$(containers "web-${1%%-*}")" ]] &&
    cmp --silent "$ENV_FILE" .env && since="$(in_nginx stat --format %Y "$1/served")" &&
    [[ -z "$(find . -path "./$STATE" -prune -o -type f -newermt "@$since" -print -quit)" ]]
}

# build COLOUR: what is wrong shows in the new image, with the new environment, before anything
# changes.
build() {
  step "$BUILDING $RELEASE"
  must compose build "web-$1"
  step "$PREFLIGHT"
  must run_once python manage.py preflight
}

# run_once COMMAND…: in a container of the new image that ends with it
run_once() {
  compose run --rm --no-TTY prepare "$@"
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
  ((status == 0)) || give_up
  CANDIDATE="$(tail -n 1 "$STEP_LOG")"
}

# start --force-recreate, or --no-recreate for a container that is there
start() {
  step "$STARTING web-$COLOUR, $RELEASE"
  # After a deployment that was cut off it may have requests.
  drain
  must compose up --detach --no-deps --no-build "$1" \
    --scale "web-$COLOUR=$WEB_REPLICAS" "web-$COLOUR"
}

wait_until_healthy() {
  local end=$((SECONDS + SECONDS_TO_GET_READY))
  until [[ "$(states | cut -d , -f 1 | sort --unique)" == "running healthy" ]]; do
    if ((SECONDS >= end)) || states | grep -Eq '^(exited|restarting|dead) |restarted [1-9]'; then
      {
        compose logs --no-log-prefix --tail 30 "web-$COLOUR"
        states
      } >"$STEP_LOG" 2>&1 || true
      give_up
    fi
    sleep 0.5
  done
}

# Of each container of the colour a line: state, health, how it ended, what its last check found
states() {
  # shellcheck disable=SC2046 # One word a container.
  "${DOCKER[@]}" inspect --format "{{.State.Status}} {{.State.Health.Status}}, \
exit code {{.State.ExitCode}}, restarted {{.RestartCount}} times{{\$last := \"\"}}\
{{range .State.Health.Log}}{{\$last = .Output}}{{end}}: {{json \$last}}" \
    $(containers "web-$COLOUR" --all) 2>/dev/null
}

# rehearse SECONDS_TO_BEGIN SECONDS_OF_CHECKING: the new colour behind an nginx of its own that
# nobody else reaches. What is wrong, be it with the application or with nginx's configuration,
# shows there and not to the site's clients.
rehearse() {
  step "$REHEARSING $CANDIDATE"
  # shellcheck disable=SC2016 # $0 is the candidate's folder there.
  if ! attempt compose run --rm --no-deps --no-TTY nginx bash -ec '
      if [[ -e $0/certificate.sh ]]; then bash $0/certificate.sh; fi
      nginx -c $0/nginx.conf
      bash $0/check.sh "$@"' "/srv/nginx/$CANDIDATE" "$@"; then
    sed --in-place '/^{/d' "$STEP_LOG"
    compose logs --no-log-prefix "web-$COLOUR" | awk '/"level":"ERROR"/' | tail -n 3 >>"$STEP_LOG"
    give_up
  fi
}

# switch_over SECONDS: switch nginx to the candidate; if the site, within so many seconds, answers
# wrongly, what was live is live again.
switch_over() {
  step "$SWITCHING web-$COLOUR"
  if ! attempt in_nginx bash "$CANDIDATE/switch.sh" "$1"; then
    drain
    compose logs --no-log-prefix --tail 10 nginx 2>&1 | grep -v '^{' >>"$STEP_LOG" || true
    give_up
  fi
  COLOUR=""
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
  # The brackets keep the search from finding itself.
  in_nginx timeout "$SECONDS_TO_DRAIN" bash -c 'while
    grep -qs "[w]orker process is shutting down" /proc/[0-9]*/cmdline; do sleep 0.5; done' || true
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
  prepare "$idle"
  start --force-recreate
  wait_until_healthy
  rehearse "$SECONDS_TO_BEGIN" "$SECONDS_OF_CHECKING"
  step "$STARTING_OTHERS"
  # What runs and is as it should be is left alone.
  must compose up --detach --no-deps --wait --wait-timeout 60 nginx
  switch_over "$SECONDS_OF_CHECKING"
  start_certbot
  [[ "$ENV_FILE" == .env ]] || mv "$ENV_FILE" .env
  ENV_FILE=.env
  stop_old "${live%%-*}"
  tidy_up
  step "$DEPLOYED web-$idle, $RELEASE"
}

rollback() {
  local known live target kept checking recreate=--force-recreate
  take_lock
  step "$CHECKING_HOST"
  outlive_the_connection
  wait_for_docker
  read_project
  export_compose_keys
  # What is live, and then what has been, the latest first
  known="$(in_nginx sh -c 'readlink current
    ls -t blue-*/served green-*/served | xargs -r dirname' 2>/dev/null || true)"
  live="$(head -n 1 <<<"$known")"
  target="$(grep -Fxv -- "$live" <<<"$known" | head -n 1 || true)"
  RELEASE="$(release_in "$target")"
  export RELEASE
  if [[ -z "$target" ]] || ! "${DOCKER[@]}" image inspect "$IMAGE:$RELEASE" >/dev/null 2>&1; then
    fail "$NO_ROLLBACK" "$NO_ROLLBACK_NEXT"
  fi
  check_migrations_since "$live" "$target" >"$STATE/migrations.log" 2>&1 &
  checking=$!
  COLOUR="$(other "${live%%-*}")"
  CANDIDATE="$target"
  if [[ "${target%%-*}" != "$COLOUR" ]]; then
    # After a start by hand: what it had was for the other colour.
    prepare "$COLOUR"
  fi
  kept="$(compose ps --all --format '{{.Image}}' "web-$COLOUR" | head -n 1)"
  if [[ "$kept" == "$IMAGE:$RELEASE" ]]; then
    # It runs as it did, with the environment that it had.
    recreate=--no-recreate
  fi
  start "$recreate"
  rehearse "$SECONDS_TO_GET_READY" 0
  wait_until_healthy
  step "$CHECKING_MIGRATIONS"
  if ! wait "$checking"; then
    mv "$STATE/migrations.log" "$STEP_LOG"
    give_up
  fi
  switch_over 0
  step "$DEPLOYED web-${CANDIDATE%%-*}, $RELEASE"
  stop_later "${live%%-*}" </dev/null >>"$STATE/deploy.log" 2>&1 &
}

# check_migrations_since LIVE TARGET: can that release use the database as later ones have left it?
check_migrations_since() {
  local web
  web="$(containers "web-${1%%-*}" | head -n 1)"
  if [[ -n "$1" && -n "$web" ]]; then
    in_nginx cat "$2/migrations" |
      "${DOCKER[@]}" exec --interactive "$web" python manage.py preflight --rollback
  fi
}

preflight() {
  begin "$@"
  build blue
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
