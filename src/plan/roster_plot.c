/* roster_plot.c: a roster as a picture: people × days, each shift in its shade and with its letter, rule breaks marked, what is missing or over
 * below. It reads in print without colour. */
#include "plan/roster_inner.h"

enum { CELL = 26, ROW = 20, LEFT = 90, TOP = 58, FOOT = 30 };

static void put_escaped(buffer *b, text t)
{
	for (int64_t i = 0; i < t.len; i++) {
		char c = t.at[i];
		if (c == '&')
			buffer_add(b, TEXT("&amp;"));
		else if (c == '<')
			buffer_add(b, TEXT("&lt;"));
		else if (c == '>')
			buffer_add(b, TEXT("&gt;"));
		else
			buffer_char(b, c);
	}
}

static void put_text(buffer *b, int x, int y, const char *style, text t)
{
	buffer_format(b, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, style);
	put_escaped(b, t);
	buffer_add(b, TEXT("</text>\n"));
}

/* Light enough for black letters, far enough apart to tell in grey. */
static const char *const shades[] = {"#fff6d6", "#d9ecff", "#e2f3dc", "#c9cfe8",
				     "#fbe0e0", "#dcdcdc", "#f0e2f6", "#d4efee"};
enum { SHADES = sizeof shades / sizeof *shades };

static void put_head(buffer *b, const roster *r, language lang, int width, int height)
{
	static const char *const da = "mtotfls", *const en = "MTWTFSS";
	buffer_format(
	    b,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
	    "<style>text{font-family:sans-serif;font-size:11px;fill:#111}.m{text-anchor:middle}.r{text-anchor:end}"
	    ".b{font-weight:bold;font-size:13px}.s{font-size:9px;text-anchor:middle}"
	    ".hard{fill:none;stroke:#b00;stroke-width:2.2}.soft{fill:none;stroke:#444;stroke-width:1;"
	    "stroke-dasharray:3 2}</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
	    width, height, width, height, width, height);
	put_text(b, 8, 18, "b", r->id);
	for (int d = 0; d < r->day_count; d++) {
		int weekday = roster_weekday(r, d), x = LEFT + d * CELL;
		text number = r->first_day ? text_format(b->arena, "%d", civil_from_day((day)(r->first_day + d)).day)
					   : text_format(b->arena, "%d", d);
		if (weekday >= 5)
			buffer_format(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#f1f1f1\"/>\n", x,
				      TOP - 30, CELL, height - TOP - FOOT + 30);
		put_text(b, x + CELL / 2, TOP - 18, "m", (text){(lang == LANGUAGE_EN ? en : da) + weekday, 1});
		put_text(b, x + CELL / 2, TOP - 5, "m", number);
	}
}

static void put_person(buffer *b, const roster *r, const uint8_t *lines, int person)
{
	int y = TOP + person * ROW, minutes = 0;
	put_text(b, 8, y + 14, "", r->persons[person].name.len ? r->persons[person].name : r->persons[person].id);
	for (int d = 0; d < r->day_count; d++) {
		int shift = lines[(int64_t)person * r->day_count + d], x = LEFT + d * CELL;
		minutes += r->shifts[shift].minutes;
		const char *fill = shift == ROSTER_OFF ? "none" : shades[(shift - 1) % SHADES];
		bool leave = *roster_allowed_at(r, person, d) == 1;
		buffer_format(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"#ccc\"/>\n",
			      x, y, CELL, ROW, fill);
		if (shift != ROSTER_OFF) put_text(b, x + CELL / 2, y + 14, "m", r->shifts[shift].id);
		if (shift == ROSTER_OFF && leave) put_text(b, x + CELL / 2, y + 14, "m", TEXT("×"));
	}
	put_text(b, LEFT + r->day_count * CELL + 46, y + 14, "r",
		 text_format(b->arena, "%d:%02d", minutes / 60, minutes % 60));
}

/* A frame around the days of each broken rule: whole red lines for what may not be, thin broken ones for what costs. */
static void put_breaks(buffer *b, const roster *r, const roster_breaks *all, language lang)
{
	for (int i = 0; i < all->count; i++) {
		const roster_break *x = &all->at[i];
		int from = x->day < 0 ? 0 : x->day, days = x->day + x->days - from;
		if (x->person < 0 || (x->rule == ROSTER_BUDGET && !x->cost.hard)) continue;
		int inset = x->cost.hard ? 1 : 3;
		buffer_format(b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\"><title>",
			      x->cost.hard ? "hard" : "soft", LEFT + from * CELL + inset, TOP + x->person * ROW + inset,
			      days * CELL - 2 * inset, ROW - 2 * inset);
		put_escaped(b, roster_break_text(b->arena, r, x, lang));
		buffer_add(b, TEXT("</title></rect>\n"));
	}
}

/* Under each day a line for each cover that has too few (-) or too many (+). */
static int put_covers(buffer *b, const roster *r, const roster_breaks *all)
{
	int most = 0, *used = ARENA_ARRAY(b->arena, int, r->day_count);
	int y = TOP + r->person_count * ROW + 14;
	for (int i = 0; i < all->count; i++) {
		const roster_break *x = &all->at[i];
		if (x->person >= 0) continue;
		const roster_cover *c = &r->covers[x->item];
		text id = r->shifts[__builtin_ctzll(c->shifts)].id;
		text mark = text_format(b->arena, "%.*s%s%d", TEXT_ARG(id), x->rule == ROSTER_COVER_UNDER ? "−" : "+",
					x->amount);
		put_text(b, LEFT + x->day * CELL + CELL / 2, y + 12 * used[x->day]++, "s", mark);
		if (used[x->day] > most) most = used[x->day];
	}
	return most;
}

static void put_foot(buffer *b, const roster_breaks *all, language lang, int y)
{
	text t = text_format(b->arena,
			     lang == LANGUAGE_EN
				 ? "Broken rules: %lld · cost: %lld · frames: thick red may not be, broken lines cost"
				 : "Brudte regler: %lld · pris: %lld · rammer: tyk rød må ikke være, stiplet koster",
			     (long long)all->total.hard, (long long)all->total.soft);
	put_text(b, 8, y, "", t);
}

text roster_plot(arena *a, const roster *r, const uint8_t *lines, language lang)
{
	roster_breaks all = roster_check(a, r, lines);
	buffer body = {.arena = a}, out = {.arena = a}, covers = {.arena = a};
	for (int p = 0; p < r->person_count; p++) put_person(&body, r, lines, p);
	put_breaks(&body, r, &all, lang);
	int rows = put_covers(&covers, r, &all);
	int width = LEFT + r->day_count * CELL + 56, height = TOP + r->person_count * ROW + rows * 12 + FOOT + 8;
	put_head(&out, r, lang, width, height);
	buffer_add(&out, buffer_text(&body));
	if (rows) buffer_add(&out, buffer_text(&covers));
	put_foot(&out, &all, lang, height - 10);
	buffer_add(&out, TEXT("</svg>\n"));
	return buffer_text(&out);
}
