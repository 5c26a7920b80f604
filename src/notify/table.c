/* table.c: the rows: subscriptions, the outbox, the log of deliveries. All recorded: none can be computed from the log, for what was
 * promised and told depends on when. */
#include "notify/internal.h"

enum {
	STATE_RID,
	STATE_TYPE,
	STATE_ON,
	STATE_ID,
	STATE_VERSION,
	STATE_ASKS,
	STATE_UNTIL,
	STATE_SOCKET,
	STATE_BEAT,
	STATE_ACTOR,
	STATE_SCOPE,
	STATE_READY,
	STATE_NUMBER,
	STATE_SENT,
	STATE_FAILURES,
	STATE_SINCE,
	STATE_NEXT,
	STATE_SAID,
	STATE_TROUBLE,
	STATE_COLUMNS
};
const table state_table = {
    .name = "notify_state",
    .columns = {[STATE_RID] = {"rid", CELL_INT},
		[STATE_TYPE] = {"type", CELL_TEXT},
		[STATE_ON] = {"active", CELL_INT},
		[STATE_ID] = {"id", CELL_TEXT},
		[STATE_VERSION] = {"version", CELL_INT},
		[STATE_ASKS] = {"asks", CELL_TEXT},
		[STATE_UNTIL] = {"until", CELL_INT},
		[STATE_SOCKET] = {"socket", CELL_INT},
		[STATE_BEAT] = {"beat", CELL_INT},
		[STATE_ACTOR] = {"actor", CELL_TEXT},
		[STATE_SCOPE] = {"scope", CELL_TEXT},
		[STATE_READY] = {"ready", CELL_INT},
		[STATE_NUMBER] = {"number", CELL_INT},
		[STATE_SENT] = {"sent", CELL_INT},
		[STATE_FAILURES] = {"failures", CELL_INT},
		[STATE_SINCE] = {"since", CELL_INT},
		[STATE_NEXT] = {"next", CELL_INT},
		[STATE_SAID] = {"said", CELL_INT},
		[STATE_TROUBLE] = {"trouble", CELL_TEXT}},
    .column_count = STATE_COLUMNS,
    .key_columns = 1,
    .rowid = true,
    .indexes = {[STATE_BY_TYPE] = {"notify_state_type", false, {STATE_TYPE, STATE_ON}, 2}},
    .index_count = 1,
};

enum {
	EVENT_SUBSCRIPTION,
	EVENT_NUMBER,
	EVENT_SEQUENCE,
	EVENT_AT,
	EVENT_RID,
	EVENT_VERSION,
	EVENT_METHOD,
	EVENT_COLUMNS
};
const table event_table = {
    .name = "notify_event",
    .columns = {[EVENT_SUBSCRIPTION] = {"subscription", CELL_INT},
		[EVENT_NUMBER] = {"number", CELL_INT},
		[EVENT_SEQUENCE] = {"seq", CELL_INT},
		[EVENT_AT] = {"at", CELL_INT},
		[EVENT_RID] = {"rid", CELL_INT},
		[EVENT_VERSION] = {"version", CELL_INT},
		[EVENT_METHOD] = {"method", CELL_INT}},
    .column_count = EVENT_COLUMNS,
    .key_columns = 2,
};

enum {
	DELIVERY_SUBSCRIPTION,
	DELIVERY_NUMBER,
	DELIVERY_AT,
	DELIVERY_KIND,
	DELIVERY_FIRST,
	DELIVERY_LAST,
	DELIVERY_STATUS,
	DELIVERY_MICROS,
	DELIVERY_TROUBLE,
	DELIVERY_COLUMNS
};
const table delivery_table = {
    .name = "notify_delivery",
    .columns = {[DELIVERY_SUBSCRIPTION] = {"subscription", CELL_INT},
		[DELIVERY_NUMBER] = {"number", CELL_INT},
		[DELIVERY_AT] = {"at", CELL_INT},
		[DELIVERY_KIND] = {"kind", CELL_INT},
		[DELIVERY_FIRST] = {"first", CELL_INT},
		[DELIVERY_LAST] = {"last", CELL_INT},
		[DELIVERY_STATUS] = {"status", CELL_INT},
		[DELIVERY_MICROS] = {"micros", CELL_INT},
		[DELIVERY_TROUBLE] = {"trouble", CELL_TEXT}},
    .column_count = DELIVERY_COLUMNS,
    .key_columns = 2,
};

/* ---- subscriptions ---- */

static state state_of(arena *a, const cell *row)
{
	return (state){
	    .rid = row[STATE_RID].integer,
	    .type = text_copy(a, row[STATE_TYPE].text),
	    .on = row[STATE_ON].integer,
	    .id = text_copy(a, row[STATE_ID].text),
	    .version = row[STATE_VERSION].integer,
	    .asks = text_copy(a, row[STATE_ASKS].text),
	    .until = row[STATE_UNTIL].integer,
	    .socket = row[STATE_SOCKET].integer,
	    .beat = row[STATE_BEAT].integer,
	    .actor = text_copy(a, row[STATE_ACTOR].text),
	    .scope = text_copy(a, row[STATE_SCOPE].text),
	    .ready = row[STATE_READY].integer,
	    .number = row[STATE_NUMBER].integer,
	    .sent = row[STATE_SENT].integer,
	    .failures = row[STATE_FAILURES].integer,
	    .since = row[STATE_SINCE].integer,
	    .next = row[STATE_NEXT].integer,
	    .said = row[STATE_SAID].integer,
	    .trouble = text_copy(a, row[STATE_TROUBLE].text),
	};
}

store_result state_get(snapshot *s, int64_t rid, arena *a, state *out, issues *sink)
{
	cell row[STATE_COLUMNS];
	store_result got = store_get(s, &state_table, &INT_CELL(rid), a, row, sink);
	*out = got == STORE_OK ? state_of(a, row) : (state){.rid = rid, .until = INSTANT_NONE};
	return got;
}

bool state_put(writing *w, const state *s, issues *sink)
{
	cell row[STATE_COLUMNS] = {
	    [STATE_RID] = INT_CELL(s->rid),
	    [STATE_TYPE] = TEXT_CELL(s->type),
	    [STATE_ON] = INT_CELL(s->on),
	    [STATE_ID] = TEXT_CELL(s->id),
	    [STATE_VERSION] = INT_CELL(s->version),
	    [STATE_ASKS] = TEXT_CELL(s->asks),
	    [STATE_UNTIL] = INT_CELL(s->until),
	    [STATE_SOCKET] = INT_CELL(s->socket),
	    [STATE_BEAT] = INT_CELL(s->beat),
	    [STATE_ACTOR] = TEXT_CELL(s->actor),
	    [STATE_SCOPE] = TEXT_CELL(s->scope),
	    [STATE_READY] = INT_CELL(s->ready),
	    [STATE_NUMBER] = INT_CELL(s->number),
	    [STATE_SENT] = INT_CELL(s->sent),
	    [STATE_FAILURES] = INT_CELL(s->failures),
	    [STATE_SINCE] = INT_CELL(s->since),
	    [STATE_NEXT] = INT_CELL(s->next),
	    [STATE_SAID] = INT_CELL(s->said),
	    [STATE_TROUBLE] = TEXT_CELL(s->trouble),
	};
	return store_put(w, &state_table, row, sink) == STORE_OK;
}

int state_list(snapshot *s, const text *type, arena *a, state **out, issues *sink)
{
	cell row[STATE_COLUMNS], prefix[] = {TEXT_CELL(type ? *type : TEXT("")), INT_CELL(1)};
	scan_options of_type = {.index = STATE_BY_TYPE, .prefix = prefix, .prefix_cells = 2}, all = {.index = -1};
	int count = 0, cap = 0;
	*out = NULL;
	scan *rows = store_scan(s, &state_table, type ? &of_type : &all, a, sink);
	while (scan_next(rows, row, sink)) {
		if (count == cap) *out = ARENA_DOUBLE(a, state, *out, &cap, 8);
		(*out)[count++] = state_of(a, row);
	}
	scan_close(rows);
	return count;
}

/* ---- the outbox ---- */

bool event_put(writing *w, const event *e, issues *sink)
{
	cell row[EVENT_COLUMNS] = {
	    [EVENT_SUBSCRIPTION] = INT_CELL(e->subscription),
	    [EVENT_NUMBER] = INT_CELL(e->number),
	    [EVENT_SEQUENCE] = INT_CELL(e->sequence),
	    [EVENT_AT] = INT_CELL(e->at),
	    [EVENT_RID] = INT_CELL(e->rid),
	    [EVENT_VERSION] = INT_CELL(e->version),
	    [EVENT_METHOD] = INT_CELL(e->method),
	};
	return store_insert(w, &event_table, row, sink) == STORE_OK;
}

int event_list(snapshot *s, int64_t rid, notify_range range, int max, arena *a, event **out, issues *sink)
{
	cell row[EVENT_COLUMNS], low = INT_CELL(range.from), high = INT_CELL(range.to);
	scan_options o = {.index = -1,
			  .prefix = &INT_CELL(rid),
			  .prefix_cells = 1,
			  .low = &low,
			  .high = &high,
			  .high_included = true,
			  .limit = max};
	int count = 0;
	*out = ARENA_ARRAY(a, event, max);
	scan *rows = store_scan(s, &event_table, &o, a, sink);
	while (count < max && scan_next(rows, row, sink))
		(*out)[count++] = (event){.subscription = rid,
					  .number = row[EVENT_NUMBER].integer,
					  .sequence = row[EVENT_SEQUENCE].integer,
					  .at = row[EVENT_AT].integer,
					  .rid = row[EVENT_RID].integer,
					  .version = row[EVENT_VERSION].integer,
					  .method = (write_method)row[EVENT_METHOD].integer};
	scan_close(rows);
	return count;
}

/* ---- deliveries ---- */

static int deliveries_of(snapshot *s, int64_t rid, int max, arena *a, notify_delivery *out, issues *sink)
{
	cell row[DELIVERY_COLUMNS];
	scan_options o = {.index = -1, .prefix = &INT_CELL(rid), .prefix_cells = 1, .descending = true, .limit = max};
	int count = 0;
	scan *rows = store_scan(s, &delivery_table, &o, a, sink);
	while (count < max && scan_next(rows, row, sink))
		out[count++] = (notify_delivery){.number = row[DELIVERY_NUMBER].integer,
						 .at = row[DELIVERY_AT].integer,
						 .kind = (notify_kind)row[DELIVERY_KIND].integer,
						 .first = row[DELIVERY_FIRST].integer,
						 .last = row[DELIVERY_LAST].integer,
						 .status = (int)row[DELIVERY_STATUS].integer,
						 .micros = row[DELIVERY_MICROS].integer,
						 .trouble = text_copy(a, row[DELIVERY_TROUBLE].text)};
	scan_close(rows);
	return count;
}

bool delivery_add(writing *w, snapshot *s, int64_t rid, notify_delivery *d, arena *a, issues *sink)
{
	notify_delivery last;
	d->number = deliveries_of(s, rid, 1, a, &last, sink) ? last.number + 1 : 1;
	cell row[DELIVERY_COLUMNS] = {
	    [DELIVERY_SUBSCRIPTION] = INT_CELL(rid),
	    [DELIVERY_NUMBER] = INT_CELL(d->number),
	    [DELIVERY_AT] = INT_CELL(d->at),
	    [DELIVERY_KIND] = INT_CELL(d->kind),
	    [DELIVERY_FIRST] = INT_CELL(d->first),
	    [DELIVERY_LAST] = INT_CELL(d->last),
	    [DELIVERY_STATUS] = INT_CELL(d->status),
	    [DELIVERY_MICROS] = INT_CELL(d->micros),
	    [DELIVERY_TROUBLE] = TEXT_CELL(d->trouble),
	};
	return sink->errors == 0 && store_insert(w, &delivery_table, row, sink) == STORE_OK;
}

int notify_deliveries(reader *rd, text id, int max, arena *a, notify_delivery **out, issues *sink)
{
	int64_t rid = record_rid(rd, TEXT("Subscription"), id);
	*out = ARENA_ARRAY(a, notify_delivery, max);
	return rid ? deliveries_of(reader_snapshot(rd), rid, max, a, *out, sink) : 0;
}

/* ---- forgetting ---- */

enum { PRUNED_AT_ONCE = 200 };

/* The oldest rows of a table keyed by subscription and number, of which `when` says the instant, as far as they are from before. */
static bool prune(writing *w, snapshot *s, const table *t, int when, const state *x, instant before, arena *a,
		  issues *sink)
{
	cell row[TABLE_COLUMNS_MAX], keys[PRUNED_AT_ONCE][2];
	/* Of the outbox only what was told; of the deliveries the newest row stays, so that their numbers go on. */
	bool outbox = t == &event_table;
	scan_options o = {.index = -1, .prefix = &INT_CELL(x->rid), .prefix_cells = 1, .limit = PRUNED_AT_ONCE};
	int count = 0;
	scan *rows = store_scan(s, t, &o, a, sink);
	while (count < PRUNED_AT_ONCE && scan_next(rows, row, sink) && row[when].integer < before) {
		if (outbox && row[EVENT_NUMBER].integer > x->sent) break;
		keys[count][0] = row[0];
		keys[count++][1] = row[1];
	}
	scan_close(rows);
	notify_delivery newest;
	bool has = !outbox && deliveries_of(s, x->rid, 1, a, &newest, sink);
	for (int i = 0; i < count && sink->errors == 0; i++) {
		if (has && keys[i][1].integer == newest.number) continue;
		store_delete(w, t, keys[i], 2, sink);
	}
	return sink->errors == 0;
}

bool outbox_prune(writing *w, snapshot *s, const state *x, instant before, arena *a, issues *sink)
{
	return prune(w, s, &event_table, EVENT_AT, x, before, a, sink) &&
	       prune(w, s, &delivery_table, DELIVERY_AT, x, before, a, sink);
}
