/* limit.c: how long a clock is: a span, rows with dates, a table by code, or a date that is itself a fact. */
#include "clock/internal.h"

enum { LIMIT_MAX = 5000, ROWS_MAX = 64, COLUMNS_MAX = 16, TABLE_ROWS_MAX = 1000 };

/* ---- spans: "8 hverdage" ---- */

static const struct unit_word {
	const char *word;
	day_unit unit;
} unit_words[] = {
    {"calendar days", UNIT_CALENDAR_DAYS},
    {"calendar day", UNIT_CALENDAR_DAYS},
    {"kalenderdage", UNIT_CALENDAR_DAYS},
    {"kalenderdag", UNIT_CALENDAR_DAYS},
    {"hverdage", UNIT_HVERDAGE},
    {"hverdag", UNIT_HVERDAGE},
    {"arbejdsdage", UNIT_ARBEJDSDAGE},
    {"arbejdsdag", UNIT_ARBEJDSDAGE},
    {"weeks", UNIT_WEEKS},
    {"week", UNIT_WEEKS},
    {"uger", UNIT_WEEKS},
    {"uge", UNIT_WEEKS},
    {"months", UNIT_MONTHS},
    {"month", UNIT_MONTHS},
    {"måneder", UNIT_MONTHS},
    {"måned", UNIT_MONTHS},
    {"hours", UNIT_HOURS},
    {"hour", UNIT_HOURS},
    {"timer", UNIT_HOURS},
    {"time", UNIT_HOURS},
    {"minutes", UNIT_MINUTES},
    {"minute", UNIT_MINUTES},
    {"minutter", UNIT_MINUTES},
    {"minut", UNIT_MINUTES},
};

bool span_any(text t, int *n, day_unit *unit)
{
	text_pair cut = text_cut(text_trim(t), ' ');
	int64_t number;
	if (!cut.found || !text_to_int(cut.head, &number) || number < 0 || number > LIMIT_MAX) return false;
	text rest = text_trim(cut.tail);
	for (size_t i = 0; i < sizeof unit_words / sizeof *unit_words; i++) {
		if (!text_equal(rest, text_of(unit_words[i].word))) continue;
		*n = (int)number;
		*unit = unit_words[i].unit;
		return true;
	}
	return false;
}

bool unit_exact(day_unit unit)
{
	return unit == UNIT_HOURS || unit == UNIT_MINUTES;
}

bool unit_pauses(day_unit unit)
{
	return unit != UNIT_MONTHS && !unit_exact(unit);
}

bool clock_span(text t, int *n, day_unit *unit)
{
	return span_any(t, n, unit) && !unit_exact(*unit);
}

text clock_span_words(arena *a, int n, day_unit unit, language lang)
{
	static const char *const words[][4] = {
	    [UNIT_CALENDAR_DAYS] = {"kalenderdag", "kalenderdage", "calendar day", "calendar days"},
	    [UNIT_HVERDAGE] = {"hverdag", "hverdage", "hverdag (weekday)", "hverdage (weekdays)"},
	    [UNIT_HVERDAGE_SATURDAY] = {"hverdag", "hverdage", "hverdag (weekday)", "hverdage (weekdays)"},
	    [UNIT_ARBEJDSDAGE] = {"arbejdsdag", "arbejdsdage", "working day", "working days"},
	    [UNIT_WEEKS] = {"uge", "uger", "week", "weeks"},
	    [UNIT_MONTHS] = {"måned", "måneder", "month", "months"},
	    [UNIT_HOURS] = {"time", "timer", "hour", "hours"},
	    [UNIT_MINUTES] = {"minut", "minutter", "minute", "minutes"},
	};
	return text_format(a, "%d %s", n, words[unit][(lang == LANGUAGE_EN) * 2 + (n != 1)]);
}

/* ---- the limit ---- */

static const char unfilled_word[] = "not filled in";

static bool limit_text(const content_entry *e, uint32_t at, const char *key, limit_row *row, issues *sink)
{
	text t = doc_text(e->d, at);
	row->unfilled = text_equal(t, text_of(unfilled_word));
	if (row->unfilled || (span_any(t, &row->n, &row->unit) && row->n > 0)) return true;
	return issue_at(sink, FAIL_CLOCK_LIMIT, content_place(e, at), text_of(key), t, TEXT(""));
}

bool limit_read(const content_entry *e, uint32_t object, const char *key, limit_row *row, issues *sink)
{
	text t;
	return content_text(e, object, key, true, &t, sink) &&
	       limit_text(e, content_get(e, object, key), key, row, sink);
}

static bool limit_row_read(const content_entry *e, uint32_t object, limit_row *row, issues *sink)
{
	static const char *const keys[] = {"from", "to", "is", "source", "note", NULL};
	if (!content_keys(e, object, keys, sink)) return false;
	bool fine = content_date(e, object, "from", false, &row->from, sink);
	fine = content_date(e, object, "to", false, &row->to, sink) && fine;
	fine = content_text(e, object, "source", true, &row->source, sink) && fine;
	return limit_read(e, object, "is", row, sink) && fine;
}

/* Rows go forward in time: each ends before the next begins, and only the first and last may be open. Those of a table do so for each
 * code. */
static bool limits_ordered(const limit_row *rows, int count)
{
	for (int i = 0; i < count; i++) {
		const limit_row *row = &rows[i];
		if (row->from != DAY_NONE && row->to != DAY_NONE && row->to < row->from) return false;
		int n = i - 1;
		while (n >= 0 && !text_equal(rows[n].code, row->code)) n--;
		if (n < 0) continue;
		if (rows[n].to == DAY_NONE || row->from == DAY_NONE || row->from <= rows[n].to) return false;
	}
	return true;
}

static bool rows_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	uint32_t *items;
	int count = content_list(m, e, e->node, "limit", true, &items, sink);
	if (count < 0) return false;
	if (count > ROWS_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, items[0]), TEXT("64"), TEXT(""),
				TEXT(""));
	limit_row *rows = ARENA_ARRAY(m->arena, limit_row, count + 1);
	for (int i = 0; i < count; i++) rows[i] = (limit_row){.from = DAY_NONE, .to = DAY_NONE};
	r->limits = rows;
	r->limit_count = count;
	if (e->d->nodes[content_get(e, e->node, "limit")].kind != NODE_ARRAY)
		return limit_read(e, e->node, "limit", rows, sink);
	bool fine = true;
	for (int i = 0; i < count; i++) fine = limit_row_read(e, items[i], &rows[i], sink) && fine;
	if (!fine) return false;
	return limits_ordered(rows, count)
		   ? true
		   : issue_at(sink, FAIL_CLOCK_TABLE, content_place(e, items[0]), TEXT(""), TEXT(""), TEXT(""));
}

/* ---- tables: a limit for each code, which a hospital fills in its own folder ---- */

typedef struct limit_table {
	int by; /* the code fact that picks the row */
	text *columns;
	int column_count;
	limit_row *rows; /* of the first column, then of the second, … */
	int row_count;
	text source;
} limit_table;

static bool table_columns(image *m, const content_entry *e, limit_table *t, issues *sink)
{
	uint32_t *items;
	int count = content_list(m, e, e->node, "columns", true, &items, sink);
	if (count < 0) return false;
	if (count > COLUMNS_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, items[0]), TEXT("16"), TEXT(""),
				TEXT(""));
	t->columns = ARENA_ARRAY(m->arena, text, count + 1);
	for (int i = 0; i < count; i++) t->columns[t->column_count++] = doc_text(e->d, items[i]);
	return true;
}

static int column_named(const limit_table *t, text name)
{
	for (int i = 0; i < t->column_count; i++)
		if (text_equal(t->columns[i], name)) return i;
	return -1;
}

/* A column that is not said in a row is not filled in. */
static bool table_row(const content_entry *e, uint32_t object, const limit_table *t, int number, issues *sink)
{
	static const char *const keys[] = {"code", "from", "to", "source", "note"};
	limit_row common = {.from = DAY_NONE, .to = DAY_NONE, .source = t->source, .unfilled = true};
	if (e->d->nodes[object].kind != NODE_OBJECT)
		return issue_at(sink, FAIL_CONTENT_NOT_MAP, content_place(e, object), TEXT("rows"), TEXT(""), TEXT(""));
	bool fine = content_text(e, object, "code", true, &common.code, sink);
	fine = content_date(e, object, "from", false, &common.from, sink) && fine;
	fine = content_date(e, object, "to", false, &common.to, sink) && fine;
	if (content_get(e, object, "source") != NODE_ABSENT)
		fine = content_text(e, object, "source", true, &common.source, sink) && fine;
	for (int i = 0; i < t->column_count; i++) t->rows[i * t->row_count + number] = common;
	for (uint32_t n = object + 1; n < e->d->nodes[object].next; n = e->d->nodes[n].next) {
		text key = name_text(e->d, e->d->nodes[n].name);
		bool known = false;
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
			known = known || text_equal(key, text_of(keys[i]));
		if (known) continue;
		int column = column_named(t, key);
		if (column < 0) return issue_at(sink, FAIL_CLOCK_COLUMN, content_place(e, n), key, e->id, TEXT(""));
		fine =
		    limit_text(e, n, text_z(sink->arena, key), &t->rows[column * t->row_count + number], sink) && fine;
	}
	return fine;
}

static bool code_fact(const image *m, const content_entry *e, const char *key, int *out, issues *sink)
{
	text name;
	if (!content_text(e, e->node, key, true, &name, sink)) return false;
	*out = fact_id(m, name);
	place at = content_place(e, content_get(e, e->node, key));
	if (*out < 0) return issue_at(sink, FAIL_FACT_UNKNOWN, at, name, TEXT(""), TEXT(""));
	if (fact_at(m, *out)->kind == FACT_CODE) return true;
	return issue_at(sink, FAIL_FACT_KIND, at, name, TEXT("code"), TEXT(""));
}

static bool table_rows(image *m, const content_entry *e, limit_table *t, issues *sink)
{
	uint32_t *items;
	int count = content_list(m, e, e->node, "rows", true, &items, sink);
	if (count < 0) return false;
	if (count > TABLE_ROWS_MAX)
		return issue_at(sink, FAIL_CONTENT_TOO_MANY, content_place(e, items[0]), TEXT("1000"), TEXT(""),
				TEXT(""));
	t->row_count = count;
	t->rows = ARENA_ARRAY(m->arena, limit_row, (int64_t)count * t->column_count + 1);
	bool fine = true;
	for (int i = 0; i < count; i++) fine = table_row(e, items[i], t, i, sink) && fine;
	if (!fine) return false;
	return limits_ordered(t->rows, count)
		   ? true
		   : issue_at(sink, FAIL_CLOCK_TABLE, content_place(e, items[0]), TEXT(""), TEXT(""), TEXT(""));
}

static void *table_compile(image *m, const content_entry *e, issues *sink)
{
	limit_table *t = ARENA_NEW(m->arena, limit_table);
	text da, en, note;
	bool fine = content_text(e, e->node, "da", true, &da, sink);
	fine = content_text(e, e->node, "en", true, &en, sink) && fine;
	fine = content_text(e, e->node, "note", false, &note, sink) && fine;
	fine = content_text(e, e->node, "source", true, &t->source, sink) && fine;
	fine = code_fact(m, e, "by", &t->by, sink) && fine;
	return fine && table_columns(m, e, t, sink) && table_rows(m, e, t, sink) ? t : NULL;
}

const content_kind *limits_content(void)
{
	static const char *const keys[] = {"da", "en", "source", "note", "by", "columns", "rows", NULL};
	static const content_kind kind = {.name = "limits", .keys = keys, .compile = table_compile};
	return &kind;
}

/* limit: { table: kraeftpakker, column: OF1 } */
static bool table_used(const image *m, const content_entry *e, uint32_t object, clock_rule *r, issues *sink)
{
	static const char *const keys[] = {"table", "column", NULL};
	text table, column;
	if (!content_keys(e, object, keys, sink)) return false;
	bool fine = content_text(e, object, "table", true, &table, sink);
	if (!content_text(e, object, "column", true, &column, sink) || !fine) return false;
	const content_entry *there = content_find(m, TEXT("limits"), table);
	const limit_table *t = there ? there->compiled : NULL;
	int number = t ? column_named(t, column) : -1;
	if (number < 0) return issue_at(sink, FAIL_CLOCK_COLUMN, content_place(e, object), column, table, TEXT(""));
	r->limit_by = t->by;
	r->limit_layer = there->layer;
	r->limits = t->rows + number * t->row_count;
	r->limit_count = t->row_count;
	return true;
}

/* until: FACT, or a limit: a span, rows with dates, or a column of a table. */
bool limits_read(image *m, const content_entry *e, clock_rule *r, issues *sink)
{
	uint32_t limit = content_get(e, e->node, "limit"), until = content_get(e, e->node, "until");
	r->limit_by = r->until = -1;
	if ((limit == NODE_ABSENT) == (until == NODE_ABSENT))
		return issue_at(sink, FAIL_CONTENT_MISSING, content_place(e, e->node), TEXT("limit"), TEXT(""),
				TEXT(""));
	if (until != NODE_ABSENT) return instant_fact(m, e, e->node, "until", &r->until, sink);
	if (e->d->nodes[limit].kind == NODE_OBJECT) return table_used(m, e, limit, r, sink);
	return rows_read(m, e, r, sink);
}

static bool row_on(const limit_row *row, day start)
{
	return (row->from == DAY_NONE || start >= row->from) && (row->to == DAY_NONE || start <= row->to);
}

static bool has_code(const facts *f, int id, text code)
{
	for (int i = facts_from(f, id); i < f->count && f->at[i].id == id; i++)
		if (text_equal(f->at[i].code, code)) return true;
	return false;
}

const limit_row *limit_on(const clock_rule *r, const facts *f, day start)
{
	static const limit_row unfilled = {.from = DAY_NONE, .to = DAY_NONE, .unfilled = true};
	for (int i = 0; i < r->limit_count; i++) {
		const limit_row *row = &r->limits[i];
		if (row_on(row, start) && (r->limit_by < 0 || has_code(f, r->limit_by, row->code))) return row;
	}
	return r->limit_by >= 0 ? &unfilled : NULL; /* a code that no row knows is one nobody has filled in */
}
