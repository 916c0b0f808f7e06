#!/bin/sh
# Obtain the certificate for DOMAIN_NAME and renew it in time. Runs in the certbot container, which
# has no bash; nginx loads a new certificate within seconds.
set -eu

readonly CHECK_EVERY=12h
# Let's Encrypt allows five failures an hour.
readonly TRY_AGAIN_AFTER=30m
readonly OUTPUT=/tmp/certbot.out

obtain_or_renew() {
  set -- certonly --non-interactive --agree-tos --keep-until-expiring \
    --webroot --webroot-path /srv/challenges \
    --cert-name "$DOMAIN_NAME" --domain "$DOMAIN_NAME"
  if [ -n "$LETSENCRYPT_EMAIL" ]; then
    set -- "$@" --email "$LETSENCRYPT_EMAIL"
  else
    set -- "$@" --register-unsafely-without-email
  fi
  if [ -n "$ACME_SERVER" ]; then
    set -- "$@" --server "$ACME_SERVER"
  fi
  certbot "$@" >"$OUTPUT" 2>&1
}

# The likely cause, from what certbot printed
print_cause() {
  echo "==> $DOMAIN_NAME 의 인증서를 받지 못했습니다. 사이트는 지금 가진 인증서로 계속 동작합니다."
  if grep -qiE 'challenges have failed|challenge failed' "$OUTPUT"; then
    echo "    인증 기관이 http://$DOMAIN_NAME/ 에 접속하지 못했습니다. 도메인이 이 서버의"
    echo "    IP 주소를 가리키는지, 보안 그룹에서 80번 포트가 열려 있는지 확인해 주세요."
  elif grep -qiE 'connection|resolve|timed out|ssl' "$OUTPUT"; then
    echo "    ${ACME_SERVER:-https://letsencrypt.org/} 에 연결하지 못했습니다. 이 서버에서"
    echo "    인터넷에 접속할 수 있는지, .env의 ACME_SERVER가 비어 있거나 올바른지 확인해 주세요."
  else
    echo "    certbot이 위에 출력한 내용과 .env의 DOMAIN_NAME, LETSENCRYPT_EMAIL을 확인해 주세요."
  fi
  echo "    $TRY_AGAIN_AFTER 뒤에 다시 시도합니다. 바로 시도하려면:"
  echo "    docker compose -f docker-compose.prod.yml restart certbot"
}

while true; do
  if obtain_or_renew; then
    pause="$CHECK_EVERY"
    cat "$OUTPUT"
  else
    pause="$TRY_AGAIN_AFTER"
    cat "$OUTPUT"
    print_cause
  fi
  sleep "$pause"
done
