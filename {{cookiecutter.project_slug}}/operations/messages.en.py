"""Texts of the checks before a deployment: the fault, its likely cause and what to do."""
# ruff: noqa: E501

TEXTS = {
    "wrong": "wrong",
    "cause": "Cause:",
    "next": "Next:",
    "crashed": "preflight itself (operations/) crashed. Your app and your settings are not the cause.",
    "waiting": "Another session uses a table that the migration changes. Trying again for a minute. Sessions with a lock (or the query that shows them to an administrator):",
    "not_undone": "Not all that the failed migration had done could be undone: {error}",
    "blocked": "The migration was not applied: another session kept its lock on a table for a minute. The old release stays live. Often it is a database client (Workbench, DBeaver) with an open transaction. Close it, then deploy again. Sessions with a lock (or the query that shows them to an administrator):",
    "operations.I001": "note: ALLOWED_HOSTS has no address that can be reached from outside: {hosts}",
    "empty": "The database is empty. Migrations to apply: {number}",
    "to_apply": "Migrations to apply ({number}): {names}",
    "breaking": "note: {migration} belongs to a package, and may cause errors in the live release until the new one is ready: {changes}",
    # What a migration does to a release that does not know it
    "table": "the table {table} is removed or renamed",
    "column": "the column {table}.{column} is removed or renamed",
    "required": "the column {table}.{column} must be set, and has no default in the database",
    "not_null": "the column {table}.{column} no longer accepts NULL",
    "type": "the column {table}.{column} gets a type that does not take all earlier values",
}

STEPS = {
    "environment": "environment",
    "hosts": "ALLOWED_HOSTS",
    "origins": "CSRF, CORS",
    "code": "Django's checks",
    "migrations": "migration files",
    "database": "database",
    "mail": "mail",
}

# The database server, and what to do if it cannot be reached
SERVICE = "database"
HINTS = {
    "address": "Compare DATABASE_HOST (without https://) and DATABASE_PORT in ENV_VARS with the endpoint of RDS. Its status must be Available.",
    "firewall": "Add an inbound rule to the security group of RDS: port {port}, source the security group of the EC2 server.",
}

FAULTS = {
    "security.W018": (
        "DEBUG is on. Settings: {settings}",
        "ENV_VARS may hold .env (development) instead of .env.prod.",
        "Put the content of .env.prod into ENV_VARS. DJANGO_SETTINGS_MODULE must be config.settings.prod.",
    ),
    "security.W009": (
        "SECRET_KEY is short or easy to guess.",
        "It has fewer than 50 characters or fewer than 5 different ones, or begins with django-insecure-.",
        "Set SECRET_KEY in ENV_VARS to the output of python -c 'import secrets; print(secrets.token_urlsafe(50))'.",
    ),
    "operations.E001": (
        "{name} contains an invalid host: '{value}'",
        "It is empty or contains http://, a port, a path or a space. * would accept forged Host headers.",
        "In ENV_VARS, write only domains or IP addresses in {name}, without spaces around commas. Example: api.example.com",
    ),
    "operations.E002": (
        "DOMAIN_NAME is not in ALLOWED_HOSTS: {domain}",
        "Every request to this domain would be rejected.",
        "In ENV_VARS, set ALLOWED_HOSTS={hosts}",
    ),
    "operations.E003": (
        "{name} contains an invalid origin: '{value}'",
        "An origin is only a scheme and a host, without spaces, a path or a slash at the end.",
        "In ENV_VARS, write it in {name} as browsers send it, without spaces around commas. Example: https://www.example.com",
    ),
    "code": (
        "{error}",
        "The code or the settings contain an error. migrate would fail too.",
        "Reproduce it on your computer with python manage.py check and pytest, fix it, and push.",
    ),
    "operations.E004": (
        "The migrations cannot be loaded: {error}",
        "A migration that another one depends on is missing, or a file has no class Migration.",
        "Check that every migration file is committed, then push.",
    ),
    "operations.E005": (
        "{app} has more than one latest migration: {names}",
        "Two branches that each added a migration were merged.",
        "Run python manage.py makemigrations --merge, then push.",
    ),
    "operations.E006": (
        "The models have changed without a migration: {app}",
        "makemigrations was not run, or the file it created is not committed.",
        "Run python manage.py makemigrations {app}, and push the file too.",
    ),
    "operations.E007": (
        "{migration} would break the live release: {changes}",
        "The live release uses this until the new one is ready, and so does a rollback.",
        "Split it over two deployments, as in docs/deploy.md (Expand and contract). If errors are acceptable for this once, set breaks_live_release = True in its class Migration; a rollback is then impossible.",
    ),
    "operations.E008": (
        "The database has migrations that this code does not have: {names}",
        "This is an old commit (its workflow was run again), or the file was removed, for example by git revert.",
        "Push the newest commit. After git revert, restore the migration file, and undo what it did in a new migration (makemigrations writes it from the models).",
    ),
    "operations.E009": (
        "A rollback is impossible: {migration} would break the earlier release: {changes}",
        "The rollback brings back the code, not the database.",
        "Correct the newest code and push it.",
    ),
    "operations.E010": (
        "TRUSTED_PROXIES has an invalid network: '{value}'",
        "It must hold IP addresses or networks such as 10.0.0.0/16: no domain, no blanks.",
        "Write the CIDR blocks of the load balancer's subnets into TRUSTED_PROXIES in ENV_VARS; without a load balancer leave it empty.",
    ),
    "history": (
        "The migration history in the database does not match the code: {error}",
        "The file or the dependencies of an applied migration have changed.",
        "Restore the applied migrations, and make your changes in a new one.",
    ),
    # The database
    "credentials": (
        "The user or the password was rejected: {target}",
        "DATABASE_USER or DATABASE_PASSWORD is wrong.",
        "Check both in ENV_VARS (the password without quotes). If it is lost, set a new master password in RDS.",
    ),
    "missing": (
        "The database does not exist: {target}",
        "'Initial database name' was left empty when RDS was created, or DATABASE_NAME is wrong.",
        "Connect to the server and run CREATE DATABASE {name}; or fix DATABASE_NAME in ENV_VARS.",
    ),
    "denied": (
        "The user is not allowed to use the database: {target}",
        "The database does not exist, the user has no privileges on it, or the database server does not allow this host.",
        "Check DATABASE_NAME and DATABASE_USER in ENV_VARS. As the administrator, create the database {name} and GRANT ALL on it to {user}.",
    ),
    "tls": (
        "An encrypted (TLS) connection cannot be established: {target} ({error})",
        "Only one of the server and this project requires encryption (require_secure_transport or rds.force_ssl in RDS).",
        "In the database OPTIONS in config/settings/base.py, require it with ssl_mode (MySQL) or sslmode (PostgreSQL), or turn the parameter off.",
    ),
    # Every service
    "unresolved": (
        "The host name cannot be resolved: {target}",
        "The name is wrong, or the server has been deleted.",
        "{address}",
    ),
    "timeout": (
        "The connection timed out: {target}",
        "A security group blocks it, or the server is stopped or in another VPC.",
        "{firewall}",
    ),
    "refused": (
        "The connection was refused: {target}",
        "The port is wrong, or the service is not running.",
        "{address}",
    ),
    "silent": (
        "The server accepts connections but does not respond: {target} ({error})",
        "It is starting or hanging, or the port belongs to another program.",
        "{address}",
    ),
    "other": (
        "The service cannot be used: {target} ({error})",
        "The service reported the error in parentheses.",
        "{address}",
    ),
}

# Of certbot, in its container's log
CERTIFICATE = {
    "NO_CERTIFICATE": "No certificate for {domain}; the site goes on with the one it has.",
    "CHALLENGE_FAILED": "The certificate authority could not reach http://{domain}/. Check that the domain points to this server's IP address and that the security group opens port 80.",
    "AUTHORITY_UNREACHABLE": "The certificate authority could not be reached. Check that this server reaches the Internet and that ACME_SERVER in .env is right, or empty.",
    "CERTBOT_FAILED": "See certbot's message above; check DOMAIN_NAME and LETSENCRYPT_EMAIL in .env.",
    "TRYING_AGAIN": "Trying again in half an hour; at once with:",
}
