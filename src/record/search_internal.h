/* search_internal.h: a search between its stages.
 *
 *   search_parse.c   names, modifiers, chains        pairs → clauses
 *   search_value.c   values → tests, bad ones refused
 *   search_index.c   a clause by the index           → a sorted set of row numbers
 *   search_doc.c     a clause on the resource itself → yes or no
 *   search_plan.c    which clause first, which by index, which on the candidates that are left
 *   search_chain.c   chains and _has, both ways
 *   search_page.c, search_sort.c   a page of what matched, in order
 *   search_include.c what comes along
 *
 * A clause is tried in two ways that must agree: by the index, which gives all at once, and on one resource, which costs a read
 * and a parse. The plan begins with the clause that has the fewest rows and tries the others on what is left. */
#ifndef LIMEN_RECORD_SEARCH_INTERNAL_H
#define LIMEN_RECORD_SEARCH_INTERNAL_H

#include "record/clause_internal.h"

/* One type of a search, which may go over several: its clauses, then what the index says of them. */
typedef struct part {
	search_type *type;
	clause clauses[CLAUSES_MAX];
	int clause_count;
	rid_set matches;
	const clause *pending[CLAUSES_MAX]; /* to be tried on each match yet */
	int pending_count;
	int tried, held; /* of those tried so far */
	bool narrowed;   /* what the index can say of them has been asked for to the end */
	rid_set live;    /* all of the type, once asked for */
	bool has_live;
} part;

typedef enum total_wanted { TOTAL_NONE, TOTAL_ESTIMATE, TOTAL_ACCURATE } total_wanted;

typedef struct search {
	reader *reader;
	arena *arena;
	arena *into;    /* where rows are collected: `arena`, or `scratch` for a while */
	arena *scratch; /* one resource at a time */
	issues *sink;
	part *parts;
	int part_count;
	part *part; /* the one at work */
	sort_key sort[SORT_KEYS_MAX];
	int sort_count;
	include includes[INCLUDES_MAX];
	int include_count;
	int page_size;
	total_wanted total;
	bool count_only, lenient;
	subset subset;            /* of each resource */
	bool everything;          /* what the matches refer to comes along, unless it is a match itself */
	rid_set matched;          /* of everything: all of them */
	text page;                /* the cursor, or empty */
	buffer self;              /* the query as understood */
	const terms *terms;       /* for :in, :above …; NULL: not asked yet */
	text unknown_in, unknown; /* the last parameter that was not known, and its type */
	int64_t rows, docs;       /* looked at */
	instant began;
} search;

/* search_parse.c */
bool search_parse(search *s, const search_pair *pairs, int count);
void ranges_join(part *p); /* date=ge…&date=lt… of an element that is there once: one clause, both ends of one scan */
bool clause_parse(search *s, search_type *t, text name, text value, int depth, bool *known, clause *out);
bool search_is_control(text name); /* it says what to do with the result, not which resources */
text search_unescape(arena *a, text t);
text_pair search_cut(text t, char separator); /* at the first that has no backslash before it */

/* search_value.c */
bool tests_parse(search *s, clause *c, text value);
bool search_refuse(const search *s, const clause *c, text value, text expected);
bool span_matches(instant low, instant high, const test *q);
bool size_matches(text low, text high, const test *q); /* number keys */
bool words_match(const test *q, text words);
bool token_is(const test *q, text system, text code, bool implied);

/* search_refer.c: the resources a reference's value means, hierarchies included */
bool places_find(search *s, const clause *c, test *q);

/* search_set.c */
bool set_has(const rid_set *s, int64_t rid);
rid_set set_or(arena *a, rid_set x, rid_set y);
rid_set set_and(arena *a, rid_set x, rid_set y);
rid_set set_minus(arena *a, rid_set x, rid_set y);
void set_add(arena *a, rid_set *s, int64_t *cap, int64_t rid); /* to an unsorted one */
void set_sort(rid_set *s);                                     /* sorts, takes doubles out */

/* search_index.c: what the index gives for the clause said positively. At most `limit` rows are looked at; `whole` says whether
 * that was enough. A clause that is not exact gives more than it should: the rest is for clause_holds. */
bool clause_collect(search *s, const clause *c, int64_t limit, rid_set *out, bool *whole);
bool clause_is_indexed(const clause *c);
bool clause_is_exact(const clause *c);
bool clause_is_negative(const clause *c);
bool part_live(search *s, part *p, rid_set *out); /* every live resource of the type */
index_kind index_of_kind(search_kind kind);       /* INDEX_KINDS where it has none */
/* Rows counted against the search's ceilings; false: one is reached. */
bool search_looked(search *s, int64_t rows, int64_t docs);
typedef bool row_test(const cell *row, void *with);
bool rows_collect(search *s, const table *t, const scan_options *o, int64_t limit, row_test *keep, void *with,
		  rid_set *out, bool *whole);

/* search_doc.c */
typedef struct candidate {
	int64_t rid;
	version version;
	doc doc;
	bool read;
} candidate;
bool candidate_read(search *s, candidate *x, bool *there);
bool clause_holds(search *s, const clause *c, candidate *x, bool *holds); /* negation included */
/* Does this row match what is pending? Its own scratch memory is given back. */
bool part_holds(search *s, const part *p, int64_t rid, bool *holds);

/* search_chain.c */
bool chain_collect(search *s, const clause *c, rid_set *out);
bool chain_holds(search *s, const clause *c, candidate *x, bool *holds);
bool has_collect(search *s, const clause *c, rid_set *out);
bool has_holds(search *s, const clause *c, candidate *x, bool *holds);

/* search_plan.c */
enum { ROWS_PER_READ = 40 }; /* reading a resource and asking it costs about as much as so many rows of an index */
bool part_match(search *s, part *p);
bool part_settle(search *s, part *p); /* tries what is pending on every match */
/* Does it match? Where trying goes on without much success, the index is asked after all. */
bool part_try(search *s, part *p, int64_t rid, bool *holds);
int64_t type_count_about(search *s, search_type *t);

/* search_code.c: codes in value sets, above and below each other */
bool code_is(search *s, const clause *c, const test *q, text system, text code);
bool codes_ready(search *s, const clause *c, test *q); /* false: an unknown value set */

/* search_sort.c */
enum { KEY_CELLS_MAX = 4 };
typedef struct key_value { /* of one resource for one sort key */
	cell cells[KEY_CELLS_MAX];
	int count; /* 0: it has none, and stands last */
} key_value;
typedef struct keyed {
	int64_t rid;
	int part;
	key_value keys[SORT_KEYS_MAX];
} keyed;
int keyed_compare(const search *s, const keyed *x, const keyed *y);
bool keyed_same(const search *s, int level, const keyed *x, const keyed *y); /* by this key */
key_value key_kept(arena *a, const key_value *v);
bool keys_gather(search *s, keyed *all, int64_t count); /* sorted by rid */
bool keys_read(search *s, keyed *one);
bool rank_counts(int64_t rank, bool descending);

/* search_where.c: the types searched, and a compartment's clauses in each */
bool search_where_parse(search *s, const search_where *where, const search_pair *pairs, int count);

/* search_page.c, search_include.c */
bool search_page(search *s, search_answer *out);
bool search_include(search *s, search_answer *out);

#endif
