"""One call to Gemini: a request out, an answer or a classified failure back.

`google-genai` is imported when a client is made: `pip install 'nexus-ummid[gcp]'`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ummid.errors import ConfigError, ModelError

if TYPE_CHECKING:
    import httpx
    from google import genai

_NO_CAPACITY = {429, 503}
_RETRYABLE = {408, 429, 500, 502, 503, 504}
_REFUSING_ALL = {401, 403, 404}
_LONGEST_WAIT = 300.0
"""Seconds after which it is asked again, whatever the service said."""
_BLOCKED = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"}


@dataclass(frozen=True)
class Endpoint:
    """Where to ask. With `project`, Vertex AI with the environment's credentials; else the
    Developer API with `api_key` or that of the environment (`GOOGLE_API_KEY`)."""

    project: str | None = None
    location: str | None = None
    api_key: str | None = None
    base_url: str | None = None
    credentials: Any = None


class Answer(NamedTuple):
    """`fault` is why a whole answer is no answer: it was paid for and cannot be used."""

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    fault: ModelError | None = None


class Failure(ModelError):
    """A call without an answer.

    `pushed_back`: for lack of capacity; `after`: seconds the service asked to wait; `paid`: it
    may be charged all the same; `for_all`: the next call would be refused as well.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        pushed_back: bool = False,
        after: float = 0.0,
        paid: bool = False,
        for_all: bool = False,
    ) -> None:
        super().__init__(code, message, retryable=retryable)
        self.pushed_back, self.after, self.paid, self.for_all = pushed_back, after, paid, for_all


class Connection(NamedTuple):
    client: "genai.Client"
    http: "httpx.AsyncClient"


def connect(endpoint: Endpoint, connections: int) -> Connection:
    """A client that never repeats a call by itself. Raises ConfigError when it cannot be made."""
    try:
        import httpx
        from google import genai
    except ImportError as error:
        raise ConfigError(
            "Gemini needs google-genai: pip install 'nexus-ummid[gcp]', or set enricher = offline"
        ) from error
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    http = httpx.AsyncClient(limits=limits)
    options = genai.types.HttpOptions(base_url=endpoint.base_url, httpx_async_client=http)
    try:
        if endpoint.project:
            client = genai.Client(
                vertexai=True,
                project=endpoint.project,
                location=endpoint.location or "global",
                credentials=endpoint.credentials,
                http_options=options,
            )
        else:
            client = genai.Client(api_key=endpoint.api_key, http_options=options)
    except ValueError as error:
        raise ConfigError(f"Gemini cannot be asked: {error}; set GOOGLE_API_KEY") from error
    return Connection(client, http)


async def call(
    client: "genai.Client", model: str, text: str, config: Any, timeout: float
) -> Answer:
    """Asks once, for at most `timeout` seconds in all. Raises Failure."""
    async with failing(timeout):
        response = await client.aio.models.generate_content(
            model=model, contents=text, config=config
        )
    return _answer(response, model)


@asynccontextmanager
async def failing(timeout: float) -> AsyncIterator[None]:
    """One request: at most `timeout` seconds in all, and whatever is raised becomes a Failure."""
    import httpx
    from google.genai import errors

    try:
        async with asyncio.timeout(timeout):
            yield
    except errors.APIError as error:
        raise _refused(error) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        message = f"no answer within {timeout:g} s"
        raise Failure("timeout", message, retryable=True, paid=True) from error
    except httpx.ConnectError as error:
        raise Failure("unreachable", f"no connection: {error}", retryable=True) from error
    except httpx.TransportError as error:
        message = f"the connection broke: {error or type(error).__name__}"
        raise Failure("unreachable", message, retryable=True, paid=True) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # a body that is no answer
        message = f"not an answer of the API: {str(error)[:200]}"
        raise Failure("garbled", message, retryable=True, paid=True) from error


def _answer(response: Any, model: str) -> Answer:
    usage, candidates = response.usage_metadata, response.candidates
    candidate = candidates[0] if candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or ()
    return Answer(
        "".join(part.text for part in parts if part.text and not part.thought),
        response.model_version or model,
        (usage.prompt_token_count or 0) if usage else 0,
        ((usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)) if usage else 0,
        _fault(response.prompt_feedback, candidate),
    )


def _fault(feedback: Any, candidate: Any) -> ModelError | None:
    blocked = feedback.block_reason if feedback else None
    finish = getattr(candidate, "finish_reason", None)
    reason = str(getattr(blocked or finish, "value", blocked or finish or ""))
    if blocked or reason in _BLOCKED:
        return ModelError("blocked", f"the model declines this title: {reason}")
    if candidate is None:
        return ModelError("no-answer", "the response holds no answer")
    if reason == "MAX_TOKENS":
        return ModelError("cut-off", "the answer was cut off: raise max_output_tokens")
    if reason not in ("STOP", ""):
        return ModelError("no-answer", f"the model stopped: {reason}")
    return None


def _refused(error: Any) -> Failure:
    code = int(error.code or 0)
    said = f"{code} {error.status or ''}: {str(error.message or '')[:200]}"
    if code in _RETRYABLE:
        return Failure(
            "throttled" if code == 429 else "unavailable",
            said,
            retryable=True,
            pushed_back=code in _NO_CAPACITY,
            after=_asked_to_wait(error),
        )
    if code in _REFUSING_ALL:
        return Failure("denied", f"{said}; check key, project and model", for_all=True)
    return Failure("refused", said)


def _asked_to_wait(error: Any) -> float:
    """Seconds, by `retry-after` or by the error's own `RetryInfo`; 0 when nothing is said."""
    headers = getattr(error.response, "headers", None) or {}
    found = [_seconds(headers.get("retry-after"))]
    body = error.details if isinstance(error.details, dict) else {}
    nested = body.get("error", body)
    for detail in (nested.get("details") or ()) if isinstance(nested, dict) else ():
        if isinstance(detail, dict):
            found.append(_seconds(str(detail.get("retryDelay", "")).removesuffix("s")))
    return max(found)


def _seconds(text: str | None) -> float:
    try:
        asked = float(text or 0)
    except ValueError:  # a date: the usual waiting does
        return 0.0
    return min(asked, _LONGEST_WAIT) if asked > 0 else 0.0
