/* driver.h: the port between the verbs and a database engine. Everything above it composes SQL that both SQLite and PostgreSQL read;
 * what they say differently is in the words at the end of the struct.
 *
 * Ownership: a connection and its statements belong to one thread at a time. What `column` returns is good until the next step or
 * reset. Texts bound without `keep` must live until the reset.
 *
 * An engine may be far away, and asking costs a way there and back. So a statement says what is asked of it: where nobody waits for
 * an answer (ASK_NOTHING) the driver may only send it, and tell a failure at a later step, KEEP or COMMIT, never after that.
 */
#ifndef LIMEN_STORE_DRIVER_H
#define LIMEN_STORE_DRIVER_H

#include "store/store.h"

typedef struct connection connection;
typedef struct statement statement;

typedef enum driver_step { STEP_ROW, STEP_DONE, STEP_EXISTS, STEP_FAILED } driver_step;

typedef enum driver_ask {
	ASK_ROWS,
	ASK_NEW,    /* was it written (STEP_DONE), or was something there already (STEP_EXISTS)? */
	ASK_NOTHING /* it cannot but be written */
} driver_ask;

/* Why the engine could not: which failure, and its own words. */
typedef struct driver_failure {
	failure code;
	char words[256];
} driver_failure;

typedef enum driver_command {
	COMMAND_BEGIN_READ, /* from here on one state is seen */
	COMMAND_BEGIN_WRITE,
	COMMAND_COMMIT,
	COMMAND_ROLLBACK, /* fine outside a transaction too */
	COMMAND_SAVEPOINT,
	COMMAND_KEEP,
	COMMAND_UNDO
} driver_command;

typedef enum opening { OPEN_MAKER, OPEN_WRITER, OPEN_READER, OPEN_READ_ONLY } opening;

typedef struct driver {
	const char *name;
	/* NULL: `why` says it. A maker writes, and makes the file where there is none. */
	connection *(*open)(const char *target, const char *vfs, opening how, driver_failure *why);
	void (*close)(connection *c);
	statement *(*prepare)(connection *c, const char *sql, driver_ask ask, driver_failure *why);
	void (*finish)(statement *s);
	void (*bind)(statement *s, int at, const cell *value, bool keep); /* from 1; keep: the engine copies the text */
	driver_step (*step)(statement *s, driver_failure *why);
	cell (*column)(statement *s, int at, cell_kind kind); /* from 0 */
	void (*reset)(statement *s);
	bool (*command)(connection *c, driver_command what, driver_failure *why);
	bool (*script)(connection *c, const char *sql, driver_failure *why); /* definitions: several statements */
	bool (*alive)(const connection *c);                                  /* is a transaction open? */
	int64_t (*changes)(connection *c);
	void (*tidy)(connection *c);
	bool (*check)(connection *c, driver_failure *why); /* the engine's own check of all pages */
	bool (*has_table)(connection *c, const char *name, bool *has, driver_failure *why);
	/* Claims the store for this connection's life, with a note; or only looks that nobody holds it with another note. */
	bool (*claim)(connection *c, const char *note, bool take, driver_failure *why);
	/* What the engine itself has as the definition of a table and its indexes is this text; NULL: it keeps none. A damaged page of
	 * the catalogue is found so, before a statement trips over it. */
	bool (*defined_as)(connection *c, const char *name, const char *definition, bool *same, driver_failure *why);
	/* The whole of it into a new file, as one state, beside traffic; NULL: the engine has tools of its own. */
	bool (*copy)(connection *c, const char *to, driver_failure *why);
	/* Words that differ. */
	const char *types[4];    /* of columns, by cell_kind */
	const char *rowid_type;  /* of the one key column of a rowid table */
	const char *clustered;   /* after the definition of a table kept in key order */
	const char *index_hint;  /* %s: the index; holds the plan to it */
	const char *insert_else; /* after an insert that may meet a row that is there */
	char place_mark;         /* ?1 or $1 */
	/* A row that breaks a unique key spoils the whole transaction: a put must look before it writes. */
	bool looks_first;
	failure without_tables; /* what it is where there are no tables of ours */
	bool whole_indexes;     /* an index names the key's columns too, else it would not be in their order */
	/* Rows of a scan are asked for in pages of that many at first, each continuing after the last row; 0: one by one. */
	int page_rows;
} driver;

extern const driver driver_sqlite;
extern const driver driver_postgres;

bool postgres_named(text target); /* postgres://… or postgresql://… */

#endif
