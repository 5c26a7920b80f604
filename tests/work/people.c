/* Who may do what: competence, learning beside a helper, delegation with an end. Rows: what somebody has, what comes of it. */
#include "house.h"

#include "work/internal.h"

static house h;

static const char *const needing = "task: kraever\nda: Læg venflon\nen: Place a cannula\nlevel: specialty\nrole: "
				   "nurse\nmay_also: [ secretary, doctor ]\n"
				   "competence: { needs: booking-1, learning: %s }\n%s"
				   "day_ends: \"15:00\"\nguide_da: x\nguide_en: x\n";

/* The kind as content would give it; each of its forms is loaded once. */
static const task_kind *kind_of(const char *learning, const char *delegation)
{
	static image *loaded[2][2];
	image **m = &loaded[*learning == 'w'][*delegation != 0];
	int count;
	issues sink = {.arena = test_arena()};
	const content_file *files = content_embedded(&count);
	const content_file own = {TEXT("own.yaml"), text_format(test_arena(), needing, learning, delegation)};
	if (!*m) *m = content_load(files, count, &own, 1, &sink);
	house_print(&sink);
	assert_non_null(*m);
	return task_kind_find(*m, TEXT("kraever"));
}

#define COMPETENCE(code, rest) "{'code':{'coding':[{'system':'urn:limen:competence','code':'" code "'}]}" rest "}"
#define DELEGATION(code, rest) "{'code':{'coding':[{'system':'urn:limen:delegation','code':'" code "'}]}" rest "}"
#define DEPTH(depth) ",'extension':[{'url':'urn:limen:depth','valueCode':'" depth "'}]"
#define LEARNS(helper)                                                                                                 \
	",'extension':[{'url':'urn:limen:depth','valueCode':'learning'},{'url':'urn:limen:helper','valueReference':{"  \
	"'reference':'PractitionerRole/" helper "'}}]"
#define PERIOD(from, to) ",'period':{'start':'" from "','end':'" to "'}"
#define UNTIL(to) ",'period':{'end':'" to "'}"

enum { YES = -1 };
static const struct may_row {
	const char *what, *has, *learning, *delegation;
	int why; /* a failure, or YES */
	skill skill;
	const char *helper;
} rows[] = {
    {"nothing", "", "no", "", FAIL_WORK_NO_COMPETENCE, SKILL_NONE, ""},
    {"another competence", COMPETENCE("sag-1", ""), "no", "", FAIL_WORK_NO_COMPETENCE, SKILL_NONE, ""},
    {"it", COMPETENCE("booking-1", ""), "no", "", YES, SKILL_ABLE, ""},
    {"it, as an expert", COMPETENCE("booking-1", DEPTH("expert")), "no", "", YES, SKILL_EXPERT, ""},
    {"a wider one", COMPETENCE("booking-2", ""), "no", "", YES, SKILL_ABLE, ""},
    {"it, until today", COMPETENCE("booking-1", PERIOD("2026-01-01", "2026-11-20")), "no", "", YES, SKILL_ABLE, ""},
    {"it, until yesterday", COMPETENCE("booking-1", PERIOD("2026-01-01", "2026-11-19")), "no", "",
     FAIL_WORK_COMPETENCE_ENDED, SKILL_NONE, ""},
    {"it, from tomorrow", COMPETENCE("booking-1", PERIOD("2026-11-21", "2027-11-19")), "no", "",
     FAIL_WORK_COMPETENCE_ENDED, SKILL_NONE, ""},
    {"ended, and again", COMPETENCE("booking-1", UNTIL("2026-11-19")) "," COMPETENCE("booking-1", ""), "no", "", YES,
     SKILL_ABLE, ""},
    {"learning, where that is no way", COMPETENCE("booking-1", LEARNS("able")), "no", "", FAIL_WORK_STILL_LEARNING,
     SKILL_NONE, ""},
    {"learning, with a helper", COMPETENCE("booking-1", LEARNS("able")), "with helper", "", YES, SKILL_LEARNING,
     "PractitionerRole/able"},
    {"learning, with nobody", COMPETENCE("booking-1", DEPTH("learning")), "with helper", "", FAIL_WORK_NO_HELPER,
     SKILL_NONE, ""},
    {"learning, with who learns too", COMPETENCE("booking-1", LEARNS("pupil")), "with helper", "", FAIL_WORK_NO_HELPER,
     SKILL_NONE, ""},
    {"learning, with who has left", COMPETENCE("booking-1", LEARNS("left")), "with helper", "", FAIL_WORK_NO_HELPER,
     SKILL_NONE, ""},
    {"nothing delegated", COMPETENCE("booking-1", ""), "no", "delegation: { needs: venflon }\n",
     FAIL_WORK_NO_DELEGATION, SKILL_NONE, ""},
    {"delegated", COMPETENCE("booking-1", "") "," DELEGATION("venflon", UNTIL("2026-12-31")), "no",
     "delegation: { needs: venflon }\n", YES, SKILL_ABLE, ""},
    {"another delegated", COMPETENCE("booking-1", "") "," DELEGATION("ekg", UNTIL("2026-12-31")), "no",
     "delegation: { needs: venflon }\n", FAIL_WORK_NO_DELEGATION, SKILL_NONE, ""},
    {"delegated, run out", COMPETENCE("booking-1", "") "," DELEGATION("venflon", UNTIL("2026-11-19")), "no",
     "delegation: { needs: venflon }\n", FAIL_WORK_DELEGATION_ENDED, SKILL_NONE, ""},
    {"delegated without an end", COMPETENCE("booking-1", "") "," DELEGATION("venflon", ""), "no",
     "delegation: { needs: venflon }\n", FAIL_WORK_DELEGATION_OPEN, SKILL_NONE, ""},
    {"a delegation is no competence", DELEGATION("booking-1", UNTIL("2026-12-31")), "no", "", FAIL_WORK_NO_COMPETENCE,
     SKILL_NONE, ""},
};

static void put_person(const char *id, const char *role, const char *has, const char *more)
{
	arena *a = h.arena;
	char *practitioner =
	    text_z(a, text_format(a, "{'resourceType':'Practitioner','id':'%s','name':[{'text':'Prøve %s'}]%s%s%s}", id,
				  id, *has ? ",'qualification':[" : "", has, *has ? "]" : ""));
	char *job = text_z(
	    a,
	    text_format(a,
			"{'resourceType':'PractitionerRole','id':'%s','practitioner':{'reference':'Practitioner/%s'},"
			"'code':[{'coding':[{'system':'urn:limen:role','code':'%s'}]}]%s}",
			id, id, role, more));
	for (char *c = practitioner; *c; c++) *c = *c == '\'' ? '"' : *c;
	for (char *c = job; *c; c++) *c = *c == '\'' ? '"' : *c;
	house_put(&h, "Device/test", WRITE_UPDATE, id, practitioner);
	house_put(&h, "Device/test", WRITE_UPDATE, id, job);
}

static may ask(const task_kind *k, const char *who)
{
	may out;
	caller by = as("Device/test");
	issues sink = {.arena = h.arena};
	reader *rd = record_reader(h.record, &by, h.arena, &sink);
	const asking q = {rd, h.image, world_now(&h.world), LANGUAGE_DA, h.arena, &sink};
	assert_true(person_may(&q, k, text_of(who), &out));
	reader_close(rd);
	return out;
}

TEST(what_somebody_has_decides_what_they_may)
{
	house_open(&h, "2026-11-20T10:00:00+01:00");
	put_person("able", "secretary", COMPETENCE("booking-1", ""), "");
	put_person("pupil", "secretary", COMPETENCE("booking-1", LEARNS("able")), "");
	put_person("left", "secretary", COMPETENCE("booking-1", ""), ",'active':false");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct may_row *r = &rows[i];
		put_person("x", "nurse", r->has, "");
		may m = ask(kind_of(r->learning, r->delegation), "PractitionerRole/x");
		if (m.yes != (r->why == YES) || (!m.yes && (int)m.why != r->why)) {
			issues said = {.arena = h.arena};
			if (!m.yes) may_refuse(&m, &said);
			house_print(&said);
			fail_msg("who has %s: %s", r->what, m.yes ? "may" : failure_name(m.why));
		}
		if (m.yes) assert_int_equal(m.skill, r->skill);
		assert_text(m.helper, text_of(r->helper));
	}
}

TEST(why_not_is_said_with_names_and_dates)
{
	put_person("x", "nurse",
		   COMPETENCE("booking-1", "") "," DELEGATION("venflon", PERIOD("2026-01-01", "2026-11-19")), "");
	may m = ask(kind_of("no", "delegation: { needs: venflon }\n"), "PractitionerRole/x");
	issues said = {.arena = h.arena};
	assert_false(may_refuse(&m, &said));
	assert_text(issue_text(h.arena, said.first, LANGUAGE_DA),
		    TEXT("Delegationen af \"Fjernelse af venflon\" til Prøve x gælder ikke i dag (den gælder 1. "
			 "januar 2026 til 19. november "
			 "2026): den skal fornys, før det gøres"));
}

TEST(a_doctor_needs_no_delegation_and_nobody_is_known_by_a_name_alone)
{
	put_person("x", "doctor", COMPETENCE("booking-1", ""), "");
	assert_true(ask(kind_of("no", "delegation: { needs: venflon }\n"), "PractitionerRole/x").yes);
	assert_int_equal(ask(kind_of("no", ""), "PractitionerRole/nobody").why, FAIL_WORK_NO_ROLE);
	assert_int_equal(ask(kind_of("no", ""), "Device/test").why, FAIL_WORK_NO_ROLE);
	put_person("x", "nurse", COMPETENCE("booking-1", ""), ",'period':{'end':'2026-11-19'}");
	assert_int_equal(ask(kind_of("no", ""), "PractitionerRole/x").why, FAIL_WORK_NOT_HERE);
	house_close(&h);
}

TESTS(T(what_somebody_has_decides_what_they_may), T(why_not_is_said_with_names_and_dates),
      T(a_doctor_needs_no_delegation_and_nobody_is_known_by_a_name_alone))
