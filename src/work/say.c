/* say.c: the one line that says what to do and why now, in both languages. */
#include "work/internal.h"

/* ---- lines of a kind: {{word|otherwise}}, {{fact}} (its day, its code), {{fact time}} (with the time of day) ---- */

typedef struct slot {
	text name, otherwise;
	bool with_time;
} slot;

static slot slot_of(text inside)
{
	text_pair p = text_cut(inside, '|');
	slot s = {.name = text_trim(p.head), .otherwise = text_trim(p.tail)};
	if (!text_ends(s.name, TEXT(" time"))) return s;
	s.name = text_trim(text_slice(s.name, 0, s.name.len - 5));
	s.with_time = true;
	return s;
}

const word *word_named(const task_kind *k, text name)
{
	for (int i = 0; i < k->word_count; i++)
		if (text_equal(k->words[i].name, name)) return &k->words[i];
	return NULL;
}

static bool next_slot(text *rest, text *before, slot *out)
{
	int64_t open = text_find(*rest, TEXT("{{"));
	int64_t shut = open < 0 ? -1 : text_find(text_slice(*rest, open, rest->len), TEXT("}}"));
	*before = shut < 0 ? *rest : text_slice(*rest, 0, open);
	if (shut < 0) return false;
	*out = slot_of(text_slice(*rest, open + 2, open + shut));
	*rest = text_slice(*rest, open + shut + 2, rest->len);
	return true;
}

bool line_check(const image *m, const task_kind *k, text line, place where, issues *sink)
{
	text before;
	slot s;
	while (next_slot(&line, &before, &s)) {
		if (word_named(k, s.name) || fact_id(m, s.name) >= 0) continue;
		return issue_at(sink, FAIL_WORK_KIND_PLACE, where, s.name, TEXT("neither a word of `words` nor a fact"),
				TEXT(""));
	}
	return true;
}

static text day_and_time(arena *a, instant at, language lang)
{
	text d = day_short(a, day_of_instant(at), lang == LANGUAGE_EN);
	int minute = local_minute(at);
	return lang == LANGUAGE_EN ? text_format(a, "%.*s at %d:%02d", TEXT_ARG(d), minute / 60, minute % 60)
				   : text_format(a, "%.*s kl. %d.%02d", TEXT_ARG(d), minute / 60, minute % 60);
}

static text fact_value(arena *a, const image *m, const fact *f, bool with_time, language lang)
{
	switch (fact_at(m, f->id)->kind) {
	case FACT_CODE:
		return fact_code_word(m, f->id, f->code, lang);
	case FACT_NUMBER:
		return text_format(a, "%lld", (long long)f->number);
	case FACT_INSTANT:
		break;
	}
	return with_time && !f->date_only ? day_and_time(a, f->at, lang) : day_short(a, f->on, lang == LANGUAGE_EN);
}

text word_value(arena *a, const word *w, const doc *about)
{
	if (!about) return (text){0};
	issues ignored = {.arena = a};
	path_items items;
	path_outside outside = {.now = INSTANT_NONE};
	if (!path_run(w->path, about, 0, &outside, a, &ignored, &items) || items.count == 0) return (text){0};
	return text_trim(path_item_text(a, &items.at[0]));
}

text line_print(arena *a, const image *m, const task_kind *k, text line, const doc *about, const facts *f,
		language lang)
{
	buffer b = {.arena = a};
	text before;
	slot s;
	while (next_slot(&line, &before, &s)) {
		buffer_add(&b, before);
		const word *w = word_named(k, s.name);
		int id = w ? -1 : fact_id(m, s.name);
		const fact *said = id >= 0 ? facts_last(f, id) : NULL;
		text value = w ? word_value(a, w, about) : said ? fact_value(a, m, said, s.with_time, lang) : (text){0};
		buffer_add(&b, value.len ? value : s.otherwise);
	}
	buffer_add(&b, before);
	return buffer_text(&b);
}

/* ---- because: what raised it, and the limits that run ---- */

static void add_piece(buffer *b, text piece)
{
	if (!piece.len) return;
	if (b->len) buffer_add(b, TEXT(" · "));
	buffer_add(b, piece);
}

/* "Udredningsret senest 1. apr", "… senest 20. nov (23. nov, hvis lørdag ikke tæller)" */
static text limit_said(arena *a, const clock *c, language lang)
{
	bool en = lang == LANGUAGE_EN;
	const clock_face *face = clock_rule_face(c->rule);
	text name = en ? face->en : face->da, due = day_short(a, c->due_day, en);
	buffer b = {.arena = a};
	buffer_format(&b, en ? "%.*s by %.*s" : "%.*s senest %.*s", TEXT_ARG(name), TEXT_ARG(due));
	if (c->due_day_late != c->due_day && c->due_day_late != DAY_NONE) {
		text late = day_short(a, c->due_day_late, en);
		buffer_format(&b, en ? " (%.*s if Saturday does not count)" : " (%.*s, hvis lørdag ikke tæller)",
			      TEXT_ARG(late));
	}
	return buffer_text(&b);
}

static text failing_said(arena *a, const task_face *t, language lang)
{
	bool en = lang == LANGUAGE_EN;
	const clock *c = t->need->late;
	const clock_face *face = clock_rule_face(c->rule);
	text name = en ? face->en : face->da, due = day_short(a, c->due_day, en);
	if (t->need->known && !t->need->foreseen)
		return text_format(a,
				   en ? "It is known since %.*s that the limit %.*s will not hold · %.*s"
				      : "Det vides siden %.*s, at fristen %.*s ikke holder · %.*s",
				   TEXT_ARG(day_short(a, t->need->known->on, en)), TEXT_ARG(due), TEXT_ARG(name));
	if (!t->need->foreseen)
		return text_format(a, en ? "%.*s: the last day was %.*s" : "%.*s: sidste dag var %.*s", TEXT_ARG(name),
				   TEXT_ARG(due));
	text planned = day_short(a, t->need->foreseen->on, en);
	return text_format(
	    a, en ? "The time on %.*s lies past the limit %.*s · %.*s" : "Tiden %.*s ligger efter fristen %.*s · %.*s",
	    TEXT_ARG(planned), TEXT_ARG(due), TEXT_ARG(name));
}

/* The clock that decides first, then the one other that falls first. */
static void add_limits(buffer *b, const task_face *t, language lang)
{
	const pathway_state *s = t->state;
	const clock *first = t->when.clock, *next = NULL;
	if (first) add_piece(b, limit_said(b->arena, first, lang));
	for (int i = 0; i < s->clock_count; i++) {
		const clock *c = &s->clocks[i];
		if (c == first || c == t->need->late || !clock_runs(c)) continue;
		if (!next || c->due_day < next->due_day) next = c;
	}
	if (next) add_piece(b, limit_said(b->arena, next, lang));
}

static text because(arena *a, const task_face *t, language lang)
{
	bool en = lang == LANGUAGE_EN;
	buffer b = {.arena = a};
	const fact *reason = need_reason(t->need);
	if (t->need->late) {
		add_piece(&b, failing_said(a, t, lang));
	} else if (t->kind->again.every.given && t->need->since != INSTANT_NONE) {
		text from = day_short(a, day_of_instant(t->need->since), en);
		add_piece(&b, text_format(a, en ? "The period from %.*s" : "Perioden fra %.*s", TEXT_ARG(from)));
	} else if (!reason && t->need->raised.since != INSTANT_NONE) { /* by hand */
		text on = day_short(a, day_of_instant(t->need->raised.since), en);
		add_piece(&b, text_format(a, en ? "Raised by hand %.*s" : "Rejst i hånden %.*s", TEXT_ARG(on)));
	} else if (reason) {
		const fact_name *name = fact_at(t->image, reason->id);
		text said = text_copy(a, en ? name->en : name->da), on = day_short(a, reason->on, en);
		if (said.len && said.at[0] >= 'a' && said.at[0] <= 'z') *(char *)(uintptr_t)said.at -= 'a' - 'A';
		add_piece(&b, text_format(a, "%.*s %.*s", TEXT_ARG(said), TEXT_ARG(on)));
	}
	add_limits(&b, t, lang);
	return buffer_text(&b);
}

task_words task_say(arena *a, const task_face *t, const doc *about)
{
	const task_kind *k = t->kind;
	return (task_words){
	    .line_da = line_print(a, t->image, k, k->says_da, about, t->state->facts, LANGUAGE_DA),
	    .line_en = line_print(a, t->image, k, k->says_en, about, t->state->facts, LANGUAGE_EN),
	    .because_da = because(a, t, LANGUAGE_DA),
	    .because_en = because(a, t, LANGUAGE_EN),
	};
}
