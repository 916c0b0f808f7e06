"""Texts of preflight's check of the database: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "database"

# What to do if it cannot be reached
HINTS = {
    "address": "Compare DATABASE_HOST (without https://) and DATABASE_PORT in ENV_VARS with the endpoint of RDS. Its status must be Available.",
    "firewall": "Add an inbound rule to the security group of RDS: port {port}, source the security group of the EC2 server.",
}

FAULTS = {
    "credentials": (
        "The user or the password was rejected: {target}",
        "DATABASE_USER or DATABASE_PASSWORD is wrong.",
        "Check both in ENV_VARS (the password without quotes). If it is lost, set a new master password in RDS.",
    ),
    "missing": (
        "The database does not exist: {target}",
        "'Initial database name' was left empty when RDS was created, or DATABASE_NAME is wrong.",
        "Connect to the server and run CREATE DATABASE `{name}` CHARACTER SET utf8mb4; or fix DATABASE_NAME in ENV_VARS.",
    ),
    "denied": (
        "The user is not allowed to use the database: {target}",
        "The database does not exist, or the user has no privileges on it: MySQL reports both alike.",
        "Check DATABASE_NAME in ENV_VARS. As the administrator, run CREATE DATABASE `{name}`; and GRANT ALL ON `{name}`.* TO '{user}';",
    ),
    "tls": (
        "An encrypted (TLS) connection cannot be established: {target} ({error})",
        "If the parameter require_secure_transport is on, RDS accepts only encrypted connections.",
        'Add "ssl_mode": "REQUIRED" to the database OPTIONS in config/settings/base.py, or turn the parameter off.',
    ),
}

HIDDEN = "This user may not see which one. An administrator of the database finds it with:"
