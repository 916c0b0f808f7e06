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
  "EnvError: =>A value in .env has a wrong format; the lines above name it.=>Correct it in the GitHub secret ENV_VARS; .env.example shows the format."
  "yaml: |services\.|additional properties|validating .*yml=>docker-compose.prod.yml has a mistake; the lines above name the place.=>Correct it and push. \`docker compose -f docker-compose.prod.yml config\` shows the same on your computer."
  "ModuleNotFoundError=>A package is missing in the image.=>Add it to requirements.in, renew the locks, and push."
  "SyntaxError|IndentationError|TabError=>The Python code has a syntax error; the lines above name the place.=>Correct it and push."
  "^\\[wrong\\]=>Something that this release needs is not as it should be.=>Do what the lines above say, and push, or run the workflow again."
  "Access denied for user|password authentication failed=>The database refuses user or password.=>Compare DATABASE_USER and DATABASE_PASSWORD in ENV_VARS with those of RDS."
  "Unknown database|database .* does not exist=>The database server has no database of that name.=>Create it, or correct DATABASE_NAME in ENV_VARS."
  "Unknown (MySQL )?server host|could not translate host name|failed to resolve host|Name or service not known=>DATABASE_HOST cannot be resolved.=>Compare it in ENV_VARS with the RDS endpoint."
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
  "not ready=>The new release starts but does not get ready.=>The last line above says what it waits for."
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
BAD_HOST="The secret HOST is no address."
BAD_HOST_NEXT="Write the IP address or the domain only, without http:// and port: 203.0.113.10"
BAD_KEY="The secret KEY is no private key, or one with a passphrase."
BAD_KEY_NEXT="Paste the whole .pem file, its lines -----BEGIN … and -----END … included."
COPY_CAUSES=(
  "No space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "sudo wants a password=>~/srv/app belongs to another user, and this one may not use sudo.=>On the host, as an administrator: chown -R the folder srv to this user."
  "not found|[Uu]nable to locate package=>A command is missing on the host.=>Use a host with Ubuntu or Debian."
)

# Reaching the host

CONNECT_FAILED="This host is not connected to GitHub yet."
NO_HOST="HOST is missing: the address of the host."
NO_KEY="KEY_FILE is missing: the file with the private key."
NO_VALUE="After %s a value is missing."
UNKNOWN_OPTION="There is no option %s."
TOO_MANY_ARGUMENTS="One argument too many: %s. A path with blanks or backslashes belongs in quotes."
NOT_A_USER="%s is no user name."
NOT_A_FINGERPRINT="%s is no fingerprint: one is SHA256: and 43 characters."
NO_TOOL="The command %s is missing on this computer."
NO_TOOL_NEXT="Install OpenSSH (Ubuntu: sudo apt install openssh-client; Windows: run this in Git Bash)."
SWAPPED="HOST and KEY_FILE have changed places."
NOT_A_HOST="HOST is to be the address alone, not %s: no https://, user@, port or path."
NOT_A_HOST_NEXT="bash deploy/connect.sh %s KEY_FILE"
PRIVATE_ADDRESS="%s is a private address, which GitHub cannot reach: use the public IPv4 address."
NO_SUCH_KEY="There is no file %s."
NO_SUCH_KEY_NEXT="Give the path of the .pem file from EC2; one with blanks or backslashes in quotes."
KEY_UNREADABLE="You may not read %s."
PUBLIC_HALF="%s is the public half of a key."
PUBLIC_HALF_NEXT="Give the private half: the .pem file from EC2, or the file of that name without .pub."
PUTTY_KEY="%s is a key of PuTTY, which ssh cannot read."
PUTTY_KEY_NEXT="In PuTTYgen: Load, then Conversions > Export OpenSSH key; give that file."
KEY_TOO_OPEN="Others on this computer can read %s, and ssh refuses such a key."
KEY_HAS_PASSPHRASE="%s has a passphrase, and there is nobody to type it when GitHub deploys."
NOT_A_KEY="%s is no private key, or not a whole one."
NOT_A_KEY_NEXT="It is text from -----BEGIN … to -----END …----- and one line break; get the file again."
KEY_OPEN_TO_GIT="The key file is in this repository, and .gitignore does not keep it out: move it away."

FETCHING_HOST_KEYS="Asking %s for its host keys"
KNOWN_UNDER_ANOTHER_KEY="This computer has known %s under another key: the instance was made anew, \
or another machine answers at this address. Compare carefully. To forget the old key: %s"
HOW_TO_COMPARE="    Compare with the fingerprints that the host itself has written:
    EC2 console > the instance > Actions > Monitor and troubleshoot > Get system log,
    between BEGIN and END SSH HOST KEY FINGERPRINTS (it takes a few minutes after the first start)."
ASK_TO_CONFIRM="Are they the same? (yes / no / the fingerprint from there)"
NOBODY_TO_ASK="The host's key has to be confirmed, and there is no terminal to ask in."
NOT_CONFIRMED="The host's key was not confirmed. Nothing was changed."
NOT_CONFIRMED_NEXT="Compare HOST and fingerprint with the EC2 console. If they differ, do not connect."
OTHER_FINGERPRINT="No key of this host has the fingerprint %s. Nothing was changed."
FINGERPRINT_MATCHES="The fingerprint is the given one"

LOGGING_IN="Logging in as %s"
WRONG_USER="The host does not let %s in with this key, but %s."
WRONG_KEY="The host does not accept %s for any of these users: %s. It is another instance's key."
WRONG_KEY_NEXT="The EC2 console names the right one: the instance > Details > Key pair assigned at \
launch. If that is this one, the image has another user: give it with --user."
NOT_UBUNTU="The host has no apt-get: deploy.sh cannot install Docker there."
NOT_UBUNTU_NEXT="Launch an instance with Ubuntu, or install Docker with Compose and Buildx by hand."
NO_SUDO="%s may not use sudo without a password there, and so cannot install Docker."
NO_SUDO_NEXT="On the host, as root: echo '%s ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-deploy"
LITTLE_DISK="Only %s MB of the disk are free; the first deployment takes about 5000."
LITTLE_MEMORY="The host has %s MB of memory only; take one with 1 GB at least (t3.micro, t4g.micro)."

CHECKING_PORTS="Calling the ports of the site from here"
PORT_OPEN="    %s: open"
PORT_BLOCKED="%s: no answer, the security group blocks it. Add an inbound rule to it: type %s, \
source 0.0.0.0/0"
PORT_22_FOR_GITHUB="    22: open for this computer; GitHub calls from changing addresses, so its \
source has to be 0.0.0.0/0 too"

NO_ENV_FILE="There is no .env.prod in the project, so ENV_VARS is not set."
NO_ENV_FILE_NEXT="Copy .env.example to .env.prod, fill it in, and run this command again."
ENV_UNFILLED="ENV_VARS is not set, since .env.prod still has CHANGE_ME in: %s"
ENV_UNFILLED_NEXT="Fill them in in .env.prod and run this command again."
HOST_NOT_ALLOWED="ALLOWED_HOSTS in .env.prod lacks %s and DOMAIN_NAME is empty: the site would \
answer nobody."

NO_GH="There is no command gh here; the secrets go by hand"
SETTING_WITH_GH="Setting GitHub's secrets with gh %s"
GH_FAILED="gh could not do it (%s). Is it logged in (gh auth login), and do you administer the \
repository? By hand it goes so:"
PASTE_SECRETS="GitHub > the repository > Settings > Secrets and variables > Actions > \
New repository secret: one for each [name] below"
WHOLE_FILE="The whole content of %s, first and last line included."
TO_COPY_IT="To copy it:"
CONNECTED="Connected. The next push to the default branch is deployed to this host."

# What ssh says, here and in the workflow, where the files are GitHub secrets.
SSH_CAUSES=(
  "UNPROTECTED PRIVATE KEY FILE=>Others can read the key file, and ssh refuses such a key.=>chmod 400 on the key file."
  "passphrase=>The key has a passphrase, which nobody can type in a workflow.=>Remove it with \`ssh-keygen -p -f KEY_FILE\`, then run \`bash deploy/connect.sh HOST KEY_FILE\`."
  "Load key .*(invalid format|error in libcrypto)=>The key (secret KEY) is no private key, or not a whole one.=>Set it again with \`bash deploy/connect.sh HOST KEY_FILE\`, or paste the whole file, -----BEGIN and -----END lines included."
  "REMOTE HOST IDENTIFICATION HAS CHANGED=>The host shows another key than the confirmed one (secret KNOWN_HOSTS): the instance was made anew, or another machine answers at this address.=>Run \`bash deploy/connect.sh HOST KEY_FILE\` and compare the fingerprint with the EC2 console."
  "host key is known|Host key verification failed=>No key was confirmed for this address: secrets HOST and KNOWN_HOSTS do not belong together.=>Run \`bash deploy/connect.sh HOST KEY_FILE\` with the address that the EC2 console shows now."
  "[Pp]lease login as the user=>This user may not log in.=>The message above names the right one: \`bash deploy/connect.sh --user NAME HOST KEY_FILE\`."
  "Permission denied \\([a-z]=>The host does not let this user in with this key (secret KEY).=>Run \`bash deploy/connect.sh HOST KEY_FILE\`: it finds out whether user (secret REMOTE_USER) or key is wrong."
  "Could not resolve hostname=>The host's name (secret HOST) cannot be resolved.=>Compare it with the public IPv4 address or DNS name in the EC2 console."
  "during banner exchange=>Port 22 is open, but nothing answers there: the host may have run out of memory.=>Reboot the instance in the EC2 console."
  "timed out=>Port 22 does not answer: the security group blocks it, the address (secret HOST) is wrong, or the instance is stopped.=>In the EC2 console, see that the instance runs and its public IPv4 address is this one, and that its security group has an inbound rule SSH (22), for GitHub with source 0.0.0.0/0."
  "Connection refused=>The host is there, but no ssh listens on port 22: it is still starting, or the address (secret HOST) is another machine's.=>Wait a minute and try again; then compare the address with the EC2 console."
  "No route to host|[Nn]etwork is unreachable|Host is down=>No network leads to this address (secret HOST).=>Use the public IPv4 address from the EC2 console, and see that this computer is online."
  "kex_exchange_identification|ssh_exchange_identification|Connection (closed|reset) by=>The host ended the connection before the login: it is still starting, is overloaded, or refuses this address for a while after failed logins.=>Wait a minute and try again; if it stays so, reboot the instance in the EC2 console."
  "Broken pipe|closed by remote host|not responding=>The connection broke off.=>Try again. If it happens again, see in the EC2 console whether the host has enough memory."
)
UNKNOWN_SSH_CAUSE="See what ssh says above."
UNKNOWN_SSH_NEXT="\`ssh -v -i KEY_FILE USER@HOST\` on your computer tells more."

CONNECT_HELP="Usage: bash deploy/connect.sh [options] HOST KEY_FILE

Once, on your computer: sees that the host can be reached, has you confirm its key, checks the ports
of the site, then sets GitHub's secrets HOST, KEY, KNOWN_HOSTS and ENV_VARS, with gh if it is there,
or says what to paste where. Running it again does no harm.

  HOST                  the host's public IPv4 address or domain: 3.35.0.1
  KEY_FILE              the private key, the .pem file from EC2
  --user NAME           the user there, if it is not ubuntu; it becomes the secret REMOTE_USER
  --fingerprint SHA256:…  the host's fingerprint, to be compared instead of asking
  help                  this text"
