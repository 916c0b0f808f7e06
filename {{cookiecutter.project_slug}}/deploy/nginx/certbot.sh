#!/bin/sh
# Obtain the certificate for DOMAIN_NAME and renew it in time. Runs in the certbot container, which
# has no bash; nginx loads a new certificate within seconds.
set -eu

readonly CHECK_EVERY=12h
# Let's Encrypt allows five failures an hour.
readonly TRY_AGAIN_AFTER=30m
readonly OUTPUT=/tmp/certbot.out

# certbot registers without an e-mail only where none is given.
obtain_or_renew() {
  certbot certonly --non-interactive --agree-tos --keep-until-expiring \
    --webroot --webroot-path /srv/challenges \
    --cert-name "$DOMAIN_NAME" --domain "$DOMAIN_NAME" \
    --register-unsafely-without-email ${LETSENCRYPT_EMAIL:+--email "$LETSENCRYPT_EMAIL"} \
    ${ACME_SERVER:+--server "$ACME_SERVER"} >"$OUTPUT" 2>&1
}

# The likely cause, from what certbot printed; `prepare` fills in the texts.
print_cause() {
  echo "==> ${NO_CERTIFICATE}"
  if grep -qiE 'challenges have failed|challenge failed' "$OUTPUT"; then
    echo "    ${CHALLENGE_FAILED}"
  elif grep -qiE 'connection|resolve|timed out|ssl' "$OUTPUT"; then
    echo "    ${ACME_SERVER:-https://letsencrypt.org/}: ${AUTHORITY_UNREACHABLE}"
  else
    echo "    ${CERTBOT_FAILED}"
  fi
  echo "    ${TRYING_AGAIN} docker compose -f docker-compose.prod.yml restart certbot"
}

while true; do
  if obtain_or_renew; then
    cat "$OUTPUT"
    sleep "$CHECK_EVERY"
  else
    cat "$OUTPUT"
    print_cause
    sleep "$TRY_AGAIN_AFTER"
  fi
done
