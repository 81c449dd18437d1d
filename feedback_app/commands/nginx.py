"""The command that prints the configuration of nginx for an installation."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
from jinja2 import Environment, StrictUndefined

from feedback_app.settings import Settings, SettingsError, read_settings
from feedback_app.web import site
from feedback_app.web.headers import common_headers
from knowledge_site.build import ROOT

_TEMPLATE = ROOT / "deploy" / "nginx.conf.jinja"
_PROCESSES = ("127.0.0.1:8001", "127.0.0.1:8002")


@click.command("nginx")
@click.option(
    "--app",
    "apps",
    multiple=True,
    default=_PROCESSES,
    show_default=True,
    help="Host and port of a 'feedback serve'. Repeat it for each process.",
)
@click.option("--certificate", help="File of the certificate.  [default: certbot's]")
@click.option("--key", help="File of its private key.  [default: certbot's]")
def nginx(apps: Sequence[str], certificate: str | None, key: str | None) -> None:
    """Print the configuration of nginx for the built site and the running processes.

    It follows FEEDBACK_PUBLIC_URL and the site. Print it again after each 'feedback site build'.
    """
    try:
        settings = read_settings()
        click.echo(configuration(settings, apps, certificate, key), nl=False)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def configuration(
    settings: Settings, apps: Sequence[str], certificate: str | None = None, key: str | None = None
) -> str:
    """Return the configuration. Raises SettingsError if a setting that it needs is missing."""
    folder = site.built_site(settings.site or Path("site"))
    if not settings.trusted_proxies:
        raise SettingsError(
            "FEEDBACK_TRUSTED_PROXIES: set it to the address that nginx connects from, such as "
            "127.0.0.1; otherwise all customers count as one client"
        )
    public = urlsplit(settings.public_url)
    tls = public.scheme == "https"
    by_path = site.site_headers(folder)
    headers = common_headers(settings.public_url) | by_path.pop("/*", {})
    del headers["Cache-Control"]
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["quoted"] = _quoted
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        apps=apps,
        host=public.hostname,
        port=public.port or (443 if tls else 80),
        tls=tls,
        public_url=settings.public_url,
        certificate=certificate or f"/etc/letsencrypt/live/{public.hostname}/fullchain.pem",
        key=key or f"/etc/letsencrypt/live/{public.hostname}/privkey.pem",
        sign_in_header=settings.sign_in_header,
        root=folder,
        headers=headers.items(),
        cached=[(path, own["Cache-Control"]) for path, own in by_path.items()],
        moved={**_folders(folder), **site.old_addresses(folder)}.items(),
        languages=sorted(page.parent.name for page in folder.glob("*/404.html")),
        private="|".join(site.FOR_SERVERS).replace(".", r"\."),
    )


def _folders(root: Path) -> dict[str, str]:
    """Return the address of each folder with an index page, with and without the last slash."""
    below = (page.parent.relative_to(root).as_posix() for page in root.glob("*/**/index.html"))
    return {f"/{name}": f"/{name}/" for name in below}


def _quoted(text: object) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
