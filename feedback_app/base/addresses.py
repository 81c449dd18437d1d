"""What can be an address: of a mailbox, a chat, a server."""

import re
from urllib.parse import SplitResult, urlsplit

IN_ASCII = "in ASCII, a domain with other letters as xn--…"
_MAILBOX = re.compile(r"[^\s@<>,:\x7f-\U0010ffff]+@[^\s@<>,:\x7f-\U0010ffff]+")


def is_mail_address(text: str) -> bool:
    """Return whether every mail server would take this for an address; so it must be ASCII."""
    return bool(_MAILBOX.fullmatch(text))


def is_chat(url: str) -> bool:
    """Return whether alerts can go to this Apprise address."""
    # Half a second, and needed only where alerts go into a chat.
    from apprise import Apprise

    return bool(Apprise.instantiate(url, suppress_exceptions=True))


def is_here(host: str | None) -> bool:
    """Return whether what is sent to this host stays on this machine."""
    return host == "localhost" or (host or "").startswith("127.") or host == "::1"


def parts_of(url: str) -> SplitResult:
    """Return the parts of an address. Raises ValueError, naming no part, when one is impossible."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("this is no address: mind brackets and the port (1 to 65535)") from None
    return parts
