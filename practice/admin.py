"""The owner's settings: the practice, its states, people and licenses. Each change is audited."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, License, Practice, State, User


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Writes who set what into the audit trail, in the same transaction."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = Verb.CHANGE if change else Verb.CREATE
        trail.record(verb, obj, by=trail.staff_actor(request), note=",".join(form.changed_data)[:100])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        trail.record(Verb.ERASE, obj, by=trail.staff_actor(request))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        rows = [(obj, "", "") for obj in queryset]
        trail.record_all(Verb.ERASE, rows, by=trail.staff_actor(request))
        super().delete_queryset(request, queryset)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        actor = trail.staff_actor(request)
        for obj in formset.new_objects:
            trail.record(Verb.CREATE, obj, by=actor)
        for obj, fields in formset.changed_objects:
            trail.record(Verb.CHANGE, obj, by=actor, note=",".join(fields)[:100])
        for obj in formset.deleted_objects:
            trail.record(Verb.ERASE, obj, by=actor)


@admin.register(Practice)
class PracticeAdmin(AuditedAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Practice.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(State)
class StateAdmin(AuditedAdmin):
    list_display = ["name", "code", "served"]
    list_filter = ["served"]
    search_fields = ["name"]
    fields = ["name", "served"]
    readonly_fields = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class StaffAdmin(AuditedAdmin, UserAdmin):
    form = UserChangeForm
    add_form = AdminUserCreationForm
    ordering = ["name"]
    list_display = ["name", "email", "role", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["name", "email"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Person", {"fields": ["name", "role", "time_zone", "is_active"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "role", "time_zone", "password1", "password2"]})
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LicenseInline(admin.TabularInline):  # type: ignore[type-arg]
    model = License
    extra = 0


@admin.register(Counselor)
class CounselorAdmin(AuditedAdmin):
    list_display = ["public_name", "user"]
    inlines = [LicenseInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
