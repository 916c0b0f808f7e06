#!/usr/bin/env bash
# Start nginx: fill its configuration in, and reload it whenever the live colour, the site's hosts or
# the certificate have changed. Runs in the nginx container, which none of that has to replace.
set -euo pipefail

TEMPLATES="$(dirname "${BASH_SOURCE[0]}")"
readonly TEMPLATES
readonly LIVE=/etc/nginx/live
readonly KEPT="$LIVE/kept"
readonly CERTIFICATE=/etc/nginx/certificate

# The site's hosts, which switch.sh has put beside the live colour; every host before it has.
read_hosts() {
  local file="$LIVE/app.conf"
  if grep -qs '^# DOMAIN_NAME=' "$file"; then
    DOMAIN_NAME="$(sed -n 's/^# DOMAIN_NAME=//p' "$file")"
    ALLOWED_HOSTS="$(sed -n 's/^# ALLOWED_HOSTS=//p' "$file")"
  fi
  export DOMAIN_NAME="${DOMAIN_NAME:-}" ALLOWED_HOSTS="${ALLOWED_HOSTS:-*}"
  ISSUED="/etc/letsencrypt/live/$DOMAIN_NAME"
}

fill_in_configuration() {
  local servers=http
  read_hosts
  if [[ -n "$DOMAIN_NAME" ]]; then
    servers=https
    check_host DOMAIN_NAME "$DOMAIN_NAME" || return
  fi
  SERVER_NAMES="$(server_names)" || return
  export SERVER_NAMES
  cp "$TEMPLATES"/*.conf /etc/nginx/ || return
  # shellcheck disable=SC2016 # The names of what envsubst replaces: nginx has variables as well.
  envsubst '${DOMAIN_NAME} ${SERVER_NAMES}' <"$TEMPLATES/$servers.conf.template" \
    >/etc/nginx/servers.conf
}

# ALLOWED_HOSTS in nginx's form. `*` allows every host; Django's `.example.com` means the same here.
server_names() {
  local host hosts names=()
  read -ra hosts <<<"${ALLOWED_HOSTS//,/ }"
  for host in "${hosts[@]}"; do
    if [[ "$host" == "*" ]]; then
      host="~."
    else
      check_host ALLOWED_HOSTS "$host" || return
    fi
    names+=("$host")
  done
  echo "${names[*]}"
}

check_host() {
  local key="$1" host="$2"
  if [[ "$host" =~ ^(\.?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])$ ]]; then
    return
  fi
  # {% if cookiecutter.docs_language == "ko" %}
  echo "$key 에 $host 는 쓸 수 없습니다." \
    "http://, 포트, 경로 없이 도메인이나 IP 주소만 적어 주세요. 예: 203.0.113.10" >&2
  # {% else %}
  echo "$key holds $host: write only domains or IP addresses," \
    "without http://, port or path. Example: 203.0.113.10" >&2
  # {% endif %}
  return 1
}

# Until there is a real certificate the site answers with one of its own making.
make_certificate() {
  mkdir -p "$CERTIFICATE"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -subj / -addext "subjectAltName=DNS:$DOMAIN_NAME" \
    -keyout "$CERTIFICATE/privkey.pem" -out "$CERTIFICATE/fullchain.pem" 2>/dev/null
  echo "$DOMAIN_NAME" >"$CERTIFICATE/domain"
}

is_newly_issued() {
  [[ -n "$DOMAIN_NAME" && -e "$ISSUED/fullchain.pem" && -e "$ISSUED/privkey.pem" ]] &&
    ! cmp -s "$ISSUED/fullchain.pem" "$CERTIFICATE/fullchain.pem" &&
    # certbot replaces the two one after the other.
    diff -q <(openssl x509 -in "$ISSUED/fullchain.pem" -noout -pubkey) \
      <(openssl pkey -in "$ISSUED/privkey.pem" -pubout) >/dev/null
}

take_over_certificate() {
  install -m 600 "$ISSUED/privkey.pem" "$ISSUED/fullchain.pem" "$CERTIFICATE"
  echo "==> $DOMAIN_NAME: $(openssl x509 -in "$CERTIFICATE/fullchain.pem" -noout -enddate)"
}

reload() {
  nginx -t -q && nginx -s reload
}

follow_changes() {
  while sleep 0.5; do
    follow_certificate || true
    follow_live_colour || true
  done
}

follow_certificate() {
  if is_newly_issued; then
    take_over_certificate
    reload
  fi
}

# switch.sh, in another container perhaps, writes app.conf and waits until it is in applied.conf.
follow_live_colour() {
  if cmp -s "$LIVE/app.conf" "$LIVE/applied.conf"; then
    return
  fi
  if take_over_configuration && reload; then
    keep_configuration
    cp "$LIVE/app.conf" "$LIVE/applied.conf"
  else
    cp "$LIVE/applied.conf" "$LIVE/app.conf"
    cp "$KEPT"/*.conf /etc/nginx/
    read_hosts
  fi
}

take_over_configuration() {
  if grep -q '# kept$' "$LIVE/app.conf"; then
    cp "$KEPT"/*.conf /etc/nginx/
  else
    fill_in_configuration && prepare_certificate
  fi
}

# What nginx has accepted outlives the container: a host that reboots amid a broken deployment
# comes up with it.
keep_configuration() {
  mkdir -p "$KEPT"
  cp /etc/nginx/*.conf "$KEPT"
}

prepare_certificate() {
  if [[ -n "$DOMAIN_NAME" && "$(cat "$CERTIFICATE/domain" 2>/dev/null)" != "$DOMAIN_NAME" ]]; then
    make_certificate
    if is_newly_issued; then
      take_over_certificate
    fi
  fi
}

main() {
  fill_in_configuration
  prepare_certificate
  # Nothing is live until the first deployment has come to its end.
  if [[ ! -s "$LIVE/app.conf" ]]; then
    echo "server 127.0.0.1:8000 down;" >"$LIVE/app.conf"
  fi
  cp "$LIVE/app.conf" "$LIVE/applied.conf"
  if nginx -t -q; then
    keep_configuration
  elif [[ -d "$KEPT" ]]; then
    cp "$KEPT"/*.conf /etc/nginx/
  fi
  follow_changes &
  exec nginx -g "daemon off;"
}

main "$@"
