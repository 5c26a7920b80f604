/* pause.c: a rule that does tasks itself is stopped, goes on, and says how often it acted. Its state is Basic/automation-RULE. */
#include "work/internal.h"

int automations(const image *m, arena *a, const automation ***out)
{
	const content_entry **entries;
	int count = content_each(m, TEXT("automation"), &entries);
	*out = ARENA_ARRAY(a, const automation *, count + 1);
	for (int i = 0; i < count; i++) (*out)[i] = entries[i]->compiled;
	return count;
}

/* The Basic as it is now; NULL: there is none yet, or an error in the sink. */
static const doc *basic_read(reader *rd, text id, arena *a, version *v, issues *sink)
{
	if (record_read(rd, TEXT("Basic"), id, v, sink) != FOUND) return NULL;
	doc *d = ARENA_NEW(a, doc);
	return json_parse(a, text_copy(a, v->json), v->type, sink, d) ? d : NULL;
}

static bool count_done(reader *rd, text rule, arena *a, automation_state *out, issues *sink)
{
	const search_pair pairs[] = {{TEXT("automation"), text_format(a, "urn:limen:automation|%.*s", TEXT_ARG(rule))},
				     {TEXT("_sort"), TEXT("-recorded")},
				     {TEXT("_count"), TEXT("1")},
				     {TEXT("_total"), TEXT("accurate")}};
	search_answer found;
	if (!record_search(rd, TEXT("Provenance"), pairs, 4, false, &found, sink)) return false;
	out->done = found.total;
	out->last_at = INSTANT_NONE;
	if (found.count == 0) return true;
	doc d;
	if (!json_parse(a, text_copy(a, found.entries[0].version.json), TEXT("Provenance"), sink, &d)) return false;
	moment m;
	out->last = doc_get_text(&d, doc_first(&d, 0, NAME_target), NAME_reference);
	if (moment_parse(doc_get_text(&d, 0, NAME_recorded), &m)) out->last_at = m.low;
	return true;
}

bool automation_state_read(reader *rd, const automation *r, arena *a, automation_state *out, issues *sink)
{
	version v;
	text rule = automation_says(r).id;
	*out = (automation_state){0};
	const doc *d = basic_read(rd, automation_basic(a, rule), a, &v, sink);
	if (sink->errors) return false;
	uint32_t at = d ? extension_find(d, 0, TEXT("urn:limen:paused")) : NODE_ABSENT;
	if (at != NODE_ABSENT) {
		out->paused = true;
		out->since = extension_said(d, at, "since", NAME_valueDateTime);
		out->reason = extension_said(d, at, "reason", NAME_valueString);
		out->by = extension_said(d, at, "by", NAME_valueReference);
	}
	return count_done(rd, rule, a, out, sink);
}

static text basic_json(const automation *r, bool pause, text reason, const working *by)
{
	arena *a = by->arena;
	text now = instant_iso(a, by->now);
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Basic"));
	json_pair(&o, "id", automation_basic(a, automation_says(r).id));
	json_key(&o, "extension");
	json_array(&o);
	json_object(&o);
	json_key(&o, "extension");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "url", TEXT("since"));
	json_pair(&o, "valueDateTime", now);
	json_end(&o);
	json_object(&o);
	json_pair(&o, "url", TEXT("by"));
	json_reference(&o, "valueReference", by->who->actor);
	json_end(&o);
	json_object(&o);
	json_pair(&o, "url", TEXT("reason"));
	json_pair(&o, "valueString", reason);
	json_end(&o);
	json_end(&o);
	json_pair(&o, "url", pause ? TEXT("urn:limen:paused") : TEXT("urn:limen:resumed"));
	json_end(&o);
	json_end(&o);
	json_key(&o, "code");
	json_concept(&o, "urn:limen:basic", TEXT("automation"), (text){0});
	json_end(&o);
	return json_done(&o);
}

/* Who may: a leader, the management, or a super-user: who is able to what the content kind "routing" names. */
static bool role_pauses(reader *rd, const working *by, issues *sink)
{
	worker w;
	bool found;
	const asking who = {rd, by->image, by->now, by->who->language, by->arena, sink};
	if (!worker_read(&who, by->who->actor, &w, &found)) return false;
	if (found && (worker_has_role(&w, TEXT("leader")) || worker_has_role(&w, TEXT("specialty-management")) ||
		      worker_has_role(&w, TEXT("community-management"))))
		return true;
	text super_user = routing_of(by->image)->super_user;
	if (found && w.here && super_user.len &&
	    worker_skill(by->image, &w, super_user, day_of_instant(by->now)) >= SKILL_ABLE)
		return true;
	return issue_add(sink, FAIL_WORK_NOT_PAUSED, by->who->actor, TEXT(""));
}

bool automation_pause(record *rec, const automation *r, bool pause, text reason, const working *by, issues *sink)
{
	arena *a = by->arena;
	version v = {0};
	if (!reason.len) return issue_add(sink, FAIL_WORK_FIELD_MISSING, TEXT("reason"), TEXT(""));
	reader *rd = record_reader(rec, by->who, a, sink);
	if (!rd) return false;
	bool fine = role_pauses(rd, by, sink);
	const doc *d = fine ? basic_read(rd, automation_basic(a, automation_says(r).id), a, &v, sink) : NULL;
	reader_close(rd);
	if (!fine || sink->errors) return false;
	if (pause == (d && automation_basic_paused(d))) return true;
	doc *made = ARENA_NEW(a, doc);
	if (!json_parse_resource(a, basic_json(r, pause, reason, by), TEXT("automation"), sink, made)) return false;
	const write_op w = {.method = d ? WRITE_UPDATE : WRITE_CREATE,
			    .type = TEXT("Basic"),
			    .id = doc_get_text(made, 0, NAME_id),
			    .resource = made,
			    .if_match = v.number};
	written out;
	return record_commit(rec, by->who, &w, 1, a, sink, &out);
}
