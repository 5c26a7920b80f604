/* Packing: zstd at its first level, a few microseconds a text either way. */
#include "store/pack.h"
#include "store/internal.h"

#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>

enum { PACK_BYTES_MIN = 128, PACK_LEVEL = 1, PACK_GAIN = 16 /* at least a sixteenth */ };

struct dictionary {
	dictionary *next;
	int64_t number;
	ZSTD_CDict *to_pack;
	ZSTD_DDict *to_unpack;
};

struct packer {
	ZSTD_CCtx *packs;
	ZSTD_DCtx *unpacks;
	char *room;
	size_t room_bytes;
};

enum { DICTIONARY_NUMBER, DICTIONARY_BYTES, DICTIONARY_COLUMNS };
const table dictionary_table = {
    .name = "store_dictionary",
    .columns = {{"number", CELL_INT}, {"bytes", CELL_BYTES}},
    .column_count = DICTIONARY_COLUMNS,
    .key_columns = 1,
    .rowid = true,
};

static void *there(void *p)
{
	if (!p) abort(); /* no memory at all */
	return p;
}

/* ---- dictionaries ---- */

static dictionary *dictionary_add(store *s, text bytes)
{
	dictionary *d = there(calloc(1, sizeof *d));
	*d = (dictionary){.number = ZDICT_getDictID(bytes.at, (size_t)bytes.len),
			  .to_pack = there(ZSTD_createCDict(bytes.at, (size_t)bytes.len, PACK_LEVEL)),
			  .to_unpack = there(ZSTD_createDDict(bytes.at, (size_t)bytes.len))};
	pthread_mutex_lock(&s->lock);
	d->next = s->dictionaries;
	s->dictionaries = d;
	pthread_mutex_unlock(&s->lock);
	return d;
}

static const dictionary *dictionary_known(store *s, int64_t number)
{
	pthread_mutex_lock(&s->lock);
	const dictionary *d = s->dictionaries;
	while (d && d->number != number) d = d->next;
	pthread_mutex_unlock(&s->lock);
	return d;
}

/* A file that was damaged, or is none of ours, may name a dictionary and keep none. */
static bool keeps_any(snapshot *r)
{
	driver_failure why;
	bool has = false;
	return r->store->driver->has_table(r->connection, dictionary_table.name, &has, &why) && has;
}

/* Another process may have brought it since the store was opened. */
static const dictionary *dictionary_of(snapshot *r, int64_t number, issues *sink)
{
	const dictionary *d = dictionary_known(r->store, number);
	if (d || !keeps_any(r)) return d;
	arena *scratch = arena_new(MIB);
	cell row[DICTIONARY_COLUMNS];
	if (store_get(r, &dictionary_table, &INT_CELL(number), scratch, row, sink) == STORE_OK)
		d = dictionary_add(r->store, row[DICTIONARY_BYTES].text);
	arena_free(scratch);
	return d;
}

bool pack_with(writing *w, text bytes, issues *sink)
{
	store *s = w->store;
	int64_t number = ZDICT_getDictID(bytes.at, (size_t)bytes.len);
	assert(number); /* raw text is no dictionary that a frame can name */
	const dictionary *kept = dictionary_of(s->writer, number, sink);
	cell row[] = {INT_CELL(number), BYTES_CELL(bytes)};
	if (sink->errors) return false;
	if (!kept && store_put(w, &dictionary_table, row, sink) != STORE_OK) return false;
	s->packs_with = kept ? kept : dictionary_add(s, bytes);
	return true;
}

void dictionaries_free(dictionary *first)
{
	for (dictionary *d = first, *next; d; d = next) {
		next = d->next;
		ZSTD_freeCDict(d->to_pack);
		ZSTD_freeDDict(d->to_unpack);
		free(d);
	}
}

/* ---- texts ---- */

static packer *packer_of(snapshot *r)
{
	if (r->packer) return r->packer;
	r->packer = there(calloc(1, sizeof *r->packer));
	r->packer->packs = there(ZSTD_createCCtx());
	r->packer->unpacks = there(ZSTD_createDCtx());
	return r->packer;
}

void packer_free(packer *p)
{
	if (!p) return;
	ZSTD_freeCCtx(p->packs);
	ZSTD_freeDCtx(p->unpacks);
	free(p->room);
	free(p);
}

static bool is_frame(text t)
{
	static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};
	return t.len >= (int64_t)sizeof magic && memcmp(t.at, magic, sizeof magic) == 0;
}

text pack(snapshot *r, text plain)
{
	const dictionary *with = r->store->packs_with;
	bool must = is_frame(plain); /* it would be taken for one of ours */
	if (!must && (!with || plain.len < PACK_BYTES_MIN)) return plain;
	packer *p = packer_of(r);
	size_t most = ZSTD_compressBound((size_t)plain.len);
	if (most > p->room_bytes) p->room = there(realloc(p->room, most));
	if (most > p->room_bytes) p->room_bytes = most;
	size_t n = with ? ZSTD_compress_usingCDict(p->packs, p->room, p->room_bytes, plain.at, (size_t)plain.len,
						   with->to_pack)
			: ZSTD_compressCCtx(p->packs, p->room, p->room_bytes, plain.at, (size_t)plain.len, PACK_LEVEL);
	assert(!ZSTD_isError(n));
	bool worth = (int64_t)n <= plain.len - plain.len / PACK_GAIN;
	return must || worth ? (text){p->room, (int64_t)n} : plain;
}

int64_t unpacked_bytes(text kept)
{
	if (!is_frame(kept)) return 0;
	unsigned long long n = ZSTD_getFrameContentSize(kept.at, (size_t)kept.len);
	return n <= (unsigned long long)PACKED_TEXT_MAX ? (int64_t)n : 0;
}

text unpack(snapshot *r, text kept, char *out, issues *sink)
{
	int64_t bytes = unpacked_bytes(kept);
	if (!is_frame(kept)) return kept;
	int64_t number = ZSTD_getDictID_fromFrame(kept.at, (size_t)kept.len);
	const dictionary *with = number ? dictionary_of(r, number, sink) : NULL;
	if (number && !with) return kept;
	ZSTD_DCtx *c = packer_of(r)->unpacks;
	size_t room = (size_t)bytes, length = (size_t)kept.len;
	size_t n = with ? ZSTD_decompress_usingDDict(c, out, room, kept.at, length, with->to_unpack)
			: ZSTD_decompressDCtx(c, out, room, kept.at, length);
	return n == room ? (text){out, bytes} : kept;
}
