"""HTTP headers of the built site, with a CSP hash for each inline script."""

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

EVERYWHERE = "/*"
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}

Headers = dict[str, str]


def hashes(scripts: Iterable[str]) -> list[str]:
    """Return the CSP sources that allow exactly these inline scripts, sorted."""
    digests = {hashlib.sha256(script.encode("utf-8")).digest() for script in scripts}
    return sorted(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)


def security_headers(scripts: Iterable[str], site_url: str = "") -> Headers:
    """Return the security headers of every page; with an https URL, browsers insist on https.

    They are those of the app (`feedback_app/web/headers.py`), with the policy of the site.
    """
    policy = (
        "default-src 'none'",
        " ".join(["script-src 'self'", *hashes(scripts)]),
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    https_only = {"Strict-Transport-Security": "max-age=31536000"}
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        **(https_only if site_url.startswith("https://") else {}),
    }


def write_headers(site: Path, everywhere: Headers, unchanging: Iterable[Path] = ()) -> None:
    """Write headers.json (read by the app) and _headers (read by static hosts).

    Both have the same content: headers of all addresses, then headers of single files. Files
    with a hash in their name are `unchanging`, so browsers can cache them permanently.
    """
    by_path = {EVERYWHERE: everywhere}
    by_path |= {f"/{file.relative_to(site).as_posix()}": FOR_GOOD for file in sorted(unchanging)}
    text = json.dumps(by_path, indent=2, sort_keys=True)
    (site / "headers.json").write_text(text + "\n", encoding="utf-8")
    lines = []
    for address, headers in by_path.items():
        lines += [address, *(f"  {name}: {value}" for name, value in sorted(headers.items()))]
    (site / "_headers").write_text("\n".join(lines) + "\n", encoding="utf-8")
