#!/bin/sh
# Obtain the certificate for DOMAIN_NAME and renew it in time. Runs in the certbot container, which
# has no bash; nginx notices a new certificate by itself.
set -eu

readonly CHECK_EVERY=12h
# Let's Encrypt allows five failures an hour.
readonly TRY_AGAIN_AFTER=30m
readonly AUTHORITY="${ACME_SERVER:-https://letsencrypt.org/}"
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

# What to do next, from what certbot has said.
explain() {
  # {% if cookiecutter.docs_language == "en" %}
  echo "==> No certificate for $DOMAIN_NAME; the site stays up with the one it has."
  if grep -qiE 'challenges have failed|challenge failed' "$OUTPUT"; then
    echo "    The certificate authority could not reach http://$DOMAIN_NAME/ : does the domain"
    echo "    lead to this server's IP address, and is port 80 open in the security group?"
  elif grep -qiE 'connection|resolve|timed out|ssl' "$OUTPUT"; then
    echo "    The certificate authority $AUTHORITY could not be reached: does"
    echo "    this server reach the Internet, and is ACME_SERVER in .env right, or empty?"
  else
    echo "    certbot says above why: are DOMAIN_NAME and LETSENCRYPT_EMAIL in .env right?"
  fi
  echo "    Trying again in $1; at once with:"
  # {% else %}
  echo "==> $DOMAIN_NAME 의 인증서를 받지 못했습니다. 사이트는 지금 가진 인증서로 계속 동작합니다."
  if grep -qiE 'challenges have failed|challenge failed' "$OUTPUT"; then
    echo "    인증 기관이 http://$DOMAIN_NAME/ 에 접속하지 못했습니다."
    echo "    도메인이 이 서버의 IP 주소를 가리키는지, 보안 그룹에서 80번 포트가 열려 있는지"
    echo "    확인해 주세요."
  elif grep -qiE 'connection|resolve|timed out|ssl' "$OUTPUT"; then
    echo "    인증 기관 $AUTHORITY 에 연결하지 못했습니다."
    echo "    이 서버에서 인터넷에 접속할 수 있는지, .env의 ACME_SERVER가 비어 있거나 올바른지"
    echo "    확인해 주세요."
  else
    echo "    원인은 위에 certbot이 적은 내용에 있습니다. .env의 DOMAIN_NAME과"
    echo "    LETSENCRYPT_EMAIL이 올바른지 확인해 주세요."
  fi
  echo "    $1 뒤에 다시 시도합니다. 바로 시도하려면:"
  # {% endif %}
  echo "    docker compose -f docker-compose.prod.yml restart certbot"
}

main() {
  trap exit TERM INT
  while true; do
    if obtain_or_renew; then
      pause="$CHECK_EVERY"
      cat "$OUTPUT"
    else
      pause="$TRY_AGAIN_AFTER"
      cat "$OUTPUT"
      explain "$pause"
    fi
    sleep "$pause" &
    wait $!
  done
}

main "$@"
