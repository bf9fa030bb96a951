"""From a home to a cluster that may be served: everything looked at and mended before the server starts."""

from __future__ import annotations

import os
from pathlib import Path

from ownstock.base.errors import Refused
from ownstock.site.embedded import binaries, cluster, leftovers, privileges
from ownstock.site.embedded.binaries import Binaries
from ownstock.site.embedded.cluster import Cluster, Profile, cluster_folder
from ownstock.site.embedded.home import Home, public_folder, read_json, sync_folder, write_json
from ownstock.site.embedded.privileges import Standing, Way


def open_cluster(home: Home, profile: Profile) -> Cluster:
    """Prepare a cluster: end leftovers, leave root, check the version, make the data folder if there is none.

    The caller holds the owner lock and has a single thread. Raises Refused or Unavailable.
    """
    made_with = str((read_json(home.record) or {}).get("bindir", "unknown"))
    programs = binaries.find()
    opened = Cluster(home, *stand(home, programs), profile)
    _require_present(opened)
    binaries.require_same_major(opened.programs, opened.data_folder, made_with)
    if binaries.made_by(opened.data_folder) is None:
        cluster.make(opened)
    write_record(opened)
    return opened


def stand(home: Home, programs: Binaries) -> tuple[Binaries, Standing]:
    """End what is left of earlier servers, leave root behind, and give the programs that the server may run."""
    for way in (Way.AS_IS, Way.SETUID):
        for name in ("data", "data.new", "data.restoring"):
            leftovers.end(cluster_folder(home, way) / name)
    way = privileges.choose(_made_in(home), home.folder, programs.folder / "postgres")
    folder = cluster_folder(home, way)
    finish_switch(folder)
    _require_ours(folder / "data", way)
    standing = privileges.enter(way, folder / "data")
    if way is Way.SETUID:
        programs = binaries.public_copy(programs, public_folder() / "programs")
        _make_public_folder(folder)
    return programs, standing


def write_record(opened: Cluster) -> None:
    """Note beside the data which programs made it last, in which way, and how much it keeps."""
    facts = {
        "major": opened.programs.major,
        "bindir": str(opened.programs.folder),
        "way": str(opened.standing.way),
        "profile": opened.profile.name,
    }
    if read_json(opened.home.record) != facts:
        write_json(opened.home.record, facts)


def finish_switch(folder: Path) -> None:
    """Put upgraded data in its place: at the end of an upgrade, or when one was cut off between its two renames."""
    upgraded, current = folder / "data.upgraded", folder / "data"
    if not upgraded.exists():
        return
    major = binaries.made_by(current)
    if major is not None:
        current.rename(backup_folder(folder, major))
    upgraded.rename(current)
    sync_folder(folder)


def backup_folder(folder: Path, major: int) -> Path:
    """Where an upgrade leaves the old data."""
    return folder / f"data.{major}.bak"


def _made_in(home: Home) -> Way | None:
    record = read_json(home.record)
    if record is not None:
        return Way(record["way"])
    # The first start may have been cut off between the data and its record.
    made = (way for way in (Way.AS_IS, Way.SETUID) if binaries.made_by(cluster_folder(home, way) / "data"))
    return next(made, None)


def _require_ours(data_folder: Path, way: Way) -> None:
    if way is Way.SETUID or not data_folder.exists():
        return
    owner = data_folder.stat().st_uid
    if owner != os.geteuid():
        raise Refused(
            f"The data in {data_folder} belongs to account {owner}, and this is account {os.geteuid()}. "
            f"Run Ownstock as the account that owns it.",
            code="database_folder_not_ours",
            folder=str(data_folder),
            owner=owner,
        )


def _require_present(opened: Cluster) -> None:
    """Never begin anew in silence where data has been."""
    is_made = binaries.made_by(opened.data_folder) is not None
    home = opened.home
    if not is_made and home.record.exists():
        raise Refused(
            f"{home.record} speaks of data in {opened.data_folder}, which is not there. Bring it back from a backup, "
            f"or remove {home.record} to begin with an empty database.",
            code="database_data_missing",
            data_folder=str(opened.data_folder),
        )
    if is_made and not home.superuser_password.exists():
        raise Refused(
            f"The data in {opened.data_folder} cannot be opened without {home.superuser_password}. Bring that file "
            f"back from a backup, or remove {opened.data_folder} to begin with an empty database.",
            code="database_password_missing",
            data_folder=str(opened.data_folder),
        )


def _make_public_folder(folder: Path) -> None:
    """Root owns the folder and those above it, so that the serving account can put nothing in another thing's place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o755)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
