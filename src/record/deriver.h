/* deriver.h: a part of record.h: what other floors compute from what is written.
 *
 * A deriver is a row in a table of floors. It sees each write three times: in the caller's thread before it is written
 * (prepare), in the writer's transaction (apply), and once more when all writes of the commit are in (settle). What it keeps
 * lies in tables of its own and can be computed again from the log.
 */
#ifndef LIMEN_RECORD_DERIVER_H
#define LIMEN_RECORD_DERIVER_H

#include "record/record.h"

typedef struct deriving deriving; /* one write inside the writer's transaction */
typedef struct change {
	int64_t rid;
	text type, id;
	type_id fhir_type;
	const doc *resource; /* NULL: deleted */
	int64_t version, sequence;
	instant at;
	const caller *who;
	bool created;
	bool past;      /* while rebuilding: a later version of it follows */
	void *prepared; /* what this deriver's prepare returned */
} change;
/* A commit may start over (something it relied on moved, a raised type is met for the first time): a deriver keeps what it learns in
 * its tables and in the transaction's arena, never in memory of its own. */
typedef struct deriver {
	const char *name;
	void *self;
	const table *const *tables; /* computed: emptied and filled again when deriving again */
	int table_count;
	const table *const
	    *kept; /* recorded by this deriver itself: what it promised, sent, was answered. Never emptied */
	int kept_count;
	/* In the caller's thread, before the writer: reads what it needs out of the resource, and may refuse (errors in the sink).
	 * `resource` is as it will be kept, id and meta in it; only the instant in meta.lastUpdated is not final yet. NULL: deleted.
	 * `rd` resolves references; what it read by type and id joins the read set. */
	void *(*prepare)(void *self, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink);
	/* In the writer: binds rows. May raise writes with deriving_raise. False with an error in the sink undoes the commit. */
	bool (*apply)(void *self, deriving *dv, const change *c, issues *sink);
	/* After all writes of one commit (raised ones too) were applied, once: clocks and tasks of the pathways touched. May raise
	 * writes; those are applied and settled again, at most SETTLE_ROUNDS_MAX times. Derivers settle in the order they were
	 * registered; what one touches while it settles the later ones see; after the last one the sets of touched are emptied. */
	bool (*settle)(void *self, deriving *dv, issues *sink);
	/* An instant has passed: do what is due; add what was touched, so that settle sees it. */
	bool (*tick)(void *self, deriving *dv, issues *sink);
	/* The next instant after which tick has work, or INSTANT_NONE. */
	instant (*next_tick)(void *self, snapshot *r);
	/* What the content says that decides the rows apply keeps. Where another content says the same they stand, and only settling is
	 * done again. */
	digest (*reads)(void *self, arena *a);
	/* One deriver leads settling again: touches the subjects with numbers above *after, in order, `max` at most; moves *after on to
	 * the last it looked at, INT64_MAX where there are no more. How many; -1: failed. And how many there are in all. */
	int (*again)(void *self, deriving *dv, int64_t *after, int max, issues *sink);
	int64_t (*subjects)(void *self, snapshot *r, arena *a, issues *sink);
	/* Of `tables`: those whose rows settling alone makes. Their first column is the subject's number. */
	const table *const *settled;
	int settled_count;
} deriver;
void record_register(
    const deriver *d); /* before record_open, lowest floor first; kept by copy; the same name again replaces */

snapshot *deriving_snapshot(deriving *dv); /* sees what this transaction wrote */
writing *deriving_writing(deriving *dv);
arena *deriving_arena(deriving *dv);     /* lives until the transaction ends; while rebuilding only for one apply */
int64_t deriving_sequence(deriving *dv); /* of the log's newest row, this commit's included */
int64_t deriving_first_sequence(deriving *dv); /* of this commit's first row */
const caller *deriving_caller(deriving *dv);   /* whose commit it is */
instant deriving_now(deriving *dv);            /* the commit's instant: the only "now" there is in the writer */
/* True: what derivers keep is computed again, from every version of the log in the order of writing (an erased one as if deleted),
 * and settled once, at the end; raising does nothing; `now` is the instant of the log's last row. */
bool deriving_rebuilding(deriving *dv);
bool reader_rebuilding(const reader *rd); /* the same, for prepare: what refuses a write need not be asked */
/* A write this rule makes, unique per cause: one that exists already for the cause is not raised again and true is returned.
 * For update: type and id name the resource. */
bool deriving_raise(deriving *dv, const write_op *w, issues *sink);
/* The current body of a resource, as this transaction sees it. */
found deriving_read(deriving *dv, int64_t rid, version *out, issues *sink);
/* A version of it. */
found deriving_vread(deriving *dv, int64_t rid, int64_t number, version *out, issues *sink);
int64_t deriving_rid(deriving *dv, text type, text id);
/* This subject has been settled by the rules in use: said in settle, for each. */
bool deriving_settled(deriving *dv, int64_t subject, issues *sink);
bool deriving_reevaluating(deriving *dv); /* new rules are on their way through what is there */
/* Names a row number as touched for a deriver's own use between apply and settle (a set of integers per deriver). */
void deriving_touch(deriving *dv, const void *owner, int64_t number);
int deriving_touched(deriving *dv, const void *owner, int64_t **out);

/* A write of a deriver's own kept tables, in the writer's transaction, together with whatever else waits; not logged. True: durable. */
typedef bool record_note_function(void *self, deriving *dv, issues *sink);
bool record_note(record *r, record_note_function *note, void *self, issues *sink);
/* What a deriver may compute again at any time (compiled things), kept with the open record and gone with it. The writer's own. */
typedef struct shelf {
	void *what; /* NULL at first */
	arena *arena;
} shelf;
shelf *deriving_shelf(deriving *dv, const void *owner);
record *deriving_record(deriving *dv);
record *reader_record(const reader *rd);

#endif
