/* postgres_internal.h: the second engine's own: a connection as a conversation, and what is said in it.
 *
 * A connection is always in libpq's pipeline mode. A request is *posted* (sent, its answer not read yet) or *asked* (sent, and all
 * answers up to its own read). What a posted one came to is seen at the next ask; a failure then spoils what follows until the
 * transaction, or the part of it since the savepoint, is undone. A connection that was lost is made again at the next beginning of
 * a transaction; statements notice by its `life` and are prepared again.
 */
#ifndef LIMEN_STORE_POSTGRES_INTERNAL_H
#define LIMEN_STORE_POSTGRES_INTERNAL_H

/* First: one of its macros mentions what base/ bans. */
#include <postgresql/libpq-fe.h>

#include "store/driver.h"

enum { XID_BYTES = 24, NOTE_BYTES = 24 };

struct connection {
	PGconn *pg;
	opening how;
	int life;   /* grows with every connection made anew */
	int names;  /* statements named so far */
	int stale;  /* statements the server still keeps and nobody asks */
	int posted; /* requests since the answers were last read */
	bool open;  /* in a transaction */
	bool spoilt;
	driver_failure failure; /* while spoilt: why */
	int64_t changes;
	char xid[XID_BYTES];   /* of the open write transaction: whether it was committed can be asked afterwards */
	char note[NOTE_BYTES]; /* what this connection claims the store with; empty: it does not */
};

struct statement {
	connection *connection;
	char *sql;
	char name[16];
	driver_ask ask;
	int life; /* of the connection it was prepared in; 0: not yet */
	int count;
	const char **values;
	int *lengths, *formats;
	char (*numbers)[8];
	char **kept; /* copies of texts, by parameter */
	PGresult *result;
	int row;
};

/* postgres_talk.c */
bool pg_fail(driver_failure *why, failure code, const char *words);     /* false */
void pg_explain(connection *c, const PGresult *r, driver_failure *why); /* r NULL: the connection itself */
void pg_spoil(connection *c, const driver_failure *why);                /* from here on nothing is sent */
void pg_posted(connection *c);                                          /* one more request is on its way */
PGresult *pg_answers(connection *c, driver_failure *why);               /* the last answer; NULL: something failed */
bool pg_post(connection *c, const char *sql);                           /* SQL without parameters */
PGresult *pg_ask(connection *c, const char *sql, driver_failure *why);  /* the caller clears it */
bool pg_do(connection *c, const char *sql, driver_failure *why);

/* postgres_session.c */
connection *pg_open(const char *target, const char *vfs, opening how, driver_failure *why);
void pg_close(connection *c);
bool pg_again(connection *c, driver_failure *why); /* the connection made anew */
bool pg_claim(connection *c, const char *note, bool take, driver_failure *why);
/* The connection was lost while it committed: did it? Asks the server, also one that is starting again. */
bool pg_was_committed(connection *c, driver_failure *why);

/* postgres_statement.c */
statement *pg_prepare(connection *c, const char *sql, driver_ask ask, driver_failure *why);
void pg_finish(statement *s);
void pg_bind(statement *s, int at, const cell *value, bool keep);
driver_step pg_step(statement *s, driver_failure *why);
cell pg_column(statement *s, int at, cell_kind kind);
void pg_reset(statement *s);

#endif
