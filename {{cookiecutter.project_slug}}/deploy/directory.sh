# shellcheck shell=bash
# Make srv/app, in the home of the host's user, a place that the source can be copied to. The
# workflow sends this text to the host before anything else is there.
set -euo pipefail
cd

mkdir -p srv/app/.deploy .docker 2>/dev/null || true
# An older set-up may have made the folder, or what is in it, as root; so does `sudo docker` with
# its own notes.
if [[ -n "$(find srv/app/.deploy srv/app .docker ! -user "$(id -un)" -print -quit 2>&1)" ]]; then
  if ! sudo --non-interactive true 2>/dev/null; then
    echo "srv/app is not writable, and sudo wants a password" >&2
    exit 1
  fi
  sudo mkdir -p srv/app/.deploy .docker
  sudo chown "$(id -u):$(id -g)" srv
  sudo chown -R "$(id -u):$(id -g)" srv/app .docker
fi
chmod 700 srv/app/.deploy
if ! command -v rsync >/dev/null; then
  sudo apt-get update -qq
  sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq rsync
fi
