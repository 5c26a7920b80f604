/* terminology_internal.h: what the files terminology*.c share: FHIR's questions about codes, asked by GET with parameters or by POST
 * with Parameters (of $expand also with the ValueSet itself). What is asked about is R4's own, what is kept in the record, or what
 * came along with the question. */
#ifndef LIMEN_HTTP_TERMINOLOGY_INTERNAL_H
#define LIMEN_HTTP_TERMINOLOGY_INTERNAL_H

#include "http/internal.h"

typedef struct given {
	exchange *x;
	doc body; /* of a POST */
	bool has_body;
	const terms *t; /* a resource that came along, or is named in the path, lies above the others */
	language lang;
	text url; /* of the value set or code system asked about */
} given;

/* Reads what was given; `names` ends with NULL, and a parameter that is not among them is refused. */
bool given_read(exchange *x, const char *const *names, given *g);
text given_text(const given *g, const char *name); /* empty: not given */
text given_nth(const given *g, const char *name, int nth);
/* Its value of a type that is no primitive, or its resource; NODE_ABSENT. */
uint32_t given_node(const given *g, const char *name, name_id value);

/* The resource asked about: the one in the path, in the body, or of the URL. */
bool given_put_kept(given *g); /* the one in the path */
bool given_find(given *g, const char *parameter,
		const char *version_parameter); /* false with no issue: none was named */
bool given_resource(given *g, const char *parameter, const char *version_parameter);

#endif
