#!/usr/bin/env python
"""Django's command-line utility: `python manage.py help` lists what it can do."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        sys.exit(
            # {% if cookiecutter.docs_language == "ko" %}
            f"Couldn't import Django ({error}). 가상 환경이 켜져 있는지 확인해 주세요:"
            # {% else %}
            f"Couldn't import Django ({error}). Did you forget to activate the virtual environment?"
            # {% endif %}
            " source .venv/bin/activate (Windows: .venv\\Scripts\\activate)"
        )
    from django.core.exceptions import ImproperlyConfigured

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # It stops Django before any system check can name the way out.
        if "labels aren't unique" not in str(error):
            raise
        sys.exit(
            # {% if cookiecutter.docs_language == "ko" %}
            f"{error}. 이름이 같은 앱이 둘이니 하나를 지우거나 이름을 바꿔 주세요."
            # {% else %}
            f"{error}. Two apps have this name: remove or rename one of them."
            # {% endif %}
            " (docs/apps.md#commone001)"
        )
