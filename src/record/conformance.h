/* conformance.h: what a reader holds resources against: R4's own profiles and codes, and over them the StructureDefinitions,
 * CodeSystems and ValueSets kept in the record. */
#ifndef LIMEN_RECORD_CONFORMANCE_H
#define LIMEN_RECORD_CONFORMANCE_H

#include "profile/profile.h"

/* As this reader's snapshot has them; good until the reader is closed. Read again only after one of them was written. One without
 * a URL counts for nothing. NULL: the sink says why. */
struct reader;
const profiles *reader_profiles(struct reader *rd, issues *sink);
const terms *reader_terms(struct reader *rd, issues *sink); /* the codes of these */

#endif
