"""Texts that users read: mails, pages and errors."""

# Subject and body
RESET_MAIL = (
    "Reset your password",
    """Hello,

somebody asked to reset the password of your account.
To choose a new one, open this link within an hour:

{link}

If that was not you, ignore this mail: your password stays as it is.
""",
)
CONFIRMATION_MAIL = (
    "Confirm your e-mail address",
    """Hello,

to confirm your e-mail address, open this link within three days:

{link}

If you did not sign up, ignore this mail.
""",
)

WRONG_PASSWORD = "The password is wrong."  # noqa: S105
DEAD_LINK = "This link is invalid or has expired. Ask for a new mail."
UNKNOWN_DOMAIN = "Use an e-mail address of one of these domains: {domains}"
UNCONFIRMED = "Confirm your e-mail address first, with the link in the mail that you got."

# Pages for projects whose front end has none
RESET_PAGE = ("Choose a new password", "Save")
RESET_DONE = "Your password has been changed. You can sign in now."
CONFIRMATION_PAGE = ("Confirm your e-mail address", "Confirm")
CONFIRMATION_DONE = "Your e-mail address is confirmed. You can sign in now."
