/* bench search: 32 shapes of search on the Synthea file that bench ingest leaves, through the REST door in this process, each beside hand-written
 * SQL on the same tables where a shape has one (search.def), in a copy of the file that SQLite has analysed, as whoever writes SQL by hand
 * would. A shape is asked with many values, taken from the file itself; both must find as many. SQL that takes more than two seconds once
 * is given up ("-"), and three seconds in all are enough for a shape's. Prints a line a shape (p50 and p99 in milliseconds), then "search.KEY VALUE", the headline last.
 *
 *   search [FILE [SHAPE]]      default build/bench-data/synthea.db; ./dev bench million asks the file with a million resources the same */
#define LIMEN_OS
#include "bench/files.h"
#include "cli/internal.h"

#include <sqlite3.h>

enum {
	SQL_SECONDS_MAX = 2,
	SQL_SECONDS_ALL = 3,
	DRAWN_MAX = 100,
	VALUES = 3,
	ASKED_MIN = 200,
	SHAPES_MAX = 64,
	FOUND_SHOWN = 50
};

typedef struct shape {
	const char *name, *draw, *query, *sql;
} shape;

static const shape shapes[] = {
#define SHAPE(name, draw, query, sql) {name, draw, query, sql},
#include "bench/search.def"
#undef SHAPE
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

typedef struct drawn {
	text text[VALUES];
	sqlite3_value *value[VALUES];
} drawn;

typedef struct measured {
	int64_t us[ASKED_MIN + 2 * DRAWN_MAX];
	int count;
} measured;

static const caller who = {.actor = {"Device/bench", 12}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};
static arena *kept;
static sqlite3 *file;
static map numbers; /* of terms */

/* ---- the SQL beside ---- */

/* "[Patient.family]" becomes the number of that term. */
static char *numbered(const char *sql)
{
	buffer b = {.arena = kept};
	text left = text_of(sql);
	for (int64_t at; (at = text_find(left, TEXT("["))) >= 0;) {
		buffer_add(&b, text_slice(left, 0, at));
		left = text_slice(left, at + 1, left.len);
		int64_t end = text_find(left, TEXT("]")), number;
		text word = text_slice(left, 0, end);
		if (!map_get(&numbers, word, &number)) number = -1; /* nothing of that kind is kept */
		buffer_format(&b, "%lld", (long long)number);
		left = text_slice(left, end + 1, left.len);
	}
	buffer_add(&b, left);
	return text_z(kept, buffer_text(&b));
}

static sqlite3_stmt *prepared(const char *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(file, numbered(sql), -1, &s, NULL) != SQLITE_OK) bench_stop(sqlite3_errmsg(file), sql);
	return s;
}

static int draw(const shape *s, drawn *out)
{
	int count = 0;
	sqlite3_stmt *rows = prepared(s->draw);
	for (; count < DRAWN_MAX && sqlite3_step(rows) == SQLITE_ROW; count++) {
		out[count] = (drawn){0};
		for (int i = 0; i < sqlite3_column_count(rows) && i < VALUES; i++) {
			out[count].value[i] = sqlite3_value_dup(sqlite3_column_value(rows, i));
			out[count].text[i] = text_copy(kept, text_of((const char *)sqlite3_column_text(rows, i)));
		}
	}
	sqlite3_finalize(rows);
	return count;
}

static int64_t sql_until; /* microseconds, by the world's clock */

static int too_long(void *self)
{
	world *w = self;
	return w->monotonic(w) > sql_until;
}

/* -1: it took too long. */
static int sql_found(sqlite3_stmt *s, const drawn *with)
{
	int found = 0, step;
	world *w = world_real();
	sql_until = w->monotonic(w) + SQL_SECONDS_MAX * 1000000;
	for (int i = 0; i < sqlite3_bind_parameter_count(s); i++) sqlite3_bind_value(s, i + 1, with->value[i]);
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		bool body = sqlite3_column_type(s, 0) == SQLITE_TEXT; /* else it is a count */
		if (body) (void)sqlite3_column_bytes(s, 0);
		found = body ? found + 1 : sqlite3_column_int(s, 0);
	}
	sqlite3_reset(s);
	return step == SQLITE_DONE ? found : -1;
}

/* The copy the SQL is asked of: analysed, so that SQLite plans it as well as it can. */
static void copy_open(const char *name)
{
	arena *a = arena_new(MIB);
	const char *copy = "build/bench-data/search-copy.db";
	unlink(copy);
	if (sqlite3_open_v2(name, &file, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_exec(file, text_z(a, text_format(a, "VACUUM INTO '%s'", copy)), NULL, NULL, NULL) != SQLITE_OK)
		bench_stop("cannot copy", name);
	sqlite3_close(file);
	if (sqlite3_open_v2(copy, &file, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_exec(file, "ANALYZE", NULL, NULL, NULL) != SQLITE_OK)
		bench_stop("cannot analyse", copy);
	sqlite3_progress_handler(file, 10000, too_long, world_real());
	sql_until = INT64_MAX;
	arena_free(a);
}

/* ---- ours ---- */

static text target_of(arena *a, const shape *s, const drawn *with)
{
	buffer b = {.arena = a};
	buffer_add(&b, TEXT("/fhir/"));
	for (const char *c = s->query; *c; c++)
		if (*c == '{') {
			buffer_add(&b, url_part(a, with->text[c[1] - '0']));
			c += 2;
		} else {
			buffer_char(&b, *c);
		}
	return buffer_text(&b);
}

/* How many an answer has: its matches, or its total where it is only counted. */
static int answer_found(arena *a, const http_response *p)
{
	doc d;
	int found = 0;
	int64_t total = 0;
	issues sink = {.arena = a};
	if (p->status != 200 || !json_parse(a, p->body, TEXT(""), &sink, &d))
		bench_stop("refused:", text_z(a, p->body));
	uint32_t list = doc_get(&d, 0, NAME_entry);
	if (!list) {
		text_to_int(doc_get_text(&d, 0, NAME_total), &total);
		return (int)total;
	}
	for (uint32_t i = list + 1; i < d.nodes[list].next; i = d.nodes[i].next) {
		uint32_t search = doc_get(&d, i, NAME_search);
		found += search && text_equal(doc_get_text(&d, search, NAME_mode), TEXT("match"));
	}
	return found;
}

/* ---- the measuring ---- */

static int by_time(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;
	return (*a > *b) - (*a < *b);
}

static double part(measured *m, double share)
{
	if (m->count == 0) return 0;
	qsort(m->us, (size_t)m->count, sizeof *m->us, by_time);
	int at = (int)(share * m->count);
	return (double)m->us[at < m->count ? at : m->count - 1] / 1000;
}

typedef struct asking {
	http_app *app;
	arena *arena;
	world *world;
	int different;
} asking;

/* Each value in turn, first unmeasured, until it was asked often enough. */
/* NOLINTNEXTLINE(readability-function-size): one loop, two that take turns */
static void ask_all(asking *k, const shape *s, const drawn *values, int count, measured *ours, measured *theirs)
{
	sqlite3_stmt *beside = s->sql ? prepared(s->sql) : NULL;
	int64_t spent = 0;
	*ours = *theirs = (measured){0};
	for (int n = -count; n < ASKED_MIN; n++) {
		const drawn *with = &values[(n + count) % count];
		text target = target_of(k->arena, s, with);
		int64_t start = k->world->monotonic(k->world);
		http_response p = http_call(k->app, k->arena, &who, "GET", target, TEXT(""));
		int64_t took = k->world->monotonic(k->world) - start;
		if (n >= 0) ours->us[ours->count++] = took;
		int found = n < 0 ? answer_found(k->arena, &p) : 0;
		start = k->world->monotonic(k->world);
		bool asks = beside && spent < SQL_SECONDS_ALL * 1000000;
		int beside_found = asks ? sql_found(beside, with) : 0;
		took = k->world->monotonic(k->world) - start;
		spent += took;
		if (beside_found < 0) {
			sqlite3_finalize(beside);
			beside = NULL;
			theirs->count = 0;
		}
		if (asks && beside && (n >= 0 || took > 10000)) theirs->us[theirs->count++] = took;
		if (asks && beside && n < 0 && found != beside_found && k->different++ < 10)
			fprintf(stderr, "bench search: %s finds %d, the SQL beside it %d: %.*s\n", s->name, found,
				beside_found, TEXT_ARG(target));
		arena_reset(k->arena);
	}
	sqlite3_finalize(beside);
}

static void terms_read(void)
{
	sqlite3_stmt *s;
	numbers = (map){.arena = kept};
	sqlite3_prepare_v2(file, "SELECT word, number FROM term", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		map_put(&numbers, text_copy(kept, text_of((const char *)sqlite3_column_text(s, 0))),
			sqlite3_column_int64(s, 1));
	sqlite3_finalize(s);
}

static void measure(http_app *app, const char *only)
{
	static measured ours, theirs, all;
	static drawn values[DRAWN_MAX];
	asking k = {.app = app, .arena = arena_new(REQUEST_ARENA_MAX), .world = world_real()};
	measured ratios = {0}, worst = {0};
	printf("  %-20s %8s %8s %8s %8s\n", "shape", "p50 ms", "p99 ms", "SQL p50", "SQL p99");
	for (int i = 0; i < SHAPES; i++) {
		if (only && strcmp(only, shapes[i].name) != 0) continue;
		sql_until = INT64_MAX;
		int count = draw(&shapes[i], values);
		if (count == 0) bench_stop("nothing to ask for:", shapes[i].name);
		ask_all(&k, &shapes[i], values, count, &ours, &theirs);
		double p50 = part(&ours, 0.5), p99 = part(&ours, 0.99);
		printf("  %-20s %8.2f %8.2f", shapes[i].name, p50, p99);
		if (theirs.count) {
			printf(" %8.2f %8.2f", part(&theirs, 0.5), part(&theirs, 0.99));
			ratios.us[ratios.count++] = (int64_t)(part(&theirs, 0.5) / p50 * 1000);
		} else if (shapes[i].sql) {
			printf(" %8s %8s", "-", "-");
		}
		printf("\n");
		fflush(stdout);
		worst.us[worst.count++] = (int64_t)(p99 * 1000);
		all.us[all.count++] = (int64_t)(p50 * 1000);
	}
	printf("search.shapes %d\n", SHAPES);
	printf("search.different %d\n", k.different);
	printf("search.resident_mb %.0f\n", (double)bench_resident_kib() / 1024);
	printf("search.p50_ms %.2f\n", part(&all, 0.5));
	printf("search.ratio_sql_median %.2f\n", part(&ratios, 0.5));
	printf("search.p99_ms %.2f\n", part(&worst, 1));
	arena_free(k.arena);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "build/bench-data/synthea.db";
	struct stat st;
	house h;
	if (stat(name, &st) != 0) {
		printf("search: skipped: %s is not there: run ./dev bench ingest first\n", name);
		return 0;
	}
	kept = arena_new(PROCESS_ARENA_MAX);
	cli_outside outside = {.out = stdout, .err = stderr, .world = world_real()};
	cli c = {.outside = &outside,
		 .arena = arena_new(PROCESS_ARENA_MAX),
		 .db = text_of(name),
		 .host = TEXT("127.0.0.1"),
		 .port = 8420};
	c.sink.arena = c.arena;
	if (!house_open(&c, &h, RECORD_WRITE)) {
		issues_print(&c, &c.sink);
		return 1;
	}
	copy_open(name);
	terms_read();
	measure(&h.app, argc > 2 ? argv[2] : NULL);
	sqlite3_close(file);
	house_close(&h);
	return 0;
}
