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
 * The record knows no pathway, clock or task. Those floors register derivers (deriver.h).
 *
 * Every call takes a caller: who, for what purpose, on whose behalf, and which resources that reaches (`scope`).
 */
#ifndef LIMEN_RECORD_H
#define LIMEN_RECORD_H

#include "content/content.h"
#include "fhir/fhir.h"
#include "profile/profile.h"
#include "record/conformance.h"
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
/* A search's parameter: the query part of a URL, already split and decoded. */
typedef struct search_pair {
	text name, value;
} search_pair;

/* A search that a write was planned on, which must still find the same when it is committed (record_premise makes it). */
typedef struct premise {
	text type;
	const search_pair *pairs;
	int count;
	text id;          /* the one resource it found; empty: none */
	int64_t sequence; /* the log position where it did */
} premise;

typedef enum write_method { WRITE_CREATE, WRITE_UPDATE, WRITE_DELETE } write_method;
typedef struct write_op { /* not `write`: that is a function of <unistd.h> */
	write_method method;
	const doc *resource; /* NULL for delete */
	text type;
	text id;          /* update, delete; for create: empty lets the record choose, else it must be free */
	int64_t if_match; /* version that must be current; 0: any (a new resource too); -1: must not exist */
	text cause;       /* raised by a deriver: "rule:cause", unique for ever; else empty */
	const doc *patch; /* update without `resource`: the current version with this applied (fhir/patch.h) */
	bool orphans;     /* delete: even where others refer to it */
	bool checked;     /* the caller has held `resource` against R4 already (resource_validate) */
	const premise *premises;
	int premise_count;
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
	text file;  /* as store_options.file */
	text claim; /* as store_options.claim */
	const char *vfs;
	world *world;
	const struct image *content; /* the active content image; NULL: none */
	text base; /* the server's own address, "http://…/fhir": references below it are local. May be empty */
	bool
	    beside; /* a writer: new rules are brought to what is there beside the traffic; else before record_open returns */
} record_options;

/* A writer: where the content image is another than at the last open, that is logged and what derivers keep is computed again: all of
 * it where the new content reads other things of resources, else what settling makes, in small transactions that go on where they
 * were ended (record_reevaluation). */
record *record_open(arena *a, const record_options *options, issues *sink);
text record_base(const record *r); /* its own address; may be empty */
void record_close(record *r);      /* finishes what waits, then closes. Every reader must be closed before */

/* All or none. `out` has `count` entries, in `a`. False: the sink says why; nothing was written. Where a premise no longer
 * holds that is RECORD_MOVED: the caller asks anew and plans anew. A delete is refused while others refer to the
 * resource (RECORD_REFERRED). */
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
	bool erased; /* by law: that it was is all that is left. Then it is deleted too */
	text json;   /* empty where deleted */
	text actor, purpose, on_behalf_of;
} version;
typedef enum found { FOUND, FOUND_DELETED, FOUND_NONE, FOUND_FAILED } found;
found record_read(reader *rd, text type, text id, version *out, issues *sink);
found record_vread(reader *rd, text type, text id, int64_t number, version *out, issues *sink);
found record_read_rid(reader *rd, int64_t rid, version *out, issues *sink);
/* Versions, newest first: of one resource, of a type (no id), of all the caller may see (no type either). */
typedef struct history_query {
	text type, id;
	instant since;                    /* written at or after; INSTANT_NONE: any */
	instant current_from, current_to; /* current at some time in [from, to); INSTANT_NONE, both: any */
	int64_t before;                   /* only versions with a smaller sequence; 0: all. For the next page */
	int count;
} history_query;
/* `next`: the `before` of the next page, 0 where there is none. A page may hold fewer than asked for and still have a next one:
 * in a long log the rare type is looked for HISTORY_ROWS_MAX rows at a time. FOUND_NONE: that resource was never here. */
found record_history(reader *rd, const history_query *q, version **out, int *count, int64_t *next, issues *sink);
int64_t record_rid(reader *rd, text type, text id); /* 0: none */

/* Nobody here refers to it? Else the sink says who (RECORD_REFERRED): it would not be deleted. */
bool record_unreferred(reader *rd, text type, text id, issues *sink);
/* What resources of a type can be searched by here, R4's and one's own, sorted by code; in `a`. How many. */
typedef struct search_parameter {
	text code, url; /* url may be empty */
	search_kind kind;
	const type_id *targets; /* of a reference; none: anything */
	int target_count;
} search_parameter;
int record_parameters(record *r, text type, arena *a, search_parameter **out);
/* For FHIRPath: references to resources of this record lead to them, as this snapshot has them. */
path_outside record_outside(reader *rd);
/* Whether a search finds one resource (1, its id in `out`), none (0), or several or is wrong (-1, an issue). */
int record_premise(reader *rd, text type, const search_pair *pairs, int count, premise *out, issues *sink);

/* ---- search ---- */
typedef struct search_entry {
	version version;
	bool included; /* by _include, not a match itself */
} search_entry;
typedef struct search_answer {
	search_entry *entries;
	int count;
	int64_t total; /* -1: not counted */
	text next;     /* query of the next page, or empty */
	bool later;    /* not the first page: that one is `first` */
	text first;
	text self; /* the query as understood */
} search_answer;
/* Where it is searched: one type, or all types of which the caller may see resources (fewer by `_type`); all of it, or only a
 * compartment: what has to do with one patient, one encounter. */
typedef struct search_where {
	text type;        /* empty: all types */
	text compartment; /* "Patient", "Encounter", "Practitioner", "RelatedPerson", "Device"; empty: none */
	text id;          /* of the compartment */
	bool
	    everything; /* $everything: the one it is about too, and what all of it refers to; `start`, `end` and `_since`
			   * are read then */
} search_where;
bool record_search_in(reader *rd, const search_where *where, const search_pair *pairs, int count, bool lenient,
		      search_answer *out, issues *sink);
bool compartment_known(text compartment);
/* Whether resources of this type may be in the compartment. */
bool compartment_has(text compartment, text type);
/* Unknown parameters are refused (SEARCH_PARAMETER) unless `lenient`; then each is named as a warning in the sink. */
bool record_search(reader *rd, text type, const search_pair *pairs, int count, bool lenient, search_answer *out,
		   issues *sink);
/* The same filters asked of one resource at a time, told from it alone: no chains, no order, no pages. NULL: refused. What is
 * made is immutable, lives in `a`, and may be asked by many threads. */
typedef struct record_query record_query;
const record_query *record_query_of(record *r, text type, const search_pair *pairs, int count, arena *a, issues *sink);
bool record_query_fits(const record_query *q, const doc *resource, arena *a, issues *sink);
/* Search parameters that are resources (SearchParameter, active): since they were written, or how far the indexing of what was there
 * before has come. */
typedef struct own_parameter {
	text type, code, url, id; /* of the SearchParameter */
	search_kind kind;
	bool ready;
	int percent;
} own_parameter;
int record_own_parameters(record *r, arena *a, own_parameter **out);
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

/* ---- time ---- */
instant record_next_tick(record *r);
bool record_tick(
    record *r,
    issues *sink); /* lets derivers act on the instants that have passed; logged where it changed something */

#include "record/at_hand.h"
#include "record/care.h"
#include "record/deriver.h"

#endif
