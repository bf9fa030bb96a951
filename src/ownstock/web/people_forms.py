"""What an administrator types of people and keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from ownstock.access.models import User
from ownstock.access.rules import (
    DAYS_OF_A_KEY,
    HOLDS,
    INTERNAL_ROLES,
    MAX_DAYS_OF_A_KEY,
    Role,
    Scope,
    roles_named,
    scopes_named,
)


def _ticks(label: Any, choices: list[tuple[str, Any]]) -> forms.MultipleChoiceField:
    box = forms.CheckboxSelectMultiple(attrs={"class": "ticks"})
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=box)


def _meant(one: Role | Scope) -> tuple[str, Any]:
    return str(one), _Meant(one)


class _Meant:
    """A role or a scope with its meaning in the reader's language."""

    def __init__(self, one: Role | Scope) -> None:
        self.one = one

    def __str__(self) -> str:
        return f"{self.one.value}: {_(self.one.meaning)}"


class NewPersonForm(forms.Form):
    """Who is let in, and what for."""

    username = forms.CharField(label=_("Name to sign in by"), max_length=150, validators=[UnicodeUsernameValidator()])
    email = forms.EmailField(label=_("E-mail address"), required=False)
    roles = _ticks(_("What they are here for"), [_meant(role) for role in INTERNAL_ROLES])
    supplier = forms.CharField(
        label=_("Or the code of the supplier for whom they work"), required=False, max_length=60,
        help_text=_("They see what is that supplier\u2019s, and nothing else."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse an account that is for nothing, and one of both sides."""
        said = super().clean() or {}
        if not self.errors and bool(said["roles"]) is bool(said["supplier"]):
            raise forms.ValidationError(_("Tick at least one role, or name a supplier; nobody is of both sides."))
        return said

    def said(self) -> dict[str, Any]:
        """What `create_user` takes."""
        said = self.cleaned_data
        return {"username": said["username"], "email": said["email"], "roles": roles_named(said["roles"])}


class RolesForm(forms.Form):
    """The roles of one of ours; what is given and taken is told from those that the form was shown with."""

    held = forms.CharField(widget=forms.HiddenInput, required=False)
    roles = _ticks(_("What they are here for"), [_meant(role) for role in INTERNAL_ROLES])
    reason = forms.CharField(label=_("Why"), max_length=1_000)

    @classmethod
    def of(cls, person: User) -> RolesForm:
        """The form with the roles that somebody has."""
        return cls(initial={"held": " ".join(person.roles), "roles": person.roles})

    def said(self) -> dict[str, Any]:
        """What `change_roles` takes."""
        held, ticked = set(self.cleaned_data["held"].split()), set(self.cleaned_data["roles"])
        given, taken = roles_named(ticked - held), roles_named(held - ticked)
        return {"add": given, "remove": taken, "reason": self.cleaned_data["reason"]}


class EmailForm(forms.Form):
    """Where somebody's mail goes."""

    email = forms.EmailField(label=_("E-mail address"), required=False)


class SupplierForm(forms.Form):
    """For whom a supplier's account acts."""

    supplier = forms.CharField(label=_("Code of the supplier"), max_length=60)


class ReasonForm(forms.Form):
    """Why something is done to somebody's account."""

    reason = forms.CharField(label=_("Why"), max_length=1_000)


class KeyForm(forms.Form):
    """A key for a program: what for, what it may do, how long."""

    label = forms.CharField(label=_("What the key is for"), max_length=100)
    expires_in_days = forms.IntegerField(
        label=_("Days that it lives"), min_value=1, max_value=MAX_DAYS_OF_A_KEY, initial=DAYS_OF_A_KEY
    )
    roles = _ticks(_("All that people of these roles may do"), [_meant(role) for role in INTERNAL_ROLES])
    scopes = _ticks(_("And this"), [_meant(scope) for scope in Scope])

    def clean(self) -> dict[str, Any]:
        """Refuse a key that opens nothing."""
        said = super().clean() or {}
        if not self.errors and not (said["roles"] or said["scopes"]):
            raise forms.ValidationError(_("Tick what its holder may do: a key without that opens nothing."))
        return said

    def said(self) -> dict[str, Any]:
        """What `create_api_key` takes."""
        said = self.cleaned_data
        held = {scope for role in roles_named(said["roles"]) for scope in HOLDS[role]}
        scopes = scopes_named([*said["scopes"], *held])
        return {"label": said["label"], "scopes": scopes, "expires_in_days": said["expires_in_days"]}
