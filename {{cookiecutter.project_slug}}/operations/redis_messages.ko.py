"""Texts of preflight's check of Redis: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "redis"

# What to do if it cannot be reached
HINTS = {
    "address": "ENV_VARS의 REDIS_URL을 확인해 주세요. 따로 만든 Redis 서버가 없다면 redis://redis:6379/0이고, docker compose -f docker-compose.prod.yml ps -a redis로 상태를 볼 수 있습니다.",
    "firewall": "ElastiCache라면 보안 그룹의 인바운드 규칙에 포트 {port}, 소스는 EC2의 보안 그룹으로 추가해 주세요.",
}

FAULTS = {
    "url": (
        "REDIS_URL을 해석할 수 없습니다.",
        "redis://로 시작하지 않거나, 포트가 숫자가 아니거나, 비밀번호에 특수 문자가 있습니다.",
        "ENV_VARS에 REDIS_URL=redis://redis:6379/0 처럼 적어 주세요. 비밀번호의 특수 문자는 인코딩합니다(@는 %40).",
    ),
    "credentials": (
        "사용자나 비밀번호가 거부되었습니다: {target}",
        "REDIS_URL에 비밀번호가 없거나 틀렸습니다.",
        "ENV_VARS에 REDIS_URL=redis://:비밀번호@{target}/0 처럼 적어 주세요. 비밀번호의 특수 문자는 인코딩합니다(@는 %40).",
    ),
}
