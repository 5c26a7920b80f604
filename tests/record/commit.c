/* Commits: versions, ids, conflicts, nothing changed, several writes, history, scope, reopening. */
#include "fixture.h"

static version read_ok(record *r, arena *a, const char *type, const char *id, found expected)
{
	issues sink = {.arena = a};
	version v = {0};
	reader *rd = record_reader(r, &anna, a, &sink);
	found f = record_read(rd, text_of(type), text_of(id), &v, &sink);
	show(&sink);
	assert_int_equal(f, expected);
	reader_close(rd);
	return v;
}

TEST(create_update_delete)
{
	arena *a = test_arena();
	record *r = open_record(a);
	written w = put(r, a, "Patient", "", "'gender':'female'");
	assert_int_equal(w.version, 1);
	assert_true(w.created);
	assert_int_equal(w.id.len, 36);
	text id = w.id;
	version v = read_ok(r, a, "Patient", text_z(a, id), FOUND);
	assert_text(v.json, w.json);
	assert_text(v.actor, TEXT("PractitionerRole/sek-a"));
	assert_text(v.purpose, TEXT("HADMIN"));
	const doc *d = parsed(a, v.json);
	uint32_t meta = doc_get(d, 0, NAME_meta);
	assert_text(doc_get_text(d, 0, NAME_id), id);
	assert_text(doc_get_text(d, meta, NAME_versionId), TEXT("1"));
	moment m;
	assert_true(moment_parse(doc_get_text(d, meta, NAME_lastUpdated), &m));
	assert_true(m.low == w.at);
	w = put(r, a, "Patient", text_z(a, id), "'gender':'male'");
	assert_int_equal(w.version, 2);
	assert_false(w.created);
	w = drop(r, a, "Patient", text_z(a, id));
	assert_int_equal(w.version, 3);
	v = read_ok(r, a, "Patient", text_z(a, id), FOUND_DELETED);
	assert_int_equal(v.number, 3);
	w = drop(r, a, "Patient", text_z(a, id));
	assert_true(w.unchanged);
	w = put(r, a, "Patient", text_z(a, id), "'gender':'other'");
	assert_int_equal(w.version, 4);
	assert_true(w.created);
	read_ok(r, a, "Patient", "nobody", FOUND_NONE);
	check_clean(r, a);
	record_close(r);
}

TEST(no_change_is_no_version)
{
	arena *a = test_arena();
	record *r = open_record(a);
	put(r, a, "Patient", "p", "'meta':{'profile':['urn:x']},'gender':'female'");
	int64_t before = record_sequence(r);
	written w = put(r, a, "Patient", "p", "'meta':{'profile':['urn:x']},'gender':'female'");
	assert_true(w.unchanged);
	assert_int_equal(w.version, 1);
	assert_true(w.json.len > 0);
	assert_int_equal(record_sequence(r), before);
	w = put(r, a, "Patient", "p", "'gender':'female','meta':{'profile':['urn:x']}");
	assert_int_equal(w.version, 2); /* another order of keys is another text */
	record_close(r);
}

static failure put_failure(record *r, arena *a, const char *id, const char *more, int64_t if_match)
{
	issues sink = {.arena = a};
	written w;
	if (try_put(r, a, resource(a, "Patient", id, more), id, if_match, &sink, &w)) return FAILURE_COUNT;
	return sink.first->code;
}

TEST(conflicts)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	put(r, a, "Patient", "p", "'gender':'female'");
	assert_int_equal(put_failure(r, a, "p", "'gender':'male'", 2), FAIL_RECORD_VERSION);
	assert_int_equal(put_failure(r, a, "q", "'gender':'male'", 1), FAIL_RECORD_VERSION_GONE);
	assert_int_equal(put_failure(r, a, "p", "'gender':'male'", -1), FAIL_RECORD_EXISTS);
	assert_int_equal(put_failure(r, a, "p", "'gender':'male'", 1), FAILURE_COUNT);
	assert_int_equal(put_failure(r, a, "a b", "'gender':'male'", 0), FAIL_RECORD_ID);
	written w[2];
	write_op create = {.method = WRITE_CREATE,
			   .resource = resource(a, "Patient", "", ""),
			   .type = TEXT("Patient"),
			   .id = TEXT("p")};
	assert_false(record_commit(r, &anna, &create, 1, a, &sink, w));
	assert_int_equal(sink.first->code, FAIL_RECORD_EXISTS);
	sink = (issues){.arena = a};
	write_op other = {.method = WRITE_UPDATE,
			  .resource = resource(a, "Patient", "x", ""),
			  .type = TEXT("Patient"),
			  .id = TEXT("y")};
	assert_false(record_commit(r, &anna, &other, 1, a, &sink, w));
	assert_int_equal(sink.first->code, FAIL_RECORD_OTHER_ID);
	sink = (issues){.arena = a};
	write_op twice[] = {other, other};
	assert_false(record_commit(r, &anna, twice, 2, a, &sink, w));
	assert_int_equal(sink.first->code, FAIL_RECORD_TWICE);
	sink = (issues){.arena = a};
	write_op strange = {
	    .method = WRITE_UPDATE, .resource = other.resource, .type = TEXT("Encounter"), .id = TEXT("x")};
	assert_false(record_commit(r, &anna, &strange, 1, a, &sink, w));
	assert_int_equal(sink.first->code, FAIL_RECORD_OTHER_TYPE);
	sink = (issues){.arena = a};
	caller nobody = {0};
	assert_false(record_commit(r, &nobody, &other, 1, a, &sink, w));
	assert_int_equal(sink.first->code, FAIL_RECORD_CALLER);
	check_clean(r, a);
	record_close(r);
}

/* Whatever stands where id and meta should be: refused with an issue, or kept; never a crash. */
TEST(odd_id_and_meta)
{
	arena *a = test_arena();
	record *r = open_record(a);
	static const char *const odd[] = {"'meta':null",
					  "'meta':[]",
					  "'meta':{}",
					  "'meta':'x'",
					  "'meta':{'lastUpdated':null}",
					  "'meta':{'versionId':7}",
					  "'meta':{'lastUpdated':['a']}",
					  "'meta':[{'lastUpdated':'2020-01-01T00:00:00Z'}]",
					  "'id':7",
					  "'id':null",
					  "'id':{}",
					  "'_id':{'extension':[]}",
					  "'meta':{'lastUpdated':'2020\\u002d01-01T00:00:00Z'}",
					  "'meta':{'_lastUpdated':{'id':'x'}}"};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		issues sink = {.arena = a};
		written w;
		bool ok = try_put(r, a, resource(a, "Patient", "", odd[i]), "odd", 0, &sink, &w);
		assert_true(ok != (sink.errors > 0));
	}
	check_clean(r, a);
	record_close(r);
}

TEST(all_or_none)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	put(r, a, "Patient", "p", "'gender':'female'");
	int64_t before = record_sequence(r);
	write_op w[] = {
	    {.method = WRITE_UPDATE,
	     .resource = resource(a, "Patient", "q", ""),
	     .type = TEXT("Patient"),
	     .id = TEXT("q")},
	    {.method = WRITE_UPDATE,
	     .resource = resource(a, "Patient", "p", "'active':true"),
	     .type = TEXT("Patient"),
	     .id = TEXT("p"),
	     .if_match = 7},
	};
	written out[2];
	assert_false(record_commit(r, &anna, w, 2, a, &sink, out));
	assert_int_equal(record_sequence(r), before);
	read_ok(r, a, "Patient", "q", FOUND_NONE);
	w[1].if_match = 1;
	assert_true(record_commit(r, &anna, w, 2, a, &sink, out));
	assert_int_equal(out[1].sequence, out[0].sequence + 1);
	assert_true(out[0].at == out[1].at);
	check_clean(r, a);
	record_close(r);
}

TEST(history)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	put(r, a, "Patient", "p", "'gender':'female'");
	put(r, a, "Patient", "other", "");
	put(r, a, "Patient", "p", "'gender':'male'");
	drop(r, a, "Patient", "p");
	reader *rd = record_reader(r, &anna, a, &sink);
	version *all, v;
	int count;
	int64_t next;
	history_query q = {.type = TEXT("Patient"),
			   .id = TEXT("p"),
			   .since = INSTANT_NONE,
			   .current_from = INSTANT_NONE,
			   .current_to = INSTANT_NONE,
			   .count = 2};
	assert_int_equal(record_history(rd, &q, &all, &count, &next, &sink), FOUND);
	assert_int_equal(count, 2);
	q.before = next;
	assert_int_equal(record_history(rd, &q, &all, &count, &next, &sink), FOUND);
	assert_int_equal(count, 1);
	assert_int_equal(next, 0);
	q.before = 0;
	q.count = 9;
	assert_int_equal(record_history(rd, &q, &all, &count, &next, &sink), FOUND);
	assert_int_equal(count, 3);
	assert_true(all[0].deleted && all[0].number == 3);
	assert_int_equal(all[2].number, 1);
	assert_true(text_find(all[2].json, TEXT("female")) > 0);
	assert_int_equal(record_vread(rd, TEXT("Patient"), TEXT("p"), 2, &v, &sink), FOUND);
	assert_text(v.json, all[1].json);
	assert_int_equal(record_vread(rd, TEXT("Patient"), TEXT("p"), 3, &v, &sink), FOUND_DELETED);
	assert_int_equal(record_vread(rd, TEXT("Patient"), TEXT("p"), 4, &v, &sink), FOUND_NONE);
	version *others;
	q.id = TEXT("");
	assert_int_equal(record_history(rd, &q, &others, &count, &next, &sink), FOUND);
	assert_int_equal(count, 4);
	assert_text(others[2].id, TEXT("other"));
	q.type = TEXT("Observation");
	assert_int_equal(record_history(rd, &q, &others, &count, &next, &sink), FOUND);
	assert_int_equal(count, 0);
	q.type = TEXT("");
	assert_int_equal(record_history(rd, &q, &others, &count, &next, &sink), FOUND);
	assert_int_equal(count, 4);
	q.current_from = q.current_to = all[1].at; /* the moment the last update came, and only what stood then */
	q.current_to++;
	assert_int_equal(record_history(rd, &q, &others, &count, &next, &sink), FOUND);
	for (int i = 0; i < count; i++) assert_true(others[i].at <= all[1].at);
	q.type = TEXT("Patient");
	q.id = TEXT("none");
	assert_int_equal(record_history(rd, &q, &all, &count, &next, &sink), FOUND_NONE);
	reader_close(rd);
	record_close(r);
}

/* What a write was planned on must still be so when it is written. */
TEST(premises)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	const search_pair named[] = {{TEXT("family"), TEXT("Betinget")}};
	reader *rd = record_reader(r, &anna, a, &sink);
	premise nobody, somebody;
	written out;
	assert_int_equal(record_premise(rd, TEXT("Patient"), named, 1, &nobody, &sink), 0);
	reader_close(rd);
	doc d;
	assert_true(json_parse_resource(a, TEXT("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Betinget\"}]}"),
					TEXT(""), &sink, &d));
	write_op w = {
	    .method = WRITE_CREATE, .resource = &d, .type = TEXT("Patient"), .premises = &nobody, .premise_count = 1};
	put(r, a, "Patient", "elsewhere", "'name':[{'family':'Anden'}]"); /* moves the log, not the premise */
	assert_true(record_commit(r, &anna, &w, 1, a, &sink, &out));
	assert_false(record_commit(r, &anna, &w, 1, a, &sink, &out));
	assert_int_equal(sink.first->code, FAIL_RECORD_MOVED);
	rd = record_reader(r, &anna, a, &sink);
	sink = (issues){.arena = a};
	assert_int_equal(record_premise(rd, TEXT("Patient"), named, 1, &somebody, &sink), 1);
	assert_text(somebody.id, out.id);
	reader_close(rd);
	put(r, a, "Patient", "second", "'name':[{'family':'Betinget'}]");
	w.premises = &somebody;
	assert_false(record_commit(r, &anna, &w, 1, a, &sink, &out));
	rd = record_reader(r, &anna, a, &sink);
	sink = (issues){.arena = a};
	assert_int_equal(record_premise(rd, TEXT("Patient"), named, 1, &somebody, &sink), -1);
	assert_int_equal(sink.first->code, FAIL_RECORD_SEVERAL);
	reader_close(rd);
	record_close(r);
}

static bool delete_of(record *r, arena *a, const char *type, const char *id, bool orphans, issues *sink)
{
	written out;
	const write_op w = {.method = WRITE_DELETE, .type = text_of(type), .id = text_of(id), .orphans = orphans};
	*sink = (issues){.arena = a};
	return record_commit(r, &anna, &w, 1, a, sink, &out);
}

TEST(what_others_refer_to_stays)
{
	arena *a = test_arena();
	issues sink;
	record *r = open_record(a);
	put(r, a, "Patient", "p", "");
	for (int i = 0; i < 25; i++)
		put(r, a, "Observation", text_z(a, text_format(a, "o%d", i)),
		    "'status':'final','code':{'text':'x'},'subject':{'reference':'Patient/p'}");
	assert_false(delete_of(r, a, "Patient", "p", false, &sink));
	assert_int_equal(sink.first->code, FAIL_RECORD_REFERRED);
	assert_text(sink.first->args[1], TEXT("25"));
	assert_true(text_ends(sink.first->args[2], TEXT("Observation/o19, …"))); /* twenty are named */
	for (int i = 0; i < 24; i++)
		assert_true(delete_of(r, a, "Observation", text_z(a, text_format(a, "o%d", i)), false, &sink));
	assert_false(delete_of(r, a, "Patient", "p", false, &sink));
	put(r, a, "Observation", "o24", "'status':'final','code':{'text':'x'}");
	put(r, a, "Provenance", "v",
	    "'target':[{'reference':'Patient/"
	    "p'}],'recorded':'2026-11-20T10:00:00+01:00','agent':[{'who':{'display':'x'}}]");
	assert_true(delete_of(r, a, "Patient", "p", false, &sink));
	record_close(r);
}

TEST(scope)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	put(r, a, "Patient", "p", "'gender':'female'");
	put(r, a, "Task", "t", "'status':'requested','intent':'order','for':{'reference':'Patient/p'}");
	caller narrow = anna;
	narrow.scope = TEXT("Task, Appointment");
	reader *rd = record_reader(r, &narrow, a, &sink);
	version v;
	assert_int_equal(record_read(rd, TEXT("Task"), TEXT("t"), &v, &sink), FOUND);
	assert_int_equal(record_read(rd, TEXT("Patient"), TEXT("p"), &v, &sink), FOUND_FAILED);
	assert_int_equal(sink.first->code, FAIL_RECORD_SCOPE);
	reader_close(rd);
	search_answer found_here;
	sink = (issues){.arena = a};
	assert_true(try_search(r, a, &narrow, "Task", "_include=Task:patient", false, &found_here, &sink));
	assert_text(ids_of(a, &found_here), TEXT("t")); /* the patient is not included */
	assert_false(try_search(r, a, &narrow, "Patient", "", false, &found_here, &sink));
	feed_event *events;
	sink = (issues){.arena = a};
	assert_int_equal(record_feed(r, &narrow, 0, 10, 0, a, &events, &sink), 1);
	assert_text(events[0].type, TEXT("Task"));
	written out;
	write_op w = {.method = WRITE_DELETE, .type = TEXT("Patient"), .id = TEXT("p")};
	assert_false(record_commit(r, &narrow, &w, 1, a, &sink, &out));
	record_close(r);
}

TEST(reopened)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	record *r = open_record_at(a, file, NULL);
	written w = put(r, a, "Patient", "p", "'name':[{'family':'Møller'}]");
	record_close(r);
	r = open_record_at(a, file, NULL);
	assert_int_equal(record_sequence(r), w.sequence);
	assert_text(search_ids(r, a, "Patient", "family=møl"), TEXT("p"));
	w = put(r, a, "Patient", "p", "'name':[{'family':'Holm'}]");
	assert_int_equal(w.version, 2);
	assert_text(search_ids(r, a, "Patient", "family=møl"), TEXT(""));
	assert_true(record_rebuild(r, &sink));
	assert_text(search_ids(r, a, "Patient", "family=holm"), TEXT("p"));
	check_clean(r, a);
	record_close(r);
}

static record *open_as(arena *a, record_use use, text file, issues *sink)
{
	*sink = (issues){.arena = a};
	return record_open(a, &(record_options){.use = use, .file = file, .world = world_real()}, sink);
}

static void refuses_to_write(record *r, arena *a)
{
	issues sink = {.arena = a};
	written out;
	assert_false(try_put(r, a, resource(a, "Patient", "x", ""), "x", 0, &sink, &out));
	assert_int_equal(sink.first->code, FAIL_STORE_READ_ONLY);
	assert_false(record_rebuild(r, &sink));
	assert_false(record_tick(r, &sink));
}

TEST(a_reader_takes_what_is_kept)
{
	arena *a = test_arena();
	issues sink;
	const char *name = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	text file = test_store(a, name);
	assert_null(open_as(a, RECORD_READ, file, &sink));
	assert_int_equal(sink.first->code, FAIL_STORE_OPEN);
	assert_null(open_as(a, RECORD_CHECK, file, &sink));
	record *r = open_record_at(a, name, NULL);
	put(r, a, "Patient", "p", "'name':[{'family':'Holm'}]");
	put(r, a, "Task", "t",
	    "'status':'requested','intent':'order','for':{'reference':'http://limen.test/fhir/Patient/p'}");
	record_close(r);
	text before = test_kept(a, file);
	r = open_as(a, RECORD_READ, file, &sink);
	assert_non_null(r);
	assert_int_equal(sink.count, 0); /* the address is taken from the file: no other definitions */
	assert_text(search_ids(r, a, "Patient", "family=holm"), TEXT("p"));
	assert_text(search_ids(r, a, "Task", "patient=Patient/p"), TEXT("t"));
	assert_text(search_ids(r, a, "Task", "patient=http://limen.test/fhir/Patient/p"), TEXT("t"));
	refuses_to_write(r, a);
	check_report report;
	assert_false(record_check(r, a, &report, &sink));
	record_close(r);
	r = open_as(a, RECORD_CHECK, file, &sink);
	assert_non_null(r);
	check_clean(r, a);
	refuses_to_write(r, a);
	record_close(r);
	assert_text(test_kept(a, file), before);
}

/* Last in its program: what is declared stays declared. */
TEST(a_reader_with_other_definitions_says_so)
{
	arena *a = test_arena();
	issues sink;
	const char *name = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	text file = test_store(a, name);
	record *r = open_record_at(a, name, NULL);
	put(r, a, "Patient", "p", "'name':[{'family':'Holm'}]");
	record_close(r);
	text before = test_kept(a, file);
	static const own_search more[] = {
	    {{"Patient", 7}, {"nickname", 8}, {"Patient.name.where(use = 'nickname').given", 42}, SEARCH_STRING}};
	record_own_search(more, 1);
	r = open_as(a, RECORD_READ, file, &sink);
	assert_non_null(r);
	assert_int_equal(sink.errors, 0);
	assert_int_equal(sink.first->code, FAIL_RECORD_OTHER);
	assert_text(search_ids(r, a, "Patient", "family=holm"), TEXT("p"));
	assert_int_equal(search_failure(r, a, "Patient", "nickname=x"), FAIL_SEARCH_UNSUPPORTED);
	record_close(r);
	assert_null(open_as(a, RECORD_CHECK, file, &sink));
	assert_int_equal(sink.first->code, FAIL_RECORD_OTHER);
	assert_text(test_kept(a, file), before);
	r = open_as(a, RECORD_WRITE, file, &sink);
	assert_text(search_ids(r, a, "Patient", "nickname=x"), TEXT(""));
	record_close(r);
	r = open_as(a, RECORD_READ, file, &sink);
	assert_int_equal(sink.count, 0);
	record_close(r);
}

TEST(the_clock_set_back)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	world w = world_simulated(SECONDS(1800000000), 7);
	record *r = open_record_at(a, ":memory:", &w);
	written first = put(r, a, "Patient", "p", "'gender':'female'");
	world_set(&w, SECONDS(1700000000));
	log_open(world_real(), LOG_ERROR, 2);
	written second = put(r, a, "Patient", "p", "'gender':'male'");
	log_open(world_real(), LOG_INFO, 2);
	assert_true(first.at == SECONDS(1800000000));
	assert_true(second.at == first.at);
	assert_int_equal(sink.count, 0);
	record_close(r);
}

TEST(feed)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = open_record(a);
	written w = put(r, a, "Patient", "p", "");
	put(r, a, "Patient", "p", "'active':true");
	drop(r, a, "Patient", "p");
	feed_event *events;
	assert_int_equal(record_feed(r, &anna, 0, 2, 0, a, &events, &sink), 2);
	assert_int_equal(events[0].sequence, w.sequence);
	assert_int_equal(events[0].method, WRITE_CREATE);
	assert_int_equal(events[1].method, WRITE_UPDATE);
	assert_int_equal(record_feed(r, &anna, events[1].sequence, 10, 0, a, &events, &sink), 1);
	assert_int_equal(events[0].method, WRITE_DELETE);
	assert_int_equal(record_feed(r, &anna, record_sequence(r), 10, 20, a, &events, &sink), 0);
	record_close(r);
}

TESTS(T(create_update_delete), T(no_change_is_no_version), T(conflicts), T(odd_id_and_meta), T(all_or_none), T(history),
      T(premises), T(what_others_refer_to_stays), T(scope), T(reopened), T(the_clock_set_back), T(feed),
      T(a_reader_takes_what_is_kept), T(a_reader_with_other_definitions_says_so))
