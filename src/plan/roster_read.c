/* roster_read.c: which kind of file it is, and what its readers share. */
#include "plan/roster_read.h"

bool reading_line(reading *q, const char *comment, text *out)
{
	while (q->rest.len > 0) {
		text_pair cut = text_cut(q->rest, '\n');
		q->rest = cut.tail;
		q->line++;
		text line = cut.head;
		int64_t end = comment ? text_find(line, text_of(comment)) : -1;
		if (end >= 0) line = text_slice(line, 0, end);
		*out = text_trim(line);
		if (out->len > 0) return true;
	}
	return false;
}

text reading_field(text *line, char separator)
{
	text_pair cut = text_cut(*line, separator);
	*line = cut.tail;
	return text_trim(cut.head);
}

bool reading_wrong(reading *q, failure code, text arg0, text arg1)
{
	return issue_at(q->sink, code, (place){.file = q->file, .line = q->line}, arg0, arg1, TEXT(""));
}

bool reading_number(reading *q, text field, int64_t low, int64_t high, int64_t *out)
{
	if (text_to_int(field, out) && *out >= low && *out <= high) return true;
	text a = text_format(q->arena, "%lld", (long long)low), b = text_format(q->arena, "%lld", (long long)high);
	return issue_at(q->sink, FAIL_ROSTER_NUMBER, (place){.file = q->file, .line = q->line}, field, a, b);
}

int names_find(const name_list *n, text name)
{
	for (int i = 0; i < n->count; i++)
		if (text_equal(n->at[i], name)) return i;
	return -1;
}

bool names_add(reading *q, name_list *n, text name)
{
	if (name.len == 0) return reading_wrong(q, FAIL_ROSTER_WORD, name, TEXT("id"));
	if (names_find(n, name) >= 0) return reading_wrong(q, FAIL_ROSTER_TWICE, name, TEXT(""));
	if (n->count == n->cap) n->at = ARENA_DOUBLE(q->arena, text, n->at, &n->cap, 32);
	n->at[n->count++] = text_copy(q->arena, name);
	return true;
}

bool reading_name(reading *q, const name_list *n, text kind, text name, int *out)
{
	*out = names_find(n, name);
	return *out >= 0 || reading_wrong(q, FAIL_ROSTER_NAME, kind, name);
}

/* ---- which kind ---- */

typedef enum kind { NONE, CURTOIS, INRC_TEXT, INRC_XML } kind;

static kind kind_of(text bytes)
{
	reading q = {.rest = bytes};
	text line;
	if (text_starts(text_trim(bytes), TEXT("<"))) {
		text head = text_slice(bytes, 0, bytes.len < 4096 ? bytes.len : 4096);
		return text_find(head, TEXT("<SchedulingPeriod")) >= 0 ? INRC_XML : NONE;
	}
	if (text_starts(text_trim(bytes), TEXT("//"))) return INRC_TEXT;
	if (!reading_line(&q, "#", &line)) return NONE;
	if (text_starts(line, TEXT("SCHEDULING_PERIOD"))) return INRC_TEXT;
	return text_equal(line, TEXT("SECTION_HORIZON")) ? CURTOIS : NONE;
}

bool roster_is(text bytes)
{
	return kind_of(bytes) != NONE;
}

roster *roster_read(arena *a, text file, text bytes, issues *sink)
{
	reading q = {.arena = a, .sink = sink, .file = file, .rest = bytes};
	roster *r = NULL;
	switch (kind_of(bytes)) {
	case NONE:
		reading_wrong(&q, FAIL_ROSTER_KIND, TEXT(""), TEXT(""));
		return NULL;
	case CURTOIS:
		r = curtois_read(&q);
		break;
	case INRC_TEXT:
		r = inrc_text_read(&q);
		break;
	case INRC_XML:
		r = inrc_xml_read(&q, bytes);
		break;
	}
	if (!r) return NULL;
	if (r->id.len == 0) r->id = file;
	return roster_ready(a, r, sink) ? r : NULL;
}
