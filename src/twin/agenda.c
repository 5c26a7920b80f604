/* agenda.c: what happens when: a heap of events, office hours, and doctors' calendars. */
#include "twin/internal.h"

enum { OFFICE_OPENS = 8 * 60, OFFICE_SHUTS = 15 * 60 + 20, QUARTERS = 28 /* 8.00 to 15.00 */ };

static bool before(const event *x, const event *y)
{
	return x->at != y->at ? x->at < y->at : x->order < y->order;
}

void agenda_add(agenda *g, event e)
{
	if (g->count == g->cap) g->heap = ARENA_DOUBLE(g->arena, event, g->heap, &g->cap, 256);
	e.order = g->order++;
	int at = g->count++;
	while (at > 0 && before(&e, &g->heap[(at - 1) / 2])) {
		g->heap[at] = g->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	g->heap[at] = e;
}

bool agenda_sooner(const agenda *g, const event *than)
{
	return g->count && g->heap[0].at < than->at;
}

bool agenda_next(agenda *g, event *out)
{
	if (!g->count) return false;
	*out = g->heap[0];
	event last = g->heap[--g->count];
	int at = 0;
	for (int child; (child = 2 * at + 1) < g->count; at = child) {
		if (child + 1 < g->count && before(&g->heap[child + 1], &g->heap[child])) child++;
		if (!before(&g->heap[child], &last)) break;
		g->heap[at] = g->heap[child];
	}
	if (g->count) g->heap[at] = last;
	return true;
}

static day working_day_from(const calendar *c, day d)
{
	while (!calendar_counts(c, d, UNIT_ARBEJDSDAGE)) d++;
	return d;
}

instant next_office_instant(const calendar *c, instant at)
{
	day d = day_of_instant(at), works = working_day_from(c, d);
	if (works != d) return local_instant(works, OFFICE_OPENS);
	int minute = local_minute(at);
	if (minute < OFFICE_OPENS) return local_instant(d, OFFICE_OPENS);
	return minute < OFFICE_SHUTS ? at : local_instant(working_day_from(c, d + 1), OFFICE_OPENS);
}

instant office_time(const calendar *c, random_state *r, instant after, range days)
{
	int wait = (int)random_between(r, days.low, days.high);
	if (wait == 0) return next_office_instant(c, after + MINUTES(random_between(r, 4, 150)));
	day d = calendar_add(c, day_of_instant(after), wait, UNIT_ARBEJDSDAGE);
	instant at =
	    local_instant(d, (int)random_between(r, OFFICE_OPENS, OFFICE_SHUTS - 10)) + SECONDS(random_below(r, 60));
	return at > after ? at : next_office_instant(c, after + MINUTES(5));
}

instant diary_take(diary *d, int doctor, day from, int minutes)
{
	int need = (minutes + 14) / 15;
	if (need > QUARTERS) need = QUARTERS;
	for (day on = working_day_from(d->calendar, from);; on = working_day_from(d->calendar, on + 1)) {
		text key = text_format(d->arena, "%d:%d", doctor, on);
		int64_t busy = map_get_or(&d->busy, key, 0), wanted = ((int64_t)1 << need) - 1;
		for (int at = 0; at + need <= QUARTERS; at++) {
			if (busy & (wanted << at)) continue;
			map_put(&d->busy, key, busy | (wanted << at));
			return local_instant(on, OFFICE_OPENS + at * 15);
		}
	}
}
