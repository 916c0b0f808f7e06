"""Texts of preflight's check of the database: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "database"

# What to do if it cannot be reached
HINTS = {
    "address": "ENV_VARS의 DATABASE_HOST(https:// 없이)와 DATABASE_PORT가 RDS의 엔드포인트와 같은지, RDS가 '사용 가능' 상태인지 확인해 주세요.",
    "firewall": "RDS 보안 그룹의 인바운드 규칙에 포트 {port}, 소스는 EC2의 보안 그룹으로 추가해 주세요.",
}

FAULTS = {
    "credentials": (
        "사용자나 비밀번호가 거부되었습니다: {target}",
        "DATABASE_USER나 DATABASE_PASSWORD가 틀렸습니다.",
        "ENV_VARS의 두 값을 확인해 주세요. 비밀번호는 따옴표 없이 적습니다. 잊었다면 RDS의 마스터 암호를 바꿔 주세요.",
    ),
    "missing": (
        "데이터베이스가 없습니다: {target}",
        "RDS를 만들 때 '초기 데이터베이스 이름'을 비워 두었거나 DATABASE_NAME이 틀렸습니다.",
        '서버에 접속해 CREATE DATABASE "{name}"; 을 실행하거나 ENV_VARS의 DATABASE_NAME을 고쳐 주세요.',
    ),
    "denied": (
        "이 사용자는 그 데이터베이스를 쓸 수 없습니다: {target}",
        "다른 사용자의 데이터베이스이거나 pg_hba.conf가 이 서버를 허용하지 않습니다.",
        'ENV_VARS의 DATABASE_NAME과 DATABASE_USER를 확인하고, 관리자로 GRANT ALL ON DATABASE "{name}" TO "{user}"; 를 실행해 주세요.',
    ),
    "tls": (
        "암호화(TLS)된 연결을 맺을 수 없습니다: {target} ({error})",
        "서버와 이 프로젝트 가운데 한쪽만 암호화를 요구합니다(RDS의 rds.force_ssl).",
        "config/settings/base.py의 데이터베이스 OPTIONS에 있는 sslmode와 RDS의 rds.force_ssl을 확인해 주세요.",
    ),
}
