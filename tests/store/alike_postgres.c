/* The same random verbs on both engines: equal answers, in the same order. The seed is printed; LIMEN_SEED repeats one. */
#define LIMEN_OS /* reads LIMEN_SEED, LIMEN_ROUNDS */
#include "harness.h"
#include "store/store.h"

enum { ROUNDS = 4, VERBS = 4000, ROWS_MAX = 100000 };

static const table pairs = {
    .name = "pairs",
    .columns = {{"a", CELL_INT}, {"b", CELL_TEXT}, {"c", CELL_BYTES}, {"note", CELL_TEXT}, {"n", CELL_INT}},
    .column_count = 5,
    .key_columns = 3,
    .derived = true,
    .indexes = {{"pairs_note", false, {3, 4}, 2}},
    .index_count = 1,
};
static const table things = {
    .name = "things",
    .columns = {{"rid", CELL_INT}, {"kind", CELL_INT}, {"id", CELL_TEXT}, {"seen", CELL_INT}},
    .column_count = 4,
    .key_columns = 1,
    .rowid = true,
    .derived = true,
    .indexes = {{"things_id", true, {1, 2}, 2}, {"things_seen", false, {3}, 1}},
    .index_count = 2,
};
static const table alone = {
    .name = "alone",
    .columns = {{"x", CELL_TEXT}, {"y", CELL_INT}},
    .column_count = 2,
    .key_columns = 2,
    .derived = true,
};
static const table *const tables[] = {&pairs, &things, &alone};

enum { ENGINES = 2 };
typedef struct both {
	arena *arena;
	random_state random;
	store *stores[ENGINES];
	writing *writings[ENGINES];
	snapshot *readers[ENGINES];
	issues sink;
	bool saved;
	int64_t longest; /* scan */
} both;

static int64_t below(both *x, int64_t n)
{
	return random_below(&x->random, n);
}

/* ---- random cells: few different ones, so that they meet; bytes of every kind ---- */

static text some_bytes(both *x)
{
	static const char bytes[] = {0, 1, 'a', 'b', 'A', 'z', (char)0xc3, (char)0xa6, (char)0xff, (char)0x80};
	int64_t len = below(x, 4);
	char *at = arena_bytes(x->arena, len + 1);
	for (int64_t i = 0; i < len; i++) at[i] = bytes[below(x, (int64_t)sizeof bytes)];
	return (text){at, len};
}

static cell some_cell(both *x, cell_kind kind)
{
	static const int64_t far[] = {INT64_MIN, INT64_MAX, -1, 0, 256, -65536};
	if (kind == CELL_INT) return INT_CELL(below(x, 8) ? below(x, 12) : far[below(x, 6)]);
	return (cell){.kind = kind, .text = some_bytes(x)};
}

static void some_row(both *x, const table *t, cell *row)
{
	for (int i = 0; i < t->column_count; i++) row[i] = some_cell(x, t->columns[i].kind);
	if (t == &things) row[0] = INT_CELL(below(x, 400));
	/* Where an index begins with NULL the row is not on it. */
	if (t == &things && below(x, 4) == 0) row[3] = NULL_CELL;
	if (t == &pairs && below(x, 4) == 0) row[3] = row[4] = NULL_CELL;
}

/* ---- comparing ---- */

static bool same_cell(const cell *x, const cell *y)
{
	return x->kind == y->kind && (x->kind != CELL_INT || x->integer == y->integer) &&
	       (x->kind == CELL_INT || x->kind == CELL_NULL || text_equal(x->text, y->text));
}

static void same_rows(const table *t, const cell *x, const cell *y)
{
	for (int i = 0; i < t->column_count; i++)
		if (!same_cell(&x[i], &y[i])) fail_msg("%s.%s differs", t->name, t->columns[i].name);
}

/* ---- verbs ---- */

static void write_one(both *x, const table *t)
{
	cell row[TABLE_COLUMNS_MAX];
	/* Mostly whole keys are deleted, else little would be left. */
	int what = (int)below(x, 12), cells = below(x, 30) ? t->key_columns : 1;
	some_row(x, t, row);
	store_result got[ENGINES];
	for (int e = 0; e < ENGINES; e++) {
		writing *w = x->writings[e];
		got[e] = what < 4    ? store_insert(w, t, row, &x->sink)
			 : what < 10 ? store_put(w, t, row, &x->sink)
				     : store_delete(w, t, row, cells, &x->sink);
	}
	assert_int_equal(got[0], got[1]);
}

static void get_one(both *x, const table *t)
{
	cell row[TABLE_COLUMNS_MAX], rows[ENGINES][TABLE_COLUMNS_MAX], unique[2];
	some_row(x, t, row);
	store_result got[ENGINES];
	int what = t == &things ? (int)below(x, 3) : 0;
	unique[0] = row[1];
	unique[1] = row[2];
	for (int e = 0; e < ENGINES; e++)
		got[e] = what == 0   ? store_get(x->readers[e], t, row, x->arena, rows[e], &x->sink)
			 : what == 1 ? store_find(x->readers[e], t, 0, unique, x->arena, rows[e], &x->sink)
				     : store_last(x->readers[e], t, x->arena, rows[e], &x->sink);
	assert_int_equal(got[0], got[1]);
	if (got[0] == STORE_OK) same_rows(t, rows[0], rows[1]);
}

static int order_of(const table *t, int index, int *columns)
{
	int n = 0;
	for (int i = 0; index >= 0 && i < t->indexes[index].column_count; i++)
		columns[n++] = t->indexes[index].columns[i];
	for (int key = 0; key < t->key_columns; key++) {
		bool there = false;
		for (int i = 0; i < n; i++) there = there || columns[i] == key;
		if (!there) columns[n++] = key;
	}
	return n;
}

static scan_options some_scan(both *x, const table *t, cell *place, cell *bounds)
{
	int columns[TABLE_COLUMNS_MAX] = {0}, index = (int)below(x, t->index_count + 1) - 1;
	int count = order_of(t, index, columns);
	for (int i = 0; i < count; i++) place[i] = some_cell(x, t->columns[columns[i]].kind);
	int prefix = (int)below(x, count);
	if (index >= 0 && prefix == 0) prefix = 1;
	scan_options o = {.index = index, .prefix = place, .prefix_cells = prefix, .descending = below(x, 2)};
	for (int i = 0; i < 2; i++) bounds[i] = some_cell(x, t->columns[columns[prefix]].kind);
	if (prefix < count && below(x, 2)) o.low = &bounds[0];
	if (prefix < count && below(x, 3) == 0) o.high = &bounds[1];
	o.low_excluded = below(x, 2);
	o.high_included = below(x, 2);
	if (prefix < count && below(x, 3) == 0) {
		o.after = place;
		o.after_cells = prefix + 1 + (int)below(x, count - prefix);
	}
	return o;
}

static void scan_both(both *x, const table *t)
{
	cell place[TABLE_COLUMNS_MAX], bounds[2], rows[ENGINES][TABLE_COLUMNS_MAX];
	scan_options o = some_scan(x, t, place, bounds);
	o.limit = below(x, 2) ? 1 + below(x, 300) : 0;
	int64_t leave = below(x, 4) ? ROWS_MAX : below(x, 100);
	scan *scans[ENGINES];
	for (int e = 0; e < ENGINES; e++) scans[e] = store_scan(x->readers[e], t, &o, x->arena, &x->sink);
	for (int64_t n = 0; n < leave; n++) {
		bool one = scan_next(scans[0], rows[0], &x->sink), other = scan_next(scans[1], rows[1], &x->sink);
		assert_int_equal(one, other);
		if (!one) break;
		same_rows(t, rows[0], rows[1]);
		x->longest = n > x->longest ? n : x->longest;
	}
	for (int e = 0; e < ENGINES; e++) scan_close(scans[e]);
}

static void count_both(both *x, const table *t)
{
	cell place[TABLE_COLUMNS_MAX], bounds[2];
	scan_options o = some_scan(x, t, place, bounds);
	o.descending = false;
	assert_int_equal(store_count(x->readers[0], t, &o, &x->sink), store_count(x->readers[1], t, &o, &x->sink));
	int64_t *sets[ENGINES], counts[ENGINES];
	int column = t == &pairs ? 4 : t == &alone ? 1 : 0;
	for (int e = 0; e < ENGINES; e++)
		assert_true(store_collect(x->readers[e], t, &o, column, x->arena, &sets[e], &counts[e], &x->sink));
	assert_int_equal(counts[0], counts[1]);
	for (int64_t i = 0; i < counts[0]; i++) assert_int_equal(sets[0][i], sets[1][i]);
}

/* ---- transactions ---- */

static void begin(both *x)
{
	for (int e = 0; e < ENGINES; e++) {
		x->writings[e] = store_write_begin(x->stores[e], &x->sink);
		assert_non_null(x->writings[e]);
		x->readers[e] = store_writing_snapshot(x->writings[e]);
	}
	x->saved = false;
}

/* The transaction ends, and what is there is looked at from outside. */
static void end_and_look(both *x)
{
	bool keep = below(x, 4) > 0;
	for (int e = 0; e < ENGINES; e++) {
		if (keep)
			assert_true(store_write_commit(x->writings[e], &x->sink));
		else
			store_write_rollback(x->writings[e]);
		x->readers[e] = store_snapshot(x->stores[e], &x->sink);
	}
	for (int i = 0; i < 3; i++) {
		count_both(x, tables[i]);
		scan_both(x, tables[i]);
	}
	for (int e = 0; e < ENGINES; e++) store_release(x->readers[e]);
	begin(x);
}

static void savepoint(both *x)
{
	bool keep = below(x, 2);
	for (int e = 0; e < ENGINES; e++) {
		if (!x->saved)
			assert_true(store_savepoint(x->writings[e], &x->sink));
		else if (keep)
			assert_true(store_savepoint_keep(x->writings[e], &x->sink));
		else
			store_savepoint_undo(x->writings[e]);
	}
	x->saved = !x->saved;
}

static void one_verb(both *x)
{
	const table *t = tables[below(x, 3)];
	int64_t what = below(x, 100);
	if (what < 70)
		write_one(x, t);
	else if (what < 80)
		get_one(x, t);
	else if (what < 88)
		scan_both(x, t);
	else if (what < 94)
		count_both(x, t);
	else if (what < 98)
		savepoint(x);
	else if (!x->saved)
		end_and_look(x);
}

static store *open_one(arena *a, text file, issues *sink)
{
	return store_open(a, &(store_options){.file = file, .schema_version = 1, .tables = tables, .table_count = 3},
			  sink);
}

TEST(the_same_verbs_the_same_answers)
{
	int64_t seed = (int64_t)(world_now(world_real()) % 1000000), rounds = ROUNDS, longest = 0;
	if (getenv("LIMEN_SEED")) assert_true(text_to_int(text_of(getenv("LIMEN_SEED")), &seed));
	if (getenv("LIMEN_ROUNDS")) assert_true(text_to_int(text_of(getenv("LIMEN_ROUNDS")), &rounds));
	for (int64_t round = 0; round < rounds; round++, seed++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		both x = {.arena = a, .random = random_seed((uint64_t)seed), .sink = {.arena = a}};
		print_message("LIMEN_SEED=%lld\n", (long long)seed);
		x.stores[0] = open_one(a, TEXT(":memory:"), &x.sink);
		x.stores[1] = open_one(a, test_store(a, ":memory:"), &x.sink);
		begin(&x);
		for (int i = 0; i < VERBS; i++) one_verb(&x);
		longest = x.longest > longest ? x.longest : longest;
		assert_int_equal(x.sink.count, 0);
		for (int e = 0; e < ENGINES; e++) {
			store_write_rollback(x.writings[e]);
			store_close(x.stores[e]);
		}
		arena_free(a);
	}
	assert_true(longest > 256); /* pages were turned */
}

TESTS(T(the_same_verbs_the_same_answers))
