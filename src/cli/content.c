/* content.c: a hospital's own folder of content: is it in order (check), and what does it change of what is shipped (diff). */
#include "cli/internal.h"

enum { SHOWN_BYTES = 70, LEAD_BYTES = 20 };

static int fail_sink(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

static int content_check(cli *c)
{
	int own;
	image *m = house_content(c, c->arena, c->args[1], &own);
	if (!m) return fail_sink(c);
	int overriding = 0;
	for (int i = 0; i < m->count; i++) overriding += m->entries[i]->layer > 0;
	text hash = digest_hex(c->arena, m->hash);
	fprintf(c->outside->out, "%s: %d %s, %d %s · %.*s\n", said(c, "I orden", "In order"), own,
		said(c, "egne filer", "own files"), overriding, said(c, "egne punkter", "own entries"), 16, hash.at);
	content_free(m);
	return CLI_FINE;
}

/* ---- diff ---- */

typedef enum difference { ENTRY_ADDED, ENTRY_OVERRIDDEN, ENTRY_SAME, DIFFERENCES } difference;
static const char *const codes[DIFFERENCES] = {"added", "overridden", "same"};

typedef struct entry_diff {
	const content_entry *entry;
	difference is;
	content_change *changes;
	int count;
} entry_diff;

static entry_diff entry_compare(cli *c, const content_entry *e)
{
	entry_diff d = {.entry = e, .is = ENTRY_ADDED};
	if (!e->overridden) return d;
	d.count = content_changes(c->arena, e->overridden, e, &d.changes);
	d.is = d.count ? ENTRY_OVERRIDDEN : ENTRY_SAME;
	return d;
}

static bool within_letter(text t, int64_t at)
{
	return at < t.len && ((unsigned char)t.at[at] & 0xC0) == 0x80;
}

/* How far the two begin alike, back to the beginning of a word. */
static int64_t alike(text x, text y)
{
	int64_t n = 0;
	while (n < x.len && n < y.len && x.at[n] == y.at[n]) n++;
	while (n > 0 && x.at[n - 1] != ' ') n--;
	return n;
}

/* A long value is shown from shortly before where the two part, and cut where it goes on. */
static text shortened(arena *a, text t, int64_t from)
{
	from = from > LEAD_BYTES ? from - LEAD_BYTES : 0;
	while (within_letter(t, from)) from++;
	int64_t to = t.len - from > SHOWN_BYTES ? from + SHOWN_BYTES : t.len;
	while (within_letter(t, to)) to--;
	text part = text_slice(t, from, to);
	return text_format(a, "%s%.*s%s", from ? "…" : "", TEXT_ARG(part), to < t.len ? "…" : "");
}

static void change_print(cli *c, const content_change *x)
{
	FILE *out = c->outside->out;
	bool longer = x->before.len > SHOWN_BYTES || x->after.len > SHOWN_BYTES;
	int64_t from = longer ? alike(x->before, x->after) : 0;
	text before = shortened(c->arena, x->before, from), after = shortened(c->arena, x->after, from);
	if (x->reordered)
		fprintf(out, "  %.*s: %s\n", TEXT_ARG(x->where), said(c, "i en anden rækkefølge", "in another order"));
	else if (!x->before.at)
		fprintf(out, "  + %.*s: %.*s\n", TEXT_ARG(x->where), TEXT_ARG(after));
	else if (!x->after.at)
		fprintf(out, "  - %.*s: %.*s\n", TEXT_ARG(x->where), TEXT_ARG(before));
	else
		fprintf(out, "  %.*s: %.*s → %.*s\n", TEXT_ARG(x->where), TEXT_ARG(before), TEXT_ARG(after));
}

static text entry_place(cli *c, const content_entry *e)
{
	return text_format(c->arena, "%.*s:%d", TEXT_ARG(e->file), e->lines[e->node]);
}

static void entry_print(cli *c, const entry_diff *d)
{
	const content_entry *e = d->entry;
	FILE *out = c->outside->out;
	fprintf(out, "%.*s %.*s · %.*s", TEXT_ARG(e->kind), TEXT_ARG(e->id), TEXT_ARG(entry_place(c, e)));
	if (d->is == ENTRY_ADDED) fputs(said(c, " er ny\n", " is new\n"), out);
	if (d->is == ENTRY_OVERRIDDEN)
		fprintf(out, " %s %.*s\n", said(c, "i stedet for", "in place of"),
			TEXT_ARG(entry_place(c, e->overridden)));
	if (d->is == ENTRY_SAME)
		fprintf(out, " %s %.*s %s\n", said(c, "siger det samme som", "says the same as"),
			TEXT_ARG(entry_place(c, e->overridden)), said(c, "og kan undværes", "and is not needed"));
	for (int i = 0; i < d->count; i++) change_print(c, &d->changes[i]);
}

static void place_json(json_out *o, const content_entry *e)
{
	json_pair(o, "file", e->file);
	json_key(o, "line");
	json_int(o, e->lines[e->node]);
}

static void changes_json(json_out *o, const entry_diff *d)
{
	json_key(o, "changes");
	json_array(o);
	for (int i = 0; i < d->count; i++) {
		const content_change *x = &d->changes[i];
		json_object(o);
		json_pair(o, "where", x->where);
		json_pair(o, "before", x->before);
		json_pair(o, "after", x->after);
		if (x->reordered) {
			json_key(o, "reordered");
			json_bool(o, true);
		}
		json_end(o);
	}
	json_end(o);
}

static void entry_json(cli *c, const entry_diff *d)
{
	json_out o = json_begin(c->arena);
	json_object(&o);
	json_pair(&o, "kind", d->entry->kind);
	json_pair(&o, "id", d->entry->id);
	json_pair(&o, "is", text_of(codes[d->is]));
	place_json(&o, d->entry);
	if (d->entry->overridden) {
		json_key(&o, "shipped");
		json_object(&o);
		place_json(&o, d->entry->overridden);
		json_end(&o);
	}
	if (d->count) changes_json(&o, d);
	json_end(&o);
	text line = json_done(&o);
	fprintf(c->outside->out, "%.*s\n", TEXT_ARG(line));
}

static int content_diff(cli *c)
{
	int own, of[DIFFERENCES] = {0};
	image *m = house_content(c, c->arena, c->args[1], &own);
	if (!m) return fail_sink(c);
	for (int i = 0; i < m->count; i++) {
		arena_mark mark = arena_here(c->arena);
		if (m->entries[i]->layer == 0) continue;
		entry_diff d = entry_compare(c, m->entries[i]);
		of[d.is]++;
		if (c->json)
			entry_json(c, &d);
		else
			entry_print(c, &d);
		arena_rewind(c->arena, mark);
	}
	if (!c->json)
		fprintf(c->outside->out, "%d %s, %d %s, %d %s\n", of[ENTRY_OVERRIDDEN], said(c, "ændret", "changed"),
			of[ENTRY_ADDED], said(c, "ny", "new"), of[ENTRY_SAME],
			said(c, "uden forskel", "without a difference"));
	content_free(m);
	return CLI_FINE;
}

int command_content(cli *c)
{
	if (c->arg_count != 2) return fail_called(c);
	if (text_equal(c->args[0], TEXT("check")) && !c->json) return content_check(c);
	if (text_equal(c->args[0], TEXT("diff"))) return content_diff(c);
	return fail_called(c);
}
