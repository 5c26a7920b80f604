/* summary.c: what `validate` counted: a row for each type and what it was held against, and the findings met most often. Each
 * worker counts by itself; what they counted is joined in the end, and comes out the same however it was shared. */
#include "cli/internal.h"

enum { SHOWN_MAX = 10, KINDS_MAX = 10000 };

typedef struct summary_row {
	text type, profiles;
	int64_t resources, with_errors, with_warnings;
} summary_row;

/* One kind of finding: the same failure at the same element, whichever the list's item and the value that is wrong. */
typedef struct finding {
	text key, where, sentence; /* of the sentences met, the first by its bytes */
	bool differ;               /* there were others */
	severity severity;
	int64_t count;
} finding;

struct summary {
	arena *arena;
	map row_of, finding_of; /* by key */
	summary_row *rows;
	finding *findings;
	int row_cap, finding_cap;
	int64_t others; /* findings of kinds past KINDS_MAX */
};

summary *summary_open(void)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	summary *s = ARENA_NEW(a, summary);
	*s = (summary){.arena = a, .row_of.arena = a, .finding_of.arena = a};
	return s;
}

void summary_close(summary *s)
{
	arena_free(s->arena);
}

/* ---- counting ---- */

static summary_row *row_for(summary *s, text type, text profiles)
{
	arena_mark here = arena_here(s->arena);
	text key = text_format(s->arena, "%.*s\t%.*s", TEXT_ARG(type), TEXT_ARG(profiles));
	int64_t known = map_get_or(&s->row_of, key, -1);
	if (known >= 0) {
		arena_rewind(s->arena, here);
		return &s->rows[known];
	}
	int64_t n = s->row_of.count;
	if (n == s->row_cap) s->rows = ARENA_DOUBLE(s->arena, summary_row, s->rows, &s->row_cap, 32);
	map_put(&s->row_of, key, n);
	text_pair sides = text_cut(key, '\t');
	s->rows[n] = (summary_row){.type = sides.head, .profiles = sides.tail};
	return &s->rows[n];
}

void summary_add(summary *s, const verdict *v)
{
	summary_row *r = row_for(s, v->type, v->profiles);
	r->resources++;
	r->with_errors += v->errors > 0;
	r->with_warnings += v->warnings > 0;
}

static void finding_add(summary *s, const finding *f)
{
	int64_t known = map_get_or(&s->finding_of, f->key, -1), n = s->finding_of.count;
	if (known < 0 && n == KINDS_MAX) {
		s->others += f->count;
	} else if (known < 0) {
		if (n == s->finding_cap)
			s->findings = ARENA_DOUBLE(s->arena, finding, s->findings, &s->finding_cap, 64);
		finding *own = &s->findings[n];
		*own = *f;
		own->key = text_copy(s->arena, f->key);
		own->where = text_copy(s->arena, f->where);
		own->sentence = text_copy(s->arena, f->sentence);
		map_put(&s->finding_of, own->key, n);
	} else {
		finding *own = &s->findings[known];
		int order = text_compare(f->sentence, own->sentence);
		own->count += f->count;
		own->differ |= f->differ || order != 0;
		if (order < 0) own->sentence = text_copy(s->arena, f->sentence);
	}
}

/* "Patient.name[0].given[1]" → "Patient.name.given" */
static text without_indexes(arena *a, text path)
{
	buffer b = {.arena = a};
	for (int64_t i = 0, within = 0; i < path.len; i++) {
		within |= path.at[i] == '[';
		if (!within) buffer_char(&b, path.at[i]);
		within &= path.at[i] != ']';
	}
	return buffer_text(&b);
}

/* Its first argument is the value that was found, which differs from one to the next. */
static bool shows_value(failure code)
{
	static const char *const types[] = {"value", "code-invalid", "too-long"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(failure_type(code), types[i]) == 0) return true;
	return false;
}

void summary_finding(summary *s, arena *scratch, const issue *i, language lang)
{
	finding f = {.count = 1, .severity = i->severity, .where = without_indexes(scratch, i->place.path)};
	f.key = text_format(scratch, "%d %d %.*s", i->severity, i->code, TEXT_ARG(f.where));
	if (i->code == FAIL_RULE_BROKEN)
		f.key = text_join(scratch, f.key, i->args[2]);
	else if (!shows_value(i->code))
		f.key = text_join(scratch, f.key, i->args[0]);
	f.sentence = issue_text(scratch, i, lang);
	finding_add(s, &f);
}

void summary_join(summary *to, const summary *from)
{
	for (int64_t i = 0; i < from->row_of.count; i++) {
		const summary_row *r = &from->rows[i];
		summary_row *sum = row_for(to, r->type, r->profiles);
		sum->resources += r->resources;
		sum->with_errors += r->with_errors;
		sum->with_warnings += r->with_warnings;
	}
	for (int64_t i = 0; i < from->finding_of.count; i++) finding_add(to, &from->findings[i]);
	to->others += from->others;
}

int64_t summary_resources(const summary *s, int64_t *wrong)
{
	int64_t all = 0;
	*wrong = 0;
	for (int64_t i = 0; i < s->row_of.count; i++) {
		all += s->rows[i].resources;
		*wrong += s->rows[i].with_errors;
	}
	return all;
}

/* ---- the tables ---- */

static int by_type(const void *x, const void *y)
{
	const summary_row *a = x, *b = y;
	int order = text_compare(a->type, b->type);
	return order ? order : text_compare(a->profiles, b->profiles);
}

static int by_count(const void *x, const void *y)
{
	const finding *a = x, *b = y;
	if (a->count != b->count) return a->count < b->count ? 1 : -1;
	return text_compare(a->key, b->key);
}

typedef struct widths {
	int type, profiles, resources, errors, warnings;
} widths;

static void cell_print(FILE *out, text t, int width)
{
	fprintf(out, "%.*s%*s", TEXT_ARG(t), width - width_of(t) + 2, "");
}

static void row_print(FILE *out, const widths *w, const summary_row *r)
{
	cell_print(out, r->type, w->type);
	if (w->profiles) cell_print(out, r->profiles, w->profiles);
	fprintf(out, "%*lld  %*lld  %*lld\n", w->resources, (long long)r->resources, w->errors,
		(long long)r->with_errors, w->warnings, (long long)r->with_warnings);
}

static int wider(int width, text t)
{
	int own = width_of(t);
	return own > width ? own : width;
}

static void rows_print(cli *c, const summary_row *rows, int64_t count, const summary_row *sum)
{
	FILE *out = c->outside->out;
	const text heads[] = {text_of(said(c, "Type", "Type")), text_of(said(c, "Profil", "Profile")),
			      text_of(said(c, "Ressourcer", "Resources")), text_of(said(c, "Med fejl", "With errors")),
			      text_of(said(c, "Med advarsler", "With warnings"))};
	widths w = {.type = wider(width_of(sum->type), heads[0]),
		    .resources = width_of(heads[2]),
		    .errors = width_of(heads[3]),
		    .warnings = width_of(heads[4])};
	for (int64_t i = 0; i < count; i++) {
		w.type = wider(w.type, rows[i].type);
		w.profiles = wider(w.profiles, rows[i].profiles);
	}
	if (w.profiles) w.profiles = wider(w.profiles, heads[1]);
	cell_print(out, heads[0], w.type);
	if (w.profiles) cell_print(out, heads[1], w.profiles);
	fprintf(out, "%.*s  %.*s  %.*s\n", TEXT_ARG(heads[2]), TEXT_ARG(heads[3]), TEXT_ARG(heads[4]));
	for (int64_t i = 0; i < count; i++) row_print(out, &w, &rows[i]);
	if (count > 1) row_print(out, &w, sum);
}

const char *severity_word(const cli *c, severity s)
{
	switch (s) {
	case SEVERITY_ERROR:
		return said(c, "fejl", "error");
	case SEVERITY_WARNING:
		return said(c, "advarsel", "warning");
	case SEVERITY_INFORMATION:
		return said(c, "bemærk", "note");
	}
	return "";
}

static void findings_print(cli *c, const finding *f, int64_t count)
{
	FILE *out = c->outside->out;
	while (count > 0 && f[count - 1].count == 1) count--; /* they are above, each once */
	if (count == 0) return;
	fprintf(out, "\n%s\n", said(c, "Hyppigst:", "Most often:"));
	for (int64_t i = 0; i < count && i < SHOWN_MAX; i++, f++)
		fprintf(out, "%8lld  %s: %.*s%s%s%.*s\n", (long long)f->count, severity_word(c, f->severity),
			TEXT_ARG(f->where), f->where.len ? ": " : "", f->differ ? said(c, "f.eks. ", "e.g. ") : "",
			TEXT_ARG(f->sentence));
	if (count > SHOWN_MAX)
		fprintf(out, "          … %s %lld\n", said(c, "og andre slags:", "and of other kinds:"),
			(long long)(count - SHOWN_MAX));
}

void summary_print(cli *c, const summary *s)
{
	int64_t count = s->row_of.count, findings = s->finding_of.count;
	summary_row sum = {.type = text_of(said(c, "I alt", "In all"))};
	summary_row *rows = ARENA_ARRAY(c->arena, summary_row, count + 1);
	finding *often = ARENA_ARRAY(c->arena, finding, findings + 1);
	if (count == 0) return;
	memcpy(rows, s->rows, (size_t)count * sizeof *rows);
	if (findings) memcpy(often, s->findings, (size_t)findings * sizeof *often);
	for (int64_t i = 0; i < count; i++) {
		sum.resources += rows[i].resources;
		sum.with_errors += rows[i].with_errors;
		sum.with_warnings += rows[i].with_warnings;
	}
	qsort(rows, (size_t)count, sizeof *rows, by_type);
	qsort(often, (size_t)findings, sizeof *often, by_count);
	rows_print(c, rows, count, &sum);
	findings_print(c, often, findings);
}
