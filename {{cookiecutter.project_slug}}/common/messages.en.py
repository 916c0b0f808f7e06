"""Texts that users of the API and of the commands read."""

DATABASE_UNREACHABLE = "The database does not answer; try again in a moment."

# The summaries of a ModelViewSet's actions in the API's documentation
SUMMARIES = {
    "list": "List {plural}",
    "create": "Create a {name}",
    "retrieve": "Get a {name}",
    "update": "Replace a {name}",
    "partial_update": "Change a {name}",
    "destroy": "Delete a {name}",
}

# Titles of errors; a status that is not here has the title of 400 or of 500.
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

# In the documentation of the API
PROBLEM = "A problem, as RFC 9457 describes it"
NO_CONTENT = "No content"

NOT_READY = "Not ready for requests yet: {name}."

# Sentences that libraries have in English only (regular expressions), and what is sent instead
WORDS_OF_LIBRARIES = {
    r"JSON parse error - .*: line (\d+) column (\d+) \(char \d+\)": (
        r"The JSON is malformed at line \1, column \2."
    ),
    r"(JSON|Multipart form) parse error - .*": "The body of the request is malformed.",
    r"(CSRF Failed: )?(Origin|Referer) .*": (
        "Requests from this origin are refused; check CSRF_TRUSTED_ORIGINS."
    ),
    r"(CSRF Failed: )?CSRF .*": (
        "The CSRF token is missing or incorrect; fetch a new one and send it with its cookie."
    ),
    r"Token is (invalid|expired)": "The token is invalid or expired.",
    r"No active account found for the given token\.": "The token's account cannot be used.",
}

IMAGE = {
    "too_large": "The image is larger than {size} MB.",
    "too_many_pixels": "The image has more than {size} megapixels.",
    "wrong_format": "Upload a JPEG, PNG or WebP image.",
    "broken": "The image file is damaged; try another one.",
}

SEED_NEEDS_DEBUG = (
    "Everyone knows the passwords of the example accounts, so this runs only in development, "
    "where DEBUG is True."
)

STARTAPP = {
    "not_an_app": (
        "{name} cannot name an app: use lower-case English letters, digits and _, a letter first. "
        "Type: python manage.py startapp {example}"
    ),
    "taken_app": (
        "{name} cannot name an app: this name is already in use ({where}). "
        "Choose another one, for example: python manage.py startapp team_{name}"
    ),
    "not_a_model": (
        "{model} cannot name a model: use English letters and digits, an upper-case letter first. "
        "Type: python manage.py startapp {app} --model {example}"
    ),
    "taken_model": (
        "{model} cannot name a model: this name is already in use ({where}). "
        "Choose another one, for example: python manage.py startapp {app} --model Team{model}"
    ),
    "user_model": (
        "{model} is the model of accounts/models.py: add what a user has there. "
        "For another model, type: python manage.py startapp {app} --model Profile"
    ),
    "no_marker": "{file} lacks the line that shows where apps are added. Put it back: {marker}",
    "done": (
        "Created and registered {name}: model {model}, address /api/{route}/\n"
        "Next, after every change of {name}/models.py:\n"
        "    python manage.py makemigrations\n"
        "    python manage.py migrate"
    ),
}

# In the code of a new app
STARTAPP_TEXTS = {
    "view": "Everyone reads, signed-in users write, authors change their own.",
    "view_without_owner": "Everyone reads; signed-in users add, change and delete all of them.",
    "author": "author",
    "title": "title",
    "created_at": "created at",
    "updated_at": "updated at",
}

# Of the environment, when the settings are read
ENVIRONMENT_UNFILLED = "These environment variables are empty or still CHANGE_ME: {names}."
ENVIRONMENT_MALFORMED = "These environment variables have an invalid value: {names}."
ENVIRONMENT_HINT = (
    "Fix them in .env (on the server: the GitHub secret ENV_VARS, then deploy again). "
    ".env.example explains each of them."
)

# What the system checks of the apps report, and what to do
CHECKS = {
    "common.E001": (
        "{model} is a second user model: this project's is accounts.User.",
        "Add your fields to User in accounts/models.py, and remove the other model."
        ' Keep AUTH_USER_MODEL = "accounts.User".',
    ),
    "common.W001": (
        "{route} never reaches {view}: {other} comes first.",
        "Give one of them another route, change their order, or make them one view.",
    ),
    "common.W002": (
        "More than one serializer is called {name} in the API's documentation: {classes}.",
        "Rename all but one. Until then the documentation has only one of them.",
    ),
    "common.W003": (
        "{field} can be read: responses may contain passwords, or their hashes.",
        "Make it write_only=True, or take it out of `fields`.",
    ),
    "common.W004": (
        "Anyone may write, without signing in: {endpoints}.",
        "Set permission_classes, for example to [IsAuthenticatedOrReadOnly]. If all of it is"
        ' meant so, add "common.W004" to SILENCED_SYSTEM_CHECKS.',
    ),
    "common.W005": (
        "The folder {app} looks like an app, but is not installed.",
        'Add "{app}" to LOCAL_APPS in config/settings/base.py, or remove the folder.',
    ),
    "common.W006": (
        "The app {app} has models, but no migrations/__init__.py: makemigrations skips it.",
        "Run python manage.py makemigrations {app}",
    ),
    "common.W007": (
        "django.contrib.auth.models.User is not the user of this project: {modules}.",
        "Import it from the project: from accounts.models import User."
        " In a ForeignKey, write settings.AUTH_USER_MODEL.",
    ),
    "common.W008": (
        "{serializer} fails at each request: {error}",
        "Correct `fields`, or add the field to the model.",
    ),
}

ERD = {
    "title": "# Models\n\nMade by `python manage.py erd`; run it again when models change.",
    "done": "Wrote {file}. GitHub and VS Code show it as a diagram.",
}
