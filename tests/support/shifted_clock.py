"""The program with another time: its clock differs by the seconds in the file CLOCK.

CLOCK=FILE python -m tests.support.shifted_clock serve
"""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import time_machine

from feedback_app.cli import main


def _follow(traveller: time_machine.Traveller, file: Path) -> None:
    shifted = 0
    while True:
        wanted = int(file.read_text(encoding="ascii") or shifted)
        traveller.shift(wanted - shifted)
        shifted = wanted
        time.sleep(0.1)


if __name__ == "__main__":
    with time_machine.travel(timedelta(0), tick=True) as traveller:
        arguments = (traveller, Path(os.environ["CLOCK"]))
        threading.Thread(target=_follow, args=arguments, daemon=True).start()
        main()
