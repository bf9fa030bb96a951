"""Today: what is wrong, the dearest first, how much time there is, and what each person may do about it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ownstock.access.models import User
from ownstock.journal import actions as journal
from ownstock.journal.models import Alert
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions as purchasing
from tests.factories import ACTOR
from tests.web_cases import approved_order, pending, planned_shop, read, signed_in

pytestmark = pytest.mark.django_db
MANY = 10_000


def told(key: str, kind: str, sentence: str, **more: object) -> Alert:
    """An open alert."""
    journal.raise_alert(key, kind=kind, sentence=sentence, facts=more.pop("facts", {}), **more)  # type: ignore[arg-type]
    return Alert.objects.get(key=key, cleared_at=None)


def test_the_dearest_comes_first_and_the_day_begins_with_a_sentence() -> None:
    client = shop()
    day = business_day()
    told("cheap", "excess", "Too many cups.", money=Decimal(40))
    told("dear", "late_delivery", "Plates are late.", money=Decimal(900), deadline_on=day - timedelta(days=3))
    told("free", "line_held", "A line is held.", is_closable=True)
    page = read(client.get("/"))
    assert (
        page.text.index("Plates are late.", 200)
        < page.text.index("Too many cups.")
        < page.text.index("A line is held.")
    )
    assert "3 days late" in page.text
    assert "things cost money if nobody acts" in page.text
    assert "Late order 1" in page.text
    assert "Excess 1" in page.text


def test_filters_stand_in_the_address_and_hold_for_kind_owner_supplier_and_site() -> None:
    client = shop()
    told("one", "stocked_out", "Red cups are out.", facts={"supplier": "ALPHA", "site": "SHOP"}, money=Decimal(2))
    told("two", "surplus_on_order", "Blue cups are too many.", facts={"supplier": "BETA"}, owner="anna")
    for query, found, missing in (
        ("kind=stocked_out", "Red cups", "Blue cups"), ("owner=me", "Blue cups", "Red cups"),
        ("owner=nobody", "Red cups", "Blue cups"), ("supplier=BETA", "Blue cups", "Red cups"),
        ("site=SHOP", "Red cups", "Blue cups"), ("text=blue", "Blue cups", "Red cups"),
    ):  # fmt: skip
        listed = client.get(f"/today/list?{query}").content.decode().partition('<ol class="worklist"')[2]
        assert found in listed, query
        assert missing not in listed, query


def test_what_is_taken_put_off_and_said_stands_in_its_trail() -> None:
    client = shop()
    alert = told("late", "late_delivery", "Plates are late.", money=Decimal(90))
    until = business_day() + timedelta(days=3)
    client.post(reverse("web:alert-assign", args=[alert.pk]))
    client.post(reverse("web:alert-comment", args=[alert.pk]), {"text": "Beta rings back."})
    assert client.post(reverse("web:alert-snooze", args=[alert.pk]), {"until": until}).status_code == 422
    client.post(reverse("web:alert-snooze", args=[alert.pk]), {"until": until, "reason": "It is on the ferry."})
    alert.refresh_from_db()
    assert (alert.owner, alert.snoozed_until) == ("anna", until)
    assert "Plates are late." not in read(client.get("/today/list")).text
    assert "It is on the ferry." in read(client.get("/today/list?tab=snoozed")).text
    page = read(client.get(f"/today/{alert.pk}"))
    assert all(said in page.text for said in ("Beta rings back.", "It is on the ferry.", "Alert assigned: anna"))
    client.post(reverse("web:alert-snooze", args=[alert.pk]), {"wake": "1"})
    assert "Plates are late." in read(client.get("/today/list")).text


def test_what_was_cleared_says_why_and_a_money_that_grew_by_half_comes_back() -> None:
    client = shop()
    alert = told("out", "stocked_out", "Cups are out.", money=Decimal(100))
    later = business_day() + timedelta(days=9)
    client.post(reverse("web:alert-snooze", args=[alert.pk]), {"until": later, "reason": "It can wait."})
    told("out", "stocked_out", "Cups are out.", money=Decimal(151))
    assert "Cups are out." in read(client.get("/today/list")).text
    journal.clear_alert("out", because="goods came")
    assert "because goods came" in read(client.get("/today/list?tab=cleared")).text


def test_the_ways_out_are_those_that_the_person_may_go() -> None:
    buyer = shop(roles=["buyer"])
    order = purchasing.place(approved_order().number, actor=ACTOR)
    proposal = pending("PLATE")
    late = told(
        "late", "late_delivery", "Cups are late.", facts={"number": order.number, "sku": "CUP"}, money=Decimal(9)
    )
    facts = {"item_site": proposal.item_site_id, "proposal": proposal.pk, "supplier": proposal.supplier.code}
    out = told("out", "stocked_out", "Plates are out.", money=Decimal(8), facts=facts)
    page = buyer.get(f"/today/{late.pk}").content.decode()
    assert reverse("web:chase", args=[order.number]) in page
    assert reverse("web:cancel-order", args=[order.number]) in page
    viewer = Client()
    viewer.force_login(User.objects.create(username="vera", roles=["viewer"]))
    seen = viewer.get(f"/today/{late.pk}").content.decode()
    assert reverse("web:chase", args=[order.number]) not in seen
    assert reverse("web:order", args=[order.number]) in seen
    assert viewer.post(reverse("web:alert-assign", args=[late.pk])).status_code == 403
    page = buyer.get(f"/today/{out.pk}").content.decode()
    assert f'action="{reverse("web:approve")}"' in page
    assert f'value="{proposal.pk}"' in page
    assert f'href="{reverse("web:item-site", args=[proposal.item_site_id])}"' in page
    rows = buyer.get(f"/today/{out.pk}/item-sites").json()
    assert [row["sku"] for row in rows["rows"]] == ["PLATE"]


def test_figures_of_an_alert_are_written_in_the_readers_language_and_codes_stay_as_they_are() -> None:
    client = shop()
    where = {"item_site": 1, "sku": "10.50", "site": "SHOP"}
    said = {"used_a_week": "1214.60", "forecast_made_on": "2026-03-02", "value": {"EUR": "18234.50"}}
    drift = told("drift", "forecast_drift", "Cups drift.", facts={**where, **said})
    told_of = client.get(f"/today/{drift.pk}")
    assert all(part in read(told_of).text for part in ("Forecast drift", "1,214.60", "2 Mar 2026", "EUR 18,234.50"))
    client.post(reverse("web:language"), {"language": "de"})
    text = read(client.get(f"/today/{drift.pk}")).text
    assert all(part in text for part in ("1.214,60", "02.03.2026", "10.50 in SHOP")), text
    assert "2026-03-02" not in text


def test_nobody_is_given_work_who_does_not_work_here() -> None:
    client = shop()
    alert = told("late", "late_delivery", "Plates are late.")
    User.objects.create(username="sam", roles=["supplier"])
    assert client.post(reverse("web:alert-assign", args=[alert.pk]), {"owner": "sam"}).status_code == 422
    away = client.post(reverse("web:alert-assign", args=[alert.pk]), {"next": "https://elsewhere.example/"})
    assert away["Location"] == f"/today/{alert.pk}"


def test_an_installation_without_items_leads_to_its_set_up() -> None:
    assert signed_in().get("/")["Location"] == "/set-up"


def test_ten_thousand_alerts_are_listed_with_a_handful_of_questions() -> None:
    client = shop()
    Alert.objects.bulk_create(
        Alert(
            key=f"late:{n}", kind="late_delivery", sentence=f"Line {n} is late.", money=n, facts={"number": f"PO-{n}"}
        )
        for n in range(MANY)
    )
    client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        began_at = timezone.now()
        page = client.get("/")
        seconds = (timezone.now() - began_at).total_seconds()
    assert "10,00" in page.content.decode()
    assert len(asked) < 25
    # It is some 60 ms where nobody else is at work.
    assert seconds < 3


def shop(**more: object) -> Client:
    """Somebody signed in to a shop that was planned, with an empty worklist."""
    planned_shop()
    Alert.objects.all().delete()
    client = signed_in()
    if more:
        User.objects.filter(username="anna").update(**more)
    return client
