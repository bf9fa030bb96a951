"""The boxes in which quality officers and buyers keep the register of suppliers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ownstock.access.queries import user
from ownstock.base.text import plain
from ownstock.catalog import actions
from ownstock.catalog.imports.register import tiers_of, weekdays_of
from ownstock.catalog.models import Agreement
from ownstock.catalog.rules import WEEKDAYS, QualificationState, SourceClass
from ownstock.catalog.rules.documents import MAX_DOCUMENT_BYTES, document_name
from ownstock.planning.actions import switching
from ownstock.web.forms import DayInput
from ownstock.web.templatetags.figures import words, words_lazy


def _text(label: Any, most: int = 60, *, is_required: bool = True, words: Any = "") -> forms.CharField:
    box = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, required=is_required, help_text=words, widget=box)


def _day(label: Any, *, is_required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=is_required, widget=DayInput)


def _reason(*, is_required: bool = True) -> forms.CharField:
    return _text(_("Why"), 1_000, is_required=is_required)


def _parted(text: str) -> list[str]:
    return sorted({part.strip() for part in text.split(";")} - {""})


class RegisterForm(forms.Form):
    """Something that somebody changes of one supplier."""

    def __init__(self, code: str, on: date, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        self.code, self.on = code, on
        for name in ("valid_from", "begins_on", "withdrawn_on"):
            if name in self.fields:
                self.fields[name].initial = on

    @abstractmethod
    def carry_out(self, actor: str) -> None:
        """Do what the boxes say.

        Raises:
            Refused: see the action.
        """


class DecisionForm(RegisterForm):
    """Whether a supplier may be ordered from, for what, from when until when, and why."""

    state = forms.ChoiceField(label=_("Decision"), choices=[(s.value, words_lazy(s.value)) for s in QualificationState])
    condition = _text(
        _("On the condition that"),
        1_000,
        is_required=False,
        words=_("Of a conditional decision alone."),
    )
    categories = _text(_("For categories"), 2_000, is_required=False, words=_("Parted by ; neither: everything."))
    skus = _text(_("For items"), 6_000, is_required=False, words=_("Their codes, parted by ;"))
    source_class = forms.ChoiceField(
        label=_("Source class"), required=False, help_text=_("What it is to these goods."),
        choices=[("", _("not said")), *((c.value, words_lazy(c.value)) for c in SourceClass)],
    )  # fmt: skip
    valid_from = _day(_("From"))
    valid_to = _day(_("Until"), is_required=False)
    reason = _reason()

    @property
    def scope(self) -> dict[str, list[str]]:
        """What it is for, once it was checked; of neither: everything."""
        return {name: _parted(self.cleaned_data.get(name, "")) for name in ("categories", "skus")}

    def carry_out(self, actor: str) -> None:
        """Decide."""
        said = self.cleaned_data
        switching.qualify(
            self.code, QualificationState(said["state"]), condition=said["condition"], valid_from=said["valid_from"],
            valid_to=said["valid_to"], reason=said["reason"], actor=actor,
            source_class=said["source_class"], **self.scope,
        )  # fmt: skip


class CertificateForm(RegisterForm):
    """A paper of a supplier, with its document."""

    kind = _text(_("Certificate"), words=_("Of which sort: ISO 9001."))
    number = _text(_("Number"), 100)
    issuer = _text(_("Issuer"), 200, is_required=False)
    valid_from = _day(_("From"))
    valid_to = _day(_("Until"), is_required=False)
    document = forms.FileField(
        label=_("Document"), required=False, help_text=_("PDF, PNG or JPEG, at most 5 MiB."),
        widget=forms.FileInput({"accept": ".pdf,.png,.jpg,.jpeg"}),
    )  # fmt: skip

    def carry_out(self, actor: str) -> None:
        """Enter it, or correct the one of this kind and number; its document gets a name of ours."""
        said = self.cleaned_data
        actions.add_certificate(
            self.code, said["kind"], said["number"], issuer=said["issuer"], valid_from=said["valid_from"],
            valid_to=said["valid_to"], document=self._document(), actor=actor,
        )  # fmt: skip

    def _document(self) -> actions.Document | None:
        upload = self.cleaned_data["document"]
        if not upload:
            return None
        content = upload.read(MAX_DOCUMENT_BYTES + 1)
        name = document_name(self.code, self.cleaned_data["kind"], self.cleaned_data["number"], content)
        return actions.Document(name, content)


class WithdrawForm(RegisterForm):
    """A certificate that was taken back."""

    kind = _text(_("Certificate"))
    number = _text(_("Number"), 100)
    withdrawn_on = _day(_("No longer counts from"))
    reason = _reason()

    def carry_out(self, actor: str) -> None:
        """Have it end the day before."""
        said = self.cleaned_data
        actions.withdraw_certificate(
            self.code, said["kind"], said["number"], on=said["withdrawn_on"], reason=said["reason"], actor=actor
        )


class NeedForm(RegisterForm):
    """Which kind of certificate orders need."""

    kind = _text(_("Certificate"), words=_("Of which sort: ISO 9001."))
    of_all = forms.BooleanField(label=_("Of every supplier, not of this one alone"), required=False)
    category = _text(
        _("For items of the category"),
        is_required=False,
        words=_("Neither a category nor an item: for everything."),
    )
    sku = _text(_("For the item"), is_required=False)
    reason = _reason()

    def carry_out(self, actor: str) -> None:
        """Have it be needed."""
        actions.require_certificate(**self.named(), reason=self.cleaned_data["reason"], actor=actor)

    def named(self) -> dict[str, str]:
        """The kind and its scope."""
        said = self.cleaned_data
        supplier = "" if said["of_all"] else self.code
        return {"kind": said["kind"], "supplier": supplier, "category": said["category"], "sku": said["sku"]}


class WaiveForm(NeedForm):
    """A kind of certificate that orders no longer need, of exactly this scope."""

    def carry_out(self, actor: str) -> None:
        """End that it is needed."""
        actions.waive_certificate(**self.named(), reason=self.cleaned_data["reason"], actor=actor)


class ClosureForm(RegisterForm):
    """Days on which a supplier is closed."""

    begins_on = _day(_("From"))
    ends_on = _day(_("To"))
    reason = _text(_("Why"), 200, is_required=False)

    def carry_out(self, actor: str) -> None:
        """Keep them."""
        actions.close_supplier(self.code, **self.cleaned_data, actor=actor)


class ReopenForm(RegisterForm):
    """A closure that is taken back."""

    begins_on = _day(_("Closed from"))
    reason = _reason()

    def carry_out(self, actor: str) -> None:
        """Take it back."""
        actions.reopen_supplier(self.code, **self.cleaned_data, actor=actor)


class ContactForm(RegisterForm):
    """A supplier's account that is to act for it."""

    username = _text(
        _("Name of the account"),
        150,
        words=_("An account whose role is supplier; administrators make one on the page People."),
    )

    def carry_out(self, actor: str) -> None:
        """Let its holder see this supplier's orders."""
        actions.link_contact(self.code, self.cleaned_data["username"], actor=actor)


class ContactEndForm(RegisterForm):
    """A supplier's account that is to act for it no longer."""

    username = _text(_("Name of the account"), 150)
    reason = _reason()

    def carry_out(self, actor: str) -> None:
        """End it."""
        said = self.cleaned_data
        actions.remove_contact(user(said["username"]), supplier=self.code, reason=said["reason"], actor=actor)


class AgreementForm(RegisterForm):
    """What is agreed with a supplier, term by term."""

    code_of_it = _text(
        _("Its code"),
        words=_("An agreement of this code is changed; another is entered beside it."),
    )

    def __init__(self, code: str, on: date, data: Any = None, files: Any = None, **options: Any) -> None:
        self.held: Agreement | None = options.pop("held", None)
        super().__init__(code, on, data, files, **options)
        for name, box in forms.fields_for_model(Agreement, exclude=["supplier", "code"]).items():
            self.fields[name] = self._box(name, box)
        if self.held is None:
            self.fields["valid_from"].initial = on
        else:
            self.fields["code_of_it"].initial = self.held.code
        self.fields["currency"].required = False
        self.fields["currency"].help_text = _("Empty: the supplier's.")
        self.fields["reason"] = _reason(is_required=False)

    def _box(self, name: str, box: forms.Field | None) -> forms.Field:
        assert box is not None
        value = None if self.held is None else getattr(self.held, name)
        if name in READ:
            box = _text("", 300, is_required=False, words=WORDS[name])
            value = _written(name, value or [])
        if isinstance(box, forms.DateField):
            box.widget = DayInput()
        box.label = words(name.capitalize().replace("Otif", "OTIF"))
        box.help_text = words(box.help_text.replace("`", ""))
        if self.held is not None:
            box.initial = plain(value) if isinstance(value, Decimal) else value
        return box

    def clean(self) -> dict[str, Any]:
        """Read weekdays and tiers as people write them."""
        cleaned = super().clean() or {}
        for name, read in READ.items():
            try:
                cleaned[name] = read(cleaned.get(name) or "")
            except ValueError as wrong:
                self.add_error(name, f"{cleaned.get(name)!r} {wrong}")
        return cleaned

    def carry_out(self, actor: str) -> None:
        """Keep it."""
        said = dict(self.cleaned_data)
        code, reason = said.pop("code_of_it"), said.pop("reason")
        if not said["currency"]:
            del said["currency"]
        actions.keep_agreement(self.code, code, said, reason=reason, actor=actor)


READ: dict[str, Callable[[str], Any]] = {"order_weekdays": weekdays_of, "rebate_tiers": tiers_of}
WORDS = {
    "order_weekdays": _("On which weekdays orders are taken: mon thu; none: on any."),
    "rebate_tiers": _("From which turnover, which percentage: 10000:1 50000:2.5."),
}


def _written(name: str, value: Any) -> str:
    if name == "order_weekdays":
        return " ".join(WEEKDAYS[day - 1] for day in value)
    return " ".join(f"{start.normalize():f}:{percent.normalize():f}" for start, percent in value)
