"""What a refusal prints, in the language of the project."""

from __future__ import annotations

MESSAGES = {
    "ko": {
        "header": "잘못된 값이 있어 프로젝트를 만들 수 없습니다. 아무 파일도 만들지 않았습니다.",
        "footer": (
            "다음 명령은 나머지 값을 그대로 다시 씁니다. 잘못된 값만 새로 입력하고, "
            "나머지 질문에는 Enter를 누르세요."
        ),
        "unknown": "없는 옵션입니다. {hint}",
        "options": "옵션: {names}",
        "empty": "비어 있습니다. 한 글자 이상 적어 주세요. 예: {example}",
        "blank_edges": "앞이나 뒤에 공백이 있습니다. 공백을 지워 주세요. 예: {example}",
        "control": (
            "줄바꿈이나 제어 문자({characters})가 있습니다. 한 줄로 적어 주세요. 예: {example}"
        ),
        "marks": (
            "Jinja 기호 {mark} 가 있습니다. 나중에 템플릿으로 프로젝트를 갱신할 때 "
            "코드로 실행되므로 쓸 수 없습니다. 예: {example}"
        ),
        "long": "{length}자입니다. {limit}자까지 쓸 수 있습니다. 예: {example}",
        "slug": (
            "폴더와 Compose 프로젝트의 이름입니다. 영문 소문자로 시작하고 영문 소문자, 숫자, "
            "-, _ 만 쓸 수 있으며 문자나 숫자로 끝나야 합니다. 예: my-api"
        ),
        "device": "Windows가 장치 이름으로 쓰는 말이라 폴더를 만들 수 없습니다. 예: {value}-api",
        "domain": (
            "소문자로 된 도메인만 적어 주세요. https://, 포트, 경로, 밑줄, 끝의 점은 "
            "쓸 수 없습니다. IP 주소만 있으면 비워 두세요. 예: api.example.com"
        ),
        "time_zone": (
            "없는 시간대입니다. {hint}전체 목록은 IANA 시간대 데이터베이스에 있습니다. "
            "예: Asia/Seoul"
        ),
        "did_you_mean": "{names} 인가요? ",
        "choice": "고를 수 없는 값입니다. 고를 수 있는 값: {allowed}",
        "edited": (
            "{folder} 폴더가 이미 있습니다. 새로 만들 내용과 달라서 바뀌거나 지워질 파일이 "
            "{count}개 있습니다."
        ),
        "more": "  … 외 {count}개",
        "keep": (
            "아무 파일도 바꾸지 않았습니다. 있는 파일은 모두 그대로 두고 없는 파일만 추가하려면:"
        ),
        "replace": "위 파일을 템플릿의 내용으로 바꾸려면 먼저 git에 commit하고:",
        "not_text": "문자열이 아닙니다. 따옴표로 감싸 주세요.",
        "boolean": (
            "예/아니요 값이 문자열로 전달되었습니다. cookiecutter 2.6 이하는 명령줄의 "
            "{name}={value} 를 잘못 읽습니다. 이 값을 명령줄에서 빼고 물음에 답하거나, "
            "cookiecutter 2.7 이상을 쓰세요."
        ),
    },
    "en": {
        "header": "Cannot create a project from these answers. No files were written.",
        "footer": (
            "This command repeats the other answers: enter the ones above again, "
            "and press Enter at the other prompts."
        ),
        "unknown": "is not an option. {hint}",
        "options": "The options: {names}",
        "empty": "is empty; write at least one character. Example: {example}",
        "blank_edges": "starts or ends with a space; remove it. Example: {example}",
        "control": (
            "contains a line break or control character ({characters}); write one line. "
            "Example: {example}"
        ),
        "marks": (
            "contains {mark}, a mark of Jinja: it would run as template code when the project is "
            "updated from the template. Example: {example}"
        ),
        "long": "has {length} characters; {limit} are allowed. Example: {example}",
        "slug": (
            "names the folder and the Compose project: a lower-case letter first, then lower-case "
            "letters, digits, - and _, a letter or digit last. Example: my-api"
        ),
        "device": "is a device on Windows: no folder can have that name. Example: {value}-api",
        "domain": (
            "must be a bare domain in lower case: no https://, port, path, underscore or trailing "
            "dot. Leave it empty if there is only an IP address. Example: api.example.com"
        ),
        "time_zone": (
            "is not a time zone. {hint}The names are those of the IANA time zone database. "
            "Example: Asia/Seoul"
        ),
        "did_you_mean": "Did you mean {names}? ",
        "choice": "is not one of the choices: {allowed}",
        "edited": (
            "{folder} already exists. Files in it that differ from what would be rendered, and "
            "would be replaced or deleted: {count}"
        ),
        "more": "  … and {count} more",
        "keep": "No files were changed. To keep every existing file and only add missing ones:",
        "replace": "To replace these files with the template's, commit your work, then:",
        "not_text": "is not a string; put it in quotes.",
        "boolean": (
            "is a string, not yes or no: cookiecutter up to 2.6 misreads {name}={value} on the "
            "command line. Leave it out there and answer at the prompt, or use cookiecutter 2.7 "
            "or later."
        ),
    },
}


def messages_in(docs_language: object) -> dict[str, str]:
    """Return the messages in the language of the project; Korean for an answer that is refused."""
    return MESSAGES["en" if docs_language == "en" else "ko"]
