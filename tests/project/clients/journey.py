"""From sign-up to the deletion of the account, in a program: python journey.py ADDRESS MAILS"""

import base64
import io
import json
import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
from ceos_api_client import AuthenticatedClient, models
from ceos_api_client.api.auth import (
    confirm_email,
    delete_me,
    get_me,
    request_confirmation,
    request_password_reset,
    reset_password,
    sign_up,
    update_me,
)
from ceos_api_client.api.posts import (
    create_post,
    create_posts_comment,
    delete_post,
    delete_post_image,
    delete_posts_comment,
    get_post,
    like_post,
    list_posts,
    list_posts_comments,
    replace_post,
    unlike_post,
    update_post,
    upload_post_image,
)
from ceos_api_client.types import File, Response
from signing import Signing

PASSWORD, CHANGED_PASSWORD, RESET_PASSWORD = "long-enough-4-this", "changed-4-this", "reset-4-this"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ReadT = TypeVar("ReadT")


def read(response: Response[Any], kind: type[ReadT], status: int = 200) -> ReadT:
    """Return what a successful response holds, an object of the generated class."""
    assert response.status_code == status, response.content
    assert isinstance(response.parsed, kind)
    return response.parsed


def refused(response: Response[Any], status: int, *fields: str) -> None:
    assert response.status_code == status, response.content
    problem = response.parsed
    assert isinstance(problem, models.Problem)
    assert problem.status == status
    assert [error.field for error in problem.errors or ()] == list(fields)


def done(response: Response[Any]) -> None:
    assert (response.status_code, response.content) == (204, b"")


def image(content: bytes) -> models.PostImageRequest:
    return models.PostImageRequest(image=File(io.BytesIO(content), "photo.png", "image/png"))


def write(client: AuthenticatedClient) -> int:
    draft = models.PostRequest(title="Draft", body="body", tags=["Typed", "client"])
    refused(
        create_post.sync_detailed(client=client, body=models.PostRequest("", "b")), 400, "title"
    )
    post = read(create_post.sync_detailed(client=client, body=draft), models.Post, 201)
    assert (post.tags, post.image, post.created_at.tzinfo is None) == (
        ["client", "typed"],
        None,
        False,
    )
    changes = models.PatchedPostRequest(title="Title")
    changed = read(update_post.sync_detailed(post.id, client=client, body=changes), models.Post)
    assert (changed.title, changed.tags) == ("Title", post.tags)
    draft.tags = ["typed"]
    replaced = read(replace_post.sync_detailed(post.id, client=client, body=draft), models.Post)
    assert replaced.tags == ["typed"]
    return post.id


def react(client: AuthenticatedClient, post: int) -> None:
    upload = upload_post_image.sync_detailed
    refused(upload(post, client=client, body=image(b"text")), 400, "image")
    uploaded = read(upload(post, client=client, body=image(PNG)), models.PostImage)
    assert httpx.get(str(uploaded.image)).headers["Content-Type"] == "image/png"
    done(delete_post_image.sync_detailed(post, client=client))
    assert read(like_post.sync_detailed(post, client=client), models.Like).liked
    assert not read(unlike_post.sync_detailed(post, client=client), models.Like).like_count
    body = models.CommentRequest(body="First")
    comment = read(
        create_posts_comment.sync_detailed(post, client=client, body=body), models.Comment, 201
    )
    comments = read(
        list_posts_comments.sync_detailed(post, client=client), models.PaginatedCommentList
    )
    assert [one.id for one in comments.results] == [comment.id]
    done(delete_posts_comment.sync_detailed(post, comment.id, client=client))


def take_link(mails: Path, email: str, page: str) -> dict[str, str]:
    """Return the values in the link of the next mail for this address."""
    file = mails / f"{email}.json"
    end = time.monotonic() + 10
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.1)
    [link] = re.findall(r"^https?:\S+$", json.loads(file.read_text())["plain"], re.M)
    file.unlink()
    assert urlsplit(link).path == page
    return dict(parse_qsl(urlsplit(link).query))


def change_password(client: AuthenticatedClient, signing: Signing) -> None:
    refused(signing.change_password("wrong-password", CHANGED_PASSWORD), 400, "current_password")
    changed = signing.change_password(PASSWORD, CHANGED_PASSWORD)
    assert changed.status_code == signing.changed
    name = models.PatchedUserRequest(name="Changed")
    assert read(update_me.sync_detailed(client=client, body=name), models.User).name == "Changed"
    signing.renew()
    assert read(get_me.sync_detailed(client=client), models.User).name == "Changed"


def confirm(client: AuthenticatedClient, email: str, mails: Path) -> None:
    done(request_confirmation.sync_detailed(client=client, body=models.EmailRequest(email)))
    token = take_link(mails, email, "/email/confirm/")["token"]
    bodies = [models.ConfirmationRequest(text) for text in (f"{token}x", token)]
    refused(confirm_email.sync_detailed(client=client, body=bodies[0]), 400, "token")
    done(confirm_email.sync_detailed(client=client, body=bodies[1]))


def reset(client: AuthenticatedClient, signing: Signing, email: str, mails: Path) -> None:
    done(request_password_reset.sync_detailed(client=client, body=models.EmailRequest(email)))
    values = take_link(mails, email, "/password/reset/")
    body = models.NewPasswordRequest(**values, new_password=RESET_PASSWORD)
    done(reset_password.sync_detailed(client=client, body=body))
    refused(reset_password.sync_detailed(client=client, body=body), 400, "token")
    assert signing.sign_in(email, CHANGED_PASSWORD) == 401
    assert signing.sign_in(email, RESET_PASSWORD) == 200


def delete(client: AuthenticatedClient) -> None:
    bodies = [models.DeletionRequest(password) for password in (PASSWORD, RESET_PASSWORD)]
    refused(delete_me.sync_detailed(client=client, body=bodies[0]), 400, "password")
    done(delete_me.sync_detailed(client=client, body=bodies[1]))
    refused(get_me.sync_detailed(client=client), 401)


def main(address: str, mails: Path) -> None:
    http = httpx.Client(base_url=address)
    client = AuthenticatedClient(base_url=address, token="").set_httpx_client(http)
    signing = Signing(client, http)
    email = f"python-{uuid.uuid4().hex}@example.com"
    account = models.SignUpRequest(email=email, name="Python", password=PASSWORD)
    signing.prepare()
    refused(get_me.sync_detailed(client=client), 401)
    read(sign_up.sync_detailed(client=client, body=account), models.SignUp, 201)
    refused(sign_up.sync_detailed(client=client, body=account), 400, "email")
    assert signing.sign_in(email, "wrong-password") == 401
    assert signing.sign_in(email, PASSWORD) == 200
    assert read(get_me.sync_detailed(client=client), models.User).email == email
    name = models.PatchedUserRequest(name="New")
    assert read(update_me.sync_detailed(client=client, body=name), models.User).name == "New"
    signing.renew()
    post = write(client)
    react(client, post)
    order = models.ListPostsOrdering("-like_count")
    page = read(
        list_posts.sync_detailed(client=client, page_size=2, ordering=order),
        models.PaginatedPostList,
    )
    assert page.next_ and len(page.results) == 2
    other = next(one for one in page.results if one.id != post)
    refused(delete_post.sync_detailed(other.id, client=client), 403)
    done(delete_post.sync_detailed(post, client=client))
    refused(get_post.sync_detailed(post, client=client), 404)
    change_password(client, signing)
    confirm(client, email, mails)
    assert signing.sign_out() == 204
    refused(get_me.sync_detailed(client=client), 401)
    reset(client, signing, email, mails)
    delete(client)


main(sys.argv[1], Path(sys.argv[2]))
