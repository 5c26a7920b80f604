/* digest.h: BLAKE2b-256 from libsodium, for the log's chain and the content image's hash; and name-based UUIDs. */
#ifndef LIMEN_BASE_DIGEST_H
#define LIMEN_BASE_DIGEST_H

#include "base/text.h"

enum { DIGEST_BYTES = 32 };
typedef struct digest {
	unsigned char bytes[DIGEST_BYTES];
} digest;

digest digest_of(text t);
digest digest_pair(digest first, digest second); /* of the one's bytes followed by the other's */
text digest_hex(arena *a, digest d);             /* 64 characters */
/* A version 5 UUID (RFC 9562, SHA-1) of `name` in Limen's own namespace: the same name gives the same UUID, always. */
text uuid_of_name(arena *a, text name);
/* 16 bytes as a UUID of that version, 36 characters; the version and variant bits are set here. */
text uuid_text(arena *a, const unsigned char *bytes, int version);

#endif
