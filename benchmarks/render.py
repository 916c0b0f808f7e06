"""Print how fast the template renders, as ratios: `python benchmarks/render.py [rounds]`.

All combinations in one process, in seconds each; and one whole `cookiecutter` process against
one for a template with a single file, in turns, so that both meet the same load.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cookiecutter.main import cookiecutter

TEMPLATE = Path(__file__).resolve().parent.parent
# Two workers render all combinations, each in half a minute.
MAX_SECONDS_EACH = 0.45
MAX_RATIO = 1.8


def combinations() -> list[dict]:
    options = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    values = {
        name: [True, False] if isinstance(default, bool) else default
        for name, default in options.items()
        if isinstance(default, bool | list) and not name.startswith("_")
    }
    return [
        dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())
    ]


def seconds_each(folder: Path) -> float:
    """Return the average time of a rendering in this process, over all combinations."""
    choices = combinations()
    start = time.perf_counter()
    for number, choice in enumerate(choices):
        cookiecutter(
            str(TEMPLATE),
            no_input=True,
            default_config=True,
            extra_context={**choice, "project_slug": f"project-{number}"},
            output_dir=str(folder),
        )
    return (time.perf_counter() - start) / len(choices)


def make_single_file_template(folder: Path) -> Path:
    project = folder / "single" / "{{cookiecutter.project_slug}}"
    project.mkdir(parents=True)
    (project / "README.md").write_text("# {{ cookiecutter.project_slug }}\n", encoding="utf-8")
    (folder / "single" / "cookiecutter.json").write_text('{"project_slug": "x"}', encoding="utf-8")
    return folder / "single"


def seconds_of_process(template: Path) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
        start = time.perf_counter()
        subprocess.run(  # noqa: S603
            [*command, "--default-config", "-o", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - start


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        # The hook's last words, 64 times, would bury the result.
        each = seconds_each_quietly(Path(name, "projects"))
        single = make_single_file_template(Path(name))
        times = [(seconds_of_process(TEMPLATE), seconds_of_process(single)) for _ in range(rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = ours / theirs
    print(f"in one process:  {each:.3f} s each, {each / MAX_SECONDS_EACH:.2f} of the limit")
    print(f"whole process:   {ours:.3f} s / {theirs:.3f} s = {ratio:.2f}, limit {MAX_RATIO}")
    if each > MAX_SECONDS_EACH or ratio > MAX_RATIO:
        sys.exit("too slow")


def seconds_each_quietly(folder: Path) -> float:
    script = f"import render; print(render.seconds_each(render.Path({str(folder)!r})))"
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        cwd=Path(__file__).parent,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return float(ran.stdout.splitlines()[-1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
