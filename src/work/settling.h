/* settling.h: one subject while its tasks are settled: shared by settle.c and settle_rule.c. */
#ifndef LIMEN_WORK_SETTLING_H
#define LIMEN_WORK_SETTLING_H

#include "work/internal.h"

typedef struct settling {
	const image *image;
	deriving *dv;
	arena *arena;
	issues *sink;
	instant now;
	int64_t rid;
	version self;    /* the subject's current version */
	const doc *body; /* parsed when it is first asked for: self_body */
	bool pathway, gone;
	text reference; /* "EpisodeOfCare/…" */
	facts facts;
	pathway_state state;
	task_row *tasks;
	int task_count;
	bool *written;    /* which of them were written in this round */
	task_row *beside; /* of a pathway: tasks about something else of it */
	int beside_count;
	bool pressing_known;
	const facts *pressing; /* of the pathway it belongs to: how pressing its referral is; settle_pathway_facts */
	instant wake;          /* the first instant at which something standing becomes ready */
} settling;

const doc *settle_body(settling *s, int64_t rid, version *v); /* as this transaction sees it; NULL: not there */
const doc *settle_self(settling *s);
const doc *settle_about(settling *s, const task_kind *k); /* what the kind's words are read from; NULL: not there */
text settle_pathway(settling *s); /* the pathway it belongs to: its own, or that of what it is about; may be empty */

/* settle_rule.c */
bool settle_automate(settling *s);
bool settle_foreseen(settling *s);

#endif
