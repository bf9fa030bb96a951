"""What suppliers' systems post to us, signed by Standard Webhooks."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Header, Path, Router, Schema, Status
from ninja.security import APIKeyHeader

from ownstock.base.errors import Refused
from ownstock.exchange.inbox.actions import apply_safely, take_in
from ownstock.exchange.inbox.rules import InboundState
from ownstock.exchange.inbox.webhooks import channel_that_signed
from ownstock.exchange.models import Channel

router = Router()


class TakenIn(Schema):
    """What was kept. The same message again gets the same answer."""

    message: str = Field(description="Its key in our log.")
    control_number: str = Field(description="By which it is known.")


class Signature(APIKeyHeader):
    """The signature of Standard Webhooks: whoever holds the channel's secret may post; a supplier gets no key of ours."""

    param_name = "webhook-signature"
    openapi_description = (
        "Standard Webhooks: v1, and HMAC-SHA256 in Base64 over identity, moment and body, by the channel's secret."
    )

    def authenticate(self, request: HttpRequest, key: str | None) -> Channel:
        """The channel whose secret the message was signed with.

        Raises:
            Refused: the signature does not fit, or the body is too large.
        """
        assert request.resolver_match is not None
        return channel_that_signed(request.resolver_match.kwargs["channel"], request.headers, request.body)


@router.post(
    "/v1/inbox/{channel}",
    auth=Signature(),
    response={202: TakenIn},
    summary="A supplier's message",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The message in the channel's format, UTF-8, 16 MiB at most.",
            "content": {
                kind: {"schema": {"type": "string"}} for kind in ("application/json", "text/csv", "application/edi-x12")
            },
        }
    },
)
def post_message(
    request: HttpRequest,
    channel: Annotated[str, Path(description="The channel's name.", max_length=40)],
    message_id: Annotated[
        str, Header(alias="webhook-id", description="The message's identity, the same in every attempt.")
    ] = "",
    timestamp: Annotated[
        str, Header(alias="webhook-timestamp", description="Seconds since 1970, at the sending.")
    ] = "",
) -> Any:
    """Keep a message, then do what it says. 202 says that it is kept, not that anybody agrees with it.

    The signature is by Standard Webhooks, with the channel's secret, and holds for five minutes.
    """
    signed = getattr(request, "auth", None)
    assert isinstance(signed, Channel)
    kept = take_in(signed, request.body, name=message_id, control_number=message_id)
    if kept.state == InboundState.CONFLICT:
        raise Refused(
            f"Other content came under {kept.control_number} before; send this under a number of its own.",
            code="key_reused",
            control_number=kept.control_number,
        )
    if kept.state == InboundState.RECEIVED:
        apply_safely(kept)
    return Status(202, {"message": f"in-{kept.repeats_id or kept.pk}", "control_number": kept.control_number})
