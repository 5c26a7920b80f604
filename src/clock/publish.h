/* publish.h: what the files that write a rule as a PlanDefinition share. */
#ifndef LIMEN_CLOCK_PUBLISH_H
#define LIMEN_CLOCK_PUBLISH_H

#include "clock/internal.h"

typedef struct publishing {
	json_out o;
	arena *arena;
	const image *image;
	const clock_rule *rule;
	language lang;
} publishing;

/* A text in the language asked for, the other as R4's translation beside it; nothing where there is none. */
void publish_both(publishing *p, const char *key, text da, text en);
void publish_citation(publishing *p, text source); /* a RelatedArtifact */
void publish_actions(publishing *p);

#endif
