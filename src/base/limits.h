/* limits.h: every limit of the house, in one place. Bytes unless the name says otherwise. */
#ifndef LIMEN_BASE_LIMITS_H
#define LIMEN_BASE_LIMITS_H

enum {
	COMMIT_RETRIES_MAX = 5,         /* a commit whose read set moved starts over so often */
	SETTLE_ROUNDS_MAX = 8,          /* rounds of raised writes in one commit */
	SEARCH_COUNT_MAX = 1000,        /* resources on one page */
	SEARCH_COUNT_DEFAULT = 50,
	ISSUES_MAX = 100,               /* issues kept of one request */
	JSON_DEPTH_MAX = 64,            /* nested objects and arrays */
	JSON_DYNAMIC_NAMES_MAX = 16384, /* different keys in one document that FHIR does not define */
};

#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)

#define BODY_BYTES_MAX (64 * MIB)     /* one request body, one file */
#define REQUEST_ARENA_MAX (512 * MIB) /* all a request may make */
#define PROCESS_ARENA_MAX (512 * MIB) /* content and tables that live as long as the process */

#endif
