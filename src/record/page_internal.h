/* page_internal.h: a page being filled, between search_page.c and search_walk.c. */
#ifndef LIMEN_RECORD_PAGE_INTERNAL_H
#define LIMEN_RECORD_PAGE_INTERNAL_H

#include "record/search_internal.h"

typedef struct page {
	search *s;
	keyed *at;      /* without keys in an unsorted walk */
	text *ids;      /* of a walk by id */
	int count, max; /* one more than fits, to know whether there is a next */
	char mode;
	bool has_last; /* the place it goes on after */
	keyed last;
	text last_id;
	bool few; /* the index was asked after all, and few are left: walking on past the others is not worth it */
} page;

enum { READ_MAX = 500 }; /* so many are read one by one rather than met along an index */

static inline bool page_full(const page *p)
{
	return p->count == p->max;
}

static inline void see_few(page *p, const part *of)
{
	p->few = p->few || (of->narrowed && !of->matches.all && of->matches.count <= READ_MAX);
}

int by_keys(const void *x, const void *y, void *with); /* keyed, for qsort_r with the search */

/* search_walk.c: sorted, of many. Where `few` comes out true and the page is not full, another way is better. */
bool walk_many(page *p, part *of);

#endif
