/* Derivers: applied with every write, settled once, raising writes once per cause; and what is kept equals what is computed anew, after
 * a random workload. The toy counts who refers to whom, and raises a Flag on a patient that three tasks refer to. */
#define LIMEN_OS /* reads LIMEN_LONG */
#include "fixture.h"

static const table toy_ref = {
    .name = "toy_ref",
    .columns = {{"rid", CELL_INT}, {"target", CELL_TEXT}},
    .column_count = 2,
    .key_columns = 2,
    .derived = true,
    .indexes = {{"toy_ref_target", false, {1}, 1}},
    .index_count = 1,
};
static const table toy_number = {
    /* a target's own number, for the sets of touched */
    .name = "toy_number", .columns = {{"target", CELL_TEXT}, {"hash", CELL_INT}}, .column_count = 2, .key_columns = 1,
    .derived = true,      .indexes = {{"toy_number_hash", false, {1}, 1}},        .index_count = 1,
};
static const table toy_count = {
    .name = "toy_count",
    .columns = {{"target", CELL_TEXT}, {"n", CELL_INT}},
    .column_count = 2,
    .key_columns = 1,
    .derived = true,
};
/* What apply saw of each version: rebuilt, it must see the same. */
static const table toy_seen = {
    .name = "toy_seen",
    .columns = {{"sequence", CELL_INT},
		{"version", CELL_INT},
		{"at", CELL_INT},
		{"created", CELL_INT},
		{"here", CELL_INT},
		{"actor", CELL_TEXT},
		{"target", CELL_INT}},
    .column_count = 7,
    .key_columns = 1,
    .rowid = true,
    .derived = true,
};
static const table *const toy_tables[] = {&toy_ref, &toy_number, &toy_count, &toy_seen};

static struct {
	int prepared, applied, settled, ticked;
	bool refuse_prepare, refuse_apply, endless;
	instant next;
} toy;

typedef struct texts {
	text *at;
	int count;
} texts;

static void *toy_prepare(void *self, const write_op *w, const doc *d, reader *rd, arena *a, issues *sink)
{
	(void)self, (void)w, (void)rd;
	toy.prepared++;
	if (toy.refuse_prepare) issue_add(sink, FAIL_RECORD_FAULT, TEXT("toy"), TEXT(""));
	texts *out = ARENA_NEW(a, texts);
	if (!d) return out;
	out->at = ARENA_ARRAY(a, text, d->count);
	for (uint32_t n = 0; n < d->count; n++)
		if (d->nodes[n].name == NAME_reference) out->at[out->count++] = text_copy(a, doc_text(d, n));
	return out;
}

static void touch(deriving *dv, text target, issues *sink)
{
	int64_t hash = (int64_t)(text_hash(target) >> 1);
	cell row[] = {TEXT_CELL(target), INT_CELL(hash)};
	store_put(deriving_writing(dv), &toy_number, row, sink);
	deriving_touch(dv, &toy, hash);
}

static void forget(deriving *dv, int64_t rid, issues *sink)
{
	cell row[2], prefix = INT_CELL(rid);
	arena *a = deriving_arena(dv);
	text old[64];
	int count = 0;
	scan *s = store_scan(deriving_snapshot(dv), &toy_ref,
			     &(scan_options){.index = -1, .prefix = &prefix, .prefix_cells = 1}, a, sink);
	while (count < 64 && scan_next(s, row, sink)) old[count++] = text_copy(a, row[1].text);
	scan_close(s);
	for (int i = 0; i < count; i++) touch(dv, old[i], sink);
	store_delete(deriving_writing(dv), &toy_ref, &prefix, 1, sink);
}

static void see(deriving *dv, const change *c, const texts *refs, issues *sink)
{
	text_pair target = text_cut(refs->count ? refs->at[0] : (text){0}, '/');
	cell row[] = {INT_CELL(c->sequence),
		      INT_CELL(c->version),
		      INT_CELL(c->at),
		      INT_CELL(c->created),
		      INT_CELL(c->resource != NULL),
		      TEXT_CELL(c->who->actor),
		      INT_CELL(deriving_rid(dv, target.head, target.tail))};
	store_put(deriving_writing(dv), &toy_seen, row, sink);
}

static bool toy_apply(void *self, deriving *dv, const change *c, issues *sink)
{
	(void)self;
	const texts *refs = c->prepared;
	toy.applied++;
	if (toy.refuse_apply) return issue_add(sink, FAIL_RECORD_FAULT, TEXT("toy"), TEXT(""));
	see(dv, c, refs, sink);
	forget(dv, c->rid, sink);
	for (int i = 0; i < refs->count; i++) {
		cell row[] = {INT_CELL(c->rid), TEXT_CELL(refs->at[i])};
		store_put(deriving_writing(dv), &toy_ref, row, sink);
		touch(dv, refs->at[i], sink);
	}
	return sink->errors == 0;
}

static bool raise_flag(deriving *dv, text target, issues *sink)
{
	arena *a = deriving_arena(dv);
	text json = text_format(a,
				"{\"resourceType\":\"Flag\",\"status\":\"active\",\"code\":{\"text\":\"three\"},"
				"\"subject\":{\"reference\":\"%.*s\"}}",
				TEXT_ARG(target));
	write_op w = {.method = WRITE_CREATE,
		      .resource = parsed(a, json),
		      .type = TEXT("Flag"),
		      .cause = text_join(a, TEXT("three:"), target)};
	if (toy.endless) w.cause = (text){0};
	return deriving_raise(dv, &w, sink);
}

static bool settle_one(deriving *dv, int64_t hash, issues *sink)
{
	cell row[2], key = INT_CELL(hash);
	arena *a = deriving_arena(dv);
	scan *s = store_scan(deriving_snapshot(dv), &toy_number,
			     &(scan_options){.index = 0, .prefix = &key, .prefix_cells = 1}, a, sink);
	text target = scan_next(s, row, sink) ? text_copy(a, row[0].text) : (text){0};
	scan_close(s);
	cell by_target = TEXT_CELL(target);
	int64_t n = store_count(deriving_snapshot(dv), &toy_ref,
				&(scan_options){.index = 0, .prefix = &by_target, .prefix_cells = 1}, sink);
	cell count[] = {by_target, INT_CELL(n)};
	if (n == 0) {
		store_delete(deriving_writing(dv), &toy_number, &by_target, 1, sink);
		store_delete(deriving_writing(dv), &toy_count, &by_target, 1, sink);
		return sink->errors == 0;
	}
	store_put(deriving_writing(dv), &toy_count, count, sink);
	return (n < 3 || raise_flag(dv, target, sink)) && sink->errors == 0;
}

static bool toy_settle(void *self, deriving *dv, issues *sink)
{
	(void)self;
	int64_t *touched;
	int n = deriving_touched(dv, &toy, &touched);
	toy.settled++;
	for (int i = 0; i < n; i++)
		if (!settle_one(dv, touched[i], sink)) return false;
	return true;
}

static bool toy_tick(void *self, deriving *dv, issues *sink)
{
	(void)self;
	toy.ticked++;
	/* Nothing is remembered here: a commit may start over. That it was done, the cause remembers. */
	if (toy.next == INSTANT_NONE || deriving_now(dv) < toy.next) return true;
	return raise_flag(dv, TEXT("Patient/ticked"), sink);
}

static instant toy_next_tick(void *self, snapshot *r)
{
	(void)self, (void)r;
	return toy.next;
}

static record *open_toy(arena *a, const char *file, world *w)
{
	static bool registered;
	memset(&toy, 0, sizeof toy);
	toy.next = INSTANT_NONE;
	if (!registered)
		record_register(&(deriver){.name = "toy",
					   .tables = toy_tables,
					   .table_count = 4,
					   .prepare = toy_prepare,
					   .apply = toy_apply,
					   .settle = toy_settle,
					   .tick = toy_tick,
					   .next_tick = toy_next_tick});
	registered = true;
	return open_record_at(a, file, w);
}

static void put_task(record *r, arena *a, const char *id, const char *patient)
{
	put(r, a, "Task", id,
	    text_z(a, text_format(a, "'status':'requested','intent':'order','for':{'reference':'%s'}", patient)));
}

TEST(raised_once)
{
	arena *a = test_arena();
	record *r = open_toy(a, ":memory:", NULL);
	put_task(r, a, "t1", "Patient/p");
	put_task(r, a, "t2", "Patient/p");
	assert_int_equal(toy.settled, 2);
	assert_text(search_ids(r, a, "Flag", ""), TEXT(""));
	put_task(r, a, "t3", "Patient/p");
	issues sink = {.arena = a};
	search_answer out;
	assert_true(try_search(r, a, &anna, "Flag", "subject=Patient/p", false, &out, &sink));
	assert_int_equal(out.count, 1);
	const version *flag = &out.entries[0].version;
	assert_text(flag->actor, TEXT("Device/limen"));
	assert_text(flag->on_behalf_of, TEXT("PractitionerRole/sek-a"));
	drop(r, a, "Flag", text_z(a, flag->id));
	put_task(r, a, "t4", "Patient/p"); /* the cause is known for ever */
	assert_text(search_ids(r, a, "Flag", ""), TEXT(""));
	check_clean(r, a);
	record_close(r);
}

TEST(refused_whole)
{
	arena *a = test_arena();
	record *r = open_toy(a, ":memory:", NULL);
	put_task(r, a, "t1", "Patient/p");
	issues sink = {.arena = a};
	written w;
	int64_t before = record_sequence(r);
	const doc *d = resource(a, "Task", "t2", "'status':'requested','intent':'order'");
	toy.refuse_prepare = true;
	assert_false(try_put(r, a, d, "t2", 0, &sink, &w));
	toy.refuse_prepare = false;
	toy.refuse_apply = true;
	sink = (issues){.arena = a};
	assert_false(try_put(r, a, d, "t2", 0, &sink, &w));
	assert_int_equal(sink.first->code, FAIL_RECORD_FAULT);
	toy.refuse_apply = false;
	put_task(r, a, "u", "Patient/p");
	sink = (issues){.arena = a};
	toy.endless = true;
	assert_false(try_put(
	    r, a, resource(a, "Task", "v", "'status':'requested','intent':'order','for':{'reference':'Patient/p'}"),
	    "v", 0, &sink, &w));
	assert_int_equal(sink.first->code, FAIL_RECORD_UNSETTLED);
	toy.endless = false;
	assert_int_equal(record_sequence(r), before + 1);
	check_clean(r, a);
	record_close(r);
}

TEST(ticks)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	world w = world_simulated(SECONDS(1800000000), 7);
	record *r = open_toy(a, ":memory:", &w);
	assert_true(record_next_tick(r) == INSTANT_NONE);
	int64_t before = record_sequence(r);
	assert_true(record_tick(r, &sink));
	assert_int_equal(record_sequence(r), before); /* nothing changed: nothing logged */
	toy.next = SECONDS(1800000100);
	assert_true(record_next_tick(r) == toy.next);
	world_set(&w, toy.next);
	assert_true(record_tick(r, &sink));
	assert_int_equal(record_sequence(r), before + 2); /* the flag, and that there was a tick */
	assert_true(record_tick(r, &sink));
	assert_int_equal(record_sequence(r), before + 2);
	assert_int_equal(sink.count, 0);
	check_clean(r, a);
	record_close(r);
}

/* A few thousand random writes, with LIMEN_LONG 100,000; then rebuilt equals kept, searches answer alike, and a reopened file too. */
TEST(incremental_equals_rebuilt)
{
	const int writes = getenv("LIMEN_LONG") ? 100000 : 2500;
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	record *r = open_toy(a, file, NULL);
	random_state random = random_seed(11);
	for (int i = 0; i < writes; i++) {
		arena *scratch = arena_new(16 * MIB);
		char id[16];
		snprintf(id, sizeof id, "x%d", (int)random_below(&random, 300));
		int64_t what = random_below(&random, 10);
		text patient = text_format(scratch, "Patient/x%d", (int)random_below(&random, 60));
		text name = text_format(scratch, "'name':[{'family':'F%d'},{'family':'Æ%d'}],'birthDate':'19%02d'",
					(int)random_below(&random, 50), (int)random_below(&random, 50),
					(int)random_below(&random, 99));
		if (what == 0)
			drop(r, scratch, "Task", id);
		else if (what == 1)
			drop(r, scratch, "Patient", id);
		else if (what < 5)
			put(r, scratch, "Patient", id, text_z(scratch, name));
		else
			put_task(r, scratch, id, text_z(scratch, patient));
		arena_free(scratch);
	}
	check_clean(r, a);
	text before = search_ids(r, a, "Patient", "family=æ&_sort=family&_count=1000");
	assert_true(before.len > 0);
	int64_t sequence = record_sequence(r);
	assert_true(record_rebuild(r, &sink));
	assert_int_equal(record_sequence(r), sequence);
	check_clean(r, a);
	assert_text(search_ids(r, a, "Patient", "family=æ&_sort=family&_count=1000"), before);
	record_close(r);
	r = open_toy(a, file, NULL);
	check_clean(r, a);
	record_close(r);
}

/* The body of a past version may go: then nothing of it stood, and what follows is as if written after a deletion. */
TEST(an_erased_version_was_nothing)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	record *r = open_toy(a, file, NULL);
	put_task(r, a, "t", "Patient/p");
	put_task(r, a, "t", "Patient/q");
	written last = put(r, a, "Task", "t", "'status':'requested','intent':'plan','for':{'reference':'Patient/q'}");
	int64_t bodies;
	assert_true(record_erase(r, &anna, &(erasure){TEXT("Task"), TEXT("t"), 2, TEXT("test")}, &bodies, &sink));
	assert_int_equal(bodies, 1);
	check_clean(r, a);
	assert_true(record_rebuild(r, &sink));
	check_clean(r, a);
	reader *rd = record_reader(r, &anna, a, &sink);
	cell row[7];
	assert_int_equal(store_get(reader_snapshot(rd), &toy_seen, &INT_CELL(2), a, row, &sink), STORE_OK);
	assert_int_equal(row[4].integer, 0);
	assert_int_equal(store_get(reader_snapshot(rd), &toy_seen, &INT_CELL(last.sequence), a, row, &sink), STORE_OK);
	assert_int_equal(row[3].integer, 1);
	assert_text(search_ids(r, a, "Task", "_id=t"), TEXT("t"));
	reader_close(rd);
	record_close(r);
}

static check_report tampered(const char *sql)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	record *r = open_toy(a, file, NULL);
	put(r, a, "Patient", "p", "'gender':'female','birthDate':'1970-01-01'");
	put(r, a, "Patient", "p", "'gender':'male','birthDate':'1970-01-01'");
	put_task(r, a, "t", "Patient/p");
	record_close(r);
	test_sql(a, test_store(a, file), sql);
	r = open_toy(a, file, NULL);
	check_report report;
	log_open(world_real(), LOG_ERROR + 1, 2);
	bool ok = record_check(r, a, &report, &sink);
	log_open(world_real(), LOG_INFO, 2);
	if (!ok) assert_int_equal(sink.first->code, FAIL_STORE_CORRUPT);
	record_close(r);
	return report;
}

TEST(tampering_shows)
{
	assert_int_equal(tampered("SELECT 1").broken_digests, 0);
	assert_int_equal(
	    tampered("UPDATE body SET json=(SELECT json FROM body WHERE seq=1) WHERE seq=2").broken_digests, 1);
	assert_int_equal(tampered("UPDATE log SET at=at-1 WHERE seq=1").broken_digests, 1);
	assert_true(tampered("DELETE FROM log WHERE seq=2").broken_digests > 0);
	assert_int_equal(tampered("DELETE FROM body WHERE seq=1").broken_digests, 1);
	assert_true(tampered("DELETE FROM ix_date").broken_index > 0);
	assert_true(tampered("INSERT INTO ix_uri VALUES (1,'x',1,0)").broken_index > 0);
	assert_true(tampered("UPDATE resource SET version=1 WHERE id='p'").broken_index > 0);
	assert_true(tampered("UPDATE toy_count SET n=9").broken_derived > 0);
	assert_int_equal(tampered("SELECT 1").broken_index, 0);
}

TESTS(T(raised_once), T(refused_whole), T(ticks), T(incremental_equals_rebuilt), T(an_erased_version_was_nothing),
      T(tampering_shows))
