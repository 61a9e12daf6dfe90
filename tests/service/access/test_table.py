"""The table of who may do what, held against the service and against the rules of the domain."""

import pytest

from alerts.enterprise.declaration import DECLARING, REVIEWING
from alerts.enterprise.onboarding import AUTHORITY
from alerts.handling.rules import RULES, SIGNING
from alerts.roster.right import LEADING
from service.access import ACCESS, ROLES
from tests.service.access.city import ROUTES

AUTHORITIES = frozenset(ROLES) - {"enterprise"}
READS = {name for name, (method, _) in ROUTES.items() if method == "GET"}


def may(operation: str) -> set[str]:
    """Which of the authorities may call an operation."""
    return {role for role in AUTHORITIES if ACCESS[operation].admits(role)}


def test_it_has_the_operations_of_the_service() -> None:
    assert set(ACCESS) == set(ROUTES)


def test_it_says_of_a_step_what_the_rules_of_handling_say() -> None:
    names = {action: f"{'falseAlarm' if action == 'false-alarm' else action}Alert" for action in RULES}
    assert {n: may(n) for n in names.values() if n in ACCESS} == {
        names[action]: set(rule.roles - {"enterprise"}) for action, rule in RULES.items() if names[action] in ACCESS
    }


@pytest.mark.parametrize(
    ("roles", "operations"),
    [
        (SIGNING, ("releaseName", "withdrawName", "upholdAppeal", "dismissAppeal", "beginDrill", "endDrill")),
        (REVIEWING, ("acceptDeclaration", "refuseDeclaration")),
        (DECLARING - {"enterprise"}, ("declareMark", "correctMark", "endMark", "withdrawMark")),
        (AUTHORITY, ("decideOutlet",)),
        (LEADING, ("importDutyRoster", "addRotation", "endRotation", "addLeave", "endLeave", "addHoliday")),
        (LEADING, ("endHoliday", "addSubstitute", "endSubstitute", "addTemporary", "endTemporary")),
        (set(), ("replyToAlert", "appealAlert", "reportRectified", "writeMessage", "sayOutletStep", "addConsumable")),
    ],
)
def test_it_says_what_the_rules_of_the_domain_say(roles: set[str], operations: tuple[str, ...]) -> None:
    assert {name: may(name) for name in operations} == {name: set(roles) for name in operations}


def test_an_enterprise_calls_nothing_but_its_own_window_and_account() -> None:
    own = ("/api/v1/enterprise/", "/api/v1/auth/")
    its = {name for name, (_, path) in ROUTES.items() if f"{path}/".startswith(own) and not ACCESS[name].open}
    assert {name for name, access in ACCESS.items() if access.admits("enterprise") and not access.open} == its


def test_a_dispatcher_and_the_field_sign_nothing_off() -> None:
    signing = ("closeAlert", "falseAlarmAlert", "reopenAlert", "silenceAlert", "releaseName", "decideOutlet")
    for name in (*signing, "upholdAppeal", "acceptDeclaration", "makeMute", "makeCampaign", "makeEvidencePack"):
        assert not may(name) & {"dispatcher", "field"}, name


def test_no_key_changes_passwords_sessions_keys_or_accounts() -> None:
    by_people = {name for name, (_, path) in ROUTES.items() if path.startswith(("/api/v1/auth/", "/api/v1/accounts"))}
    open_ones = {name for name in by_people if ACCESS[name].open}
    assert {name for name in by_people - open_ones if ACCESS[name].cells["key"] != "-"} <= {"getMe"}


def test_only_an_admin_sees_accounts_and_the_audit_log() -> None:
    for name in ("listAccounts", "disableAccount", "endAccountSessions", "listAudit"):
        assert {role for role in ROLES if ACCESS[name].admits(role)} == {"admin"}


def test_what_is_open_changes_nothing_but_ones_own_session_and_receipt() -> None:
    changing = {name for name, access in ACCESS.items() if access.open and name not in READS}
    assert changing == {"login", "logout", "press"}
