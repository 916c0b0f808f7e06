"""Development, with or without Docker: values come from `.env`, the environment wins."""

from pathlib import Path

from config.env import env, require

env.read_env(str(Path(__file__).resolve().parent.parent.parent / ".env"), recurse=False)
# No variable has to be set, but none may be malformed.
require()

from .base import *  # noqa: E402, F403

DEBUG = True
# Whoever clones the repository can start without a .env file.
SECRET_KEY = SECRET_KEY or "known-to-everyone-and-therefore-only-for-development"  # noqa: F405, S105
