#include "base/base.h"

#include <nettle/sha1.h>
#include <sodium/crypto_generichash.h>

_Static_assert(DIGEST_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");

digest digest_of(text t)
{
	digest d;
	crypto_generichash(d.bytes, sizeof d.bytes, (const unsigned char *)t.at, (unsigned long long)t.len, NULL, 0);
	return d;
}

digest digest_pair(digest first, digest second)
{
	char both[2 * DIGEST_BYTES];
	memcpy(both, first.bytes, DIGEST_BYTES);
	memcpy(both + DIGEST_BYTES, second.bytes, DIGEST_BYTES);
	return digest_of((text){both, sizeof both});
}

static void add_hex(buffer *b, const unsigned char *bytes, int n)
{
	for (int i = 0; i < n; i++) {
		buffer_char(b, "0123456789abcdef"[bytes[i] >> 4]);
		buffer_char(b, "0123456789abcdef"[bytes[i] & 15]);
	}
}

text digest_hex(arena *a, digest d)
{
	buffer b = {.arena = a};
	add_hex(&b, d.bytes, DIGEST_BYTES);
	return buffer_text(&b);
}

text uuid_text(arena *a, const unsigned char *bytes, int version)
{
	unsigned char u[16];
	memcpy(u, bytes, sizeof u);
	u[6] = (unsigned char)((u[6] & 0x0F) | version << 4);
	u[8] = (unsigned char)((u[8] & 0x3F) | 0x80);
	buffer b = {.arena = a};
	static const int groups[] = {4, 2, 2, 2, 6};
	for (int g = 0, at = 0; g < 5; at += groups[g++]) {
		if (g) buffer_char(&b, '-');
		add_hex(&b, u + at, groups[g]);
	}
	return buffer_text(&b);
}

text uuid_of_name(arena *a, text name)
{
	/* Limen's namespace: 48ec5e91-2a9e-4715-b62d-82b865db0a67, drawn once; changing it changes every id made from a name. */
	static const unsigned char namespace[16] = {0x48, 0xec, 0x5e, 0x91, 0x2a, 0x9e, 0x47, 0x15,
						    0xb6, 0x2d, 0x82, 0xb8, 0x65, 0xdb, 0x0a, 0x67};
	struct sha1_ctx hash;
	unsigned char sum[SHA1_DIGEST_SIZE];
	sha1_init(&hash);
	sha1_update(&hash, sizeof namespace, namespace);
	if (name.len) sha1_update(&hash, (size_t)name.len, (const unsigned char *)name.at);
	sha1_digest(&hash, sizeof sum, sum);
	return uuid_text(a, sum, 5);
}
