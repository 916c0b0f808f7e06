# shellcheck shell=bash
# What a run of deploy.sh needs of its host: to be the only one, room on the disk, Docker, memory
# and an environment. deploy.sh sources this file, which uses its STATE, DOCKER, step, attempt,
# fail, give_up, read_project and tidy_up.

readonly KEPT_LOG_LINES=5000
readonly MINIMUM_FREE_MEGABYTES=1500
readonly SWAP_BELOW_MEGABYTES=2000
# Compose gets these from here: left to read .env by itself, it would take a $ in a password for a
# variable of its own. config/env.py checks the last two as well.
readonly COMPOSE_KEYS=(
  DOMAIN_NAME LETSENCRYPT_EMAIL ACME_SERVER TRUSTED_PROXIES WEB_REPLICAS WEB_CONCURRENCY
)

# One deployment at a time. The kernel frees the lock when this process ends, however it ends, and
# with it whatever command it had begun.
take_lock() {
  mkdir -p "$STATE" 2>/dev/null || true
  if [[ -n "$(find . "$STATE" -maxdepth 1 ! -user "$(id -un)" -print -quit 2>&1)" ]]; then
    fail "$NOT_YOURS" "$NOT_YOURS_NEXT ${SUDO_USER:-$(id -un)}: $PWD"
  fi
  exec 9>"$STATE/lock"
  flock --nonblock 9 || { step "$WAITING" && flock 9; }
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

# Room for an image more, where images are kept and where this source is.
make_room() {
  if (($(free_megabytes) < MINIMUM_FREE_MEGABYTES)) && has_docker; then
    wait_for_docker
    read_project
    tidy_up 2>/dev/null || true
  fi
  if (($(free_megabytes) < MINIMUM_FREE_MEGABYTES)); then
    fail "$DISK_FULL ($(free_megabytes) MB < $MINIMUM_FREE_MEGABYTES MB)" "$DISK_FULL_NEXT"
  fi
}

free_megabytes() {
  local images
  images="$(ls -d /var/lib/docker 2>/dev/null || echo /var/lib)"
  df --output=avail --block-size=1M . "$images" | tail -n +2 | sort --numeric-sort | head -n 1
}

prepare_host() {
  if ! has_docker; then
    step "$INSTALLING_DOCKER"
    attempt install_docker || give_up
  fi
  wait_for_docker
  make_swap
}

# Its help lists the plugins.
has_docker() {
  [[ "$(docker help 2>/dev/null)" == *" buildx"*" compose"* ]]
}

# The distribution's own packages; Ubuntu and Debian name them differently.
install_docker() {
  local package packages=() compose=docker-compose
  # A host that has just started may be installing its own updates.
  local apt=(sudo DEBIAN_FRONTEND=noninteractive apt-get --option DPkg::Lock::Timeout=300)
  "${apt[@]}" update || { sleep 20 && "${apt[@]}" update; }
  # Where there is a docker-compose-v2, docker-compose is an older one.
  if is_packaged docker-compose-v2; then compose=docker-compose-v2; fi
  for package in docker.io docker-buildx "$compose" docker-cli; do
    if is_packaged "$package"; then packages+=("$package"); fi
  done
  # Containers outlive a crash of the engine. An engine that is there already keeps its settings.
  if [[ ! -e /etc/docker/daemon.json ]]; then
    sudo mkdir -p /etc/docker
    echo '{"live-restore": true}' | sudo tee /etc/docker/daemon.json
  fi
  "${apt[@]}" install --yes --no-install-recommends "${packages[@]}"
}

is_packaged() {
  [[ -n "$(apt-cache --names-only search "^$1\$")" ]]
}

wait_for_docker() {
  local attempts
  if ! has_docker; then
    fail "$NO_DOCKER" "$NO_DOCKER_NEXT"
  fi
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

# A build next to a running site takes more than 1 GB; without swap the host would freeze.
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
    ENV_FILE=/dev/null
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

report_live_restore() {
  if [[ "$("${DOCKER[@]}" info --format '{{.LiveRestoreEnabled}}')" != true ]]; then
    echo "$NO_LIVE_RESTORE"
  fi
}
