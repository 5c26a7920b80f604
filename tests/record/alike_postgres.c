/* The same writes to a record on either engine, with the same clock and the same entropy: the same versions, the same answers to the same
 * searches in the same order, page by page, the same feed, the same chain of digests. */
#include "fixture.h"

enum { WRITES = 1200, PAGES_MAX = 60 };

static const char *const searches[][2] = {
    {"Patient", "_count=7"},
    {"Patient", "_sort=family&_count=9"},
    {"Patient", "_sort=-family,birthdate&_count=11"},
    {"Patient", "_sort=-_lastUpdated&_count=13"},
    {"Patient", "_sort=_id&_count=10"},
    {"Patient", "family=m"},
    {"Patient", "family:exact=Møller1"},
    {"Patient", "family:contains=ll"},
    {"Patient", "family=%C3%A6,%C3%A5&_sort=given"},
    {"Patient", "birthdate=ge1950&birthdate=lt1970-06&_sort=birthdate"},
    {"Patient", "gender=female&_sort=-birthdate"},
    {"Patient", "gender:missing=true"},
    {"Patient", "identifier=urn:x%7C12,13"},
    {"Patient", "gender:not=female&_count=20"},
    {"Task", "patient=Patient/x3"},
    {"Task", "patient.family=b&_sort=_id"},
    {"Task", "status=requested&_sort=authored-on&_count=15"},
    {"Task", "_include=Task:patient&_count=8"},
    {"Observation", "value-quantity=gt20&_sort=-value-quantity&_count=12"},
    {"Observation", "value-quantity=le20&date=ge2026-02&_sort=date"},
    {"Observation", "subject=Patient/x1,Patient/x2&_summary=count"},
    {"Patient", "_has:Observation:subject:code=c1&_sort=_id"},
    {"Patient", "_id=x1,x2,x3,x90"},
    {"Patient", "_lastUpdated=ge2026-01-01&_summary=count"},
};

enum { ENGINES = 2 };
static record *records[ENGINES];
static world worlds[ENGINES];

/* ---- writes ---- */

static text some_patient(arena *a, random_state *r)
{
	static const char *const names[] = {"Møller", "Ærø",       "Åby",     "Bo",   "Ballum",
					    "aaby",   "Østergård", "Mønsted", "Zahle"};
	buffer b = {.arena = a};
	buffer_format(&b, "'name':[{'family':'%s%d','given':['G%d','\\u00e6\\ud83d\\ude00']}]",
		      names[random_below(r, 9)], (int)random_below(r, 3), (int)random_below(r, 20));
	if (random_below(r, 4))
		buffer_add(&b, random_below(r, 2) ? TEXT(",'gender':'female'") : TEXT(",'gender':'male'"));
	if (random_below(r, 5))
		buffer_format(&b, ",'birthDate':'19%02d-0%d'", (int)random_below(r, 99), 1 + (int)random_below(r, 9));
	buffer_format(&b, ",'identifier':[{'system':'urn:x','value':'%d'}]", (int)random_below(r, 40));
	return buffer_text(&b);
}

static text some_task(arena *a, random_state *r)
{
	return text_format(
	    a, "'status':'%s','intent':'order','for':{'reference':'Patient/x%d'},'authoredOn':'2026-0%d-1%dT10:00:00Z'",
	    random_below(r, 3) ? "requested" : "completed", (int)random_below(r, 100), 1 + (int)random_below(r, 9),
	    (int)random_below(r, 9));
}

static text some_observation(arena *a, random_state *r)
{
	return text_format(
	    a,
	    "'status':'final','code':{'coding':[{'system':'urn:c','code':'c%d'}]},'subject':{'reference':"
	    "'Patient/x%d'},'effectiveDateTime':'2026-0%d','valueQuantity':{'value':%d.%d,'unit':'mg','system':"
	    "'http://unitsofmeasure.org','code':'mg'}",
	    (int)random_below(r, 6), (int)random_below(r, 100), 1 + (int)random_below(r, 9), (int)random_below(r, 60),
	    (int)random_below(r, 100));
}

/* One write, or a few together; of which some must fail. */
static void write_some(arena *a, random_state *r)
{
	write_op ops[3] = {0};
	int count = 1 + (random_below(r, 6) == 0) * 2;
	for (int i = 0; i < count; i++) {
		static const char *const types[] = {"Patient", "Task", "Observation"};
		int which = (int)random_below(r, 3), id = (int)random_below(r, 100);
		text more = which == 0 ? some_patient(a, r) : which == 1 ? some_task(a, r) : some_observation(a, r);
		bool create = random_below(r, 4) == 0, remove = random_below(r, 12) == 0;
		char *name = text_z(a, create ? TEXT("") : text_format(a, "x%d", id));
		ops[i] = (write_op){.method = remove   ? WRITE_DELETE
					      : create ? WRITE_CREATE
						       : WRITE_UPDATE,
				    .type = text_of(types[which]),
				    .id = text_of(remove && create ? "x1" : name),
				    .if_match = random_below(r, 10) == 0 ? 1 + random_below(r, 3) : 0};
		if (!remove) ops[i].resource = resource(a, types[which], name, text_z(a, more));
	}
	bool ok[ENGINES];
	written out[ENGINES][3];
	issues sinks[ENGINES] = {{.arena = a}, {.arena = a}};
	for (int e = 0; e < ENGINES; e++) ok[e] = record_commit(records[e], &anna, ops, count, a, &sinks[e], out[e]);
	if (ok[0] != ok[1]) show(&sinks[ok[0]]);
	assert_int_equal(ok[0], ok[1]);
	if (!ok[0]) assert_int_equal(sinks[0].first->code, sinks[1].first->code);
	for (int i = 0; ok[0] && i < count; i++) {
		assert_text(out[1][i].id, out[0][i].id);
		assert_text(out[1][i].json, out[0][i].json);
		assert_int_equal(out[1][i].version, out[0][i].version);
		assert_int_equal(out[1][i].sequence, out[0][i].sequence);
	}
}

/* ---- reads ---- */

/* Every page, with its own link to the next. */
static text all_pages(record *r, arena *a, const char *type, const char *query)
{
	buffer b = {.arena = a};
	text next = text_of(query);
	for (int page = 0; page < PAGES_MAX && next.len; page++) {
		issues sink = {.arena = a};
		search_answer out;
		if (!try_search(r, a, &anna, type, text_z(a, next), false, &out, &sink)) {
			buffer_format(&b, "refused: %s\n", failure_name(sink.first->code));
			break;
		}
		buffer_add(&b, ids_of(a, &out));
		buffer_format(&b, " of %lld, next %.*s\n", (long long)out.total, TEXT_ARG(out.next));
		for (int i = 0; i < out.count; i++) buffer_add(&b, out.entries[i].version.json);
		next = out.next;
	}
	return buffer_text(&b);
}

static text the_feed(record *r, arena *a)
{
	buffer b = {.arena = a};
	int64_t after = 0;
	for (int n = 1; n > 0;) {
		issues sink = {.arena = a};
		feed_event *events;
		n = record_feed(r, &anna, after, 100, 0, a, &events, &sink);
		for (int i = 0; i < n; i++) {
			after = events[i].sequence;
			buffer_format(&b, "%lld %.*s/%.*s %lld %d\n", (long long)after, TEXT_ARG(events[i].type),
				      TEXT_ARG(events[i].id), (long long)events[i].version, (int)events[i].method);
		}
	}
	return buffer_text(&b);
}

/* The chain's last link says whether all before it is the same. */
static text chain_end(record *r, arena *a)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &anna, a, &sink);
	static const table log_end = {.name = "log",
				      .columns = {{"seq", CELL_INT}, {"chain", CELL_BYTES}},
				      .column_count = 2,
				      .key_columns = 1,
				      .rowid = true};
	cell row[2];
	assert_int_equal(store_last(reader_snapshot(rd), &log_end, a, row, &sink), STORE_OK);
	reader_close(rd);
	return row[1].text;
}

TEST(the_same_writes_the_same_record)
{
	arena *a = test_arena();
	random_state random = random_seed(15);
	for (int e = 0; e < ENGINES; e++) {
		issues sink = {.arena = a};
		worlds[e] = world_simulated(SECONDS(1780000000), 15);
		record_options o = {.file = e ? test_store(a, ":memory:") : TEXT(":memory:"),
				    .world = &worlds[e],
				    .base = TEXT("http://limen.test/fhir")};
		records[e] = record_open(a, &o, &sink);
		assert_non_null(records[e]);
	}
	for (int i = 0; i < WRITES; i++) {
		arena *scratch = arena_new(64 * MIB);
		for (int e = 0; e < ENGINES; e++) world_set(&worlds[e], SECONDS(1780000000 + i));
		write_some(scratch, &random);
		arena_free(scratch);
	}
	assert_int_equal(record_sequence(records[0]), record_sequence(records[1]));
	assert_text(chain_end(records[1], a), chain_end(records[0], a));
	assert_text(the_feed(records[1], a), the_feed(records[0], a));
	for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
		arena *scratch = arena_new(REQUEST_ARENA_MAX);
		text one = all_pages(records[0], scratch, searches[i][0], searches[i][1]);
		if (text_starts(one, TEXT("refused")))
			print_error("%s?%s %.*s\n", searches[i][0], searches[i][1], TEXT_ARG(one));
		assert_false(text_starts(one, TEXT("refused")));
		assert_text(all_pages(records[1], scratch, searches[i][0], searches[i][1]), one);
		arena_free(scratch);
	}
	for (int e = 0; e < ENGINES; e++) {
		check_clean(records[e], a);
		record_close(records[e]);
	}
}

TESTS(T(the_same_writes_the_same_record))
