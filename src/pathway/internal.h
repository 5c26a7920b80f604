/* internal.h: what only the files of pathway/ share: the content of this floor compiled (`model`), what a resource gives when it
 * is written (`reading`), and the tables. */
#ifndef LIMEN_PATHWAY_INTERNAL_H
#define LIMEN_PATHWAY_INTERNAL_H

#include "pathway/pathway.h"

enum { FIRST_OF_MAX = 4 };

/* One or more expressions; the first that gives something counts. */
typedef struct first_of {
	const path *at[FIRST_OF_MAX];
	int count;
} first_of;

typedef struct link_rule {
	text id, da, en;
	type_id on;
	const path *to;
	bool owns; /* the pathway owns what it points at, instead of the other way round */
} link_rule;

typedef struct fact_rule {
	int id; /* in model.names; set when all are known */
	fact_name name;
	place where;
	type_id on;
	const path *source_only; /* the entry's `only` */
	const path *only;
	first_of value, when;
	bool written;   /* else: written */
	bool from_need; /* its codes are what a `required` list misses */
} fact_rule;

typedef struct need_rule { /* one thing a referral must hold */
	int fact;
	type_id on;
	const path *when, *holds;
	text code, da, en;
} need_rule;

typedef struct check_rule {
	text id, da, en;
	type_id on;
	const path *when, *holds;
	bool forbids; /* 403 instead of 422: it is about who writes */
	bool warns;
	bool in_writer; /* asks for now() or %actor, which only the writer knows */
} check_rule;

typedef struct becomes_rule { /* what raises a pathway */
	const content_entry *entry;
	type_id on;
	const path *when;
	text status; /* of the EpisodeOfCare raised */
	text status_active;
	const condition *active_when;
	const path *patient, *managing; /* References */
	first_of label;
} becomes_rule;

/* All rules of a kind, in the order of the image's entries. Grown while loading. */
typedef struct rule_list {
	const void **at;
	int count, cap;
} rule_list;

typedef struct model {
	fact_name *names; /* sorted by name */
	int name_count;
	map by_name; /* to its id */
	rule_list links, facts, needs, checks;
	const becomes_rule *becomes;
} model;

model *model_of(const image *m); /* NULL before content is loaded */
model *model_make(image *m);
int model_fact(const model *md, text name);      /* fact_id, for who asks often */
void facts_lay_out(facts *f, int ids, arena *a); /* facts_sort of many: into a new array */
void rule_add(image *m, rule_list *l, const void *rule);

/* ---- what one resource gives when it is written ---- */
typedef struct read_link {
	text target; /* "ServiceRequest/4711" */
	bool owns;
} read_link;

/* A check that did not hold before the writer: `final`, or to be asked again where more is known. */
typedef enum verdict_kind { VERDICT_FAILED, VERDICT_ASK_WRITER, VERDICT_UNRESOLVED } verdict_kind;
typedef struct verdict {
	int check; /* in model.checks */
	verdict_kind kind;
} verdict;

typedef struct reading {
	issues found; /* expressions that this resource broke: apply refuses it, unless it is only derived again */
	read_link *links;
	int link_count;
	fact *facts;   /* id, at, on, date_only, code, number */
	bool *written; /* beside facts: `at` is to be when it was written */
	int fact_count;
	bool becomes; /* raises a pathway where it has none */
	verdict *verdicts;
	int verdict_count;
} reading;

/* Reads links and facts by the model's expressions, of this resource alone. */
void resource_reading(const model *md, const doc *d, arena *a, reading *out);
bool first_of_run(const first_of *f, const doc *d, const path_outside *outside, arena *a, issues *sink,
		  path_items *out);

/* The outside of an expression: references through a reader, and for checks who writes and what stood there before. */
typedef struct surroundings {
	path_outside outside;
	path_item previous, actor;
	reader *rd;   /* before the writer */
	deriving *dv; /* in the writer */
	arena *arena;
	issues *sink;
	const doc *root; /* the resource being read, for contained ones */
	bool has_previous, has_actor;
	bool unresolved; /* a reference to a resource here was asked for and not found */
} surroundings;
void surroundings_make(surroundings *s, reader *rd, const doc *root, arena *a, issues *sink);

/* ---- checks ---- */
/* Before the writer: notes in `out` what does not hold. */
void checks_prepare(const model *md, const write_op *w, const doc *d, reader *rd, arena *a, reading *out);
/* In the writer, with the actor known; what still waits for a resource of the same commit is touched. False: refused. */
bool checks_apply(const model *md, deriving *dv, const change *c, const reading *r, issues *sink);
/* After all writes of the commit: what waited. */
bool checks_settle(const model *md, deriving *dv, issues *sink);

/* ---- content kinds ---- */
const content_kind *link_content(void);
const content_kind *facts_content(void);
const content_kind *required_content(void);
const content_kind *check_content(void);
const content_kind *pathway_entry_content(void);

/* ---- tables ---- */
enum { LINK_FROM, LINK_NUMBER, LINK_TARGET, LINK_TO, LINK_OWNS, LINK_COLUMNS };
enum { MEMBER_PATHWAY, MEMBER_RID, MEMBER_COLUMNS };
enum { SOURCE_RID, SOURCE_TYPE, SOURCE_ID, SOURCE_COLUMNS };
/* A fact by its name: its id is a position in one image, and the rows outlive that. The last three are its provenance: the
 * version in which this value first appeared. */
enum {
	FACT_RID,
	FACT_NUMBERED,
	FACT_NAME,
	FACT_AT,
	FACT_DATE_ONLY,
	FACT_CODED,
	FACT_VALUE,
	FACT_WRITTEN,
	FACT_VERSION,
	FACT_SEQUENCE,
	FACT_ACTOR,
	FACT_COLUMNS
};
enum { KNOWN_PATHWAY, KNOWN_PART, KNOWN_MEMBERS, KNOWN_COLUMNS, KNOWN_ROWS = 16 };
extern const table link_table, member_table, fact_table, source_table, known_table;

/* Facts being collected. */
typedef struct fact_list {
	arena *arena;
	facts *out;
	int cap;
} fact_list;
void fact_list_add(fact_list *l, const fact *f);
int fact_order(const void *xp, const void *yp); /* by id, at, sequence, value */
/* What stands of a resource in a version, as rows. */
typedef struct fact_cells {
	cell at[FACT_COLUMNS];
} fact_cells;
typedef struct standing {
	fact_cells *rows;
	int count;
} standing;

typedef struct facts_given {
	standing now;
	bool changed; /* from what stood before */
} facts_given;
/* ---- known.c: a pathway's facts in one place; pathway_facts reads them ---- */
/* The facts of a version as they stand in its rows, packed; empty where there are none. */
text known_packed(arena *a, const change *c, const standing *now);
/* Among the pathway's: the member anew; packed is empty: it goes. */
bool known_keep(deriving *dv, int64_t pathway, int64_t rid, text packed, issues *sink);
/* The same from the rows there are; `gives`: it has some. */
bool known_put(deriving *dv, int64_t pathway, int64_t rid, bool *gives, issues *sink);
bool known_forget(deriving *dv, int64_t pathway, int64_t rid, issues *sink);
/* The facts of a row's members, added; their words lie in `members`. False: it is damaged. */
bool known_unpack(const model *md, text members, fact_list *out);

/* The row of a fact of this version: with the provenance of the version that said it first, where it stood before. */
void fact_row(const model *md, const change *c, const reading *r, int i, const standing *before, cell *row);

/* The members of a pathway by the links alone, whatever rows of members there are. -1: failed. */
int pathway_closure(snapshot *r, int64_t pathway, arena *a, int64_t **rids, issues *sink);

/* The facts of these resources together, sorted. */
bool facts_of_all(snapshot *r, const image *m, const int64_t *rids, int count, arena *a, facts *out, issues *sink);

bool model_has_type(const model *md, type_id type); /* resources of this type have links or facts */

/* ---- member.c: keeps link, source and member rows, and touches the pathways concerned ---- */
bool links_apply(const model *md, deriving *dv, const change *c, const reading *r, const facts_given *given,
		 issues *sink);

/* ---- raise.c ---- */
void becomes_touch(deriving *dv, int64_t rid);            /* a referral that may have to become a pathway */
void activation_touch(deriving *dv, int64_t pathway_rid); /* a pathway that may have to become active */
bool pathways_raise(const image *m, deriving *dv, issues *sink);

#endif
