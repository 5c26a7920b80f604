/* Care: what the law wants erased, copies beside traffic, damaged files: found and named, never silently wrong; files of earlier schemas. */
#define LIMEN_OS /* reads LIMEN_ROUNDS */
#include "fixture.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <unistd.h>

static char *file_in(arena *a, const char *folder, const char *name)
{
	return text_z(a, text_format(a, "%s/%s", folder, name));
}

static void write_bytes(const char *file, text bytes)
{
	FILE *f = fopen(file, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.at, 1, (size_t)bytes.len, f), bytes.len);
	fclose(f);
}

/* What is kept of a body, as it lies there: packed, or as it is. */
static text kept_body(record *r, arena *a, int64_t sequence)
{
	static const table as_kept = {.name = "body",
				      .columns = {{"seq", CELL_INT}, {"json", CELL_TEXT}},
				      .column_count = 2,
				      .key_columns = 1,
				      .rowid = true};
	issues sink = {.arena = a};
	cell row[2];
	reader *rd = record_reader(r, &anna, a, &sink);
	assert_int_equal(store_get(reader_snapshot(rd), &as_kept, &INT_CELL(sequence), a, row, &sink), STORE_OK);
	reader_close(rd);
	return row[1].text;
}

/* ---- erasing ---- */

TEST(what_the_law_wants_gone)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *file = file_in(a, temp_folder(), "limen.db");
	record *r = open_record_at(a, file, NULL);
	int64_t bodies;
	written one = put(r, a, "Patient", "p", "'name':[{'family':'Ugleskov'}]");
	written two = put(r, a, "Patient", "p", "'name':[{'family':'Ugleskov','given':['Gustava']}]");
	written other = put(r, a, "Patient", "q", "'name':[{'family':'Bliver'}]");
	text goes[] = {kept_body(r, a, one.sequence), kept_body(r, a, two.sequence)};
	text stays = kept_body(r, a, other.sequence);
	put(r, a, "Task", "t", "'status':'requested','intent':'order','for':{'reference':'Patient/p'}");
	assert_false(record_erase(r, &anna, &(erasure){TEXT("Patient"), TEXT("p"), 0, TEXT(" ")}, &bodies, &sink));
	assert_int_equal(sink.first->code, FAIL_ERASE_REASON);
	sink = (issues){.arena = a};
	assert_false(record_erase(r, &anna, &(erasure){TEXT("Patient"), TEXT("none"), 0, TEXT("why")}, &bodies, &sink));
	assert_int_equal(sink.first->code, FAIL_ERASE_NONE);
	sink = (issues){.arena = a};
	assert_true(
	    record_erase(r, &anna, &(erasure){TEXT("Patient"), TEXT("p"), 0, TEXT("decision 17")}, &bodies, &sink));
	assert_int_equal(bodies, 2);
	assert_text(search_ids(r, a, "Patient", "family=ugleskov"), TEXT(""));
	reader *rd = record_reader(r, &anna, a, &sink);
	version v, *all;
	int count;
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p"), &v, &sink), FOUND_DELETED);
	assert_int_equal(record_vread(rd, TEXT("Patient"), TEXT("p"), 1, &v, &sink), FOUND_DELETED);
	assert_true(v.erased && v.json.len == 0);
	assert_text(v.actor, anna.actor); /* who wrote it is still known */
	const history_query q = {.type = TEXT("Patient"),
				 .id = TEXT("p"),
				 .since = INSTANT_NONE,
				 .current_from = INSTANT_NONE,
				 .current_to = INSTANT_NONE,
				 .count = 10};
	int64_t next;
	assert_int_equal(record_history(rd, &q, &all, &count, &next, &sink), FOUND);
	assert_int_equal(count, 3);
	reader_close(rd);
	check_clean(r, a);
	assert_true(record_erase(r, &anna, &(erasure){TEXT("Patient"), TEXT("p"), 0, TEXT("again")}, &bodies, &sink));
	assert_int_equal(bodies, 0);
	/* It may come again, and that is another story. */
	put(r, a, "Patient", "p", "'name':[{'family':'Ny'}]");
	check_clean(r, a);
	assert_true(record_rebuild(r, &sink));
	check_clean(r, a);
	record_close(r);
	if (!test_on_postgres()) {
		text bytes = read_file(a, file);
		assert_true(text_find(bytes, stays) > 0);
		for (int i = 0; i < 2; i++) assert_int_equal(text_find(bytes, goes[i]), -1);
		assert_int_equal(text_find(bytes, TEXT("Ugleskov")), -1);
		assert_int_equal(text_find(bytes, TEXT("Gustava")), -1);
		assert_true(text_find(bytes, TEXT("decision 17")) > 0);
	}
	/* A body emptied behind the log's back is none that was erased. */
	test_sql(a, test_store(a, file), "UPDATE body SET json='' WHERE seq=3");
	r = open_record_at(a, file, NULL);
	check_report report;
	sink = (issues){.arena = a};
	record_check(r, a, &report, &sink);
	assert_int_equal(report.broken_digests, 1);
	assert_int_equal(sink.first->code, FAIL_CHECK_BODY);
	assert_text(sink.first->args[0], TEXT("Patient/q"));
	record_close(r);
}

/* ---- copies ---- */

typedef struct busy {
	record *record;
	int number;
	atomic_bool *stop;
	int written;
} busy;

static void *write_busily(void *self)
{
	busy *b = self;
	arena *a = arena_new(64 * MIB);
	while (!atomic_load(b->stop)) {
		char id[40];
		snprintf(id, sizeof id, "w%d-%d", b->number, b->written++ % 50);
		put(b->record, a, "Patient", id, text_z(a, text_format(a, "'name':[{'family':'F%d'}]", b->written)));
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

TEST(copies_beside_traffic)
{
	enum { WRITERS = 3, COPIES = 8 };
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *folder = temp_folder(), *file = file_in(a, folder, "limen.db");
	if (test_on_postgres()) {
		assert_false(store_copy(TEXT("postgres://x/y"), text_of(file), &sink));
		assert_int_equal(sink.first->code, FAIL_STORE_COPY);
		return;
	}
	record *r = open_record_at(a, file, NULL);
	pthread_t threads[WRITERS];
	busy hands[WRITERS];
	atomic_bool stop = false;
	for (int i = 0; i < WRITERS; i++) {
		hands[i] = (busy){.record = r, .number = i, .stop = &stop};
		pthread_create(&threads[i], NULL, write_busily, &hands[i]);
	}
	int64_t last = 0;
	for (int i = 0; i < COPIES; i++) {
		check_report report;
		const char *copy = file_in(a, folder, text_z(a, text_format(a, "copy-%d.db", i)));
		int64_t before = record_sequence(r);
		assert_true(store_copy(text_of(file), text_of(copy), &sink));
		assert_true(record_verify(text_of(copy), a, &report, &sink));
		assert_int_equal(report.broken_digests, 0);
		assert_true(report.versions >= before && report.versions >= last);
		last = report.versions;
		record *c = open_record_at(a, copy, NULL);
		check_clean(c, a);
		record_close(c);
	}
	atomic_store(&stop, true);
	int written_ = 0;
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		written_ += hands[i].written;
	}
	show(&sink);
	assert_int_equal(record_sequence(r), written_);
	check_clean(r, a);
	record_close(r);
	print_message("%d copies while %d versions were written\n", COPIES, written_);
}

/* ---- damage ---- */

/* A department of a few pages; returns its bytes. */
static text sound_file(arena *a, const char *file)
{
	record *r = open_record_at(a, file, NULL);
	for (int i = 0; i < 40; i++) {
		char id[16];
		snprintf(id, sizeof id, "p%d", i);
		put(r, a, "Patient", id,
		    text_z(a, text_format(
				  a, "'name':[{'family':'Familie%d','given':['Navn%d']}],'birthDate':'19%02d-01-01'", i,
				  i, i)));
		if (i % 4 == 0) put(r, a, "Patient", id, "'gender':'female'");
	}
	record_close(r);
	return read_file(a, file);
}

typedef struct answers {
	text at[40];
} answers;

/* What every patient reads as; an issue where one is refused. */
static void read_all(record *r, arena *a, answers *out, issues *sink)
{
	reader *rd = record_reader(r, &anna, a, sink);
	for (int i = 0; rd && i < 40; i++) {
		char id[16];
		version v;
		issues own = {.arena = a};
		snprintf(id, sizeof id, "p%d", i);
		found f = record_read(rd, TEXT("Patient"), text_of(id), &v, &own);
		out->at[i] = f == FOUND ? v.json : f == FOUND_FAILED ? TEXT("refused") : TEXT("gone");
		if (own.first) issue_add(sink, own.first->code, TEXT(""), TEXT(""));
	}
	reader_close(rd);
}

static void remove_beside(arena *a, const char *file)
{
	unlink(text_z(a, text_format(a, "%s-wal", file)));
	unlink(text_z(a, text_format(a, "%s-shm", file)));
}

typedef struct verdict {
	int refused, named, unharmed, wrong;
} verdict;

/* Opens a damaged file: refused; or what is read is right or refused, and where something is not right the check says so. */
static void examine(const char *file, const answers *right, verdict *v, int64_t place_)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a}, reading = {.arena = a};
	const record_options o = {
	    .use = RECORD_CHECK, .file = text_of(file), .world = world_real(), .base = TEXT("http://limen.test/fhir")};
	record *r = record_open(a, &o, &sink);
	if (!r) {
		v->refused++;
		arena_free(a);
		return;
	}
	answers now = {0};
	check_report report = {0};
	read_all(r, a, &now, &reading);
	issues said = {.arena = a};
	bool checked = record_check(r, a, &report, &said);
	bool told = !checked || report.broken_digests + report.broken_index + report.broken_derived > 0;
	record_close(r);
	int differing = 0;
	for (int i = 0; i < 40; i++) {
		bool same = text_equal(now.at[i], right->at[i]);
		differing += !same;
		/* Another body than was written is never given out. */
		if (same || text_equal(now.at[i], TEXT("refused")) || text_equal(now.at[i], TEXT("gone"))) continue;
		v->wrong++;
		print_error("byte %lld: p%d reads as %.*s\n", (long long)place_, i, TEXT_ARG(now.at[i]));
	}
	if (differing && !told) {
		v->wrong++;
		print_error("byte %lld: %d read differently, and the check says nothing\n", (long long)place_,
			    differing);
	}
	v->named += told;
	v->unharmed += !told;
	arena_free(a);
}

TEST(flipped_bytes)
{
	int64_t rounds = 250;
	const char *set = getenv("LIMEN_ROUNDS");
	if (set) assert_true(text_to_int(text_of(set), &rounds));
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *folder = temp_folder(), *file = file_in(a, folder, "limen.db"), *bad = file_in(a, folder, "bad.db");
	if (test_on_postgres()) SKIP("PostgreSQL keeps its own files");
	text sound = sound_file(a, file);
	record *r = open_record_at(a, file, NULL);
	answers right = {0};
	read_all(r, a, &right, &sink);
	record_close(r);
	random_state random = random_seed(11);
	verdict v = {0};
	char *bytes = arena_bytes(a, sound.len);
	log_open(world_real(), LOG_ERROR + 1, 2);
	for (int64_t i = 0; i < rounds; i++) {
		memcpy(bytes, sound.at, (size_t)sound.len);
		int64_t at = random_below(&random, sound.len);
		bytes[at] = (char)(bytes[at] ^ (1 << random_below(&random, 8)));
		write_bytes(bad, (text){bytes, sound.len});
		remove_beside(a, bad);
		examine(bad, &right, &v, at);
	}
	log_open(world_real(), LOG_INFO, 2);
	print_message(
	    "%d flipped bits in a file of %lld bytes: %d times not opened, %d times named, %d times without effect\n",
	    (int)rounds, (long long)sound.len, v.refused, v.named, v.unharmed);
	assert_int_equal(v.wrong, 0);
	assert_true(v.named > rounds / 20);
}

/* The body of one patient, altered where it lies: refused at reading, named by the check. */
TEST(a_damaged_resource_is_named)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *file = file_in(a, temp_folder(), "limen.db");
	if (test_on_postgres()) SKIP("PostgreSQL keeps its own files");
	text sound = sound_file(a, file);
	record *r = open_record_at(a, file, NULL);
	reader *rd = record_reader(r, &anna, a, &sink);
	version v;
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p17"), &v, &sink), FOUND);
	reader_close(rd);
	text kept = kept_body(r, a, v.sequence);
	record_close(r);
	int64_t at = text_find(sound, kept) + kept.len / 2;
	assert_true(at > kept.len);
	char *bytes = arena_bytes(a, sound.len);
	memcpy(bytes, sound.at, (size_t)sound.len);
	bytes[at] ^= 0x10;
	write_bytes(file, (text){bytes, sound.len});
	remove_beside(a, file);
	log_open(world_real(), LOG_ERROR + 1, 2);
	r = open_record_at(a, file, NULL);
	rd = record_reader(r, &anna, a, &sink);
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p17"), &v, &sink), FOUND_FAILED);
	assert_int_equal(sink.first->code, FAIL_RECORD_DAMAGED);
	assert_text(sink.first->args[0], TEXT("Patient/p17"));
	sink = (issues){.arena = a};
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p18"), &v, &sink), FOUND);
	reader_close(rd);
	check_report report;
	record_check(r, a, &report, &sink);
	log_open(world_real(), LOG_INFO, 2);
	assert_int_equal(report.broken_digests, 1);
	assert_int_equal(sink.first->code, FAIL_CHECK_BODY);
	assert_text(sink.first->args[0], TEXT("Patient/p17"));
	record_close(r);
	sink = (issues){.arena = a};
	log_open(world_real(), LOG_ERROR + 1, 2);
	record_verify(text_of(file), a, &report, &sink);
	log_open(world_real(), LOG_INFO, 2);
	assert_int_equal(report.broken_digests, 1);
}

TEST(a_torn_end)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *folder = temp_folder(), *file = file_in(a, folder, "limen.db"), *bad = file_in(a, folder, "bad.db");
	if (test_on_postgres()) SKIP("PostgreSQL keeps its own files");
	text sound = sound_file(a, file);
	record *r = open_record_at(a, file, NULL);
	answers right = {0};
	read_all(r, a, &right, &sink);
	record_close(r);
	verdict v = {0};
	log_open(world_real(), LOG_ERROR + 1, 2);
	for (int64_t cut = 1; cut < sound.len; cut = cut * 2 + 777) {
		write_bytes(bad, text_slice(sound, 0, sound.len - cut));
		remove_beside(a, bad);
		examine(bad, &right, &v, sound.len - cut);
	}
	log_open(world_real(), LOG_INFO, 2);
	assert_int_equal(v.wrong, 0);
	assert_int_equal(v.unharmed, 0);
	check_report report;
	sink = (issues){.arena = a};
	write_bytes(bad, text_slice(sound, 0, sound.len - 5000));
	assert_false(record_verify(text_of(bad), a, &report, &sink) && report.broken_digests == 0);
	write_bytes(bad, TEXT("this is no database, only words that stand in a file"));
	sink = (issues){.arena = a};
	assert_false(record_verify(text_of(bad), a, &report, &sink));
	assert_int_equal(sink.first->code, FAIL_STORE_CORRUPT);
}

/* ---- earlier schemas ---- */

static void file_of_sql(arena *a, const char *file, const char *sql_file)
{
	sqlite3 *db;
	text sql = read_file(a, sql_file);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text_z(a, sql), NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* tests/record/schema-N.sql: a file as the Limen of schema N left it, as SQL. A new schema adds the file of the one before. */
TEST(files_of_earlier_schemas)
{
	if (test_on_postgres()) SKIP("the files are SQLite's");
	for (int n = 1;; n++) {
		arena *a = test_arena();
		issues sink = {.arena = a};
		const char *sql = text_z(a, text_format(a, "tests/record/schema-%d.sql", n));
		if (access(sql, R_OK) != 0) {
			assert_true(n > 1);
			break;
		}
		const char *file = file_in(a, temp_folder(), "limen.db");
		file_of_sql(a, file, sql);
		record *r = open_record_at(a, file, NULL);
		check_clean(r, a);
		assert_text(search_ids(r, a, "Patient", "family=Ægidius&birthdate=1970-01-02"), TEXT("p"));
		assert_text(search_ids(r, a, "Task", "patient=Patient/p&status=requested"), TEXT("t"));
		assert_text(search_ids(r, a, "Observation", "value-quantity=5.4||mg"), TEXT("o"));
		reader *rd = record_reader(r, &anna, a, &sink);
		version v;
		assert_int_equal(record_vread(rd, TEXT("Patient"), TEXT("p"), 1, &v, &sink), FOUND);
		assert_true(text_find(v.json, TEXT("1970-01-01")) > 0);
		assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("d"), &v, &sink), FOUND_DELETED);
		reader_close(rd);
		assert_int_equal(put(r, a, "Patient", "p", "'gender':'male'").version, 3);
		check_clean(r, a);
		record_close(r);
	}
}

TESTS(T(what_the_law_wants_gone), T(copies_beside_traffic), T(flipped_bytes), T(a_damaged_resource_is_named),
      T(a_torn_end), T(files_of_earlier_schemas))
