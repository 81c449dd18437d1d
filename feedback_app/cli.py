"""The `feedback` command; its subcommands are in `commands/`."""

from importlib import import_module

import click

# Importing all modules takes longer than most commands, so a module is imported when it is needed.
COMMANDS = {
    "init": "init:init",
    "migrate": "serving:migrate_command",
    "serve": "serving:serve",
    "worker": "serving:worker_command",
    "check": "health:check_command",
    "status": "health:status_command",
    "backup": "backup:backup_command",
    "restore": "backup:restore_command",
    "invite": "invite:invite",
    "uninvite": "uninvite:uninvite",
    "link": "links:link",
    "mint": "links:mint",
    "outbox": "outbox:outbox_group",
    "preview-mail": "preview:preview_mail",
    "bounce": "contacts:bounce",
    "opt-out": "contacts:opt_out",
    "sample": "sample:sample_command",
    "answers": "review:answers",
    "review": "review:review",
    "export": "review:export",
    "digest": "review:digest_command",
    "publish": "publish:publish",
    "note": "note:note",
    "verify": "publish:verify",
    "erase": "erase:erase_command",
    "person": "contacts:person_command",
    "key": "keys:key_group",
    "lead": "leads:lead",
    "site": "site:site_group",
    "intake": "intake:intake_group",
    "reconcile": "reconcile:reconcile",
}


class _Commands(click.Group):
    """Imports a subcommand when it is called or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"feedback_app.commands.{module}"), name)
        return command


@click.group(cls=_Commands)
@click.version_option(package_name="shared-view")
def main() -> None:
    """Survey customers after a support case and review their answers.

    'feedback init DIR' creates the folder of an installation. Run all other commands in it. Its
    file .env describes the settings.
    """


if __name__ == "__main__":
    main()
