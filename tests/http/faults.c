/* The n-th write, the n-th sync, the n-th allocation fails, all through a conversation: every answer is an answer, what was refused is not
 * there, what was acknowledged is, and afterwards all goes on. The disk is that of vfs/power.h; memory is refused in Limen's arenas
 * (arena_refuse) and in SQLite's allocator. LIMEN_LONG takes every n; else some are left out. */
#define LIMEN_OS /* reads LIMEN_LONG */
#include "desk.h"

#include "vfs/power.h"

#include <stdatomic.h>
#include <sqlite3.h>

static desk *the_desk;
static int round_number;

/* ---- SQLite's memory, refused at the n-th time ---- */

static sqlite3_mem_methods own_memory;
static atomic_llong memory_asked, memory_refuse;

static bool memory_refused(void)
{
	return atomic_fetch_add(&memory_asked, 1) + 1 == atomic_load(&memory_refuse);
}

static void *memory_get(int n)
{
	return memory_refused() ? NULL : own_memory.xMalloc(n);
}

static void *memory_grow(void *at, int n)
{
	return memory_refused() ? NULL : own_memory.xRealloc(at, n);
}

static int64_t memory_fail(int64_t nth)
{
	atomic_store(&memory_refuse, nth);
	return atomic_exchange(&memory_asked, 0);
}

static void memory_take_over(void)
{
	static sqlite3_mem_methods methods;
	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &own_memory);
	methods = own_memory;
	methods.xMalloc = memory_get;
	methods.xRealloc = memory_grow;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods), SQLITE_OK);
}

/* ---- the conversation ---- */

typedef struct expected {
	const char *type;
	int version; /* 0: not there */
} expected;

typedef struct talk {
	arena *arena;
	expected patient, referral, note;
	int refused;
} talk;

static int ask(talk *t, const char *method, text target, text body)
{
	http_response p = http_call(&the_desk->app, t->arena, &tester, method, target, body);
	bool failed = p.status >= 400;
	bool said = text_find(p.body, TEXT("\"OperationOutcome\"")) >= 0;
	if (p.status < 200 || (failed && !said)) fail_msg("%s %.*s: status %d", method, TEXT_ARG(target), p.status);
	t->refused += failed;
	return p.status;
}

/* A write: where it is acknowledged the next version is there. */
static void put(talk *t, expected *e, const char *more)
{
	text target = text_format(t->arena, "/fhir/%s/f%d", e->type, round_number);
	text body = text_format(t->arena, "{\"resourceType\":\"%s\",\"id\":\"f%d\",%s", e->type, round_number, more);
	if (ask(t, "PUT", target, body) < 300) e->version++;
}

static void converse(talk *t)
{
	t->patient.type = "Patient";
	t->referral.type = "ServiceRequest";
	t->note.type = "Basic";
	text subject = text_format(t->arena, "\"subject\":{\"reference\":\"Patient/f%d\"}}", round_number);
	text referral =
	    text_format(t->arena,
			"\"status\":\"active\",\"intent\":\"order\",\"authoredOn\":\"2026-11-19\",\"category\":[{"
			"\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],%.*s",
			TEXT_ARG(subject));
	put(t, &t->patient, "\"name\":[{\"family\":\"Fejl\"}]}");
	put(t, &t->referral, text_z(t->arena, referral));
	ask(t, "GET", text_format(t->arena, "/fhir/Task?patient=Patient/f%d&_sort=_lastUpdated", round_number),
	    (text){0});
	put(t, &t->patient, "\"name\":[{\"family\":\"Fejl\",\"given\":[\"Igen\"]}]}");
	put(t, &t->note, "\"code\":{\"text\":\"n\"}}");
	ask(t, "GET", text_format(t->arena, "/fhir/Patient/f%d", round_number), (text){0});
	ask(t, "GET", TEXT("/fhir/EpisodeOfCare/$open-ends"), (text){0});
}

static void hold_against(talk *t, const expected *e)
{
	text target = text_format(t->arena, "/fhir/%s/f%d", e->type, round_number);
	http_response p = http_call(&the_desk->app, t->arena, &tester, "GET", target, (text){0});
	text wanted = e->version ? text_format(t->arena, "W/\"%d\"", e->version) : (text){0};
	if (p.status != (e->version ? 200 : 404) || !text_equal(http_header_of(&p, TEXT("ETag")), wanted))
		fail_msg("%.*s: status %d, version %.*s, expected %d", TEXT_ARG(target), p.status,
			 TEXT_ARG(http_header_of(&p, TEXT("ETag"))), e->version);
}

static void check_whole(void)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	check_report r;
	if (!record_check(the_desk->app.record, a, &r, &sink) || r.broken_digests + r.broken_index + r.broken_derived)
		desk_fail(a, &sink);
	arena_free(a);
}

/* One conversation in which the n-th fails; how many answers were refusals. */
typedef void arming(int64_t nth);

static int conversation(arming *arm, int64_t nth)
{
	talk t = {.arena = arena_new(REQUEST_ARENA_MAX)};
	round_number++;
	arm(nth);
	converse(&t);
	arm(0);
	hold_against(&t, &t.patient);
	hold_against(&t, &t.referral);
	hold_against(&t, &t.note);
	arena_free(t.arena);
	return t.refused;
}

static void sweep(const char *what, arming *arm, int64_t all, int64_t some)
{
	int64_t step = getenv("LIMEN_LONG") ? 1 : all / some + 1;
	int refusals = 0, rounds = 0;
	for (int64_t n = 1; n <= all; n += step) {
		refusals += conversation(arm, n);
		if (++rounds % 25 == 0) check_whole();
	}
	assert_int_equal(conversation(arm, 0), 0);
	check_whole();
	print_message("%s: %lld in the conversation, failed one by one in %d, %d requests refused\n", what,
		      (long long)all, rounds, refusals);
	assert_true(refusals > 0);
}

/* ---- what fails ---- */

static void arm_full(int64_t nth)
{
	power_fail_after(POWER_FULL, nth, nth > 0);
	if (!nth) power_mend();
}

static void arm_write(int64_t nth)
{
	power_fail_after(nth ? POWER_IO_WRITE : POWER_OK, nth, false);
}

static void arm_sync(int64_t nth)
{
	power_fail_after(nth ? POWER_IO_SYNC : POWER_OK, nth, nth > 0); /* from the n-th call on */
}

static void arm_read_only(int64_t nth)
{
	power_fail_after(nth ? POWER_READ_ONLY : POWER_OK, nth, nth > 0);
}

static void arm_arena(int64_t nth)
{
	arena_refuse(nth);
}

static void arm_sqlite(int64_t nth)
{
	memory_fail(nth);
}

TEST(opening)
{
	memory_take_over();
	power_register();
	power_wipe(3);
	the_desk = desk_open_on(TEXT("limen.db"), "power");
	/* What is compiled once and kept is there before anything fails. */
	assert_int_equal(conversation(arm_full, 0), 0);
	assert_int_equal(conversation(arm_full, 0), 0);
}

static int64_t disk_calls(void)
{
	int64_t before = power.calls;
	conversation(arm_full, 0);
	return power.calls - before;
}

TEST(a_full_disk)
{
	sweep("a full disk", arm_full, disk_calls(), 60);
}
TEST(writes_that_fail)
{
	sweep("failing writes", arm_write, disk_calls(), 60);
}
TEST(syncs_that_fail)
{
	sweep("failing syncs", arm_sync, disk_calls(), 60);
}
TEST(a_read_only_disk)
{
	sweep("a read-only disk", arm_read_only, disk_calls(), 30);
}

TEST(memory_of_ours)
{
	arena_refuse(0);
	conversation(arm_full, 0);
	sweep("memory of ours", arm_arena, arena_refuse(0), 150);
}

TEST(memory_of_sqlite)
{
	memory_fail(0);
	conversation(arm_full, 0);
	sweep("memory of SQLite's", arm_sqlite, memory_fail(0), 150);
}

TEST(closing)
{
	desk_close(the_desk);
	power_cut(); /* closed is durable */
	power_restore();
	the_desk = desk_open_on(TEXT("limen.db"), "power");
	check_whole();
	desk_close(the_desk);
	power_wipe(0);
}

TESTS(T(opening), T(a_full_disk), T(writes_that_fail), T(syncs_that_fail), T(a_read_only_disk), T(memory_of_ours),
      T(memory_of_sqlite), T(closing))
