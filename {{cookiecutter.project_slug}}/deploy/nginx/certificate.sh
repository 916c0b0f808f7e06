#!/usr/bin/env bash
# Put a certificate for ${DOMAIN_NAME} where nginx looks for it: certbot's, or a self-signed one as
# long as there is no other. `certificate.sh reload` makes nginx load what certbot has renewed.
set -euo pipefail

readonly ISSUED=/etc/letsencrypt/live/${DOMAIN_NAME}
readonly SERVED=/srv/nginx/certificates/${DOMAIN_NAME}
readonly OWN=$SERVED.own
readonly LOADED=/run/certificate.loaded

choose_certificate() {
  local chosen=$OWN
  if [[ -e $ISSUED/privkey.pem ]]; then
    chosen=$ISSUED
  elif [[ ! -e $OWN/fullchain.pem ]]; then
    mkdir -p "$OWN"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
      -subj / -addext "subjectAltName=DNS:${DOMAIN_NAME}" \
      -keyout "$OWN/privkey.pem" -out "$OWN/fullchain.pem" 2>/dev/null
  fi
  if [[ ! $SERVED -ef $chosen ]]; then
    ln -sfn "$chosen" "$SERVED.new"
    mv -T "$SERVED.new" "$SERVED"
  fi
}

main() {
  choose_certificate
  if [[ "${1:-}" == reload && "$SERVED/fullchain.pem" -nt $LOADED ]]; then
    # certbot replaces certificate and key one after the other: until they match, nothing changes.
    nginx -t -q -c /srv/nginx/current/nginx.conf
    touch $LOADED
    kill -HUP 1
  fi
}

main "$@"
