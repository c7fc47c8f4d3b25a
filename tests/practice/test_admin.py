"""The owner's settings: what can be set there, and that each change is recorded."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from clients.contact.models import ConsentDocument
from clients.models import Concern
from intake.models import DeclineReason
from practice.access.roles import Role
from practice.admin import AuditedAdmin
from practice.audit.models import Entry
from practice.fields import EncryptedTextField
from practice.models import Directory, License, Practice, State, User
from scheduling.followups.models import Rung
from scheduling.models import DateHours, Holiday, TimeOff, WeeklyHours
from tests.cast import Cast, in_days, make_user

pytestmark = pytest.mark.django_db
CLINICAL = {"clients", "contact", "handouts", "followups", "intake", "audit"}
# What the practice itself says to people, and whom of the staff it asks; it names no client.
WORDS_OF_OUR_OWN = {ConsentDocument, Concern, DeclineReason, Rung}
PASSWORD = "a calm blue harbor"


@pytest.fixture
def owner(cast: Cast, signed_in: Callable[[User], Browser]) -> Browser:
    return signed_in(cast.olga)


def send(owner: Browser, view: str, /, *ids: Any, **changed: Any) -> Any:
    """Open a form of the settings and send it back with these fields changed."""
    path = reverse(f"admin:{view}", args=ids)
    page = owner.get(path)
    fields = _filled(page.context["adminform"].form)
    for formset in page.context["inline_admin_formsets"]:
        fields |= _filled(formset.formset.management_form)
        for form in formset.formset.forms:
            fields |= _filled(form)
    fields = {key: value for key, value in (fields | changed).items() if value is not None}
    return owner.post(path, fields)


def _filled(form: Any) -> dict[str, Any]:
    return {field.html_name: field.value() for field in form if field.value() is not False}


def recorded(before: int, cast: Cast) -> list[tuple[str, str, str, str]]:
    """What the trail says since then: (verb, what, its id, note), all by the owner."""
    rows = list(Entry.objects.filter(seq__gt=before))
    assert all(row.actor_id == str(cast.olga.pk) and row.role == "owner" for row in rows)
    return [(row.verb, row.resource, row.resource_id, row.note) for row in rows]


@pytest.fixture
def before(owner: Browser) -> int:
    return Entry.objects.count()


# What is there


def test_only_these_can_be_set():
    assert {model._meta.label for model in admin.site._registry} == {
        "practice.Practice",
        "practice.State",
        "practice.Directory",
        "practice.User",
        "practice.Counselor",
        "scheduling.WeeklyHours",
        "scheduling.DateHours",
        "scheduling.TimeOff",
        "scheduling.Holiday",
        "mfa.Authenticator",
        "axes.AccessAttempt",
        "contact.ConsentDocument",
        "clients.Concern",
        "intake.DeclineReason",
        "followups.Rung",
    }


def test_nothing_clinical_and_nothing_encrypted_is_among_them():
    for model in admin.site._registry:
        assert model in WORDS_OF_OUR_OWN or model._meta.app_label not in CLINICAL
        assert not any(isinstance(field, EncryptedTextField) for field in model._meta.fields)
    assert {app.label for app in apps.get_app_configs()} >= CLINICAL


def test_every_one_of_them_is_audited_and_so_are_its_inlines():
    for model, settings in admin.site._registry.items():
        assert isinstance(settings, AuditedAdmin), model
        for name in ("save_model", "delete_model", "delete_queryset", "save_formset"):
            assert getattr(type(settings), name) is getattr(AuditedAdmin, name), (model, name)


def test_what_a_library_brings_along_stays_out():
    site = type(admin.site._wrapped)()  # type: ignore[attr-defined]
    site.register(License, admin.ModelAdmin)
    site.register(License)
    assert License not in site._registry


def test_the_owner_sees_the_settings_and_no_client(owner: Browser, cast: Cast):
    index = owner.get(reverse("admin:index")).content.decode()
    assert "You don’t have permission" not in index
    for model in admin.site._registry:
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = owner.get(path)
        assert page.status_code == 200
        assert "Hanna" not in page.content.decode()


# Each change is recorded


def test_serving_a_state(owner: Browser, cast: Cast, before: int):
    assert send(owner, "practice_state_change", "TX", served="on").status_code == 302
    assert State.objects.get(pk="TX").served
    assert recorded(before, cast) == [("change", "practice.state", "TX", "served")]


def test_setting_the_practice(owner: Browser, cast: Cast, before: int):
    answer = send(owner, "practice_practice_change", 1, display_name="Elm Street Office")
    assert answer.status_code == 302
    assert recorded(before, cast) == [("change", "practice.practice", "1", "display_name")]


def test_what_people_read_who_can_t_be_served(owner: Browser, cast: Cast, before: int):
    answer = send(owner, "practice_state_change", "TX", note="We hope to be there next year.")
    assert answer.status_code == 302
    assert State.objects.get(pk="TX").note == "We hope to be there next year."
    assert recorded(before, cast) == [("change", "practice.state", "TX", "note")]


def test_how_long_requests_are_kept(owner: Browser, cast: Cast, before: int):
    answer = send(owner, "practice_practice_change", 1, keep_requests_days="3")
    assert answer.context["adminform"].form.errors["keep_requests_days"]
    send(owner, "practice_practice_change", 1, keep_requests_days="30")
    assert Practice.current().keep_requests_days == 30
    assert recorded(before, cast) == [("change", "practice.practice", "1", "keep_requests_days")]


def test_a_directory_added_changed_and_taken_away(owner: Browser, cast: Cast, before: int):
    facts = {"state": "TX", "name": "Texas list", "words": "A list.", "url": "list.example.org"}
    assert send(owner, "practice_directory_add", **facts).status_code == 302
    added = Directory.objects.get(name="Texas list")
    assert added.url == "https://list.example.org"
    send(owner, "practice_directory_change", added.pk, words="A longer list.")
    owner.post(reverse("admin:practice_directory_delete", args=[added.pk]), {"post": "yes"})
    assert not Directory.objects.filter(pk=added.pk).exists()
    assert [(verb, note) for verb, *_, note in recorded(before, cast)] == [
        ("create", "state,name,words,url"),
        ("change", "words"),
        ("erase", ""),
    ]


def test_directories_are_listed_by_state(owner: Browser, cast: Cast):
    path = reverse("admin:practice_directory_changelist")
    page = owner.get(path, {"state__code__exact": "TX"}).content.decode()
    assert "Psychology Today: Texas" in page
    assert "Psychology Today: Ohio" not in page


def test_a_concern_added_renamed_and_taken_away(owner: Browser, cast: Cast, before: int):
    facts = {"key": "blended-family", "name": "A family from two", "position": "9"}
    assert send(owner, "clients_concern_add", **facts).status_code == 302
    send(owner, "clients_concern_change", "blended-family", name="Two families in one")
    assert Concern.objects.get(pk="blended-family").name == "Two families in one"
    owner.post(reverse("admin:clients_concern_delete", args=["blended-family"]), {"post": "yes"})
    assert not Concern.objects.filter(pk="blended-family").exists()
    assert [(verb, what) for verb, _, what, _ in recorded(before, cast)] == [
        ("create", "blended-family"),
        ("change", "blended-family"),
        ("erase", "blended-family"),
    ]


def test_what_cases_depend_on_stays_as_it_is(owner: Browser, cast: Cast, before: int):
    facts = {"key": "other", "about_affair": None, "name": "After an affair"}
    assert send(owner, "clients_concern_change", "affair-recovery", **facts).status_code == 302
    concern = Concern.objects.get(pk="affair-recovery")
    assert (concern.name, concern.about_affair) == ("After an affair", True)
    assert not Concern.objects.filter(pk="other").exists()
    assert recorded(before, cast) == [("change", "clients.concern", "affair-recovery", "name")]


def test_a_concern_of_a_case_is_not_taken_away(owner: Browser, cast: Cast, before: int):
    assert cast.case.concern_id == "affair-recovery"
    path = reverse("admin:clients_concern_delete", args=["affair-recovery"])
    page = owner.post(path, {"post": "yes"}).content.decode()
    assert "Cannot delete" in page
    assert "Hanna" not in page
    assert Concern.objects.filter(pk="affair-recovery").exists()
    assert recorded(before, cast) == []


def test_adding_somebody_who_can_then_sign_in(owner: Browser, cast: Cast, before: int):
    facts = {"email": "New.Person@Example.com", "name": "New Person", "role": "desk"}
    answer = send(owner, "practice_user_add", **facts, password1=PASSWORD, password2=PASSWORD)
    assert answer.status_code == 302
    added = User.objects.get(name="New Person")
    (row,) = recorded(before, cast)
    assert row[:3] == ("create", "practice.user", str(added.pk))
    browser = Browser()
    browser.post("/account/login/", {"login": "new.person@example.com", "password": PASSWORD})
    assert browser.get("/desk/").status_code == 200


def test_giving_somebody_another_role(owner: Browser, cast: Cast, before: int):
    assert send(owner, "practice_user_change", cast.dan.pk, role="counselor").status_code == 302
    assert recorded(before, cast) == [("change", "practice.user", str(cast.dan.pk), "role")]


def test_switching_somebody_off(owner: Browser, cast: Cast, before: int):
    assert send(owner, "practice_user_change", cast.dan.pk, is_active=None).status_code == 302
    assert not User.objects.get(pk=cast.dan.pk).is_active
    assert recorded(before, cast) == [("change", "practice.user", str(cast.dan.pk), "is_active")]


def test_giving_somebody_another_password(owner: Browser, cast: Cast, before: int):
    path = reverse("admin:auth_user_password_change", args=[cast.dan.pk])
    owner.post(path, {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(pk=cast.dan.pk).check_password(PASSWORD)
    assert recorded(before, cast) == [("change", "practice.user", str(cast.dan.pk), "password")]


def test_a_password_that_was_refused_is_not_recorded(owner: Browser, cast: Cast, before: int):
    path = reverse("admin:auth_user_password_change", args=[cast.dan.pk])
    owner.post(path, {"password1": "short", "password2": "short"})
    assert recorded(before, cast) == []


def test_a_license_added_changed_and_taken_away(owner: Browser, cast: Cast, before: int):
    ida = cast.ida
    new = {"state": "NY", "kind": "full", "number": "N-1", "starts_on": "2026-01-01"}
    fields = {f"licenses-1-{name}": value for name, value in new.items()}
    fields |= {"licenses-1-expires_on": "2027-01-01", "licenses-TOTAL_FORMS": "2"}
    assert send(owner, "practice_counselor_change", ida.pk, **fields).status_code == 302
    held = License.objects.get(number="N-1")

    changed = {"licenses-1-number": "N-2"}
    assert send(owner, "practice_counselor_change", ida.pk, **changed).status_code == 302
    gone = {"licenses-1-DELETE": "on"}
    assert send(owner, "practice_counselor_change", ida.pk, **gone).status_code == 302

    assert not License.objects.filter(pk=held.pk).exists()
    acts = [row for row in recorded(before, cast) if row[1] == "practice.license"]
    assert [(verb, note) for verb, _, _, note in acts] == [
        ("create", ""),
        ("change", "number"),
        ("erase", ""),
    ]
    assert [row[2] for row in acts] == [str(held.pk)] * 3


def test_hours_and_time_off(owner: Browser, cast: Cast, before: int):
    hours = cast.nora.weekly_hours.get(weekday=0)
    send(owner, "scheduling_weeklyhours_change", hours.pk, ends="16:00:00")
    owner.post(reverse("admin:scheduling_weeklyhours_delete", args=[hours.pk]), {"post": "yes"})
    assert recorded(before, cast) == [
        ("change", "scheduling.weeklyhours", str(hours.pk), "ends"),
        ("erase", "scheduling.weeklyhours", str(hours.pk), ""),
    ]


def test_a_single_days_hours(owner: Browser, cast: Cast, before: int):
    facts = {"counselor": str(cast.nora.pk), "day": "2026-12-24", "kind": "any"}
    added = send(owner, "scheduling_datehours_add", **facts, begins="09:00", ends="12:00")
    assert added.status_code == 302
    row = DateHours.objects.get()
    assert (row.begins, row.ends) == (time(9), time(12))
    backward = send(owner, "scheduling_datehours_change", row.pk, ends="08:00")
    assert "The end is before the beginning." in backward.content.decode()
    assert recorded(before, cast)[0][:3] == ("create", "scheduling.datehours", str(row.pk))


def keep(owner: Browser, *kept: Holiday) -> Any:
    """Send the list of holidays with ticks at these."""
    path = reverse("admin:scheduling_holiday_changelist")
    formset = owner.get(path).context["cl"].formset
    fields = _filled(formset.management_form)
    for form in formset.forms:
        fields[form["id"].html_name] = form.instance.pk
        if form.instance in kept:
            fields[form["kept"].html_name] = "on"
    return owner.post(path, {**fields, "_save": "Save"})


def test_the_owner_keeps_and_drops_holidays(owner: Browser, cast: Cast, before: int):
    days = [date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18)]
    first, second, third = (
        Holiday.objects.create(day=day, name=f"Holiday {number}", kept=number < 2)
        for number, day in enumerate(days)
    )
    assert keep(owner, first, third).status_code == 302
    assert set(Holiday.objects.filter(kept=True)) == {first, third}
    assert sorted(recorded(before, cast)) == [
        ("change", "scheduling.holiday", str(second.pk), "kept"),
        ("change", "scheduling.holiday", str(third.pk), "kept"),
    ]


def test_the_list_of_holidays_says_what_a_tick_means(owner: Browser, cast: Cast):
    Holiday.objects.create(day=date(2026, 12, 25), name="Christmas Day")
    Holiday.objects.create(day=date(2027, 4, 19), name="Patriots’ Day", place="MA")
    page = owner.get(reverse("admin:scheduling_holiday_changelist")).content.decode()
    for words in ("the practice is closed", "Friday", "The whole country", "Patriots’ Day"):
        assert words in page


def test_a_holiday_is_neither_renamed_nor_put_on_another_day(
    owner: Browser, cast: Cast, before: int
):
    holiday = Holiday.objects.create(day=date(2026, 12, 25), name="Christmas Day")
    path = reverse("admin:scheduling_holiday_change", args=[holiday.pk])
    owner.post(path, {"day": "2026-12-26", "name": "Another", "kept": "on"})
    holiday.refresh_from_db()
    assert (holiday.day, holiday.name) == (date(2026, 12, 25), "Christmas Day")


def test_calendar_services_are_kept_as_names(owner: Browser, cast: Cast, before: int):
    typed = " Calendar.Example.com \n\nical.example.org\ncalendar.example.com."
    assert send(owner, "practice_practice_change", 1, calendar_hosts=typed).status_code == 302
    kept = Practice.current().calendar_hosts
    assert kept == "calendar.example.com\nical.example.org"
    assert recorded(before, cast) == [("change", "practice.practice", "1", "calendar_hosts")]


@pytest.mark.parametrize(
    "typed",
    [
        "https://calendar.example.com/feed",
        "calendar.example.com/feed",
        "*.example.com",
        "localhost",
        "10.0.0.1",
        "[::1]",
        "calendar.example.com:8443",
        "user@calendar.example.com",
    ],
)
def test_what_is_no_name_of_a_calendar_service_is_refused(
    owner: Browser, cast: Cast, before: int, typed: str
):
    answer = send(owner, "practice_practice_change", 1, calendar_hosts=typed)
    assert "is not the name of a service" in answer.content.decode()
    assert Practice.current().calendar_hosts == ""
    assert recorded(before, cast) == []


def test_late_cancellation(owner: Browser, cast: Cast, before: int):
    words = "Late cancellation costs the session."
    facts = {"late_cancel_hours": "48", "late_cancel_words": words}
    assert send(owner, "practice_practice_change", 1, **facts).status_code == 302
    practice = Practice.current()
    assert (practice.late_cancel_hours, practice.late_cancel_words) == (48, words)
    refused = send(owner, "practice_practice_change", 1, late_cancel_hours="169")
    assert refused.status_code == 200


def test_a_counselors_pause_and_most_a_day(owner: Browser, cast: Cast, before: int):
    facts = {"buffer_minutes": "20", "most_a_day": "5"}
    assert send(owner, "practice_counselor_change", cast.nora.pk, **facts).status_code == 302
    cast.nora.refresh_from_db()
    assert (cast.nora.buffer_minutes, cast.nora.most_a_day) == (20, 5)
    refused = send(owner, "practice_counselor_change", cast.nora.pk, most_a_day="0")
    assert refused.status_code == 200


def test_several_taken_away_at_once(owner: Browser, cast: Cast, before: int, now):
    off = [
        TimeOff.objects.create(
            counselor=cast.nora,
            starts_at=in_days(now, day),
            ends_at=in_days(now, day) + timedelta(hours=1),
        )
        for day in (30, 31)
    ]
    fields = {"action": "delete_selected", "post": "yes"}
    path = reverse("admin:scheduling_timeoff_changelist")
    owner.post(path, {**fields, "_selected_action": [one.pk for one in off]})
    assert not TimeOff.objects.exists()
    assert sorted(row[2] for row in recorded(before, cast)) == sorted(str(one.pk) for one in off)


def test_a_lost_second_factor_is_taken_away(owner: Browser, cast: Cast, before: int):
    lost = RecoveryCodes.activate(cast.dan).instance
    owner.post(reverse("admin:mfa_authenticator_delete", args=[lost.pk]), {"post": "yes"})
    assert not Authenticator.objects.exists()
    assert recorded(before, cast) == [("erase", "mfa.authenticator", str(lost.pk), "")]


def test_no_secret_of_a_second_factor_is_shown(owner: Browser, cast: Cast):
    codes = RecoveryCodes.activate(cast.dan)
    path = reverse("admin:mfa_authenticator_change", args=[codes.instance.pk])
    page = owner.get(path).content.decode()
    assert codes.instance.data["seed"] not in page
    assert owner.post(path, {"data": "{}"}).status_code == 403


def test_a_pause_of_sign_in_is_ended_by_the_owner(owner: Browser, cast: Cast, travel, now):
    fields = {"login": cast.dan.email, "password": "not-the-password"}
    for _ in range(5):
        Browser().post("/account/login/", fields, REMOTE_ADDR="192.0.2.1")
    travel(now + timedelta(minutes=10))
    (attempt,) = AccessAttempt.objects.all()
    owner.post(reverse("admin:axes_accessattempt_delete", args=[attempt.pk]), {"post": "yes"})
    right = {"login": cast.dan.email, "password": "a-long-password"}
    answer = Browser().post("/account/login/", right, REMOTE_ADDR="192.0.2.1")
    assert answer.headers["Location"] == "/desk/"
    erased = Entry.objects.filter(resource="axes.accessattempt", actor_id=str(cast.olga.pk))
    assert [(row.verb, row.resource_id) for row in erased] == [("erase", str(attempt.pk))]


def test_a_change_that_fails_leaves_neither_change_nor_record(
    owner: Browser, cast: Cast, before: int
):
    answer = send(owner, "practice_practice_change", 1, quiet_from="23:00:00")
    assert answer.status_code == 200
    assert "between 8 AM and 9 PM" in answer.content.decode()
    assert recorded(before, cast) == []


def test_people_and_counselors_are_never_deleted(owner: Browser, cast: Cast):
    for name, key in (("user", cast.dan.pk), ("counselor", cast.nora.pk), ("state", "TX")):
        path = reverse(f"admin:practice_{name}_delete", args=[key])
        assert owner.post(path, {"post": "yes"}).status_code == 403
    assert WeeklyHours.objects.exists()


def test_only_the_owner_may_set_anything(cast: Cast):
    for user in (cast.dan, cast.nora.user):
        assert not user.has_perm("practice.change_state")
        assert not user.has_module_perms("practice")
    assert cast.olga.has_perm("practice.change_state")
    cast.olga.is_active = False
    assert not cast.olga.has_perm("practice.change_state")


@pytest.mark.parametrize("role", Role)
def test_the_navigation_leads_only_where_one_may_go(cast: Cast, signed_in, role: Role):
    user = {Role.OWNER: cast.olga, Role.COUNSELOR: cast.nora.user, Role.DESK: cast.dan}.get(role)
    browser = signed_in(user or make_user("lena", role))
    page = browser.get(reverse("staff-home"), follow=True)
    entries = page.context["staff_nav"]
    assert entries
    assert sum(entry.current for entry in entries) == 1
    for entry in entries:
        assert browser.get(entry.url).status_code == 200


def test_each_field_says_in_plain_words_what_it_does(rf: Any, cast: Cast) -> None:
    request = rf.get("/admin/")
    request.user = cast.olga
    silent = [
        f"{model._meta.label}.{name}"
        for model, settings in admin.site._registry.items()
        if settings.has_change_permission(request) or settings.has_add_permission(request)
        for name, field in _fields(settings, request)
        if not field.help_text
    ]
    assert silent == []


def _fields(settings: Any, request: Any) -> list[tuple[str, Any]]:
    lines = [formset.form for formset, _ in settings.get_formsets_with_inlines(request)]
    forms = [settings.get_form(request), *lines]
    hidden = {"id", "DELETE", "counselor"} if lines else set()
    return [each for form in forms for each in form.base_fields.items() if each[0] not in hidden]
