"""The answers that the project was rendered with, by name of the option."""

import json
from pathlib import Path

OPTIONS = json.loads(Path(__file__).with_name("options.json").read_text(encoding="utf-8"))
