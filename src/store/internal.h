/* internal.h of store/: connections with their kept statements, and the SQL that verbs are made of. */
#ifndef LIMEN_STORE_INTERNAL_H
#define LIMEN_STORE_INTERNAL_H

#include "store/driver.h"
#include "store/pack.h"

#include <pthread.h>

typedef enum verb {
	VERB_ADD,
	VERB_INSERT,
	VERB_PUT,
	VERB_SET,
	VERB_DELETE,
	VERB_CLEAR,
	VERB_GET,
	VERB_LAST,
	VERB_SCAN,
	VERB_COUNT,
	VERB_COLLECT
} verb;

/* What a statement looks like apart from its values: one prepared statement per shape and connection. */
typedef struct shape {
	const table *table;
	int16_t verb;
	int16_t index;        /* -1: primary key */
	int16_t equal;        /* columns that must equal a value */
	int16_t after;        /* columns after those, compared together */
	int16_t value_column; /* of VERB_COLLECT */
	bool low, low_excluded, high, high_included, descending, limited;
} shape;

/* The columns a scan runs along: those of the index, then what the primary key adds. */
typedef struct scan_order {
	int columns[2 * TABLE_COLUMNS_MAX];
	int count;
} scan_order;

scan_order order_of(const table *t, int index);
text sql_compose(arena *a, const driver *d, const shape *s);
text sql_table(arena *a, const driver *d, const table *t); /* CREATE TABLE and its indexes */
bool put_looks_first(const driver *d, const table *t);     /* a put may find another row in its way */

enum { KEPT_STATEMENTS_MAX = 256, KEPT_SLOTS = 512 };
typedef struct kept_statement {
	shape shape;
	statement *statement; /* NULL: free slot */
	bool busy;
} kept_statement;

/* A connection with its statements: what a snapshot is. */
struct snapshot {
	store *store;
	connection *connection;
	kept_statement slots[KEPT_SLOTS];
	int kept, busy;
	packer *packer; /* NULL: nothing was packed yet */
	snapshot *next; /* in the pool */
	void *beside;   /* store_beside */
};

struct writing {
	store *store;
	bool open;
};

struct store {
	arena *arena;
	const driver *driver;
	char *target;
	const char *vfs;
	char *memory_folder; /* of ":memory:" */
	bool read_only, as_is;
	bool fresh;
	snapshot *writer;
	writing writing;
	pthread_mutex_t lock; /* guards the pool */
	snapshot *free_readers;
	dictionary *dictionaries;
	int readers;
	const dictionary *packs_with; /* the writer's; NULL: it packs nothing */
};

/* A statement for this shape, not in use by anybody else; NULL: the sink says why. */
typedef struct taken {
	statement *statement;
	kept_statement *slot; /* NULL: not kept, finish it */
} taken;
bool statement_take(snapshot *r, const shape *s, taken *out, issues *sink);
void statement_give(snapshot *r, taken *t);
void statements_reset(snapshot *r);
void statements_drop(snapshot *r);
bool store_fail(issues *sink, const driver_failure *why); /* false */

snapshot *connection_open(store *s, bool writer, issues *sink);
void connection_close(snapshot *r);
/* place.c */
bool make_memory_target(store *s);
void remove_memory_target(store *s);
void name_durable(const store *s);

bool schema_prepare(store *s, const store_options *options, issues *sink);

#endif
