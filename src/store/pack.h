/* pack.h: large texts of a `packed` column are kept compressed: standard zstd frames, with a dictionary that the store keeps too
 * (table store_dictionary), so that any zstd reads them. A text that is small, or does not shrink, is kept as it is; the frame's
 * first four bytes tell them apart. Verbs give and take plain texts; nobody above the store sees a frame.
 *
 * What is damaged cannot be unpacked and is given as it is kept: a packed column is for texts that are held against a digest.
 *
 * A dictionary is found by the number that a frame names. The first writer that brings one keeps it; older ones stay, since older texts
 * need them. */
#ifndef LIMEN_STORE_PACK_H
#define LIMEN_STORE_PACK_H

#include "store/store.h"

typedef struct dictionary dictionary;
typedef struct packer packer; /* of one connection */

extern const table dictionary_table;

/* In the opening's transaction: what is written from here on is packed with this dictionary. */
bool pack_with(writing *w, text bytes, issues *sink);
void dictionaries_free(dictionary *first);
void packer_free(packer *p);

/* What is kept for this text; good until the next. */
text pack(snapshot *r, text plain);
int64_t unpacked_bytes(text kept); /* the room that unpacking takes; 0: it is not packed, or damaged */
/* The plain text, in `out`; where it is not packed, or damaged, the kept text itself. */
text unpack(snapshot *r, text kept, char *out, issues *sink);

#endif
