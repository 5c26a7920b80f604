/* frame.c: the framing of a WebSocket (RFC 6455), as much as a server that says texts and hears short ones needs. Pure: bytes in, bytes
 * out. fuzz/frame.c. */
#include "http/internal.h"

#include <nettle/base64.h>
#include <nettle/sha1.h>

text frame_accept(arena *a, text key)
{
	/* RFC 6455 1.3 */
	text said = text_join(a, key, TEXT("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
	struct sha1_ctx sha;
	uint8_t sum[SHA1_DIGEST_SIZE];
	char *out = arena_bytes(a, BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE));
	sha1_init(&sha);
	sha1_update(&sha, (size_t)said.len, (const uint8_t *)said.at);
	sha1_digest(&sha, sizeof sum, sum);
	base64_encode_raw(out, sizeof sum, sum);
	return (text){out, BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE)};
}

static uint64_t number_at(const char *bytes, int count)
{
	uint64_t n = 0;
	for (int i = 0; i < count; i++) n = n << 8 | (unsigned char)bytes[i];
	return n;
}

frame_state frame_parse(char *bytes, int64_t len, int64_t payload_max, frame *out)
{
	if (len < 2) return FRAME_MORE;
	unsigned char first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
	int length_bytes = (second & 0x7f) == 126 ? 2 : (second & 0x7f) == 127 ? 8 : 0;
	int64_t head = 2 + length_bytes + 4;
	*out = (frame){.opcode = first & 0x0f, .final = first & 0x80};
	/* 5.2: no extension was agreed on; 5.1: what a client sends is masked; 5.5: control frames are short and whole. */
	bool control = out->opcode >= FRAME_CLOSE;
	if ((first & 0x70) || !(second & 0x80) || (control && (length_bytes || !out->final))) return FRAME_BAD;
	if (len < 2 + length_bytes) return FRAME_MORE;
	uint64_t said = length_bytes ? number_at(bytes + 2, length_bytes) : second & 0x7f;
	if (said > (uint64_t)payload_max) return FRAME_BAD;
	int64_t n = (int64_t)said;
	if (len < head + n) return FRAME_MORE;
	char *payload = bytes + head;
	for (int64_t i = 0; i < n; i++) payload[i] = (char)(payload[i] ^ bytes[head - 4 + i % 4]);
	out->payload = (text){payload, n};
	out->bytes = head + n;
	return FRAME_WHOLE;
}

void frame_add(buffer *b, int opcode, text payload)
{
	int64_t n = payload.len;
	buffer_char(b, (char)(0x80 | opcode));
	buffer_char(b, (char)(n < 126 ? n : n < 65536 ? 126 : 127));
	int length_bytes = n < 126 ? 0 : n < 65536 ? 2 : 8;
	for (int i = length_bytes - 1; i >= 0; i--) buffer_char(b, (char)(n >> (8 * i) & 0xff));
	buffer_add(b, payload);
}
