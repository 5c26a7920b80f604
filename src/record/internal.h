/* internal.h of record/: the open record and its readers, and what its files ask of each other. The nouns: tables, index, write. */
#ifndef LIMEN_RECORD_INTERNAL_H
#define LIMEN_RECORD_INTERNAL_H

#include "record/hot.h"
#include "record/write_internal.h"

#include <stdlib.h>

struct reader {
	record *record;
	snapshot *snapshot;
	caller who;
	arena *arena;
	int64_t sequence;
	read_set *reads;                 /* where what is read is noted; else NULL */
	bool own;                        /* the snapshot goes back to the pool at close */
	bool rebuilding;                 /* versions written long ago are prepared again */
	struct conformance *conformance; /* held until it is closed */
	arena *scratch; /* of a search under way: given back at close where that was left in the middle */
};

typedef struct feed_waiter {
	struct feed_waiter *next;
	int event;
} feed_waiter;

enum { SPARE_ARENAS_MAX = 64 };

struct record {
	arena *arena;
	record_use use;
	store *store;
	world *world;
	text base;
	const struct image *content;
	bool built_anew; /* the index was computed at this open */
	hot *hot;        /* NULL where another process may write */

	pthread_mutex_t types_lock; /* guards compiling and types_arena */
	arena *types_arena;
	search_type *types; /* by type_id */
	int types_count;

	pthread_mutex_t own_lock; /* one change of the own search parameters at a time */
	pthread_t own_thread;
	bool own_working;
	atomic_bool own_stop;

	bool beside;
	pthread_t again_thread;
	bool again_joinable;
	atomic_bool again_on, again_working, again_stop;
	_Atomic int64_t again_cursor; /* the writer's, as far as it is durable */

	pthread_mutex_t terms_lock; /* guards the numbers of durable terms */
	arena *terms_arena;
	map terms;

	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work;
	job *first, *last;
	bool closing;
	int64_t durable;
	feed_waiter *waiters;
	arena *spare[SPARE_ARENAS_MAX];
	int spare_count;

	shelf shelves[DERIVERS_MAX]; /* the writer's, as what follows */
	const void *shelf_owners[DERIVERS_MAX];
	tip tip; /* the writer's own, as what follows */
	bool clock_behind;

	pthread_mutex_t conformance_lock;
	struct conformance *conformance; /* the newest that was asked for */
};

/* prepare.c */
bool prepare_write(reader *rd, const write_op *w, arena *a, issues *sink, prepared *out);
text instant_stamp(char *out, instant at); /* STAMP_BYTES bytes, UTC */

/* apply.c */
bool apply_write(deriving *dv, prepared *p, const caller *who, written *out, issues *sink);
bool log_erasure(deriving *dv, text said, issues *sink); /* "Type/id", a new line, why */
bool log_append(deriving *dv, log_kind kind, digest of, const caller *who, issues *sink);
digest chain_next(digest before, digest body, text row);
/* What the chain covers of a row of the log, beside the digest of its body. */
typedef struct chain_entry {
	int64_t sequence, version;
	instant at;
	log_kind kind;
	int method;
	text type_and_id, cause;
	caller who;
} chain_entry;
text chain_row(arena *a, const chain_entry *e);
bool tip_load(record *r, snapshot *s, tip *out, issues *sink);

/* guard.c */
bool premises_hold(reader *rd, const write_op *writes, int count, issues *sink, bool *hold);
bool nobody_refers(deriving *dv, const prepared *p, issues *sink); /* after all of a commit is applied */

/* derive.c */
deriving deriving_begin(record *r, writing *w, arena *a, const caller *who);
bool derive_settle(deriving *dv, issues *sink); /* settle rounds with what they raise */
bool derive_tick(deriving *dv, issues *sink);
const deriver *derivers(int *count);
void *derive_prepare(int which, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink);

/* care.c */
bool care_rebuild(deriving *dv, issues *sink);
/* commit.c */
bool note_job(record *r, const caller *who, record_note_function *note, void *self, issues *sink);

/* again.c: new rules over what is there */
typedef struct again_state {
	bool under_way;
	int64_t cursor, done, all, failed;
	instant since;
} again_state;
bool again_read(snapshot *s, arena *a, again_state *out, issues *sink);
bool again_begin(deriving *dv, issues *sink);
bool again_forget(deriving *dv, issues *sink);
bool again_reads_note(deriving *dv, bool *same, issues *sink); /* keeps it; was it the same? */
void again_work(record *r);                                    /* where there is any */
void again_close(record *r);

/* verify.c */
bool check_log(snapshot *s, arena *a, check_report *out, issues *sink);
void check_complain(issues *sink, failure what, text x, text y); /* a warning: the check goes on */
text name_of_rid(snapshot *s, int64_t rid, arena *a, issues *sink);
bool care_check(deriving *dv, check_report *out, issues *sink);

/* replay.c: only what derivers keep. `raise`: settling may raise writes, as when content changed what is owed. */
bool replay_log(deriving *dv, bool raise, issues *sink);

/* dictionary.c: what bodies are packed with */
text body_dictionary(void);

/* writer.c */
bool writer_start(record *r, issues *sink);
void writer_stop(record *r);
void writer_submit(record *r, job *j); /* waits for the answer */
arena *record_arena(record *r);        /* a spare one */
void record_arena_back(record *r, arena *a);

/* conformance.c */
void conformance_release(record *r, struct conformance *c); /* NULL is fine */

/* read.c */
found read_row(snapshot *s, const cell *row, arena *a, bool whole, version *out, issues *sink);
bool resource_row(snapshot *s, int64_t type_term, text id, arena *a, cell *row, bool *there, issues *sink);
void reader_note(reader *rd, text type, text id, int64_t number,
		 resource_state state); /* into the read set, if it has one */
found version_numbered(snapshot *s, int64_t rid, int64_t number, arena *a, version *out, issues *sink);
bool version_of_log(snapshot *s, const cell *log, arena *a, version *out, issues *sink);
/* The row of `resource`, in scope and noted in the read set. */
found reader_row(reader *rd, text type, text id, cell *row, issues *sink);
found version_at(snapshot *s, int64_t rid, arena *a, version *out, issues *sink);
/* The same without the log's part and without holding the body against its digest: enough to be asked whether it is wanted. When it
 * was written (`at`, INSTANT_NONE here) is asked for apart. */
found version_to_try(snapshot *s, int64_t rid, arena *a, version *out, issues *sink);
bool version_when(snapshot *s, const version *v, arena *a, instant *out, issues *sink);

#endif
