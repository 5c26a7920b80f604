/* pathway.h: what belongs to a patient's pathway, and the few facts the law asks about it.
 *
 * A pathway is an EpisodeOfCare. *Links* (content) say by FHIRPath how resources point at each other; `member(pathway, resource)`
 * is their closure: the episode, what it owns (its referral), and whatever points at a member. *Facts* (content) are few typed
 * values per resource, read by FHIRPath when that resource is written and kept with provenance; a write never re-reads the
 * pathway's JSON. A new referral becomes a pathway by a raised EpisodeOfCare (`pathway` entry: becomes).
 *
 * A *condition* is a sentence over facts that a person can read aloud; clocks and kinds of task are made of them:
 *     referral.received
 *     no proposal.made
 *     referral.class in (udredning, uklassificeret)      a code fact; holds also where there is none, when the fact's definition
 *                                                        says `absent: uklassificeret`, or where ` or none` is written behind it
 *     referral.class not in (akut, kontrol)              no such code; also: is CODE, is not CODE
 *     patient.age at least 18                            a number fact; also: at most
 *     booked.made after notice.sent                      the last of one is later than the last of the other, or there is no other
 *     all of: decision.made, patient.told                (a YAML list under all_of: / any_of: means the same, and may be nested)
 * A condition gives whether it holds and since when: all of = the latest of its instants, any of = the earliest.
 */
#ifndef LIMEN_PATHWAY_H
#define LIMEN_PATHWAY_H

#include "record/record.h"

/* ---- content kinds: link, facts, pathway, check, fact-set ---- */
void pathway_content(void);            /* registers the content kinds of this floor */
void pathway_register(const image *m); /* registers the deriver; after content_load, before record_open */

/* ---- facts ---- */
typedef enum fact_kind { FACT_INSTANT, FACT_CODE, FACT_NUMBER } fact_kind;
typedef struct fact_name { /* one row per fact that content defines; ids are positions in the image's list */
	text name;         /* "referral.received" */
	text da, en;       /* "henvisning modtaget" */
	fact_kind kind;
	text source;                   /* which resource type it is read from */
	text absent;                   /* FACT_CODE: the code that stands where there is no such fact, or empty */
	const struct fact_code *codes; /* FACT_CODE: the codes known, with their words; none: any code */
	int code_count;
} fact_name;
typedef struct fact_code {
	text code, da, en;
} fact_code;
int fact_id(const image *m, text name); /* -1: no such fact */
const fact_name *fact_at(const image *m, int id);
int fact_count(const image *m);
text fact_code_word(const image *m, int id, text code, language lang); /* the code itself where it has no word */

typedef struct fact {
	int id;
	instant
	    at; /* FACT_INSTANT: its instant (of a date: local midnight). Others: when the resource says it happened, else when this value was first written */
	day on; /* the local date of `at` */
	bool date_only;      /* said as a date, without a time */
	uint8_t row;         /* pathway_facts_in's own */
	text code;           /* FACT_CODE */
	int64_t number;      /* FACT_NUMBER */
	text type, resource; /* provenance: ServiceRequest, its id */
	int64_t version;     /* in which this value first appeared; it has stood there since */
	int64_t sequence;
	text actor; /* who wrote that version */
} fact;
/* A pathway's facts, sorted by id, then `at`, then sequence. Plain values: what clocks and work compute on. */
typedef struct facts {
	fact *at;
	int count;
} facts;
bool pathway_facts(snapshot *r, const image *m, int64_t pathway_rid, arena *a, facts *out, issues *sink);
/* The same in the writer, which keeps those it read lately: as this transaction sees them, and only until it is asked again. */
bool pathway_facts_in(deriving *dv, const image *m, int64_t pathway_rid, facts *out, issues *sink);
const fact *facts_first(const facts *f, int id); /* the earliest, or NULL */
const fact *facts_last(const facts *f, int id);
int facts_from(const facts *f, int id); /* where those of this id begin, or would */
void facts_sort(facts *f);              /* for facts made by hand: into the order above */

/* ---- conditions ---- */
typedef enum condition_kind {
	CONDITION_FACT,
	CONDITION_NO,
	CONDITION_IN,
	CONDITION_NOT_IN,
	CONDITION_AT_LEAST,
	CONDITION_AT_MOST,
	CONDITION_AFTER,
	CONDITION_ALL,
	CONDITION_ANY
} condition_kind;
typedef struct condition { /* open to read for who makes something quicker of it: clock/plan.c */
	condition_kind kind;
	int fact, other;   /* other: after which fact */
	const text *codes; /* in, not in */
	int code_count;
	bool or_none;
	int64_t number;                 /* at least, at most */
	const struct condition **parts; /* all of, any of */
	int part_count;
} condition;
/* Compiles the condition under `key` of a content entry's mapping (text or list form). NULL with an error in the sink where it is
 * wrong; NULL without one where the key is missing and `required` is false. */
const condition *condition_compile(image *m, const content_entry *e, uint32_t object, const char *key, bool required,
				   issues *sink);
typedef struct holding {
	bool holds;
	instant since;       /* INSTANT_NONE where it holds only because something is absent */
	const fact *because; /* the fact that decided `since`, or NULL */
} holding;
holding condition_holds(const condition *c, const facts *f);
holding condition_holds_from(const condition *c, const facts *f,
			     day from); /* as if facts of days before `from` were not there */
text condition_say(arena *a, const image *m, const condition *c, language lang); /* read aloud */
/* As it is written in content; a group within another stands in parentheses. */
text condition_text(arena *a, const image *m, const condition *c);
bool condition_names(const condition *c, int fact); /* does it speak of this fact? */

/* ---- members ---- */
int pathway_members(snapshot *r, int64_t pathway_rid, arena *a, int64_t **rids, issues *sink);
int pathways_of(snapshot *r, int64_t rid, arena *a, int64_t **pathway_rids, issues *sink);
/* In the writer, during settle: the pathways whose members or facts this commit touched. Clock and work start from these. */
int pathway_touched(deriving *dv, int64_t **pathway_rids);
void pathway_touch(deriving *dv, int64_t pathway_rid); /* a tick touches one */

/* ---- subjects: resources that have clocks of their own and are no pathway ---- */
/* The facts of one resource and of what points at it by a link; not what points at that. */
bool subject_facts(snapshot *r, const image *m, int64_t rid, arena *a, facts *out, issues *sink);
text subject_type(snapshot *r, int64_t rid, arena *a, issues *sink); /* empty: it is not here, or gives no facts */
/* What gives facts, with numbers above `after`, in order, `max` at most: for walking through all. */
typedef struct subject {
	int64_t rid;
	text type, id;
} subject;
int subjects_after(snapshot *r, int64_t after, int max, arena *a, subject **out, issues *sink); /* -1: failed */
/* A floor above has rules about resources of this type: they are settled again when rules change. While content is made ready. */
void subject_want(image *m, text type);
bool subject_wanted(const image *m, text type);
/* In the writer, during settle: the resources whose facts this commit may have changed, of any type. */
int subjects_touched(deriving *dv, int64_t **rids);
void subject_touch(deriving *dv, int64_t rid);

/* ---- what if: the facts that another content reads of what is here ---- */
bool pathway_reads_same(const image *x, const image *y,
			arena *a); /* links and facts alike: rows may be taken for both */
typedef struct anew anew;
typedef struct anew_options {
	reader *reader; /* of the record, with an arena of its own */
	const image *image;
	text file; /* where links and facts are put meanwhile; taken away by anew_close */
	void *self;
	bool (*progress)(void *self, int64_t resources); /* false: stop */
} anew_options;
/* Reads the links and facts of all resources from their bodies, of every version where a fact stands since it was first written. The record is
 * only read. NULL: refused or stopped. */
anew *anew_open(arena *a, const anew_options *how, issues *sink);
bool anew_facts(anew *x, int64_t subject, bool pathway, arena *a, facts *out, issues *sink);
int anew_subjects_after(anew *x, int64_t after, int max, arena *a, subject **out, issues *sink);
void anew_close(anew *x);

#endif
