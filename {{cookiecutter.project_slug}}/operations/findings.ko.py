"""What preflight says: for each fault what is wrong, its likely cause and the next step."""

WORDS = {
    "wrong": "오류",
    "cause": "원인:",
    "next": "다음에 할 일:",
    "summary": "위의 문제를 해결해야 배포할 수 있습니다. 서비스에서 바뀐 것은 없습니다.",
}

NAMES = {
    "environment": "환경 변수",
    "hosts": "ALLOWED_HOSTS",
    "origins": "CSRF, CORS",
    "code": "Django 검사",
    "migrations": "마이그레이션 파일",
    "database": "데이터베이스",
    # {% if cookiecutter.use_redis %}
    "redis": "Redis",
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    "bucket": "S3 버킷",
    # {% endif %}
}

NOTICES = {
    "private": "참고: 밖에서 접속할 수 있는 주소가 ALLOWED_HOSTS에 없습니다: {hosts}",
    "database": "{target}",
    "empty": "빈 데이터베이스입니다. 적용할 마이그레이션: {number}개",
    "to_apply": "적용할 마이그레이션 {number}개: {names}",
    "unknown": (
        "참고: 데이터베이스에는 적용되어 있지만 이 코드에는 없는 마이그레이션 {number}개: {names}. "
        "이전 버전으로 되돌린 경우라면 괜찮습니다."
    ),
}

PROBLEMS = {
    # Any check
    "endless": (
        "{seconds}초 안에 끝나지 않았습니다.",
        "네트워크나 DNS가 응답하지 않습니다.",
        "서버의 네트워크와 보안 그룹을 확인한 뒤 다시 배포해 주세요.",
    ),
    "unexpected": (
        "{type}: {error}",
        "{file}의 {line}번째 줄을 실행하다가 예외가 발생했습니다.",
        "내 컴퓨터에서 python manage.py check와 pytest로 재현해 고친 뒤 다시 push해 주세요.",
    ),
    # Environment
    "debug": (
        "DEBUG가 켜져 있습니다. 설정: {settings}",
        "운영용 .env.prod가 아니라 개발용 .env를 넣었을 수 있습니다.",
        "ENV_VARS에 .env.prod의 내용을 넣어 주세요. "
        "DJANGO_SETTINGS_MODULE은 config.settings.prod여야 합니다.",
    ),
    "secret_key": (
        "SECRET_KEY가 짧거나 예측하기 쉽습니다.",
        "50자보다 짧거나 서로 다른 문자가 5개보다 적거나 django-insecure-로 시작합니다.",
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'로 만든 값을 "
        "ENV_VARS의 SECRET_KEY에 넣어 주세요.",
    ),
    # Hosts and origins
    "hosts.any": (
        "ALLOWED_HOSTS에 *가 있습니다.",
        "*는 아무 호스트 이름이나 받아들이므로 위조된 Host 헤더를 막지 못합니다.",
        "ENV_VARS의 ALLOWED_HOSTS에 도메인이나 EC2의 퍼블릭 IP 주소만 적어 주세요.",
    ),
    "hosts.malformed": (
        "{name}에 쓸 수 없는 값이 있습니다: '{value}'",
        "빈 값이거나 http://, 포트, 경로, 공백 등이 들어 있습니다.",
        "ENV_VARS의 {name}에 도메인이나 IP 주소만 적어 주세요. 쉼표 앞뒤에도 공백을 두지 않습니다. "
        "예: api.example.com",
    ),
    "hosts.domain": (
        "DOMAIN_NAME이 ALLOWED_HOSTS에 없습니다: {domain}",
        "이대로 배포하면 그 도메인으로 오는 요청을 모두 거절합니다.",
        "ENV_VARS를 ALLOWED_HOSTS={hosts} 로 고쳐 주세요.",
    ),
    "origins.malformed": (
        "{name}에 쓸 수 없는 값이 있습니다: '{value}'",
        "https://로 시작하지 않거나 비어 있거나 공백이 들어 있습니다.",
        "ENV_VARS의 {name}에 https://부터 적어 주세요. 쉼표 앞뒤에도 공백을 두지 않습니다. "
        "예: https://www.example.com",
    ),
    "origins.path": (
        "{name}에 쓸 수 없는 값이 있습니다: '{value}'",
        "끝에 /나 경로가 있습니다. 브라우저가 보내는 Origin에는 경로가 없어서 일치하지 않습니다.",
        "ENV_VARS의 {name}에 {right} 까지만 적어 주세요.",
    ),
    # Code and migrations
    "code": (
        "{error}",
        "Django가 코드나 설정에서 오류를 찾았습니다. 이대로는 migrate도 실패합니다.",
        "내 컴퓨터에서 python manage.py check로 확인하며 고친 뒤 다시 push해 주세요.",
    ),
    "migrations.broken": (
        "마이그레이션을 읽을 수 없습니다: {error}",
        "의존하는 마이그레이션 파일이 없거나 Migration 클래스가 없습니다.",
        "빠진 파일을 커밋했는지 확인하고 다시 push해 주세요.",
    ),
    "migrations.conflict": (
        "{app}의 마지막 마이그레이션이 여러 개입니다: {names}",
        "두 브랜치에서 각각 만든 마이그레이션이 합쳐졌습니다.",
        "python manage.py makemigrations --merge로 합친 뒤 다시 push해 주세요.",
    ),
    "migrations.missing": (
        "모델이 바뀌었는데 마이그레이션이 없습니다: {app}",
        "makemigrations를 실행하지 않았거나 만들어진 파일을 커밋하지 않았습니다.",
        "python manage.py makemigrations {app} 명령을 실행하고 그 파일까지 push해 주세요.",
    ),
    "migrations.history": (
        "데이터베이스의 마이그레이션 기록이 코드와 어긋납니다: {error}",
        "이미 적용한 마이그레이션의 파일이나 dependencies를 나중에 바꾸었습니다.",
        "적용된 마이그레이션은 원래대로 되돌리고, 바꿀 내용은 새 마이그레이션으로 만들어 주세요.",
    ),
    # Database
    "database.unresolved": (
        "데이터베이스 서버의 이름을 찾을 수 없습니다: {target}",
        "DATABASE_HOST가 RDS 엔드포인트와 다르거나 그 RDS가 삭제되었습니다.",
        "ENV_VARS의 DATABASE_HOST에 RDS 엔드포인트를 그대로 적어 주세요. "
        "https://나 포트는 붙이지 않습니다.",
    ),
    "database.timeout": (
        "데이터베이스 서버가 응답하지 않습니다(시간 초과): {target}",
        "RDS의 보안 그룹이 이 서버를 막고 있거나, RDS가 다른 VPC에 있거나 중지되었습니다.",
        "RDS 보안 그룹의 인바운드 규칙에 포트 {port}, 소스는 EC2의 보안 그룹으로 추가해 주세요.",
    ),
    "database.refused": (
        "데이터베이스 서버가 연결을 거부했습니다: {target}",
        "포트가 다르거나, 그 서버에서 데이터베이스가 실행되고 있지 않습니다.",
        "ENV_VARS의 DATABASE_HOST, DATABASE_PORT가 RDS와 같은지, "
        "RDS가 '사용 가능' 상태인지 확인해 주세요.",
    ),
    "database.silent": (
        "데이터베이스 서버에 연결되었지만 응답이 없습니다: {target} ({error})",
        "데이터베이스가 시작되는 중이거나 멈춰 있거나, 그 포트가 다른 프로그램의 것입니다.",
        "RDS가 '사용 가능' 상태인지, DATABASE_PORT가 맞는지 확인하고 다시 배포해 주세요.",
    ),
    "database.credentials": (
        "데이터베이스가 사용자 또는 비밀번호를 거부했습니다: {target}",
        "DATABASE_USER나 DATABASE_PASSWORD가 틀렸습니다.",
        "ENV_VARS의 두 값을 확인해 주세요. 비밀번호는 따옴표 없이 그대로 적습니다. "
        "잊었다면 RDS의 마스터 암호를 바꿔 주세요.",
    ),
    "database.missing": (
        "서버에 그 이름의 데이터베이스가 없습니다: {target}",
        "RDS를 만들 때 '초기 데이터베이스 이름'을 비워 두었거나 DATABASE_NAME이 다릅니다.",
        # {% if cookiecutter.database == "mysql" %}
        "데이터베이스에 접속해 CREATE DATABASE `{name}` CHARACTER SET utf8mb4; 를 실행하거나 "
        "ENV_VARS의 DATABASE_NAME을 고쳐 주세요.",
        # {% else %}
        '데이터베이스에 접속해 CREATE DATABASE "{name}"; 을 실행하거나 '
        "ENV_VARS의 DATABASE_NAME을 고쳐 주세요.",
        # {% endif %}
    ),
    "database.denied": (
        # {% if cookiecutter.database == "mysql" %}
        "이 사용자는 그 데이터베이스를 쓸 수 없습니다: {target}",
        "그 데이터베이스가 없거나(DATABASE_NAME 오타 포함) 사용자에게 권한이 없습니다. "
        "MySQL은 권한이 없는 사용자에게 둘을 구별해 주지 않습니다.",
        "ENV_VARS의 DATABASE_NAME을 확인하고, 관리자로 CREATE DATABASE `{name}`; 과 "
        "GRANT ALL ON `{name}`.* TO '{user}'; 를 실행해 주세요.",
        # {% else %}
        "이 사용자는 그 데이터베이스에 접속할 수 없습니다: {target}",
        "그 데이터베이스가 다른 사용자의 것이거나 pg_hba.conf가 이 서버를 허용하지 않습니다.",
        "ENV_VARS의 DATABASE_NAME, DATABASE_USER를 확인하고, 관리자로 "
        'GRANT ALL ON DATABASE "{name}" TO "{user}"; 를 실행해 주세요.',
        # {% endif %}
    ),
    "database.tls": (
        "암호화(TLS)된 연결을 맺지 못했습니다: {target} ({error})",
        # {% if cookiecutter.database == "mysql" %}
        "RDS의 파라미터 require_secure_transport가 켜져 있으면 암호화된 연결만 받습니다.",
        'config/settings/base.py의 데이터베이스 OPTIONS에 "ssl_mode": "REQUIRED"를 추가하거나 '
        "RDS의 파라미터를 꺼 주세요.",
        # {% else %}
        "서버와 이 프로젝트 가운데 한쪽만 암호화된 연결을 요구합니다(RDS의 rds.force_ssl).",
        "config/settings/base.py의 데이터베이스 OPTIONS에 있는 sslmode와 RDS의 rds.force_ssl을 "
        "확인해 주세요.",
        # {% endif %}
    ),
    "database.other": (
        "데이터베이스를 쓸 수 없습니다: {target} ({error})",
        "위의 오류를 데이터베이스가 알려 주었습니다.",
        "ENV_VARS의 DATABASE_*와 RDS의 상태, 로그를 확인해 주세요.",
    ),
    # {% if cookiecutter.use_redis %}
    # Redis
    "redis.url": (
        "REDIS_URL을 읽을 수 없습니다.",
        "redis://로 시작하지 않거나 포트가 숫자가 아니거나 비밀번호에 특수 문자가 있습니다.",
        "ENV_VARS에 REDIS_URL=redis://redis:6379/0 처럼 적어 주세요. "
        "비밀번호의 특수 문자는 %40처럼 바꿔 적습니다.",
    ),
    "redis.unresolved": (
        "Redis 서버의 이름을 찾을 수 없습니다: {host}",
        "REDIS_URL의 호스트가 틀렸거나, redis 컨테이너가 실행되고 있지 않습니다.",
        "docker-compose.prod.yml의 redis를 쓴다면 ENV_VARS에 REDIS_URL=redis://redis:6379/0 으로 "
        "적고, docker compose -f docker-compose.prod.yml up -d redis로 시작해 주세요.",
    ),
    "redis.timeout": (
        "Redis 서버가 응답하지 않습니다(시간 초과): {host}:{port}",
        "방화벽이나 보안 그룹이 막고 있거나 서버가 꺼져 있습니다.",
        "ElastiCache라면 보안 그룹의 인바운드 규칙에 포트 {port}, 소스는 EC2의 보안 그룹으로 "
        "추가해 주세요.",
    ),
    "redis.refused": (
        "Redis 서버가 연결을 거부했습니다: {host}:{port}",
        "포트가 다르거나 Redis가 실행되고 있지 않습니다.",
        "ENV_VARS의 REDIS_URL과, 서버에서 docker compose -f docker-compose.prod.yml ps -a redis를 "
        "확인해 주세요.",
    ),
    "redis.silent": (
        "Redis 서버에 연결되었지만 응답이 없습니다: {host}:{port} ({error})",
        "Redis가 멈춰 있거나, 그 포트가 다른 프로그램의 것이거나, TLS가 필요합니다(rediss://).",
        "Redis의 상태와 ENV_VARS의 REDIS_URL을 확인해 주세요.",
    ),
    "redis.credentials": (
        "Redis가 비밀번호를 거부했습니다: {host}:{port}",
        "REDIS_URL에 비밀번호가 없거나 틀렸습니다.",
        "ENV_VARS에 REDIS_URL=redis://:비밀번호@{host}:{port}/0 처럼 적어 주세요. "
        "비밀번호의 특수 문자는 %40처럼 바꿔 적습니다.",
    ),
    "redis.other": (
        "Redis를 쓸 수 없습니다: {host}:{port} ({error})",
        "위의 오류를 Redis가 알려 주었습니다.",
        "ENV_VARS의 REDIS_URL과 Redis의 로그를 확인해 주세요.",
    ),
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    # Bucket
    "bucket.unresolved": (
        "S3의 주소를 찾을 수 없습니다: {endpoint}",
        "AWS_S3_REGION_NAME이나 AWS_S3_ENDPOINT_URL이 틀렸습니다.",
        "ENV_VARS에 버킷의 리전을 ap-northeast-2처럼 적고, "
        "Amazon S3라면 AWS_S3_ENDPOINT_URL은 비워 주세요.",
    ),
    "bucket.timeout": (
        "S3가 응답하지 않습니다(시간 초과): {endpoint}",
        "이 서버에서 인터넷으로 나가는 길이 막혀 있습니다.",
        "EC2 보안 그룹의 아웃바운드 규칙과 서브넷의 라우팅 테이블을 확인해 주세요.",
    ),
    "bucket.refused": (
        "S3가 연결을 거부했습니다: {endpoint}",
        "AWS_S3_ENDPOINT_URL이 틀렸거나 그 저장소가 실행되고 있지 않습니다.",
        "ENV_VARS의 AWS_S3_ENDPOINT_URL을 확인하고, Amazon S3라면 비워 주세요.",
    ),
    "bucket.silent": (
        "S3에 연결되었지만 응답이 없습니다: {endpoint} ({error})",
        "저장소가 멈춰 있거나 AWS_S3_ENDPOINT_URL이 다른 서버를 가리킵니다.",
        "ENV_VARS의 AWS_S3_ENDPOINT_URL을 확인하고, Amazon S3라면 비워 주세요.",
    ),
    "bucket.keyless": (
        "S3에 쓸 자격 증명(키)이 없습니다.",
        "AWS_ACCESS_KEY_ID나 AWS_SECRET_ACCESS_KEY가 비어 있고, EC2의 IAM 역할도 읽을 수 없습니다.",
        "ENV_VARS에 두 키를 모두 적거나 EC2에 IAM 역할을 붙여 주세요. 역할을 쓴다면 인스턴스 "
        "메타데이터의 응답 홉 제한(hop limit)을 2로 해야 컨테이너에서 읽을 수 있습니다.",
    ),
    "bucket.credentials": (
        "S3가 자격 증명(키)을 거부했습니다: {error}",
        "AWS_ACCESS_KEY_ID나 AWS_SECRET_ACCESS_KEY가 틀렸거나 삭제되었습니다.",
        "IAM에서 액세스 키를 확인하거나 새로 만들어 ENV_VARS의 두 값을 함께 바꿔 주세요.",
    ),
    "bucket.missing": (
        "버킷이 없습니다: {bucket}",
        "AWS_STORAGE_BUCKET_NAME이 틀렸거나 버킷을 아직 만들지 않았습니다.",
        "S3에서 리전 {region}에 버킷을 만들거나 ENV_VARS의 AWS_STORAGE_BUCKET_NAME을 고쳐 주세요.",
    ),
    "bucket.denied": (
        "버킷을 쓸 권한이 없습니다: {bucket} ({error})",
        "IAM 사용자나 역할에 권한이 없거나, 다른 계정의 버킷입니다.",
        "s3:ListBucket(버킷)과 s3:PutObject, s3:GetObject, s3:DeleteObject(버킷의 객체)를 "
        "허용해 주세요.",
    ),
    "bucket.region": (
        "버킷이 그 리전에 없습니다: {bucket}, {region} ({error})",
        "AWS_S3_REGION_NAME이 버킷을 만든 리전과 다릅니다.",
        "S3 콘솔에서 버킷의 리전을 확인해 ENV_VARS의 AWS_S3_REGION_NAME에 적어 주세요.",
    ),
    "bucket.other": (
        "버킷을 쓸 수 없습니다: {bucket} ({error})",
        "위의 오류를 S3가 알려 주었습니다.",
        "ENV_VARS의 AWS_*와 버킷의 설정을 확인해 주세요.",
    ),
    # {% endif %}
}
