#!/usr/bin/env bash
# Bring this source live on this host without losing a request; `deploy.sh help` lists the commands.
#
# The application has two colours, web-blue and web-green. One is live; the other is built, started
# and checked beside it, and only then does nginx switch over. Which one is live is what nginx says.
set -euo pipefail
# Logs may quote what nobody else on this host is to read.
umask 077

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null # It is checked by itself.
source deploy/explain.sh

readonly COMPOSE_FILE=docker-compose.prod.yml
PROJECT="$(sed -n 's/^name: "\(.*\)"$/\1/p' "$COMPOSE_FILE")"
readonly PROJECT
readonly IMAGE="${PROJECT%-prod}"
readonly REHEARSAL="$PROJECT-rehearsal"
readonly STATE=.deploy
readonly STEP_LOG="$STATE/step.log"
# The releases that have been live here, each once, the latest last.
readonly RELEASES="$STATE/releases"
readonly KEPT_RELEASES=3
readonly KEPT_BUILD_CACHE=1gb
readonly KEPT_LOG_LINES=5000
readonly MINIMUM_FREE_MEGABYTES=1500
readonly SWAP_BELOW_MEGABYTES=2000
readonly SECONDS_TO_GET_READY=120
readonly SECONDS_TO_BEGIN=10
readonly SECONDS_OF_CHECKING=2
readonly SECONDS_TO_DRAIN=90
# Compose gets these from here: left to read .env by itself, it would take a $ in a password for a
# variable of its own. config/env.py checks the last two, but Compose, which runs first, refuses a
# WEB_REPLICAS that is no number.
readonly COMPOSE_KEYS=(
  ALLOWED_HOSTS DOMAIN_NAME LETSENCRYPT_EMAIL ACME_SERVER WEB_REPLICAS WEB_CONCURRENCY
)
export COMPOSE_DISABLE_ENV_FILE=1
DOCKER=(docker)
# What is being done, the colour that is to become live, and the environment that it is to have.
STEP=""
CANDIDATE=""
ENV_FILE=.env

# What is told

step() {
  STEP="$*"
  printf '==> [%3d s] %s\n' "$SECONDS" "$STEP"
}

# fail CAUSE NEXT_STEP
fail() {
  tell_failure
  printf '    %s %s\n' "$CAUSED_BY" "$1" "$NEXT_STEP" "$2" >&2
  exit 1
}

# give_up: end with what the log of the failed step shows.
give_up() {
  telling_lines | LC_ALL=C.UTF-8 sed -E 's/^(.{200}).+/\1…/' >&2
  cat "$STEP_LOG" >>"$STATE/deploy.log" || true
  if [[ -n "$CANDIDATE" ]]; then
    discard "$CANDIDATE"
  fi
  tell_failure
  explain "$STEP_LOG" "${KNOWN_CAUSES[@]}" >&2 ||
    printf '    %s %s\n' "$CAUSED_BY" "$UNKNOWN_CAUSE" "$NEXT_STEP" "$UNKNOWN_CAUSE_NEXT" >&2
  tidy_up >/dev/null 2>&1 || true
  exit 1
}

tell_failure() {
  printf '\n%s %s\n    %s %s\n' "$FAILED" "$STEP" "$STILL_LIVE" "$(describe_live)" >&2
}

# Of a build what the failed instruction said, of the preflight what is wrong, else the end.
telling_lines() {
  local beginning
  for beginning in '^ > \[' '^\[(wrong|오류)\]'; do
    if grep -Eq "$beginning" "$STEP_LOG"; then
      sed -En "/$beginning/,\$ {/^------/q; p}" "$STEP_LOG" | tail -n 20
      return
    fi
  done
  tail -n 8 "$STEP_LOG"
}

# attempt COMMAND…: what it prints goes into the log of this step.
attempt() {
  "$@" >"$STEP_LOG" 2>&1
}

# Docker and what it knows

compose() {
  local files=(--file "$COMPOSE_FILE")
  if [[ "$ENV_FILE" != .env ]]; then
    files+=(--file "$STATE/env.yml")
  fi
  "${DOCKER[@]}" compose --progress plain "${files[@]}" "$@"
}

in_nginx() {
  "${DOCKER[@]}" exec --env "ALLOWED_HOSTS=$ALLOWED_HOSTS" --env "DOMAIN_NAME=$DOMAIN_NAME" \
    "$(containers nginx | head -n 1)" bash "/etc/nginx/templates/$1" "${@:2}"
}

# containers SERVICE [OPTION…]
containers() {
  "${DOCKER[@]}" ps --quiet --filter "label=com.docker.compose.project=$PROJECT" \
    --filter "label=com.docker.compose.service=$1" \
    --filter label=com.docker.compose.oneoff=False "${@:2}"
}

other() {
  if [[ "$1" == blue ]]; then echo green; else echo blue; fi
}

# The colour that nginx passes requests on to, if it runs: none before the first deployment.
live_colour() {
  local colour
  colour="$(applied_servers | sed -n '/ down;/d; s/^server web-\([a-z]*\):.*/\1/p')"
  if [[ -n "$colour" && -n "$(containers "web-$colour")" ]]; then
    echo "$colour"
  fi
}

applied_servers() {
  local file=/etc/nginx/live/applied.conf nginx
  nginx="$(containers nginx | head -n 1)"
  if [[ -n "$nginx" ]] && "${DOCKER[@]}" exec "$nginx" cat "$file" 2>/dev/null; then
    return
  fi
  # nginx is down, which does not change what it was told.
  if "${DOCKER[@]}" volume inspect "${PROJECT}_live" >/dev/null 2>&1; then
    "${DOCKER[@]}" run --rm --network none --volume "${PROJECT}_live:/etc/nginx/live:ro" \
      nginx:1.30 cat "$file" 2>/dev/null || true
  fi
}

# release_of COLOUR: the release that its container runs or ran.
release_of() {
  local container
  container="$(containers "web-$1" --all | head -n 1)"
  if [[ -n "$container" ]]; then
    "${DOCKER[@]}" inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$container" |
      sed -n 's/^RELEASE=//p'
  fi
}

describe_live() {
  local colour
  colour="$(live_colour 2>/dev/null || true)"
  if [[ -n "$colour" ]]; then
    echo "web-$colour, $(release_of "$colour")"
  else
    echo "$NOTHING"
  fi
}

# The host

# One deployment at a time. The kernel frees the lock when this process ends, however it ends, and
# with it whatever command it had begun.
take_lock() {
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  if ! flock --nonblock 9; then
    step "$WAITING"
    flock 9
  fi
}

# A workflow that is cancelled, or a connection that breaks, stops no deployment half-way.
outlive_the_connection() {
  local log="$STATE/deploy.log" teller
  trap '' HUP PIPE
  if [[ -e "$log" ]]; then
    tail -n "$KEPT_LOG_LINES" "$log" >"$log.new"
    mv "$log.new" "$log"
  fi
  printf '\n%s\n' "$(date --iso-8601=seconds)" >>"$log"
  exec > >(exec 9>&- && tee --append --output-error=warn "$log") 2>&1
  teller=$!
  # The end of what is told is told before this process ends. An .env from stdin that did not get its
  # place is a secret too many.
  # shellcheck disable=SC2064 # The teller is known now.
  trap "rm -f '$STATE/env'; exec >&- 2>&-; wait $teller" EXIT
}

# Room for an image more, where images are kept and where this source is.
make_room() {
  if (($(free_megabytes) < MINIMUM_FREE_MEGABYTES)); then
    tidy_up 2>/dev/null || true
  fi
  if (($(free_megabytes) < MINIMUM_FREE_MEGABYTES)); then
    fail "$DISK_FULL ($(free_megabytes) MB < $MINIMUM_FREE_MEGABYTES MB)" "$DISK_FULL_NEXT"
  fi
}

free_megabytes() {
  local folder=/var/lib/docker
  if [[ ! -e "$folder" ]]; then
    folder=/var/lib
  fi
  df --output=avail --block-size=1M . "$folder" | tail -n +2 | sort --numeric-sort | head -n 1
}

prepare_host() {
  if ! has_docker; then
    step "$INSTALLING_DOCKER"
    attempt install_docker || give_up
  fi
  wait_for_docker
  make_swap
}

has_docker() {
  command -v docker >/dev/null && docker compose version >/dev/null 2>&1 &&
    docker buildx version >/dev/null 2>&1
}

# The distribution's own packages; Ubuntu and Debian name them differently.
install_docker() {
  local packages=(docker.io docker-buildx)
  # A host that has just started may be installing its own updates.
  local apt=(sudo DEBIAN_FRONTEND=noninteractive apt-get --option DPkg::Lock::Timeout=300)
  "${apt[@]}" update || { sleep 20 && "${apt[@]}" update; }
  # Where there is a docker-compose-v2, docker-compose is an older one.
  if is_packaged docker-compose-v2; then
    packages+=(docker-compose-v2)
  else
    packages+=(docker-compose)
  fi
  if is_packaged docker-cli; then
    packages+=(docker-cli)
  fi
  "${apt[@]}" install --yes --no-install-recommends "${packages[@]}"
}

is_packaged() {
  [[ -n "$(apt-cache --names-only search "^$1\$")" ]]
}

wait_for_docker() {
  local attempts
  for ((attempts = 0; attempts < 60; attempts++)); do
    if docker info >/dev/null 2>&1; then
      return
    fi
    if sudo --non-interactive docker info >/dev/null 2>&1; then
      # With a home of its own: what it keeps there must stay writable for this user.
      DOCKER=(sudo --preserve-env HOME=/root docker)
      # From the next login on it goes without.
      sudo usermod --append --groups docker "$(id --user --name)"
      return
    fi
    sleep 1
  done
  fail "$NO_ENGINE" "$NO_ENGINE_NEXT"
}

# A build beside a running site takes more than 1 GB; without swap the host would freeze.
make_swap() {
  local memory
  memory="$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)"
  if ((memory >= SWAP_BELOW_MEGABYTES)) || (($(wc -l </proc/swaps) > 1)); then
    return
  fi
  step "$MAKING_SWAP"
  attempt sudo sh -ec 'fallocate -l 2G /swapfile; chmod 600 /swapfile; mkswap /swapfile
    swapon /swapfile; echo "/swapfile none swap sw 0 0" >>/etc/fstab' || step "$NO_SWAP"
}

# The environment

# A new .env comes on stdin, or lies here as .env.new. It serves the new release at once, yet takes
# the old one's place only when that is live.
accept_env() {
  local new=.env.new unreadable
  if [[ "${1:-}" == --env-from-stdin ]]; then
    new="$STATE/env"
    cat >"$new"
  fi
  if [[ -e "$new" ]]; then
    chmod 600 "$new"
    # What Windows adds to each line's end would be taken for a part of the values.
    sed --in-place --expression 's/\r$//' "$new"
    # The line is told by its number: it may hold a secret.
    unreadable="$(grep -Evn '^([[:space:]]*(#.*)?|[A-Za-z_][A-Za-z0-9_]*=.*)$' "$new" |
      cut -d : -f 1 | head -n 1 || true)"
    if [[ -n "$unreadable" ]]; then
      fail "$ENV_UNREADABLE $unreadable" "$ENV_UNREADABLE_NEXT"
    fi
    use_env "$new"
  elif [[ ! -e .env ]]; then
    fail "$NO_ENV" "$NO_ENV_NEXT"
  fi
  export_compose_keys
}

# use_env FILE: have the application get its environment from there instead of .env.
use_env() {
  ENV_FILE="$1"
  mkdir -p "$STATE"
  cat >"$STATE/env.yml" <<END
services:
  release: &env
    env_file: !override [{path: $ENV_FILE, format: raw}]
  web-blue: *env
  web-green: *env
END
}

export_compose_keys() {
  local key
  for key in "${COMPOSE_KEYS[@]}"; do
    export "$key=$(sed -n "s/^$key=//p" "$ENV_FILE" | tail -n 1)"
  done
}

keep_env() {
  if [[ "$ENV_FILE" != .env ]]; then
    mv "$ENV_FILE" .env
    ENV_FILE=.env
  fi
}

# The commit, which the workflow has put here.
read_release() {
  RELEASE="$(cat .release 2>/dev/null || true)"
  export RELEASE="${RELEASE:-manual-$(date +%Y%m%d-%H%M%S)}"
}

# What a deployment consists of, so that the same one is not made twice.
fingerprint() {
  {
    cat "$ENV_FILE"
    find . -path "./$STATE" -prune -o -type f ! -name '.env*' -print0 | sort --zero-terminated |
      xargs --null sha256sum
  } | sha256sum | cut -d ' ' -f 1
}

# The steps of a deployment

build() {
  step "$BUILDING $RELEASE"
  attempt compose build "web-$1" || give_up
}

# In the new image, with the new environment, before anything changes.
check_beforehand() {
  step "$PREFLIGHT"
  if has_redis; then
    attempt compose up --detach --no-deps --no-recreate --wait --wait-timeout 60 redis || give_up
  fi
  attempt compose run --rm --no-deps --no-TTY release python manage.py preflight || give_up
}

has_redis() {
  grep -q '^  redis:$' "$COMPOSE_FILE"
}

start() {
  step "$STARTING web-$1"
  CANDIDATE="$1"
  # After a deployment that was cut off, the last requests may still be here.
  drain
  attempt compose up --detach --no-deps --no-build --force-recreate \
    --scale "web-$1=${WEB_REPLICAS:-1}" "web-$1" || give_up
  wait_until_ready "$1"
}

wait_until_ready() {
  local colour="$1" end=$((SECONDS + SECONDS_TO_GET_READY))
  until is_ready "$colour"; do
    if ((SECONDS >= end)) || has_crashed "$colour"; then
      {
        compose logs --no-color --no-log-prefix --tail 30 "web-$colour"
        how_it_ended "$colour"
        last_health_check "$colour"
      } >"$STEP_LOG" 2>&1 || true
      give_up
    fi
    sleep 0.5
  done
}

# Is every container of a colour ready, as its health check says?
is_ready() {
  local containers
  containers="$(containers "web-$1" --all)"
  [[ -n "$containers" ]] &&
    [[ "$(states "$containers" | sort --unique)" == "running healthy" ]]
}

has_crashed() {
  how_it_ended "$1" 2>/dev/null | grep -Eq '(exited|restarting|dead), |restarted [1-9]'
}

# states CONTAINERS: of each, its state and its health.
states() {
  # shellcheck disable=SC2086 # One word a container.
  "${DOCKER[@]}" inspect --format '{{.State.Status}} {{.State.Health.Status}}' $1 2>/dev/null
}

last_health_check() {
  "${DOCKER[@]}" inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' \
    "$(containers "web-$1" --all | head -n 1)" | grep . | tail -n 1
}

how_it_ended() {
  # shellcheck disable=SC2046 # One word a container.
  "${DOCKER[@]}" inspect --format "{{.Name}}: {{.State.Status}}, exit code {{.State.ExitCode}}, \
restarted {{.RestartCount}} times" $(containers "web-$1" --all)
}

discard() {
  drain
  compose rm --stop --force "web-$1" >>"$STEP_LOG" 2>&1 || true
}

# The new colour behind an nginx of its own that nobody else reaches: what is wrong, be it with the
# application or with nginx's configuration, shows there and not to the site's clients.
rehearse() {
  local colour="$1" paths
  step "$REHEARSING web-$colour"
  mapfile -t paths < <(requested_paths)
  end_rehearsal
  # shellcheck disable=SC2016 # $0 is the colour there.
  if attempt compose run --detach --no-deps --name "$REHEARSAL" --volume /etc/nginx/live \
    --env "ALLOWED_HOSTS=$ALLOWED_HOSTS" --env "DOMAIN_NAME=$DOMAIN_NAME" nginx \
    bash -c 'echo "server web-$0:8000 resolve;" >/etc/nginx/live/app.conf
      exec bash /etc/nginx/templates/start.sh' "$colour" &&
    attempt "${DOCKER[@]}" exec "$REHEARSAL" bash /etc/nginx/templates/check.sh \
      "$(release_of "$colour")" "$SECONDS_TO_BEGIN" "$SECONDS_OF_CHECKING" "${paths[@]}"; then
    end_rehearsal
    return
  fi
  "${DOCKER[@]}" logs --tail 10 "$REHEARSAL" 2>&1 | grep -v '^{' >>"$STEP_LOG" || true
  end_rehearsal
  give_up
}

end_rehearsal() {
  "${DOCKER[@]}" rm --force --volumes "$REHEARSAL" >/dev/null 2>&1 || true
}

# What the site's clients have asked for most, of late.
requested_paths() {
  compose logs --no-color --no-log-prefix --tail 1000 nginx 2>/dev/null |
    sed -n 's/.*"method":"GET","path":"\([^"\\]*\)","status":200,.*/\1/p' |
    grep -Ev '^/(static|media|health)/' | sort | uniq --count | sort --numeric-sort --reverse |
    awk 'NR <= 10 {print $2}'
}

# nginx and what stands beside it; what runs and is as it should be is left alone.
start_others() {
  local services=(nginx)
  step "$STARTING_OTHERS"
  if has_redis; then
    services+=(redis)
  fi
  attempt compose up --detach --no-deps --wait --wait-timeout 60 "${services[@]}" || give_up
}

# switch_to COLOUR BEFORE SECONDS [kept]: switch nginx over, and back again if the site, within so
# many seconds, answers wrongly.
switch_to() {
  local colour="$1" before="$2" seconds="$3"
  step "$SWITCHING web-$colour"
  if attempt in_nginx switch.sh "$colour" "${@:4}"; then
    if attempt in_nginx check.sh "$(release_of "$colour")" 1 "$seconds"; then
      CANDIDATE=""
      return
    fi
    if [[ -n "$before" ]]; then
      in_nginx switch.sh "$before" kept >>"$STEP_LOG" 2>&1 || true
    fi
  fi
  compose logs --no-color --no-log-prefix --tail 10 nginx 2>&1 | grep -v '^{' >>"$STEP_LOG" || true
  give_up
}

# nginx's old workers finish the requests that they have; only then may the old colour end.
drain() {
  local end=$((SECONDS + SECONDS_TO_DRAIN))
  while ((SECONDS < end)) && has_old_workers; do
    sleep 0.5
  done
}

has_old_workers() {
  local nginx
  nginx="$(containers nginx | head -n 1)"
  [[ -n "$nginx" ]] &&
    [[ "$("${DOCKER[@]}" exec "$nginx" sh -c 'cat /proc/[0-9]*/cmdline 2>/dev/null' |
      tr '\0' ' ')" == *"shutting down"* ]]
}

# The old colour stays as it is, stopped, for a rollback.
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
  if [[ "$(live_colour)" != "$1" ]]; then
    stop_old "$1"
  fi
}

# remember RELEASE: it has been live.
remember() {
  if [[ -n "$1" ]]; then
    {
      grep -Fxv -- "$1" "$RELEASES" 2>/dev/null || true
      echo "$1"
    } >"$RELEASES.new"
    mv "$RELEASES.new" "$RELEASES"
  fi
}

# Keep the images of the last releases, and nothing of what failed; what a container is made from
# stays in any case.
tidy_up() {
  local tag kept
  kept="$(tail -n "$KEPT_RELEASES" "$RELEASES" 2>/dev/null || true)"
  # What a start by hand, or a deployment that was cut off, has left.
  compose rm --force release switch >/dev/null 2>&1 || true
  end_rehearsal
  for tag in $("${DOCKER[@]}" images --format '{{.Tag}}' "$IMAGE"); do
    if ! grep -Fxq -- "$tag" <<<"$kept"; then
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
  accept_env "$@"
  read_release
}

deploy() {
  local live idle
  begin "$@"
  live="$(live_colour)"
  idle="$(other "${live:-green}")"
  if [[ -n "$live" && "$(cat "$STATE/live" 2>/dev/null)" == "$live $(fingerprint)" ]]; then
    # Of the deployment that made it live the end may be missing.
    keep_env
    stop_old "$idle"
    step "$ALREADY_LIVE web-$live, $RELEASE"
    return
  fi
  build "$idle"
  check_beforehand
  step "$RELEASING"
  attempt compose run --rm --no-deps --no-TTY release || give_up
  start "$idle"
  rehearse "$idle"
  start_others
  switch_to "$idle" "$live" "$SECONDS_OF_CHECKING"
  attempt compose up --detach --no-deps certbot revive || true
  if [[ -n "$live" ]]; then
    remember "$(release_of "$live")"
  fi
  remember "$RELEASE"
  keep_env
  echo "$idle $(fingerprint)" >"$STATE/live"
  stop_old "$live"
  tidy_up
  step "$DEPLOYED web-$idle, $RELEASE"
}

rollback() {
  local live idle release=""
  take_lock
  step "$CHECKING_HOST"
  outlive_the_connection
  wait_for_docker
  export_compose_keys
  live="$(live_colour)"
  idle="$(other "${live:-green}")"
  if [[ -n "$live" ]]; then
    release="$(grep -Fxv -- "$(release_of "$live")" "$RELEASES" 2>/dev/null | tail -n 1 || true)"
  fi
  if [[ -z "$release" ]] ||
    ! "${DOCKER[@]}" image inspect "$IMAGE:$release" >/dev/null 2>&1; then
    fail "$NO_ROLLBACK" "$NO_ROLLBACK_NEXT"
  fi
  if [[ "$(release_of "$idle")" == "$release" ]]; then
    step "$STARTING web-$idle, $release"
    CANDIDATE="$idle"
    # Not by Compose: it is to run as it did, with the environment that it had.
    # shellcheck disable=SC2046 # One word a container.
    attempt "${DOCKER[@]}" start $(containers "web-$idle" --all) || give_up
    attempt in_nginx switch.sh "$idle" named || give_up
    wait_until_ready "$idle"
  else
    RELEASE="$release" start "$idle"
  fi
  # It has been live before, and nginx's configuration may be what has to be got away from.
  switch_to "$idle" "$live" 0 kept
  remember "$release"
  echo "$idle rolled back" >"$STATE/live"
  step "$DEPLOYED web-$idle, $release"
  stop_later "$live" </dev/null >>"$STATE/deploy.log" 2>&1 &
}

preflight() {
  begin "$@"
  build blue
  check_beforehand
  cat "$STEP_LOG"
}

status() {
  wait_for_docker
  echo "$STILL_LIVE $(describe_live)"
  in_any_environment compose ps --all
  df --human-readable .
}

logs() {
  wait_for_docker
  in_any_environment compose logs --tail 100 "$@"
}

# For commands that only look: they work without an environment too.
in_any_environment() {
  if [[ ! -e .env ]]; then
    use_env /dev/null
  fi
  ALLOWED_HOSTS=unused "$@"
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
