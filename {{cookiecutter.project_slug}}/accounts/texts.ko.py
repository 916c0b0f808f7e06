"""Texts that users read: mails, pages and errors."""

# Subject and body
RESET_MAIL = (
    "비밀번호 재설정",
    """안녕하세요.

계정의 비밀번호를 재설정해 달라는 요청을 받았습니다.
한 시간 안에 아래 링크에서 새 비밀번호를 정해 주세요.

{link}

직접 요청하지 않았다면 이 메일을 무시해 주세요. 비밀번호는 바뀌지 않습니다.
""",
)
CONFIRMATION_MAIL = (
    "이메일 주소 확인",
    """안녕하세요.

사흘 안에 아래 링크에서 이메일 주소를 확인해 주세요.

{link}

가입한 적이 없다면 이 메일을 무시해 주세요.
""",
)

WRONG_PASSWORD = "비밀번호가 올바르지 않습니다."  # noqa: S105
DEAD_LINK = "링크가 잘못되었거나 만료되었습니다. 메일을 다시 요청해 주세요."
UNKNOWN_DOMAIN = "다음 도메인의 이메일 주소만 쓸 수 있습니다: {domains}"
UNCONFIRMED = "먼저 메일로 받은 링크에서 이메일 주소를 확인해 주세요."

# Pages for projects whose front end has none
RESET_PAGE = ("새 비밀번호", "저장")
RESET_DONE = "비밀번호가 바뀌었습니다. 이제 로그인할 수 있습니다."
CONFIRMATION_PAGE = ("이메일 주소 확인", "확인")
CONFIRMATION_DONE = "이메일 주소가 확인되었습니다. 이제 로그인할 수 있습니다."
