"""Texts of the checks before a deployment: the fault, its likely cause and what to do."""
# ruff: noqa: E501

WORDS = {
    "wrong": "wrong",
    "cause": "Cause:",
    "next": "Next:",
    "crashed": "preflight itself (operations/) crashed. Your app and your settings are not the cause.",
}

STEPS = {
    "environment": "environment",
    "hosts": "ALLOWED_HOSTS",
    "origins": "CSRF, CORS",
    "code": "Django's checks",
    "migrations": "migration files",
    "database": "database",
    # {% if cookiecutter.use_redis %}
    "redis": "Redis",
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    "bucket": "S3 bucket",
    # {% endif %}
}

NOTES = {
    "operations.I001": "note: ALLOWED_HOSTS has no address that can be reached from outside: {hosts}",
    "empty": "The database is empty. Migrations to apply: {number}",
    "to_apply": "Migrations to apply ({number}): {names}",
    "unknown": "note: applied migrations that this code does not have ({number}): {names}. After a return to an earlier release this is fine.",
}

# What to do if a service cannot be reached
HINTS = {
    "database": {
        "address": "Compare DATABASE_HOST (without https://) and DATABASE_PORT in ENV_VARS with the endpoint of RDS. Its status must be Available.",
        "firewall": "Add an inbound rule to the security group of RDS: port {port}, source the security group of the EC2 server.",
    },
    # {% if cookiecutter.use_redis %}
    "redis": {
        "address": "Check REDIS_URL in ENV_VARS; without a Redis server of your own it is redis://redis:6379/0. See docker compose -f docker-compose.prod.yml ps -a redis.",
        "firewall": "For ElastiCache, add an inbound rule to its security group: port {port}, source the security group of the EC2 server.",
    },
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    "bucket": {
        "address": "In ENV_VARS, set AWS_S3_REGION_NAME to the region of the bucket, such as ap-northeast-2. For Amazon S3, leave AWS_S3_ENDPOINT_URL empty.",
        "firewall": "Check the outbound rules of the EC2 server's security group and the route table of its subnet.",
    },
    # {% endif %}
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
    "endless": (
        "The check did not finish within {seconds} seconds.",
        "The network or DNS does not respond.",
        "Check the server's network and security groups, then deploy again.",
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
        "TRUSTED_PROXIES has an invalid network: '{value}'",
        "It must hold IP addresses or networks such as 10.0.0.0/16: no domain, no blanks.",
        "Write the CIDR blocks of the load balancer's subnets into TRUSTED_PROXIES in ENV_VARS; without a load balancer leave it empty.",
    ),
    "history": (
        "The migration history in the database does not match the code: {error}",
        "The file or the dependencies of an applied migration have changed.",
        "Restore the applied migrations, and make your changes in a new one.",
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
    # Database
    "database.credentials": (
        "The user or the password was rejected: {target}",
        "DATABASE_USER or DATABASE_PASSWORD is wrong.",
        "Check both in ENV_VARS (the password without quotes). If it is lost, set a new master password in RDS.",
    ),
    # {% if cookiecutter.database == "mysql" %}
    "database.missing": (
        "The database does not exist: {target}",
        "'Initial database name' was left empty when RDS was created, or DATABASE_NAME is wrong.",
        "Connect to the server and run CREATE DATABASE `{name}` CHARACTER SET utf8mb4; or fix DATABASE_NAME in ENV_VARS.",
    ),
    "database.denied": (
        "The user is not allowed to use the database: {target}",
        "The database does not exist, or the user has no privileges on it: MySQL reports both alike.",
        "Check DATABASE_NAME in ENV_VARS. As the administrator, run CREATE DATABASE `{name}`; and GRANT ALL ON `{name}`.* TO '{user}';",
    ),
    "database.tls": (
        "An encrypted (TLS) connection cannot be established: {target} ({error})",
        "If the parameter require_secure_transport is on, RDS accepts only encrypted connections.",
        'Add "ssl_mode": "REQUIRED" to the database OPTIONS in config/settings/base.py, or turn the parameter off.',
    ),
    # {% else %}
    "database.missing": (
        "The database does not exist: {target}",
        "'Initial database name' was left empty when RDS was created, or DATABASE_NAME is wrong.",
        'Connect to the server and run CREATE DATABASE "{name}"; or fix DATABASE_NAME in ENV_VARS.',
    ),
    "database.denied": (
        "The user is not allowed to use the database: {target}",
        "The database belongs to another user, or pg_hba.conf does not allow this server.",
        'Check DATABASE_NAME and DATABASE_USER in ENV_VARS. As the administrator, run GRANT ALL ON DATABASE "{name}" TO "{user}";',
    ),
    "database.tls": (
        "An encrypted (TLS) connection cannot be established: {target} ({error})",
        "The server requires encryption and this project does not, or the other way round (rds.force_ssl in RDS).",
        "Compare sslmode in the database OPTIONS in config/settings/base.py with rds.force_ssl.",
    ),
    # {% endif %}
    # {% if cookiecutter.use_redis %}
    # Redis
    "redis.url": (
        "REDIS_URL cannot be parsed.",
        "It does not begin with redis://, the port is not a number, or the password contains special characters.",
        "In ENV_VARS, write it like REDIS_URL=redis://redis:6379/0, and encode special characters of a password (@ as %40).",
    ),
    "redis.credentials": (
        "The user or the password was rejected: {target}",
        "The password in REDIS_URL is missing or wrong.",
        "In ENV_VARS, write it like REDIS_URL=redis://:password@{target}/0, and encode special characters of the password (@ as %40).",
    ),
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    # Bucket
    "bucket.keyless": (
        "There are no credentials for S3.",
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is empty, and the EC2 server has no IAM role that can be read.",
        "Set both keys in ENV_VARS, or attach an IAM role. Containers can read it only if the metadata hop limit of the instance is 2.",
    ),
    "bucket.credentials": (
        "The credentials were rejected: {error}",
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is wrong or has been deleted.",
        "Check the access key in IAM or create a new one, and set both values in ENV_VARS.",
    ),
    "bucket.missing": (
        "The bucket does not exist: {bucket}",
        "AWS_STORAGE_BUCKET_NAME is wrong, or the bucket has not been created yet.",
        "Create it in the region {region}, or fix AWS_STORAGE_BUCKET_NAME in ENV_VARS.",
    ),
    "bucket.denied": (
        "Access to the bucket was denied: {bucket} ({error})",
        "The IAM user or role lacks permissions, or the bucket belongs to another account.",
        "Allow s3:ListBucket on the bucket, and s3:PutObject, s3:GetObject and s3:DeleteObject on its objects.",
    ),
    "bucket.region": (
        "The bucket is not in this region: {bucket}, {region} ({error})",
        "AWS_S3_REGION_NAME is not the region in which the bucket was created.",
        "Set AWS_S3_REGION_NAME in ENV_VARS to the region that the S3 console shows for the bucket.",
    ),
    # {% endif %}
}
