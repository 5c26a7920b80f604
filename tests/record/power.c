/* Power cuts, full disks and I/O errors, by a VFS that keeps unsynced writes apart (vfs/power.h). What was acknowledged is there
 * afterwards; what was not is there whole or not at all. LIMEN_ROUNDS makes it longer. */
#define LIMEN_OS /* reads LIMEN_ROUNDS */
#include "fixture.h"

#include "vfs/power.h"

enum { WRITERS = 4, ACKNOWLEDGED_MAX = 4096 };

typedef struct ack {
	char id[16];
	int64_t version, sequence;
} ack;

typedef struct writer {
	record *record;
	int number;
	uint64_t seed;
	ack acks[ACKNOWLEDGED_MAX];
	int count;
} writer;

static record *open_on(arena *a, issues *sink)
{
	record_options o = {.file = TEXT("limen.db"), .vfs = "power", .world = world_real()};
	return record_open(a, &o, sink);
}

static int rounds(int usual)
{
	int64_t n;
	const char *set = getenv("LIMEN_ROUNDS");
	return set && text_to_int(text_of(set), &n) ? (int)n : usual;
}

/* Writes until the power goes. */
static void *write_on(void *self)
{
	writer *w = self;
	random_state random = random_seed(w->seed);
	arena *a = arena_new(64 * MIB);
	for (;;) {
		issues sink = {.arena = a};
		written out;
		ack *k = &w->acks[w->count];
		snprintf(k->id, sizeof k->id, "w%d-%d", w->number, (int)random_below(&random, 6));
		text more = text_format(a, "'birthDate':'19%02d-01-01','name':[{'family':'F%d'}]",
					(int)random_below(&random, 99), w->count);
		if (!try_put(w->record, a, resource(a, "Patient", k->id, text_z(a, more)), k->id, 0, &sink, &out))
			break;
		k->version = out.version;
		k->sequence = out.sequence;
		if (++w->count == ACKNOWLEDGED_MAX) break;
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

static void verify(record *r, arena *a, const writer *writers)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &anna, a, &sink);
	for (int i = 0; i < WRITERS; i++)
		for (int k = 0; k < writers[i].count; k++) {
			const ack *x = &writers[i].acks[k];
			version v;
			found f = record_vread(rd, TEXT("Patient"), text_of(x->id), x->version, &v, &sink);
			if (f != FOUND)
				print_error("lost: %s version %d (sequence %d of %d)\n", x->id, (int)x->version,
					    (int)x->sequence, (int)reader_sequence(rd));
			assert_int_equal(f, FOUND);
			assert_int_equal(v.sequence, x->sequence);
		}
	reader_close(rd);
	check_clean(r, a);
}

/* One life: writers at work, the power goes at a random write or sync. Returns false where it went before the record was open. */
static bool live_and_die(arena *a, uint64_t seed, writer *writers)
{
	issues sink = {.arena = a};
	pthread_t threads[WRITERS];
	random_state random = random_seed(seed);
	/* Early: while the file is made. Late: while the WAL is moved into the file, which begins after 2,000 pages. */
	int64_t within = seed % 4 == 0 ? 30 : seed % 7 == 0 ? 15000 : 400;
	power_fail_after(POWER_CUT, 1 + random_below(&random, within), false);
	record *r = open_on(a, &sink);
	if (!r) return false;
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (writer){.record = r, .number = i, .seed = seed * 31 + (uint64_t)i};
		pthread_create(&threads[i], NULL, write_on, &writers[i]);
	}
	for (int i = 0; i < WRITERS; i++) pthread_join(threads[i], NULL);
	record_close(r);
	return true;
}

TEST(nothing_acknowledged_is_lost)
{
	int acknowledged = 0, n = rounds(40);
	power_register();
	writer *writers = calloc(WRITERS, sizeof *writers);
	for (int seed = 1; seed <= n; seed++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		issues sink = {.arena = a};
		power_wipe((uint64_t)seed);
		/* Up to three lives on one disk, so that recovery starts from what recovery left. */
		for (int life = 0; life < 1 + seed % 3; life++) {
			memset(writers, 0, WRITERS * sizeof *writers);
			bool opened = live_and_die(a, (uint64_t)(seed * 10 + life), writers);
			power_cut();
			power_restore();
			record *r = open_on(a, &sink);
			show(&sink);
			if (!r) print_error("seed %d, life %d: does not open\n", seed, life);
			assert_non_null(r);
			if (opened) verify(r, a, writers);
			for (int i = 0; i < WRITERS; i++) acknowledged += writers[i].count;
			record_close(r);
		}
		arena_free(a);
	}
	print_message("%d rounds, %d acknowledged commits, none lost\n", n, acknowledged);
	assert_true(acknowledged > n);
	free(writers);
	power_wipe(0);
}

/* The n-th write or sync of a commit fails, for every n: refused with its reason, nothing of it there, and all well afterwards. */
static void sweep(power_fault fault, failure expected)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	power_register();
	power_wipe(77);
	record *r = open_on(a, &sink);
	put(r, a, "Patient", "p", "'gender':'female'");
	int refused = 0;
	for (int64_t n = 1; n <= 40; n++) {
		issues why = {.arena = a};
		written out;
		int64_t before = record_sequence(r);
		char id[16], more[80];
		snprintf(id, sizeof id, "q%d", (int)n);
		snprintf(more, sizeof more, "'gender':'male','name':[{'family':'N%d'}]", (int)n);
		power_fail_after(fault, n, true);
		bool ok = try_put(r, a, resource(a, "Patient", id, more), id, 0, &why, &out);
		power_mend();
		reader *rd = record_reader(r, &anna, a, &sink);
		version v;
		assert_int_equal(record_read(rd, TEXT("Patient"), text_of(id), &v, &sink), ok ? FOUND : FOUND_NONE);
		reader_close(rd);
		assert_int_equal(record_sequence(r), before + ok);
		if (ok) continue;
		refused++;
		if (why.first->code != expected) show(&why);
		assert_int_equal(why.first->code, expected);
	}
	assert_true(refused > 0);
	put(r, a, "Patient", "p", "'gender':'male'");
	check_clean(r, a);
	record_close(r);
	r = open_on(a, &sink);
	check_clean(r, a);
	record_close(r);
	power_wipe(0);
}

TEST(a_full_disk)
{
	sweep(POWER_FULL, FAIL_STORE_FULL);
}

TEST(writes_that_fail)
{
	sweep(POWER_IO_WRITE, FAIL_STORE_IO);
}

TEST(syncs_that_fail)
{
	sweep(POWER_IO_SYNC, FAIL_STORE_IO);
}

TEST(a_disk_that_became_read_only)
{
	sweep(POWER_READ_ONLY, FAIL_STORE_READ_ONLY);
}

TEST(a_full_disk_at_open)
{
	arena *a = test_arena();
	power_register();
	power_wipe(5);
	for (int64_t n = 1; n < 60; n += 3) {
		issues sink = {.arena = a};
		power_fail_after(POWER_FULL, n, true);
		record *r = open_on(a, &sink);
		power_mend();
		if (!r) assert_int_equal(sink.first->code, FAIL_STORE_FULL);
		if (r) put(r, a, "Patient", "p", "'gender':'male'");
		record_close(r);
	}
	power_wipe(0);
}

TESTS(T(nothing_acknowledged_is_lost), T(a_full_disk), T(writes_that_fail), T(syncs_that_fail),
      T(a_disk_that_became_read_only), T(a_full_disk_at_open))
