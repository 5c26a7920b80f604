/* care.h: a part of record.h: looking after what is there: new rules on their way through it, erasing, checking, computing again. */
#ifndef LIMEN_RECORD_CARE_H
#define LIMEN_RECORD_CARE_H

#include "record/record.h"

/* New rules on their way through what is there, in the order of the subjects' numbers. */
typedef struct reevaluation {
	bool under_way;
	instant since;     /* when the content was taken into use */
	int64_t done, all; /* subjects; all 0: not counted yet */
	int64_t failed;    /* of those done: could not be settled, named in the log */
	instant ends;      /* as it goes; INSTANT_NONE: not known */
} reevaluation;
bool record_reevaluation(reader *rd, reevaluation *out, issues *sink);
/* Since when what settling made of this subject is of old rules; INSTANT_NONE: it is of those in use. */
instant record_stale_since(reader *rd, int64_t subject, issues *sink);

/* The resources here of wanted types, one after the other: some thousand row numbers after *after, which moves on; INT64_MAX: that was all. What
 * `take` is given is gone when it returns. */
typedef struct record_walk {
	void *self;
	bool (*wanted)(void *self, text type);
	bool (*take)(void *self, const version *v, issues *sink);
} record_walk;
bool record_walk_on(reader *rd, int64_t *after, const record_walk *how, issues *sink);

typedef struct check_report {
	int64_t versions, resources, index_rows, derived_rows;
	int64_t broken_digests, broken_index, broken_derived;
} check_report;
/* Erases the bodies of a resource's versions, as the law may ask: it is deleted first where it stands; the log keeps that there
 * were versions, who wrote them when, and who erased them why. Out of the file's pages too, once it is closed by all. Gives how many. */
typedef struct erasure {
	text type, id;
	int64_t number; /* only this version; 0: all */
	text reason;
} erasure;
bool record_erase(record *r, const caller *who, const erasure *what, int64_t *bodies, issues *sink);
/* A file that is not open here, a backup: the engine's own check, every body against its digest, every row against the chain. What
 * is wrong is named in the sink as a warning, and counted. */
bool record_verify(text file, arena *a, check_report *out, issues *sink);
/* Recomputes digests, index and derived tables beside the kept ones and compares; changes nothing. */
bool record_check(record *r, arena *a, check_report *out, issues *sink);
bool record_rebuild(record *r, issues *sink); /* drops what is computed and computes it again */

#endif
