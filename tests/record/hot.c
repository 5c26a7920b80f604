/* What was read lately is kept in memory: found again, never older than what anybody was told, and within its bounds. */
#include "fixture.h"

#include "record/hot.h"

#include <pthread.h>
#include <stdatomic.h>

enum { READERS = 4, WRITES = 400, MANY = 9000 };

static version version_made(arena *a, const char *id, int64_t number, int64_t bytes)
{
	char *json = arena_bytes(a, bytes);
	memset(json, 'x', (size_t)bytes);
	return (version){.rid = 7,
			 .type = TEXT("Patient"),
			 .id = text_of(id),
			 .number = number,
			 .at = 42,
			 .json = {json, bytes},
			 .actor = TEXT("Device/a"),
			 .purpose = TEXT("HADMIN")};
}

TEST(what_is_kept_is_found_until_it_is_written)
{
	arena *a = test_arena();
	hot *h = hot_new();
	version v = version_made(a, "1", 3, 100), got;
	assert_false(hot_find(h, TEXT("Patient"), TEXT("1"), a, &got));
	hot_keep(h, hot_epoch(h), &v);
	assert_true(hot_find(h, TEXT("Patient"), TEXT("1"), a, &got));
	assert_int_equal(got.number, 3);
	assert_int_equal(got.at, 42);
	assert_true(text_equal(got.json, v.json) && text_equal(got.actor, v.actor) && got.json.at != v.json.at);
	assert_false(hot_find(h, TEXT("Person"), TEXT("1"), a, &got));
	hot_busy(h);
	hot_drop(h, TEXT("Patient"), TEXT("1"));
	hot_quiet(h);
	assert_false(hot_find(h, TEXT("Patient"), TEXT("1"), a, &got));
	hot_free(h);
}

TEST(what_was_read_before_or_during_a_write_is_not_kept)
{
	arena *a = test_arena();
	hot *h = hot_new();
	version v = version_made(a, "1", 1, 10), got;
	uint64_t before = hot_epoch(h);
	hot_busy(h);
	hot_keep(h, before, &v);
	hot_keep(h, hot_epoch(h), &v); /* a snapshot opened now may show either */
	hot_quiet(h);
	hot_keep(h, before, &v);
	assert_false(hot_find(h, TEXT("Patient"), TEXT("1"), a, &got));
	hot_keep(h, hot_epoch(h), &v);
	assert_true(hot_find(h, TEXT("Patient"), TEXT("1"), a, &got));
	hot_free(h);
}

TEST(deleted_and_large_ones_are_not_kept_and_there_is_an_end_to_the_room)
{
	arena *a = test_arena();
	hot *h = hot_new();
	version large = version_made(a, "large", 1, HOT_RESOURCE_MAX + 1), gone = version_made(a, "gone", 1, 0), got;
	gone.deleted = true;
	hot_keep(h, hot_epoch(h), &large);
	hot_keep(h, hot_epoch(h), &gone);
	assert_false(hot_find(h, TEXT("Patient"), TEXT("large"), a, &got));
	assert_false(hot_find(h, TEXT("Patient"), TEXT("gone"), a, &got));
	int64_t kept = 0, each = 8 * KIB;
	for (int i = 0; i < MANY; i++) {
		version v = version_made(a, text_z(a, text_format(a, "p%d", i)), i + 1, each);
		hot_keep(h, hot_epoch(h), &v);
	}
	for (int i = 0; i < MANY; i++)
		if (hot_find(h, TEXT("Patient"), text_format(a, "p%d", i), a, &got)) {
			assert_int_equal(got.number, i + 1);
			kept++;
		}
	print_message("%lld of %d kept\n", (long long)kept, MANY);
	assert_true(kept * each <= HOT_BYTES_MAX && kept * each > HOT_BYTES_MAX / 2);
	hot_clear(h);
	assert_false(hot_find(h, TEXT("Patient"), TEXT("p8999"), a, &got));
	hot_free(h);
}

/* ---- beside a writer ---- */

typedef struct onlooker {
	record *record;
	atomic_llong *told; /* the newest version that was acknowledged */
	atomic_bool *stop;
	int64_t from_hand, from_store, older;
} onlooker;

static void *look(void *self)
{
	onlooker *x = self;
	int64_t last = 0;
	arena *a = arena_new(64 * MIB);
	while (!atomic_load(x->stop)) {
		version v;
		issues sink = {.arena = a};
		int64_t told = atomic_load(x->told);
		bool hand = record_at_hand(x->record, &anna, TEXT("Patient"), TEXT("p"), a, &v);
		if (!hand) {
			uint64_t moment = record_moment(x->record);
			reader *rd = record_reader(x->record, &anna, a, &sink);
			if (record_read(rd, TEXT("Patient"), TEXT("p"), &v, &sink) == FOUND)
				record_keep_at_hand(x->record, moment, &v);
			reader_close(rd);
		}
		if (v.number < told || v.number < last) x->older++;
		if (text_find(v.json, text_format(a, "\"family\":\"N%lld\"", (long long)v.number)) < 0) x->older++;
		last = v.number;
		if (hand)
			x->from_hand++;
		else
			x->from_store++;
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

TEST(nobody_sees_less_than_was_acknowledged)
{
	arena *a = test_arena();
	record *r = open_record(a);
	atomic_llong told = 1;
	atomic_bool stop = false;
	put(r, a, "Patient", "p", "'name':[{'family':'N1'}]");
	onlooker all[READERS];
	pthread_t threads[READERS];
	for (int i = 0; i < READERS; i++) {
		all[i] = (onlooker){.record = r, .told = &told, .stop = &stop};
		pthread_create(&threads[i], NULL, look, &all[i]);
	}
	for (int i = 2; i <= WRITES; i++) {
		written w = put(r, a, "Patient", "p", text_z(a, text_format(a, "'name':[{'family':'N%d'}]", i)));
		atomic_store(&told, w.version);
	}
	atomic_store(&stop, true);
	int64_t hand = 0, store = 0, older = 0;
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		hand += all[i].from_hand;
		store += all[i].from_store;
		older += all[i].older;
	}
	print_message("%lld read from memory, %lld from the store\n", (long long)hand, (long long)store);
	assert_int_equal(older, 0);
	assert_true(hand > 0 && store > 0);
	record_close(r);
}

TEST(a_scope_is_asked_before_memory_is)
{
	arena *a = test_arena();
	record *r = open_record(a);
	issues sink = {.arena = a};
	version v;
	const caller narrow = {.actor = anna.actor, .purpose = anna.purpose, .scope = TEXT("Task")};
	put(r, a, "Patient", "p", "'active':true");
	uint64_t moment = record_moment(r);
	reader *rd = record_reader(r, &anna, a, &sink);
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p"), &v, &sink), FOUND);
	reader_close(rd);
	record_keep_at_hand(r, moment, &v);
	assert_true(record_at_hand(r, &anna, TEXT("Patient"), TEXT("p"), a, &v));
	assert_false(record_at_hand(r, &narrow, TEXT("Patient"), TEXT("p"), a, &v));
	drop(r, a, "Patient", "p");
	assert_false(record_at_hand(r, &anna, TEXT("Patient"), TEXT("p"), a, &v));
	record_close(r);
}

TESTS(T(what_is_kept_is_found_until_it_is_written), T(what_was_read_before_or_during_a_write_is_not_kept),
      T(deleted_and_large_ones_are_not_kept_and_there_is_an_end_to_the_room), T(nobody_sees_less_than_was_acknowledged),
      T(a_scope_is_asked_before_memory_is))
