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
    "taken": "{what} is already taken by {where}. {hint}",
    "other_name": "Choose another name.",
    "other_model": "Name the model yourself, for example: --model Item",
    "not_a_model": (
        "{model} cannot name a model: letters, an upper-case one first. Example: --model Review"
    ),
    "no_marker": "{file} lacks the line that shows where apps are added. Put it back: {marker}",
    "no_migration": (
        "{name} is made and registered, but its migration is not, for the reason above. "
        "Correct that, then run python manage.py makemigrations {name}"
    ),
    "done": (
        "{name} is made and registered: model {model}, address /api/{route}/\n"
        "Next: change {name}/models.py, then python manage.py makemigrations, "
        "python manage.py migrate, pytest"
    ),
}

# In the code of a new app
STARTAPP_TEXTS = {
    "view": "Everyone reads, signed-in users write, authors change their own.",
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
