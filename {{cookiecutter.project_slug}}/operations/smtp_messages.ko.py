"""Texts of preflight's check of the mail server: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "mail"
NONE = "참고: EMAIL_URL이 비어 있어 메일을 보내지 않습니다. 비밀번호를 재설정할 수 없습니다."

# What to do if it cannot be reached
HINTS = {
    "address": "ENV_VARS의 EMAIL_URL에 적은 호스트와 포트가 메일 서비스에서 안내한 것과 같은지 확인해 주세요. 예: submission://user:password@smtp.gmail.com:587",
    "firewall": "포트를 확인해 주세요. EC2에서는 외부로 나가는 25번 포트가 막혀 있으니 587번을 쓰세요. EC2 보안 그룹의 아웃바운드 규칙도 확인해 주세요.",
}

FAULTS = {
    "credentials": (
        "사용자나 비밀번호가 거부되었습니다: {target}",
        "EMAIL_URL의 사용자나 비밀번호가 틀렸거나, Gmail처럼 앱 비밀번호가 필요한 계정입니다.",
        "ENV_VARS의 EMAIL_URL을 고쳐 주세요. 사용자와 비밀번호의 특수 문자는 인코딩합니다(@는 %40).",
    ),
    "encryption": (
        "암호화된 연결을 맺을 수 없습니다: {target} ({error})",
        "EMAIL_URL의 스킴이 포트와 맞지 않습니다.",
        "ENV_VARS의 EMAIL_URL을 587번 포트라면 submission://으로 시작하고, 465번이라면 smtp://로 시작해 끝에 ?ssl=true를 붙이고, 암호화하지 않는 서버라면 smtp://로 시작해 주세요.",
    ),
}
