# shellcheck shell=bash
# What a host needs for a deployment: room on the disk, Docker, memory. deploy.sh sources this file,
# which uses its DOCKER, step, attempt, fail, give_up, read_project and tidy_up.

readonly MINIMUM_FREE_MEGABYTES=1500
readonly SWAP_BELOW_MEGABYTES=2000

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

report_live_restore() {
  if [[ "$("${DOCKER[@]}" info --format '{{.LiveRestoreEnabled}}')" != true ]]; then
    echo "$NO_LIVE_RESTORE"
  fi
}
