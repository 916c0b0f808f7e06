# shellcheck shell=bash
# Make srv/app, in the home of the host's user, a place that the source can be copied to. The
# workflow sends this text to the host before anything else is there.
set -euo pipefail

readonly DIRECTORY="$HOME/srv/app"

# An older set-up may have made the folder, or what is in it, as root; so does `sudo docker` with
# its own notes.
take_over() {
  if ! sudo --non-interactive true 2>/dev/null; then
    echo "srv/app is not writable, and sudo wants a password" >&2
    exit 1
  fi
  sudo install -d -o "$(id -u)" -g "$(id -g)" "$HOME/srv" "$DIRECTORY" "$HOME/.docker"
  sudo chown -R "$(id -u):$(id -g)" "$DIRECTORY" "$HOME/.docker"
}

is_ours() {
  mkdir -p "$DIRECTORY/.deploy" "$HOME/.docker" 2>/dev/null &&
    [[ -z "$(find "$DIRECTORY" "$HOME/.docker" ! -user "$(id -un)" -print -quit 2>&1)" ]]
}

if ! is_ours; then
  take_over
  mkdir -p "$DIRECTORY/.deploy"
fi
chmod 700 "$DIRECTORY/.deploy"
if ! command -v rsync >/dev/null; then
  sudo apt-get update -qq
  sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq rsync
fi
