"""Days and moments as people write them: the order of a whole column is proved by its values, or must be said.

`31/12/2026` proves day before month; `01/02/2026` alone proves nothing and is never guessed at. A moment without time zone
needs one to be said; an hour that clocks skip or repeat is no moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

YMD = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:$|[T ,])"
OTHER = r"^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?:$|[T ,])"
DAY = r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
TIME = r"^(?:[T ]|, )(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?"
ZONE = r"^ ?(?:(Z|UTC|GMT)|([+-]\d{2}):?(\d{2})?)$"
NAMES = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


@dataclass(frozen=True, slots=True)
class Days:
    """Values split into the day in ISO form (null where it is none) and what follows it; and how they were read."""

    days: pl.Series
    rest: pl.Series
    order: str
    is_unclear: pl.Series
    is_proved: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """Instants in UTC, null where a value is none; and which need a time zone, fall into a gap, or happened twice."""

    instants: pl.Series
    has_no_zone: pl.Series
    is_skipped: pl.Series
    is_repeated: pl.Series
    is_day_only: pl.Series


def read_days(text: pl.Series, said: str) -> Days:
    """Read the day that each value begins with. `text` is stripped, null where empty.

    Points between the numbers are taken for day, month, year: nobody writes the month first with points.
    """
    parts = text.str.extract_groups(OTHER).struct.unnest()
    first, mark, second = parts["1"].cast(pl.Int64), parts["2"], parts["3"].cast(pl.Int64)
    dmy = ((first > 12) | (mark == ".")) & (second <= 12)
    mdy = (second > 12) & (first <= 12)
    order = said or _stronger(int(dmy.sum() or 0), int(mdy.sum() or 0))
    is_other = first.is_not_null()
    is_unclear = is_other & (first != second) if not order else pl.repeat(False, len(text), eager=True)
    days = _iso(text, order or "dmy").set(is_unclear.fill_null(value=False), None)
    return Days(days, text.str.replace(DAY, ""), order if is_other.any() else "", is_unclear, is_proved=not said)


def _stronger(dmy: int, mdy: int) -> str:
    if not dmy and not mdy:
        return ""
    return "dmy" if dmy >= mdy else "mdy"


def _iso(text: pl.Series, order: str) -> pl.Series:
    """The days as text like 2026-03-31, null where there is no such day."""
    is_ymd = text.str.contains(YMD).fill_null(value=False)
    ymd = text.str.extract_groups(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})").struct.unnest()
    other = text.str.extract_groups(OTHER).struct.unnest()
    month, day = ("3", "1") if order == "dmy" else ("1", "3")
    theirs = pl.DataFrame({"y": other["4"], "m": other[month], "d": other[day]})
    ours = pl.DataFrame({"y": ymd["1"], "m": ymd["2"], "d": ymd["3"]})
    made = [
        frame.select(pl.format("{}-{}-{}", "y", pl.col("m").str.zfill(2), pl.col("d").str.zfill(2))).to_series()
        for frame in (ours, theirs)
    ]
    found = made[0].zip_with(is_ymd, made[1] if order != "ymd" else made[1].set(~is_ymd, None))
    return found.str.to_date("%Y-%m-%d", strict=False).cast(pl.String)


def read_moments(days: Days, zone: str) -> Moments:
    """Make instants of days and what follows them; `zone` is that of moments that name none, empty where none was said.

    A value that is a day only is its first moment, in the zone that was said.
    """
    times = days.rest.str.extract_groups(TIME).struct.unnest()
    zones = days.rest.str.replace(TIME, "").str.extract_groups(ZONE).struct.unnest()
    after = days.rest.str.replace(TIME, "")
    is_day_only = (days.rest == "").fill_null(value=False) & days.days.is_not_null()
    is_zoned = (zones["1"].is_not_null() | zones["2"].is_not_null()).fill_null(value=False) & ~is_day_only
    local = _local(days.days, times, is_day_only)
    local = local.set(~((after == "") | is_zoned).fill_null(value=False), None)
    fixed = local - _offset(zones) if is_zoned.any() else local
    placed = _placed(local.set(is_zoned, None), zone)
    instants = fixed.dt.replace_time_zone("UTC").zip_with(is_zoned, placed[0])
    has_no_zone = local.is_not_null() & ~is_zoned if not zone else pl.repeat(False, len(local), eager=True)
    return Moments(instants.cast(pl.Datetime("us", "UTC")), has_no_zone, placed[1], placed[2], is_day_only)


def _local(days: pl.Series, times: pl.DataFrame, is_day_only: pl.Series) -> pl.Series:
    """Wall-clock times; null where there is none."""
    hour = times["1"].cast(pl.Int64)
    half = times["5"].str.to_lowercase()
    is_hour = half.is_null() | hour.is_between(1, 12)
    hour = (hour % 12 + 12).zip_with((half == "p").fill_null(value=False), hour)
    hour = (hour % 12).zip_with((half == "a").fill_null(value=False), hour)
    fraction = times["4"].fill_null("0").str.head(6).str.pad_end(6, "0")
    parts = pl.DataFrame({"d": days, "h": hour.cast(pl.String).str.zfill(2), "m": times["2"],
                          "s": times["3"].fill_null("00"), "f": fraction})  # fmt: skip
    text = parts.select(pl.format("{} {}:{}:{}.{}", "d", "h", "m", "s", "f")).to_series()
    text = (days + " 00:00:00.000000").zip_with(is_day_only, text.set(~is_hour.fill_null(value=True), None))
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.6f", strict=False, time_unit="us")


def _offset(zones: pl.DataFrame) -> pl.Series:
    hours, minutes = zones["2"].cast(pl.Int64).fill_null(0), zones["3"].cast(pl.Int64).fill_null(0)
    minutes = (-minutes).zip_with(zones["2"].str.starts_with("-").fill_null(value=False), minutes)
    return ((hours * 60 + minutes) * 60_000_000).cast(pl.Duration("us"))


def _placed(local: pl.Series, zone: str) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Wall-clock times of a zone as instants; and which the clocks skipped, and which they showed twice."""
    if not zone:
        nothing = pl.repeat(None, len(local), dtype=pl.Datetime("us", "UTC"), eager=True)
        no = pl.repeat(False, len(local), eager=True)
        return nothing, no, no
    once = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    either = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    is_skipped = local.is_not_null() & either.is_null()
    is_repeated = either.is_not_null() & once.is_null()
    return once.dt.convert_time_zone("UTC"), is_skipped, is_repeated
