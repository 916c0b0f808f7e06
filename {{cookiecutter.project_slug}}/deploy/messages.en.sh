# shellcheck shell=bash disable=SC2034 # What deploy.sh says, in English.

FAILED="The deployment has failed."
CAUSED_BY="Cause:"
STILL_LIVE="Live now:"
NEXT_STEP="Next:"
NOTHING="nothing"

WAITING="Another deployment is running; waiting for its end"
INSTALLING_DOCKER="Installing Docker"
MAKING_SWAP="Adding 2 GB of swap, since this host has little memory"
NO_SWAP="No swap could be added; a build may run out of memory"
BUILDING="Building the image of"
STARTING_OTHERS="Starting nginx and what else stands beside the application"
RELEASING="Migrating the database and copying static files"
STARTING="Starting"
SWITCHING="Switching nginx to"
DRAINING="Letting requests end on, then stopping"
DEPLOYED="Live:"
ALREADY_LIVE="Nothing to do, already live:"

DISK_FULL="The disk is nearly full."
DISK_FULL_NEXT="Free space with \`docker system prune\`, or enlarge the volume of the EC2 host."
NO_ENGINE="Docker does not answer, or this user may not use sudo without a password."
NO_ENGINE_NEXT="On the host: sudo systemctl status docker"
NO_ENV="There is no .env."
NO_ENV_NEXT="Fill in .env.prod and put it on the host as .env, or into the GitHub secret ENV_VARS."
ENV_UNREADABLE="The new .env cannot be read; neither NAME=value nor a comment is line"
ENV_UNREADABLE_NEXT="Correct that line in the GitHub secret ENV_VARS. The old .env is still in place."
NO_ROLLBACK="There is no earlier release to go back to on this host."
NO_ROLLBACK_NEXT="Deploy an earlier commit instead: git revert, then push."

# A pattern of the failed step's log, what it means, what to do.
KNOWN_CAUSES=(
  "no space left on device=>$DISK_FULL=>$DISK_FULL_NEXT"
  "CHANGE_ME=>A value in .env is empty or still CHANGE_ME; the lines above name it.=>Fill it in in the GitHub secret ENV_VARS."
  "Access denied for user|password authentication failed=>The database refuses user or password.=>Compare DATABASE_USER and DATABASE_PASSWORD in ENV_VARS with those of RDS."
  "Unknown database|database .* does not exist=>The database server has no database of that name.=>Create it, or correct DATABASE_NAME in ENV_VARS."
  "Unknown (MySQL )?server host|could not translate host name|failed to resolve host|Name or service not known=>DATABASE_HOST leads nowhere.=>Compare it in ENV_VARS with the RDS endpoint."
  "Can't connect to (MySQL )?server|[Cc]onnection timed out|timeout expired|[Cc]onnection refused=>The database server cannot be reached.=>Open its port in the security group of RDS for this host, and see whether it runs."
  "ModuleNotFoundError=>A package is missing in the image.=>Add it to requirements.in, renew the locks, and push."
  "Hash.*mismatch|No solution found|requires a different Python|Failed to build=>The packages in requirements*.txt cannot be installed.=>Renew the locks as README.md says, and push."
  "nginx did not take over|\\[emerg\\]=>nginx refuses its configuration.=>Correct deploy/nginx; the lines above name the place."
  "port is already allocated|address already in use=>Another program has port 80 or 443.=>On the host: sudo ss -ltnp, then stop that program."
  "Applying .*=>A migration has failed.=>Correct it and push. If it was half done, see \`python manage.py showmigrations\`."
  "GET /health/ready/ through nginx=>The new release did not answer through nginx as it should.=>See the lines above, and ALLOWED_HOSTS and DOMAIN_NAME in ENV_VARS."
  "not ready=>The new release starts but does not get ready.=>The last line above says what it waits for."
)
UNKNOWN_CAUSE="See the lines above."
UNKNOWN_CAUSE_NEXT="Correct the code and push again. More is in ~/.deploy on the host."

HELP="Usage: deploy/deploy.sh [command]

  deploy      build this source and bring it live (what happens without a command)
  rollback    go back to the release before; once more brings the newer one back
  status      what is live, and which containers there are
  logs NAME   the last lines of a container's log: web-blue, web-green, nginx, release …
  help        this text"
