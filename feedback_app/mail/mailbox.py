"""A folder of .eml files, used for emails when no mail server is configured."""

from pathlib import Path

from feedback_app.base.files import make_private_folder, write_private_file
from feedback_app.mail.sender import NotDeliveredError, ReadyMessage


def files_of(mailbox: Path, message_id: str) -> tuple[Path, Path]:
    """Return the paths of a message in a mailbox: the finished file and the one being written."""
    return mailbox / f"{message_id}.eml", mailbox / f"{message_id}.part"


def messages_in(mailbox: Path) -> list[Path]:
    """Return every message file of a mailbox, including unfinished ones."""
    return [path for suffix in ("eml", "part") for path in mailbox.glob(f"*.{suffix}")]


class Mailbox:
    """Writes every message to a folder as ID.eml, where you can open it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: ReadyMessage) -> None:
        try:
            make_private_folder(self._folder)
            finished, unfinished = files_of(self._folder, message.id)
            write_private_file(unfinished, message.text.encode("ascii"))
            unfinished.replace(finished)
        except OSError as error:
            raise NotDeliveredError(f"cannot write to {self._folder}: {error}") from error

    def discard(self, message_id: str) -> None:
        for path in files_of(self._folder, message_id):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: a folder needs no connection."""
