/* WebSocket frames from anybody: what is taken lies within the bytes, is masked and within its limit; cut short it is asked for more, and
 * what the server says reads back. */
#include "http/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	arena *a = arena_new(64 * MIB);
	int64_t len = (int64_t)size;
	char *bytes = arena_bytes(a, len + 1), *again = arena_bytes(a, len + 1);
	memcpy(bytes, data, size);
	memcpy(again, data, size);
	frame f;
	if (frame_parse(bytes, len, SOCKET_MESSAGE_MAX, &f) == FRAME_WHOLE) {
		assert(f.bytes <= len && f.payload.len <= SOCKET_MESSAGE_MAX);
		assert(f.payload.at >= bytes && f.payload.at + f.payload.len == bytes + f.bytes);
		frame shorter;
		assert(frame_parse(again, f.bytes - 1, SOCKET_MESSAGE_MAX, &shorter) == FRAME_MORE);
		buffer b = {.arena = a};
		frame_add(&b, f.opcode, f.payload);
		assert(b.len >= f.payload.len + 2 && text_ends(buffer_text(&b), f.payload));
	}
	text accept = frame_accept(a, (text){(const char *)data, len < 64 ? len : 64});
	assert(accept.len == 28);
	arena_free(a);
	return 0;
}
