from rest_framework import negotiation
from rest_framework.request import Request


class ContentNegotiation(negotiation.DefaultContentNegotiation):
    """REST framework's, but it does not refuse a client that accepts only problems.

    Swagger UI and generated clients send that where a response has a body only if it fails.
    """

    def get_accept_list(self, request: Request) -> list[str]:
        accepted = super().get_accept_list(request)
        return [*accepted, "*/*"] if "application/problem+json" in accepted else accepted
