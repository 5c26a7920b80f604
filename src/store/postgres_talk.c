/* What is said on a connection to PostgreSQL, and what its answers mean. */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <string.h>

enum {
	POSTED_MAX =
	    64, /* answers the server may keep for us: they fit into the socket, so neither side waits for the other */
	POSTED_TOGETHER = 8, /* so many leave together, so that the server works while we go on */
	STALE_OF_A_FAILURE = 256,
};

typedef struct meaning {
	const char *state; /* how SQLSTATE begins */
	failure code;
} meaning;

static const meaning meanings[] = {
    {"53100", FAIL_STORE_FULL},    {"53200", FAIL_STORE_MEMORY},    {"53300", FAIL_STORE_BUSY},
    {"53", FAIL_STORE_IO},         {"25006", FAIL_STORE_READ_ONLY}, {"40", FAIL_STORE_BUSY},
    {"55P03", FAIL_STORE_BUSY},    {"57014", FAIL_STORE_BUSY},      {"57", FAIL_STORE_LOST},
    {"08", FAIL_STORE_LOST},       {"25P03", FAIL_STORE_LOST},      {"54", FAIL_STORE_TOO_BIG},
    {"XX001", FAIL_STORE_CORRUPT}, {"XX002", FAIL_STORE_CORRUPT},   {"28", FAIL_STORE_OPEN},
    {"3D", FAIL_STORE_OPEN},       {"42501", FAIL_STORE_OPEN},      {"58", FAIL_STORE_IO},
    {"XX", FAIL_STORE_IO},         {"F0", FAIL_STORE_OPEN},
};

static failure failure_of(const char *state)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0) return meanings[i].code;
	return FAILURE_COUNT;
}

bool pg_fail(driver_failure *why, failure code, const char *words)
{
	/* libpq's own messages end with a line end, and some have several lines. */
	text line = text_cut(text_of(words), '\n').head;
	why->code = code;
	snprintf(why->words, sizeof why->words, "%.*s", TEXT_ARG(line));
	return false;
}

void pg_explain(connection *c, const PGresult *r, driver_failure *why)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	if (!state) {
		pg_fail(why, FAIL_STORE_LOST, PQerrorMessage(c->pg));
		return;
	}
	failure code = failure_of(state);
	pg_fail(why, code, PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	if (code != FAILURE_COUNT) return;
	/* A wrong statement, a broken NOT NULL, an added row that was there: never the world's doing, always ours. */
	fprintf(stderr, "limen: postgres %s: %s\n", state, why->words);
	assert(0 && "an SQL error of our own");
}

void pg_spoil(connection *c, const driver_failure *why)
{
	if (c->spoilt) return;
	c->spoilt = true;
	c->failure = *why;
	/* Of what was sent together with it nobody knows what the server has prepared: all is prepared again, under new names. */
	c->life++;
	c->stale += STALE_OF_A_FAILURE;
}

static void count_changes(connection *c, PGresult *r)
{
	int64_t n;
	char first = *PQcmdStatus(r);
	bool writes = first == 'I' || first == 'U' || first == 'D';
	if (writes && text_to_int(text_of(PQcmdTuples(r)), &n)) c->changes += n;
}

static bool is_good(const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The next answer; NULL: that was the last, or the connection is gone. */
static PGresult *next_answer(connection *c)
{
	PGresult *r = PQgetResult(c->pg);
	while (!r && PQstatus(c->pg) == CONNECTION_OK) r = PQgetResult(c->pg); /* between two requests there is a gap */
	if (!r || PQresultStatus(r) != PGRES_PIPELINE_SYNC) return r;
	PQclear(r);
	return NULL;
}

PGresult *pg_answers(connection *c, driver_failure *why)
{
	PGresult *last = NULL;
	driver_failure wrong;
	c->posted = 0;
	if (PQpipelineSync(c->pg))
		for (PGresult *r; (r = next_answer(c));) {
			if (is_good(r)) {
				count_changes(c, r);
				PQclear(last);
				last = r;
				continue;
			}
			if (PQresultStatus(r) != PGRES_PIPELINE_ABORTED && !c->spoilt) {
				pg_explain(c, r, &wrong);
				pg_spoil(c, &wrong);
			}
			PQclear(r);
		}
	if (PQstatus(c->pg) != CONNECTION_OK && !c->spoilt) {
		pg_explain(c, NULL, &wrong);
		pg_spoil(c, &wrong);
	}
	assert(c->spoilt || last); /* something was asked */
	if (!c->spoilt) return last;
	PQclear(last);
	*why = c->failure;
	return NULL;
}

void pg_posted(connection *c)
{
	driver_failure kept_in_connection;
	if (++c->posted % POSTED_TOGETHER == 0) PQflush(c->pg);
	if (c->posted >= POSTED_MAX) PQclear(pg_answers(c, &kept_in_connection));
}

static bool send(connection *c, const char *sql)
{
	driver_failure why;
	if (PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1)) return true;
	pg_explain(c, NULL, &why);
	pg_spoil(c, &why);
	return false;
}

bool pg_post(connection *c, const char *sql)
{
	if (!send(c, sql)) return false;
	pg_posted(c);
	return true;
}

PGresult *pg_ask(connection *c, const char *sql, driver_failure *why)
{
	if (!c->spoilt && send(c, sql)) return pg_answers(c, why);
	*why = c->failure;
	return NULL;
}

bool pg_do(connection *c, const char *sql, driver_failure *why)
{
	PGresult *r = pg_ask(c, sql, why);
	PQclear(r);
	return r != NULL;
}
