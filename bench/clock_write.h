/* clock_write.h: what one write costs in the writer: the facts of the written resource, the members, and all clocks of its pathway of
 * MEMBERS resources, inside a store on disk with more pathways beside it. Two derivers of our own, one before and one after those of
 * pathway/ and clock/, note when these begin and end, as they apply and as they settle. Each write changes what some clock depends on;
 * one in five brings a letter or takes it away. Included by bench/clock.c. */
#ifndef LIMEN_BENCH_CLOCK_WRITE_H
#define LIMEN_BENCH_CLOCK_WRITE_H

#include "clock/clock.h"

#include <unistd.h>

enum { MEMBERS = 100, BESIDE = 200, WRITES = 4000, WARM_UP = 400 };
#define WRITE_FILE "build/bench-data/clock.db"

static int64_t watch_began, watch_spent; /* ns, of the commit at hand */

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool watch_begin_apply(void *self, deriving *dv, const change *c, issues *sink)
{
	(void)self, (void)dv, (void)c, (void)sink;
	watch_began = now_ns();
	return true;
}

static bool watch_end_apply(void *self, deriving *dv, const change *c, issues *sink)
{
	(void)self, (void)dv, (void)c, (void)sink;
	watch_spent += now_ns() - watch_began;
	return true;
}

static bool watch_begin_settle(void *self, deriving *dv, issues *sink)
{
	return watch_begin_apply(self, dv, NULL, sink);
}

static bool watch_end_settle(void *self, deriving *dv, issues *sink)
{
	return watch_end_apply(self, dv, NULL, sink);
}

/* ---- the pathways ---- */

typedef struct writes {
	record *record;
	arena *arena;
} writes;

static const caller write_caller = {.actor = {"PractitionerRole/dr-b", 21}, .purpose = {"TREAT", 5}, .scope = {"*", 1}};

/* `more`: members of the object, with ' for ". */
static void put(writes *w, const char *type, text id, text more)
{
	issues sink = {.arena = w->arena};
	buffer b = {.arena = w->arena};
	doc d;
	written out;
	buffer_format(&b, "{\"resourceType\":\"%s\",\"id\":\"%.*s\",", type, TEXT_ARG(id));
	for (int64_t i = 0; i < more.len; i++) buffer_char(&b, more.at[i] == '\'' ? '"' : more.at[i]);
	buffer_char(&b, '}');
	bool parsed = json_parse_resource(w->arena, buffer_text(&b), TEXT("bench"), &sink, &d);
	write_op op = {.method = WRITE_UPDATE, .resource = &d, .type = text_of(type), .id = id, .checked = true};
	if (!parsed || !record_commit(w->record, &write_caller, &op, 1, w->arena, &sink, &out))
		stop("a write was refused:", text_z(w->arena, issue_line(w->arena, sink.first, LANGUAGE_EN)));
}

static text numbered(writes *w, const char *kind, int pathway, int n)
{
	return text_format(w->arena, "%s%d-%d", kind, pathway, n);
}

/* `n` writes it anew, each time otherwise. */
static void put_referral(writes *w, int pathway, int n)
{
	put(w, "ServiceRequest", numbered(w, "r", pathway, 0),
	    text_format(
		w->arena,
		"'extension':[{'url':'urn:limen:visitation','extension':[{'url':'at','valueDateTime':'2026-03-04T09:%"
		"02d:00+01:"
		"00'}]}],'status':'active','intent':'order','category':[{'coding':[{'system':'http://snomed.info/"
		"sct','code':'3457005'},{'system':'urn:limen:referral-class','code':'%s'}]}],'subject':{'reference':'"
		"Patient/"
		"p1'},'authoredOn':'2026-03-02'",
		n % 60, n % 2 ? "udredning" : "behandling"));
}

static void put_appointment(writes *w, int pathway, int number, int n)
{
	put(w, "Appointment", numbered(w, "a", pathway, number),
	    text_format(w->arena,
			"'status':'booked','created':'2026-03-%02dT10:%02d:00+01:00','start':'2026-04-%02dT09:00:00+02:"
			"00','end':'2026-"
			"04-%02dT09:30:00+02:00','basedOn':[{'reference':'ServiceRequest/"
			"r%d-0'}],'participant':[{'actor':{'display':'x'"
			"},'status':'accepted'}]",
			4 + n % 20, n % 60, 1 + number, 1 + number, pathway));
}

static void put_letter(writes *w, int pathway, int number, int n)
{
	put(w, "Communication", numbered(w, "c", pathway, number),
	    text_format(w->arena,
			"'status':'completed','category':[{'coding':[{'system':'urn:limen:communication','code':'"
			"indkaldelse'}]}],"
			"'basedOn':[{'reference':'ServiceRequest/"
			"r%d-0'}],'sent':'2026-03-04T10:00:00+01:00','received':'2026-03-%02dT10:"
			"%02d:00+01:00'",
			pathway, 5 + n % 20, n % 60));
}

static void put_contact(writes *w, int pathway, int number, int n)
{
	put(w, "Encounter", numbered(w, "e", pathway, number),
	    text_format(w->arena,
			"'status':'finished','class':{'code':'AMB'},'basedOn':[{'reference':'ServiceRequest/"
			"r%d-0'}],'period':{'start':'"
			"2026-04-%02dT09:00:00+02:00','end':'2026-04-%02dT10:%02d:00+02:00'}",
			pathway, 1 + number % 28, 1 + number % 28, n % 60));
}

static void put_note(writes *w, int pathway, int number, int n)
{
	put(w, "Composition", numbered(w, "n", pathway, number),
	    text_format(w->arena,
			"'status':'final','type':{'text':'notat'},'title':'Notat','author':[{'display':'x'}],'"
			"encounter':{'reference':'"
			"Encounter/e%d-%d'},'date':'2026-04-%02dT11:%02d:00+02:00'",
			pathway, number, 1 + number % 28, n % 60));
}

/* A letter more, which the pathway had not, and then without it again. */
static void put_extra(writes *w, int pathway, bool comes)
{
	issues sink = {.arena = w->arena};
	written out;
	if (comes) {
		put_letter(w, pathway, MEMBERS, 1);
		return;
	}
	write_op op = {.method = WRITE_DELETE, .type = TEXT("Communication"), .id = numbered(w, "c", pathway, MEMBERS)};
	if (!record_commit(w->record, &write_caller, &op, 1, w->arena, &sink, &out))
		stop("a delete was refused:", text_z(w->arena, issue_line(w->arena, sink.first, LANGUAGE_EN)));
}

/* Of those of its own: every other is a letter or an appointment, then contacts with a note each. */
static void put_member(writes *w, int pathway, int number, int n)
{
	static void (*const kinds[])(writes *, int, int, int) = {put_appointment, put_letter, put_contact, put_note};
	if (number == 0)
		put_referral(w, pathway, n);
	else
		kinds[number % 4](w, pathway, number / 4, n);
}

/* The referral makes the pathway's EpisodeOfCare: one member more. */
static void pathway_put(writes *w, int pathway, int members)
{
	for (int number = 0; number < members - 1; number++) {
		put_member(w, pathway, number, 0);
		arena_reset(w->arena);
	}
}

/* ---- the measuring ---- */

static int by_size(const void *xp, const void *yp)
{
	int64_t x = *(const int64_t *)xp, y = *(const int64_t *)yp;
	return (x > y) - (x < y);
}

static void write_store_open(bench *b, writes *w)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	issues sink = {.arena = b->arena};
	mkdir("build/bench-data", 0755);
	for (int i = 0; i < 4; i++) unlink(text_z(b->arena, text_format(b->arena, "%s%s", WRITE_FILE, ends[i])));
	record_register(&(deriver){.name = "watch-begin", .apply = watch_begin_apply, .settle = watch_begin_settle});
	pathway_register(b->image);
	clock_register(b->image);
	record_register(&(deriver){.name = "watch-end", .apply = watch_end_apply, .settle = watch_end_settle});
	w->arena = arena_new(256 * MIB);
	w->record = record_open(
	    b->arena, &(record_options){.file = TEXT(WRITE_FILE), .world = world_real(), .content = b->image}, &sink);
	if (!w->record) stop("no store:", text_z(b->arena, issue_line(b->arena, sink.first, LANGUAGE_EN)));
}

static int members_of(bench *b, writes *w)
{
	issues sink = {.arena = b->arena};
	int64_t *rids;
	reader *rd = record_reader(w->record, &write_caller, b->arena, &sink);
	text id = uuid_of_name(b->arena, TEXT("pathway:ServiceRequest/r0-0"));
	int64_t rid = record_rid(rd, TEXT("EpisodeOfCare"), id);
	int count = rid ? pathway_members(reader_snapshot(rd), rid, b->arena, &rids, &sink) : 0;
	reader_close(rd);
	return count;
}

static void write_report(bench *b)
{
	static int64_t ns[WRITES];
	writes w;
	write_store_open(b, &w);
	put(&w, "Patient", TEXT("p1"), TEXT("'gender':'male'"));
	put(&w, "PractitionerRole", TEXT("dr-b"),
	    TEXT("'code':[{'coding':[{'system':'urn:limen:role','code':'doctor'}]}]"));
	for (int pathway = 1; pathway <= BESIDE; pathway++) pathway_put(&w, pathway, 12);
	pathway_put(&w, 0, MEMBERS);
	for (int n = 0; n < WARM_UP + WRITES; n++) {
		watch_spent = 0;
		if (n % 10 < 2)
			put_extra(&w, 0, n % 10 == 0);
		else
			put_member(&w, 0, n % (MEMBERS - 1), n / (MEMBERS - 1) + 1);
		if (n >= WARM_UP) ns[n - WARM_UP] = watch_spent;
		arena_reset(w.arena);
	}
	int members = members_of(b, &w);
	record_close(w.record);
	if (members != MEMBERS) stop("the pathway has not 100 members", "");
	qsort(ns, WRITES, sizeof *ns, by_size);
	printf("clock.write_members %d\n", members);
	printf("clock.write_p50_us %.0f\n", (double)ns[WRITES / 2] / 1e3);
	printf("clock.write_p99_us %.0f\n", (double)ns[WRITES * 99 / 100] / 1e3);
}

#endif
