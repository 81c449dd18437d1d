"""The secrets of webhooks in the settings."""

from datetime import datetime

from feedback_app.intake.mapping_file import MappingFileError
from feedback_app.intake.webhooks.presets import Preset, load_presets
from feedback_app.program import Program
from feedback_app.settings import SettingsError


def load_webhooks(program: Program, moment: datetime) -> dict[str, Preset]:
    """Return all presets by name, with their secrets in the settings.

    Raises SettingsError naming every error in presets and secrets, but never a secret.
    """
    try:
        presets = load_presets(program, moment)
    except MappingFileError as error:
        raise SettingsError(str(error)) from error
    errors, secrets = [], dict[str, tuple[str, ...]]()
    for pair in program.settings.webhook_secrets:
        name, _, secret = pair.get_secret_value().partition("=")
        if name not in presets:
            known = ", ".join(presets)
            errors.append(f"FEEDBACK_WEBHOOK_SECRETS: {name[:40]!r} is not a preset: {known}")
        elif problem := presets[name].authentication.problem_with(secret):
            errors.append(f"FEEDBACK_WEBHOOK_SECRETS: the secret of {name} {problem}")
        else:
            secrets[name] = (*secrets.get(name, ()), secret)
    if errors:
        raise SettingsError("\n".join(errors))
    return {
        name: one.model_copy(update={"secrets": secrets.get(name, ())})
        for name, one in presets.items()
    }
