"""Who may do what: one table for pages and one for commands. What has no line here is refused to everybody.

Admins may do everything. Salespeople and marketers work with records, and send them to Halo where the account lets
them; who has no role looks only.
"""

from enum import StrEnum


class Right(StrEnum):
    """What a page or a command asks of a person."""

    NOTHING = "nothing"  # open to the signed out, or to whoever holds another key
    LOOK = "look"  # be signed in
    WORK = "work"  # change records
    SEND = "send"  # send records to Halo, and get from there: as the account chooses
    SETTLE = "settle"  # settings, imports, people, everything at once


WORKING = {"admin", "salesperson", "marketer"}

PAGES = {
    Right.NOTHING: {
        "accounts.accept_invitation",
        "accounts.choose_password",
        "accounts.forgotten",
        "accounts.invitation",
        "accounts.new_password",
        "accounts.send_link",
        "accounts.sign_in",
        "favicon",
        "health.healthz",
        "metrics.metrics",  # asks for METRICS_TOKEN
        "static",
    },
    Right.LOOK: {
        "accounts.change_password",
        "accounts.profile",
        "accounts.save_profile",
        "accounts.sign_out",
        "accounts.sign_out_everywhere",
        "crm.all_lists",
        "crm.choose_company_columns",
        "crm.choose_contact_columns",
        "crm.choose_opportunity_columns",
        "crm.companies",
        "crm.company",
        "crm.company_names",
        "crm.contact",
        "crm.contacts",
        "crm.note",
        "crm.one_list",
        "crm.opportunities",
        "crm.opportunity",
        "crm.opportunity_board",
        "crm.search",
        "home.home",
        "web.settings",  # leads to the first page the person may see
    },
    Right.WORK: {
        "crm.add_note_to_company",
        "crm.add_note_to_contact",
        "crm.assign_opportunities",
        "crm.change_lists",
        "crm.change_members",
        "crm.cancel_file",
        "crm.companies_file",
        "crm.compare_file",
        "crm.contacts_file",
        "crm.create_company",
        "crm.create_contact",
        "crm.create_opportunity",
        "crm.delete_company",
        "crm.delete_contact",
        "crm.delete_list",
        "crm.delete_note",
        "crm.delete_opportunity",
        "crm.edit_company",
        "crm.edit_contact",
        "crm.edit_note",
        "crm.edit_opportunity",
        "crm.fill_again",
        "crm.file_progress",
        "crm.files",
        "crm.link_company",
        "crm.link_contact",
        "crm.link_opportunity",
        "crm.list_file",
        "crm.lists_file",
        "crm.make_list",
        "crm.never_import_company",
        "crm.move_opportunity",
        "crm.never_import_contact",
        "crm.never_import_opportunity",
        "crm.new_company",
        "crm.new_contact",
        "crm.new_file",
        "crm.new_opportunity",
        "crm.odd_values",
        "crm.one_file",
        "crm.opportunities_file",
        "crm.put_on_list",
        "crm.refused_lines",
        "crm.save_company",
        "crm.save_contact",
        "crm.save_file",
        "crm.save_opportunity",
        "crm.save_list",
        "crm.save_note",
        "crm.take_from_halo",
        "crm.take_off_grown",
        "crm.unlink_company",
        "crm.unlink_contact",
        "crm.unlink_opportunity",
        "crm.upload_file",
    },
    Right.SEND: {
        "exporting.choose",
        "exporting.export",
        "exporting.foot",
        "exporting.give_up",
        "exporting.look_again",
        "exporting.send",
        "exporting.send_company",
        "exporting.send_contact",
        "exporting.send_note",
        "note_fetching.fetch",
        "note_fetching.get_notes_of_company",
        "note_fetching.get_notes_of_contact",
    },
    Right.SETTLE: {
        "audit.file",
        "audit.page",
        "connecting.check",
        "connecting.leave_practice",
        "connecting.leaving",
        "connecting.mapping_page",
        "connecting.page",
        "connecting.save",
        "connecting.save_mapping",
        "connecting.save_share",
        "connecting.start_check",
        "connecting.try_practice",
        "crm.download",
        "importing.answer",
        "importing.answer_own_company",
        "importing.bring_back",
        "importing.cancel",
        "importing.cancel_order",
        "importing.chip",
        "importing.choose",
        "importing.decision",
        "importing.decisions_csv",
        "importing.go_on",
        "importing.history",
        "importing.left_out",
        "importing.left_out_file",
        "importing.order",
        "importing.progress",
        "importing.rail",
        "importing.reply",
        "importing.run_head",
        "importing.run_page",
        "importing.stage_page",
        "importing.start",
        "importing.start_order",
        "importing.start_unmapped",
        "importing.change_agent",
        "importing.save_roles",
        "importing.invite",
        "importing.inviting",
        "importing.save_users",
        "importing.save_whose",
        "importing.users",
        "people.disable",
        "people.disabling",
        "people.enable",
        "people.make_password_link",
        "people.page",
        "people.resend",
        "people.retry_mail",
        "people.revoke",
        "people.save_roles",
        "people.unlink",
        "old_settings.general",
        "settings.account",
        "settings.add_status",
        "settings.add_type",
        "settings.edit_status",
        "settings.edit_type",
        "settings.move_status",
        "settings.move_type",
        "settings.remove_status",
        "settings.remove_type",
        "settings.rename_status",
        "settings.rename_type",
        "settings.save",
    },
}
COMMANDS = {
    Right.NOTHING: {  # act for nobody: who may use the shell may use them
        ("accounts", "create"),
        ("accounts", "list"),
        ("db",),
        ("practice",),
        ("watch",),
    },
    Right.WORK: {("crm", "load")},
    Right.SEND: {("halo", "export")},
    Right.SETTLE: {
        ("accounts", "add-user"),
        ("accounts", "password-link"),
        ("crm", "dump"),
        ("halo", "apply"),
        ("halo", "connect"),
        ("halo", "decisions"),
        ("halo", "import"),
        ("halo", "map"),
        ("halo", "read"),
        ("halo", "undo"),
    },
}
FOR = {
    Right.WORK: "admins, salespeople and marketers",
    Right.SEND: "admins and those whom Account Settings let send to Halo",
    Right.SETTLE: "admins",
}
RIGHT_OF = {name: right for table in (PAGES, COMMANDS) for right, names in table.items() for name in names}


def may(user, right: Right) -> bool:
    """Whether somebody who is signed in has a right; user: a User."""
    if right in (Right.NOTHING, Right.LOOK):
        return True
    if right is Right.WORK:
        return bool(WORKING.intersection(user.roles))
    return user.is_admin or (right is Right.SEND and bool(set(user.account.senders).intersection(user.roles)))


def may_open(user, endpoint: str) -> bool:
    """Whether somebody who is signed in may open this page."""
    right = RIGHT_OF.get(endpoint)
    return right is not None and may(user, right)


def right_to_run(words: tuple[str, ...]) -> Right | None:
    """What a command asks for, such as ("halo", "import"); a group may have one line for all of its commands."""
    return RIGHT_OF.get(words) or RIGHT_OF.get(words[:1])
