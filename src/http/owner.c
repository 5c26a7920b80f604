/* owner.c: whose a task is: claimed, given back, handed over, put on hold, assigned, the next one taken, and several questions answered in
 * one go (docs/api.md). */
#include "http/internal.h"

/* ---- what is asked ---- */

typedef struct asked {
	acting what;
	text queue;
} asked;

static bool part_read(exchange *x, const doc *d, uint32_t at, asked *out)
{
	text name = doc_get_text(d, at, NAME_name), value = text_trim(parameter_value(d, at));
	text *const into[] = {&out->what.to, &out->what.reason, &out->what.done, &out->queue};
	static const char *const names[] = {"to", "reason", "done", "queue"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (text_equal(name, text_of(names[i]))) return *into[i] = value, true;
	if (!text_equal(name, TEXT("until"))) return issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
	return day_parse(value, &out->what.until) ||
	       issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, name, value, TEXT("en dato / a date"));
}

/* Parameters, or nothing at all. */
static bool asked_read(exchange *x, asked *out)
{
	doc d;
	*out = (asked){.what = {.until = DAY_NONE, .task = x->id}};
	text match = header_get(x, "If-Match");
	if (match.len && !header_etag(match, &out->what.seen))
		return issue_add(&x->sink, FAIL_HTTP_ETAG, match, TEXT(""));
	if (!query_none(x)) return false;
	if (x->body.len == 0) return true;
	if (!negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), &d)) return false;
	uint32_t list = doc_get(&d, 0, NAME_parameter);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d.nodes[list].next; i = d.nodes[i].next)
		if (!part_read(x, &d, i, out)) return false;
	return true;
}

static working worker_of(exchange *x)
{
	exchange_headroom(x, MIB);
	return (working){x->app->content, &x->who, world_now(x->app->world), x->arena};
}

static void task_reply(exchange *x)
{
	x->query_count = 0;
	exchange_read_anew(x);
	rest_read(x);
}

/* ---- the acts ---- */

static void act(exchange *x, task_act what)
{
	asked q;
	if (!rest_named(x) || !asked_read(x, &q)) return;
	q.what.act = what;
	const working by = worker_of(x);
	if (work_act(x->app->record, &q.what, &by, &x->sink)) task_reply(x);
}

void task_claim_post(exchange *x)
{
	act(x, ACT_CLAIM);
}

void task_release_post(exchange *x)
{
	act(x, ACT_RELEASE);
}

void task_handover_post(exchange *x)
{
	act(x, ACT_HANDOVER);
}

void task_hold_post(exchange *x)
{
	act(x, ACT_HOLD);
}

void task_assign_post(exchange *x)
{
	act(x, ACT_ASSIGN);
}

void task_next_post(exchange *x)
{
	asked q;
	text id;
	if (!asked_read(x, &q)) return;
	const working by = worker_of(x);
	if (work_next(x->app->record, q.queue, &by, &id, &x->sink)) {
		x->type = TEXT("Task");
		x->id = id;
		task_reply(x);
	} else if (x->sink.errors == 0) {
		reply_empty(x, 204);
	}
}

/* ---- several at once ---- */

static answers answers_in(exchange *x, const doc *d, uint32_t list)
{
	answer *all = ARENA_ARRAY(x->arena, answer, list == NODE_ABSENT ? 1 : d->nodes[list].len + 1);
	answers out = {.at = all};
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d->nodes[list].next; i = d->nodes[i].next)
		all[out.count++] = (answer){.field = doc_get_text(d, i, NAME_name), .value = parameter_value(d, i)};
	return out;
}

/* {name: task, part: [{name: id, valueId}, {name: answer, part: [{name: FIELD, value…}]}]} */
static text one_read(exchange *x, const doc *d, uint32_t at, answers *given)
{
	text id = {0};
	uint32_t parts = doc_get(d, at, NAME_part);
	*given = (answers){0};
	for (uint32_t i = parts + 1; parts != NODE_ABSENT && i < d->nodes[parts].next; i = d->nodes[i].next) {
		text name = doc_get_text(d, i, NAME_name);
		if (text_equal(name, TEXT("id"))) id = parameter_value(d, i);
		if (text_equal(name, TEXT("answer"))) *given = answers_in(x, d, doc_get(d, i, NAME_part));
	}
	return id;
}

/* `wrote`: in versions, so that it can be taken back as long as nobody has changed it since. */
static void result_write(exchange *x, json_out *o, const completing *c, bool done, const issues *said)
{
	part_open(o, "result");
	part_text(o, "id", "valueId", c->task);
	part_text(o, "outcome", "valueCode", done ? TEXT("done") : TEXT("refused"));
	for (int i = 0; done && i < c->written_count; i++) {
		const written *w = &c->written[i];
		if (w->unchanged) continue;
		part_reference(o, "wrote",
			       text_format(x->arena, "%.*s/%.*s/_history/%lld", TEXT_ARG(w->type), TEXT_ARG(w->id),
					   (long long)w->version));
	}
	for (const issue *i = said->first; i; i = i->next) {
		part_open(o, "issue");
		part_text(o, "code", "valueCode", text_of(failure_name(i->code)));
		part_text(o, "field", "valueString", i->place.path);
		part_text(o, "text", "valueString", issue_text(x->arena, i, x->who.language));
		part_close(o);
	}
	part_close(o);
}

/* Each is a commit of its own: one that is refused keeps none of the others back. */
void task_batch_post(exchange *x)
{
	doc d;
	if (!query_none(x) || !negotiate_body(x, false) || !rest_parse(x, x->body, TEXT("Parameters"), &d)) return;
	uint32_t list = doc_get(&d, 0, NAME_parameter);
	if (list != NODE_ABSENT && d.nodes[list].len > TASK_BATCH_MAX) {
		issue_at(&x->sink, FAIL_HTTP_PARAMETER_FORM, (place){0}, TEXT("task"), TEXT("…"), TEXT("1..200"));
		return;
	}
	exchange_headroom(x, MIB);
	json_out o = parameters_begin(x);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d.nodes[list].next; i = d.nodes[i].next) {
		text name = doc_get_text(&d, i, NAME_name);
		if (!text_equal(name, TEXT("task"))) {
			issue_add(&x->sink, FAIL_HTTP_PARAMETER, name, TEXT(""));
			return;
		}
		answers given;
		issues said = {.arena = x->arena};
		completing c = {.record = x->app->record,
				.image = x->app->content,
				.who = &x->who,
				.task = one_read(x, &d, i, &given),
				.given = &given,
				.now = world_now(x->app->world)};
		bool done = work_complete(&c, x->arena, &said);
		result_write(x, &o, &c, done, &said);
	}
	parameters_reply(x, &o);
}
