/* clocks.h: what the files of `limen clocks` share: what was asked and counted (clocks.c), and how it is said (clocks_print.c). */
#ifndef LIMEN_CLI_CLOCKS_H
#define LIMEN_CLI_CLOCKS_H

#include "cli/internal.h"

enum { NEAREST = 3, STATES = CLOCK_UNFILLED + 1 };

typedef struct near {
	instant due;
	int64_t rid;
	char type[40], id[80];
} near;

/* What was counted of one rule. */
typedef struct tally {
	text id, da, en, source;
	bool wanted;
	int64_t states[STATES];
	int64_t begins, ceases, earlier, later, breached, unbreached, other;
	near nearest[NEAREST];
	int near_count;
} tally;

typedef struct looking {
	cli *cli;
	house *house;
	reader *reader;
	arena *page; /* until the next page */
	instant at;
	image *other; /* the content tried; NULL: none */
	anew *anew;   /* its facts, where they are others */
	clock *rooms[2];
	tally *tallies; /* by id */
	int tally_count;
	int64_t pathways, subjects, changed, shown;
	bool interrupted;
} looking;

void difference_print(looking *x, const subject *s, const tally *t,
		      const clock_difference *d); /* a line as soon as it is found */
void looked_print(looking *x);                    /* what was counted, at the end */
void others_print(looking *x);                    /* what else the folder changes: it has no part in this */

#endif
