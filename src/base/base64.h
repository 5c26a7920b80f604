/* base64.h: bytes as text (RFC 4648 4), as FHIR's base64Binary has them: white space is left out of account. */
#ifndef LIMEN_BASE_BASE64_H
#define LIMEN_BASE_BASE64_H

#include "base/text.h"

bool base64_read(arena *a, text t, text *out); /* false: not base64 */
text base64_write(arena *a, text bytes);

#endif
