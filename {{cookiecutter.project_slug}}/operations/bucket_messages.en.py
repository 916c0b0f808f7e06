"""Texts of preflight's check of the bucket: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "bucket"

# What to do if it cannot be reached
HINTS = {
    "address": "In ENV_VARS, set AWS_S3_REGION_NAME to the region of the bucket, such as ap-northeast-2. For Amazon S3, leave AWS_S3_ENDPOINT_URL empty.",
    "firewall": "Check the outbound rules of the EC2 server's security group and the route table of its subnet.",
}

FAULTS = {
    "keyless": (
        "There are no credentials for S3.",
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is empty, and the EC2 server has no IAM role that can be read.",
        "Set both keys in ENV_VARS, or attach an IAM role. Containers can read it only if the metadata hop limit of the instance is 2.",
    ),
    "credentials": (
        "The credentials were rejected: {error}",
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is wrong or has been deleted.",
        "Check the access key in IAM or create a new one, and set both values in ENV_VARS.",
    ),
    "missing": (
        "The bucket does not exist: {bucket}",
        "AWS_STORAGE_BUCKET_NAME is wrong, or the bucket has not been created yet.",
        "Create it in the region {region}, or fix AWS_STORAGE_BUCKET_NAME in ENV_VARS.",
    ),
    "denied": (
        "Access to the bucket was denied: {bucket} ({error})",
        "The IAM user or role lacks permissions, or the bucket belongs to another account.",
        "Allow s3:ListBucket on the bucket, and s3:PutObject, s3:GetObject and s3:DeleteObject on its objects.",
    ),
    "region": (
        "The bucket is not in this region: {bucket}, {region} ({error})",
        "AWS_S3_REGION_NAME is not the region in which the bucket was created.",
        "Set AWS_S3_REGION_NAME in ENV_VARS to the region that the S3 console shows for the bucket.",
    ),
}
