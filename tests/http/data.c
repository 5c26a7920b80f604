/* Real data go in and come out the same: every official MedCom message example and every resource of DK Core, put through the API
 * and read back: same keys in the same order, same digits, same text; only meta.versionId and lastUpdated are the record's. */
#include "desk.h"

static text type_of(const doc *d, uint32_t n)
{
	return name_text(d, d->nodes[n].name);
}

static bool is_stamp(const doc *d, uint32_t n)
{
	return text_equal(type_of(d, n), TEXT("versionId")) || text_equal(type_of(d, n), TEXT("lastUpdated"));
}

/* The children of two objects pairwise, those that are stamps (or a whole meta that holds nothing else) left out. */
static bool same_but_stamps(const doc *x, uint32_t xn, const doc *y, uint32_t yn, bool root);

static uint32_t next_kept(const doc *d, uint32_t object, uint32_t i, bool root)
{
	for (; i < d->nodes[object].next; i = d->nodes[i].next) {
		if (!root && is_stamp(d, i)) continue;
		if (!root || d->nodes[i].name != NAME_meta) return i;
		uint32_t inner = next_kept(d, i, i + 1, false);
		if (inner < d->nodes[i].next) return i;
	}
	return d->nodes[object].next;
}

static bool same_but_stamps(const doc *x, uint32_t xn, const doc *y, uint32_t yn, bool root)
{
	uint32_t i = next_kept(x, xn, xn + 1, root), j = next_kept(y, yn, yn + 1, root);
	while (i < x->nodes[xn].next && j < y->nodes[yn].next) {
		if (!text_equal(type_of(x, i), type_of(y, j))) return false;
		bool meta = root && x->nodes[i].name == NAME_meta;
		if (meta ? !same_but_stamps(x, i, y, j, false) : !doc_equal(x, i, y, j)) return false;
		i = next_kept(x, xn, x->nodes[i].next, root);
		j = next_kept(y, yn, y->nodes[j].next, root);
	}
	return i == x->nodes[xn].next && j == y->nodes[yn].next;
}

/* MedCom's negative example: a payload that has only extensions, where R4 requires content[x]. */
static bool is_wrong_by_design(const char *file)
{
	return text_ends(text_of(file), TEXT("Bundle-3d1149cd-d3e3-421a-ae31-4860decb4272.json"));
}

static bool goes_round(desk *d, arena *a, const char *file)
{
	doc sent, got;
	issues sink = {.arena = a};
	text json = read_file(a, file);
	if (!json_parse_resource(a, json, text_of(file), &sink, &sent)) return false;
	text id = doc_get_text(&sent, 0, NAME_id);
	text target = text_format(a, "/fhir/%.*s/%.*s", TEXT_ARG(doc_type(&sent)), TEXT_ARG(id));
	http_response p = http_call(&d->app, a, &tester, "PUT", target, json);
	if (is_wrong_by_design(file)) return p.status == 400 && text_find(p.body, TEXT("payload[0]")) > 0;
	if (p.status != 201) {
		print_error("%s: %d %.*s\n", file, p.status, (int)(p.body.len > 600 ? 600 : p.body.len), p.body.at);
		return false;
	}
	p = http_call(&d->app, a, &tester, "GET", target, (text){0});
	bool same =
	    p.status == 200 && json_parse(a, p.body, TEXT(""), &sink, &got) && same_but_stamps(&sent, 0, &got, 0, true);
	if (!same) print_error("%s does not come back as it went in\n", file);
	return same;
}

static desk *the_desk;

static void folder_goes_round(const char *below, int at_least)
{
	const char *folder = shared_path(below);
	if (!folder) SKIP("%s is not there", below);
	char **files;
	arena *a = test_arena();
	int wrong = 0, count = list_files(the_desk->arena, folder, ".json", &files);
	assert_true(count >= at_least);
	for (int i = 0; i < count; i++) {
		arena_reset(a);
		wrong += !goes_round(the_desk, a, files[i]);
	}
	if (wrong > 0) fail_msg("%d of %d files", wrong, count);
}

TEST(medcom_acknowledgements)
{
	folder_goes_round("data/medcom/acknowledgement", 4);
}
TEST(medcom_care_communications)
{
	folder_goes_round("data/medcom/carecommunication", 14);
}
TEST(medcom_hospital_notifications)
{
	folder_goes_round("data/medcom/hospitalnotification", 12);
}
TEST(medcom_test_scripts)
{
	folder_goes_round("data/medcom/carecommunicationtestscripts", 70);
}
TEST(dk_core)
{
	folder_goes_round("data/dk-core", 100);
}

TEST(opening)
{
	the_desk = desk_open();
}

TEST(closing)
{
	desk_close(the_desk);
}

TESTS(T(opening), T(medcom_acknowledgements), T(medcom_care_communications), T(medcom_hospital_notifications),
      T(medcom_test_scripts), T(dk_core), T(closing))
