/* derive.c: in the writer's transaction: a Subscription becomes a row, and a write that it asks for an event in its outbox. */
#include "notify/internal.h"

notify_options notify_settings;
static const image *active_content;

const caller notify_house = {.actor = {"Device/limen", 12}, .purpose = {"HSYSADMIN", 9}, .scope = {"*", 1}};

bool notify_is_house(const caller *who)
{
	return text_equal(who->actor, notify_house.actor) && text_equal(who->purpose, notify_house.purpose);
}

/* ---- what a subscription asks for, compiled ---- */

typedef struct matcher {
	const topic *topic; /* NULL: a plain one */
	const record_query *previous, *current;
	const record_query *filters[FILTERS_MAX];
	int filter_count;
	bool works; /* false: its topic is gone, or its words; the senders say so */
} matcher;

static const record_query *compile(record *r, text type, const query_text *q, arena *a, issues *sink)
{
	return q->count < 0 ? NULL : record_query_of(r, type, q->pairs, q->count, a, sink);
}

static matcher *matcher_make(record *r, text type, text asks, arena *a, issues *sink)
{
	matcher *m = ARENA_NEW(a, matcher);
	text_pair line = text_cut(asks, '\n');
	if (line.head.len > 0) {
		m->topic = topic_find(active_content, line.head);
		if (!m->topic) return m;
		m->previous = compile(r, type, &m->topic->previous, a, sink);
		m->current = compile(r, type, &m->topic->current, a, sink);
	}
	while (line.found && m->filter_count < FILTERS_MAX) {
		query_text q;
		line = text_cut(line.tail, '\n');
		if (!query_text_read(a, line.head, &q)) return m;
		m->filters[m->filter_count++] = compile(r, type, &q, a, sink);
	}
	m->works = sink->errors == 0;
	return m;
}

/* Compiled ones stay with the open record, found by their words: so nothing has to be forgotten when a commit is undone. */
typedef struct matchers {
	map known; /* type and words, to a number in `at` */
	matcher **at;
	int count, cap;
} matchers;

enum { MATCHERS_MAX = 2000 };

static const matcher *matcher_of(deriving *dv, const state *s)
{
	static const char owner;
	shelf *kept = deriving_shelf(dv, &owner);
	matchers *all = kept->what;
	if (!all || all->count == MATCHERS_MAX) {
		arena_reset(kept->arena);
		all = kept->what = ARENA_NEW(kept->arena, matchers);
		all->known.arena = kept->arena;
	}
	text key = text_format(deriving_arena(dv), "%.*s\n%.*s", TEXT_ARG(s->type), TEXT_ARG(s->asks));
	int64_t number = map_get_or(&all->known, key, -1);
	if (number >= 0) return all->at[number];
	issues unheard = {.arena = kept->arena};
	key = text_copy(kept->arena, key);
	if (all->count == all->cap) all->at = ARENA_DOUBLE(kept->arena, matcher *, all->at, &all->cap, 16);
	text asks = text_copy(kept->arena, s->asks), type = text_copy(kept->arena, s->type);
	matcher *m = matcher_make(deriving_record(dv), type, asks, kept->arena, &unheard);
	all->at[all->count] = m;
	map_put(&all->known, key, all->count++);
	return m;
}

/* ---- is this write asked for? ---- */

typedef struct weighing {
	deriving *dv;
	const change *change;
	issues unheard; /* what cannot be evaluated does not undo the commit */
	const doc *before;
	bool looked;
} weighing;

static const doc *before_of(weighing *w)
{
	version v;
	const change *c = w->change;
	if (w->looked || c->created) return w->before;
	w->looked = true;
	if (deriving_vread(w->dv, c->rid, c->version - 1, &v, &w->unheard) != FOUND || v.json.len == 0) return NULL;
	doc *d = ARENA_NEW(deriving_arena(w->dv), doc);
	if (json_parse_resource(deriving_arena(w->dv), v.json, TEXT(""), &w->unheard, d)) w->before = d;
	return w->before;
}

static bool fits(weighing *w, const record_query *q, const doc *d)
{
	return d && record_query_fits(q, d, deriving_arena(w->dv), &w->unheard);
}

/* A side that is not there is not asked. */
static bool trigger_fits(weighing *w, const matcher *m)
{
	const change *c = w->change;
	bool wanted = !c->resource ? m->topic->on_delete : c->created ? m->topic->on_create : m->topic->on_update;
	if (!wanted) return false;
	bool ask_now = m->current && c->resource, ask_before = m->previous && !c->created;
	if (!ask_now && !ask_before) return true;
	bool now = ask_now && fits(w, m->current, c->resource);
	bool was = ask_before && fits(w, m->previous, before_of(w));
	return m->topic->both ? (now || !ask_now) && (was || !ask_before) : now || was;
}

static bool is_asked_for(weighing *w, const matcher *m)
{
	if (!m->works) return false;
	if (m->topic ? !trigger_fits(w, m) : !w->change->resource) return false;
	const doc *d = w->change->resource ? w->change->resource : m->filter_count ? before_of(w) : NULL;
	for (int i = 0; i < m->filter_count; i++)
		if (!fits(w, m->filters[i], d)) return false;
	return true;
}

static bool event_add(deriving *dv, const change *c, state *s, issues *sink)
{
	event e = {.subscription = s->rid,
		   .number = ++s->number,
		   .sequence = c->sequence,
		   .at = c->at,
		   .rid = c->rid,
		   .version = c->version,
		   .method = !c->resource ? WRITE_DELETE
			     : c->created ? WRITE_CREATE
					  : WRITE_UPDATE};
	return event_put(deriving_writing(dv), &e, sink) && state_put(deriving_writing(dv), s, sink);
}

static bool events_add(deriving *dv, const change *c, issues *sink)
{
	state *asking;
	weighing w = {.dv = dv, .change = c, .unheard = {.arena = deriving_arena(dv)}};
	int count = state_list(deriving_snapshot(dv), &c->type, deriving_arena(dv), &asking, sink);
	for (int i = 0; i < count && sink->errors == 0; i++) {
		state *s = &asking[i];
		caller who = {.scope = s->scope};
		bool over = s->until != INSTANT_NONE && s->until <= deriving_now(dv);
		if (over || !scope_allows(&who, c->type) || !is_asked_for(&w, matcher_of(dv, s))) continue;
		if (!event_add(dv, c, s, sink)) return false;
	}
	if (w.unheard.errors)
		log_event(LOG_ERROR, "subscription-not-evaluated", "why",
			  text_z(deriving_arena(dv), issue_line(deriving_arena(dv), w.unheard.first, LANGUAGE_EN)),
			  NULL);
	return sink->errors == 0;
}

/* ---- a Subscription is written ---- */

static void *prepare(void *self, const write_op *w, const doc *resource, reader *rd, arena *a, issues *sink)
{
	(void)self;
	if (!text_equal(w->type, TEXT("Subscription")) || !resource || reader_rebuilding(rd)) return NULL;
	subscription *s = ARENA_NEW(a, subscription);
	if (!subscription_read(a, active_content, resource, s, sink)) return NULL;
	bool off = text_equal(s->status, TEXT("off"));
	if (!off && !subscription_may_reach(a, s, sink)) return NULL;
	matcher_make(reader_record(rd), s->type, s->asks, a, sink);
	return s;
}

/* Who asked sets it up anew; what the house writes is only how it goes. */
static bool status_fits(const state *x, const subscription *s, const change *c, issues *sink)
{
	if (text_equal(s->status, TEXT("requested")) || text_equal(s->status, TEXT("off"))) return true;
	/* Read, something else changed, written back: the status may stay as it was. */
	bool stays = !c->created && x->version && x->on &&
		     (text_equal(s->status, TEXT("active")) ? x->ready : text_equal(s->status, TEXT("error")));
	return stays || issue_at(sink, FAIL_NOTIFY_STATUS, (place){.path = TEXT("Subscription.status")}, s->status,
				 TEXT(""), TEXT(""));
}

static void state_by_house(state *x, const subscription *s)
{
	if (text_equal(s->status, TEXT("active"))) x->ready = true;
}

static bool state_by_owner(deriving *dv, state *x, const subscription *s, const change *c, issues *sink)
{
	arena *a = deriving_arena(dv);
	if (!status_fits(x, s, c, sink)) return false;
	if (!scope_allows(c->who, s->type)) return issue_add(sink, FAIL_RECORD_SCOPE, s->type, TEXT(""));
	x->type = s->type;
	x->asks = s->asks;
	x->until = s->until;
	x->socket = s->socket;
	x->beat = s->topic.len ? s->heartbeat : 0;
	x->actor = text_copy(a, c->who->actor);
	x->scope = text_copy(a, c->who->scope);
	x->ready = false;
	x->failures = 0;
	x->since = x->next = 0;
	x->trouble = (text){0};
	return true;
}

static bool subscription_written(deriving *dv, const change *c, issues *sink)
{
	state x;
	arena *a = deriving_arena(dv);
	const subscription *s = c->prepared;
	store_result got = state_get(deriving_snapshot(dv), c->rid, a, &x, sink);
	if (got == STORE_FAILED) return false;
	if (c->resource && !s) return true; /* refused in prepare already */
	x.id = c->id;
	if (s && notify_is_house(c->who))
		state_by_house(&x, s);
	else if (s && !state_by_owner(dv, &x, s, c, sink))
		return false;
	x.version = c->version;
	x.on = s && !text_equal(s->status, TEXT("off"));
	if (got == STORE_NOT_FOUND && !s) return true;
	return state_put(deriving_writing(dv), &x, sink);
}

static bool apply(void *self, deriving *dv, const change *c, issues *sink)
{
	(void)self;
	if (deriving_rebuilding(dv)) return true; /* all here is recorded, nothing computed */
	if (text_equal(c->type, TEXT("Subscription"))) return subscription_written(dv, c, sink);
	return events_add(dv, c, sink);
}

void notify_register(const image *content, const notify_options *options)
{
	static const table *const kept[] = {&state_table, &event_table, &delivery_table};
	active_content = content;
	notify_settings = *options;
	if (notify_settings.keep_days <= 0) notify_settings.keep_days = NOTIFY_KEEP_DAYS;
	record_register(
	    &(deriver){.name = "notify", .kept = kept, .kept_count = 3, .prepare = prepare, .apply = apply});
}

const image *notify_content_active(void)
{
	return active_content;
}
