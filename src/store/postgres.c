/* The second engine: PostgreSQL 13 or newer by libpq. All texts are bytea, so that they keep every byte and sort by bytes whatever the
 * database's encoding and collation. Readers are REPEATABLE READ transactions; one writer at a time, by an advisory lock. */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <string.h>

enum { STALE_MAX = 512 };

/* "LIMN", and the schema the tables are in: several departments may share a database. */
#define WRITER_LOCK "1279872334, current_schema()::regnamespace::oid::int4"

/* ---- transactions ---- */

/* Sends all, reads the answers: one way there and back. */
static PGresult *ask_together(connection *c, const char *const *sql, driver_failure *why)
{
	while (sql[1] && !c->spoilt) pg_post(c, *sql++);
	return pg_ask(c, *sql, why);
}

static bool begin(connection *c, const char *const *sql, driver_failure *why)
{
	c->spoilt = false;
	c->xid[0] = 0;
	if (PQstatus(c->pg) != CONNECTION_OK && !pg_again(c, why)) return false;
	if (c->stale > STALE_MAX) {
		pg_post(c, "DEALLOCATE ALL");
		c->life++;
		c->stale = 0;
	}
	PGresult *r = ask_together(c, sql, why);
	c->open = r != NULL;
	if (r && PQntuples(r) == 1) snprintf(c->xid, sizeof c->xid, "%.*s", PQgetlength(r, 0, 0), PQgetvalue(r, 0, 0));
	PQclear(r);
	return c->open;
}

static bool undo_all(connection *c)
{
	driver_failure why;
	if (c->posted) PQclear(pg_answers(c, &why));
	bool there = PQstatus(c->pg) == CONNECTION_OK && PQtransactionStatus(c->pg) != PQTRANS_IDLE;
	c->open = c->spoilt = false;
	return !there || pg_do(c, "ROLLBACK", &why);
}

/* A connection that died while nobody used it is found dead only now. */
static bool begin_surely(connection *c, const char *const *sql, driver_failure *why)
{
	if (begin(c, sql, why)) return true;
	bool lost = PQstatus(c->pg) != CONNECTION_OK;
	if (!lost) undo_all(c);
	return lost && begin(c, sql, why);
}

static bool commit(connection *c, driver_failure *why)
{
	PGresult *r = pg_ask(c, "COMMIT", why);
	bool committed = r && strcmp(PQcmdStatus(r), "COMMIT") == 0;
	if (r && !committed) pg_fail(why, FAIL_STORE_IO, PQcmdStatus(r));
	PQclear(r);
	if (PQstatus(c->pg) != CONNECTION_OK) {
		c->open = false;
		return c->xid[0] && pg_was_committed(c, why);
	}
	c->open = PQtransactionStatus(c->pg) != PQTRANS_IDLE;
	return committed;
}

/* Back to the savepoint, also from a failure. */
static bool undo(connection *c, driver_failure *why)
{
	static const char *const sql[] = {"ROLLBACK TO SAVEPOINT one", "RELEASE SAVEPOINT one", NULL};
	if (c->posted) PQclear(pg_answers(c, why));
	c->spoilt = PQstatus(c->pg) != CONNECTION_OK;
	PGresult *r = ask_together(c, sql, why);
	PQclear(r);
	return r != NULL;
}

static bool pg_command(connection *c, driver_command what, driver_failure *why)
{
	/* The select takes the snapshot now and not at the first read that happens to come. */
	static const char *const to_read[] = {"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SELECT", NULL};
	static const char *const to_write[] = {"BEGIN", "SELECT pg_advisory_xact_lock(" WRITER_LOCK ")",
					       "SELECT pg_current_xact_id()::text", NULL};
	switch (what) {
	case COMMAND_BEGIN_READ:
		return begin_surely(c, to_read, why);
	case COMMAND_BEGIN_WRITE:
		return begin_surely(c, to_write, why);
	case COMMAND_COMMIT:
		return commit(c, why);
	case COMMAND_ROLLBACK:
		return undo_all(c);
	case COMMAND_SAVEPOINT:
		if (c->spoilt) *why = c->failure;
		return !c->spoilt && pg_post(c, "SAVEPOINT one");
	case COMMAND_KEEP:
		return pg_do(c, "RELEASE SAVEPOINT one", why);
	case COMMAND_UNDO:
		return undo(c, why);
	}
	return false;
}

static bool pg_alive(const connection *c)
{
	return c->open && PQstatus(c->pg) == CONNECTION_OK;
}

static int64_t pg_changes(connection *c)
{
	driver_failure kept_in_connection;
	if (c->posted) PQclear(pg_answers(c, &kept_in_connection));
	return c->changes;
}

/* ---- definitions and care ---- */

/* Several statements at once are no pipeline's business. */
static bool pg_script(connection *c, const char *sql, driver_failure *why)
{
	if (c->posted) PQclear(pg_answers(c, why));
	if (c->spoilt) *why = c->failure;
	if (c->spoilt) return false;
	PQexitPipelineMode(c->pg);
	PGresult *r = PQexec(c->pg, sql);
	bool worked = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
	if (!worked) pg_explain(c, r, why);
	if (!worked) pg_spoil(c, why);
	PQclear(r);
	PQenterPipelineMode(c->pg);
	return worked;
}

static void pg_tidy(connection *c)
{
	(void)c; /* the server's own processes do it */
}

static bool pg_has_table(connection *c, const char *name, bool *has, driver_failure *why)
{
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT 1 WHERE to_regclass(quote_ident(current_schema()) || '.%s') IS NOT NULL",
		 name);
	PGresult *r = pg_ask(c, sql, why);
	*has = r && PQntuples(r) == 1;
	PQclear(r);
	return r != NULL;
}

/* Every page of every table is read, which finds what the server's checksums find; where the extension amcheck is there, every
 * index is held against its table. */
static bool pg_check(connection *c, driver_failure *why)
{
	static const char sql[] =
	    "DO $$DECLARE t record; BEGIN "
	    "SET LOCAL enable_seqscan=on; SET LOCAL enable_indexscan=off; SET LOCAL enable_indexonlyscan=off;"
	    "SET LOCAL enable_bitmapscan=off;"
	    "FOR t IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relkind='r' AND "
	    "c.relnamespace=current_schema()::regnamespace LOOP "
	    "EXECUTE format('SELECT count(*) FROM %s', t.name); END LOOP;"
	    "IF to_regprocedure('bt_index_check(regclass,boolean)') IS NOT NULL THEN "
	    "FOR t IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_am a ON a.oid=c.relam WHERE c.relkind='i' "
	    "AND "
	    "a.amname='btree' AND c.relnamespace=current_schema()::regnamespace LOOP "
	    "PERFORM bt_index_check(t.name, true); END LOOP; END IF;"
	    "SET LOCAL enable_seqscan=off; SET LOCAL enable_indexscan=on; SET LOCAL enable_indexonlyscan=on;"
	    "SET LOCAL enable_bitmapscan=on; END$$";
	return pg_do(c, sql, why);
}

const driver driver_postgres = {
    .name = "postgres",
    .open = pg_open,
    .close = pg_close,
    .prepare = pg_prepare,
    .finish = pg_finish,
    .bind = pg_bind,
    .step = pg_step,
    .column = pg_column,
    .reset = pg_reset,
    .command = pg_command,
    .script = pg_script,
    .alive = pg_alive,
    .changes = pg_changes,
    .tidy = pg_tidy,
    .check = pg_check,
    .has_table = pg_has_table,
    .claim = pg_claim,
    .types = {"", "bigint", "bytea", "bytea"},
    .rowid_type = "bigint",
    .clustered = "",
    .index_hint = NULL,
    .insert_else = " ON CONFLICT DO NOTHING",
    .place_mark = '$',
    .without_tables = FAIL_STORE_OPEN,
    .looks_first = true,
    .whole_indexes = true,
    .page_rows = 64,
};
