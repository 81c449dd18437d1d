"""An operator who imports CSV files, and the options that map the real sample."""

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from feedback_app.commands.invite import invite
from tests.support.office import Office

SAMPLE = Path(__file__).parents[3] / "shared/data/incident_event_log_sample.csv"
SAMPLE_OPTIONS = (
    *("--map", "case_number=number", "--map", "opened_at=opened_at"),
    *("--map", "solution_proposed_at=resolved_at", "--map", "team=assignment_group"),
    *("--set", "source=servicenow", "--set", "case_kind=software"),
    *("--where", "incident_state=Closed", "--missing", "?"),
    *("--date-format", "%d/%m/%Y %H:%M", "--timezone", "Europe/Lisbon"),
)


@dataclass
class Desk:
    """An operator at a terminal, with a folder for files."""

    office: Office
    folder: Path

    def write(self, content: str | bytes, name: str = "cases.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def invite(self, content: str | bytes | Path, *options: str) -> Result:
        path = content if isinstance(content, Path) else self.write(content)
        return CliRunner().invoke(invite, [str(path), *options])

    @property
    def rejected(self) -> Path:
        return self.folder / "cases.rejected.csv"

    def numbers(self) -> list[str]:
        return sorted(row["case_number"] for row in self.office.rows("cases"))
