"""The `feedback` command; its subcommands are in `commands/`."""

import click

from feedback_app.commands.contacts import bounce, opt_out
from feedback_app.commands.digest import digest_command
from feedback_app.commands.erase import erase_command
from feedback_app.commands.intake import intake_group
from feedback_app.commands.invite import invite
from feedback_app.commands.keys import key_group
from feedback_app.commands.leads import lead
from feedback_app.commands.links import link, mint
from feedback_app.commands.note import note
from feedback_app.commands.outbox import outbox_group
from feedback_app.commands.person import person_command
from feedback_app.commands.preview import preview_mail
from feedback_app.commands.publish import publish, verify
from feedback_app.commands.reconcile import reconcile
from feedback_app.commands.review import answers, export, review
from feedback_app.commands.sample import sample_command
from feedback_app.commands.serving import migrate_command, serve, worker_command
from feedback_app.commands.uninvite import uninvite


@click.group()
@click.version_option(package_name="shared-view")
def main() -> None:
    """Survey customers after a support case and review their answers.

    The settings are described in .env.example.
    """


for command in (
    migrate_command,
    serve,
    worker_command,
    invite,
    uninvite,
    link,
    mint,
    outbox_group,
    preview_mail,
    bounce,
    opt_out,
    sample_command,
    answers,
    review,
    export,
    digest_command,
    publish,
    note,
    verify,
    erase_command,
    person_command,
    key_group,
    lead,
    intake_group,
    reconcile,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
