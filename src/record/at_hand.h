/* at_hand.h: a part of record.h: resources as they stand, from memory where they were read lately (hot.h).
 *
 * What is found needs no snapshot and is never older than what one would show. Who reads a current version notes the moment before its
 * snapshot is opened, and hands in what it found. */
#ifndef LIMEN_RECORD_AT_HAND_H
#define LIMEN_RECORD_AT_HAND_H

#include "record/record.h"

bool record_at_hand(record *r, const caller *who, text type, text id, arena *a, version *out);
uint64_t record_moment(record *r);
void record_keep_at_hand(record *r, uint64_t moment, const version *v);

#endif
