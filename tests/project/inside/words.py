"""Is a text in the project's language?

Korean: it has Hangul, and no two Latin words in a row but names. English: it has no Hangul.
"""

import re

from django.http import HttpResponse

from template_tests.options import OPTIONS

KOREAN = OPTIONS["docs_language"] == "ko"
HANGUL = re.compile(r"[가-힣]")
# What a sentence repeats of the request, and what has no Korean name
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|`[^`]*`|\S+@\S+|\S*[/_]\S*")
NAMES = re.compile(r"JPEG, PNG, WebP|Django REST Framework|Single Sign-On")
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}[,.:;]? +[A-Za-z]{2,}")


def is_foreign(text: str) -> bool:
    """Return whether a text is not in the project's language."""
    if not KOREAN:
        return bool(HANGUL.search(text))
    own = NAMES.sub(" · ", QUOTED.sub(" · ", text))
    return not HANGUL.search(own) or bool(LATIN_WORDS.search(own))


def foreign_texts(response: HttpResponse, status: int) -> list[str]:
    """Return the titles and details of a problem that are in the other language."""
    assert response.status_code == status
    body = response.json()
    texts = [body["title"], body["detail"], *(e["detail"] for e in body.get("errors", []))]
    return [text for text in texts if is_foreign(text)]
