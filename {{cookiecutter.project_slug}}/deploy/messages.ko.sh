# shellcheck shell=bash disable=SC2034 # What deploy.sh prints, in Korean.

FAILED="실패한 단계:"
CAUSED_BY="원인:"
LIVE_NOW="서비스 중:"
NEXT_STEP="다음에 할 일:"
NOTHING="없음"

WAITING="다른 배포가 끝나기를 기다립니다"
CHECKING_HOST="서버를 확인합니다"
INSTALLING_DOCKER="Docker를 설치합니다"
MAKING_SWAP="메모리가 작은 서버이므로 스왑 2GB를 추가합니다"
NO_SWAP="스왑을 추가하지 못했습니다. 빌드할 때 메모리가 모자랄 수 있습니다"
BUILDING="이미지를 빌드합니다:"
PREFLIGHT="새 이미지에서 환경 변수와 데이터베이스를 점검합니다"
CHECKING_MIGRATIONS="되돌릴 버전이 지금의 데이터베이스를 쓸 수 있는지 점검합니다"
REHEARSING="별도의 nginx를 거쳐 미리 확인합니다:"
STARTING_OTHERS="nginx와 보조 컨테이너를 확인합니다"
PREPARING="마이그레이션을 적용하고 정적 파일과 nginx 설정을 준비합니다"
STARTING="시작합니다:"
SWITCHING="nginx를 전환합니다:"
DRAINING="처리 중인 요청이 끝난 뒤 멈춥니다:"
DEPLOYED="배포 완료:"
ALREADY_LIVE="이미 배포된 버전이라 할 일이 없습니다:"

DISK_FULL="디스크가 거의 가득 찼습니다."
DISK_FULL_NEXT="서버에서 \`docker builder prune\`으로 공간을 비우거나 EC2의 볼륨을 늘려 주세요."
NO_ENGINE="Docker가 응답하지 않거나, 이 사용자가 비밀번호 없이 sudo를 쓸 수 없습니다."
NO_ENGINE_NEXT="서버에서 sudo systemctl status docker를 확인해 주세요."
NO_DOCKER="docker 명령, docker compose, docker buildx 중 없는 것이 있습니다."
NO_DOCKER_NEXT="bash deploy/deploy.sh deploy를 실행하면 설치합니다."
NO_LIVE_RESTORE="참고: Docker 엔진이 비정상 종료되면 컨테이너가 다시 시작되지 않을 수 있습니다. /etc/docker/daemon.json에 \"live-restore\": true를 추가하고 sudo systemctl reload docker를 실행해 주세요."
NOT_YOURS="이 폴더나 .deploy에 다른 사용자의 파일이 있습니다(sudo로 실행한 적이 있으면 root)."
NOT_YOURS_NEXT="sudo 없이 실행하고, 먼저 서버에서 폴더의 소유자를 바꿔 주세요. sudo chown -R"
OTHER_SOURCE="이 서버의 소스는 다른 push가 복사한 것입니다."
OTHER_SOURCE_NEXT="그 배포가 끝난 뒤 가장 최근 커밋의 workflow를 다시 실행해 주세요."
SCHEMA_CHANGED="참고: 이 배포의 마이그레이션은 이미 적용되었습니다. 마이그레이션 파일을 지우지 말고, 고친 코드를 다시 push해 주세요."
NO_ENV=".env가 없습니다."
NO_ENV_NEXT=".env.prod를 채워 서버에 .env로 두거나 GitHub secret ENV_VARS에 넣어 주세요."
ENV_UNREADABLE="새 .env에 이름=값도 주석도 아닌 줄이 있습니다. 줄 번호:"
ENV_UNREADABLE_NEXT="GitHub secret ENV_VARS에서 그 줄을 고쳐 주세요. 서버의 .env는 그대로입니다."
ENV_REPEATED="새 .env에 같은 이름이 두 번 이상 있습니다."
ENV_REPEATED_NEXT="GitHub secret ENV_VARS에 이름마다 한 줄만 남겨 주세요:"
BAD_REPLICAS="WEB_REPLICAS는 1부터 99까지의 숫자여야 합니다. 지금 값:"
BAD_REPLICAS_NEXT="GitHub secret ENV_VARS에서 공백 없이 숫자만 적어 주세요. 예: WEB_REPLICAS=2"
NO_ROLLBACK="이 서버에는 되돌아갈 이전 버전이 없습니다."
NO_ROLLBACK_NEXT="git revert로 이전 상태를 되살려 push해 주세요."

# A pattern of the failed step's log, what it means, what to do.
KNOWN_CAUSES=(
  "[Nn]o space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "^\\[crash\\]=>preflight 자체에서 오류가 발생했습니다. 앱이나 설정의 문제가 아닙니다.=>다시 배포해 주세요. 계속되면 위의 내용을 템플릿 저장소에 이슈로 알려 주세요."
  "CHANGE_ME|is missing a value=>.env에 비어 있거나 아직 CHANGE_ME인 값이 있습니다. 위에 이름이 나와 있습니다.=>GitHub secret ENV_VARS에 값을 채워 주세요."
  "No module named 'config.settings=>DJANGO_SETTINGS_MODULE의 값이 잘못되었습니다.=>ENV_VARS에 공백 없이 DJANGO_SETTINGS_MODULE=config.settings.prod 라고 적어 주세요."
  "GitHub secret ENV_VARS.*\\.env\\.example=>.env에 형식이 잘못된 값이 있습니다. 위에 이름이 나와 있습니다.=>GitHub secret ENV_VARS의 그 값을 고쳐 주세요. 형식은 .env.example에 있습니다."
  "yaml: |services\.|additional properties|validating .*yml=>docker-compose.prod.yml에 오류가 있습니다. 위에 위치가 나와 있습니다.=>고쳐서 push해 주세요. \`docker compose -f docker-compose.prod.yml config\`로도 확인할 수 있습니다."
  "ModuleNotFoundError=>이미지에 없는 패키지가 있습니다.=>requirements.in에 추가하고 잠금 파일을 다시 만들어 push해 주세요."
  "SyntaxError|IndentationError|TabError=>Python 코드에 문법 오류가 있습니다. 위치는 위에 나와 있습니다.=>고쳐서 다시 push해 주세요."
  "^\\[오류\\]=>새 버전에 필요한 것이 준비되지 않았습니다.=>위에 나온 대로 고친 뒤 push하거나 workflow를 다시 실행해 주세요."
  "Access denied for user|password authentication failed=>데이터베이스가 사용자 또는 비밀번호를 거부했습니다.=>ENV_VARS의 DATABASE_USER, DATABASE_PASSWORD가 RDS와 같은지 확인해 주세요."
  "Unknown database|database .* does not exist=>데이터베이스 서버에 그 이름의 데이터베이스가 없습니다.=>데이터베이스를 만들거나 ENV_VARS의 DATABASE_NAME을 고쳐 주세요."
  "Unknown (MySQL )?server host|could not translate host name|failed to resolve host|Name or service not known=>DATABASE_HOST의 주소를 찾을 수 없습니다.=>ENV_VARS의 값이 RDS 엔드포인트와 같은지 확인해 주세요."
  "^running (starting|unhealthy), .*(ConnectionRefusedError|TimeoutError|exceeded timeout)=>새 버전의 포트가 응답하지 않습니다.=>위의 내용을 보고 고쳐서 다시 push해 주세요. 잘못된 내용이 없다면 서버가 바빴던 것이니, 다시 배포하거나 더 큰 서버를 써 주세요."
  "Can't connect to (MySQL )?server|[Cc]onnection timed out|timeout expired|[Cc]onnection refused=>데이터베이스 서버에 접속할 수 없습니다.=>RDS 보안 그룹에서 이 서버에 포트를 열었는지, RDS가 실행 중인지 확인해 주세요."
  "Hash.*mismatch|No solution found|requires a different Python|Failed to build=>requirements*.txt의 패키지를 설치할 수 없습니다.=>README.md를 따라 잠금 파일을 다시 만들어 push해 주세요."
  "^E: =>Docker를 설치하지 못했습니다. 위의 내용은 apt의 메시지입니다.=>새 서버는 업데이트 중일 수 있으니 몇 분 뒤에 다시 시도해 주세요. 계속되면 서버에서 sudo apt-get install docker.io를 실행해 주세요."
  "Cannot connect to the Docker daemon|error during connect|unexpected EOF=>배포하는 동안 Docker가 멈추거나 다시 시작되었습니다.=>workflow를 다시 실행해 주세요. 이어서 진행합니다."
  "exit code:? 137|[Cc]annot allocate memory=>서버의 메모리가 모자랍니다.=>서버에서 \`free -m\`을 확인하고, 더 큰 서버를 쓰거나 WEB_REPLICAS를 줄여 주세요."
  "nginx refused the configuration|\\[emerg\\]=>nginx 설정에 오류가 있습니다.=>위에 나온 위치를 보고 deploy/nginx를 고쳐 주세요."
  "port is already allocated|address already in use=>80번이나 443번 포트를 다른 프로그램이 쓰고 있습니다.=>서버에서 sudo ss -ltnp로 찾아 그 프로그램을 멈춰 주세요."
  "Workbench, DBeaver=>다른 세션이 테이블의 잠금을 놓지 않아 마이그레이션을 적용하지 못했습니다.=>위에 나온 세션을 끝낸 뒤 다시 배포해 주세요."
  "Applying .*=>마이그레이션이 실패했습니다.=>그 마이그레이션을 고쳐 다시 push해 주세요. 도중까지 바꾼 것은 되돌렸으며, 그러지 못했다면 위에 나와 있습니다."
  "GET .* through nginx: (000|504)=>새 버전이 nginx를 거친 위의 요청에 제시간에 응답하지 않았습니다.=>그 페이지가 무엇을 기다리는지 확인해 고친 뒤 push해 주세요."
  "GET .* through nginx: 400=>새 버전이 이 호스트로 오는 요청을 거부합니다.=>ENV_VARS의 ALLOWED_HOSTS와 DOMAIN_NAME을 확인해 주세요."
  "GET .* through nginx: 3.* https:=>DOMAIN_NAME이 없는데 HTTPS로 리디렉션합니다.=>ENV_VARS에 DOMAIN_NAME을 적거나, 설정의 SECURE_SSL_REDIRECT를 확인해 주세요."
  "GET .* through nginx=>새 버전이 nginx를 거친 위의 요청에 오류로 응답했습니다.=>위의 로그를 보고 고쳐서 push해 주세요. 내 컴퓨터에서 그 페이지를 열어 보세요."
  "(exited|restarting|dead) [a-z]*, exit code|restarted [1-9]=>새 버전이 시작되지 못합니다.=>위의 내용을 보고 고쳐서 다시 push해 주세요."
  "reason..?: =>새 버전이 시작되었지만 준비 상태가 되지 않았습니다.=>위의 마지막 줄에 무엇을 기다리는지 나와 있습니다."
  "failed to solve|did not complete successfully=>Dockerfile의 명령이 실패해 이미지를 만들지 못했습니다.=>위의 내용을 보고 고쳐 주세요. 내 컴퓨터에서 \`docker compose build\`로도 확인할 수 있습니다."
)
UNKNOWN_CAUSE="위의 내용을 확인해 주세요."
UNKNOWN_CAUSE_NEXT="코드를 고쳐 다시 push해 주세요. 전체 기록은 서버의 .deploy/deploy.log에 있습니다."

HELP="사용법: bash deploy/deploy.sh [명령]

  deploy      이 소스를 빌드해 배포합니다. 명령을 적지 않아도 같습니다.
  preflight   빌드한 뒤 환경 변수, 데이터베이스 등을 점검만 합니다. 서비스는 바뀌지 않습니다.
  rollback    이전 버전으로 되돌립니다. 한 번 더 실행하면 다시 새 버전이 됩니다.
  status      서비스 중인 버전과 컨테이너 목록
  logs NAME   컨테이너의 최근 로그: web-blue, web-green, nginx, certbot …
  help        이 도움말

deploy와 preflight는 새 .env를 --env-from-stdin으로 표준 입력에서 읽습니다.
새 버전이 서비스되기 시작하면 .env가 됩니다. 되돌려도 마이그레이션과 .env는 바뀌지 않습니다."

# Of the workflow

NO_SECRET="이 저장소에 없는 secret:"
NO_SECRET_NEXT="bash deploy/connect.sh를 실행하거나 Settings, Secrets and variables, Actions에서 추가해 주세요."
BAD_HOST="주소(GitHub secret HOST)의 형식이 잘못되었습니다."
BAD_HOST_NEXT="http://와 포트 없이 IP 주소나 도메인만 적어 주세요. 예: 203.0.113.10"
BAD_KEY="secret KEY가 개인 키가 아니거나 암호가 걸린 키입니다."
BAD_KEY_NEXT=".pem 파일을 -----BEGIN, -----END 줄까지 통째로 붙여 넣어 주세요."
COPY_CAUSES=(
  "No space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "sudo wants a password=>~/srv/app이 다른 사용자의 것인데, 이 사용자는 sudo를 쓸 수 없습니다.=>서버 관리자로 접속해 srv 폴더의 소유자를 이 사용자로 바꿔 주세요(chown -R)."
  "not found|[Uu]nable to locate package=>서버에 없는 명령이 있습니다.=>Ubuntu나 Debian 서버를 써 주세요."
)

# Reaching the host

NO_SUCH_KEY="키 파일이 없습니다:"
NO_SUCH_KEY_NEXT="EC2에서 받은 .pem 파일의 경로를 적어 주세요. 공백이나 역슬래시가 있으면 따옴표로 감쌉니다."
FETCHING_HOST_KEYS="서버의 호스트 키를 받습니다:"
ASK_TO_CONFIRM="    인스턴스의 시스템 로그에 있는 지문과 비교해 주세요. 처음 시작하고 몇 분 뒤에 나타납니다.
    EC2 콘솔 > 인스턴스 > 작업 > 모니터링 및 문제 해결 > 시스템 로그 가져오기(Get system log)에서
    BEGIN과 END SSH HOST KEY FINGERPRINTS 사이를 보세요.
같은 지문이 있나요? (yes / no / 로그에 있는 지문)"
NOT_CONFIRMED="서버의 지문이 확인되지 않았습니다. 아무것도 바꾸지 않았습니다."
NOT_CONFIRMED_NEXT="HOST와 지문을 EC2 콘솔과 비교해 주세요. 다르면 접속하지 마세요. 답할 터미널이 없으면 HOST 앞에 --fingerprint SHA256:…을 붙여 주세요."
LOGGING_IN="접속합니다:"
WRONG_USER="서버가 이 키로 이 사용자의 접속을 거부했습니다. 접속할 수 있는 사용자:"
WRONG_KEY="서버가 다음 사용자 모두에 대해 이 키를 거부했습니다:"
WRONG_KEY_NEXT="EC2 콘솔에 나오는 인스턴스의 키 페어와 같은지 확인하거나, HOST 앞에 --user로 사용자를 적어 주세요."
CANNOT_INSTALL="이 사용자는 서버에서 Docker를 실행할 수도, 설치할 수도 없습니다."
CANNOT_INSTALL_NEXT="Ubuntu나 Debian 서버에서, 비밀번호 없이 sudo를 쓸 수 있는 사용자를 써 주세요."
PORT_BLOCKED="보안 그룹에 인바운드 규칙(소스 0.0.0.0/0)을 추가해 주세요. 응답이 없는 포트:"
SETTING_SECRETS="GitHub secret을 등록합니다. 아래에 [이름]과 값이 나오면 직접 등록해 주세요. 값이 파일이면
    첫 줄과 마지막 줄까지 내용 전체를 붙여 넣습니다: GitHub 저장소 > Settings >
    Secrets and variables > Actions > New repository secret"
NO_ENV_FILE=".env.prod가 없어 ENV_VARS를 등록하지 않았습니다."
ENV_UNFILLED=".env.prod에 아직 CHANGE_ME인 값이 있어 ENV_VARS를 등록하지 않았습니다:"
ENV_NEXT=".env.prod(.env.example의 사본)에 값을 채우고 이 명령을 다시 실행해 주세요."
HOST_NOT_ALLOWED=".env.prod의 DOMAIN_NAME이 비어 있고 ALLOWED_HOSTS에 이 주소가 없어, 모든 요청이 실패합니다:"
CONNECTED="연결되었습니다. 이제 기본 브랜치에 push하면 이 서버에 배포됩니다."

# What the errors of ssh and ssh-keygen mean, here and in the workflow, where the files are secrets.
SSH_CAUSES=(
  "^ssh-[a-z]|^ecdsa-|PUBLIC KEY|^PuTTY|Load key .*(invalid format|error in libcrypto)=>키(GitHub secret KEY)가 ssh의 온전한 개인 키가 아닙니다. 공개 키(.pub)나 PuTTY 키(.ppk)이거나, 일부가 빠져 있습니다.=>EC2에서 받은 .pem 파일로 \`bash deploy/connect.sh HOST KEY_FILE\`을 실행하거나, 파일 전체를 secret에 붙여 넣어 주세요. .ppk 파일은 PuTTYgen에서 Load 후 Conversions > Export OpenSSH key로 변환합니다."
  "UNPROTECTED PRIVATE KEY FILE=>다른 사용자도 키 파일을 읽을 수 있습니다. ssh는 이런 키를 거부합니다.=>키 파일에 \`chmod 400\`을 실행해 주세요. WSL에서는 먼저 ~/.ssh로 복사합니다."
  "passphrase=>키에 암호(passphrase)가 걸려 있습니다. 배포할 때는 입력할 사람이 없습니다.=>\`ssh-keygen -p -f KEY_FILE\`로 암호를 없애고 \`bash deploy/connect.sh HOST KEY_FILE\`을 실행해 주세요."
  "HOST IDENTIFICATION HAS CHANGED|host key is known|Host key verification failed=>서버의 키가 확인해 둔 키(GitHub secret KNOWN_HOSTS)가 아닙니다. 인스턴스를 새로 만들었거나, 주소가 바뀌었거나, 다른 서버가 이 주소로 응답하고 있습니다.=>현재 주소로 \`bash deploy/connect.sh HOST KEY_FILE\`을 실행해 지문을 EC2 콘솔과 비교해 주세요."
  "Permission denied \\([a-z]=>서버가 이 키(GitHub secret KEY)로 이 사용자의 접속을 거부했습니다.=>\`bash deploy/connect.sh HOST KEY_FILE\`을 실행하면 사용자(GitHub secret REMOTE_USER)와 키 중 무엇이 틀렸는지 알 수 있습니다."
  "Could not resolve hostname|No route to host|[Nn]etwork is unreachable|Host is down=>이 주소(GitHub secret HOST)를 찾을 수 없거나, 이 주소로 가는 네트워크 경로가 없습니다.=>EC2 콘솔의 퍼블릭 IPv4 주소와 같은지, 인터넷에 연결되어 있는지 확인해 주세요."
  "during banner exchange=>22번 포트는 열려 있지만 서버가 응답하지 않습니다. 메모리가 모자라 멈췄을 수 있습니다.=>EC2 콘솔에서 인스턴스를 재부팅해 주세요."
  "timed out=>22번 포트에서 응답이 없습니다. 보안 그룹이 막고 있거나, 주소(GitHub secret HOST)가 틀렸거나, 인스턴스가 꺼져 있습니다.=>EC2 콘솔에서 인스턴스가 실행 중인지, 퍼블릭 IPv4 주소가 이 주소인지, 보안 그룹에 SSH(22) 인바운드 규칙이 있는지(GitHub는 소스 0.0.0.0/0) 확인해 주세요."
  "Connection refused|(kex|ssh)_exchange_identification|Connection (closed|reset) by=>서버가 연결을 거부했습니다. 아직 시작하는 중이거나, 과부하 상태이거나, 로그인 실패가 잦아 이 주소를 잠시 막았거나, 주소(GitHub secret HOST)가 다른 서버의 것입니다.=>1분쯤 뒤에 다시 시도하고, 그래도 같으면 주소를 EC2 콘솔과 비교한 뒤 인스턴스를 재부팅해 주세요."
  "Broken pipe|closed by remote host|not responding=>연결이 도중에 끊어졌습니다.=>다시 시도해 주세요. 반복되면 EC2 콘솔에서 서버의 메모리가 모자라지 않은지 확인해 주세요."
)
UNKNOWN_SSH_NEXT="이 컴퓨터에서 \`ssh -v -i KEY_FILE USER@HOST\`를 실행하면 더 자세히 나옵니다."

CONNECT_HELP="사용법: bash deploy/connect.sh [--user NAME] [--fingerprint SHA256:…] HOST KEY_FILE

내 컴퓨터에서 한 번 실행합니다. 서버에 접속되는지 확인하고 GitHub secret을 등록합니다.

  HOST           서버의 퍼블릭 IPv4 주소나 도메인. 예: 203.0.113.10
  KEY_FILE       개인 키. EC2에서 받은 .pem 파일
  --user         서버의 사용자. 적지 않으면 ubuntu입니다.
  --fingerprint  서버의 지문. 적으면 묻지 않고 비교합니다."

LOCAL_TEMPLATE=".cruft.json에 적힌 템플릿 주소는 GitHub에서 접속할 수 없습니다."
LOCAL_TEMPLATE_NEXT="https://로 시작하는 주소로 고쳐서 commit해 주세요."
UPDATE_IS_THERE="브랜치에 이 업데이트가 이미 있습니다."
UPDATE_IS_EDITED="ceos-template/update 브랜치에 팀의 commit이 있습니다. 합치거나 지우면 다음 실행에서 새로 만듭니다."
UPDATE_REFUSED="GitHub가 push를 거부했습니다. 기본 토큰으로는 .github/workflows를 바꿀 수 없습니다."
UPDATE_REFUSED_NEXT="컴퓨터에서 업데이트를 실행해 push하거나, 토큰을 secret TEMPLATE_TOKEN으로 추가해 주세요. docs/update.md에 설명이 있습니다."
PULL_REQUEST_REFUSED="GitHub가 pull request를 거부했습니다. 저장소에서 허용하지 않으면 기본 토큰으로는 열 수 없습니다."
PULL_REQUEST_REFUSED_NEXT="Settings, Actions, General의 Allow GitHub Actions to create and approve pull requests를 켜고, ceos-template/update 브랜치를 지운 뒤 다시 실행해 주세요."
CONFLICT_MARKS="충돌 표시가 남은 파일이 있습니다(위 목록)."
CONFLICT_MARKS_NEXT="두 내용 중 맞는 것을 남기고 <<<<<<<, =======, >>>>>>> 줄을 지운 뒤 commit해 주세요."
