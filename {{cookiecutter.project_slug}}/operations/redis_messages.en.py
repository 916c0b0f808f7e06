"""Texts of preflight's check of Redis: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "redis"

# What to do if it cannot be reached
HINTS = {
    "address": "Check REDIS_URL in ENV_VARS; without a Redis server of your own it is redis://redis:6379/0. See docker compose -f docker-compose.prod.yml ps -a redis.",
    "firewall": "For ElastiCache, add an inbound rule to its security group: port {port}, source the security group of the EC2 server.",
}

FAULTS = {
    "url": (
        "REDIS_URL cannot be parsed.",
        "It does not begin with redis://, the port is not a number, or the password contains special characters.",
        "In ENV_VARS, write it like REDIS_URL=redis://redis:6379/0, and encode special characters of a password (@ as %40).",
    ),
    "credentials": (
        "The user or the password was rejected: {target}",
        "The password in REDIS_URL is missing or wrong.",
        "In ENV_VARS, write it like REDIS_URL=redis://:password@{target}/0, and encode special characters of the password (@ as %40).",
    ),
}
