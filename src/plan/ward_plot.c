/* ward_plot.c: a plan as a picture: days across; rooms with their patients, theatres with their minutes down. Plain SVG in few
 * colours that hold in print: light and dark for the two genders, a dashed frame for occupants, red for what is broken. */
#include "plan/ward.h"

enum { LEFT = 110, TOP = 60, DAY_WIDTH = 62, BED_HEIGHT = 17, GAP = 8, THEATRE_HEIGHT = 22 };

typedef struct plotting {
	buffer out;
	const ward *w;
	const ward_plan *p;
	const ward_breach *breach;
	int breaches;
	language lang;
} plotting;

/* Text as XML wants it. */
static void put(plotting *x, text t)
{
	for (int64_t i = 0; i < t.len; i++) {
		if (t.at[i] == '<')
			buffer_add(&x->out, TEXT("&lt;"));
		else if (t.at[i] == '&')
			buffer_add(&x->out, TEXT("&amp;"));
		else if ((unsigned char)t.at[i] >= ' ')
			buffer_char(&x->out, t.at[i]);
	}
}

static void label(plotting *x, int left, int top, const char *class, text said)
{
	buffer_format(&x->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", left, top, class);
	put(x, said);
	buffer_add(&x->out, TEXT("</text>\n"));
}

/* ---- rooms ---- */

static bool is_there(const plotting *x, int person, int room)
{
	const ward *w = x->w;
	if (person >= w->patients) return w->person[person].room == room;
	return x->p->day[person] != WARD_NONE && x->p->room[person] == room;
}

static void stay_plot(plotting *x, int person, int top)
{
	const ward *w = x->w;
	const ward_person *who = &w->person[person];
	int day = person < w->patients ? x->p->day[person] : 0, days = ward_stay_within(w, person, day);
	const char *kind = person >= w->patients ? " occupant" : who->mandatory ? " must" : "";
	buffer_format(&x->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"g%d%s\"/>\n",
		      LEFT + day * DAY_WIDTH + 2, top + 1, days * DAY_WIDTH - 4, BED_HEIGHT - 2, who->gender, kind);
	text said = text_format(x->out.arena, "%.*s %.*s", TEXT_ARG(who->id), TEXT_ARG(w->age_name[who->age]));
	int room = days * DAY_WIDTH / 6;
	label(x, LEFT + day * DAY_WIDTH + 6, top + 12, "in", said.len > room ? who->id : said);
}

/* Each in the first line that is free for all his days. The number of lines is given back. */
static int room_plot(plotting *x, int room, int top)
{
	const ward *w = x->w;
	int lines = w->beds[room] > 0 ? w->beds[room] : 1, until[64] = {0};
	for (int d = 0; d < w->days; d++)
		for (int i = 0; i < w->persons; i++) {
			int day = i < w->patients ? x->p->day[i] : 0, line = 0;
			if (day != d || !is_there(x, i, room)) continue;
			while (line < 63 && until[line] > d) line++;
			until[line] = d + ward_stay_within(w, i, d);
			stay_plot(x, i, top + line * BED_HEIGHT);
			lines = line + 1 > lines ? line + 1 : lines;
		}
	for (int i = 0; i < x->breaches; i++) {
		const ward_breach *b = &x->breach[i];
		if (b->room != room || b->day == WARD_NONE) continue;
		buffer_format(&x->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"broken\"><title>",
			      LEFT + b->day * DAY_WIDTH, top, DAY_WIDTH, lines * BED_HEIGHT);
		put(x, ward_breach_said(x->out.arena, w, b, x->lang));
		buffer_add(&x->out, TEXT("</title></rect>\n"));
	}
	label(x, 8, top + 12, "name",
	      text_format(x->out.arena, "%s %.*s (%d)", x->lang == LANGUAGE_EN ? "Room" : "Stue",
			  TEXT_ARG(w->room[room]), w->beds[room]));
	return lines;
}

/* ---- theatres ---- */

static void theatre_plot(plotting *x, int theatre, int top)
{
	const ward *w = x->w;
	for (int d = 0; d < w->days; d++) {
		int may = w->theatre_minutes[theatre * w->days + d], used = 0, cases = 0;
		for (int i = 0; i < w->patients; i++) {
			if (x->p->day[i] != d || x->p->theatre[i] != theatre) continue;
			used += w->person[i].minutes;
			cases++;
		}
		int left = LEFT + d * DAY_WIDTH, width = may > 0 ? used * (DAY_WIDTH - 4) / may : 0;
		buffer_format(&x->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n", left + 2,
			      top + 1, DAY_WIDTH - 4, THEATRE_HEIGHT - 2, may > 0 ? "open" : "closed");
		if (used == 0) continue;
		buffer_format(&x->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n", left + 2,
			      top + 1, width < DAY_WIDTH - 4 ? width : DAY_WIDTH - 4, THEATRE_HEIGHT - 2,
			      used > may ? "over" : "used");
		label(x, left + 6, top + 15, "in", text_format(x->out.arena, "%d: %d/%d", cases, used, may));
	}
	label(x, 8, top + 15, "name",
	      text_format(x->out.arena, "%s %.*s", x->lang == LANGUAGE_EN ? "Theatre" : "Op.stue",
			  TEXT_ARG(w->theatre[theatre])));
}

/* ---- the frame ---- */

static void days_plot(plotting *x, int bottom)
{
	for (int d = 0; d <= x->w->days; d++)
		buffer_format(&x->out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", LEFT + d * DAY_WIDTH,
			      TOP - 16, LEFT + d * DAY_WIDTH, bottom);
	for (int d = 0; d < x->w->days; d++)
		label(x, LEFT + d * DAY_WIDTH + 6, TOP - 6, "name",
		      text_format(x->out.arena, "%s %d", x->lang == LANGUAGE_EN ? "day" : "dag", d));
}

static text title(const plotting *x)
{
	const ward_cost c = ward_check(x->w, x->p);
	bool en = x->lang == LANGUAGE_EN;
	if (c.violations)
		return text_format(x->out.arena, "%s %lld · %s %lld", en ? "Cost" : "Pris", (long long)c.total,
				   en ? "broken rules" : "brudte regler", (long long)c.violations);
	return text_format(x->out.arena, "%s %lld · %s", en ? "Cost" : "Pris", (long long)c.total,
			   en ? "dark: gender 2, thick: must come, dashed: there already"
			      : "mørk: køn 2, tyk: skal komme, stiplet: ligger her");
}

static const char style[] =
    "<style>text{font:11px sans-serif;fill:#111}.in{font-size:10px}.head{font-size:15px;font-weight:bold}"
    "line{stroke:#bbb;stroke-width:.5}rect{stroke:#333;stroke-width:.6}.g0{fill:#fff3d6}.g1{fill:#b9d3ea}"
    ".must{stroke-width:2}.occupant{stroke-dasharray:3 2}.open{fill:#fff}.closed{fill:#ddd}.used{fill:#cfe3c5}"
    ".over{fill:#f2b8b0}.broken{fill:none;stroke:#c00;stroke-width:2.5}</style>\n";

text ward_plot(arena *a, const ward *w, const ward_plan *p, language lang)
{
	plotting x = {.out.arena = a, .w = w, .p = p, .lang = lang}, body = x;
	int top = TOP, width = LEFT + w->days * DAY_WIDTH + 10;
	body.breach = ward_breaches(a, w, p, &body.breaches);
	for (int r = 0; r < w->rooms; r++) top += room_plot(&body, r, top) * BED_HEIGHT + GAP;
	for (int t = 0; t < w->theatres; t++, top += THEATRE_HEIGHT + 2) theatre_plot(&body, t, top);
	buffer_format(&x.out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n",
		      width, top + 10, width, top + 10);
	buffer_add(&x.out, text_of(style));
	label(&x, 8, 22, "head", title(&body));
	days_plot(&x, top);
	buffer_add(&x.out, buffer_text(&body.out));
	buffer_add(&x.out, TEXT("</svg>\n"));
	return buffer_text(&x.out);
}
