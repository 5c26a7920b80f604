/* collate.h: how Danish text is compared, sorted and searched; the same on every store.
 *
 * fold:    for searching and equality as people mean it: lower case, accents off (é is e), but æ ø å are letters of
 *          their own; aa folds to å. "Møller" and "MØLLER" fold alike, "Moller" does not.
 * collate: a key whose byte order is Danish dictionary order (Retskrivningsordbogen): ... z æ ø å, aa as å, ä with æ, ö with ø.
 */
#ifndef LIMEN_BASE_COLLATE_H
#define LIMEN_BASE_COLLATE_H

#include "base/text.h"

text text_fold(arena *a, text t);
text text_collate(arena *a, text t);

#endif
