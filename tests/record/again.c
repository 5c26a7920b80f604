/* The queue that settles again what is there, with a deriver of the test's own: whom it comes to, in what order, and one it cannot settle. */
#include "fixture.h"

enum { SUBJECTS = 100, POISON = 37 };

static const table marks_table = {.name = "test_mark",
				  .columns = {{"subject", CELL_INT}, {"edition", CELL_INT}},
				  .column_count = 2,
				  .key_columns = 1,
				  .derived = true};
static int edition, reads_edition;
static bool refuses;
static int64_t order[SUBJECTS * 4];
static int order_count;

static const char owner;

/* Settling marks a subject with the edition of the rules. */
static bool settle(void *self, deriving *dv, issues *sink)
{
	int64_t *touched;
	(void)self;
	int n = deriving_touched(dv, &owner, &touched);
	for (int i = 0; i < n; i++) {
		cell row[] = {INT_CELL(touched[i]), INT_CELL(edition)};
		if (refuses && touched[i] == POISON) return issue_add(sink, FAIL_RECORD_UNSETTLED, TEXT("8"), TEXT(""));
		if (store_put(deriving_writing(dv), &marks_table, row, sink) != STORE_OK) return false;
		if (!deriving_settled(dv, touched[i], sink)) return false;
		if (order_count < SUBJECTS * 4) order[order_count++] = touched[i];
	}
	return true;
}

/* Subject n is the nth number there is, whatever was written. */
static bool apply(void *self, deriving *dv, const change *c, issues *sink)
{
	(void)self, (void)c, (void)sink;
	for (int64_t n = 1; n <= SUBJECTS; n++) deriving_touch(dv, &owner, n);
	return true;
}

static int again(void *self, deriving *dv, int64_t *after, int max, issues *sink)
{
	(void)self, (void)sink;
	int n = 0;
	for (; n < max && *after < SUBJECTS; n++) deriving_touch(dv, &owner, ++*after);
	if (*after == SUBJECTS) *after = INT64_MAX;
	return n;
}

static int64_t subjects(void *self, snapshot *r, arena *a, issues *sink)
{
	(void)self, (void)r, (void)a, (void)sink;
	return SUBJECTS;
}

static digest reads(void *self, arena *a)
{
	(void)self;
	return digest_of(text_format(a, "%d", reads_edition));
}

static image *in_use;

static void shut(record *r)
{
	record_close(r);
	content_free(in_use);
}

static record *open_edition(arena *a, text file, int now)
{
	static const table *const tables[] = {&marks_table};
	issues sink = {.arena = a};
	content_file f = {TEXT("x.yaml"), text_format(a, "holiday: x\nda: x\nen: x\ndate: 01-0%d\nsource: s\n", now)};
	edition = now;
	record_register(&(deriver){.name = "test",
				   .tables = tables,
				   .table_count = 1,
				   .apply = apply,
				   .settle = settle,
				   .reads = reads,
				   .again = again,
				   .subjects = subjects,
				   .settled = tables,
				   .settled_count = 1});
	in_use = content_load(&f, 1, NULL, 0, &sink);
	assert_non_null(in_use);
	record *r = record_open(a, &(record_options){.file = file, .world = world_real(), .content = in_use}, &sink);
	show(&sink);
	assert_non_null(r);
	return r;
}

/* How many subjects are marked with this edition. */
static int marked(record *r, arena *a, int with)
{
	issues sink = {.arena = a};
	cell row[2];
	int n = 0;
	reader *rd = record_reader(r, &anna, a, &sink);
	scan *s = store_scan(reader_snapshot(rd), &marks_table, &(scan_options){.index = -1}, a, &sink);
	while (scan_next(s, row, &sink)) n += row[1].integer == with;
	scan_close(s);
	reader_close(rd);
	return n;
}

TEST(new_rules_settle_everything_in_order)
{
	arena *a = test_arena();
	text file = test_store(a, text_z(a, text_format(a, "%s/again.db", temp_folder())));
	record *r = open_edition(a, file, 1);
	put(r, a, "Patient", "p", "");
	assert_int_equal(marked(r, a, 1), SUBJECTS);
	shut(r);
	order_count = 0;
	r = open_edition(a, file, 2);
	assert_int_equal(marked(r, a, 2), SUBJECTS);
	assert_int_equal(order_count, SUBJECTS); /* each once */
	for (int i = 0; i < order_count; i++) assert_int_equal(order[i], i + 1);
	check_clean(r, a);
	shut(r);
	order_count = 0;
	r = open_edition(a, file, 2); /* the same rules: nothing to do */
	assert_int_equal(order_count, 0);
	shut(r);
}

TEST(one_that_cannot_be_settled_holds_up_nobody)
{
	arena *a = test_arena();
	text file = test_store(a, text_z(a, text_format(a, "%s/poison.db", temp_folder())));
	record *r = open_edition(a, file, 1);
	put(r, a, "Patient", "p", "");
	shut(r);
	refuses = true;
	r = open_edition(a, file, 2);
	refuses = false;
	assert_int_equal(marked(r, a, 2), SUBJECTS - 1);
	assert_int_equal(marked(r, a, 1), 1);
	shut(r);
}

TEST(other_readings_are_computed_from_the_log)
{
	arena *a = test_arena();
	text file = test_store(a, text_z(a, text_format(a, "%s/reads.db", temp_folder())));
	record *r = open_edition(a, file, 1);
	put(r, a, "Patient", "p", "");
	put(r, a, "Patient", "q", "");
	shut(r);
	reads_edition = 1;
	order_count = 0;
	r = open_edition(a, file, 2); /* all versions through apply, settled once at the end */
	assert_int_equal(marked(r, a, 2), SUBJECTS);
	assert_int_equal(order_count, SUBJECTS);
	check_clean(r, a);
	shut(r);
}

TESTS(T(new_rules_settle_everything_in_order), T(one_that_cannot_be_settled_holds_up_nobody),
      T(other_readings_are_computed_from_the_log))
