"""Apps as student teams write them, in project/apps/: added to a project by the documented steps,
and used over HTTP.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import requests
from PIL import Image

from lab.rendering import TEMPLATE

APPS = TEMPLATE / "tests" / "project" / "apps"
MARKER = re.compile(r"^ +# `python manage\.py startapp` adds new apps above this line\.$", re.M)
# Where the team's own config/urls.py had them; the others were under api/.
PREFIXES = {
    "cgv": "api/cgv/",
    "delivery": "api/delivery/",
    "todomate": "todomate/",
    "vote": "api/vote/",
}
# They get along with each other, and with the example app.
COMPATIBLE = ("api", "cgv", "chat", "daangn", "delivery", "everytime", "todomate", "vote")


def insert(file: Path, line: str) -> None:
    """Add a line above the one that says where."""
    text = file.read_text("utf-8")
    assert len(MARKER.findall(text)) == 1, text
    file.write_text(MARKER.sub(lambda match: f"    {line}\n{match[0]}", text), "utf-8")


def add_app(project: Path, name: str) -> None:
    """Copy an app into a project, and register it: a line in the settings, one in the URLs."""
    shutil.copytree(APPS / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    insert(project / "config/settings/base.py", f'"{name}",')
    prefix = PREFIXES.get(name, "api/")
    insert(project / "config/urls.py", f'path("{prefix}", include("{name}.urls")),')


# What no endpoint makes, since the teams made it on the admin site. Prints the keys.
CONTENT = """
from cgv.models import Hall, Movie, Schedule, Seat, Theater
from daangn.models import Town
from django.utils import timezone
from everytime.models import School
from vote.models import Candidate

movie = Movie.objects.create(title="파묘", genre="horror", running_time=134, open_date="2024-02-22")
hall = Hall.objects.create(theater=Theater.objects.create(name="신촌"), name="1", rows=1, cols=2)
print({
    "school": School.objects.create(name="이화여대").pk,
    "town": Town.objects.create(name="신촌동", slug="신촌동").pk,
    "candidate": Candidate.objects.create(name="김백엔", part="BE").pk,
    "schedule": Schedule.objects.create(movie=movie, hall=hall, start_at=timezone.now()).pk,
    "seats": [Seat.objects.create(hall=hall, row="A", col=col).pk for col in (1, 2)],
})
"""
PASSWORD = "correct-horse-battery"


def make_content(manage: Callable[..., str]) -> dict:
    """Make it by a function that runs a management command; return the keys."""
    output = manage("shell", "--no-imports", "-v0", "-c", CONTENT)
    return ast.literal_eval(output.strip().splitlines()[-1])


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (8, 8), "orange").save(content, "PNG")
    return content.getvalue()


class Visitor:
    """Who uses the apps through their front ends: signed up and signed in, by JWT."""

    def __init__(self, address: str, keys: dict) -> None:
        self.address = address
        self.keys = keys
        self.session = requests.Session()
        account = {"email": "visitor@example.com", "name": "방문자", "password": PASSWORD}
        self.me = self.post("/api/auth/signup/", account)["id"]
        given = {"email": account["email"], "password": PASSWORD}
        access = self.post("/api/auth/token/", given, 200)["access"]
        self.session.headers["Authorization"] = f"Bearer {access}"

    def ask(self, method: str, path: str, status: int, **options: object) -> requests.Response:
        response = self.session.request(method, self.address + path, timeout=20, **options)
        found = f"{method} {path}: {response.status_code}\n{response.text[:2000]}"
        assert response.status_code == status, found
        return response

    def get(self, path: str) -> dict:
        return self.ask("GET", path, 200).json()

    def post(self, path: str, body: object, status: int = 201) -> dict:
        return self.ask("POST", path, status, json=body).json()

    def upload(self, path: str, field: str, status: int = 201, **fields: object) -> dict:
        """Send a form with a file, as a browser does, and fetch the file that the answer names."""
        files = {field: ("사진.png", picture(), "image/png")}
        answer = self.ask("POST", path, status, data=fields, files=files).json()
        assert self.ask("GET", answer[field].removeprefix(self.address), 200).content
        return answer


def use_api(visitor: Visitor) -> None:
    me = {"user": visitor.me, "nickname": "세오스"}
    profile = visitor.upload("/api/profiles/", "profile_image", **me)["id"]
    assert visitor.get(f"/api/profiles/{profile}/")["nickname"] == "세오스"
    follow = {"follower": profile, "following": profile}
    visitor.post("/api/follows/", follow)
    assert visitor.get("/api/follows/")["results"]


def use_cgv(visitor: Visitor) -> None:
    movie = {"title": "기생충", "genre": "comedy", "running_time": 131, "open_date": "2019-05-30"}
    visitor.upload("/api/cgv/movies/", "poster", **movie)
    assert visitor.get("/api/cgv/movies/?title=기생&size=5")["count"] >= 1
    theater = visitor.post("/api/cgv/theaters/", {"name": "강남", "address": "강남대로"})
    assert visitor.get(f"/api/cgv/theaters/{theater['id']}/")["hall_count"] == 0
    assert "name" in visitor.post("/api/cgv/theaters/", {}, 400)
    tickets = [{"seat": seat} for seat in visitor.keys["seats"]]
    wanted = {"schedule": visitor.keys["schedule"], "tickets": tickets}
    assert visitor.post("/api/cgv/reservations/", wanted)["price"] == "28000"


def use_chat(visitor: Visitor) -> None:
    room = visitor.post("/api/rooms/", {"name": "백엔드", "slug": "backend"})["slug"]
    visitor.post(f"/api/rooms/{room}/messages/", {"text": "안녕 👋"})
    visitor.upload(f"/api/rooms/{room}/messages/", "photo", text="사진")
    assert visitor.get(f"/api/rooms/{room}/")["last_message"]["text"] == "사진"
    assert visitor.post(f"/api/rooms/{room}/read/", {}, 200) == {"read": 0}


def use_daangn(visitor: Visitor) -> None:
    item = {"town": visitor.keys["town"], "title": "맥북 프로", "price": 1000, "description": "A급"}
    slug = visitor.upload("/api/items/", "image", **item)["slug"]
    visitor.post(f"/api/items/{slug}/interest/", {}, 200)
    visitor.ask("PATCH", f"/api/items/{slug}/", 200, json={"price": 900})
    assert visitor.get(f"/api/items/{slug}/")["interest_cnt"] == 1
    assert visitor.get("/api/towns/신촌동/")["name"] == "신촌동"
    assert visitor.get("/api/items/popular/")


def use_delivery(visitor: Visitor) -> None:
    store = {"name": "엽떡", "tel": None, "menus": [{"name": "떡볶이", "price": 14000}]}
    made = visitor.post("/api/delivery/stores/", store)
    wanted = {"store": made["id"], "order_menus": [{"menu": made["menus"][0]["id"], "count": 2}]}
    order = visitor.post("/api/delivery/orders/", wanted)
    assert (order["total_price"], order["status_display"]) == (28000, "접수 대기")
    menus = f"/api/delivery/stores/{made['id']}/menus/"
    visitor.upload(menus, "image", name="순대", price=4000)
    assert len(visitor.get(menus)["results"]) == 2


def use_everytime(visitor: Visitor) -> None:
    board = {"name": "자유게시판", "school": visitor.keys["school"], "description": None}
    posts = f"/api/boards/{visitor.post('/api/boards/', board)['id']}/posts/"
    post = visitor.post(posts, {"title": "시험", "content": "언제예요?"})["id"]
    assert "title" in visitor.post(posts, {}, 400)
    comments = f"/api/boards/posts/{post}/comments/"
    first = visitor.post(comments, {"content": "내일요"})["id"]
    visitor.post(comments, {"content": "감사합니다", "parent": first})
    [answer] = visitor.get(f"/api/boards/posts/{post}/")["comments"]
    assert answer["replies"][0]["content"] == "감사합니다"
    visitor.ask("DELETE", f"/api/boards/posts/{post}/", 204)
    visitor.ask("GET", f"/api/boards/posts/{post}/", 404)


def use_todomate(visitor: Visitor) -> None:
    assert "투두메이트" in visitor.ask("GET", "/todomate/", 200).text
    goal = visitor.post("/todomate/goals/", {"user": visitor.me, "title": "운동"})["id"]
    visitor.post(f"/todomate/goals/{goal}/todos/", {"content": "스쿼트"})
    assert visitor.get(f"/todomate/goals/{goal}/todos/")["todos"][0]["content"] == "스쿼트"


def use_vote(visitor: Visitor) -> None:
    voter = {"email": "voter@example.com", "password": PASSWORD}
    visitor.post("/api/vote/signup/", {**voter, "name": "투표자", "part": "BE"})
    access = visitor.post("/api/vote/login/", voter, 200)["access_token"]
    signed_in = {"Authorization": f"Bearer {access}"}
    path = f"/api/vote/candidates/{visitor.keys['candidate']}/vote/"
    visitor.ask("POST", path, 201, headers=signed_in)
    visitor.ask("POST", path, 400, headers=signed_in)
    assert visitor.get("/api/vote/candidates/BE/")[0]["votes"] == 1


USES: dict[str, Callable[[Visitor], None]] = {
    "api": use_api,
    "cgv": use_cgv,
    "chat": use_chat,
    "daangn": use_daangn,
    "delivery": use_delivery,
    "everytime": use_everytime,
    "todomate": use_todomate,
    "vote": use_vote,
}
