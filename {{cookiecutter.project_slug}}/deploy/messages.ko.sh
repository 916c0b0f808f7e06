# shellcheck shell=bash disable=SC2034 # What deploy.sh says, in Korean.

FAILED="배포하지 못했습니다."
CAUSED_BY="원인:"
STILL_LIVE="서비스 중:"
NEXT_STEP="다음에 할 일:"
NOTHING="없음"

WAITING="다른 배포가 끝나기를 기다립니다"
INSTALLING_DOCKER="Docker를 설치합니다"
MAKING_SWAP="메모리가 작은 서버이므로 스왑 2GB를 추가합니다"
NO_SWAP="스왑을 추가하지 못했습니다. 빌드할 때 메모리가 모자랄 수 있습니다"
BUILDING="이미지를 빌드합니다:"
STARTING_OTHERS="nginx와 보조 컨테이너를 확인합니다"
RELEASING="마이그레이션을 적용하고 정적 파일을 복사합니다"
STARTING="시작합니다:"
SWITCHING="nginx를 전환합니다:"
DRAINING="처리 중인 요청이 끝난 뒤 멈춥니다:"
DEPLOYED="배포 완료:"
ALREADY_LIVE="이미 배포된 버전이라 할 일이 없습니다:"

DISK_FULL="디스크가 거의 가득 찼습니다."
DISK_FULL_NEXT="서버에서 \`docker system prune\`으로 공간을 비우거나 EC2의 볼륨을 늘려 주세요."
NO_ENGINE="Docker가 응답하지 않거나, 이 사용자가 비밀번호 없이 sudo를 쓸 수 없습니다."
NO_ENGINE_NEXT="서버에서 sudo systemctl status docker를 확인해 주세요."
NO_ENV=".env가 없습니다."
NO_ENV_NEXT=".env.prod를 채워 서버에 .env로 두거나 GitHub secret ENV_VARS에 넣어 주세요."
ENV_UNREADABLE="새 .env에 이름=값도 주석도 아닌 줄이 있습니다. 줄 번호:"
ENV_UNREADABLE_NEXT="GitHub secret ENV_VARS에서 그 줄을 고쳐 주세요. 서버의 .env는 그대로입니다."
NO_ROLLBACK="이 서버에는 되돌아갈 이전 버전이 없습니다."
NO_ROLLBACK_NEXT="git revert로 이전 상태를 되살려 push해 주세요."

# A pattern of the failed step's log, what it means, what to do.
KNOWN_CAUSES=(
  "no space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "CHANGE_ME=>.env에 비어 있거나 아직 CHANGE_ME인 값이 있습니다. 위에 이름이 나와 있습니다.=>GitHub secret ENV_VARS에 값을 채워 주세요."
  "Access denied for user|password authentication failed=>데이터베이스가 사용자 또는 비밀번호를 거부했습니다.=>ENV_VARS의 DATABASE_USER, DATABASE_PASSWORD가 RDS와 같은지 확인해 주세요."
  "Unknown database|database .* does not exist=>데이터베이스 서버에 그 이름의 데이터베이스가 없습니다.=>데이터베이스를 만들거나 ENV_VARS의 DATABASE_NAME을 고쳐 주세요."
  "Unknown (MySQL )?server host|could not translate host name|failed to resolve host|Name or service not known=>DATABASE_HOST의 주소를 찾을 수 없습니다.=>ENV_VARS의 값이 RDS 엔드포인트와 같은지 확인해 주세요."
  "Can't connect to (MySQL )?server|[Cc]onnection timed out|timeout expired|[Cc]onnection refused=>데이터베이스 서버에 접속할 수 없습니다.=>RDS 보안 그룹에서 이 서버에 포트를 열었는지, RDS가 실행 중인지 확인해 주세요."
  "ModuleNotFoundError=>이미지에 없는 패키지가 있습니다.=>requirements.in에 추가하고 잠금 파일을 다시 만들어 push해 주세요."
  "Hash.*mismatch|No solution found|requires a different Python|Failed to build=>requirements*.txt의 패키지를 설치할 수 없습니다.=>README.md를 따라 잠금 파일을 다시 만들어 push해 주세요."
  "nginx did not take over|\\[emerg\\]=>nginx 설정에 오류가 있습니다.=>위에 나온 위치를 보고 deploy/nginx를 고쳐 주세요."
  "port is already allocated|address already in use=>80번이나 443번 포트를 다른 프로그램이 쓰고 있습니다.=>서버에서 sudo ss -ltnp로 찾아 그 프로그램을 멈춰 주세요."
  "Applying .*=>마이그레이션이 실패했습니다.=>고쳐서 다시 push해 주세요. 일부만 적용되었는지는 \`python manage.py showmigrations\`로 확인합니다."
  "GET /health/ready/ through nginx=>새 버전이 nginx를 거쳐 제대로 응답하지 않았습니다.=>위의 내용과 ENV_VARS의 ALLOWED_HOSTS, DOMAIN_NAME을 확인해 주세요."
  "not ready=>새 버전이 시작되었지만 준비 상태가 되지 않았습니다.=>위의 마지막 줄에 무엇을 기다리는지 나와 있습니다."
)
UNKNOWN_CAUSE="위의 내용을 확인해 주세요."
UNKNOWN_CAUSE_NEXT="코드를 고쳐 다시 push해 주세요. 자세한 기록은 서버의 ~/.deploy에 있습니다."

HELP="사용법: deploy/deploy.sh [명령]

  deploy      이 소스를 빌드해 배포합니다. 명령을 적지 않아도 같습니다.
  rollback    이전 버전으로 되돌립니다. 한 번 더 실행하면 다시 새 버전이 됩니다.
  status      서비스 중인 버전과 컨테이너 목록
  logs NAME   컨테이너의 최근 로그: web-blue, web-green, nginx, release …
  help        이 도움말"
