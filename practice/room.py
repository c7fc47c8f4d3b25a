"""Whether the database still has room to write: a full disk lets it read as if all were well.

PostgreSQL is asked to put a megabyte aside, as it does with what a query can't hold in memory: that
goes to the disk of its tables, and is gone with the query. SQLite lies on a disk of this machine.
"""

import shutil
from pathlib import Path

from django.db import OperationalError, connection, transaction

_NEEDED = 1024 * 1024
_MEGABYTE = "SELECT count(*) FROM generate_series(1, 50000)"
_DISK_FULL = "53100"


def is_left() -> bool:
    """Whether a megabyte could be written. Raises DatabaseError where there is no answer."""
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"]).resolve().parent
        return shutil.disk_usage(place).free >= _NEEDED
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', '64kB', true)")
            cursor.execute(_MEGABYTE)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _DISK_FULL:
            raise
        return False
    return True
