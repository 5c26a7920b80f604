/* check.c: what may be written, and by whom: the `check` entries of content.
 *
 * A check is asked before the writer, in the caller's thread. Two kinds of answer have to wait: what depends on who writes or when
 * (%actor, now()) is asked in the writer; what depends on a resource that is not here yet is asked again when all writes of the
 * commit are in, since a transaction may bring the patient with the referral. */
#include "pathway/internal.h"

enum { CHECKS_MAX = 4096 };

static const char waiting; /* its address names the set of checks that wait for the end of the commit */

static const check_rule *rule_at(const model *md, int i)
{
	assert(i < CHECKS_MAX);
	return md->checks.at[i];
}

static bool previous_load(surroundings *s, const write_op *w)
{
	version v;
	if (!s->rd || w->id.len == 0 || record_read(s->rd, w->type, w->id, &v, s->sink) != FOUND) return false;
	doc *d = ARENA_NEW(s->arena, doc);
	if (!json_parse(s->arena, v.json, (text){0}, s->sink, d)) return false;
	s->previous = (path_item){.kind = PATH_NODE, .d = d, .node = 0, .type = type_find(w->type)};
	return true;
}

void checks_prepare(const model *md, const write_op *w, const doc *d, reader *rd, arena *a, reading *out)
{
	type_id type = type_find(doc_type(d));
	surroundings s = {0};
	bool made = false;
	out->verdicts = ARENA_ARRAY(a, verdict, md->checks.count + 1);
	for (int i = 0; i < md->checks.count; i++) {
		const check_rule *rule = rule_at(md, i);
		if (rule->on != type) continue;
		if (!made) {
			surroundings_make(&s, rd, d, a, &out->found);
			s.has_previous = previous_load(&s, w);
			made = true;
		}
		if (rule->when && !path_true(rule->when, d, 0, &s.outside, a, &out->found)) continue;
		s.unresolved = false;
		if (rule->in_writer)
			out->verdicts[out->verdict_count++] = (verdict){i, VERDICT_ASK_WRITER};
		else if (!path_true(rule->holds, d, 0, &s.outside, a, &out->found))
			out->verdicts[out->verdict_count++] =
			    (verdict){i, s.unresolved ? VERDICT_UNRESOLVED : VERDICT_FAILED};
	}
}

/* ---- in the writer ---- */

static void surroundings_in_writer(surroundings *s, deriving *dv, const doc *d, issues *sink)
{
	surroundings_make(s, NULL, d, deriving_arena(dv), sink);
	s->dv = dv;
	s->outside.now = deriving_now(dv);
}

static bool refuse(const check_rule *rule, text type, text id, issues *sink)
{
	place at = {.path = text_format(sink->arena, "%.*s/%.*s", TEXT_ARG(type), TEXT_ARG(id))};
	if (rule->warns) {
		issue_warn(sink, FAIL_CHECK, at, rule->da, rule->en);
		return true;
	}
	return issue_at(sink, rule->forbids ? FAIL_CHECK_FORBIDDEN : FAIL_CHECK, at, rule->da, rule->en, TEXT(""));
}

static void actor_load(surroundings *s, text actor)
{
	path_item item;
	s->has_actor = s->outside.resolve(s, actor, &item);
	if (s->has_actor) s->actor = item;
	s->unresolved = false;
}

bool checks_apply(const model *md, deriving *dv, const change *c, const reading *r, issues *sink)
{
	surroundings s;
	if (deriving_rebuilding(dv) || r->verdict_count == 0) return true;
	surroundings_in_writer(&s, dv, c->resource, sink);
	actor_load(&s, c->who->actor);
	bool fine = true;
	for (int i = 0; i < r->verdict_count; i++) {
		const verdict *v = &r->verdicts[i];
		const check_rule *rule = rule_at(md, v->check);
		bool unresolved = v->kind == VERDICT_UNRESOLVED;
		if (v->kind == VERDICT_ASK_WRITER) {
			s.unresolved = false;
			if (path_true(rule->holds, c->resource, 0, &s.outside, deriving_arena(dv), sink)) continue;
			unresolved = s.unresolved;
		}
		if (unresolved)
			deriving_touch(dv, &waiting, c->rid * CHECKS_MAX + v->check);
		else
			fine = refuse(rule, c->type, c->id, sink) && fine;
	}
	return fine && sink->errors == 0;
}

bool checks_settle(const model *md, deriving *dv, issues *sink)
{
	int64_t *all;
	int count = deriving_touched(dv, &waiting, &all);
	for (int i = 0; i < count; i++) {
		const check_rule *rule = rule_at(md, (int)(all[i] % CHECKS_MAX));
		version v;
		doc d;
		surroundings s;
		if (deriving_read(dv, all[i] / CHECKS_MAX, &v, sink) != FOUND)
			continue; /* deleted again in the same commit */
		if (!json_parse(deriving_arena(dv), v.json, (text){0}, sink, &d)) return false;
		surroundings_in_writer(&s, dv, &d, sink);
		if (path_true(rule->holds, &d, 0, &s.outside, deriving_arena(dv), sink)) continue;
		if (!refuse(rule, v.type, v.id, sink)) return false;
	}
	return sink->errors == 0;
}
