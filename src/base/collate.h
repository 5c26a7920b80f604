/* collate.h: how Danish text is compared, sorted and searched; the same on every store.
 *
 * fold:    for searching and equality as people mean it: lower case, accents off (é is e, ü is u), but æ ø å are letters
 *          of their own; aa folds to å, ä to æ, ö to ø. "Møller" and "MØLLER" fold alike, "Moller" does not.
 * collate: a key whose byte order is Danish dictionary order (Retskrivningsordbogen): ... z æ ø å, aa as å, ä with æ, ö with ø,
 *          ü with y. Spaces come first, then other signs, digits, letters. Between words of the same letters the plain one
 *          comes before the accented, then the capital before the small (as CLDR's Danish). A key is valid UTF-8
 *          with no byte below 1, so that any store can keep and order it.
 *
 * Malformed UTF-8 is read as U+FFFD, one for each bad byte.
 */
#ifndef LIMEN_BASE_COLLATE_H
#define LIMEN_BASE_COLLATE_H

#include "base/text.h"

text text_fold(arena *a, text t);
text text_collate(arena *a, text t);

#endif
