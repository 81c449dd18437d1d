"""Measure the built site with Lighthouse, on a simulated phone and on a desktop.

    python scripts/lighthouse.py [--site FOLDER] [--rounds N] [PAGE ...]

Needs Chromium and `npm ci --prefix tests/lighthouse`. Prints the median of the rounds: the four
categories from 0 to 100, LCP and TBT in milliseconds, CLS, requests and transferred bytes.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.site_server import serving

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "tests/lighthouse/node_modules/.bin/lighthouse"
PAGES = ("index.html", "case-status.html", "metrics.html")
FORMS: dict[str, list[str]] = {"phone": [], "desktop": ["--preset=desktop"]}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AUDITS = {
    "LCP": "largest-contentful-paint",
    "TBT": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
}

Figures = dict[str, float]


def measure(address: str, options: list[str]) -> Figures:
    """Return the figures of one visit. Raises CalledProcessError if Lighthouse fails."""
    chromium = os.environ.get("CHROME_PATH") or shutil.which("chromium") or "chromium"
    done = subprocess.run(
        [PROGRAM, address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}", *options],
        env={**os.environ, "CHROME_PATH": chromium},
        capture_output=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    audits = report["audits"]
    requests = audits["network-requests"]["details"]["items"]
    transferred = [one["transferSize"] for one in requests if one["url"].startswith("http")]
    for audit in audits.values():
        if audit["score"] not in (None, 1) and audit["scoreDisplayMode"] == "binary":
            print(f"  {audit['id']}: {audit['title']}", file=sys.stderr)
    return {
        **{name: 100 * report["categories"][name]["score"] for name in CATEGORIES},
        **{name: audits[key]["numericValue"] for name, key in AUDITS.items()},
        "requests": len(transferred),
        "bytes": sum(transferred),
    }


def main() -> int:
    """Measure and print; return 1 if Lighthouse is not installed."""
    parser = argparse.ArgumentParser(description="Measure the built site with Lighthouse.")
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not PROGRAM.exists():
        print("Lighthouse is not installed: npm ci --prefix tests/lighthouse", file=sys.stderr)
        return 1
    with serving(options.site) as address:
        for page in options.pages:
            for form, words in FORMS.items():
                rounds = [measure(address + page, words) for _ in range(options.rounds)]
                middle = {
                    name: statistics.median(one[name] for one in rounds) for name in rounds[0]
                }
                print(f"{page}, {form}: " + ", ".join(f"{n} {v:.4g}" for n, v in middle.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
