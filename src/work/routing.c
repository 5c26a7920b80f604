/* routing.c: the content kind "routing": how a department gives out its work. */
#include "work/internal.h"

static bool minute_read(const content_entry *e, uint32_t n, const char *key, int *out, issues *sink)
{
	text t;
	int64_t hour, minute;
	if (!content_text(e, n, key, true, &t, sink)) return false;
	text_pair p = text_cut(t, ':');
	bool fine = p.found && text_to_int(p.head, &hour) && text_to_int(p.tail, &minute) && hour >= 0 && hour < 24 &&
		    minute >= 0 && minute < 60;
	if (!fine)
		return issue_at(sink, FAIL_WORK_SETTING, content_place(e, n), text_of(key), TEXT("\"07:30\""),
				TEXT(""));
	*out = (int)(hour * 60 + minute);
	return true;
}

static bool number_read(const content_entry *e, const char *key, int *out, issues *sink)
{
	int64_t n;
	if (!content_int(e, e->node, key, true, &n, sink)) return false;
	if (n < 1 || n > 1000)
		return issue_at(sink, FAIL_WORK_SETTING, content_place(e, e->node), text_of(key), TEXT("1..1000"),
				TEXT(""));
	*out = (int)n;
	return true;
}

static void *compile(image *m, const content_entry *e, issues *sink)
{
	static const char *const office_keys[] = {"from", "to", NULL};
	routing *r = ARENA_NEW(m->arena, routing);
	text da, en, source;
	uint32_t office = content_get(e, e->node, "office"), pool = content_get(e, e->node, "hospital_pool");
	bool fine = content_text(e, e->node, "da", true, &da, sink) &&
		    content_text(e, e->node, "en", true, &en, sink) &&
		    content_text(e, e->node, "source", true, &source, sink);
	if (fine && (office == NODE_ABSENT || pool == NODE_ABSENT))
		fine = issue_at(sink, FAIL_WORK_SETTING, content_place(e, e->node), TEXT("office, hospital_pool"),
				TEXT("…"), TEXT(""));
	fine = fine && content_keys(e, office, office_keys, sink) && minute_read(e, office, "from", &r->from, sink) &&
	       minute_read(e, office, "to", &r->to, sink) && number_read(e, "tips", &r->tips, sink) &&
	       number_read(e, "volunteers", &r->volunteers, sink);
	fine = fine && content_text(e, e->node, "super_user", false, &r->super_user, sink);
	if (fine && r->super_user.len && !content_find(m, TEXT("competence"), r->super_user))
		fine = issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, content_get(e, e->node, "super_user")),
				TEXT("super_user"), r->super_user, TEXT(""));
	r->pool = fine ? rows_read(m, e, pool, sink) : NULL;
	return r->pool ? r : NULL;
}

void routing_content(void)
{
	static const char *const keys[] = {"routing",    "da",   "en",         "source",
					   "office",     "tips", "volunteers", "hospital_pool",
					   "super_user", "note", NULL};
	content_register(&(content_kind){.name = "routing", .keys = keys, .compile = compile});
}

const routing *routing_of(const image *m)
{
	static const role_row never = {DAY_NONE, DAY_NONE, {"no", 2}};
	static const role_rule no_pool = {(role_row *)(uintptr_t)&never, 1};
	static const routing none = {
	    .from = 7 * 60 + 30, .to = 15 * 60 + 30, .tips = 100, .volunteers = 3, .pool = &no_pool};
	const content_entry **all;
	return content_each(m, TEXT("routing"), &all) ? all[0]->compiled : &none;
}

bool routing_office(const routing *r, const image *m, instant at)
{
	int minute = local_minute(at);
	return calendar_counts(m->calendar, day_of_instant(at), UNIT_ARBEJDSDAGE) && minute >= r->from &&
	       minute < r->to;
}

instant work_back(const image *m, instant now)
{
	const routing *r = routing_of(m);
	day d = day_of_instant(now) + 1;
	while (!calendar_counts(m->calendar, d, UNIT_ARBEJDSDAGE)) d++;
	return local_instant(d, r->from);
}
