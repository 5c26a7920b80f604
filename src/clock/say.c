/* say.c: what a rule says to the patient: a text with {{ holes }}, filled from the clock and the facts. */
#include "clock/internal.h"

typedef enum hole_kind { HOLE_START, HOLE_DUE, HOLE_DUE_LATE, HOLE_LIMIT, HOLE_FACT, HOLE_NONE } hole_kind;

static hole_kind hole_named(const image *m, text name, int *fact)
{
	static const char *const words[] = {"start", "due", "due_late", "limit"};
	for (int i = 0; i < 4; i++)
		if (text_equal(name, text_of(words[i]))) return (hole_kind)i;
	*fact = fact_id(m, name);
	return *fact >= 0 ? HOLE_FACT : HOLE_NONE;
}

/* Cuts the next hole out of *rest: the text before it in *before. False: there is none. */
static bool next_hole(text *rest, text *before, text *name)
{
	int64_t open = text_find(*rest, TEXT("{{"));
	if (open < 0) return false;
	text inner = text_slice(*rest, open + 2, rest->len);
	int64_t shut = text_find(inner, TEXT("}}"));
	if (shut < 0) return false;
	*before = text_slice(*rest, 0, open);
	*name = text_trim(text_slice(inner, 0, shut));
	*rest = text_slice(inner, shut + 2, inner.len);
	return true;
}

bool clock_holes_check(const image *m, const content_entry *e, const char *key, text t, issues *sink)
{
	text rest = t, before, name;
	bool fine = true;
	while (next_hole(&rest, &before, &name)) {
		int fact;
		if (hole_named(m, name, &fact) != HOLE_NONE) continue;
		fine = issue_at(sink, FAIL_CLOCK_HOLE, content_place(e, content_get(e, e->node, key)), name,
				text_of(key), TEXT(""));
	}
	return fine;
}

static text filled(const image *m, const clock *c, const facts *f, text name, language lang, arena *a)
{
	int id = -1;
	bool english = lang == LANGUAGE_EN;
	switch (hole_named(m, name, &id)) {
	case HOLE_START:
		return day_long(a, c->start_day, english);
	case HOLE_DUE:
		if (c->due_day == DAY_NONE) return TEXT("…");
		return day_long(a, c->due_day, english);
	case HOLE_DUE_LATE:
		if (c->due_day == DAY_NONE) return TEXT("…");
		return day_long(a, c->due_day_late, english);
	case HOLE_LIMIT:
		return clock_span_words(a, c->limit, c->unit, lang);
	case HOLE_FACT: {
		const fact *x = facts_first(f, id);
		if (!x) return TEXT("…");
		return x->code.len ? fact_code_word(m, id, x->code, lang) : day_long(a, x->on, english);
	}
	case HOLE_NONE:
		break;
	}
	return TEXT("…");
}

text clock_say(const image *m, const clock *c, const facts *f, language lang, arena *a)
{
	text rest = lang == LANGUAGE_DA ? c->rule->say_da : c->rule->say_en, before, name;
	buffer b = {.arena = a};
	while (next_hole(&rest, &before, &name)) {
		buffer_add(&b, before);
		buffer_add(&b, filled(m, c, f, name, lang, a));
	}
	buffer_add(&b, rest);
	return text_trim(buffer_text(&b));
}
