/* codes.h: the codes a reader knows: R4's own, and over them the CodeSystems and ValueSets kept in the record. */
#ifndef LIMEN_RECORD_CODES_H
#define LIMEN_RECORD_CODES_H

#include "profile/profile.h"

/* As this reader's snapshot has them; good until the reader is closed. Read again only after one of them was written. One without
 * a URL counts for nothing. NULL: the sink says why. */
struct reader;
const terms *reader_terms(struct reader *rd, issues *sink);

#endif
