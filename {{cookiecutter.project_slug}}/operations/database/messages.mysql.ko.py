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
        "서버에 접속해 CREATE DATABASE `{name}` CHARACTER SET utf8mb4; 를 실행하거나 ENV_VARS의 DATABASE_NAME을 고쳐 주세요.",
    ),
    "denied": (
        "이 사용자는 그 데이터베이스를 쓸 수 없습니다: {target}",
        "데이터베이스가 없거나 사용자에게 권한이 없습니다. MySQL은 권한이 없는 사용자에게 둘을 구별해 주지 않습니다.",
        "ENV_VARS의 DATABASE_NAME을 확인하고, 관리자로 CREATE DATABASE `{name}`; 과 GRANT ALL ON `{name}`.* TO '{user}'; 를 실행해 주세요.",
    ),
    "tls": (
        "암호화(TLS)된 연결을 맺을 수 없습니다: {target} ({error})",
        "RDS의 파라미터 require_secure_transport가 켜져 있으면 암호화된 연결만 받습니다.",
        'config/settings/base.py의 데이터베이스 OPTIONS에 "ssl_mode": "REQUIRED"를 추가하거나 그 파라미터를 꺼 주세요.',
    ),
}

HIDDEN = "이 사용자에게는 보이지 않습니다. 데이터베이스 관리자가 다음 쿼리로 찾을 수 있습니다:"
