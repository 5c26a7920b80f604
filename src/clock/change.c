/* change.c: what a clock said before and after each commit that moved it: who, when, by which fact. It is recorded and not computed: with
 * other rules tomorrow it still says what was shown today. Time that passes writes nothing here; that a limit was reached shows in `due`. */
#include "clock/internal.h"

#include <string.h>

enum {
	CHANGE_SUBJECT,
	CHANGE_SEQUENCE,
	CHANGE_RULE,
	CHANGE_AT,
	CHANGE_ACTOR,
	CHANGE_FROM,
	CHANGE_TO,
	CHANGE_DUE_FROM,
	CHANGE_DUE_TO,
	CHANGE_FACT,
	CHANGE_RESOURCE,
	CHANGE_VERSION,
	CHANGE_COLUMNS
};

const table clock_change_table = {
    .name = "clock_change",
    .columns = {{"subject", CELL_INT},
		{"sequence", CELL_INT},
		{"rule", CELL_TEXT},
		{"at", CELL_INT},
		{"actor", CELL_TEXT},
		{"state_from", CELL_INT},
		{"state_to", CELL_INT},
		{"due_from", CELL_INT},
		{"due_to", CELL_INT},
		{"fact", CELL_TEXT},
		{"resource", CELL_TEXT},
		{"version", CELL_INT}},
    .column_count = CHANGE_COLUMNS,
    .key_columns = 3,
};

static const clock *of_rule(const clock *all, int count, const clock_rule *r)
{
	for (int i = 0; i < count; i++)
		if (all[i].rule == r) return &all[i];
	return NULL;
}

static bool has_moved(const clock *x, const clock *y, instant now)
{
	if (!x || !y) return x != y;
	return x->due != y->due || x->due_day != y->due_day || x->stop != y->stop || x->paused != y->paused ||
	       x->suspended != y->suspended || x->provisional != y->provisional || x->start != y->start ||
	       clock_state_at(x, now) != clock_state_at(y, now);
}

/* The newest fact the rule speaks of: what moved it. None where a fact is gone: then the one that is left is older than the change. */
static const fact *mover(const clock_rule *r, const facts *f, int64_t since)
{
	const fact *newest = NULL;
	for (int i = 0; i < f->count; i++) {
		const fact *x = &f->at[i];
		if (x->sequence >= since && rule_names(r, x->id) && (!newest || x->sequence > newest->sequence))
			newest = x;
	}
	return newest;
}

static bool change_put(const clock_binding *b, const clock_rule *r, const clock *before, const clock *after,
		       issues *sink)
{
	deriving *dv = b->dv;
	instant now = deriving_now(dv);
	const fact *by = mover(r, b->facts, deriving_first_sequence(dv));
	text name = by ? fact_at(b->image, by->id)->name : TEXT("");
	text resource =
	    by ? text_format(deriving_arena(dv), "%.*s/%.*s", TEXT_ARG(by->type), TEXT_ARG(by->resource)) : TEXT("");
	cell row[CHANGE_COLUMNS] = {
	    [CHANGE_SUBJECT] = INT_CELL(b->subject),
	    [CHANGE_SEQUENCE] = INT_CELL(deriving_sequence(dv)),
	    [CHANGE_RULE] = TEXT_CELL(r->face.id),
	    [CHANGE_AT] = INT_CELL(now),
	    [CHANGE_ACTOR] = TEXT_CELL(deriving_caller(dv)->actor),
	    [CHANGE_FROM] = INT_CELL(before ? clock_state_at(before, now) : CLOCK_NOT),
	    [CHANGE_TO] = INT_CELL(after ? clock_state_at(after, now) : CLOCK_NOT),
	    [CHANGE_DUE_FROM] = INT_CELL(before ? before->due_day : DAY_NONE),
	    [CHANGE_DUE_TO] = INT_CELL(after ? after->due_day : DAY_NONE),
	    [CHANGE_FACT] = TEXT_CELL(name),
	    [CHANGE_RESOURCE] = TEXT_CELL(resource),
	    [CHANGE_VERSION] = INT_CELL(by ? by->version : 0),
	};
	return store_set(deriving_writing(dv), &clock_change_table, row, sink) == STORE_OK;
}

bool clock_changes_note(const clock_binding *b, const clock *before, int count_before, issues *sink)
{
	const clock_rule *const *rules;
	int count = clock_rules(b->image, &rules);
	if (deriving_rebuilding(b->dv)) return true;
	for (int i = 0; i < count; i++) {
		const clock *x = of_rule(before, count_before, rules[i]), *y = of_rule(b->made, b->count, rules[i]);
		if (has_moved(x, y, deriving_now(b->dv)) && !change_put(b, rules[i], x, y, sink)) return false;
	}
	return true;
}

static clock_change from_row(const cell *row)
{
	return (clock_change){.rule = row[CHANGE_RULE].text,
			      .sequence = row[CHANGE_SEQUENCE].integer,
			      .at = row[CHANGE_AT].integer,
			      .actor = row[CHANGE_ACTOR].text,
			      .from = (clock_state)row[CHANGE_FROM].integer,
			      .to = (clock_state)row[CHANGE_TO].integer,
			      .due_from = (day)row[CHANGE_DUE_FROM].integer,
			      .due_to = (day)row[CHANGE_DUE_TO].integer,
			      .fact = row[CHANGE_FACT].text,
			      .resource = row[CHANGE_RESOURCE].text,
			      .version = row[CHANGE_VERSION].integer};
}

int clock_changes(snapshot *r, int64_t subject_rid, text rule, arena *a, clock_change **out, issues *sink)
{
	cell key = INT_CELL(subject_rid), row[CHANGE_COLUMNS];
	clock_change *all = NULL;
	int count = 0, cap = 0, before = sink->errors;
	scan *s = store_scan(r, &clock_change_table, &(scan_options){.index = -1, .prefix = &key, .prefix_cells = 1}, a,
			     sink);
	while (s && scan_next(s, row, sink)) {
		if (rule.len && !text_equal(rule, row[CHANGE_RULE].text)) continue;
		if (count == cap) {
			clock_change *wider = ARENA_ARRAY(a, clock_change, cap ? cap * 2 : 16);
			if (count) memcpy(wider, all, (size_t)count * sizeof *wider);
			all = wider;
			cap = cap ? cap * 2 : 16;
		}
		clock_change c = from_row(row);
		c.rule = text_copy(a, c.rule);
		c.actor = text_copy(a, c.actor);
		c.fact = text_copy(a, c.fact);
		c.resource = text_copy(a, c.resource);
		all[count++] = c;
	}
	if (s) scan_close(s);
	*out = all;
	return sink->errors > before ? -1 : count;
}
