/* record.h: the log of everything that was said, and what is computed from it.
 *
 * A commit is one or more writes by one caller, atomic and durable when record_commit returns true. The log holds a row for
 * each version, with its digest chained to the row before; the body lies beside, so that a body the law lets us erase can go
 * without breaking the chain. Current state, index and everything a deriver keeps are computed and rebuildable.
 *
 * One writer thread groups waiting commits into one transaction (group commit). All that is costly (parsing, checking, index
 * values, derivers' preparation) happens before, in the caller's thread, against a snapshot; what it relied on is its read set,
 * which the writer re-checks: versions that moved make it start over; after COMMIT_RETRIES_MAX times the writer prepares it itself.
 *
 * The record knows no pathway, clock or task. Those floors register derivers.
 *
 * Every call takes a caller: who, for what purpose, on whose behalf, and which resources that reaches (`scope`).
 */
#ifndef LIMEN_RECORD_H
#define LIMEN_RECORD_H

#include "content/content.h"
#include "fhir/fhir.h"
#include "profile/profile.h"
#include "store/store.h"

typedef struct record record;

/* Who asks. Texts are references ("Practitioner/…", "Device/…") or short names; `actor` and `purpose` are never empty. */
typedef struct caller {
	text actor;
	text purpose;      /* e.g. TREAT, HADMIN (HL7 v3 PurposeOfUse) */
	text on_behalf_of; /* may be empty */
	text scope;        /* "*": everything; else comma-separated resource types. Grows with access/ */
	language language;
} caller;

bool scope_allows(const caller *who, text type);

typedef enum write_method { WRITE_CREATE, WRITE_UPDATE, WRITE_DELETE } write_method;
typedef struct write_op { /* not `write`: that is a function of <unistd.h> */
	write_method method;
	const doc *resource; /* NULL for delete */
	text type;
	text id;          /* update, delete; for create: empty lets the record choose, else it must be free */
	int64_t if_match; /* version that must be current; 0: any (a new resource too); -1: must not exist */
	text cause;       /* raised by a deriver: "rule:cause", unique for ever; else empty */
} write_op;

typedef struct written {
	text type, id;
	int64_t version, sequence;
	instant at;
	bool created;   /* first version, or again after a delete */
	bool unchanged; /* the same content was there already: nothing was written */
	text json;      /* as kept: with id and meta */
} written;

/* Only a writer makes a file, activates content and brings what is computed up to date. The others take what is kept, the
 * server's address too. */
typedef enum record_use {
	RECORD_WRITE,
	RECORD_READ, /* never writes; where content or definitions are others than those in use, the sink gets a warning */
	RECORD_CHECK /* only record_check; where content or definitions are others, it is refused */
} record_use;
typedef struct record_options {
	record_use use;
	text file;
	const char *vfs;
	world *world;
	const struct image *content; /* the active content image; NULL: none */
	text base; /* the server's own address, "http://…/fhir": references below it are local. May be empty */
} record_options;

/* A writer: where the content image is another than at the last open, that is logged and what derivers keep is computed again. */
record *record_open(arena *a, const record_options *options, issues *sink);
text record_base(const record *r); /* its own address; may be empty */
void record_close(record *r);      /* finishes what waits, then closes. Every reader must be closed before */

/* All or none. `out` has `count` entries, in `a`. False: the sink says why; nothing was written. */
bool record_commit(record *r, const caller *who, const write_op *writes, int count, arena *a, issues *sink,
		   written *out);

/* ---- reading ---- */
typedef struct reader
    reader; /* a snapshot with a caller: everything read through it is one state, in that caller's scope */
reader *record_reader(record *r, const caller *who, arena *a, issues *sink);
void reader_close(reader *rd);
int64_t reader_sequence(reader *rd);   /* the log position this snapshot shows */
snapshot *reader_snapshot(reader *rd); /* for floors that read their own tables */

typedef struct version {
	int64_t rid;
	text type, id;
	int64_t number, sequence;
	instant at;
	bool deleted;
	text json; /* empty where deleted */
	text actor, purpose, on_behalf_of;
} version;
typedef enum found { FOUND, FOUND_DELETED, FOUND_NONE, FOUND_FAILED } found;
found record_read(reader *rd, text type, text id, version *out, issues *sink);
found record_vread(reader *rd, text type, text id, int64_t number, version *out, issues *sink);
found record_read_rid(reader *rd, int64_t rid, version *out, issues *sink);
bool record_history(reader *rd, text type, text id, version **out, int *count, issues *sink); /* newest first */
int64_t record_rid(reader *rd, text type, text id);                                           /* 0: none */

/* ---- search: the query part of a URL, already split and decoded ---- */
typedef struct search_pair {
	text name, value;
} search_pair;
typedef struct search_entry {
	version version;
	bool included; /* by _include, not a match itself */
} search_entry;
typedef struct search_answer {
	search_entry *entries;
	int count;
	int64_t total; /* -1: not counted */
	text next;     /* query of the next page, or empty */
	text self;     /* the query as understood, in canonical order */
} search_answer;
/* Unknown parameters are refused (SEARCH_PARAMETER) unless `lenient`; then each is named as a warning in the sink. */
bool record_search(reader *rd, text type, const search_pair *pairs, int count, bool lenient, search_answer *out,
		   issues *sink);
/* The same filters asked of one resource at a time, told from it alone: no chains, no order, no pages. NULL: refused. What is
 * made is immutable, lives in `a`, and may be asked by many threads. */
typedef struct record_query record_query;
const record_query *record_query_of(record *r, text type, const search_pair *pairs, int count, arena *a, issues *sink);
bool record_query_fits(const record_query *q, const doc *resource, arena *a, issues *sink);
/* Limen's own search parameters (content/dk/search.yaml) beside R4's. Declared before record_open. */
typedef struct own_search {
	text type, code, expression;
	search_kind kind;
} own_search;
void record_own_search(const own_search *rows,
		       int count); /* texts are not copied; the same (type, code) again replaces */

/* ---- the feed: what was committed, in order, after it was durable ---- */
typedef struct feed_event {
	int64_t sequence;
	text type, id;
	int64_t version;
	write_method method;
	instant at;
} feed_event;
/* Events after `after`, at most `max`, in `a`. Waits up to `wait_ms` where there are none yet. Returns how many. */
int record_feed(record *r, const caller *who, int64_t after, int max, int wait_ms, arena *a, feed_event **out,
		issues *sink);
int64_t record_sequence(record *r); /* the newest durable log position */
bool record_wait(record *r, int64_t after,
		 int wait_ms); /* until something later than `after` is durable; false: in vain */

/* ---- derivers ---- */
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
} deriver;
void record_register(
    const deriver *d); /* before record_open, lowest floor first; kept by copy; the same name again replaces */

snapshot *deriving_snapshot(deriving *dv); /* sees what this transaction wrote */
writing *deriving_writing(deriving *dv);
arena *deriving_arena(deriving *dv); /* lives until the transaction ends; while rebuilding only for one apply */
instant deriving_now(deriving *dv);  /* the commit's instant: the only "now" there is in the writer */
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

/* ---- time ---- */
instant record_next_tick(record *r);
bool record_tick(
    record *r,
    issues *sink); /* lets derivers act on the instants that have passed; logged where it changed something */

/* ---- care ---- */
typedef struct check_report {
	int64_t versions, resources, index_rows, derived_rows;
	int64_t broken_digests, broken_index, broken_derived;
} check_report;
/* Recomputes digests, index and derived tables beside the kept ones and compares; changes nothing. */
bool record_check(record *r, arena *a, check_report *out, issues *sink);
bool record_rebuild(record *r, issues *sink); /* drops what is computed and computes it again */

#endif
