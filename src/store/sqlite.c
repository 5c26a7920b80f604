/* The first engine: SQLite in WAL mode, synchronous=FULL: a commit is on disk when it returns. The only file that knows sqlite3.h. */
#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
	BUSY_WAIT_MS = 10000,  /* another process of ours may hold the write lock that long */
	CACHE_KIB = 16 * 1024, /* pages kept per connection */
	TIDY_AT_PAGES = 2000,  /* WAL pages after which tidy moves them into the file */
	CUT_AT_PAGES = 32768,  /* and begins it anew: where readers come and go without a pause it would only grow */
	CUT_WAIT_MS =
	    250, /* for the readers that look at it; later ones look into the file. Else it is tried again later */
	TIDY_FORCED_PAGES = 50000, /* where tidy is never called, the engine does it itself */
};

/* What commands say; kept prepared, since every request begins and ends with some. */
typedef enum word {
	WORD_BEGIN,
	WORD_SEE,
	WORD_BEGIN_WRITE,
	WORD_COMMIT,
	WORD_ROLLBACK,
	WORD_SAVEPOINT,
	WORD_KEEP,
	WORD_UNDO,
	WORDS
} word;
static const char *const sayings[WORDS] = {
    [WORD_BEGIN] = "BEGIN",
    [WORD_SEE] = "SELECT 1 FROM sqlite_schema LIMIT 1",
    [WORD_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [WORD_COMMIT] = "COMMIT",
    [WORD_ROLLBACK] = "ROLLBACK",
    [WORD_SAVEPOINT] = "SAVEPOINT one",
    [WORD_KEEP] = "RELEASE one",
    [WORD_UNDO] = "ROLLBACK TO one",
};

struct connection {
	sqlite3 *db;
	int wal_pages, cut_at;
	int lock; /* the claimed lock file; -1: none */
	sqlite3_stmt *said[WORDS];
};

struct statement {
	sqlite3_stmt *stmt;
	connection *connection;
	int refused; /* what a bind could not do: the step says so */
};

static failure failure_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return FAIL_STORE_FULL;
	case SQLITE_READONLY:
		return FAIL_STORE_READ_ONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return FAIL_STORE_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return FAIL_STORE_BUSY;
	case SQLITE_IOERR:
	case SQLITE_PROTOCOL:
		return FAIL_STORE_IO;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return FAIL_STORE_OPEN;
	case SQLITE_NOMEM:
		return FAIL_STORE_MEMORY;
	case SQLITE_TOOBIG:
		return FAIL_STORE_TOO_BIG;
	default:
		return FAILURE_COUNT;
	}
}

static void explain(driver_failure *why, int code, const char *words)
{
	why->code = failure_of(code);
	snprintf(why->words, sizeof why->words, "%s", words);
	if (why->code != FAILURE_COUNT) return;
	/* A wrong statement, a misuse, a broken NOT NULL: never the world's doing, always ours. */
	fprintf(stderr, "limen: sqlite %d: %s\n", code, words);
	assert(0 && "an SQL error of our own");
}

static bool worked(connection *c, int code, driver_failure *why)
{
	if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return true;
	explain(why, code, sqlite3_errmsg(c->db));
	return false;
}

static int wal_grew(void *self, sqlite3 *db, const char *name, int pages)
{
	connection *c = self;
	c->wal_pages = pages;
	if (pages > TIDY_FORCED_PAGES) sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

static bool is_wal(connection *c, driver_failure *why)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = worked(c, sqlite3_prepare_v2(c->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL), why) &&
		  worked(c, sqlite3_step(stmt), why);
	if (ok && strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") != 0) {
		/* A file system without shared memory (some network shares), where readers and writer would block each other. */
		*why = (driver_failure){.code = FAIL_STORE_OPEN};
		snprintf(why->words, sizeof why->words, "journal_mode=WAL");
		ok = false;
	}
	sqlite3_finalize(stmt);
	return ok;
}

static bool sqlite_script(connection *c, const char *sql, driver_failure *why)
{
	return worked(c, sqlite3_exec(c->db, sql, NULL, NULL, NULL), why);
}

static void sqlite_close(connection *c)
{
	for (int i = 0; i < WORDS; i++) sqlite3_finalize(c->said[i]);
	if (c->lock >= 0) close(c->lock);
	int code = sqlite3_close(c->db);
	assert(code == SQLITE_OK);
	sqlite3_free(c);
}

/* Before they are needed: to give up a transaction no memory must be missing. */
static bool learn_to_speak(connection *c, driver_failure *why)
{
	for (int w = 0; w < WORDS; w++)
		if (!worked(c, sqlite3_prepare_v3(c->db, sayings[w], -1, SQLITE_PREPARE_PERSISTENT, &c->said[w], NULL),
			    why))
			return false;
	return true;
}

static bool settle_in(connection *c, opening how, driver_failure *why)
{
	char settings[200];
	snprintf(settings, sizeof settings,
		 "PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;PRAGMA cache_size=-%d;PRAGMA trusted_schema=OFF;"
		 "PRAGMA secure_delete=ON", /* what the law wants erased leaves no trace in the pages */
		 CACHE_KIB);
	sqlite3_busy_timeout(c->db, BUSY_WAIT_MS);
	sqlite3_extended_result_codes(c->db, 1);
	if (how == OPEN_MAKER || how == OPEN_WRITER) {
		if (!is_wal(c, why)) return false;
		c->cut_at = CUT_AT_PAGES;
		sqlite3_wal_hook(c->db, wal_grew, c); /* instead of the automatic checkpoint inside a commit */
	}
	return sqlite_script(c, settings, why) && learn_to_speak(c, why);
}

/* SQLite counts the memory of all connections under one lock, which threads then wait for; nobody asks for the count. */
static void configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* refused where SQLite is in use already: then it counts */
}

static connection *sqlite_open(const char *target, const char *vfs, opening how, driver_failure *why)
{
	static const int flags[] = {[OPEN_MAKER] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
				    [OPEN_WRITER] = SQLITE_OPEN_READWRITE,
				    [OPEN_READER] = SQLITE_OPEN_READWRITE,
				    [OPEN_READ_ONLY] = SQLITE_OPEN_READONLY};
	static pthread_once_t configured = PTHREAD_ONCE_INIT;
	pthread_once(&configured, configure);
	connection *c = sqlite3_malloc(sizeof *c);
	if (!c) {
		explain(why, SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
		return NULL;
	}
	*c = (connection){.lock = -1};
	int code = sqlite3_open_v2(target, &c->db, flags[how] | SQLITE_OPEN_NOMUTEX, vfs);
	if (code != SQLITE_OK) {
		explain(why, code, c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(code));
	} else if (settle_in(c, how, why)) {
		return c;
	}
	sqlite_close(c);
	return NULL;
}

static statement *sqlite_prepare(connection *c, const char *sql, driver_ask ask, driver_failure *why)
{
	(void)ask; /* it answers at once */
	sqlite3_stmt *stmt = NULL;
	if (!worked(c, sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL), why)) return NULL;
	statement *s = sqlite3_malloc(sizeof *s);
	if (s) {
		*s = (statement){.stmt = stmt, .connection = c};
		return s;
	}
	sqlite3_finalize(stmt);
	explain(why, SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
	return NULL;
}

static void sqlite_finish(statement *s)
{
	sqlite3_finalize(s->stmt);
	sqlite3_free(s);
}

static void sqlite_bind(statement *s, int at, const cell *value, bool keep)
{
	int code = SQLITE_OK;
	/* An empty text is a text, not NULL: SQLite tells them apart by the pointer. */
	const char *bytes = value->text.at ? value->text.at : "";
	sqlite3_destructor_type whose = keep ? SQLITE_TRANSIENT : SQLITE_STATIC;
	switch (value->kind) {
	case CELL_NULL:
		code = sqlite3_bind_null(s->stmt, at);
		break;
	case CELL_INT:
		code = sqlite3_bind_int64(s->stmt, at, value->integer);
		break;
	case CELL_TEXT:
		code = sqlite3_bind_text64(s->stmt, at, bytes, (sqlite3_uint64)value->text.len, whose, SQLITE_UTF8);
		break;
	case CELL_BYTES:
		code = sqlite3_bind_blob64(s->stmt, at, bytes, (sqlite3_uint64)value->text.len, whose);
		break;
	}
	assert(code == SQLITE_OK || code == SQLITE_NOMEM || code == SQLITE_TOOBIG);
	if (code != SQLITE_OK) s->refused = code;
}

static driver_step sqlite_advance(statement *s, driver_failure *why)
{
	int code = s->refused ? s->refused : sqlite3_step(s->stmt);
	if (code == SQLITE_ROW) return STEP_ROW;
	if (code == SQLITE_DONE) return STEP_DONE;
	if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID)
		return STEP_EXISTS;
	explain(why, code, sqlite3_errmsg(s->connection->db));
	return STEP_FAILED;
}

static cell sqlite_cell(statement *s, int at, cell_kind kind)
{
	if (sqlite3_column_type(s->stmt, at) == SQLITE_NULL) return NULL_CELL;
	if (kind == CELL_INT) return INT_CELL(sqlite3_column_int64(s->stmt, at));
	/* A text's bytes too: as a text it would be ended by a zero, for which there may be no memory. */
	const void *bytes = sqlite3_column_blob(s->stmt, at);
	text t = {bytes ? bytes : "", sqlite3_column_bytes(s->stmt, at)};
	return kind == CELL_TEXT ? TEXT_CELL(t) : BYTES_CELL(t);
}

static void sqlite_restart(statement *s)
{
	sqlite3_reset(s->stmt); /* repeats the step's own error, which is known already */
	s->refused = SQLITE_OK;
}

static bool say(connection *c, word w, driver_failure *why)
{
	int code = sqlite3_step(c->said[w]);
	bool ok = worked(c, code, why);
	sqlite3_reset(c->said[w]);
	return ok;
}

static bool sqlite_command(connection *c, driver_command what, driver_failure *why)
{
	switch (what) {
	/* The select takes the snapshot now and not at the first read that happens to come. */
	case COMMAND_BEGIN_READ:
		return say(c, WORD_BEGIN, why) && say(c, WORD_SEE, why);
	case COMMAND_BEGIN_WRITE:
		return say(c, WORD_BEGIN_WRITE, why);
	case COMMAND_COMMIT:
		return say(c, WORD_COMMIT, why);
	case COMMAND_ROLLBACK:
		return sqlite3_get_autocommit(c->db) || say(c, WORD_ROLLBACK, why);
	case COMMAND_SAVEPOINT:
		return say(c, WORD_SAVEPOINT, why);
	case COMMAND_KEEP:
		return say(c, WORD_KEEP, why);
	case COMMAND_UNDO:
		return say(c, WORD_UNDO, why) && say(c, WORD_KEEP, why);
	}
	return false;
}

static bool sqlite_alive(const connection *c)
{
	return !sqlite3_get_autocommit(c->db);
}

static int64_t sqlite_changes(connection *c)
{
	return sqlite3_total_changes64(c->db);
}

static void sqlite_tidy(connection *c)
{
	if (c->wal_pages < TIDY_AT_PAGES) return;
	bool cuts = c->wal_pages >= c->cut_at;
	if (cuts) sqlite3_busy_timeout(c->db, CUT_WAIT_MS);
	/* What it cannot move now (a reader still looks at it, the disk is full) stays in the WAL, safe, for the next time. */
	int code = sqlite3_wal_checkpoint_v2(c->db, NULL, cuts ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
					     NULL, NULL);
	if (cuts) {
		sqlite3_busy_timeout(c->db, BUSY_WAIT_MS);
		c->cut_at = code == SQLITE_OK ? CUT_AT_PAGES : 2 * c->wal_pages;
	}
	c->wal_pages = 0;
}

static bool sqlite_check(connection *c, driver_failure *why)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = worked(c, sqlite3_prepare_v2(c->db, "PRAGMA integrity_check(10)", -1, &stmt, NULL), why) &&
		  worked(c, sqlite3_step(stmt), why);
	if (ok) {
		const char *found = (const char *)sqlite3_column_text(stmt, 0);
		ok = strcmp(found, "ok") == 0;
		if (!ok) explain(why, SQLITE_CORRUPT, found);
	}
	sqlite3_finalize(stmt);
	return ok;
}

static bool sqlite_has_table(connection *c, const char *name, bool *has, driver_failure *why)
{
	static const char sql[] = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
	sqlite3_stmt *stmt = NULL;
	bool ok = worked(c, sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL), why) &&
		  worked(c, sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC), why);
	int code = ok ? sqlite3_step(stmt) : SQLITE_DONE;
	*has = code == SQLITE_ROW;
	ok = ok && worked(c, code, why);
	sqlite3_finalize(stmt);
	return ok;
}

/* ---- the claim: a lock on FILE.lock, which holds the note ---- */

static bool lock_failed(driver_failure *why, const char *name)
{
	*why = (driver_failure){.code = FAIL_STORE_OPEN};
	snprintf(why->words, sizeof why->words, "%s: %s", name, strerror(errno));
	return false;
}

static bool note_agrees(int file, const char *note)
{
	char noted[128];
	ssize_t n = pread(file, noted, sizeof noted, 0);
	return text_equal((text){noted, n < 0 ? 0 : n}, text_of(note));
}

static bool sqlite_claim(connection *c, const char *note, bool take, driver_failure *why)
{
	char name[PATH_MAX];
	snprintf(name, sizeof name, "%s.lock", sqlite3_db_filename(c->db, "main"));
	int file = open(name, (take ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
	if (file < 0) return !take || lock_failed(why, name); /* nobody has written here */
	bool got = flock(file, (take ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0;
	*why = (driver_failure){.code = take ? FAIL_STORE_IN_USE : FAIL_STORE_OTHER_CONTENT};
	bool fine = got || (!take && note_agrees(file, note));
	/* Where it cannot be noted, others cannot compare: then it is not claimed. */
	ssize_t length = (ssize_t)strlen(note);
	if (take && fine && (ftruncate(file, 0) != 0 || pwrite(file, note, (size_t)length, 0) != length))
		fine = lock_failed(why, name);
	if (take && fine)
		c->lock = file;
	else
		close(file);
	return fine;
}

static bool sqlite_defined_as(connection *c, const char *name, const char *definition, bool *same, driver_failure *why)
{
	static const char sql[] =
	    "SELECT group_concat(sql || x'3b0a', '') FROM (SELECT sql FROM sqlite_schema WHERE tbl_name = ? "
	    "AND sql IS NOT NULL ORDER BY rowid)";
	sqlite3_stmt *stmt = NULL;
	bool ok = worked(c, sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL), why) &&
		  worked(c, sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC), why) &&
		  worked(c, sqlite3_step(stmt), why);
	const char *has = ok ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	*same = has && strcmp(has, definition) == 0;
	sqlite3_finalize(stmt);
	return ok;
}

/* ---- copies ---- */

/* All pages in one step: under WAL that is one state, and nobody waits for it. */
static int copy_pages(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	if (!b) return sqlite3_errcode(to);
	int code = sqlite3_backup_step(b, -1), finished = sqlite3_backup_finish(b);
	return code == SQLITE_DONE ? finished : code;
}

static bool sqlite_copy(connection *c, const char *to, driver_failure *why)
{
	sqlite3 *target = NULL;
	int code = sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (code == SQLITE_OK) code = copy_pages(target, c->db);
	if (code != SQLITE_OK) explain(why, code, sqlite3_errstr(code));
	sqlite3_close(target);
	return code == SQLITE_OK;
}

const driver driver_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .finish = sqlite_finish,
    .bind = sqlite_bind,
    .step = sqlite_advance,
    .column = sqlite_cell,
    .reset = sqlite_restart,
    .command = sqlite_command,
    .script = sqlite_script,
    .alive = sqlite_alive,
    .changes = sqlite_changes,
    .tidy = sqlite_tidy,
    .check = sqlite_check,
    .has_table = sqlite_has_table,
    .claim = sqlite_claim,
    .defined_as = sqlite_defined_as,
    .copy = sqlite_copy,
    .types = {"", "INTEGER", "TEXT", "BLOB"},
    .rowid_type = "INTEGER",
    .clustered = "WITHOUT ROWID",
    .index_hint = "INDEXED BY %s",
    .insert_else = "",
    .place_mark = '?',
    .without_tables = FAIL_STORE_CORRUPT,
};
