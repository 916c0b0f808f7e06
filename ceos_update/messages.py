"""What an update prints, in the language of the project."""

from __future__ import annotations

MESSAGES = {
    "ko": {
        # Refusals
        "no_git": "git을 찾을 수 없습니다. git을 설치한 뒤 다시 실행해 주세요.",
        "old_git": "git {version}은 너무 오래되었습니다. git {wanted} 이상을 설치해 주세요.",
        "no_repository": (
            "{folder} 은(는) git 저장소가 아닙니다. 프로젝트 폴더로 이동해서 다시 실행하거나, "
            '먼저 commit해 주세요: git init && git add -A && git commit -m "First commit"'
        ),
        "no_commit": '아직 commit이 없습니다. 먼저 git add -A && git commit -m "First commit" 을 '
        "실행해 주세요.",
        "no_project": (
            "{folder} 에는 템플릿으로 만든 프로젝트(.cruft.json이나 manage.py)가 없습니다. 프로젝트 "
            "폴더로 이동해서 다시 실행해 주세요."
        ),
        "several": (
            "이 저장소에는 템플릿으로 만든 프로젝트가 여러 개 있습니다: {folders}. "
            "업데이트할 프로젝트의 폴더로 이동해서 다시 실행해 주세요."
        ),
        "damaged": (
            "{file} 을(를) 읽을 수 없습니다: {fault}\n"
            "마지막으로 commit한 내용으로 되돌리려면: git checkout HEAD -- {file}\n"
            "그 전의 내용은 git log -p -- {file} 에서 찾을 수 있습니다."
        ),
        "no_origin": (
            ".cruft.json에 템플릿의 commit이 없어서 어느 버전으로 만든 프로젝트인지 알 수 없습니다. "
            "만든 버전과 답한 값을 알려 주세요. 예:\n"
            '    ceos-template update --from VERSION --set project_name="CEOS API" '
            "database=postgresql\n"
            "알려진 버전: {known}"
        ),
        "no_version_known": (
            ".cruft.json에 템플릿의 commit이 없습니다(압축 파일로 받은 템플릿에는 없습니다). 프로젝트를 "
            "만든 버전을 알려 주세요: ceos-template update --from VERSION\n알려진 버전: {known}"
        ),
        "no_address": (
            "템플릿의 주소를 알 수 없습니다. 주소를 알려 주세요: "
            "--template https://github.com/ORG/ceos-template"
        ),
        "no_commit_there": (
            "템플릿({address})에 commit {commit} 이(가) 없습니다. 프로젝트를 만든 버전을 "
            "--from VERSION 으로, 템플릿의 주소가 바뀌었다면 --template ADDRESS 로 알려 주세요. "
            "알려진 버전: {known}"
        ),
        "unreachable": (
            "템플릿 {address} 을(를) 가져올 수 없습니다. 인터넷 연결과 .cruft.json의 주소를 "
            "확인해 주세요. 주소가 바뀌었다면 --template ADDRESS 로 알려 주세요.\ngit: {error}"
        ),
        "no_version": "템플릿에 {version} 버전이 없습니다. 있는 버전: {known}",
        "not_rendered": "{version} 버전으로 프로젝트를 만들 수 없습니다.\n{reason}",
        "no_pair": '--set 은 이름=값 형식입니다. 예: --set use_redis=true ("{text}" 이(가) 주어짐)',
        "no_option": "{name} 옵션은 없습니다. 있는 옵션: {known}",
        "no_choice": (
            '{name} 의 값 "{value}" 은(는) 쓸 수 없습니다. 쓸 수 있는 값: {allowed}. '
            "값을 바꾸려면: --set {name}=…"
        ),
        "not_committed": (
            "commit하지 않은 변경이 있습니다: {files}\n"
            "먼저 commit하거나 git stash 로 치워 두고 다시 실행해 주세요."
        ),
        "edited_origin": (
            "\n옵션은 .cruft.json을 고쳐서 바꿀 수 없습니다. git checkout -- .cruft.json 으로 되돌리고 "
            "--set 이름=값 을 쓰세요."
        ),
        "in_progress": (
            "끝나지 않은 merge나 rebase가 있습니다(git status). 충돌을 해결하고 git add 와 "
            "git commit 으로 끝내거나, git merge --abort (rebase라면 git rebase --abort) 로 취소해 주세요."
        ),
        "interrupted": (
            "지난 업데이트가 파일을 바꾸는 도중에 중단되었습니다. 그때는 commit하지 않은 변경이 "
            "없었습니다. 되돌린 뒤 다시 실행하려면(.git/index.lock이 남아 있으면 먼저 지우세요):\n"
            "    git reset --hard && git switch {branch}"
        ),
        "detached": (
            "브랜치가 아니라 commit을 checkout한 상태(detached HEAD)입니다. 브랜치로 이동해서 다시 "
            "실행해 주세요: git switch main"
        ),
        "waits": (
            "{branch} 브랜치에 아직 합치지 않은 업데이트가 있습니다. 먼저 합치거나 "
            "(git merge {branch}), 버리려면 지우고 다시 실행해 주세요: git branch -D {branch}"
        ),
        "on_update": (
            "지금 {branch} 브랜치에 있습니다. 업데이트를 합칠 브랜치로 이동해서 다시 실행해 주세요: "
            "git switch main"
        ),
        "in_the_way": (
            "git이 관리하지 않는 파일이 업데이트가 추가할 파일과 겹칩니다: {files}\n"
            "옮기거나 commit한 뒤 다시 실행해 주세요."
        ),
        "stopped": "중단했습니다. 바뀐 것은 없습니다.",
        "stopped_late": (
            "파일이나 브랜치를 바꾸는 도중에 중단했습니다. 어떻게 이어 갈지 보려면 다시 실행해 주세요."
        ),
        # Titles of commits
        "rendered": "템플릿 {version} 으로 만든 프로젝트",
        "title": "템플릿 업데이트: {old} → {new}",
        "title_options": "템플릿 옵션 변경",
        # The report
        "up_to_date": "이미 최신입니다: {version}",
        "no_change": "템플릿 {version} 에서 이 프로젝트에 바뀌는 것은 없습니다.",
        "news": "템플릿의 변경 사항",
        "conflicts": "직접 합쳐야 하는 파일",
        "both_changed": "템플릿과 팀이 같은 줄을 바꾸었습니다.",
        "both_added": "템플릿과 팀이 같은 이름의 파일을 추가했습니다.",
        "removed": "템플릿에서는 없어졌고 팀은 바꾼 파일입니다. 남길지 지울지 정하세요.",
        "both_moved": "템플릿과 팀이 파일을 서로 다르게 옮기거나 바꾸었습니다.",
        "deleted": "팀이 지운 파일이라 그대로 두었습니다(템플릿에서는 바뀌었습니다)",
        "dropped": "템플릿에서 없어진 옵션(값은 버렸습니다)",
        "new_answers": "달라진 값(바꾸려면 --set)",
        "steps": "직접 할 일",
        "install": (
            "패키지를 다시 설치합니다: `python -m pip install -r requirements-dev.txt`, Docker를 "
            "쓴다면 `docker compose build`"
        ),
        "migrate": "마이그레이션을 적용합니다: `python manage.py migrate`",
        "two_leaves": (
            "팀과 템플릿이 같은 앱에 마이그레이션을 추가했습니다. 둘을 잇습니다: "
            "`python manage.py makemigrations --merge {apps}`"
        ),
        "rewritten": (
            "이미 적용했을 수 있는 마이그레이션이 바뀌었습니다: {files}. 개발용 데이터베이스는 새로 "
            "만들면 됩니다(`db.sqlite3` 삭제, 또는 `docker compose down -v`). 지울 수 없는 데이터가 "
            "있다면 `python manage.py makemigrations` 대신 차이를 직접 마이그레이션으로 적으세요."
        ),
        "variables": (
            "새 환경 변수: {names}. `.env.example`의 설명을 보고, 기본값과 다른 값이 필요하면 "
            "`.env.prod`와 배포용 secret에 추가하세요."
        ),
        "other_defaults": (
            "기본값이 바뀐 환경 변수: {names}. `.env`와 `.env.prod`, 배포용 secret의 값은 그대로입니다. "
            "새 기본값이 맞다면 바꾸세요."
        ),
        "unused_variables": "더 이상 쓰지 않는 환경 변수: {names}. 지워도 됩니다.",
        "added": ".env에 추가했습니다: {names}",
        "dry_run": "아무것도 바꾸지 않았습니다(--dry-run).",
        "merged": (
            "업데이트를 {branch} 브랜치에 합쳤습니다. 테스트한 뒤 올리고 pull request를 여세요:\n"
            "    git push -u origin {branch}"
        ),
        "unmerged": (
            "{branch} 브랜치로 이동했습니다. 위 파일의 충돌을 해결한 뒤 끝내세요:\n"
            "    git add -A && git commit --no-edit\n"
            "처음으로 되돌리려면: git merge --abort && git switch -"
        ),
        "committed": (
            "위 파일을 충돌 표시(<<<<<<<)가 남은 채로 {branch} 브랜치에 commit했습니다. 표시를 "
            "모두 없앤 뒤 commit하고, 테스트한 뒤 올리세요:\n"
            "    git push -u origin {branch}\n"
            "처음으로 되돌리려면: git switch - && git branch -D {branch}"
        ),
    },
    "en": {
        "no_git": "git was not found. Install it, and run this again.",
        "old_git": "git {version} is too old: install git {wanted} or later.",
        "no_repository": (
            "{folder} is not in a git repository. Run this in your project's folder, or commit it "
            'first: git init && git add -A && git commit -m "First commit"'
        ),
        "no_commit": 'There is no commit yet. Run first: git add -A && git commit -m "First commit"',
        "no_project": (
            "{folder} has no project made from the template (.cruft.json, manage.py). Run this in "
            "your project's folder."
        ),
        "several": (
            "This repository has several projects made from the template: {folders}. Run this in "
            "the folder of the one to update."
        ),
        "damaged": (
            "{file} cannot be read: {fault}\n"
            "To restore it as it was last committed: git checkout HEAD -- {file}\n"
            "Its earlier contents: git log -p -- {file}"
        ),
        "no_origin": (
            ".cruft.json names no commit of the template, so the version that the project was made "
            "from is unknown. Give it, and the answers that you gave then. For example:\n"
            '    ceos-template update --from VERSION --set project_name="CEOS API" '
            "database=postgresql\n"
            "Known versions: {known}"
        ),
        "no_version_known": (
            ".cruft.json names no commit of the template, as an archive of it has none. Give the "
            "version that the project was made from: ceos-template update --from VERSION\n"
            "Known versions: {known}"
        ),
        "no_address": (
            "The template's address is unknown. Give it: "
            "--template https://github.com/ORG/ceos-template"
        ),
        "no_commit_there": (
            "The template ({address}) has no commit {commit}. Give the version that the project was "
            "made from with --from VERSION or, if the template has moved, its address with "
            "--template ADDRESS. Known versions: {known}"
        ),
        "unreachable": (
            "The template {address} cannot be fetched. Check the connection, and the address in "
            ".cruft.json; if the template has moved, use --template ADDRESS.\ngit: {error}"
        ),
        "no_version": "The template has no version {version}. It has: {known}",
        "not_rendered": "Version {version} cannot render the project.\n{reason}",
        "no_pair": '--set takes NAME=VALUE, such as --set use_redis=true, not "{text}"',
        "no_option": "There is no option {name}. There is: {known}",
        "no_choice": (
            '{name} cannot be "{value}". Allowed: {allowed}. To change it: --set {name}=…'
        ),
        "not_committed": (
            "There are changes that are not committed: {files}\n"
            "Commit them or put them away with git stash, and run this again."
        ),
        "edited_origin": (
            "\nEditing .cruft.json changes no options. Undo it with git checkout -- .cruft.json, "
            "and use --set NAME=VALUE."
        ),
        "in_progress": (
            "A merge or rebase is not finished (git status). Resolve the conflicts, and finish it "
            "with git add and git commit, or give it up with git merge --abort (or git rebase --abort)."
        ),
        "interrupted": (
            "The last update was interrupted while it changed files. Everything was committed "
            "then. To restore it, and run this again (delete .git/index.lock first if it is there):\n"
            "    git reset --hard && git switch {branch}"
        ),
        "detached": (
            "A commit is checked out, not a branch (detached HEAD). Switch to a branch, and run "
            "this again: git switch main"
        ),
        "waits": (
            "The branch {branch} has an update that is not merged. Merge it "
            "(git merge {branch}) or, to drop it, delete it, and run this again: "
            "git branch -D {branch}"
        ),
        "on_update": (
            "You are on {branch}. Switch to the branch that the update is for, and run this again: "
            "git switch main"
        ),
        "in_the_way": (
            "Files that git does not track are where the update adds its own: {files}\n"
            "Move or commit them, and run this again."
        ),
        "stopped": "Stopped. Nothing has changed.",
        "stopped_late": (
            "Stopped while files or branches were changing. Run this again to see how to go on."
        ),
        "rendered": "Render the project with template {version}",
        "title": "Update from the template: {old} → {new}",
        "title_options": "Change the template's options",
        "up_to_date": "Up to date: {version}",
        "no_change": "Template {version} changes nothing in this project.",
        "news": "What is new in the template",
        "conflicts": "Files to merge by hand",
        "both_changed": "the template and you have changed the same lines.",
        "both_added": "the template and you have added a file of this name.",
        "removed": "the template has removed it, and you have changed it: keep or delete it.",
        "both_moved": "the template and you have moved or changed it in different ways.",
        "deleted": "Deleted by you, and left so (the template has changed them)",
        "dropped": "Options that the template no longer has (their values are dropped)",
        "new_answers": "Answers that are new (change them with --set)",
        "steps": "Steps by hand",
        "install": (
            "Install the packages again: `python -m pip install -r requirements-dev.txt` or, with "
            "Docker, `docker compose build`"
        ),
        "migrate": "Apply the migrations: `python manage.py migrate`",
        "two_leaves": (
            "You and the template have added migrations to the same app. Join them: "
            "`python manage.py makemigrations --merge {apps}`"
        ),
        "rewritten": (
            "Migrations that your databases may have applied have changed: {files}. Create a "
            "development database again (delete `db.sqlite3`, or `docker compose down -v`). For "
            "data that has to stay, write the difference as a migration of your own."
        ),
        "variables": (
            "New environment variables: {names}. `.env.example` describes them; where the default "
            "does not fit, add them to `.env.prod` and to the secret for deploying."
        ),
        "other_defaults": (
            "Environment variables with another default: {names}. Yours stay as they are, in "
            "`.env`, `.env.prod` and the secret: change them where the new default is right."
        ),
        "unused_variables": "Environment variables that are no longer used: {names}. Delete them.",
        "added": "Added to .env: {names}",
        "dry_run": "Nothing has changed (--dry-run).",
        "merged": (
            "The update is merged on the branch {branch}. Test it, push it, and open a pull "
            "request:\n    git push -u origin {branch}"
        ),
        "unmerged": (
            "You are on the branch {branch}. Resolve the conflicts in the files above, then:\n"
            "    git add -A && git commit --no-edit\n"
            "To go back instead: git merge --abort && git switch -"
        ),
        "committed": (
            "The files above are committed on the branch {branch} with the marks of their conflicts "
            "(<<<<<<<). Resolve and commit them, test the update, and push it:\n"
            "    git push -u origin {branch}\n"
            "To go back instead: git switch - && git branch -D {branch}"
        ),
    },
}


def messages_in(docs_language: object) -> dict[str, str]:
    """Return the messages in the language of a project; in both where it is not known."""
    if docs_language in MESSAGES:
        return MESSAGES[str(docs_language)]
    korean, english = MESSAGES.values()
    return {name: f"{text}\n{english[name]}" for name, text in korean.items()}
