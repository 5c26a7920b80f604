/* internal.h of record/: the tables, a type's search parameters, what a write looks like once it is prepared, the writer. */
#ifndef LIMEN_RECORD_INTERNAL_H
#define LIMEN_RECORD_INTERNAL_H

#include "record/record.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ---- tables (tables.c) ---- */
enum { SCHEMA_VERSION = 1 };

enum {
	LOG_SEQ,
	LOG_AT,
	LOG_KIND,
	LOG_RID,
	LOG_VERSION,
	LOG_METHOD,
	LOG_ACTOR,
	LOG_PURPOSE,
	LOG_BEHALF,
	LOG_DIGEST,
	LOG_CHAIN,
	LOG_CAUSE,
	LOG_COLUMNS
};
enum { LOG_BY_RID = 0 };
typedef enum log_kind { KIND_VERSION = 1, KIND_TICK = 2, KIND_CONTENT = 3 } log_kind;

enum { RES_RID, RES_TYPE, RES_ID, RES_VERSION, RES_SEQ, RES_STATE, RES_COLUMNS };
enum { RES_BY_ID = 0, RES_BY_SEQ = 1 };
/* A placeholder has a row number because something refers to it; nobody has written it yet (or it is not here at all). */
typedef enum resource_state { STATE_LIVE = 0, STATE_DELETED = 1, STATE_PLACEHOLDER = 2 } resource_state;

extern const table log_table, body_table, resource_table, cause_table, term_table, indexed_table;

/* One index table for each kind of value; the first column is the parameter's number, then the value, then the resource. `rank`
 * says which of a resource's several values this is, so that a sorted walk meets it once. */
typedef enum index_kind {
	INDEX_TOKEN,
	INDEX_STRING,
	INDEX_DATE,
	INDEX_NUMBER,
	INDEX_REFERENCE,
	INDEX_URI,
	INDEX_KINDS
} index_kind;
extern const table index_tables[INDEX_KINDS];
extern const table span_table; /* dates that span more than SPAN_SHORT_MAX, by their end */
#define SPAN_SHORT_MAX (HOURS(24) * 32)
typedef enum index_rank { RANK_ONLY, RANK_FIRST, RANK_LAST, RANK_MIDDLE } index_rank;
int index_rid_column(index_kind kind);
int index_rank_column(index_kind kind); /* -1: the table has none */

enum { RECORD_TABLES = 6 + INDEX_KINDS + 1 };
const table *const *record_tables(void); /* RECORD_TABLES of them */

/* ---- a type and its search parameters (types.c) ---- */
typedef struct search_param {
	text code;
	search_kind kind;
	text expression;
	const path *path;          /* NULL: this build cannot index it; searching by it is refused */
	int64_t number;            /* in the index; 0 where the type was never written */
	int64_t identifier_number; /* reference: of its Reference.identifier, as a token */
	const type_id *targets;
	int target_count;
} search_param;

typedef struct search_type {
	type_id type;
	text name;
	search_param *params; /* sorted by code */
	int param_count;
	bool compiled;        /* under types_lock */
	atomic_bool numbered; /* its parameters have numbers: `term` and every `number` are set and stay */
	int64_t term;
} search_type;

/* ---- what an index row says, before its texts have numbers (extract.c) ---- */
typedef struct index_value {
	index_kind kind;
	index_rank rank;
	int64_t param;
	int64_t low, high; /* date */
	text value;        /* token: code; string: key; number: key; reference: id; uri */
	text system;       /* token, number: system; reference: type, empty for what is outside */
	text unit;         /* number: code of the unit */
	int64_t number;    /* of the system's term or the reference's resource; 0: not known yet */
} index_value;
typedef struct index_values {
	arena *arena;
	index_value *at;
	int count, cap;
} index_values;

/* Where a reference points. Outside: `type` is empty and `id` the whole of it. */
typedef struct target {
	text type, id;
} target;
bool reference_target(const record *r, text reference, target *out); /* false: contained, or empty */
bool id_valid(text id);

/* ---- a prepared write (prepare.c) ---- */
typedef struct seen { /* a row of the read set */
	text type, id;
	int64_t version; /* 0: was not there */
	resource_state state;
} seen;
typedef struct read_set {
	seen *at;
	int count, cap;
} read_set;

typedef struct prepared {
	write_method method;
	search_type *type;
	text id, cause;
	const doc *resource; /* as kept, id and meta in it; NULL for delete */
	int64_t rid;         /* 0: has none that the snapshot knew */
	int64_t version;     /* the new one */
	bool created, unchanged;
	bool unnumbered; /* its type was never written: nothing more is prepared */
	char *json;      /* lastUpdated is written into it at `stamp_at` */
	int64_t json_len, stamp_at;
	instant kept_at; /* unchanged: when the kept version was written */
	int64_t kept_sequence;
	text kept_json;
	index_value *remove, *add;
	int remove_count, add_count;
	void **deriver_prepared;
} prepared;
enum { STAMP_BYTES = 27 }; /* 2026-03-02T09:00:00.000000Z */

struct reader {
	record *record;
	snapshot *snapshot;
	caller who;
	arena *arena;
	int64_t sequence;
	read_set *reads; /* where what is read is noted; else NULL */
	bool own;        /* the snapshot goes back to the pool at close */
};

/* ---- the writer (writer.c) ---- */
typedef enum job_kind { JOB_COMMIT, JOB_TICK, JOB_TYPE, JOB_CHECK, JOB_REBUILD } job_kind;
typedef enum job_result { JOB_WAITING, JOB_DONE, JOB_MOVED, JOB_NEEDS_TYPE, JOB_FAILED } job_result;

typedef struct job {
	struct job *next;
	job_kind kind;
	job_result result;
	bool answered;
	bool spent; /* the arena's budget */
	pthread_cond_t answer;
	arena *arena; /* the job's own; the asking thread sleeps meanwhile */
	issues sink;
	const caller *who;
	/* commit */
	prepared *writes;
	written *written;
	int count;
	const read_set
	    *reads; /* NULL: nothing is prepared; `asked` is, in the transaction itself, where nothing moves */
	const write_op *asked;
	int64_t seen_sequence;
	/* type */
	search_type *type;
	check_report *report;
} job;

/* The end of the log, as the writer knows it. */
typedef struct tip {
	int64_t sequence, rid, term;
	instant at;
	digest chain;
} tip;

typedef struct feed_waiter {
	struct feed_waiter *next;
	int event;
} feed_waiter;

enum { DERIVERS_MAX = 16, SPARE_ARENAS_MAX = 64 };

struct record {
	arena *arena;
	store *store;
	world *world;
	text base;
	const struct image *content;
	bool built_anew; /* the index was computed at this open */

	pthread_mutex_t types_lock; /* guards compiling and types_arena */
	arena *types_arena;
	search_type *types; /* by type_id */
	int types_count;

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

	tip tip; /* the writer's own, as what follows */
	bool clock_behind;
};

/* One transaction of the writer, and within it one commit at a time. */
typedef struct touched {
	const void *owner;
	int64_t *at;
	int64_t count, cap;
} touched;
typedef struct raised {
	struct raised *next;
	write_op write;
} raised;
struct deriving {
	record *record;
	writing *writing;
	arena *arena;
	const caller *who;
	caller own; /* who raised writes are by */
	instant now;
	bool rebuilding;
	map terms; /* numbers given in this transaction */
	touched touched[DERIVERS_MAX];
	int touched_count;
	raised *first_raised, *last_raised;
	search_type *needs; /* a raised write's type has no numbers yet: the commit must start over */
};

/* types.c */
void types_open(record *r);
search_type *type_of(record *r, text name, issues *sink); /* compiled; NULL: not a resource type (issue) */
search_param *param_find(search_type *t, text code);
bool type_number(deriving *dv, search_type *t,
		 issues *sink);                           /* in a transaction of its own; then `numbered` may be set */
bool types_current(deriving *dv, bool all, issues *sink); /* in use but differently defined: index them again */
bool type_reindex(deriving *dv, search_type *t, issues *sink);

/* term.c */
int64_t term_known(record *r, snapshot *s, text t, arena *a, issues *sink); /* 0: none */
int64_t term_of(deriving *dv, text t, issues *sink);                        /* made where missing; 0: failed */
text term_text(snapshot *s, int64_t number, arena *a, issues *sink);

/* extract.c */
bool extract(record *r, search_type *t, const doc *d, arena *a, issues *sink, index_values *out);
bool extract_param(record *r, const search_param *p, const doc *d, issues *sink, index_values *out);
bool extract_says(record *r, const search_param *p, const doc *d, text exact, arena *a,
		  issues *sink); /* string, :exact */
int index_compare(const index_value *x, const index_value *y);
void index_ranks(index_values *v); /* sorts, takes doubles out, numbers the ranks */
text number_key(arena *a, decimal d);
text string_key(arena *a, text t);

/* index.c */
bool index_write(deriving *dv, int64_t rid, const index_value *values, int count, bool remove, issues *sink);
int64_t target_rid(deriving *dv, text type, text id, issues *sink); /* a placeholder where missing; 0: failed */
int index_row(const index_value *v, int64_t rid, cell *row);
int index_span_row(const index_value *v, int64_t rid, cell *row); /* 0: it needs none */

/* prepare.c */
bool prepare_write(reader *rd, const write_op *w, arena *a, issues *sink, prepared *out);
bool scope_allows(const caller *who, text type);
text instant_stamp(char *out, instant at); /* STAMP_BYTES bytes, UTC */

/* apply.c */
bool apply_write(deriving *dv, prepared *p, const caller *who, written *out, issues *sink);
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

/* derive.c */
deriving deriving_begin(record *r, writing *w, arena *a, const caller *who);
bool derive_settle(deriving *dv, issues *sink); /* settle rounds with what they raise */
bool derive_tick(deriving *dv, issues *sink);
const deriver *derivers(int *count);
void *derive_prepare(int which, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink);

/* care.c */
bool care_rebuild(deriving *dv, issues *sink);
/* Only what derivers keep. `raise`: settling may raise writes, as when content changed what is owed. */
bool care_derive_again(deriving *dv, bool raise, issues *sink);
bool care_check(deriving *dv, check_report *out, issues *sink);

/* writer.c */
bool writer_start(record *r, issues *sink);
void writer_stop(record *r);
void writer_submit(record *r, job *j); /* waits for the answer */
arena *record_arena(record *r);        /* a spare one */
void record_arena_back(record *r, arena *a);

/* read.c */
found read_row(snapshot *s, const cell *row, arena *a, bool whole, version *out, issues *sink);
bool resource_row(snapshot *s, int64_t type_term, text id, arena *a, cell *row, bool *there, issues *sink);
void reader_note(reader *rd, text type, text id, int64_t number,
		 resource_state state); /* into the read set, if it has one */
found version_at(snapshot *s, int64_t rid, arena *a, version *out, issues *sink);

#endif
