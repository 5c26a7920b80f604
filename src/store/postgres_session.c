/* A connection to PostgreSQL made, made again where it was lost, and asked what became of a commit it did not see the end of. */
#include "store/postgres_internal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { SERVER_VERSION_MIN = 130000, RESOLVE_TRIES = 60, RESOLVE_PAUSE_MS = 250 };

/* One plan a statement, made once, along the key or the index whose order is asked for: statistics or their absence change nothing. A
 * commit is on disk when it is answered, whatever the server's own habit. Nobody else's time limits end our transactions. */
static const char settings[] =
    "SET client_min_messages=error;"
    "SET plan_cache_mode=force_generic_plan;SET enable_seqscan=off;SET enable_sort=off;SET jit=off;"
    "SET max_parallel_workers_per_gather=0;"
    "SELECT set_config('synchronous_commit','on',false) WHERE current_setting('synchronous_commit') IN ('off','local');"
    "SET tcp_keepalives_idle=30;SET tcp_keepalives_interval=10;SET tcp_keepalives_count=3;"
    "SET lock_timeout=10000;SET statement_timeout=0;SET idle_in_transaction_session_timeout=0;";

bool postgres_named(text target)
{
	return text_starts(target, TEXT("postgres://")) || text_starts(target, TEXT("postgresql://"));
}

static void ignore_notice(void *self, const char *words)
{
	(void)self, (void)words;
}

/* Outside the pipeline: before it begins. */
static PGresult *said(connection *c, const char *sql, driver_failure *why)
{
	PGresult *r = PQexec(c->pg, sql);
	ExecStatusType status = PQresultStatus(r);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return r;
	pg_explain(c, r, why);
	PQclear(r);
	return NULL;
}

static bool done(connection *c, const char *sql, driver_failure *why)
{
	PGresult *r = said(c, sql, why);
	PQclear(r);
	return r != NULL;
}

/* What a commit is worth depends on the server too. */
static bool server_keeps(connection *c, driver_failure *why)
{
	if (PQserverVersion(c->pg) < SERVER_VERSION_MIN) return pg_fail(why, FAIL_STORE_OPEN, "PostgreSQL < 13");
	PGresult *r = said(c, "SELECT current_setting('fsync'), current_schema()", why);
	if (!r) return false;
	bool keeps = strcmp(PQgetvalue(r, 0, 0), "on") == 0, placed = !PQgetisnull(r, 0, 1);
	PQclear(r);
	if (!placed) return pg_fail(why, FAIL_STORE_OPEN, "search_path: no schema");
	return keeps || pg_fail(why, FAIL_STORE_OPEN, "fsync=off");
}

/* A reader comes after others: then the store was open, and the way to it is cut. */
static bool session(connection *c, driver_failure *why)
{
	if (PQstatus(c->pg) != CONNECTION_OK)
		return pg_fail(why, c->how == OPEN_READER || c->life > 1 ? FAIL_STORE_LOST : FAIL_STORE_OPEN,
			       PQerrorMessage(c->pg));
	if (!done(c, settings, why) || !server_keeps(c, why)) return false;
	if (c->how == OPEN_READ_ONLY && !done(c, "SET default_transaction_read_only=on", why)) return false;
	return PQenterPipelineMode(c->pg) || pg_fail(why, FAIL_STORE_OPEN, PQerrorMessage(c->pg));
}

connection *pg_open(const char *target, const char *vfs, opening how, driver_failure *why)
{
	static const char *const words[] = {"connect_timeout", "fallback_application_name", "dbname", NULL};
	const char *const values[] = {"10", "limen", target, NULL};
	(void)vfs;
	connection *c = calloc(1, sizeof *c);
	if (!c) abort();
	*c = (connection){.how = how, .life = 1};
	c->pg = PQconnectdbParams(words, values, 1);
	if (!c->pg) abort();
	PQsetNoticeProcessor(c->pg, ignore_notice, NULL);
	if (session(c, why)) return c;
	pg_close(c);
	return NULL;
}

void pg_close(connection *c)
{
	PQfinish(c->pg);
	free(c);
}

/* ---- the claim: a lock for as long as the connection lives; its note is the connection's name ---- */

/* Beside the writer's own lock: "LIMO". */
#define CLAIM_CLASS "1279872335"
#define SCHEMA "current_schema()::regnamespace::oid"

static bool claim_take(connection *c, const char *note, driver_failure *why)
{
	char sql[200];
	PGresult *r = pg_ask(c, "SELECT 1 WHERE pg_try_advisory_lock(" CLAIM_CLASS ", " SCHEMA "::int4)", why);
	bool got = r && PQntuples(r) == 1;
	if (r && !got) pg_fail(why, FAIL_STORE_IN_USE, "");
	PQclear(r);
	snprintf(sql, sizeof sql, "SET application_name='limen %s'", note);
	return got && pg_do(c, sql, why);
}

static bool claim_agrees(connection *c, const char *note, driver_failure *why)
{
	char sql[600];
	snprintf(sql, sizeof sql,
		 "SELECT 1 FROM pg_locks l JOIN pg_stat_activity p USING (pid) WHERE l.locktype='advisory' AND "
		 "l.classid=" CLAIM_CLASS " AND l.objid=" SCHEMA " AND l.granted AND "
		 "l.database=(SELECT oid FROM pg_database WHERE datname=current_database()) AND "
		 "p.application_name<>'limen %s'",
		 note);
	PGresult *r = pg_ask(c, sql, why);
	bool agrees = r && PQntuples(r) == 0;
	if (r && !agrees) pg_fail(why, FAIL_STORE_OTHER_CONTENT, "");
	PQclear(r);
	return agrees;
}

bool pg_claim(connection *c, const char *note, bool take, driver_failure *why)
{
	char brief[NOTE_BYTES]; /* a connection's name has 63 bytes */
	snprintf(brief, sizeof brief, "%.16s", note);
	if (!take) return claim_agrees(c, brief, why);
	if (!claim_take(c, brief, why)) return false;
	memcpy(c->note, brief, sizeof brief);
	return true;
}

bool pg_again(connection *c, driver_failure *why)
{
	PQreset(c->pg);
	c->life++;
	c->stale = c->posted = 0;
	c->open = c->spoilt = false;
	return session(c, why) && (!*c->note || claim_take(c, c->note, why));
}

/* 'committed', 'aborted', 'in progress'; empty: the server does not say. */
static void fate(connection *c, const char *xid, char *out, int64_t room)
{
	driver_failure why;
	char sql[100];
	*out = 0;
	if (PQstatus(c->pg) != CONNECTION_OK && !pg_again(c, &why)) return;
	snprintf(sql, sizeof sql, "SELECT pg_xact_status('%s'::xid8)", xid);
	PGresult *r = pg_ask(c, sql, &why);
	if (r) snprintf(out, (size_t)room, "%.*s", PQgetlength(r, 0, 0), PQgetvalue(r, 0, 0));
	PQclear(r);
}

bool pg_was_committed(connection *c, driver_failure *why)
{
	char xid[XID_BYTES], state[32] = "";
	memcpy(xid, c->xid, sizeof xid);
	for (int i = 0; i < RESOLVE_TRIES; i++) {
		if (i) poll(NULL, 0, RESOLVE_PAUSE_MS);
		fate(c, xid, state, sizeof state);
		if (strcmp(state, "committed") == 0) return true;
		if (strcmp(state, "aborted") == 0) return false;
	}
	return pg_fail(why, FAIL_STORE_UNKNOWN, why->words);
}
