#!/usr/bin/env python
"""Django's command-line utility: `python manage.py help` lists what it can do."""

import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        # The environment is at fault, not the code: no traceback.
        sys.exit(str(error))
