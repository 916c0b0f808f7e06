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
        'Connect to the server and run CREATE DATABASE "{name}"; or fix DATABASE_NAME in ENV_VARS.',
    ),
    "denied": (
        "The user is not allowed to use the database: {target}",
        "The database belongs to another user, or pg_hba.conf does not allow this server.",
        'Check DATABASE_NAME and DATABASE_USER in ENV_VARS. As the administrator, run GRANT ALL ON DATABASE "{name}" TO "{user}";',
    ),
    "tls": (
        "An encrypted (TLS) connection cannot be established: {target} ({error})",
        "The server requires encryption and this project does not, or the other way round (rds.force_ssl in RDS).",
        "Compare sslmode in the database OPTIONS in config/settings/base.py with rds.force_ssl.",
    ),
}
