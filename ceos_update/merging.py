"""Merge what has changed in the template: commits that hold only renderings, and a merge of them.

All of it is made in git's own storage. The working tree and the branch that is checked out change
in the last step only, and only if there was nothing that is not committed.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .git import GitError, Refusal
from .project import OF_EACH_COMPUTER, ORIGIN, Project
from .template import Rendering

# Nothing but renderings, each the child of the one before
RENDERED = "ceos-template/rendered"
# The update, as it is going to be merged
UPDATE = "ceos-template/update"
# A file in .git while the working tree changes
MARK = "ceos-template-update"
# A folder that the template moves takes a team's own files in it along.
MERGING = ("-c", "merge.directoryRenames=true", "-c", "merge.renames=true")
DELETED_BY_TEAM = frozenset("13")


@dataclass
class Merge:
    """A merge that is computed, and not made: nothing points to its commits yet."""

    # HEAD; the old rendering is an ancestor of it, or of the commit that takes its place
    base: str
    rendered: str
    tree: str
    # The stages that git has of each file that it could not merge: 1 old rendering, 2 team, 3 new
    conflicts: dict[str, str] = field(default_factory=dict)
    # What the team has deleted, or renamed beyond recognition, and the template has changed
    deleted: list[str] = field(default_factory=list)
    # The status letter of each file that differs between the renderings, by its path in the project
    changes: dict[str, str] = field(default_factory=dict)


def undo_interrupted(project: Project) -> bool:
    """Go back to where an update started that was interrupted; return whether there was one.

    Raise Refusal where it has left changed files.
    """
    git, mark = project.git, mark_of(project)
    if not mark.exists():
        return False
    start, tip = mark.read_text(encoding="utf-8").splitlines()
    if git("status", "--porcelain", "--untracked-files=no"):
        raise Refusal(project.say["interrupted"].format(branch=start))
    # Unless somebody has gone on from it
    if git.find("rev-parse", "--verify", "--quiet", f"refs/heads/{UPDATE}") == tip:
        git("switch", "--quiet", start)
        git("branch", "--quiet", "-D", UPDATE)
    mark.unlink()
    return True


def check_state(project: Project) -> None:
    """Raise Refusal where an update would meet work that is not committed."""
    git, say = project.git, project.say
    changed = git("status", "--porcelain", "--untracked-files=no").splitlines()
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"):
        if Path(git.folder, git("rev-parse", "--git-path", name)).exists():
            raise Refusal(say["in_progress"])
    if changed:
        names = ", ".join(line[3:] for line in changed[:5])
        more = " …" if len(changed) > 5 else ""
        own = say["edited_origin"] if any(line.endswith(ORIGIN) for line in changed) else ""
        raise Refusal(say["not_committed"].format(files=names + more) + own)
    if not git.succeeds("symbolic-ref", "--quiet", "HEAD"):
        raise Refusal(say["detached"])


def check_branch(project: Project) -> None:
    """Raise Refusal where an earlier update waits to be merged."""
    git = project.git
    if git("branch", "--show-current") == UPDATE:
        raise Refusal(project.say["on_update"].format(branch=UPDATE))
    tip = git.find("rev-parse", "--verify", "--quiet", f"refs/heads/{UPDATE}")
    if not tip or git.succeeds("merge-base", "--is-ancestor", tip, "HEAD"):
        return
    # Merged as another commit, or given up before anything was merged
    file = f"{project.prefix}{ORIGIN}"
    merged = git.find("rev-parse", f"{tip}:{file}") == git.find("rev-parse", f"HEAD:{file}")
    if not merged and not git.succeeds("diff", "--quiet", f"{tip}^1", tip):
        raise Refusal(project.say["waits"].format(branch=UPDATE))


def merge(
    project: Project, old: Rendering, new: Rendering, origin: str, titles: list[str]
) -> Merge:
    """Compute the merge of a project with what differs between two renderings.

    `origin` is the text of the new `.cruft.json`, `titles` are the subjects of the two commits of
    renderings. Git's objects are written; no branch and no file changes.
    """
    git = project.git
    crlf = files_with_crlf(project)
    trees = [
        write_tree(project, rendering.project, text, crlf)
        for rendering, text in ((old, project.origin), (new, origin))
    ]
    last = git.find("rev-parse", "--verify", "--quiet", f"refs/heads/{RENDERED}")
    if last and git("rev-parse", f"{last}^{{tree}}") == trees[0]:
        base = last
    else:
        base = commit(project, trees[0], titles[0], *([last] if last else []))
    rendered = commit(project, trees[1], titles[1], base)
    head = git("rev-parse", "HEAD")
    if not git.succeeds("merge-base", "--is-ancestor", base, head):
        head = commit(project, f"{head}^{{tree}}", titles[0], head, base)
    found = merge_trees(project, head, rendered)
    status = git("diff-tree", "-r", "-z", "--name-status", "--no-renames", *trees).split("\0")
    for letter, path in zip(status[:-1:2], status[1::2], strict=True):
        found.changes[path.removeprefix(project.prefix)] = letter
    found.changes.pop(ORIGIN, None)
    return found


def merge_trees(project: Project, head: str, rendered: str) -> Merge:
    """Return the merge of two commits; what the team has deleted stays deleted."""
    git = project.git
    code, output, errors = git.run(*MERGING, "merge-tree", "--write-tree", "-z", head, rendered)
    if code not in (0, 1):
        raise GitError(errors.strip())
    tree, *entries = output.split("\0")
    stages: dict[str, str] = {}
    for entry in entries:
        # Up to the messages, after an empty entry
        if not entry:
            break
        details, path = entry.split("\t", 1)
        stages[path] = stages.get(path, "") + details.split()[2]
    deleted = [path for path, found in stages.items() if set(found) == DELETED_BY_TEAM]
    if deleted:
        tree = without(project, tree, deleted)
    conflicts = {path: found for path, found in stages.items() if path not in deleted}
    return Merge(head, rendered, tree, conflicts, deleted)


def files_with_crlf(project: Project) -> set[str]:
    """Return the files that are committed with the line endings of Windows."""
    listed = project.git("ls-files", "-z", "--eol", "--", project.prefix or ".").split("\0")
    entries = [entry.split("\t", 1) for entry in listed if entry]
    return {path for details, path in entries if details.split()[0] == "i/crlf"}


def write_tree(project: Project, rendered: Path, origin: str, crlf: set[str]) -> str:
    """Return the tree that has a rendered project in the project's place, and nothing else.

    `origin` replaces its `.cruft.json`; files in `crlf` get the line endings that they have.
    """
    git, names = project.git, []
    for file in sorted(rendered.rglob("*")):
        name = file.relative_to(rendered).as_posix()
        if file.is_dir() or project.leaves_out(name):
            continue
        names.append(name)
        if project.prefix + name in crlf:
            file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    # The name in the folder, since a path with a line break cannot be given.
    listed = "".join(f"{rendered / name}\n" for name in names)
    ids = git("hash-object", "-w", "--no-filters", "--stdin-paths", standard_input=listed).split()
    entries = [
        f"{'100755' if os.access(rendered / name, os.X_OK) else '100644'} {object_id}\t"
        f"{project.prefix}{name}\0"
        for name, object_id in zip(names, ids, strict=True)
    ]
    if origin:
        if project.prefix + ORIGIN in crlf:
            origin = origin.replace("\r\n", "\n").replace("\n", "\r\n")
        object_id = git("hash-object", "-w", "--no-filters", "--stdin", standard_input=origin)
        entries.append(f"100644 {object_id}\t{project.prefix}{ORIGIN}\0")
    return tree_of(project, "".join(entries))


def without(project: Project, tree: str, paths: list[str]) -> str:
    """Return a tree without some of its files."""
    nothing = "0" * len(tree)
    return tree_of(project, "".join(f"0 {nothing}\t{path}\0" for path in paths), tree)


def tree_of(project: Project, entries: str, start: str | None = None) -> str:
    """Return the tree of an index with these entries, on top of another tree's."""
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder, "index"))
        if start:
            project.git("read-tree", start, GIT_INDEX_FILE=index)
        update = ("update-index", "-z", "--add", "--index-info")
        project.git(*update, standard_input=entries, GIT_INDEX_FILE=index)
        return project.git("write-tree", GIT_INDEX_FILE=index)


def commit(project: Project, tree: str, message: str, *parents: str) -> str:
    """Return a new commit of a tree. One whose author has no name is the template's."""
    variables: dict[str, str] = {}
    if not project.git.succeeds("var", "GIT_COMMITTER_IDENT"):
        for role in ("AUTHOR", "COMMITTER"):
            variables |= {
                f"GIT_{role}_NAME": "ceos-template",
                f"GIT_{role}_EMAIL": "noreply@localhost",
            }
    options = [word for parent in parents for word in ("-p", parent)]
    return project.git(
        "commit-tree", *options, "-F", "-", tree, standard_input=message, **variables
    )


def find_in_the_way(project: Project, tree: str) -> list[str]:
    """Return the files that git does not track where a tree adds its own. Also ignored ones: git
    itself overwrites those in a merge.
    """
    git, names = project.git, ("-r", "-z", "--name-only", "--no-renames", "--diff-filter=A")
    added = {name for name in git("diff-tree", *names, "HEAD", tree).split("\0") if name}
    if not added:
        return []
    folders = {str(parent) for name in added for parent in PurePosixPath(name).parents}
    tops = sorted({name.partition("/")[0] for name in added})
    listed = git("--literal-pathspecs", "ls-files", "--others", "-z", "--", *tops).split("\0")
    taken = added | folders
    return [
        name
        for name in listed
        if name in taken or not added.isdisjoint(map(str, PurePosixPath(name).parents))
    ]


def check_out(project: Project, made: Merge, title: str) -> None:
    """Check the update out on a branch of its own; leave conflicts in the working tree.

    Raise Refusal, with nothing changed, where files would be overwritten that git does not track.
    """
    git, say = project.git, project.say
    own = find_in_the_way(project, made.tree)
    if own:
        raise Refusal(say["in_the_way"].format(files=", ".join(own)))
    tip = made.base
    if not made.conflicts:
        tip = commit(project, made.tree, title, made.base, made.rendered)
    mark = mark_of(project)
    mark.write_text(f"{git('branch', '--show-current')}\n{tip}\n", encoding="utf-8")
    switch_to(project, {RENDERED: made.rendered, UPDATE: tip})
    if made.conflicts:
        options = ("--quiet", "--no-ff", "--no-verify", "-s", "ort", "-m", title)
        code, output, errors = git.run(*MERGING, "merge", *options, RENDERED)
        if code != 1:
            raise GitError(errors.strip() or output.strip())
        if made.deleted:
            git("rm", "--quiet", "--force", "--", *made.deleted)
    mark.unlink()


def switch_to(project: Project, branches: dict[str, str]) -> None:
    """Set branches, and check the last one out; put them back where git cannot do that."""
    git, last = project.git, list(branches)[-1]
    before: dict[str, str | None] = {}
    for name, new in branches.items():
        before[name] = git.find("rev-parse", "--verify", "--quiet", f"refs/heads/{name}")
        git("update-ref", f"refs/heads/{name}", new)
    _, _, errors = git.run("switch", "--quiet", "--no-overwrite-ignore", last)
    # Not the exit code: that may be of a hook which runs after everything is done.
    if git("branch", "--show-current") != last:
        for name, old in before.items():
            ref = f"refs/heads/{name}"
            git("update-ref", *((ref, old) if old else ("-d", ref)))
        raise GitError(errors.strip())


def mark_of(project: Project) -> Path:
    """Return the file that names, while the working tree changes, the branch that was checked out
    and the commit that UPDATE is set to.
    """
    return Path(project.git.folder, project.git("rev-parse", "--git-path", MARK))


def commit_conflicts(project: Project, made: Merge) -> None:
    """Commit the files as they are, each with the marks of its conflict."""
    for path in made.conflicts:
        file = project.git.folder / path
        text = file.read_bytes() if file.is_file() else b""
        # One that a side has deleted has none.
        if text and b"<<<<<<< " not in text:
            end = f"\n=======\n>>>>>>> {RENDERED}\n".encode()
            file.write_bytes(b"<<<<<<< HEAD\n" + text.removesuffix(b"\n") + end)
    project.git("add", "--update")
    project.git("commit", "--quiet", "--no-verify", "--no-edit")


def describe_origin(project: Project, address: str, commit: str, answers: dict[str, object]) -> str:
    """Return the text of a project's new `.cruft.json`, as the template's hook writes it."""
    content = {
        # A version here would keep cruft from seeing later ones.
        "checkout": None,
        "commit": commit,
        "template": address,
        "context": {"cookiecutter": dict(sorted(answers.items()))},
        "directory": None,
        "skip": project.content.get("skip") or OF_EACH_COMPUTER,
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
