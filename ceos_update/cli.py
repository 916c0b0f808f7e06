"""`ceos-template update`: merge a version of the template, or other answers, into a project."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from . import merging, report
from .git import GitError, Refusal
from .messages import messages_in
from .project import Project, choose_answers, find_project, read_answers
from .template import STATES, Template

# 2 is argparse's.
DONE, REFUSED, NEWS = 0, 1, 3
CONFLICTS = NEWS


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0 done or nothing to do, 1 refused, 3 news (`--check`) or conflicts."""
    # Windows consoles may speak an older encoding than the one the messages are written in.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options, project = parse(arguments), None
    try:
        project = find_project(Path.cwd())
        return update(options, project)
    except BrokenPipeError:
        # As of `update | head`: everything is done by then. What is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (Refusal, GitError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        say = project.say if project else messages_in(None)
        late = project and merging.mark_of(project).exists()
        print(say["stopped_late" if late else "stopped"], file=sys.stderr)
        return REFUSED


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ceos-template")
    commands = parser.add_subparsers(required=True, metavar="update")
    command = commands.add_parser(
        "update",
        description="템플릿의 새 버전이나 다른 옵션을 프로젝트에 합칩니다. / "
        "Merge a new version of the template, or other options, into a project.",
        epilog="exit codes: 0 done, or nothing to do; 1 refused, and nothing has changed; "
        "2 unknown arguments; 3 with --check: there is news, otherwise: conflicts to resolve",
    )
    option = command.add_argument
    option("--to", metavar="VERSION", help="이 버전으로 (기본값: 최신) / default: the newest")
    option(
        *("--set", "-s"),
        dest="answers",
        metavar="NAME=VALUE",
        nargs="+",
        action="extend",
        default=[],
        help="옵션 바꾸기: --set use_redis=true database=postgresql / change options",
    )
    option("--check", action="store_true", help="새 버전이 있는지만 확인 / only look for news")
    option(
        "--dry-run", action="store_true", help="무엇이 바뀔지만 표시 / only show what would change"
    )
    option(
        *("--from",),
        dest="start",
        metavar="VERSION",
        help=".cruft.json이 없을 때: 프로젝트를 만든 버전 / without .cruft.json: "
        "the version that the project was made from",
    )
    option("--template", metavar="ADDRESS", help="템플릿 주소 / the template's address")
    option(
        "--commit-conflicts",
        action="store_true",
        help="충돌 표시를 남긴 채 commit / commit files with the marks of conflicts",
    )
    return parser.parse_args(arguments)


def update(options: argparse.Namespace, project: Project) -> int:
    """Carry out the command for a project; raise Refusal where that is not possible."""
    chosen = split_answers(options.answers, project.say)
    if not project.content:
        project.say = messages_in(chosen.get("docs_language", "ko"))
    say, only_shown = project.say, options.check or options.dry_run
    if not only_shown:
        if merging.undo_interrupted(project):
            # Its files are those of another branch now.
            return update(options, find_project(project.folder))
        merging.check_state(project)
    address = find_address(options, project)
    with tempfile.TemporaryDirectory(prefix="ceos-template-", ignore_cleanup_errors=True) as folder:
        template = Template(address, Path(folder), say)
        start = find_start(options, project, template)
        target = template.commit_of(options.to) if options.to else template.newest(start)
        if start == target and not chosen and project.content:
            print(say["up_to_date"].format(version=template.name_of(start)))
            return DONE
        plan = make_plan(project, template, (start, target), chosen)
        # An answer may change nothing but the files of each computer, as a domain does.
        old, new = plan.renderings
        answered = chosen and new.answers != old.answers
        if not plan.made.changes and not answered and project.content:
            print(say["no_change"].format(version=template.name_of(target)))
            return DONE
        if not only_shown:
            merging.check_branch(project)
            merging.check_out(project, plan.made, plan.title)
            if plan.made.conflicts and options.commit_conflicts:
                merging.commit_conflicts(project, plan.made)
        added = [] if only_shown else report.add_variables(project, *plan.renderings)
        print(report.describe(project, plan, say))
        if options.check:
            return NEWS
        if added:
            print("\n" + say["added"].format(names=", ".join(added)))
    # Not a part of the report
    sys.stdout.flush()
    end = "merged"
    if options.dry_run:
        end = "dry_run"
    elif plan.made.conflicts:
        end = "committed" if options.commit_conflicts else "unmerged"
    print("\n" + say[end].format(branch=merging.UPDATE), file=sys.stderr)
    return CONFLICTS if plan.made.conflicts else DONE


def make_plan(
    project: Project,
    template: Template,
    commits: tuple[str, str],
    chosen: dict[str, str],
) -> report.Plan:
    """Render a project from two commits of the template, and compute what an update merges.

    `chosen` are the new answers: for a project that has no record of its answers, those that it was
    made with.
    """
    say, (start, target) = project.say, commits
    options = template.options(start)
    before = project.answers if project.content else read_answers(chosen, options, say)
    old = template.render(start, before, "old")
    changed = chosen if project.content else {}
    answers, dropped = choose_answers(
        old.answers, changed, old.derived, template.options(target), say
    )
    new = template.render(target, answers, "new")
    origin = merging.describe_origin(project, template.address, target, new.answers)
    names = [template.name_of(commit) for commit in commits]
    titles = [say["rendered"].format(version=name) for name in names]
    title = say["title"].format(old=names[0], new=names[1])
    if start == target:
        title = say["title_options"]
    title += "".join(f", {name}={value}" for name, value in changed.items())
    return report.Plan(
        title,
        merging.merge(project, old, new, origin, titles),
        (old, new),
        dropped,
        report.news(*(template.show(commit, "CHANGELOG.md") for commit in commits)),
    )


def find_address(options: argparse.Namespace, project: Project) -> str:
    """Return the template's address; raise Refusal where it, or the version, is not known."""
    say = project.say
    if not project.commit and not options.start:
        known = ", ".join(state["version"] for state in STATES)
        raise Refusal(
            say["no_version_known" if project.content else "no_origin"].format(known=known)
        )
    address = options.template or project.address or own_address()
    if not address:
        raise Refusal(say["no_address"])
    return address


def split_answers(pairs: list[str], say: dict[str, str]) -> dict[str, str]:
    chosen = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Refusal(say["no_pair"].format(text=pair))
        chosen[name.strip()] = value
    return chosen


def find_start(options: argparse.Namespace, project: Project, template: Template) -> str:
    """Return the commit that a project was rendered from, or was updated to."""
    say = project.say
    if options.start:
        return template.commit_of(options.start)
    if not project.commit or not template.has(project.commit):
        known = ", ".join(template.versions)
        text = say["no_commit_there"]
        raise Refusal(text.format(commit=project.commit, address=template.address, known=known))
    return template.git("rev-parse", f"{project.commit}^{{commit}}")


def own_address() -> str | None:
    """Return the address that this program was installed from, if it was from a repository."""
    try:
        text = metadata.distribution("ceos-template").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    return json.loads(text)["url"] if text else None
