# shellcheck shell=bash disable=SC2034 # What deploy.sh prints, in English.

FAILED="Failed at:"
CAUSED_BY="Cause:"
LIVE_NOW="Live now:"
NEXT_STEP="Next:"
NOTHING="nothing"

WAITING="Another deployment is running; waiting for its end"
CHECKING_HOST="Checking the host"
INSTALLING_DOCKER="Installing Docker"
MAKING_SWAP="Adding 2 GB of swap, since this host has little memory"
NO_SWAP="No swap could be added; a build may run out of memory"
BUILDING="Building the image of"
PREFLIGHT="Checking environment and database from within the new image"
CHECKING_MIGRATIONS="Checking that the earlier release can use the database as it is now"
REHEARSING="Checking behind a separate nginx:"
STARTING_OTHERS="Starting nginx and the other containers"
PREPARING="Migrating the database, copying static files, writing nginx's configuration"
STARTING="Starting"
SWITCHING="Switching nginx to"
DRAINING="Waiting for the last requests, then stopping"
DEPLOYED="Live:"
ALREADY_LIVE="Nothing to do, already live:"

DISK_FULL="The disk is nearly full."
DISK_FULL_NEXT="Free space with \`docker builder prune\`, or enlarge the volume of the EC2 host."
NO_ENGINE="Docker does not answer, or this user may not use sudo without a password."
NO_ENGINE_NEXT="On the host: sudo systemctl status docker"
NO_DOCKER="The command docker, docker compose or docker buildx is missing."
NO_DOCKER_NEXT="Run bash deploy/deploy.sh deploy, which installs them."
NO_LIVE_RESTORE="Note: after a crash of the Docker engine, containers may stay down. Add \"live-restore\": true to /etc/docker/daemon.json and run sudo systemctl reload docker."
NOT_YOURS="This folder or .deploy has files of another user (root, if it was run with sudo)."
NOT_YOURS_NEXT="Run it without sudo, and first change the folder's owner on the host. sudo chown -R"
OTHER_SOURCE="The source on this host was copied by another push."
OTHER_SOURCE_NEXT="When that deployment has ended, run the workflow of the newest commit again."
SCHEMA_CHANGED="Note: the migrations of this deployment are applied already. Keep their files, correct the code and push again."
NO_ENV="There is no .env."
NO_ENV_NEXT="Fill in .env.prod and put it on the host as .env, or into the GitHub secret ENV_VARS."
ENV_UNREADABLE="The new .env cannot be read; neither NAME=value nor a comment is line"
ENV_UNREADABLE_NEXT="Correct that line in the GitHub secret ENV_VARS. The host keeps its old .env."
ENV_REPEATED="The new .env has a name more than once."
ENV_REPEATED_NEXT="Leave one line for each name in the GitHub secret ENV_VARS:"
BAD_REPLICAS="WEB_REPLICAS must be a number from 1 to 99, not"
BAD_REPLICAS_NEXT="Correct it in the GitHub secret ENV_VARS, without blanks: WEB_REPLICAS=2"
NO_ROLLBACK="There is no earlier release to go back to on this host."
NO_ROLLBACK_NEXT="Deploy an earlier commit instead: git revert, then push."

# A pattern of the failed step's log, what it means, what to do.
KNOWN_CAUSES=(
  "[Nn]o space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "^\\[crash\\]=>preflight itself crashed. Your app and your settings are not the cause.=>Deploy again. If it keeps happening, report the lines above as an issue of the template."
  "CHANGE_ME|is missing a value=>A value in .env is empty or still CHANGE_ME; the lines above name it.=>Fill it in in the GitHub secret ENV_VARS."
  "No module named 'config.settings=>DJANGO_SETTINGS_MODULE has a wrong value.=>Write DJANGO_SETTINGS_MODULE=config.settings.prod into ENV_VARS, without blanks."
  "GitHub secret ENV_VARS.*\\.env\\.example=>A value in .env has a wrong format; the lines above name it.=>Correct it in the GitHub secret ENV_VARS; .env.example shows the format."
  "yaml: |services\.|additional properties|validating .*yml=>docker-compose.prod.yml has a mistake; the lines above name the place.=>Correct it and push. \`docker compose -f docker-compose.prod.yml config\` shows the same on your computer."
  "ModuleNotFoundError=>A package is missing in the image.=>Add it to requirements.in, renew the locks, and push."
  "SyntaxError|IndentationError|TabError=>The Python code has a syntax error; the lines above name the place.=>Correct it and push."
  "^\\[wrong\\]=>Something that this release needs is not as it should be.=>Do what the lines above say, and push, or run the workflow again."
  "Access denied for user|password authentication failed=>The database refuses user or password.=>Compare DATABASE_USER and DATABASE_PASSWORD in ENV_VARS with those of RDS."
  "Unknown database|database .* does not exist=>The database server has no database of that name.=>Create it, or correct DATABASE_NAME in ENV_VARS."
  "Unknown (MySQL )?server host|could not translate host name|failed to resolve host|Name or service not known=>DATABASE_HOST cannot be resolved.=>Compare it in ENV_VARS with the RDS endpoint."
  "^running (starting|unhealthy), .*(ConnectionRefusedError|TimeoutError|exceeded timeout)=>The new release does not answer on its port.=>Correct what the lines above show, and push. If they show nothing wrong, the host was too busy: deploy again, or take a larger one."
  "Can't connect to (MySQL )?server|[Cc]onnection timed out|timeout expired|[Cc]onnection refused=>The database server cannot be reached.=>Open its port in the security group of RDS for this host, and see whether it runs."
  "Hash.*mismatch|No solution found|requires a different Python|Failed to build=>The packages in requirements*.txt cannot be installed.=>Renew the locks as README.md says, and push."
  "^E: =>Docker could not be installed; the lines above are apt's.=>Try again in some minutes, since a new host may be updating itself. Otherwise, on the host: sudo apt-get install docker.io"
  "Cannot connect to the Docker daemon|error during connect|unexpected EOF=>Docker was stopped or restarted meanwhile.=>Run the workflow again: it goes on from here."
  "exit code:? 137|[Cc]annot allocate memory=>The host has run out of memory.=>See \`free -m\` on the host; take a larger one, or fewer WEB_REPLICAS."
  "nginx refused the configuration|\\[emerg\\]=>nginx refuses its configuration.=>Correct deploy/nginx; the lines above name the place."
  "port is already allocated|address already in use=>Another program has port 80 or 443.=>On the host: sudo ss -ltnp, then stop that program."
  "Workbench, DBeaver=>The migration was not applied: another session kept its lock on a table.=>End the session that the lines above name, then deploy again."
  "Applying .*=>A migration has failed.=>Correct that migration and push again; what it had done is undone, unless the lines above say otherwise."
  "GET .* through nginx: (000|504)=>The new release did not answer the request above in time through nginx.=>Find what that page waits for, correct it and push."
  "GET .* through nginx: 400=>The new release refuses requests for this host.=>Check ALLOWED_HOSTS and DOMAIN_NAME in ENV_VARS."
  "GET .* through nginx: 3.* https:=>The new release redirects to HTTPS, although there is no DOMAIN_NAME.=>Write DOMAIN_NAME into ENV_VARS, or check SECURE_SSL_REDIRECT in the settings."
  "GET .* through nginx=>The new release answers the request above with an error through nginx.=>Correct what the log above shows, and push; open that page on your computer."
  "(exited|restarting|dead) [a-z]*, exit code|restarted [1-9]=>The new release does not start.=>Correct what the lines above show, and push."
  "reason..?: =>The new release starts but does not get ready.=>The last line above says what it waits for."
  "failed to solve|did not complete successfully=>The image cannot be built: an instruction in the Dockerfile fails.=>Correct what the lines above show; \`docker compose build\` shows the same on your computer."
)
UNKNOWN_CAUSE="See the lines above."
UNKNOWN_CAUSE_NEXT="Correct the code and push again. The whole log is .deploy/deploy.log on the host."

HELP="Usage: bash deploy/deploy.sh [command]

  deploy      build this source and bring it live (what happens without a command)
  preflight   build it and check environment, database and what else it needs; nothing goes live
  rollback    go back to the release before; run again, it brings the newer one back
  status      what is live, and which containers there are
  logs NAME   the last lines of a container's log: web-blue, web-green, nginx, certbot …
  help        this text

deploy and preflight take a new .env from stdin with --env-from-stdin.
It becomes .env once the release is live. A rollback undoes no migration and changes no .env."

# Of the workflow

NO_SECRET="This repository has no secret"
NO_SECRET_NEXT="Run bash deploy/connect.sh, or add it: Settings, Secrets and variables, Actions."
BAD_HOST="The address (secret HOST) has the wrong form."
BAD_HOST_NEXT="Write the IP address or the domain only, without http:// and port: 203.0.113.10"
BAD_KEY="The secret KEY is no private key, or one with a passphrase."
BAD_KEY_NEXT="Paste the whole .pem file, its lines -----BEGIN … and -----END … included."
COPY_CAUSES=(
  "No space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "sudo wants a password=>~/srv/app belongs to another user, and this one may not use sudo.=>On the host, as an administrator: chown -R the folder srv to this user."
  "not found|[Uu]nable to locate package=>A command is missing on the host.=>Use a host with Ubuntu or Debian."
)

# Reaching the host

NO_SUCH_KEY="There is no such key file:"
NO_SUCH_KEY_NEXT="Give the path of the .pem file from EC2, quoted if it has spaces or backslashes."
FETCHING_HOST_KEYS="Fetching the host keys of"
ASK_TO_CONFIRM="    Compare them with the fingerprints in the system log of the instance:
    EC2 console > the instance > Actions > Monitor and troubleshoot > Get system log,
    between BEGIN and END SSH HOST KEY FINGERPRINTS, a few minutes after the first start.
Is one of them the same? (yes / no / the fingerprint from there)"
NOT_CONFIRMED="None of the host's keys is confirmed. Nothing was changed."
NOT_CONFIRMED_NEXT="Compare HOST and fingerprint with the EC2 console. If they differ, do not connect. Without a terminal to answer in, add --fingerprint SHA256:… before HOST."
LOGGING_IN="Logging in as"
WRONG_USER="The host rejects this user with this key, but accepts the user"
WRONG_KEY="The host rejects this key for all of these users:"
WRONG_KEY_NEXT="Compare it with the instance's key pair in the EC2 console, or add --user NAME before HOST."
CANNOT_INSTALL="This user can neither run Docker on the host nor install it."
CANNOT_INSTALL_NEXT="Use a host with Ubuntu or Debian, and a user with sudo without a password."
PORT_BLOCKED="Add an inbound rule with source 0.0.0.0/0 to the security group. No response on port"
SETTING_SECRETS="Setting the GitHub secrets. What is printed below as [NAME] and value must be added by hand,
    of a file the whole content, including the first and last line: GitHub > the repository >
    Settings > Secrets and variables > Actions > New repository secret"
NO_ENV_FILE="There is no .env.prod, so ENV_VARS is not set."
ENV_UNFILLED="ENV_VARS is not set, because .env.prod still has CHANGE_ME in:"
ENV_NEXT="Fill in .env.prod (a copy of .env.example) and run this command again."
HOST_NOT_ALLOWED="Every request fails: in .env.prod DOMAIN_NAME is empty and ALLOWED_HOSTS lacks"
CONNECTED="Connected. The next push to the default branch is deployed to this host."

# What the errors of ssh and ssh-keygen mean, here and in the workflow, where the files are secrets.
SSH_CAUSES=(
  "^ssh-[a-z]|^ecdsa-|PUBLIC KEY|^PuTTY|Load key .*(invalid format|error in libcrypto)=>The key (secret KEY) is not a complete private key for ssh: it is a public key (.pub), a PuTTY key (.ppk), or a part of a key.=>Run \`bash deploy/connect.sh HOST KEY_FILE\` with the .pem file from EC2, or paste the whole file into the secret. PuTTYgen converts a .ppk file: Load, then Conversions > Export OpenSSH key."
  "UNPROTECTED PRIVATE KEY FILE=>Other users can read the key file, and ssh rejects such a key.=>Run \`chmod 400\` on the key file. In WSL, copy it to ~/.ssh first."
  "passphrase=>The key has a passphrase, which nobody can type in a workflow.=>Remove it with \`ssh-keygen -p -f KEY_FILE\`, then run \`bash deploy/connect.sh HOST KEY_FILE\`."
  "HOST IDENTIFICATION HAS CHANGED|host key is known|Host key verification failed=>The host's key is not a confirmed one (secret KNOWN_HOSTS): the instance was re-created, its address has changed, or another machine responds at this address.=>Run \`bash deploy/connect.sh HOST KEY_FILE\` with the current address, and compare the fingerprint with the EC2 console."
  "Permission denied \\([a-z]=>The host rejects this user with this key (secret KEY).=>Run \`bash deploy/connect.sh HOST KEY_FILE\`: it reports whether the user (secret REMOTE_USER) or the key is wrong."
  "Could not resolve hostname|No route to host|[Nn]etwork is unreachable|Host is down=>This address (secret HOST) cannot be resolved, or there is no route to it.=>Compare it with the public IPv4 address in the EC2 console, and check that this computer is online."
  "during banner exchange=>Port 22 is open, but the host does not respond: it may have run out of memory.=>Reboot the instance in the EC2 console."
  "timed out=>Port 22 does not respond: the security group blocks it, the address (secret HOST) is wrong, or the instance is stopped.=>In the EC2 console, check that the instance is running and has this public IPv4 address, and that its security group has an inbound rule SSH (22), for GitHub with source 0.0.0.0/0."
  "Connection refused|(kex|ssh)_exchange_identification|Connection (closed|reset) by=>The host refuses the connection: it is still starting, it is overloaded, it blocks this address for a while after failed logins, or the address (secret HOST) belongs to another machine.=>Wait a minute and try again; then compare the address with the EC2 console, and reboot the instance."
  "Broken pipe|closed by remote host|not responding=>The connection was lost.=>Try again. If it happens again, check in the EC2 console whether the host has enough memory."
)
UNKNOWN_SSH_NEXT="On your computer, \`ssh -v -i KEY_FILE USER@HOST\` prints more details."

CONNECT_HELP="Usage: bash deploy/connect.sh [--user NAME] [--fingerprint SHA256:…] HOST KEY_FILE

Run this once, on your computer: it checks the way to the host and sets the GitHub secrets.

  HOST           the host's public IPv4 address or domain: 203.0.113.10
  KEY_FILE       the private key: the .pem file from EC2
  --user         the user on the host, if it is not ubuntu
  --fingerprint  the host's fingerprint, compared instead of asking for it"

LOCAL_TEMPLATE="The template's address in .cruft.json is one that GitHub cannot reach."
LOCAL_TEMPLATE_NEXT="Write its https:// address there, and commit."
UPDATE_IS_THERE="The branch has this update already."
UPDATE_IS_EDITED="The branch ceos-template/update has commits of yours: merge or delete it, and the next run renews it."
UPDATE_REFUSED="GitHub refused the push. The default token may not change .github/workflows."
UPDATE_REFUSED_NEXT="Run the update on your computer and push it, or add a token as the secret TEMPLATE_TOKEN. See docs/update.md."
PULL_REQUEST_REFUSED="GitHub refused the pull request. The default token may open none unless the repository allows it."
PULL_REQUEST_REFUSED_NEXT="Allow it in Settings, Actions, General: Allow GitHub Actions to create and approve pull requests. Delete the branch ceos-template/update, and run this again."
CONFLICT_MARKS="Files with the marks of a conflict, listed above."
CONFLICT_MARKS_NEXT="Keep what is right of the two sides, delete the lines with <<<<<<<, ======= and >>>>>>>, and commit."
