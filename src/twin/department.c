/* department.c: the department out of its content entry; what is wrong there is said with file and line. */
#include "twin/internal.h"

typedef struct reading {
	const content_entry *e;
	arena *arena;
	issues *sink;
} reading;

static uint32_t part(reading *r, uint32_t object, const char *key, node_kind kind)
{
	uint32_t n = content_get(r->e, object, key);
	if (n != NODE_ABSENT && r->e->d->nodes[n].kind == kind) return n;
	issue_at(r->sink, FAIL_WORK_KIND_MISSING, content_place(r->e, object), text_of(key), TEXT(""), TEXT(""));
	return NODE_ABSENT;
}

static int number(reading *r, uint32_t object, const char *key, int low, int high)
{
	int64_t n;
	if (!content_int(r->e, object, key, true, &n, r->sink)) return low;
	if (n >= low && n <= high) return (int)n;
	issue_at(r->sink, FAIL_WORK_KIND_VALUE, content_place(r->e, content_get(r->e, object, key)), text_of(key),
		 text_format(r->arena, "%lld", (long long)n), text_format(r->arena, "%d..%d", low, high));
	return low;
}

static text words(reading *r, uint32_t object, const char *key, bool required)
{
	text t;
	content_text(r->e, object, key, required, &t, r->sink);
	return t;
}

static range two(reading *r, uint32_t object, const char *key, int high)
{
	range out = {0, 0};
	uint32_t n = part(r, object, key, NODE_ARRAY);
	const node *nodes = r->e->d->nodes;
	int64_t from, to;
	if (n == NODE_ABSENT) return out;
	bool fine = nodes[n].len == 2 && text_to_int(doc_text(r->e->d, n + 1), &from) &&
		    text_to_int(doc_text(r->e->d, n + 2), &to) && from >= 0 && from <= to && to <= high;
	if (fine) return (range){(int)from, (int)to};
	issue_at(r->sink, FAIL_WORK_KIND_VALUE, content_place(r->e, n), text_of(key), TEXT("…"), TEXT("[ from, to ]"));
	return out;
}

static text_list list_of(reading *r, uint32_t object, const char *key)
{
	uint32_t n = part(r, object, key, NODE_ARRAY);
	if (n == NODE_ABSENT) return (text_list){0};
	const node *nodes = r->e->d->nodes;
	text *at = ARENA_ARRAY(r->arena, text, nodes[n].len + 1);
	int count = 0;
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) at[count++] = doc_text(r->e->d, i);
	if (!count) issue_at(r->sink, FAIL_WORK_KIND_MISSING, content_place(r->e, n), text_of(key), TEXT(""), TEXT(""));
	return (text_list){at, count};
}

static void read_names(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "names", NODE_OBJECT);
	if (n == NODE_ABSENT) return;
	d->women = list_of(r, n, "women");
	d->men = list_of(r, n, "men");
	d->family = list_of(r, n, "family");
	d->towns = list_of(r, n, "towns");
}

static void read_staff(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "staff", NODE_OBJECT);
	if (n == NODE_ABSENT) return;
	d->secretaries = number(r, n, "secretary", 1, 200);
	d->doctors = number(r, n, "doctor", 1, 200);
	d->nurses = number(r, n, "nurse", 0, 200);
	d->leaders = number(r, n, "leader", 1, 20);
	d->managements = number(r, n, "management", 1, 20);
}

static int number_or(reading *r, uint32_t object, const char *key, int otherwise, int high)
{
	return content_get(r->e, object, key) == NODE_ABSENT ? otherwise : number(r, object, key, 0, high);
}

static void read_skills(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "skills", NODE_ARRAY);
	if (n == NODE_ABSENT) return;
	const node *nodes = r->e->d->nodes;
	d->skills = ARENA_ARRAY(r->arena, staff_skill, nodes[n].len + 1);
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		text competence = words(r, i, "competence", false);
		d->skills[d->skill_count++] = (staff_skill){
		    .who = words(r, i, "who", true),
		    .code = competence.len ? competence : words(r, i, "delegation", true),
		    .from = number_or(r, i, "from", 0, 200),
		    .expert = number_or(r, i, "expert", 0, 200),
		    .able = number_or(r, i, "able", 0, 200),
		    .learning = number_or(r, i, "learning", 0, 200),
		    .days = competence.len ? 0 : number(r, i, "days", 1, 1000),
		};
	}
}

static above read_above(reading *r, const char *key)
{
	uint32_t n = part(r, r->e->node, key, NODE_OBJECT);
	return n == NODE_ABSENT ? (above){0} : (above){words(r, n, "id", true), words(r, n, "da", true)};
}

static void read_places(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "places", NODE_ARRAY);
	if (n == NODE_ABSENT) return;
	const node *nodes = r->e->d->nodes;
	d->places = ARENA_ARRAY(r->arena, place_of_work, nodes[n].len + 1);
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next)
		d->places[d->place_count++] = (place_of_work){words(r, i, "id", true), words(r, i, "da", true)};
}

static void read_referrers(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "referrers", NODE_ARRAY);
	if (n == NODE_ABSENT) return;
	const node *nodes = r->e->d->nodes;
	d->referrers = ARENA_ARRAY(r->arena, referrer, nodes[n].len + 1);
	d->referrer_weights = ARENA_ARRAY(r->arena, int, nodes[n].len + 1);
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		referrer *f = &d->referrers[d->referrer_count];
		*f = (referrer){words(r, i, "name", true), number(r, i, "weight", 1, 1000)};
		d->referrer_weights[d->referrer_count++] = f->weight;
	}
}

static reason read_reason(reading *r, uint32_t n)
{
	static const char *const sexes[] = {"women", "men", "any", NULL};
	int who = SEX_ANY;
	content_choice(r->e, n, "sex", sexes, -1, &who, r->sink);
	return (reason){
	    .id = words(r, n, "id", true),
	    .text = words(r, n, "text", true),
	    .class = words(r, n, "class", true),
	    .urgency = words(r, n, "urgency", true),
	    .package = words(r, n, "package", false),
	    .plan = words(r, n, "plan", true),
	    .what = words(r, n, "what", true),
	    .treatment = words(r, n, "treatment", true),
	    .kind = words(r, n, "kind", false),
	    .sex = (sex)who,
	    .ages = two(r, n, "ages", 104),
	    .weight = number(r, n, "weight", 1, 1000),
	    .minutes = number(r, n, "minutes", 5, 240),
	    .treated = number(r, n, "treated", 0, 100),
	    .again = number(r, n, "again", 0, 100),
	    .complete = number(r, n, "complete", 0, 100),
	    .asks_psa = text_find(text_fold(r->arena, words(r, n, "text", true)), TEXT("psa")) >= 0 ||
			text_find(text_fold(r->arena, words(r, n, "text", true)), TEXT("prostata")) >= 0,
	};
}

static void read_reasons(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "reasons", NODE_ARRAY);
	if (n == NODE_ABSENT) return;
	const node *nodes = r->e->d->nodes;
	d->reasons = ARENA_ARRAY(r->arena, reason, nodes[n].len + 1);
	d->reason_weights = ARENA_ARRAY(r->arena, int, nodes[n].len + 1);
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		d->reasons[d->reason_count] = read_reason(r, i);
		d->reason_weights[d->reason_count] = d->reasons[d->reason_count].weight;
		d->reason_count++;
	}
}

static void read_pace(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "pace", NODE_OBJECT);
	if (n == NODE_ABSENT) return;
	const node *nodes = r->e->d->nodes;
	d->paces = ARENA_ARRAY(r->arena, pace, nodes[n].len + 1);
	for (uint32_t i = n + 1; i < nodes[n].next; i = nodes[i].next) {
		text kind = name_text(r->e->d, nodes[i].name);
		if (nodes[i].kind != NODE_ARRAY) continue;
		d->paces[d->pace_count++] = (pace){kind, two(r, n, text_z(r->arena, kind), 60)};
	}
	d->slow = number(r, n, "slow", 0, 100);
}

static void read_waits(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "waits", NODE_OBJECT);
	if (n == NODE_ABSENT) return;
	d->routine = two(r, n, "routine", 365);
	d->urgent = two(r, n, "urgent", 365);
	d->asap = two(r, n, "asap", 365);
	d->stat = two(r, n, "stat", 365);
	d->treatment = two(r, n, "treatment", 365);
}

static void read_happens(reading *r, department *d)
{
	uint32_t n = part(r, r->e->node, "happens", NODE_OBJECT);
	if (n == NODE_ABSENT) return;
	d->paper = number(r, n, "paper", 0, 100);
	d->patient_cancels = number(r, n, "patient-cancels", 0, 100);
	d->hospital_cancels = number(r, n, "hospital-cancels", 0, 100);
	d->noshow = number(r, n, "noshow", 0, 100);
	d->rejected = number(r, n, "rejected", 0, 100);
}

bool department_read(const image *m, text id, arena *a, issues *sink, department *out)
{
	const content_entry **all;
	int count = content_each(m, TEXT("department"), &all), before = sink->errors;
	const content_entry *e = id.len ? content_find(m, TEXT("department"), id) : count ? all[0] : NULL;
	if (!e) return issue_add(sink, FAIL_WORK_KIND_UNKNOWN, TEXT("department"), id);
	reading r = {e, a, sink};
	*out = (department){.id = e->id, .da = words(&r, e->node, "da", true)};
	read_places(&r, out);
	read_staff(&r, out);
	out->community = read_above(&r, "community");
	out->hospital = read_above(&r, "hospital");
	out->site_count = number(&r, e->node, "sites", 1, out->place_count > 0 ? out->place_count : 1);
	read_skills(&r, out);
	read_names(&r, out);
	read_referrers(&r, out);
	read_reasons(&r, out);
	read_pace(&r, out);
	read_waits(&r, out);
	read_happens(&r, out);
	return sink->errors == before;
}

range department_pace(const department *d, text kind)
{
	for (int i = 0; i < d->pace_count; i++)
		if (text_equal(d->paces[i].kind, kind)) return d->paces[i].days;
	return (range){0, 2};
}

range department_wait(const department *d, text urgency)
{
	if (text_equal(urgency, TEXT("urgent"))) return d->urgent;
	if (text_equal(urgency, TEXT("asap"))) return d->asap;
	if (text_equal(urgency, TEXT("stat"))) return d->stat;
	return d->routine;
}
