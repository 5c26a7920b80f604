#include "base/internal.h"

#include <sodium/utils.h>

bool base64_read(arena *a, text t, text *out)
{
	int64_t room = t.len / 4 * 3 + 3;
	char *bytes = arena_bytes(a, room);
	size_t len;
	if (sodium_base642bin((unsigned char *)bytes, (size_t)room, t.at ? t.at : "", (size_t)t.len, " \t\r\n", &len,
			      NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	*out = (text){bytes, (int64_t)len};
	return true;
}

text base64_write(arena *a, text bytes)
{
	size_t room = sodium_base64_ENCODED_LEN((size_t)bytes.len, sodium_base64_VARIANT_ORIGINAL);
	char *out = arena_bytes(a, (int64_t)room);
	sodium_bin2base64(out, room, (const unsigned char *)bytes.at, (size_t)bytes.len,
			  sodium_base64_VARIANT_ORIGINAL);
	return (text){out, (int64_t)room - 1};
}
