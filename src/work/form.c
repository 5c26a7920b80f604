/* form.c: the form of a kind of task, and answers as people type them. */
#include "work/internal.h"

static const char *const type_words[] = {"code", "text", "date", "datetime", "boolean", "integer", NULL};
static const char *const field_keys[] = {"field",   "type",    "required", "must", "da",      "en",      "help_da",
					 "help_en", "default", "min",      "max",  "options", "choices", NULL};

text field_type_word(field_type t)
{
	switch (t) {
	case FIELD_CODE:
		return TEXT("choice");
	case FIELD_TEXT:
		return TEXT("text");
	case FIELD_DATE:
		return TEXT("date");
	case FIELD_DATETIME:
		return TEXT("dateTime");
	case FIELD_BOOLEAN:
		return TEXT("boolean");
	case FIELD_INTEGER:
		return TEXT("integer");
	}
	return (text){0};
}

/* ---- compiling ---- */

static bool yes(const content_entry *e, uint32_t object, const char *key)
{
	uint32_t n = content_get(e, object, key);
	return n != NODE_ABSENT && e->d->nodes[n].kind == NODE_TRUE;
}

static bool read_options(image *m, const content_entry *e, uint32_t list, field *f, issues *sink)
{
	static const char *const keys[] = {"code", "da", "en", NULL};
	const node *nodes = e->d->nodes;
	field_option *options = ARENA_ARRAY(m->arena, field_option, nodes[list].len + 1);
	f->options = options;
	for (uint32_t n = list + 1; n < nodes[list].next; n = nodes[n].next) {
		field_option *o = &options[f->option_count++];
		if (!content_keys(e, n, keys, sink) || !content_text(e, n, "code", true, &o->code, sink) ||
		    !content_text(e, n, "da", true, &o->da, sink) || !content_text(e, n, "en", true, &o->en, sink))
			return false;
	}
	return true;
}

/* options: competence: each that content has a name for. */
static bool every_competence(image *m, field *f)
{
	const content_entry **all;
	int count = content_each(m, TEXT("competence"), &all);
	field_option *options = ARENA_ARRAY(m->arena, field_option, count + 1);
	f->options = options;
	for (f->option_count = 0; f->option_count < count; f->option_count++) {
		text id = all[f->option_count]->id;
		options[f->option_count] = (field_option){id, competence_word(m, "competence", id, LANGUAGE_DA),
							  competence_word(m, "competence", id, LANGUAGE_EN)};
	}
	return true;
}

/* Options stand at the field, or under the family's `choices` where several kinds share them. */
static bool find_options(image *m, const task_kind *k, layered one, field *f, issues *sink)
{
	const content_entry *e = one.e;
	uint32_t at = one.node;
	uint32_t own = content_get(e, at, "options"), shared = content_get(e, at, "choices");
	if (own != NODE_ABSENT && e->d->nodes[own].kind == NODE_ARRAY) return read_options(m, e, own, f, sink);
	if (own != NODE_ABSENT && text_equal(doc_text(e->d, own), TEXT("competence"))) return every_competence(m, f);
	if (shared == NODE_ABSENT)
		return issue_at(sink, FAIL_WORK_KIND_MISSING, content_place(e, at), TEXT("options"), TEXT(""),
				TEXT(""));
	text name = doc_text(e->d, shared);
	layered all = kind_key(e, k->family, "choices");
	uint32_t list = all.node == NODE_ABSENT ? NODE_ABSENT : content_get(all.e, all.node, text_z(sink->arena, name));
	if (list == NODE_ABSENT || all.e->d->nodes[list].kind != NODE_ARRAY)
		return issue_at(sink, FAIL_WORK_KIND_UNKNOWN, content_place(e, shared), TEXT("choices"), name,
				TEXT(""));
	return read_options(m, all.e, list, f, sink);
}

static bool read_range(const content_entry *e, uint32_t at, field *f, issues *sink)
{
	if (!content_int(e, at, "min", false, &f->min, sink) || !content_int(e, at, "max", false, &f->max, sink))
		return false;
	if (content_get(e, at, "min") == NODE_ABSENT) f->min = INT64_MIN;
	if (content_get(e, at, "max") == NODE_ABSENT) f->max = INT64_MAX;
	return true;
}

static bool read_field(image *m, const task_kind *k, layered one, field *f, issues *sink)
{
	const content_entry *e = one.e;
	uint32_t at = one.node;
	int type;
	if (!content_keys(e, at, field_keys, sink) || !content_text(e, at, "field", true, &f->name, sink) ||
	    !content_choice(e, at, "type", type_words, -1, &type, sink) ||
	    !content_text(e, at, "da", true, &f->da, sink) || !content_text(e, at, "en", true, &f->en, sink) ||
	    !content_text(e, at, "help_da", false, &f->help_da, sink) ||
	    !content_text(e, at, "help_en", false, &f->help_en, sink) ||
	    !content_text(e, at, "default", false, &f->initial, sink) || !read_range(e, at, f, sink))
		return false;
	f->type = (field_type)type;
	f->required = yes(e, at, "required");
	f->must = yes(e, at, "must");
	return f->type != FIELD_CODE || find_options(m, k, one, f, sink);
}

/* checklist: [ { da: …, en: … } ]: each is a field step-N that must be ticked. */
static bool read_step(const content_entry *e, uint32_t at, int number, arena *a, field *f, issues *sink)
{
	static const char *const keys[] = {"da", "en", "help_da", "help_en", NULL};
	*f = (field){.name = text_format(a, "step-%d", number),
		     .type = FIELD_BOOLEAN,
		     .required = true,
		     .must = true,
		     .min = INT64_MIN,
		     .max = INT64_MAX};
	return content_keys(e, at, keys, sink) && content_text(e, at, "da", true, &f->da, sink) &&
	       content_text(e, at, "en", true, &f->en, sink) &&
	       content_text(e, at, "help_da", false, &f->help_da, sink) &&
	       content_text(e, at, "help_en", false, &f->help_en, sink);
}

/* Its own form, else its family's; then the checklist. */
bool form_compile(image *m, task_kind *k, issues *sink)
{
	uint32_t *nodes, *steps;
	layered l = kind_key(k->entry, k->family, "form");
	const content_entry *e = k->entry;
	int n = l.node == NODE_ABSENT ? 0 : content_list(m, l.e, l.e->node, "form", false, &nodes, sink);
	int more = content_list(m, e, e->node, "checklist", false, &steps, sink);
	if (n < 0 || more < 0) return false;
	field *fields = ARENA_ARRAY(m->arena, field, n + more + 1);
	k->fields = fields;
	for (int i = 0; i < n; i++) {
		if (!read_field(m, k, (layered){l.e, nodes[i]}, &fields[i], sink)) return false;
		if (form_field(k, fields[i].name))
			return issue_at(sink, FAIL_WORK_FIELD_TWICE, content_place(l.e, nodes[i]), fields[i].name,
					TEXT(""), TEXT(""));
		k->field_count++;
	}
	for (int i = 0; i < more; i++, k->field_count++)
		if (!read_step(e, steps[i], i + 1, m->arena, &fields[n + i], sink)) return false;
	return true;
}

const field *form_field(const task_kind *k, text name)
{
	for (int i = 0; i < k->field_count; i++)
		if (text_equal(k->fields[i].name, name)) return &k->fields[i];
	return NULL;
}

/* ---- what people type ---- */

/* A whole number of one to `digits_max` digits off the front. */
static bool cut_number(text *t, int digits_max, int *out)
{
	int64_t n = 0;
	while (n < t->len && n < digits_max && t->at[n] >= '0' && t->at[n] <= '9') n++;
	int64_t value;
	if (n == 0 || !text_to_int(text_slice(*t, 0, n), &value)) return false;
	*out = (int)value;
	*t = text_slice(*t, n, t->len);
	return true;
}

static bool cut_any(text *t, text allowed)
{
	for (int64_t i = 0; t->len && i < allowed.len; i++) {
		if (t->at[0] != allowed.at[i]) continue;
		*t = text_slice(*t, 1, t->len);
		return true;
	}
	return false;
}

/* 24-11-2026, 24.11.2026, 24/11-2026, 24.11.26 or 2026-11-24 off the front. */
static bool cut_date(text *t, day *out)
{
	civil c;
	text rest = *t;
	int first, last;
	if (!cut_number(&rest, 4, &first) || !cut_any(&rest, TEXT("-./"))) return false;
	int64_t first_digits = t->len - rest.len - 1, before;
	if (!cut_number(&rest, 2, &c.month) || !cut_any(&rest, TEXT("-./"))) return false;
	before = rest.len;
	if (!cut_number(&rest, 4, &last)) return false;
	int64_t last_digits = before - rest.len;
	bool iso = first_digits == 4 && last_digits <= 2;
	bool danish = first_digits <= 2 && (last_digits == 4 || last_digits == 2);
	if (!iso && !danish) return false;
	c.year = iso ? first : last_digits == 2 ? 2000 + last : last;
	c.day = iso ? last : first;
	if (!day_valid(c)) return false;
	*out = day_from_civil(c);
	*t = rest;
	return true;
}

bool typed_date(text t, day *out)
{
	t = text_trim(t);
	return cut_date(&t, out) && t.len == 0;
}

/* " kl. 10.15", "T10:15", " 10:15:00" off the front, as a minute of the day. */
static bool cut_time(text *t, int *minute)
{
	if (!cut_any(t, TEXT("T "))) return false;
	*t = text_trim(*t);
	if (text_starts(*t, TEXT("kl."))) *t = text_trim(text_slice(*t, 3, t->len));
	int h, m, s;
	if (!cut_number(t, 2, &h) || !cut_any(t, TEXT(".:")) || !cut_number(t, 2, &m)) return false;
	if (cut_any(t, TEXT(":")) && (!cut_number(t, 2, &s) || s != 0)) return false;
	*minute = h * 60 + m;
	return h < 24 && m < 60;
}

bool typed_datetime(text t, instant *out)
{
	t = text_trim(t);
	moment said;
	if (moment_parse(t, &said) && said.has_zone) {
		*out = said.low;
		return true;
	}
	day d;
	int minute;
	if (!cut_date(&t, &d) || !cut_time(&t, &minute) || t.len) return false;
	*out = local_instant(d, minute);
	/* In the spring the clock skips an hour: a time that no clock shows is no time. */
	return local_minute(*out) == minute;
}

static bool typed_boolean(text t, text *out)
{
	bool on = text_equal(t, TEXT("true")) || text_equal(t, TEXT("ja")) || text_equal(t, TEXT("yes"));
	bool off = text_equal(t, TEXT("false")) || text_equal(t, TEXT("nej")) || text_equal(t, TEXT("no"));
	*out = on ? TEXT("true") : TEXT("false");
	return on || off;
}

static bool typed_code(const field *f, text t)
{
	for (int i = 0; i < f->option_count; i++)
		if (text_equal(f->options[i].code, t)) return true;
	return false;
}

static bool typed_value(const field *f, text t, arena *a, text *out)
{
	day d;
	instant i;
	int64_t n;
	*out = text_copy(a, t);
	switch (f->type) {
	case FIELD_CODE:
		return typed_code(f, t);
	case FIELD_TEXT:
		return t.len <= FIELD_BYTES_MAX;
	case FIELD_BOOLEAN:
		return typed_boolean(t, out);
	case FIELD_INTEGER:
		return text_to_int(t, &n) && n >= f->min && n <= f->max;
	case FIELD_DATE:
		if (!typed_date(t, &d)) return false;
		*out = day_iso(a, d);
		return true;
	case FIELD_DATETIME:
		if (!typed_datetime(t, &i)) return false;
		*out = instant_iso(a, i);
		return true;
	}
	return false;
}

/* ---- filling in ---- */

/* What a right answer would look like. */
static text expected(const field *f, language lang, arena *a)
{
	bool en = lang == LANGUAGE_EN;
	switch (f->type) {
	case FIELD_TEXT:
		return text_format(a, en ? "a text of at most %d bytes" : "en tekst på højst %d byte", FIELD_BYTES_MAX);
	case FIELD_BOOLEAN:
		return en ? TEXT("yes or no") : TEXT("ja eller nej");
	case FIELD_DATE:
		return en ? TEXT("a date, e.g. 24-11-2026") : TEXT("en dato, fx 24-11-2026");
	case FIELD_DATETIME:
		return en ? TEXT("a date and time, e.g. 24-11-2026 10.15")
			  : TEXT("en dato og et klokkeslæt, fx 24-11-2026 10.15");
	case FIELD_INTEGER:
		if (f->min == INT64_MIN || f->max == INT64_MAX)
			return en ? TEXT("a whole number") : TEXT("et helt tal");
		return text_format(a, en ? "a whole number from %lld to %lld" : "et helt tal fra %lld til %lld",
				   (long long)f->min, (long long)f->max);
	case FIELD_CODE:
		break;
	}
	buffer b = {.arena = a};
	buffer_add(&b, en ? TEXT("one of ") : TEXT("en af "));
	for (int i = 0; i < f->option_count; i++) {
		if (i) buffer_add(&b, TEXT(", "));
		buffer_add(&b, f->options[i].code);
	}
	return buffer_text(&b);
}

static place of_field(text name)
{
	return (place){.path = name};
}

static bool take_answer(const task_kind *k, const answer *given, arena *a, language lang, issues *sink, form *out)
{
	const field *f = form_field(k, given->field);
	if (!f)
		return issue_at(sink, FAIL_WORK_FIELD_UNKNOWN, of_field(given->field), given->field, TEXT(""),
				TEXT(""));
	text *value = &out->values[f - k->fields], typed = text_trim(given->value);
	if (value->len) return issue_at(sink, FAIL_WORK_FIELD_TWICE, of_field(f->name), f->name, TEXT(""), TEXT(""));
	if (typed.len == 0) return true;
	text label = lang == LANGUAGE_EN ? f->en : f->da;
	if (!typed_value(f, typed, a, value)) {
		*value = (text){0};
		text shown = typed.len > 80 ? TEXT("…") : typed;
		return issue_at(sink, FAIL_WORK_FIELD_VALUE, of_field(f->name), label, shown, expected(f, lang, a));
	}
	if (f->must && text_equal(*value, TEXT("false")))
		return issue_at(sink, FAIL_WORK_FIELD_MUST, of_field(f->name), label, TEXT(""), TEXT(""));
	return true;
}

static bool answered(const answers *given, text name)
{
	for (int i = 0; i < given->count; i++)
		if (text_equal(given->at[i].field, name) && text_trim(given->at[i].value).len) return true;
	return false;
}

bool form_fill(const task_kind *k, const answers *given, arena *a, language lang, issues *sink, form *out)
{
	int before = sink->errors;
	*out = (form){.kind = k, .values = ARENA_ARRAY(a, text, k->field_count + 1)};
	for (int i = 0; i < given->count; i++) take_answer(k, &given->at[i], a, lang, sink, out);
	for (int i = 0; i < k->field_count; i++) {
		const field *f = &k->fields[i];
		if (!f->required || answered(given, f->name)) continue;
		issue_at(sink, FAIL_WORK_FIELD_MISSING, of_field(f->name), lang == LANGUAGE_EN ? f->en : f->da,
			 TEXT(""), TEXT(""));
	}
	return sink->errors == before;
}
