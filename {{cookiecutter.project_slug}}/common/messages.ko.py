"""Texts that users of the API and of the commands read."""

DATABASE_UNREACHABLE = "데이터베이스가 응답하지 않습니다. 잠시 후 다시 시도해 주세요."

# The summaries of a ModelViewSet's actions in the API's documentation
SUMMARIES = {
    "list": "{plural} 목록 조회",
    "create": "{name} 생성",
    "retrieve": "{name} 조회",
    "update": "{name} 전체 수정",
    "partial_update": "{name} 일부 수정",
    "destroy": "{name} 삭제",
}

# 오류의 제목. 여기에 없는 상태 코드는 400이나 500의 제목을 씁니다.
TITLES = {
    400: "잘못된 요청",
    401: "인증 필요",
    403: "권한 없음",
    404: "찾을 수 없음",
    405: "허용되지 않는 메서드",
    406: "지원하지 않는 응답 형식",
    408: "요청 시간 초과",
    409: "충돌",
    410: "사라진 리소스",
    413: "너무 큰 요청",
    414: "너무 긴 주소",
    415: "지원하지 않는 요청 형식",
    422: "처리할 수 없는 내용",
    429: "너무 많은 요청",
    431: "너무 큰 헤더",
    500: "서버 오류",
    503: "서비스 이용 불가",
}

# API 문서에서
PROBLEM = "RFC 9457 형식의 오류"
NO_CONTENT = "본문 없음"

NOT_READY = "아직 요청을 받을 준비가 되지 않았습니다: {name}."

# 라이브러리에 영어로만 있는 문장(정규 표현식)과 그 대신 보내는 문장
WORDS_OF_LIBRARIES = {
    r"JSON parse error - .*: line (\d+) column (\d+) \(char \d+\)": (
        r"JSON 형식이 올바르지 않습니다(\1행 \2열)."
    ),
    r"(JSON|Multipart form) parse error - .*": "요청 본문의 형식이 올바르지 않습니다.",
    r"(CSRF Failed: )?(Origin|Referer) .*": (
        "이 출처의 요청은 받지 않습니다. CSRF_TRUSTED_ORIGINS를 확인해 주세요."
    ),
    r"(CSRF Failed: )?CSRF .*": (
        "CSRF 토큰이 없거나 올바르지 않습니다. 새 토큰을 받아 쿠키와 함께 보내 주세요."
    ),
    r"Token is (invalid|expired)": "유효하지 않거나 만료된 토큰입니다.",
    r"No active account found for the given token\.": "토큰의 계정을 사용할 수 없습니다.",
}

IMAGE = {
    "too_large": "{size}MB 이하의 이미지만 올릴 수 있습니다.",
    "too_many_pixels": "{size}메가픽셀 이하의 이미지만 올릴 수 있습니다.",
    "wrong_format": "JPEG, PNG, WebP 이미지만 올릴 수 있습니다.",
    "broken": "이미지 파일이 손상되었습니다. 다른 파일을 올려 주세요.",
}

SEED_NEEDS_DEBUG = (
    "예제 계정의 비밀번호는 공개되어 있으므로 운영 환경에서는 실행할 수 없습니다. "
    "개발 환경(DEBUG = True)에서 실행해 주세요."
)

STARTAPP = {
    "not_an_app": (
        "{name}은(는) 앱 이름으로 쓸 수 없습니다. "
        "영문 소문자로 시작하고 영문 소문자, 숫자, _만 쓴 이름이어야 합니다. "
        "예: python manage.py startapp {example}"
    ),
    "taken_app": (
        "{name}은(는) 앱 이름으로 쓸 수 없습니다. 이미 쓰고 있는 이름입니다({where}). "
        "다른 이름을 골라 주세요. 예: python manage.py startapp team_{name}"
    ),
    "not_a_model": (
        "{model}은(는) 모델 이름으로 쓸 수 없습니다. "
        "영문 대문자로 시작하고 영문자와 숫자만 쓴 이름이어야 합니다. "
        "예: python manage.py startapp {app} --model {example}"
    ),
    "taken_model": (
        "{model}은(는) 모델 이름으로 쓸 수 없습니다. 이미 쓰고 있는 이름입니다({where}). "
        "다른 이름을 골라 주세요. 예: python manage.py startapp {app} --model Team{model}"
    ),
    "user_model": (
        "{model} 모델은 accounts/models.py에 이미 있습니다. 사용자의 필드는 거기에 추가해 주세요. "
        "다른 모델이라면: python manage.py startapp {app} --model Profile"
    ),
    "no_marker": "{file}에서 앱을 등록할 자리를 찾지 못했습니다. 다음 줄을 되살려 주세요: {marker}",
    "done": (
        "{name} 앱을 만들고 등록했습니다: 모델 {model}, 주소 /api/{route}/\n"
        "다음({name}/models.py를 고칠 때마다):\n"
        "    python manage.py makemigrations\n"
        "    python manage.py migrate"
    ),
}

# 새 앱의 코드에
STARTAPP_TEXTS = {
    "view": "누구나 읽고, 로그인한 사용자가 쓰고, 작성자가 고칩니다.",
    "view_without_owner": "누구나 읽고, 로그인한 사용자는 모두 쓰고 고치고 지웁니다.",
    "author": "작성자",
    "title": "제목",
    "created_at": "작성일시",
    "updated_at": "수정일시",
}

# 설정이 환경 변수를 읽을 때
ENVIRONMENT_UNFILLED = "환경 변수가 비어 있거나 아직 CHANGE_ME입니다: {names}."
ENVIRONMENT_MALFORMED = "환경 변수의 값이 형식에 맞지 않습니다: {names}."
ENVIRONMENT_HINT = (
    ".env의 값을 고쳐 주세요(서버에서는 GitHub secret ENV_VARS를 고친 뒤 다시 배포). "
    "각 값의 뜻은 .env.example에 있습니다."
)

# 앱에 대한 시스템 점검의 결과와 해결 방법
CHECKS = {
    "common.E001": (
        "{model}은(는) 두 번째 사용자 모델입니다. 이 프로젝트의 사용자는 accounts.User입니다.",
        "필드는 accounts/models.py의 User에 추가하고, 다른 사용자 모델은 지워 주세요."
        ' AUTH_USER_MODEL은 "accounts.User"로 두어야 합니다.',
    ),
    "common.W001": (
        "{route} 요청은 {view}에 도달하지 않습니다. 앞에 있는 {other}가 먼저 처리합니다.",
        "둘 중 하나의 경로를 바꾸거나, 순서를 바꾸거나, 하나의 뷰로 합쳐 주세요.",
    ),
    "common.W002": (
        "API 문서에서 이름이 {name}인 serializer가 둘 이상입니다: {classes}.",
        "하나만 남기고 이름을 바꿔 주세요. 그 전까지 문서에는 그중 하나만 나옵니다.",
    ),
    "common.W003": (
        "{field} 필드를 읽을 수 있어 응답에 비밀번호나 그 해시가 담길 수 있습니다.",
        "write_only=True로 바꾸거나 fields에서 빼 주세요.",
    ),
    "common.W004": (
        "로그인하지 않아도 누구나 쓸 수 있습니다: {endpoints}.",
        "permission_classes를 지정해 주세요. 예: [IsAuthenticatedOrReadOnly]."
        ' 모두 의도한 것이라면 SILENCED_SYSTEM_CHECKS에 "common.W004"를 추가해 주세요.',
    ),
    "common.W005": (
        "{app} 폴더는 앱처럼 보이지만 설치되지 않았습니다.",
        'config/settings/base.py의 LOCAL_APPS에 "{app}"을(를) 추가하거나 폴더를 지워 주세요.',
    ),
    "common.W006": (
        "{app} 앱에 모델이 있지만 migrations/__init__.py가 없어 makemigrations가 건너뜁니다.",
        "python manage.py makemigrations {app} 명령을 실행해 주세요.",
    ),
    "common.W007": (
        "django.contrib.auth.models.User는 이 프로젝트의 사용자가 아닙니다: {modules}.",
        "from accounts.models import User로 바꿔 주세요."
        " ForeignKey에는 settings.AUTH_USER_MODEL을 써 주세요.",
    ),
    "common.W008": (
        "{serializer}는 요청할 때마다 실패합니다: {error}",
        "fields를 고치거나 모델에 그 필드를 추가해 주세요.",
    ),
}

ERD = {
    "title": "# 모델\n\n`python manage.py erd`로 만들었습니다. 모델이 바뀌면 다시 실행해 주세요.",
    "done": "{file}를 만들었습니다. GitHub와 VS Code에서 다이어그램으로 볼 수 있습니다.",
}
