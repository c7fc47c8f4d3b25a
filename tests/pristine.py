"""Back to what the migrations left, after a test with real transactions.

On SQLite the file it was copied from is copied into it once more. PostgreSQL keeps beside its
tables what was in them, and a function that puts it back: for as long as that takes, no guard and
no other trigger of its session speaks up, which is for superusers to say.
"""

import sqlite3
from contextlib import closing

from django.db import connection, transaction

from tests import migrated

# What one table holds is kept in a table of the same name; only columns that can be written.
_REMEMBER = """
CREATE SCHEMA pristine;
CREATE TABLE pristine.tables AS
SELECT relname::text AS name, (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
) AS columns
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r';
DO $$ DECLARE each record; BEGIN
    FOR each IN SELECT name FROM pristine.tables LOOP
        EXECUTE format('CREATE TABLE pristine.%1$I AS TABLE public.%1$I', each.name);
    END LOOP;
END $$;
CREATE FUNCTION pristine.restore() RETURNS void LANGUAGE plpgsql
SET session_replication_role = replica AS $$ DECLARE each record; BEGIN
    FOR each IN SELECT * FROM pristine.tables LOOP
        EXECUTE format('DELETE FROM public.%I', each.name);
        EXECUTE format(
            'INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM pristine.%1$I', each.name, each.columns
        );
    END LOOP;
END $$;
"""


def remember() -> None:
    """Once, while nothing has changed it yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER)


def restore() -> None:
    """Whatever has been committed since is gone."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pristine.restore()")
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(migrated.file_of(migrated.template()))) as source:
        source.backup(connection.connection)
