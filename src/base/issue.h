/* issue.h: the third kind of wrong, an expected failure, as a value.
 *
 * A function that may find something wrong takes an `issues` sink, adds what it found, and says so by
 * its result. REST prints the sink as an OperationOutcome, the command line as "file:line:column: text".
 *
 * Each kind of failure is a row of failures.def: its HTTP status, its FHIR issue code, and its sentence in
 * Danish and English with places {0} {1} {2} for the arguments. The language is chosen where it is printed.
 *
 * Ownership: issues live in the sink's arena; arguments are copied there.
 */
#ifndef LIMEN_BASE_ISSUE_H
#define LIMEN_BASE_ISSUE_H

#include "base/text.h"

typedef enum failure {
#define FAILURE(name, status, type, da, en) FAIL_##name,
#include "base/failures.def"
#undef FAILURE
	FAILURE_COUNT
} failure;

typedef enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFORMATION } severity;
typedef enum language { LANGUAGE_DA, LANGUAGE_EN } language;

/* Where it is wrong: any part may be missing. Lines and columns count from 1; columns count bytes. */
typedef struct place {
	text file;
	int64_t line;
	int64_t column;
	text path; /* a FHIRPath to the element, or a content key */
} place;

typedef struct issue {
	struct issue *next;
	failure code;
	severity severity;
	place place;
	text args[3];
} issue;

typedef struct issues {
	arena *arena;
	issue *first;
	issue *last;
	int count; /* all of them, kept or not */
	int errors;
	int kept;
	int keep; /* how many are kept, further ones are only counted; 0: ISSUES_MAX. Advice takes half of it at most */
} issues;

bool issues_full(const issues *sink); /* what is added now is only counted: spare the work of telling it */

/* Adds an error with up to three arguments; unused ones are TEXT(""). Always returns false, so that a
 * parser can say `return issue_at(...)`. */
bool issue_at(issues *sink, failure code, place where, text arg0, text arg1, text arg2);
bool issue_add(issues *sink, failure code, text arg0, text arg1); /* without a place */
void issue_warn(issues *sink, failure code, place where, text arg0, text arg1);
void issue_put(issues *sink, severity how, failure code, place where, const text args[3]);

/* All that is in another sink too. */
void issues_add_all(issues *sink, const issues *from);

/* The sentence for a person, with the arguments in it. Lives in `a`. */
text issue_text(arena *a, const issue *i, language lang);
/* The same with "file:line:column: " or the path before it, as far as they are known. */
text issue_line(arena *a, const issue *i, language lang);

int failure_status(failure code);       /* HTTP status */
const char *failure_type(failure code); /* FHIR issue type, e.g. "structure" */
const char *failure_name(failure code); /* e.g. "JSON_DUPLICATE_KEY" */
int issues_status(const issues *sink);  /* status of the first error; 500 where there is none */

#endif
