/* SQL from table constants. Only what SQLite and PostgreSQL say alike; the rest are the driver's words. */
#include "store/internal.h"

scan_order order_of(const table *t, int index)
{
	scan_order order = {0};
	if (index >= 0) {
		const table_index *x = &t->indexes[index];
		for (int i = 0; i < x->column_count; i++) order.columns[order.count++] = x->columns[i];
	}
	for (int key = 0; key < t->key_columns; key++) {
		bool there = false;
		for (int i = 0; i < order.count; i++) there = there || order.columns[i] == key;
		if (!there) order.columns[order.count++] = key;
	}
	return order;
}

static void add_name(buffer *b, const table *t, int number)
{
	buffer_add(b, text_of(t->columns[number].name));
}

static void add_columns(buffer *b, const table *t)
{
	for (int i = 0; i < t->column_count; i++) {
		if (i) buffer_char(b, ',');
		add_name(b, t, i);
	}
}

static void add_mark(buffer *b, const driver *d, int *mark)
{
	buffer_format(b, "%c%d", d->place_mark, ++*mark);
}

static void add_and(buffer *b, bool *first)
{
	buffer_add(b, *first ? TEXT(" WHERE ") : TEXT(" AND "));
	*first = false;
}

static void add_bound(buffer *b, const driver *d, const table *t, int number, const char *operator, int * mark)
{
	add_name(b, t, number);
	buffer_add(b, text_of(operator));
	add_mark(b, d, mark);
}

/* (x, y) > (?1, ?2): a place in the order, as a row. */
static void add_after(buffer *b, const driver *d, const shape *s, const scan_order *order, int *mark)
{
	buffer_char(b, '(');
	for (int i = 0; i < s->after; i++) {
		if (i) buffer_char(b, ',');
		add_name(b, s->table, order->columns[s->equal + i]);
	}
	buffer_add(b, s->descending ? TEXT(")<(") : TEXT(")>("));
	for (int i = 0; i < s->after; i++) {
		if (i) buffer_char(b, ',');
		add_mark(b, d, mark);
	}
	buffer_char(b, ')');
}

static void add_where(buffer *b, const driver *d, const shape *s, const scan_order *order, int *mark)
{
	bool first = true;
	for (int i = 0; i < s->equal; i++) {
		add_and(b, &first);
		add_bound(b, d, s->table, order->columns[i], "=", mark);
	}
	if (s->low) {
		add_and(b, &first);
		add_bound(b, d, s->table, order->columns[s->equal], s->low_excluded ? ">" : ">=", mark);
	}
	if (s->high) {
		add_and(b, &first);
		add_bound(b, d, s->table, order->columns[s->equal], s->high_included ? "<=" : "<", mark);
	}
	if (s->after) {
		add_and(b, &first);
		add_after(b, d, s, order, mark);
	}
}

static void add_order(buffer *b, const shape *s, const scan_order *order)
{
	for (int i = s->equal; i < order->count; i++) {
		buffer_add(b, i == s->equal ? TEXT(" ORDER BY ") : TEXT(","));
		add_name(b, s->table, order->columns[i]);
		if (s->descending) buffer_add(b, TEXT(" DESC"));
	}
}

static void add_from(buffer *b, const driver *d, const shape *s)
{
	buffer_format(b, " FROM %s", s->table->name);
	if (s->index >= 0 && d->index_hint) {
		buffer_char(b, ' ');
		/* The hint is a constant of the driver with one %s. */
		text_pair around = text_cut(text_of(d->index_hint), '%');
		buffer_add(b, around.head);
		buffer_add(b, text_of(s->table->indexes[s->index].name));
		if (around.tail.len > 1) buffer_add(b, text_slice(around.tail, 1, around.tail.len));
	}
}

/* Is there another row that has what a unique index allows only once? The marks are those of the inserted row. */
static void add_look(buffer *b, const driver *d, const table *t, const table_index *x)
{
	buffer_format(b, " AND NOT EXISTS (SELECT 1 FROM %s WHERE ", t->name);
	for (int i = 0; i < x->column_count; i++)
		buffer_format(b, "%s=%c%d AND ", t->columns[x->columns[i]].name, d->place_mark, x->columns[i] + 1);
	buffer_add(b, TEXT("NOT ("));
	for (int i = 0; i < t->key_columns; i++)
		buffer_format(b, "%s%s=%c%d", i ? " AND " : "", t->columns[i].name, d->place_mark, i + 1);
	buffer_add(b, TEXT("))"));
}

bool put_looks_first(const driver *d, const table *t)
{
	bool unique = false;
	for (int i = 0; i < t->index_count; i++) unique = unique || t->indexes[i].unique;
	return unique && d->looks_first;
}

static void add_inserted(buffer *b, const driver *d, const shape *s)
{
	const table *t = s->table;
	bool looks = s->verb == VERB_PUT && put_looks_first(d, t);
	int mark = 0;
	buffer_format(b, "INSERT INTO %s(", t->name);
	add_columns(b, t);
	buffer_add(b, looks ? TEXT(") SELECT ") : TEXT(") VALUES ("));
	for (int i = 0; i < t->column_count; i++) {
		if (i) buffer_char(b, ',');
		add_mark(b, d, &mark);
	}
	if (!looks) buffer_char(b, ')');
	if (!looks) return;
	buffer_add(b, TEXT(" WHERE true"));
	for (int i = 0; i < t->index_count; i++)
		if (t->indexes[i].unique) add_look(b, d, t, &t->indexes[i]);
}

static void compose_insert(buffer *b, const driver *d, const shape *s)
{
	const table *t = s->table;
	add_inserted(b, d, s);
	if (s->verb == VERB_INSERT) buffer_add(b, text_of(d->insert_else));
	if (s->verb != VERB_PUT && s->verb != VERB_SET) return;
	buffer_add(b, TEXT(" ON CONFLICT ("));
	for (int i = 0; i < t->key_columns; i++) {
		if (i) buffer_char(b, ',');
		add_name(b, t, i);
	}
	buffer_add(b, t->key_columns == t->column_count ? TEXT(") DO NOTHING") : TEXT(") DO UPDATE SET "));
	for (int i = t->key_columns; i < t->column_count; i++) {
		if (i > t->key_columns) buffer_char(b, ',');
		buffer_format(b, "%s=excluded.%s", t->columns[i].name, t->columns[i].name);
	}
}

static void compose_select(buffer *b, const driver *d, const shape *s)
{
	scan_order order = order_of(s->table, s->index);
	int mark = 0;
	buffer_add(b, TEXT("SELECT "));
	if (s->verb == VERB_COUNT)
		buffer_add(b, TEXT("COUNT(*)"));
	else if (s->verb == VERB_COLLECT)
		add_name(b, s->table, s->value_column);
	else
		add_columns(b, s->table);
	add_from(b, d, s);
	add_where(b, d, s, &order, &mark);
	if (s->verb == VERB_SCAN || s->verb == VERB_LAST) add_order(b, s, &order);
	if (s->verb == VERB_LAST) buffer_add(b, TEXT(" LIMIT 1"));
	if (s->limited) {
		buffer_add(b, TEXT(" LIMIT "));
		add_mark(b, d, &mark);
	}
}

text sql_compose(arena *a, const driver *d, const shape *s)
{
	buffer b = {.arena = a};
	int mark = 0;
	switch ((verb)s->verb) {
	case VERB_ADD:
	case VERB_INSERT:
	case VERB_PUT:
	case VERB_SET:
		compose_insert(&b, d, s);
		break;
	case VERB_DELETE:
	case VERB_CLEAR: {
		scan_order order = order_of(s->table, -1);
		buffer_format(&b, "DELETE FROM %s", s->table->name);
		add_where(&b, d, s, &order, &mark);
		break;
	}
	case VERB_GET:
	case VERB_LAST:
	case VERB_SCAN:
	case VERB_COUNT:
	case VERB_COLLECT:
		compose_select(&b, d, s);
		break;
	}
	buffer_char(&b, 0);
	return text_slice(buffer_text(&b), 0, b.len - 1);
}

static void compose_index(buffer *b, const driver *d, const table *t, int index)
{
	const table_index *x = &t->indexes[index];
	scan_order order = order_of(t, index);
	int count = d->whole_indexes && !x->unique ? order.count : x->column_count;
	buffer_format(b, "CREATE %sINDEX %s ON %s(", x->unique ? "UNIQUE " : "", x->name, t->name);
	for (int i = 0; i < count; i++) {
		if (i) buffer_char(b, ',');
		add_name(b, t, order.columns[i]);
	}
	buffer_add(b, TEXT(");\n"));
}

text sql_table(arena *a, const driver *d, const table *t)
{
	assert(t->key_columns >= 1 && t->column_count <= TABLE_COLUMNS_MAX && (!t->rowid || t->key_columns == 1));
	buffer b = {.arena = a};
	buffer_format(&b, "CREATE TABLE %s(", t->name);
	for (int i = 0; i < t->column_count; i++) {
		bool row_number = t->rowid && i == 0;
		buffer_format(&b, "%s %s%s,", t->columns[i].name,
			      row_number ? d->rowid_type : d->types[t->columns[i].kind],
			      i < t->key_columns ? " NOT NULL" : "");
	}
	buffer_add(&b, TEXT("PRIMARY KEY("));
	for (int i = 0; i < t->key_columns; i++) {
		if (i) buffer_char(&b, ',');
		add_name(&b, t, i);
	}
	buffer_format(&b, "))%s;\n", t->rowid ? "" : d->clustered);
	for (int i = 0; i < t->index_count; i++) compose_index(&b, d, t, i);
	buffer_char(&b, 0);
	return text_slice(buffer_text(&b), 0, b.len - 1);
}
