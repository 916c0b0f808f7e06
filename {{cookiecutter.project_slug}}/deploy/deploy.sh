#!/usr/bin/env bash
# Bring this source live on this host without losing a request; `deploy.sh help` lists the commands.
#
# The application has two colours, web-blue and web-green. One is live; the other is built, started
# and checked beside it, and only then does nginx switch over. Which one is live is what nginx says.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null # It exists in one language only.
source deploy/messages.sh

readonly COMPOSE_FILE=docker-compose.prod.yml
PROJECT="$(sed -n 's/^name: "\(.*\)"$/\1/p' "$COMPOSE_FILE")"
readonly PROJECT
readonly STATE="$HOME/.deploy/$PROJECT"
readonly STEP_LOG="$STATE/step.log"
readonly KEPT_RELEASES=3
readonly KEPT_BUILD_CACHE=1gb
readonly MINIMUM_FREE_MEGABYTES=1500
readonly SWAP_BELOW_MEGABYTES=2000
readonly SECONDS_TO_GET_READY=120
readonly SECONDS_OF_CHECKING=5
readonly SECONDS_TO_DRAIN=90
# Compose gets these from here: left to read .env by itself, it would take a $ in a password for a
# variable of its own.
readonly COMPOSE_KEYS=(
  ALLOWED_HOSTS DOMAIN_NAME LETSENCRYPT_EMAIL ACME_SERVER WEB_REPLICAS WEB_CONCURRENCY
)
export COMPOSE_DISABLE_ENV_FILE=1
DOCKER=(docker)

# What is told

step() {
  printf '==> [%3d s] %s\n' "$SECONDS" "$*"
}

# fail CAUSE NEXT_STEP
fail() {
  {
    printf '\n%s\n' "$FAILED"
    printf '    %s %s\n' "$CAUSED_BY" "$1" "$STILL_LIVE" "$(describe_live)" "$NEXT_STEP" "$2"
  } >&2
  exit 1
}

# give_up: end with the cause that the log of the failed step shows.
give_up() {
  local known pattern cause next
  restore_env
  tail -n 8 "$STEP_LOG" | cut -c 1-200 >&2
  for known in "${KNOWN_CAUSES[@]}"; do
    pattern="${known%%=>*}"
    if grep -Eq -- "$pattern" "$STEP_LOG"; then
      known="${known#*=>}"
      cause="${known%%=>*}" next="${known#*=>}"
      fail "$cause" "$next"
    fi
  done
  fail "$UNKNOWN_CAUSE" "$UNKNOWN_CAUSE_NEXT"
}

# attempt COMMAND…: what it prints goes into the log of this step.
attempt() {
  "$@" >"$STEP_LOG" 2>&1
}

# Docker and what it knows

compose() {
  "${DOCKER[@]}" compose --progress plain --file "$COMPOSE_FILE" "$@"
}

in_nginx() {
  compose exec --no-TTY nginx bash "/etc/nginx/templates/$1" "${@:2}"
}

# containers SERVICE [OPTION…]
containers() {
  "${DOCKER[@]}" ps --quiet --filter "label=com.docker.compose.project=$PROJECT" \
    --filter "label=com.docker.compose.service=$1" "${@:2}"
}

other() {
  if [[ "$1" == blue ]]; then echo green; else echo blue; fi
}

# The colour that nginx passes requests on to, if it runs: none before the first deployment.
live_colour() {
  local colour
  colour="$("${DOCKER[@]}" run --rm --network none --volume "${PROJECT}_live:/live:ro" nginx:1.30 \
    sh -c 'cat /live/applied.conf 2>/dev/null || true' |
    sed -n '/ down;/d; s/^server web-\([a-z]*\):.*/\1/p')"
  if [[ -n "$colour" && -n "$(containers "web-$colour")" ]]; then
    echo "$colour"
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

# One deployment at a time. The kernel frees the lock when this process ends, however it ends.
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
  trap '' HUP PIPE
  printf '\n%s\n' "$(date --iso-8601=seconds)" >>"$STATE/deploy.log"
  exec > >(exec 9>&- && tee --append --output-error=warn "$STATE/deploy.log") 2>&1
  # The end of what is told is told before this process ends.
  trap 'exec >&- 2>&-; wait' EXIT
}

prepare_host() {
  local free
  free="$(df --output=avail --block-size=1M . | tail -n 1)"
  if ((free < MINIMUM_FREE_MEGABYTES)); then
    fail "$DISK_FULL ($free MB < $MINIMUM_FREE_MEGABYTES MB)" "$DISK_FULL_NEXT"
  fi
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
  local name packages=()
  sudo apt-get update
  for name in docker.io docker-cli docker-compose-v2 docker-compose docker-buildx; do
    if apt-cache show "$name" 2>/dev/null | grep -q '^Package:'; then
      packages+=("$name")
    fi
  done
  # Where there is a docker-compose-v2, docker-compose is an older one.
  if [[ " ${packages[*]} " == *" docker-compose-v2 "* ]]; then
    packages=("${packages[@]/#docker-compose/}")
  fi
  sudo DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    "${packages[@]}"
}

wait_for_docker() {
  local attempts
  for ((attempts = 0; attempts < 60; attempts++)); do
    if docker info >/dev/null 2>&1; then
      return
    fi
    if sudo --non-interactive docker info >/dev/null 2>&1; then
      DOCKER=(sudo --preserve-env docker)
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

# A new .env comes as .env.new, and takes the old one's place once it has been read.
take_over_env() {
  local unreadable
  if [[ ! -e .env.new ]]; then
    [[ -e .env ]] || fail "$NO_ENV" "$NO_ENV_NEXT"
    return
  fi
  chmod 600 .env.new
  # What Windows adds to each line's end would be taken for a part of the values.
  sed --in-place --expression 's/\r$//' .env.new
  # The line is told by its number: it may hold a secret.
  unreadable="$(grep -Evn '^([[:space:]]*(#.*)?|[A-Za-z_][A-Za-z0-9_]*=.*)$' .env.new |
    cut -d : -f 1 | head -n 1 || true)"
  if [[ -n "$unreadable" ]]; then
    rm .env.new
    fail "$ENV_UNREADABLE $unreadable" "$ENV_UNREADABLE_NEXT"
  fi
  if [[ -e .env ]]; then
    cp --preserve .env .env.old
  fi
  mv .env.new .env
}

restore_env() {
  if [[ -e .env.old ]]; then
    mv .env.old .env
  fi
}

export_compose_keys() {
  local key
  for key in "${COMPOSE_KEYS[@]}"; do
    export "$key=$(sed -n "s/^$key=//p" .env | tail -n 1)"
  done
}

# What a deployment consists of, so that the same one is not made twice.
fingerprint() {
  {
    echo "$RELEASE"
    cat .env "$COMPOSE_FILE" deploy/nginx/*
  } | sha256sum | cut -d ' ' -f 1
}

# The commands

deploy() {
  local live idle
  take_lock
  outlive_the_connection
  prepare_host
  take_over_env
  export_compose_keys
  live="$(live_colour)"
  idle="$(other "${live:-green}")"
  RELEASE="$(cat .release 2>/dev/null || date +manual-%Y%m%d-%H%M%S)"
  export RELEASE
  if [[ -n "$live" && "$(cat "$STATE/live" 2>/dev/null)" == "$live $(fingerprint)" ]]; then
    step "$ALREADY_LIVE web-$live, $RELEASE"
    return
  fi
  step "$BUILDING $RELEASE"
  attempt compose build "web-$idle" || give_up
  step "$STARTING_OTHERS"
  start_others
  step "$RELEASING"
  attempt compose run --rm --no-deps --no-TTY release || give_up
  step "$STARTING web-$idle"
  start "$idle"
  step "$SWITCHING web-$idle"
  switch_to "$idle" "$live"
  echo "$idle $(fingerprint)" >"$STATE/live"
  rm -f .env.old
  stop_old "$live"
  tidy_up
  step "$DEPLOYED web-$idle, $RELEASE"
}

# nginx and what stands beside it; what runs and is as it should be is left alone.
start_others() {
  local services=(nginx certbot)
  if grep -q '^  redis:$' "$COMPOSE_FILE"; then
    services+=(redis)
  fi
  attempt compose up --detach --no-deps --wait --wait-timeout 60 "${services[@]}" || give_up
  attempt compose up --detach --no-deps revive || give_up
}

start() {
  local colour="$1" end=$((SECONDS + SECONDS_TO_GET_READY))
  attempt compose up --detach --no-deps --force-recreate \
    --scale "web-$colour=${WEB_REPLICAS:-1}" "web-$colour" || give_up
  until is_ready "$colour"; do
    if ((SECONDS >= end)) || has_crashed "$colour"; then
      {
        compose logs --no-color --no-log-prefix --tail 30 "web-$colour"
        last_health_check "$colour"
      } >"$STEP_LOG" 2>&1 || true
      discard "$colour"
      give_up
    fi
    sleep 1
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
  states "$(containers "web-$1" --all)" | grep -Eq '^(exited|restarting|dead)'
}

# states CONTAINERS: of each, its state and its health.
states() {
  # shellcheck disable=SC2086 # One word a container.
  "${DOCKER[@]}" inspect --format '{{.State.Status}} {{.State.Health.Status}}' $1
}

last_health_check() {
  "${DOCKER[@]}" inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' \
    "$(containers "web-$1" --all | head -n 1)" | grep . | tail -n 1
}

discard() {
  compose rm --stop --force "web-$1" >>"$STEP_LOG" 2>&1 || true
}

# Switch nginx over, and back again if the site then answers wrongly.
switch_to() {
  local colour="$1" before="$2"
  if attempt in_nginx switch.sh "$colour"; then
    if answers_with "$(release_of "$colour")"; then
      return
    fi
    if [[ -n "$before" ]]; then
      in_nginx switch.sh "$before" >>"$STEP_LOG" 2>&1 || true
    fi
  fi
  compose logs --no-color --no-log-prefix --tail 10 nginx >>"$STEP_LOG" 2>&1 || true
  drain
  discard "$colour"
  give_up
}

# Does the site answer with this release, through nginx, for some seconds?
answers_with() {
  local end=$((SECONDS + SECONDS_OF_CHECKING)) answer
  while ((SECONDS < end)); do
    answer="$(ask_site)"
    if [[ "$answer" != "200 $1" ]]; then
      echo "GET /health/ready/ through nginx: $answer instead of 200 $1" >"$STEP_LOG"
      return 1
    fi
    sleep 0.5
  done
}

# Status and X-Release, as a client of the site gets them.
ask_site() {
  local host="${DOMAIN_NAME:-${ALLOWED_HOSTS%%,*}}" scheme=http
  if [[ -n "$DOMAIN_NAME" ]]; then
    scheme=https
  fi
  curl --silent --insecure --max-time 5 --noproxy '*' --output /dev/null \
    --write-out '%{http_code} %header{x-release}' --connect-to "::127.0.0.1:" \
    "$scheme://${host#.}/health/ready/" || true
}

# nginx's old workers finish the requests that they have; only then may the old colour end.
drain() {
  local end=$((SECONDS + SECONDS_TO_DRAIN))
  while ((SECONDS < end)) && has_old_workers; do
    sleep 0.5
  done
}

has_old_workers() {
  compose exec --no-TTY nginx sh -c 'cat /proc/[0-9]*/cmdline 2>/dev/null' |
    tr '\0' '\n' | grep -q 'shutting down'
}

# The old colour stays as it is, stopped, for a rollback.
stop_old() {
  if [[ -n "$1" ]]; then
    step "$DRAINING web-$1"
    drain
    attempt compose stop "web-$1" || true
  fi
}

# Keep the images of the last releases; what a container is made from stays in any case.
tidy_up() {
  local image
  for image in $("${DOCKER[@]}" images --format '{{.Repository}}:{{.Tag}}' "${PROJECT%-prod}" |
    tail -n +$((KEPT_RELEASES + 1))); do
    "${DOCKER[@]}" rmi "$image" >/dev/null 2>&1 || true
  done
  "${DOCKER[@]}" image prune --force --filter "label=com.docker.compose.project=$PROJECT" >/dev/null
  "${DOCKER[@]}" builder prune --force --keep-storage "$KEPT_BUILD_CACHE" >/dev/null 2>&1 || true
}

rollback() {
  local live idle
  take_lock
  outlive_the_connection
  wait_for_docker
  export_compose_keys
  live="$(live_colour)"
  idle="$(other "${live:-green}")"
  if [[ -z "$live" || -z "$(containers "web-$idle" --all)" ]]; then
    fail "$NO_ROLLBACK" "$NO_ROLLBACK_NEXT"
  fi
  step "$STARTING web-$idle, $(release_of "$idle")"
  # Not by Compose, which would want the one-shot containers of that time too.
  # shellcheck disable=SC2046 # One word a container.
  attempt "${DOCKER[@]}" start $(containers "web-$idle" --all) || give_up
  until is_ready "$idle"; do
    if ((SECONDS >= SECONDS_TO_GET_READY)); then
      give_up
    fi
    sleep 0.5
  done
  step "$SWITCHING web-$idle"
  switch_to "$idle" "$live"
  echo "$idle rolled back" >"$STATE/live"
  stop_old "$live"
  step "$DEPLOYED web-$idle, $(release_of "$idle")"
}

status() {
  wait_for_docker
  export_compose_keys
  echo "$STILL_LIVE $(describe_live)"
  compose ps --all
  df --human-readable .
}

logs() {
  wait_for_docker
  export_compose_keys
  compose logs --tail 100 "$@"
}

main() {
  local command="${1:-deploy}"
  case "$command" in
  deploy | rollback | status) "$command" ;;
  logs) logs "${@:2}" ;;
  help | -h | --help) echo "$HELP" ;;
  *)
    echo "$HELP" >&2
    exit 2
    ;;
  esac
}

main "$@"
