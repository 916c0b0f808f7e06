"""What preflight says: for each fault what is wrong, its likely cause and the next step."""

WORDS = {
    "wrong": "wrong",
    "cause": "Cause:",
    "next": "Next:",
    "summary": "These have to be solved before this can go live. The site is as it was.",
}

NAMES = {
    "environment": "environment",
    "hosts": "ALLOWED_HOSTS",
    "origins": "CSRF and CORS",
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

NOTICES = {
    "private": "note: ALLOWED_HOSTS holds no address that is reached from outside: {hosts}",
    "database": "{target}",
    "empty": "an empty database; migrations to be applied: {number}",
    "to_apply": "migrations to be applied, {number}: {names}",
    "unknown": (
        "note: migrations that the database has and this code lacks, {number}: {names}. "
        "After going back to an earlier release that is as it should be."
    ),
}

PROBLEMS = {
    # Any check
    "endless": (
        "did not end within {seconds} s",
        "The network or its DNS does not answer.",
        "See the host's network and security groups, then deploy again.",
    ),
    "unexpected": (
        "{type}: {error}",
        "Line {line} of {file} raised this exception.",
        "Reproduce it on your computer with python manage.py check and pytest, correct it, push.",
    ),
    # Environment
    "debug": (
        "DEBUG is on, settings: {settings}",
        "This may be .env, which is for development, instead of .env.prod.",
        "Put the content of .env.prod into ENV_VARS, where DJANGO_SETTINGS_MODULE is "
        "config.settings.prod.",
    ),
    "secret_key": (
        "SECRET_KEY is short or easy to guess",
        "It has less than 50 characters, less than 5 different ones, or begins with "
        "django-insecure-.",
        "Make one with python -c 'import secrets; print(secrets.token_urlsafe(50))' and put it "
        "into SECRET_KEY in ENV_VARS.",
    ),
    # Hosts and origins
    "hosts.any": (
        "ALLOWED_HOSTS holds *",
        "It allows every name, so that nothing guards against forged Host headers.",
        "In ENV_VARS, let ALLOWED_HOSTS name the domain or the public IP address of the EC2 host.",
    ),
    "hosts.malformed": (
        "{name} holds what is no host: '{value}'",
        "It is empty, or holds http://, a port, a path or a blank.",
        "Write only domains or IP addresses into {name} in ENV_VARS, without blanks around "
        "commas. Example: api.example.com",
    ),
    "hosts.domain": (
        "DOMAIN_NAME is not among ALLOWED_HOSTS: {domain}",
        "Every request for that domain would be refused.",
        "In ENV_VARS, write ALLOWED_HOSTS={hosts}",
    ),
    "origins.malformed": (
        "{name} holds what is no origin: '{value}'",
        "It lacks https://, is empty or holds a blank.",
        "Begin with https:// in {name} in ENV_VARS, without blanks around commas. "
        "Example: https://www.example.com",
    ),
    "origins.path": (
        "{name} holds what is no origin: '{value}'",
        "It ends with a slash or a path, which no browser sends, so that it never matches.",
        "In {name} in ENV_VARS, write {right}",
    ),
    # Code and migrations
    "code": (
        "{error}",
        "Django has found an error in code or settings, which stops migrate too.",
        "Correct it with the help of python manage.py check on your computer, then push.",
    ),
    "migrations.broken": (
        "The migrations cannot be read: {error}",
        "A file that another migration depends on is missing, or holds no class Migration.",
        "See whether every file is committed, then push.",
    ),
    "migrations.conflict": (
        "{app} has several last migrations: {names}",
        "Two branches, each with a migration of its own, were merged.",
        "Join them with python manage.py makemigrations --merge, then push.",
    ),
    "migrations.missing": (
        "Models have changed without a migration: {app}",
        "makemigrations was not run, or the file that it made is not committed.",
        "Run python manage.py makemigrations {app} and push that file too.",
    ),
    "migrations.history": (
        "The database's record of migrations contradicts the code: {error}",
        "A migration that is already applied has changed its name or its dependencies.",
        "Put applied migrations back as they were, and make new ones for what is to change.",
    ),
    # Database
    "database.unresolved": (
        "The name of the database server leads nowhere: {target}",
        "DATABASE_HOST is not the RDS endpoint, or that RDS instance is gone.",
        "Copy the RDS endpoint into DATABASE_HOST in ENV_VARS, without https:// and port.",
    ),
    "database.timeout": (
        "The database server does not answer (timed out): {target}",
        "The security group of RDS blocks this host, or RDS is stopped or in another VPC.",
        "Add an inbound rule to the security group of RDS: port {port}, source the security group "
        "of the EC2 host.",
    ),
    "database.refused": (
        "The database server refuses connections: {target}",
        "The port is wrong, or no database runs there.",
        "Compare DATABASE_HOST and DATABASE_PORT in ENV_VARS with RDS, and see whether its status "
        "is Available.",
    ),
    "database.silent": (
        "The server was reached, yet no database answers: {target} ({error})",
        "The database is starting or hangs, or the port is another program's.",
        "See whether the status of RDS is Available and DATABASE_PORT is right, then deploy again.",
    ),
    "database.credentials": (
        "The database refuses user or password: {target}",
        "DATABASE_USER or DATABASE_PASSWORD is wrong.",
        "Compare both in ENV_VARS; the password stands there without quotes. If it is lost, set a "
        "new master password in RDS.",
    ),
    "database.missing": (
        "The server has no database of that name: {target}",
        "'Initial database name' was left empty when RDS was made, or DATABASE_NAME is wrong.",
        # {% if cookiecutter.database == "mysql" %}
        "Connect to it and run CREATE DATABASE `{name}` CHARACTER SET utf8mb4; or correct "
        "DATABASE_NAME in ENV_VARS.",
        # {% else %}
        'Connect to it and run CREATE DATABASE "{name}"; or correct DATABASE_NAME in ENV_VARS.',
        # {% endif %}
    ),
    "database.denied": (
        # {% if cookiecutter.database == "mysql" %}
        "This user may not use that database: {target}",
        "There is no such database (DATABASE_NAME), or the user has no rights on it: MySQL does "
        "not tell which to a user without rights.",
        "Compare DATABASE_NAME in ENV_VARS; as the administrator run CREATE DATABASE `{name}`; and "
        "GRANT ALL ON `{name}`.* TO '{user}';",
        # {% else %}
        "This user may not connect to that database: {target}",
        "The database is another user's, or pg_hba.conf does not let this host in.",
        "Compare DATABASE_NAME and DATABASE_USER in ENV_VARS; as the administrator run "
        'GRANT ALL ON DATABASE "{name}" TO "{user}";',
        # {% endif %}
    ),
    "database.tls": (
        "No encrypted (TLS) connection could be made: {target} ({error})",
        # {% if cookiecutter.database == "mysql" %}
        "With its parameter require_secure_transport on, RDS takes no other.",
        'Add "ssl_mode": "REQUIRED" to the database\'s OPTIONS in config/settings/base.py, or '
        "switch the parameter off.",
        # {% else %}
        "Only one side demands encryption, as RDS does with its parameter rds.force_ssl.",
        "Compare sslmode in the database's OPTIONS in config/settings/base.py with rds.force_ssl.",
        # {% endif %}
    ),
    "database.other": (
        "The database cannot be used: {target} ({error})",
        "That is what the database says.",
        "See DATABASE_* in ENV_VARS, and the status and the logs of RDS.",
    ),
    # {% if cookiecutter.use_redis %}
    # Redis
    "redis.url": (
        "REDIS_URL cannot be read",
        "It does not begin with redis://, its port is no number, or its password holds special "
        "characters as they are.",
        "Write it into ENV_VARS as in REDIS_URL=redis://redis:6379/0, special characters of a "
        "password as in %40.",
    ),
    "redis.unresolved": (
        "The name of the Redis server leads nowhere: {host}",
        "The host in REDIS_URL is wrong, or the container redis does not run.",
        "For the redis of docker-compose.prod.yml, write REDIS_URL=redis://redis:6379/0 into "
        "ENV_VARS and start it: docker compose -f docker-compose.prod.yml up -d redis",
    ),
    "redis.timeout": (
        "The Redis server does not answer (timed out): {host}:{port}",
        "A firewall or a security group blocks this host, or the server is off.",
        "For ElastiCache, add an inbound rule to its security group: port {port}, source the "
        "security group of the EC2 host.",
    ),
    "redis.refused": (
        "The Redis server refuses connections: {host}:{port}",
        "The port is wrong, or no Redis runs there.",
        "See REDIS_URL in ENV_VARS and, on the host, "
        "docker compose -f docker-compose.prod.yml ps -a redis",
    ),
    "redis.silent": (
        "The server was reached, yet no Redis answers: {host}:{port} ({error})",
        "Redis hangs, the port is another program's, or it asks for TLS (rediss://).",
        "See how Redis is, and REDIS_URL in ENV_VARS.",
    ),
    "redis.credentials": (
        "Redis refuses the password: {host}:{port}",
        "REDIS_URL holds a wrong password, or none.",
        "Write it into ENV_VARS as in REDIS_URL=redis://:PASSWORD@{host}:{port}/0, its special "
        "characters as in %40.",
    ),
    "redis.other": (
        "Redis cannot be used: {host}:{port} ({error})",
        "That is what Redis says.",
        "See REDIS_URL in ENV_VARS and the logs of Redis.",
    ),
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    # Bucket
    "bucket.unresolved": (
        "The address of S3 leads nowhere: {endpoint}",
        "AWS_S3_REGION_NAME or AWS_S3_ENDPOINT_URL is wrong.",
        "Write the bucket's region into ENV_VARS, such as ap-northeast-2; for Amazon S3 leave "
        "AWS_S3_ENDPOINT_URL empty.",
    ),
    "bucket.timeout": (
        "S3 does not answer (timed out): {endpoint}",
        "This host has no way out to the internet.",
        "See the outbound rules of the EC2 security group and the route table of its subnet.",
    ),
    "bucket.refused": (
        "S3 refuses connections: {endpoint}",
        "AWS_S3_ENDPOINT_URL is wrong, or that storage does not run.",
        "Correct AWS_S3_ENDPOINT_URL in ENV_VARS; for Amazon S3 leave it empty.",
    ),
    "bucket.silent": (
        "The server was reached, yet no S3 answers: {endpoint} ({error})",
        "The storage hangs, or AWS_S3_ENDPOINT_URL leads to another server.",
        "Correct AWS_S3_ENDPOINT_URL in ENV_VARS; for Amazon S3 leave it empty.",
    ),
    "bucket.keyless": (
        "There are no credentials for S3",
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is empty, and no IAM role of the EC2 host can "
        "be read.",
        "Write both keys into ENV_VARS, or give the EC2 host an IAM role. For containers to read "
        "it, the hop limit of the instance metadata has to be 2.",
    ),
    "bucket.credentials": (
        "S3 refuses the credentials: {error}",
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is wrong or was deleted.",
        "Compare the access key in IAM or make a new one, and put both values into ENV_VARS.",
    ),
    "bucket.missing": (
        "There is no such bucket: {bucket}",
        "AWS_STORAGE_BUCKET_NAME is wrong, or the bucket is still to be made.",
        "Make it in the region {region}, or correct AWS_STORAGE_BUCKET_NAME in ENV_VARS.",
    ),
    "bucket.denied": (
        "The bucket may not be used: {bucket} ({error})",
        "The IAM user or role lacks the rights, or the bucket is another account's.",
        "Allow s3:ListBucket on the bucket, and s3:PutObject, s3:GetObject and s3:DeleteObject on "
        "its objects.",
    ),
    "bucket.region": (
        "The bucket is not in that region: {bucket}, {region} ({error})",
        "AWS_S3_REGION_NAME is not where the bucket was made.",
        "Write the region that S3 shows for the bucket into AWS_S3_REGION_NAME in ENV_VARS.",
    ),
    "bucket.other": (
        "The bucket cannot be used: {bucket} ({error})",
        "That is what S3 says.",
        "See AWS_* in ENV_VARS and the bucket's settings.",
    ),
    # {% endif %}
}
