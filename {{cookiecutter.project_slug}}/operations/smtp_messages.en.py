"""Texts of preflight's check of the mail server: the fault, its likely cause and what to do."""
# ruff: noqa: E501

SERVICE = "mail"
NONE = "note: EMAIL_URL is empty: no mails are sent, so nobody can reset a password."

# What to do if it cannot be reached
HINTS = {
    "address": "Compare the host and the port of EMAIL_URL in ENV_VARS with what your mail provider names. Example: submission://user:password@smtp.gmail.com:587",
    "firewall": "Check the port: EC2 blocks port 25 to the outside, so use 587. Check the outbound rules of the EC2 server's security group too.",
}

FAULTS = {
    "credentials": (
        "The user or the password was rejected: {target}",
        "The user or the password in EMAIL_URL is wrong, or the account needs a password for apps, as at Gmail.",
        "Correct EMAIL_URL in ENV_VARS, and encode special characters of the user and the password (@ as %40).",
    ),
    "encryption": (
        "An encrypted connection cannot be established: {target} ({error})",
        "The scheme of EMAIL_URL does not fit the port.",
        "In ENV_VARS, begin EMAIL_URL with submission:// for port 587, with smtp:// and ?ssl=true at the end for 465, with smtp:// for a server without encryption.",
    ),
}
