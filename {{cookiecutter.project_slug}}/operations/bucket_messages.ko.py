"""Texts of preflight's check of the bucket: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "bucket"

# What to do if it cannot be reached
HINTS = {
    "address": "ENV_VARS의 AWS_S3_REGION_NAME에 버킷의 리전(예: ap-northeast-2)을 적고, Amazon S3라면 AWS_S3_ENDPOINT_URL은 비워 주세요.",
    "firewall": "EC2 보안 그룹의 아웃바운드 규칙과 서브넷의 라우팅 테이블을 확인해 주세요.",
}

FAULTS = {
    "keyless": (
        "S3에 쓸 자격 증명(키)이 없습니다.",
        "AWS_ACCESS_KEY_ID나 AWS_SECRET_ACCESS_KEY가 비어 있고, EC2의 IAM 역할도 읽을 수 없습니다.",
        "ENV_VARS에 두 키를 모두 적거나 IAM 역할을 붙여 주세요. 인스턴스 메타데이터의 홉 제한(hop limit)이 2여야 컨테이너에서 역할을 읽을 수 있습니다.",
    ),
    "credentials": (
        "자격 증명(키)이 거부되었습니다: {error}",
        "AWS_ACCESS_KEY_ID나 AWS_SECRET_ACCESS_KEY가 틀렸거나 삭제되었습니다.",
        "IAM에서 액세스 키를 확인하거나 새로 만들어 ENV_VARS의 두 값을 함께 바꿔 주세요.",
    ),
    "missing": (
        "버킷이 없습니다: {bucket}",
        "AWS_STORAGE_BUCKET_NAME이 틀렸거나 버킷을 아직 만들지 않았습니다.",
        "리전 {region}에 버킷을 만들거나 ENV_VARS의 AWS_STORAGE_BUCKET_NAME을 고쳐 주세요.",
    ),
    "denied": (
        "버킷에 접근할 권한이 없습니다: {bucket} ({error})",
        "IAM 사용자나 역할에 권한이 없거나, 다른 계정의 버킷입니다.",
        "버킷에 s3:ListBucket을, 버킷의 객체에 s3:PutObject, s3:GetObject, s3:DeleteObject를 허용해 주세요.",
    ),
    "region": (
        "버킷이 그 리전에 없습니다: {bucket}, {region} ({error})",
        "AWS_S3_REGION_NAME이 버킷을 만든 리전과 다릅니다.",
        "S3 콘솔에서 버킷의 리전을 확인해 ENV_VARS의 AWS_S3_REGION_NAME에 적어 주세요.",
    ),
}
