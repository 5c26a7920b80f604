/* form.h: the front door of form/: a Questionnaire as a form that is being filled in.
 *
 * A form is compiled from a Questionnaire once: its items, when each is enabled, its FHIRPath expressions. It is then *opened*
 * with a QuestionnaireResponse in the making, which may be nearly empty, and settled: which items are enabled, what the calculated ones
 * are worth, to a fixed point. What never comes to rest is refused by the item that keeps turning. A settled form tells its
 * response, the choices of each question, and what is wrong with the answers.
 *
 * Everything is pure: no store, no clock but the one handed in. Expressions see the response as it would be sent now: an
 * answer of an item that is not enabled is not there, though it is kept, and comes back when the item does.
 *
 * Ownership: a form lives in the arena it was compiled in and points into the Questionnaire's doc; threads may share it. An open
 * form lives in its own arena, points into the form, the response and the context, and belongs to one thread.
 */
#ifndef LIMEN_FORM_H
#define LIMEN_FORM_H

#include "fhir/fhir.h"
#include "profile/profile.h"

typedef struct form_plan form_plan;

/* NULL: the sink says what is wrong with the Questionnaire, each with its place in it. `codes` answers for value sets outside it. */
const form_plan *form_read(arena *a, const doc *questionnaire, const terms *codes, issues *sink);

/* What an expression may name: %patient is {"patient", the Patient}. */
typedef struct form_context {
	text name;
	const doc *d;
} form_context;

typedef struct form_around {
	const form_context *context;
	int context_count;
	path_outside outside; /* now, resolve, codes; `variable` and `trace` are the form's own */
	/* A variable in x-fhir-query: the Bundle that a search gives. False: it could not be asked, the sink says why. May be NULL. */
	bool (*search)(void *self, text query, doc *out, issues *sink);
	void *search_self;
	language language;
} form_around;

typedef struct open_form open_form;

typedef enum form_use {
	FORM_GOES_ON, /* what was answered counts; calculated items are calculated */
	FORM_BEGINS, /* before that: initial values and initial expressions where nothing is answered, groups by their context */
	FORM_IS_HELD /* as it stands, for form_check: nothing is calculated */
} form_use;

/* False: the sink says why. Expressions that fail on these answers are told in `found` and give nothing. `response` is a
 * QuestionnaireResponse that resource_check would pass. */
bool form_open(const form_plan *f, const doc *response, form_use use, const form_around *around, arena *a,
	       issues *found, open_form **out);

/* The response as it would be kept: enabled items with an answer only. */
text form_response(open_form *o);

/* What is wrong with the answers, in the order of the form; places are FHIRPaths in the response that was handed in (of an item
 * that is not there: of what it would stand in). `whole`: it claims to be finished, so what is missing is wrong too. */
void form_check(open_form *o, bool whole, issues *sink);

/* What each item is now, for whoever shows the form. Index 0 is the response itself. */
typedef struct form_item_state {
	text key; /* "vitals[0]/weight[0]": link ids with the group's number; below an answer "q[0]:1/…" */
	text link_id;
	bool enabled, calculated, answered;
} form_item_state;
int form_item_count(const open_form *o);
form_item_state form_item_at(const open_form *o, int i);
/* Which item the i-th issue kept in form_check's sink is about; -1: none, it was there before. */
int form_item_of_fault(const open_form *o, int i);

/* The choices of a question, from answerOption, a value set or an expression. `closed` is false where only a part is known. */
typedef struct form_option {
	text key, json; /* "valueCoding" and its value */
	bool exclusive;
} form_option;
typedef struct form_options {
	form_option *at;
	int count;
	bool closed;
	bool computed; /* by expression or value set: not to be read from the Questionnaire itself */
} form_options;
form_options form_item_options(open_form *o, int i);
/* The units of a quantity that come from a value set (unitValueSet); those of unitOption stand in the Questionnaire itself. */
form_options form_item_units(open_form *o, int i);

#endif
