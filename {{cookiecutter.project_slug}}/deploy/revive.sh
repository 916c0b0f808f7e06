#!/usr/bin/env bash
# Start again what was killed. Docker restarts a container that crashed, yet takes `docker kill`
# for a wish to have it stopped; `docker compose stop` is that wish, and is respected.
set -euo pipefail

readonly PROJECT="${1:?the name of the Compose project}"
readonly SIGKILLED=137
# Docker tells at once when a container has ended. Now and then it is asked anyway.
readonly SECONDS_TO_LISTEN=60
# Whoever has stopped a container to make it anew has removed it by then.
readonly SECONDS_TO_WAIT=2

ask_docker() {
  curl -fsS --unix-socket /var/run/docker.sock "$@"
}

# killed_containers SERVICE
killed_containers() {
  local project="com.docker.compose.project=$PROJECT" service="com.docker.compose.service=$1"
  ask_docker -G http://docker/containers/json --data-urlencode all=true --data-urlencode \
    "filters={\"exited\": [\"$SIGKILLED\"], \"label\": [\"$project\", \"$service\"]}" |
    grep -o '"Id":"[0-9a-f]*"' | cut -d '"' -f 4 || true
}

live_web() {
  sed -n '/ down;/d; s/^server \(web-[a-z]*\):.*/\1/p' /etc/nginx/live/applied.conf
}

start_killed_containers() {
  local service container
  for service in nginx redis $(live_web); do
    for container in $(killed_containers "$service"); do
      echo "==> Starting $service again: ${container:0:12} was killed"
      ask_docker -X POST "http://docker/containers/$container/start" || true
    done
  done
}

# Prints a line for each container of the project that ends from the given second on.
listen() {
  local project="com.docker.compose.project=$PROJECT"
  ask_docker --no-buffer --max-time "$SECONDS_TO_LISTEN" -G http://docker/events \
    --data-urlencode "since=$1" --data-urlencode \
    "filters={\"event\": [\"die\"], \"type\": [\"container\"], \"label\": [\"$project\"]}" 2>/dev/null
}

revive_for_a_while() {
  local since
  printf -v since '%(%s)T' -1
  start_killed_containers
  { listen "$since" || sleep "$SECONDS_TO_WAIT"; } | while read -r _; do
    sleep "$SECONDS_TO_WAIT"
    start_killed_containers
  done
}

main() {
  trap exit TERM QUIT
  while true; do
    # In the background, since bash heeds a signal only when nothing runs in the foreground.
    revive_for_a_while &
    wait $!
  done
}

main "$@"
