"""Does the bucket accept uploads? An object is written to it, and removed again."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.files.storage import storages
from django.utils.crypto import get_random_string
from storages.backends.s3 import S3Storage

from operations import bucket_messages
from operations.checks import in_one_line
from operations.services import SECONDS_TO_CONNECT, fault, kind_of, why_unreachable

ERRORS = {
    "missing": r"\((NoSuchBucket|404)\)",
    "keyless": r"Unable to locate credentials|Partial credentials",
    "credentials": r"\((InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken)\)",
    "denied": r"\((AccessDenied|AllAccessDisabled|403)\)",
    "region": r"\((PermanentRedirect|AuthorizationHeaderMalformed|301)\)",
    "silent": r"^(ConnectTimeout|ReadTimeout|ConnectionClosed)Error",
}


def check_bucket() -> Iterator[CheckMessage]:
    storage = storages.create_storage(settings.STORAGES["default"])
    if not isinstance(storage, S3Storage):
        return
    bucket, region = storage.bucket_name, storage.region_name
    values = {"bucket": bucket, "region": region, "target": bucket}
    limits = {"connect_timeout": SECONDS_TO_CONNECT, "read_timeout": SECONDS_TO_CONNECT}
    storage.client_config = storage.client_config.merge(
        Config(**limits, retries={"total_max_attempts": 1})
    )
    try:
        client = storage.connection.meta.client
        values["target"] = f"{bucket}, {client.meta.endpoint_url}"
        url = urlsplit(client.meta.endpoint_url)
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        if kind := why_unreachable(url.hostname, port):
            yield fault(bucket_messages, kind, **values)
            return
        key = f"preflight-{get_random_string(20)}"
        client.put_object(Bucket=bucket, Key=key)
        client.delete_object(Bucket=bucket, Key=key)
        # Uploads check whether the name is taken, which needs s3:ListBucket.
        answer = client.head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError, ValueError) as error:
        yield fault(bucket_messages, kind_of(error, ERRORS), **values, error=in_one_line(error))
        return
    # boto3 follows to the right region, but the URLs of uploads would contain the wrong one.
    actual = answer.get("BucketRegion", region)
    if not storage.endpoint_url and actual != region:
        yield fault(bucket_messages, "region", **values, error=actual)
