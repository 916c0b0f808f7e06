"""What preflight finds of the bucket."""

from types import SimpleNamespace

import pytest
from botocore import exceptions
from pytest_django import Settings
from storages.backends.s3 import S3Storage

from operations import bucket
from operations.bucket import check_bucket
from template_tests.found import ids

ENDPOINT = "https://s3.example.com"


class S3:
    """A stand-in for boto3's client, which fails with its `error`."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.calls: list[str] = []
        self.region = "ap-northeast-2"
        self.meta = SimpleNamespace(client=self, endpoint_url=ENDPOINT)

    def call(self, name: str) -> dict:
        self.calls.append(name)
        if self.error:
            raise self.error
        return {"BucketRegion": self.region}

    def put_object(self, Bucket: str, Key: str) -> None:
        self.call(f"put {Key}")

    def delete_object(self, Bucket: str, Key: str) -> None:
        self.call(f"delete {Key}")

    def head_bucket(self, Bucket: str) -> dict:
        return self.call(f"head {Bucket}")


@pytest.fixture
def s3(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> S3:
    client = S3()
    options = {"bucket_name": "uploads", "region_name": "ap-northeast-2"}
    storage = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    monkeypatch.setattr(S3Storage, "connection", client)
    monkeypatch.setattr(bucket, "why_unreachable", lambda host, port: "")
    return client


def test_a_bucket_that_accepts_an_object_is_fine_and_left_as_it_was(s3: S3) -> None:
    assert list(check_bucket()) == []
    put, delete, head = s3.calls
    assert put.removeprefix("put ") == delete.removeprefix("delete ")
    assert head == "head uploads"


def test_uploads_on_the_disk_need_no_bucket() -> None:
    assert list(check_bucket()) == []


def test_a_bucket_in_another_region_is_found(s3: S3) -> None:
    s3.region = "us-east-1"
    assert ids(check_bucket()) == ["bucket.region"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NoSuchBucket", "missing"),
        ("404", "missing"),
        ("InvalidAccessKeyId", "credentials"),
        ("SignatureDoesNotMatch", "credentials"),
        ("AccessDenied", "denied"),
        ("403", "denied"),
        ("PermanentRedirect", "region"),
        ("301", "region"),
        ("SlowDown", "other"),
    ],
)
def test_the_errors_of_s3_are_distinguished(s3: S3, code: str, kind: str) -> None:
    s3.error = exceptions.ClientError({"Error": {"Code": code, "Message": "…"}}, "PutObject")
    assert ids(check_bucket()) == [f"bucket.{kind}"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.NoCredentialsError(), "keyless"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="secret"), "keyless"),
        (exceptions.ReadTimeoutError(endpoint_url=ENDPOINT), "silent"),
        (exceptions.SSLError(endpoint_url=ENDPOINT, error="…"), "other"),
        (ValueError("Invalid endpoint: s3"), "other"),
    ],
)
def test_errors_before_s3_responds_are_distinguished(s3: S3, error: Exception, kind: str) -> None:
    s3.error = error
    assert ids(check_bucket()) == [f"bucket.{kind}"]


@pytest.mark.parametrize("kind", ["unresolved", "timeout", "refused"])
def test_s3_out_of_reach_is_found(s3: S3, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(bucket, "why_unreachable", lambda host, port: kind)
    (found,) = check_bucket()
    assert found.id == f"bucket.{kind}"
    assert ENDPOINT in found.msg
