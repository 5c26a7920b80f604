/* The Synthea set goes in by the front door: its Bundles as transactions and batches, every entry made, as many of each type as the
 * shared data's README says, and what was kept equals what is computed anew. LIMEN_LONG takes all 122 Bundles; else the two with
 * hospitals and practitioners and the smallest of the patients'. */
#define LIMEN_OS /* reads LIMEN_LONG and folders, runs bunzip2 */
#include "desk.h"

#include "../../bench/files.h"

enum { SMALL = 20000 /* bytes, packed */ };

static desk *the_desk;
static int64_t *made /* by type_id */, all_made;

/* Each entry says its own status, and where what was made is. */
static void count_made(arena *a, const doc *answer)
{
	uint32_t list = doc_get(answer, 0, NAME_entry);
	for (uint32_t i = list + 1; list && i < answer->nodes[list].next; i = answer->nodes[i].next) {
		uint32_t response = doc_get(answer, i, NAME_response);
		text status = doc_get_text(answer, response, NAME_status);
		text where = doc_get_text(answer, response, NAME_location);
		if (!text_starts(status, TEXT("201"))) fail_msg("an entry was answered %s", text_z(a, status));
		type_id type = type_find(text_cut(where, '/').head);
		if (!type) fail_msg("made at %s", text_z(a, where));
		made[type]++;
		all_made++;
	}
}

static void post(const char *file)
{
	doc answer;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	int64_t before = all_made;
	bench_files *unpacked = ARENA_NEW(a, bench_files);
	unpacked->arena = a;
	bench_add_file(unpacked, file);
	http_response p = http_call(&the_desk->app, a, &tester, "POST", TEXT("/fhir"), unpacked->at[0]);
	if (p.status != 200)
		fail_msg("%s: %d %.*s", file, p.status, (int)(p.body.len > 600 ? 600 : p.body.len), p.body.at);
	assert_true(json_parse(a, p.body, TEXT(""), &sink, &answer));
	count_made(a, &answer);
	assert_true(all_made > before);
	arena_free(a);
}

static int64_t total(arena *a, type_id type)
{
	doc d;
	int64_t n;
	issues sink = {.arena = a};
	text target = text_format(a, "/fhir/%.*s?_summary=count", TEXT_ARG(type_name(type)));
	http_response p = http_call(&the_desk->app, a, &tester, "GET", target, (text){0});
	assert_int_equal(p.status, 200);
	assert_true(json_parse(a, p.body, TEXT(""), &sink, &d));
	assert_true(text_to_int(doc_get_text(&d, 0, NAME_total), &n));
	return n;
}

/* "Synthea counts by type: AllergyIntolerance 76, CarePlan 540, …" in the README beside the data. */
static void compare_with_readme(arena *a, const char *readme)
{
	text line = read_file(a, readme), begins = TEXT("Synthea counts by type: ");
	int64_t at = text_find(line, begins), said = 0, n;
	assert_true(at >= 0);
	line = text_cut(text_slice(line, at + begins.len, line.len), '.').head;
	for (text_pair p = {.tail = line, .found = true}; p.found;) {
		p = text_cut(p.tail, ',');
		text_pair pair = text_cut(text_trim(p.head), ' ');
		type_id type = type_find(pair.head);
		if (!type || !text_to_int(pair.tail, &n)) fail_msg("the README says %s", text_z(a, p.head));
		if (made[type] != n)
			fail_msg("%lld of %s, not %lld", (long long)made[type], text_z(a, pair.head), (long long)n);
		said += n;
	}
	assert_int_equal(said, all_made);
}

TEST(the_synthea_set_loads)
{
	arena *a = test_arena();
	struct dirent **names;
	const char *folder = shared_path("data/synthea");
	if (!folder) SKIP("../shared/data/synthea is not there");
	folder = text_z(a, text_of(folder));
	bool whole = getenv("LIMEN_LONG") != NULL;
	int bundles = 0, count = scandir(folder, &names, NULL, alphasort);
	assert_true(count > 0);
	the_desk = desk_open();
	made = ARENA_ARRAY(a, int64_t, type_count() + 1);
	for (int i = 0; i < count;
	     i++) { /* in order of names: hospitals and practitioners first, as patients look for them */
		struct stat st;
		text file = text_format(a, "%s/%s", folder, names[i]->d_name);
		bool packed = text_ends(file, TEXT(".json.bz2")),
		     first = names[i]->d_name[0] == '0' && names[i]->d_name[1] == '-';
		bool taken = packed && stat(text_z(a, file), &st) == 0 && (whole || first || st.st_size < SMALL);
		if (taken) post(text_z(a, file));
		bundles += taken;
		free(names[i]);
	}
	free(names);
	assert_true(bundles > (whole ? 121 : 3));
	for (int t = 1; t <= type_count(); t++)
		if (made[t]) assert_int_equal(total(a, (type_id)t), made[t]);
	if (whole) compare_with_readme(a, shared_path("data/README.md"));
	print_message("%d Bundles, %lld resources\n", bundles, (long long)all_made);
}

TEST(what_was_kept_is_what_is_computed_anew)
{
	if (!the_desk) SKIP("nothing was loaded");
	check_report r;
	issues sink = {.arena = test_arena()};
	assert_true(record_check(the_desk->app.record, test_arena(), &r, &sink));
	assert_int_equal(r.broken_digests + r.broken_index + r.broken_derived, 0);
	desk_close(the_desk);
}

TESTS(cmocka_unit_test(the_synthea_set_loads), cmocka_unit_test(what_was_kept_is_what_is_computed_anew))
