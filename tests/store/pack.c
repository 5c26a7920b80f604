/* Packed columns: what is written is what is read, whatever it is; less is kept; old dictionaries stay good; damage is named. */
#include "harness.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <zdict.h>

#define NOTES                                                                                                          \
	.name = "notes", .columns = {{"id", CELL_INT}, {"body", CELL_TEXT}}, .column_count = 2, .key_columns = 1,      \
	.rowid = true
static const table notes = {NOTES, .packed = 1};
static const table as_kept = {NOTES}; /* the same table, seen without unpacking */
static const table *const tables[] = {&notes};

static text note_of(arena *a, int n)
{
	return text_format(a,
			   "{\"resourceType\":\"Note\",\"id\":\"n%d\",\"status\":\"final\",\"subject\":{\"reference\":"
			   "\"Patient/%d\"},\"text\":\"The patient was seen on day %d and comes again on day %d\"}",
			   n * 7919 % 10007, n % 311, n % 365, n % 365 + 14);
}

static text trained(arena *a, int first)
{
	enum { SAMPLES = 3000, BYTES = 4096 };
	size_t sizes[SAMPLES];
	buffer b = {.arena = a};
	for (int i = 0; i < SAMPLES; i++) {
		int64_t before = b.len;
		buffer_add(&b, note_of(a, first + i));
		sizes[i] = (size_t)(b.len - before);
	}
	char *bytes = arena_bytes(a, BYTES);
	size_t n = ZDICT_trainFromBuffer(bytes, BYTES, b.at, sizes, SAMPLES);
	assert_false(ZDICT_isError(n));
	return (text){bytes, (int64_t)n};
}

static store *open_with(arena *a, text file, text dictionary, bool as_is, issues *sink)
{
	store *s = store_open(a,
			      &(store_options){.file = file,
					       .dictionary = dictionary,
					       .schema_version = 1,
					       .tables = tables,
					       .table_count = 1,
					       .as_is = as_is},
			      sink);
	assert_non_null(s);
	return s;
}

static void write_notes(store *s, int64_t first, const text *bodies, int count, issues *sink)
{
	writing *w = store_write_begin(s, sink);
	assert_non_null(w);
	for (int i = 0; i < count; i++) {
		cell row[] = {INT_CELL(first + i), TEXT_CELL(bodies[i])};
		assert_int_equal(store_put(w, &notes, row, sink), STORE_OK);
	}
	assert_true(store_write_commit(w, sink));
}

static void read_notes(store *s, arena *a, int64_t first, const text *bodies, int count, issues *sink)
{
	snapshot *r = store_snapshot(s, sink);
	cell row[2], low = INT_CELL(first);
	for (int i = 0; i < count; i++) {
		assert_int_equal(store_get(r, &notes, &INT_CELL(first + i), a, row, sink), STORE_OK);
		assert_text(row[1].text, bodies[i]);
	}
	scan *all = store_scan(r, &notes, &(scan_options){.index = -1, .low = &low}, a, sink);
	for (int i = 0; i < count; i++) {
		assert_true(scan_next(all, row, sink));
		assert_text(row[1].text, bodies[i]);
	}
	scan_close(all);
	store_release(r);
	assert_int_equal(sink->count, 0);
}

static int64_t bytes_kept(store *s, arena *a, int64_t first, int count, issues *sink)
{
	cell row[2];
	int64_t bytes = 0;
	snapshot *r = store_snapshot(s, sink);
	for (int i = 0; i < count; i++) {
		assert_int_equal(store_get(r, &as_kept, &INT_CELL(first + i), a, row, sink), STORE_OK);
		bytes += row[1].text.len;
	}
	store_release(r);
	return bytes;
}

static text file_of(arena *a)
{
	return test_store(a, text_z(a, text_format(a, "%s/pack.db", temp_folder())));
}

/* Empty, small, large, of one letter, random, with zeros, and such as begin as a frame does. */
static int odd_texts(arena *a, text *out)
{
	static const char beginning[] = {0x28, (char)0xb5, 0x2f, (char)0xfd};
	random_state random = random_seed(5);
	int count = 0;
	for (int64_t len = 0; len < 70000; len = len * 2 + 1)
		for (int kind = 0; kind < 4; kind++) {
			char *bytes = arena_bytes(a, len + 4);
			memcpy(bytes, beginning, 4);
			for (int64_t i = kind == 3 ? 4 : 0; i < len; i++)
				bytes[i] = (char)(kind == 0   ? 'x'
						  : kind == 1 ? random_below(&random, 256)
							      : random_below(&random, 3));
			out[count++] = (text){bytes, len};
		}
	return count;
}

TEST(what_is_written_is_read)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	text bodies[100];
	int count = odd_texts(a, bodies);
	for (int packs = 0; packs < 2; packs++) {
		text file = file_of(a);
		store *s = open_with(a, file, packs ? trained(a, 0) : (text){0}, false, &sink);
		write_notes(s, 1, bodies, count, &sink);
		read_notes(s, a, 1, bodies, count, &sink);
		store_close(s);
		s = open_with(a, file, (text){0}, true, &sink);
		read_notes(s, a, 1, bodies, count, &sink);
		store_close(s);
	}
}

TEST(less_is_kept_and_old_dictionaries_stay)
{
	enum { COUNT = 400 };
	arena *a = test_arena();
	issues sink = {.arena = a};
	text file = file_of(a), first = trained(a, 0), second = trained(a, 50000), bodies[COUNT];
	int64_t plain = 0;
	assert_false(text_equal(first, second));
	for (int i = 0; i < COUNT; i++) {
		bodies[i] = note_of(a, i * 3);
		plain += bodies[i].len;
	}
	store *s = open_with(a, file, first, false, &sink);
	write_notes(s, 1, bodies, COUNT, &sink);
	int64_t kept = bytes_kept(s, a, 1, COUNT, &sink);
	print_message("%d bytes a text kept as %d\n", (int)(plain / COUNT), (int)(kept / COUNT));
	assert_true(kept < plain / 2);
	/* One looks on, opened before the second dictionary came. */
	store *other = open_with(a, file, (text){0}, true, &sink);
	store_close(s);
	s = open_with(a, file, second, false, &sink);
	write_notes(s, 1001, bodies, COUNT, &sink);
	assert_true(bytes_kept(s, a, 1001, COUNT, &sink) < plain / 2);
	read_notes(s, a, 1, bodies, COUNT, &sink);
	read_notes(s, a, 1001, bodies, COUNT, &sink);
	read_notes(other, a, 1001, bodies, COUNT, &sink);
	read_notes(other, a, 1, bodies, COUNT, &sink);
	store_close(other);
	store_close(s);
}

/* Whoever keeps a packed column has a digest of it, and finds out. */
TEST(what_is_damaged_is_given_as_it_is_kept)
{
	arena *a = test_arena();
	text body = note_of(a, 17), file = file_of(a);
	issues sink = {.arena = a};
	store *s = open_with(a, file, trained(a, 0), false, &sink);
	write_notes(s, 1, &body, 1, &sink);
	cell kept[2];
	snapshot *r = store_snapshot(s, &sink);
	assert_int_equal(store_get(r, &as_kept, &INT_CELL(1), a, kept, &sink), STORE_OK);
	store_release(r);
	for (int64_t len = 5; len < kept[1].text.len; len += 3) {
		text cut = text_slice(kept[1].text, 0, len);
		cell row[2];
		buffer b = {.arena = a};
		for (int64_t i = 0; i < cut.len; i++) buffer_format(&b, "%02x", (unsigned)(unsigned char)cut.at[i]);
		text hex = buffer_text(&b);
		text sql = test_on_postgres() ? text_format(a, "UPDATE notes SET body='\\x%.*s'", TEXT_ARG(hex))
					      : text_format(a, "UPDATE notes SET body=x'%.*s'", TEXT_ARG(hex));
		test_sql(a, file, text_z(a, sql));
		r = store_snapshot(s, &sink);
		assert_int_equal(store_get(r, &notes, &INT_CELL(1), a, row, &sink), STORE_OK);
		assert_text(row[1].text, cut);
		store_release(r);
	}
	assert_int_equal(sink.count, 0);
	store_close(s);
}

TESTS(T(what_is_written_is_read), T(less_is_kept_and_old_dictionaries_stay), T(what_is_damaged_is_given_as_it_is_kept))
