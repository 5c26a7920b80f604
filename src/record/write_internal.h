/* write_internal.h: a write once it is prepared, the job that brings it to the writer, the transaction it is applied in. */
#ifndef LIMEN_RECORD_WRITE_INTERNAL_H
#define LIMEN_RECORD_WRITE_INTERNAL_H

#include "record/index_internal.h"

#include <pthread.h>

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
	bool created, unchanged, orphans;
	int64_t generation; /* of the type's search parameters */
	bool unnumbered;    /* its type was never written: nothing more is prepared */
	char *json;         /* lastUpdated is written into it at `stamp_at` */
	int64_t json_len, stamp_at;
	instant kept_at; /* unchanged: when the kept version was written */
	int64_t kept_sequence;
	text kept_json;
	index_value *remove, *add;
	int remove_count, add_count;
	void **deriver_prepared;
} prepared;
enum { STAMP_BYTES = 27 }; /* 2026-03-02T09:00:00.000000Z */

/* ---- the writer (writer.c) ---- */
typedef enum job_kind { JOB_COMMIT, JOB_TICK, JOB_TYPE, JOB_CHECK, JOB_REBUILD, JOB_NOTE } job_kind;
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
	const write_op *asked;
	const read_set *reads; /* NULL: nothing is prepared; it is in the transaction itself, where nothing moves */
	int64_t seen_sequence;
	/* type */
	search_type *type;
	check_report *report;
	/* note */
	record_note_function *note;
	void *self;
} job;

/* The end of the log, as the writer knows it. */
typedef struct tip {
	int64_t sequence, rid, term;
	instant at;
	digest chain;
} tip;

/* One transaction of the writer, and within it one commit at a time. */
enum { DERIVERS_MAX = 16 };
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
	arena *arena; /* of the transaction; while the log is replayed, of one version */
	arena *kept;  /* of the transaction */
	const caller *who;
	caller own; /* who raised writes are by */
	instant now;
	int64_t first; /* sequence of the commit's first row */
	bool rebuilding;
	bool again; /* a step of the queue that brings new rules */
	bool *met;  /* while the log is replayed, by row number: written already? Else NULL */
	int64_t met_count;
	map terms; /* numbers given in this transaction */
	touched touched[DERIVERS_MAX];
	int touched_count;
	raised *first_raised, *last_raised;
	search_type *needs; /* a raised write's type has no numbers yet: the commit must start over */
};

#endif
