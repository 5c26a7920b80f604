/* Statements of the second engine: numbers and texts go and come as bytes, nothing is printed or parsed. */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *made(size_t count, size_t bytes)
{
	void *p = calloc(count ? count : 1, bytes);
	if (!p) abort();
	return p;
}

/* How many parameters: the greatest $n. */
static int marks_of(const char *sql)
{
	int most = 0;
	for (const char *c = strchr(sql, '$'); c; c = strchr(c + 1, '$')) {
		int n = 0;
		for (const char *digit = c + 1; *digit >= '0' && *digit <= '9'; digit++) n = n * 10 + (*digit - '0');
		most = n > most ? n : most;
	}
	return most;
}

statement *pg_prepare(connection *c, const char *sql, driver_ask ask, driver_failure *why)
{
	(void)why; /* it is sent with the first step */
	statement *s = made(1, sizeof *s);
	*s = (statement){.connection = c, .ask = ask, .sql = strdup(sql), .count = marks_of(sql), .row = -1};
	size_t n = (size_t)s->count;
	s->values = made(n, sizeof *s->values);
	s->lengths = made(n, sizeof *s->lengths);
	s->formats = made(n, sizeof *s->formats);
	s->numbers = made(n, sizeof *s->numbers);
	s->kept = made(n, sizeof *s->kept);
	for (int i = 0; i < s->count; i++) s->formats[i] = 1;
	if (!s->sql) abort();
	return s;
}

void pg_reset(statement *s)
{
	PQclear(s->result);
	s->result = NULL;
	s->row = -1;
	for (int i = 0; i < s->count; i++) {
		free(s->kept[i]);
		s->kept[i] = NULL;
		s->values[i] = NULL;
	}
}

void pg_finish(statement *s)
{
	pg_reset(s);
	s->connection->stale += s->life == s->connection->life;
	free(s->sql);
	free(s->values);
	free(s->lengths);
	free(s->formats);
	free(s->numbers);
	free(s->kept);
	free(s);
}

static const char *kept_copy(statement *s, int i, text t)
{
	char *copy = made((size_t)t.len, 1);
	if (t.len) memcpy(copy, t.at, (size_t)t.len);
	free(s->kept[i]);
	return s->kept[i] = copy;
}

void pg_bind(statement *s, int at, const cell *value, bool keep)
{
	int i = at - 1;
	assert(i < s->count && value->text.len <= INT32_MAX);
	switch (value->kind) {
	case CELL_NULL:
		s->values[i] = NULL;
		break;
	case CELL_INT:
		for (int k = 0; k < 8; k++)
			s->numbers[i][k] = (char)(unsigned char)((uint64_t)value->integer >> (56 - 8 * k));
		s->values[i] = s->numbers[i];
		s->lengths[i] = 8;
		break;
	case CELL_TEXT:
	case CELL_BYTES:
		/* Without a pointer it would be NULL, not empty. */
		s->values[i] = keep ? kept_copy(s, i, value->text) : value->text.at ? value->text.at : "";
		s->lengths[i] = (int)value->text.len;
		break;
	}
}

static bool send_prepare(statement *s)
{
	connection *c = s->connection;
	if (s->life == c->life) return true;
	snprintf(s->name, sizeof s->name, "s%d", ++c->names);
	if (!PQsendPrepare(c->pg, s->name, s->sql, 0, NULL)) return false;
	s->life = c->life;
	pg_posted(c);
	return !c->spoilt;
}

static bool send(statement *s)
{
	connection *c = s->connection;
	if (c->spoilt) return false;
	bool sent =
	    send_prepare(s) && PQsendQueryPrepared(c->pg, s->name, s->count, s->values, s->lengths, s->formats, 1);
	if (!sent && !c->spoilt) {
		driver_failure why;
		pg_explain(c, NULL, &why);
		pg_spoil(c, &why);
	}
	return !c->spoilt;
}

driver_step pg_step(statement *s, driver_failure *why)
{
	connection *c = s->connection;
	if (!s->result) {
		bool sent = send(s);
		if (sent && s->ask == ASK_NOTHING) pg_posted(c);
		if (sent && s->ask == ASK_NOTHING) return STEP_DONE;
		if (sent) s->result = pg_answers(c, why);
		if (!s->result) *why = c->failure;
		if (!s->result) return STEP_FAILED;
		if (s->ask == ASK_NEW) return strcmp(PQcmdTuples(s->result), "0") == 0 ? STEP_EXISTS : STEP_DONE;
	}
	return ++s->row < PQntuples(s->result) ? STEP_ROW : STEP_DONE;
}

cell pg_column(statement *s, int at, cell_kind kind)
{
	if (PQgetisnull(s->result, s->row, at)) return NULL_CELL;
	const char *bytes = PQgetvalue(s->result, s->row, at);
	int length = PQgetlength(s->result, s->row, at);
	if (kind != CELL_INT) return (cell){.kind = kind, .text = {bytes, length}};
	assert(length == 8);
	uint64_t n = 0;
	for (int i = 0; i < 8; i++) n = n << 8 | (unsigned char)bytes[i];
	return INT_CELL((int64_t)n);
}
