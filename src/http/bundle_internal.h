/* bundle_internal.h: a Bundle of requests while it is carried out. bundle.c reads it, runs batches and writes the answer;
 * transaction.c plans and makes the writes of a transaction. */
#ifndef LIMEN_HTTP_BUNDLE_INTERNAL_H
#define LIMEN_HTTP_BUNDLE_INTERNAL_H

#include "http/internal.h"

typedef enum entry_method { ENTRY_DELETE, ENTRY_POST, ENTRY_PUT, ENTRY_PATCH, ENTRY_GET, ENTRY_OTHER } entry_method;

typedef struct bundle_entry {
	entry_method method;
	const char *lacks; /* NULL, or what it cannot be carried out without */
	uint32_t resource;
	text method_text, url, full_url, if_match, if_none_match, if_modified_since, none_exist;
	/* of a write in a transaction, once planned */
	text type, id;
	int write;    /* position among the writes; -1: none */
	bool matched; /* a conditional create found its resource there already */
	bool nobody;  /* a conditional delete found nothing */
	doc body;
	const http_response *answer; /* of a read, and of every entry of a batch */
	instant modified;
} bundle_entry;

typedef struct bundle {
	exchange *x;
	doc d;
	bundle_entry *entries;
	int count;
	write_op *writes;
	written *written;
	int write_count;
	premise *premises;
	int premise_count, premise_cap;
	map known; /* fullUrl or conditional reference → position in targets */
	target *targets;
	int target_count, target_cap;
} bundle;

place bundle_place(const bundle *b, const bundle_entry *e, const char *below);
bool bundle_issue(bundle *b, const bundle_entry *e, failure code, text arg0, text arg1);
/* What was found wrong with one entry, its places within the whole: "Patient.name" is "Bundle.entry[3].resource.name". */
void bundle_issues(bundle *b, const bundle_entry *e, const issues *inner, const char *below);
/* The patch an entry carries: Parameters as they are, a Binary unpacked. `media`: what the patch is. */
bool bundle_patch(exchange *x, const bundle *b, const bundle_entry *e, text *media, text *out);
void bundle_run(bundle *b, bundle_entry *e); /* as a request of its own */

bool transaction_write(bundle *b); /* plans and commits; false: the sink says why, nothing was written */

#endif
