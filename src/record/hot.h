/* hot.h: what was read lately, as it stands now, kept in memory: the record of a patient on a screen is asked for again and again.
 *
 * A resource is kept by type and id, in the version that is current. The writer drops what it is about to change before it commits
 * (hot_drop), and while it is at work nothing new is kept (hot_busy, hot_quiet): so what is found here is never older than what any
 * snapshot shows. Who reads from the store notes the epoch before (hot_epoch), and what it found is kept only if no write has begun
 * since. Only the process that writes may keep anything. */
#ifndef LIMEN_RECORD_HOT_H
#define LIMEN_RECORD_HOT_H

#include "record/record.h"

typedef struct hot hot;

hot *hot_new(void);
void hot_free(hot *h); /* NULL is fine */

/* ---- who reads; h may be NULL, then nothing is found or kept ---- */
bool hot_find(hot *h, text type, text id, arena *a, version *out); /* copied into `a` */
uint64_t hot_epoch(const hot *h);                                  /* before the store is asked */
void hot_keep(hot *h, uint64_t epoch, const version *v);

/* ---- the writer ---- */
void hot_busy(hot *h); /* a transaction begins */
void hot_drop(hot *h, text type, text id);
void hot_clear(hot *h);
void hot_quiet(hot *h); /* it has ended, one way or the other */

#endif
