/* Preparing a write in the caller's thread: checking it, finding what it changes, stamping its JSON, its index values, what derivers
 * want of it. All of it holds as long as the read set does, which the writer checks. */
#include "record/internal.h"

#include <string.h>

/* Fixed width, so that the writer can put the instant in without moving a byte. */
text instant_stamp(char *out, instant at)
{
	instant day_part = at / HOURS(24) - (at % HOURS(24) < 0);
	int64_t rest = at - day_part * HOURS(24);
	civil c = civil_from_day((day)day_part);
	int64_t seconds = rest / SECONDS(1);
	char made[64];
	int n =
	    snprintf(made, sizeof made, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", c.year, c.month, c.day,
		     (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60), (int)(rest % SECONDS(1)));
	assert(n == STAMP_BYTES);
	memcpy(out, made, STAMP_BYTES);
	return (text){out, STAMP_BYTES};
}

/* One write on its way. */
typedef struct preparing {
	reader *rd;
	const write_op *w;
	arena *arena;
	issues *sink;
	prepared *out;
	version current; /* what is there now; `found` says whether */
	found found;
} preparing;

static bool refuse(const preparing *p, failure code, text detail)
{
	text what = text_format(p->arena, "%.*s/%.*s", TEXT_ARG(p->w->type), TEXT_ARG(p->out->id));
	return issue_add(p->sink, code, what, detail);
}

static bool check_form(preparing *p)
{
	const write_op *w = p->w;
	record *r = p->rd->record;
	if (!(p->out->type = type_of(r, w->type, p->sink))) return false;
	if (!scope_allows(&p->rd->who, w->type)) return issue_add(p->sink, FAIL_RECORD_SCOPE, w->type, TEXT(""));
	p->out->id = w->id;
	if (w->id.len == 0 && w->method == WRITE_CREATE) p->out->id = world_uuid(r->world, p->arena);
	if (!id_valid(p->out->id)) return issue_add(p->sink, FAIL_RECORD_ID, p->out->id, TEXT(""));
	return true;
}

static bool check_resource(preparing *p)
{
	const write_op *w = p->w;
	if (w->method == WRITE_DELETE) return true;
	if (!text_equal(doc_type(w->resource), w->type))
		return issue_add(p->sink, FAIL_RECORD_OTHER_TYPE, doc_type(w->resource), w->type);
	text own_id = doc_get_text(w->resource, 0, NAME_id);
	if (w->method == WRITE_UPDATE && own_id.len && !text_equal(own_id, w->id))
		return refuse(p, FAIL_RECORD_OTHER_ID, own_id);
	const validation how = {.taking = true, .outside.now = world_now(p->rd->record->world)};
	if (!w->checked && !resource_validate(&how, w->resource, p->arena, p->sink)) return false;
	bool is_parameter = text_equal(w->type, TEXT("SearchParameter"));
	return !is_parameter || own_check(p->rd->record, w->resource, p->out->id, p->sink);
}

/* A patch becomes the update it makes of the current version. */
static bool check_patched(preparing *p)
{
	doc before, *after = ARENA_NEW(p->arena, doc);
	text json;
	if (p->found != FOUND) return refuse(p, FAIL_RECORD_NOTHING, TEXT(""));
	if (!json_parse_resource(p->arena, p->current.json, TEXT(""), p->sink, &before)) return false;
	if (!patch_apply(p->w->patch, &before, world_now(p->rd->record->world), p->arena, p->sink, &json)) return false;
	if (!json_parse_resource(p->arena, json, TEXT(""), p->sink, after)) return false;
	write_op *update = ARENA_NEW(p->arena, write_op);
	*update = *p->w;
	update->patch = NULL;
	update->checked = false;
	update->resource = after;
	p->w = update;
	return check_resource(p);
}

static bool read_current(preparing *p)
{
	const write_op *w = p->w;
	bool new_id = w->method == WRITE_CREATE && w->id.len == 0;
	if (!new_id) {
		p->found = record_read(p->rd, w->type, p->out->id, &p->current, p->sink);
		return p->found != FOUND_FAILED;
	}
	/* Made a moment ago out of 122 random bits: not worth looking for. The writer checks that it is free. */
	reader_note(p->rd, w->type, p->out->id, 0, STATE_PLACEHOLDER);
	p->found = FOUND_NONE;
	return true;
}

static bool check_current(preparing *p)
{
	const write_op *w = p->w;
	if (!read_current(p)) return false;
	bool live = p->found == FOUND;
	bool there = live || p->found == FOUND_DELETED;
	if (w->method == WRITE_CREATE && live) return refuse(p, FAIL_RECORD_EXISTS, TEXT(""));
	if (w->method != WRITE_CREATE && w->if_match == -1 && live) return refuse(p, FAIL_RECORD_EXISTS, TEXT(""));
	bool matters = w->method != WRITE_CREATE && w->if_match > 0;
	if (matters && !live) return refuse(p, FAIL_RECORD_VERSION_GONE, TEXT(""));
	if (matters && p->current.number != w->if_match)
		return refuse(p, FAIL_RECORD_VERSION, text_format(p->arena, "%lld", (long long)p->current.number));
	p->out->rid = there ? p->current.rid : 0;
	p->out->version = (there ? p->current.number : 0) + 1;
	p->out->created = !live;
	p->out->kept_at = p->current.at;
	p->out->kept_sequence = p->current.sequence;
	return true;
}

static text stamped(const preparing *p, int64_t number, instant at)
{
	char stamp[STAMP_BYTES];
	text said = instant_stamp(stamp, at);
	return json_stamped(p->arena, p->w->resource, p->out->id, text_format(p->arena, "%lld", (long long)number),
			    said);
}

/* The same words were there already? Both were printed by json_stamped, so equal means equal byte for byte. */
static bool is_unchanged(const preparing *p)
{
	if (p->found != FOUND) return p->w->method == WRITE_DELETE;
	if (p->w->method == WRITE_DELETE) return false;
	return text_equal(stamped(p, p->current.number, p->current.at), p->current.json);
}

/* The JSON as it will be kept, with a place for the instant, and its tree. */
static bool keep_json(preparing *p)
{
	text made = stamped(p, p->out->version, world_now(p->rd->record->world));
	char *json = arena_bytes(p->arena, made.len);
	memcpy(json, made.at, (size_t)made.len);
	doc *d = ARENA_NEW(p->arena, doc);
	if (!json_parse_resource(p->arena, (text){json, made.len}, TEXT(""), p->sink, d)) return false;
	uint32_t meta = doc_get(d, 0, NAME_meta);
	uint32_t updated = meta ? doc_get(d, meta, NAME_lastUpdated) : NODE_ABSENT;
	assert(updated && d->nodes[updated].len == STAMP_BYTES && !(d->nodes[updated].flags & NODE_UNESCAPED));
	p->out->json = json;
	p->out->json_len = made.len;
	p->out->stamp_at = d->nodes[updated].at;
	p->out->resource = d;
	return true;
}

/* ---- index values: those of the version before, those of the new one, and the difference ---- */

static bool values_before(preparing *p, index_values *out)
{
	doc d;
	*out = (index_values){.arena = p->arena};
	if (p->found != FOUND || p->current.json.len == 0) return true;
	return json_parse_resource(p->arena, p->current.json, TEXT(""), p->sink, &d) &&
	       extract(p->rd->record, p->out->type, &d, p->arena, p->sink, out);
}

/* Numbers the snapshot knows already; they never change. The rest the writer finds or gives. */
static void resolve_values(preparing *p, index_values *v)
{
	record *r = p->rd->record;
	for (int i = 0; i < v->count; i++) {
		index_value *x = &v->at[i];
		if (x->kind == INDEX_REFERENCE) {
			cell row[RES_COLUMNS];
			bool there = false;
			int64_t term = term_known(r, p->rd->snapshot, x->system, p->arena, p->sink);
			if (term && resource_row(p->rd->snapshot, term, x->value, p->arena, row, &there, p->sink) &&
			    there)
				x->number = row[RES_RID].integer;
		} else if ((x->kind == INDEX_TOKEN || x->kind == INDEX_NUMBER) && x->system.len) {
			x->number = term_known(r, p->rd->snapshot, x->system, p->arena, p->sink);
		}
	}
}

static void difference(const preparing *p, const index_values *before, const index_values *after)
{
	prepared *out = p->out;
	out->remove = ARENA_ARRAY(p->arena, index_value, before->count);
	out->add = ARENA_ARRAY(p->arena, index_value, after->count);
	int b = 0, n = 0;
	while (b < before->count || n < after->count) {
		const index_value *x = b < before->count ? &before->at[b] : NULL;
		const index_value *y = n < after->count ? &after->at[n] : NULL;
		int order = !x ? 1 : !y ? -1 : index_compare(x, y);
		if (order < 0)
			out->remove[out->remove_count++] = *x;
		else if (y && (order > 0 || x->rank != y->rank))
			out->add[out->add_count++] = *y;
		b += order <= 0;
		n += order >= 0;
	}
}

static bool prepare_index(preparing *p)
{
	index_values before, after = {.arena = p->arena};
	if (!values_before(p, &before)) return false;
	const doc *d = p->out->resource;
	if (d && !extract(p->rd->record, p->out->type, d, p->arena, p->sink, &after)) return false;
	resolve_values(p, &before);
	resolve_values(p, &after);
	difference(p, &before, &after);
	return p->sink->errors == 0;
}

/* Derivers read on the house's behalf, not on the caller's: a rule must see all it speaks of, whoever writes. */
static bool prepare_derivers(preparing *p)
{
	int count;
	reader all = *p->rd;
	all.who.scope = TEXT("*");
	all.own = false;
	derivers(&count);
	p->out->deriver_prepared = ARENA_ARRAY(p->arena, void *, count);
	for (int i = 0; i < count; i++)
		p->out->deriver_prepared[i] = derive_prepare(i, p->w, p->out->resource, &all, p->arena, p->sink);
	return p->sink->errors == 0;
}

bool prepare_write(reader *rd, const write_op *w, arena *a, issues *sink, prepared *out)
{
	*out = (prepared){.method = w->method, .cause = w->cause, .orphans = w->orphans};
	preparing p = {.rd = rd, .w = w, .arena = a, .sink = sink, .out = out};
	assert(w->method == WRITE_DELETE || !w->resource != !w->patch);
	if (!check_form(&p) || (!w->patch && !check_resource(&p)) || !check_current(&p)) return false;
	if (w->patch && !check_patched(&p)) return false;
	w = p.w;
	/* The commit starts over once it is; looking again later could find it so, with this write half prepared. */
	out->generation = atomic_load(&out->type->generation);
	out->unnumbered = !atomic_load(&out->type->numbered);
	if (out->unnumbered) return true;
	out->unchanged = is_unchanged(&p);
	if (out->unchanged) {
		out->version = p.found == FOUND_NONE ? 0 : p.current.number;
		out->kept_json = p.current.json;
		return true;
	}
	if (w->method != WRITE_DELETE && !keep_json(&p)) return false;
	return prepare_index(&p) && prepare_derivers(&p);
}
