"""The owner's settings: the practice, its states, people and licenses. Each change is audited."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse

from practice.audit import trail
from practice.audit.models import Verb
from practice.fetching import host_name
from practice.models import Counselor, Directory, License, Practice, State, User
from practice.neutral import check_neutral

# A database gives up over a condition for each of some hundred words.
_LONGEST_SEARCH = 200


class AuditedAdmin(admin.ModelAdmin):
    """Writes who set what into the audit trail, in the same transaction."""

    is_audited = True
    # In plain words beside each field for which the model itself has none.
    help_texts: ClassVar[Mapping[str, str]] = {}
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return with_help(super().formfield_for_dbfield(db_field, request, **kwargs), self, db_field)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        if len(search_term) > _LONGEST_SEARCH:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = Verb.CHANGE if change else Verb.CREATE
        trail.record(
            verb, obj, by=trail.staff_actor(request), note=",".join(form.changed_data)[:100]
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        trail.record(Verb.ERASE, obj, by=trail.staff_actor(request))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        rows = [(obj, "", "") for obj in queryset]
        trail.record_all(Verb.ERASE, rows, by=trail.staff_actor(request))
        super().delete_queryset(request, queryset)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        actor = trail.staff_actor(request)
        formset.save(commit=False)  # says which will go; once gone they have no id to record
        rows = [(obj, "", "") for obj in formset.deleted_objects]
        trail.record_all(Verb.ERASE, rows, by=actor)
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            trail.record(Verb.CREATE, obj, by=actor)
        for obj, fields in formset.changed_objects:
            trail.record(Verb.CHANGE, obj, by=actor, note=",".join(fields)[:100])


def with_help(formfield: Any, of: Any, db_field: Any) -> Any:
    """The form's field with the words that belong beside it."""
    if formfield and not formfield.help_text:
        formfield.help_text = of.help_texts.get(db_field.name, "")
    return formfield


class PracticeForm(forms.ModelForm):
    """The practice's settings; names of other services are kept one a line, as names only."""

    def clean_display_name(self) -> str:
        """Others may read it on a locked phone."""
        name: str = self.cleaned_data["display_name"]
        check_neutral(name)
        return name

    def clean_calendar_hosts(self) -> str:
        """Each a whole name such as calendar.example.com: no address, no number, no wild card."""
        return self._host_names("calendar_hosts")

    def clean_article_hosts(self) -> str:
        """As the calendars': whole names only."""
        return self._host_names("article_hosts")

    def _host_names(self, field: str) -> str:
        given = self.cleaned_data[field].split()
        wrong = [each for each in given if not host_name(each)]
        if wrong:
            raise forms.ValidationError(
                f"“{wrong[0][:60]}” is not the name of a service. Please give the name alone, "
                "such as “calendar.example.com”, without “https://” and what follows the name."
            )
        return "\n".join(dict.fromkeys(host_name(each) for each in given))


@admin.register(Practice)
class PracticeAdmin(AuditedAdmin):
    form = PracticeForm
    help_texts: ClassVar[Mapping[str, str]] = {
        "phone": "Where people reach the front desk. It stands on the public pages.",
        "time_zone": "The clock of the practice: of its days, and of when messages may go.",
        "consultation_minutes": "How long a first consultation lasts.",
        "session_minutes": "How long a session lasts, unless somebody says otherwise.",
        "minimum_notice_hours": "Nobody books for themselves sooner than this.",
        "booking_horizon_days": "So many days ahead people see open times.",
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Practice.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(State)
class StateAdmin(AuditedAdmin):
    list_display = ["name", "code", "served"]
    list_filter = ["served"]
    search_fields = ["name"]
    fields = ["name", "served", "note"]
    readonly_fields = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Directory)
class DirectoryAdmin(AuditedAdmin):
    list_display = ["name", "state", "url", "phone", "position"]
    list_filter = ["state"]
    list_select_related = ["state"]
    search_fields = ["name", "words"]
    ordering = ["state__name", "position", "name"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "name": "What it is called there.",
        "url": "Where it is on the web. Give this, or a number to call.",
        "phone": "The number to call.",
        "position": "The smallest number comes first.",
    }


@admin.register(User)
class StaffAdmin(AuditedAdmin, UserAdmin):
    form = UserChangeForm
    add_form = AdminUserCreationForm
    ordering = ["name"]
    list_display = ["name", "email", "role", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["name", "email"]
    filter_horizontal = []
    help_texts: ClassVar[Mapping[str, str]] = {
        "email": "With this address they sign in, and here messages for them go.",
        "name": "As colleagues call them. What clients read is set under Counselors.",
        "role": "What they may do. An owner reads no case; the front desk reads no case; a "
        "clinical lead reads every case and changes none.",
        "time_zone": "The clock on which they see all times.",
    }
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Person", {"fields": ["name", "role", "time_zone", "is_active"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "role", "time_zone", "password1", "password2"]})
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Nobody gives themselves another role: an owner reads no clinical text.
        return ("role",) if obj is not None and obj == request.user else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Django saves a new password past `save_model`: recorded here."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            user = User.objects.get(pk=id)
            trail.record(Verb.CHANGE, user, by=trail.staff_actor(request), note="password")
        return response


class LicenseInline(admin.TabularInline):
    model = License
    extra = 0
    help_texts: ClassVar[Mapping[str, str]] = {
        "state": "Where it is good. People must be there at the hour of the session.",
        "kind": "A full license, or a registration for telehealth from elsewhere.",
        "number": "As it stands on the license.",
        "starts_on": "The first day on which it is good.",
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return with_help(super().formfield_for_dbfield(db_field, request, **kwargs), self, db_field)


@admin.register(Counselor)
class CounselorAdmin(AuditedAdmin):
    list_display = ["public_name", "user"]
    help_texts: ClassVar[Mapping[str, str]] = {
        "user": "Whose account it is. It can’t be changed later: their cases are theirs.",
    }
    inlines = [LicenseInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A counselor's cases are theirs: they can't be handed to another account here.
        return ("user",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TakenAwayAdmin(AuditedAdmin):
    """Shown as a list, from which the owner may only take away."""

    list_display_links = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Authenticator)
class SecondFactorAdmin(TakenAwayAdmin):
    """For somebody who lost their phone: without one, they are led to setting up another."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    fields = ["user", "type", "created_at", "last_used_at"]


@admin.register(AccessAttempt)
class PausedSignInAdmin(TakenAwayAdmin):
    """For somebody who must get in before the pause after failed tries is over."""

    list_display = ["username", "attempt_time", "failures_since_start"]
    fields = ["username", "attempt_time", "failures_since_start"]
