"""Texts of the checks before a deployment: the fault, its likely cause and what to do."""
# ruff: noqa: E501

TEXTS = {
    "wrong": "오류",
    "cause": "원인:",
    "next": "다음에 할 일:",
    "crashed": "preflight(operations/) 자체에서 오류가 발생했습니다. 앱이나 설정의 문제가 아닙니다.",
    "waiting": "마이그레이션이 바꿀 테이블을 다른 세션이 쓰고 있어 1분 동안 다시 시도합니다. 잠금을 잡은 세션(볼 권한이 없으면 관리자로 실행할 쿼리):",
    "not_undone": "실패한 마이그레이션이 이미 바꾼 내용을 모두 되돌리지는 못했습니다: {error}",
    "blocked": "다른 세션이 테이블의 잠금을 1분 동안 놓지 않아 마이그레이션을 적용하지 못했습니다. 이전 버전이 계속 서비스합니다. 트랜잭션을 열어 둔 DB 클라이언트(Workbench, DBeaver)인 경우가 많습니다. 닫은 뒤 다시 배포해 주세요. 잠금을 잡은 세션(볼 권한이 없으면 관리자로 실행할 쿼리):",
    "operations.I001": "참고: ALLOWED_HOSTS에 외부에서 접속할 수 있는 주소가 없습니다: {hosts}",
    "empty": "빈 데이터베이스입니다. 적용할 마이그레이션: {number}개",
    "to_apply": "적용할 마이그레이션 {number}개: {names}",
    "breaking": "참고: 패키지의 마이그레이션 {migration} 때문에 새 버전이 준비될 때까지 이전 버전에 오류가 날 수 있습니다: {changes}",
    # What a migration does to a release that does not know it
    "table": "테이블 {table}이(가) 없어지거나 이름이 바뀝니다",
    "column": "컬럼 {table}.{column}이(가) 없어지거나 이름이 바뀝니다",
    "required": "컬럼 {table}.{column}에 값이 꼭 필요한데 데이터베이스에 기본값이 없습니다",
    "not_null": "컬럼 {table}.{column}이(가) 더는 NULL을 받지 않습니다",
    "type": "컬럼 {table}.{column}의 새 타입은 이전 값을 모두 담지 못합니다",
}

STEPS = {
    "environment": "환경 변수",
    "hosts": "ALLOWED_HOSTS",
    "origins": "CSRF, CORS",
    "code": "Django 검사",
    "migrations": "마이그레이션 파일",
    "database": "데이터베이스",
    "mail": "메일",
}

# The database server, and what to do if it cannot be reached
SERVICE = "database"
HINTS = {
    "address": "ENV_VARS의 DATABASE_HOST(https:// 없이)와 DATABASE_PORT가 RDS의 엔드포인트와 같은지, RDS가 '사용 가능' 상태인지 확인해 주세요.",
    "firewall": "RDS 보안 그룹의 인바운드 규칙에 포트 {port}, 소스는 EC2의 보안 그룹으로 추가해 주세요.",
}

FAULTS = {
    "security.W018": (
        "DEBUG가 켜져 있습니다. 설정: {settings}",
        "ENV_VARS에 운영용 .env.prod가 아니라 개발용 .env를 넣었을 수 있습니다.",
        "ENV_VARS에 .env.prod의 내용을 넣어 주세요. DJANGO_SETTINGS_MODULE은 config.settings.prod여야 합니다.",
    ),
    "security.W009": (
        "SECRET_KEY가 짧거나 예측하기 쉽습니다.",
        "50자보다 짧거나, 서로 다른 문자가 5개보다 적거나, django-insecure-로 시작합니다.",
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'로 만든 값을 ENV_VARS의 SECRET_KEY에 넣어 주세요.",
    ),
    "operations.E001": (
        "{name}에 잘못된 호스트가 있습니다: '{value}'",
        "빈 값이거나 http://, 포트, 경로, 공백이 들어 있습니다. *는 위조된 Host 헤더도 허용합니다.",
        "ENV_VARS의 {name}에 도메인이나 IP 주소만 적어 주세요. 쉼표 앞뒤에도 공백을 두지 않습니다. 예: api.example.com",
    ),
    "operations.E002": (
        "DOMAIN_NAME이 ALLOWED_HOSTS에 없습니다: {domain}",
        "이대로 배포하면 그 도메인으로 오는 요청을 모두 거부합니다.",
        "ENV_VARS에서 ALLOWED_HOSTS={hosts} 로 고쳐 주세요.",
    ),
    "operations.E003": (
        "{name}에 잘못된 오리진이 있습니다: '{value}'",
        "https://와 호스트로만 이루어져야 합니다. 공백이나 경로가 있거나 /로 끝나면 안 됩니다.",
        "ENV_VARS의 {name}에 브라우저가 보내는 형식대로 적어 주세요. 쉼표 앞뒤에도 공백을 두지 않습니다. 예: https://www.example.com",
    ),
    "code": (
        "{error}",
        "코드나 설정에 오류가 있습니다. 이대로는 migrate도 실패합니다.",
        "내 컴퓨터에서 python manage.py check와 pytest로 재현해 고친 뒤 push해 주세요.",
    ),
    "operations.E004": (
        "마이그레이션을 읽을 수 없습니다: {error}",
        "의존하는 마이그레이션 파일이 없거나, 파일에 Migration 클래스가 없습니다.",
        "마이그레이션 파일을 모두 커밋했는지 확인하고 다시 push해 주세요.",
    ),
    "operations.E005": (
        "{app} 앱의 마지막 마이그레이션이 여러 개입니다: {names}",
        "두 브랜치에서 각각 만든 마이그레이션이 병합되었습니다.",
        "python manage.py makemigrations --merge를 실행한 뒤 다시 push해 주세요.",
    ),
    "operations.E006": (
        "모델이 바뀌었는데 마이그레이션이 없습니다: {app}",
        "makemigrations를 실행하지 않았거나, 생성된 파일을 커밋하지 않았습니다.",
        "python manage.py makemigrations {app} 명령을 실행하고 생성된 파일도 push해 주세요.",
    ),
    "operations.E007": (
        "{migration}을(를) 적용하면 서비스 중인 버전에 오류가 납니다: {changes}",
        "새 버전이 준비될 때까지, 그리고 롤백한 뒤에도 이전 버전이 이것을 사용합니다.",
        "docs/deploy.md의 '확장과 축소'처럼 두 번에 나누어 배포해 주세요. 이번만 오류를 감수하겠다면 그 파일의 class Migration에 breaks_live_release = True를 적어 주세요. 그러면 롤백은 할 수 없습니다.",
    ),
    "operations.E008": (
        "데이터베이스에 적용된 마이그레이션이 이 코드에 없습니다: {names}",
        "예전 커밋의 워크플로를 다시 실행했거나, git revert 등으로 마이그레이션 파일이 지워졌습니다.",
        "가장 최근 커밋을 push해 주세요. git revert를 했다면 마이그레이션 파일은 되살리고, 되돌릴 내용은 새 마이그레이션으로 만들어 주세요(모델을 고치고 makemigrations).",
    ),
    "operations.E009": (
        "롤백할 수 없습니다. 적용된 {migration} 때문에 이전 버전에 오류가 납니다: {changes}",
        "롤백으로 되돌아가는 것은 코드뿐이고 데이터베이스는 그대로입니다.",
        "최신 코드를 고쳐 push해 주세요.",
    ),
    "operations.E010": (
        "TRUSTED_PROXIES에 잘못된 네트워크가 있습니다: '{value}'",
        "10.0.0.0/16처럼 IP 주소나 네트워크여야 합니다. 도메인, 공백은 쓸 수 없습니다.",
        "ENV_VARS의 TRUSTED_PROXIES에 로드 밸런서가 있는 서브넷의 CIDR을 적어 주세요. 로드 밸런서가 없다면 비워 둡니다.",
    ),
    "history": (
        "데이터베이스의 마이그레이션 기록이 코드와 맞지 않습니다: {error}",
        "이미 적용한 마이그레이션의 파일이나 dependencies가 바뀌었습니다.",
        "적용된 마이그레이션은 원래대로 되돌리고, 바꿀 내용은 새 마이그레이션으로 만들어 주세요.",
    ),
    # The database
    "credentials": (
        "사용자나 비밀번호가 거부되었습니다: {target}",
        "DATABASE_USER나 DATABASE_PASSWORD가 틀렸습니다.",
        "ENV_VARS의 두 값을 확인해 주세요. 비밀번호는 따옴표 없이 적습니다. 잊었다면 RDS의 마스터 암호를 바꿔 주세요.",
    ),
    "missing": (
        "데이터베이스가 없습니다: {target}",
        "RDS를 만들 때 '초기 데이터베이스 이름'을 비워 두었거나 DATABASE_NAME이 틀렸습니다.",
        "서버에 접속해 CREATE DATABASE {name}; 을 실행하거나 ENV_VARS의 DATABASE_NAME을 고쳐 주세요.",
    ),
    "denied": (
        "이 사용자는 그 데이터베이스를 쓸 수 없습니다: {target}",
        "데이터베이스가 없거나, 사용자에게 권한이 없거나, 데이터베이스 서버가 이 서버의 접속을 허용하지 않습니다.",
        "ENV_VARS의 DATABASE_NAME과 DATABASE_USER를 확인하고, 관리자로 데이터베이스 {name}을(를) 만들어 {user}에게 모든 권한(GRANT ALL)을 주세요.",
    ),
    "tls": (
        "암호화(TLS)된 연결을 맺을 수 없습니다: {target} ({error})",
        "서버와 이 프로젝트 가운데 한쪽만 암호화를 요구합니다(RDS의 require_secure_transport 또는 rds.force_ssl).",
        "config/settings/base.py의 데이터베이스 OPTIONS에서 ssl_mode(MySQL)나 sslmode(PostgreSQL)로 암호화를 켜거나, RDS의 그 파라미터를 꺼 주세요.",
    ),
    # Every service
    "unresolved": (
        "호스트 이름을 찾을 수 없습니다: {target}",
        "이름이 틀렸거나 그 서버가 삭제되었습니다.",
        "{address}",
    ),
    "timeout": (
        "연결 시간이 초과되었습니다: {target}",
        "보안 그룹이 막고 있거나, 서버가 중지되었거나 다른 VPC에 있습니다.",
        "{firewall}",
    ),
    "refused": (
        "연결이 거부되었습니다: {target}",
        "포트가 틀렸거나 그 서비스가 실행되고 있지 않습니다.",
        "{address}",
    ),
    "silent": (
        "연결은 되지만 응답이 없습니다: {target} ({error})",
        "시작하는 중이거나 멈춰 있거나, 그 포트를 다른 프로그램이 쓰고 있습니다.",
        "{address}",
    ),
    "other": (
        "사용할 수 없습니다: {target} ({error})",
        "괄호 안은 그 서비스가 알려 준 오류입니다.",
        "{address}",
    ),
}

# certbot 컨테이너의 로그
CERTIFICATE = {
    "NO_CERTIFICATE": "{domain}의 인증서를 받지 못했습니다. 사이트는 지금 가진 인증서로 계속 동작합니다.",
    "CHALLENGE_FAILED": "인증 기관이 http://{domain}/ 에 접속하지 못했습니다. 도메인이 이 서버의 IP 주소를 가리키는지, 보안 그룹에서 80번 포트가 열려 있는지 확인해 주세요.",
    "AUTHORITY_UNREACHABLE": "인증 기관에 연결하지 못했습니다. 이 서버에서 인터넷에 접속할 수 있는지, .env의 ACME_SERVER가 비어 있거나 올바른지 확인해 주세요.",
    "CERTBOT_FAILED": "certbot이 위에 출력한 내용과 .env의 DOMAIN_NAME, LETSENCRYPT_EMAIL을 확인해 주세요.",
    "TRYING_AGAIN": "30분 뒤에 다시 시도합니다. 바로 시도하려면:",
}
