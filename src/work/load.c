/* load.c: a team's day by the hour: who is there, what only one of them can do, who has the telephone while others have their protected time,
 * and whether there is more to do than those on duty can. Figures are the team's; none is anybody's own (PRACTICE.md 15). */
#include "work/internal.h"

typedef struct loading {
	const asking *by;
	team *team;
	load *out;
} loading;

/* ---- the telephone ---- */

static bool is_secretary(const team *t, int person)
{
	return t->at[person].tier == TIER_OWN && worker_has_role(&t->at[person].worker, TEXT("secretary"));
}

static bool overlaps(const duty *d, instant from, instant to)
{
	return d->from < to && from < d->to;
}

/* There all the time, and neither in protected time, nor on the telephone already. */
static bool free_for(const loading *l, int person, const duty *focus)
{
	const team *t = l->team;
	if (person == focus->person || !is_secretary(t, person)) return false;
	if (!team_on_duty(t, l->by->image, person, focus->from) ||
	    !team_on_duty(t, l->by->image, person, focus->to - MINUTES(1)))
		return false;
	for (int i = 0; i < t->duty_count; i++) {
		const duty *d = &t->duties[i];
		if (d->person == person && d->kind >= DUTY_LEAVE && overlaps(d, focus->from, focus->to)) return false;
	}
	return true;
}

static int by_start(const void *xp, const void *yp)
{
	const duty *x = xp, *y = yp;
	if (x->from != y->from) return x->from < y->from ? -1 : 1;
	return x->person - y->person;
}

static bool covers_already(const loading *l, const load_cover *all, int count, int person, const duty *focus)
{
	for (int i = 0; i < count; i++)
		if (text_equal(all[i].by, l->team->at[person].worker.reference) && all[i].from < focus->to &&
		    focus->from < all[i].to)
			return true;
	return false;
}

/* Of those who are free the one who has had the telephone least this week; of equals the first by id. */
static int cover_choose(const loading *l, const load_cover *all, int count, const int *minutes, const duty *focus)
{
	int best = -1;
	const team *t = l->team;
	for (int i = 0; i < t->count; i++) {
		if (!free_for(l, i, focus) || covers_already(l, all, count, i, focus)) continue;
		bool first = best < 0 || minutes[i] < minutes[best] ||
			     (minutes[i] == minutes[best] &&
			      text_compare(t->at[i].worker.reference, t->at[best].worker.reference) < 0);
		if (first) best = i;
	}
	return best;
}

static int minutes_of(const duty *d)
{
	return (int)((d->to - d->from) / MINUTES(1));
}

/* The whole week in its order, so that who covered on Monday is spared on Tuesday; told are those of the day. */
static void covers_make(loading *l)
{
	const asking *by = l->by;
	team *t = l->team;
	int *minutes = ARENA_ARRAY(by->arena, int, t->count + 1), count = 0;
	load_cover *all = ARENA_ARRAY(by->arena, load_cover, t->duty_count + 1);
	if (t->duty_count) qsort(t->duties, (size_t)t->duty_count, sizeof *t->duties, by_start);
	for (int i = 0; i < t->duty_count; i++) {
		const duty *d = &t->duties[i];
		if (d->kind == DUTY_PHONE) minutes[d->person] += minutes_of(d);
		if (d->kind != DUTY_FOCUS || !is_secretary(t, d->person)) continue;
		int chosen = cover_choose(l, all, count, minutes, d);
		const worker *w = &t->at[d->person].worker;
		all[count++] = (load_cover){.person = w->reference, .name = w->name, .from = d->from, .to = d->to};
		if (chosen < 0) continue;
		all[count - 1].by = t->at[chosen].worker.reference;
		all[count - 1].by_name = t->at[chosen].worker.name;
		all[count - 1].minutes = minutes[chosen];
		minutes[chosen] += minutes_of(d);
	}
	l->out->covers = ARENA_ARRAY(by->arena, load_cover, count + 1);
	for (int i = 0; i < count; i++)
		if (day_of_instant(all[i].from) == t->on) l->out->covers[l->out->cover_count++] = all[i];
}

text phone_cover(const asking *by, team *t, text person)
{
	load made = {0};
	loading l = {.by = by, .team = t, .out = &made};
	covers_make(&l);
	for (int i = 0; i < made.cover_count; i++) {
		const load_cover *c = &made.covers[i];
		if (text_equal(c->person, person) && c->from <= by->now && by->now < c->to) return c->by_name;
	}
	return (text){0};
}

/* ---- by the hour ---- */

static text phone_at(const loading *l, instant at)
{
	const team *t = l->team;
	for (int i = 0; i < t->count; i++)
		if (t->at[i].tier == TIER_OWN && team_in(t, i, DUTY_PHONE, at)) return t->at[i].worker.name;
	for (int i = 0; i < l->out->cover_count; i++)
		if (l->out->covers[i].from <= at && at < l->out->covers[i].to) return l->out->covers[i].by_name;
	return (text){0};
}

static void hours_make(loading *l)
{
	const team *t = l->team;
	instant start = day_start(t->on), end = day_start(t->on + 1);
	for (instant at = start; at < end && l->out->hour_count < LOAD_HOURS; at += HOURS(1)) {
		load_hour *h = &l->out->hours[l->out->hour_count++];
		instant middle = at + MINUTES(30);
		*h = (load_hour){.from = at, .phone = phone_at(l, middle)};
		for (int i = 0; i < t->count; i++) {
			bool there = t->at[i].tier == TIER_OWN && team_on_duty(t, l->by->image, i, middle);
			h->on_duty += there;
			h->focus += there && team_in(t, i, DUTY_FOCUS, middle);
		}
	}
}

/* ---- what only one can do ---- */

/* The competences that kinds of task ask for, each once. */
static int competences(const loading *l, text *out, int max)
{
	const task_kind *const *kinds;
	int n = task_kinds(l->by->image, &kinds), count = 0;
	for (int i = 0; i < n && count < max; i++) {
		bool known = kinds[i]->competence.len == 0;
		for (int c = 0; c < count && !known; c++) known = text_equal(out[c], kinds[i]->competence);
		if (!known) out[count++] = kinds[i]->competence;
	}
	return count;
}

/* Of the people there in an hour the only one who is able to it; NULL: several. *none: nobody. */
static const worker *only_one(const loading *l, text competence, instant at, bool *none)
{
	const team *t = l->team;
	const worker *one = NULL;
	int able = 0;
	for (int i = 0; i < t->count; i++) {
		if (t->at[i].tier != TIER_OWN || !team_on_duty(t, l->by->image, i, at)) continue;
		if (worker_skill(l->by->image, &t->at[i].worker, competence, t->on) < SKILL_ABLE) continue;
		one = &t->at[i].worker;
		able++;
	}
	*none = able == 0;
	return able == 1 ? one : NULL;
}

/* Hours in a row with the same answer are one line. */
static void alone_add(loading *l, text competence, const load_hour *h, const worker *one)
{
	load *o = l->out;
	load_alone *last = o->alone_count ? &o->alone[o->alone_count - 1] : NULL;
	text person = one ? one->reference : (text){0};
	if (last && text_equal(last->competence, competence) && text_equal(last->person, person) &&
	    last->to == h->from) {
		last->to = h->from + HOURS(1);
		return;
	}
	o->alone[o->alone_count++] =
	    (load_alone){.competence = competence,
			 .word = competence_word(l->by->image, "competence", competence, l->by->lang),
			 .person = person,
			 .name = one ? one->name : (text){0},
			 .from = h->from,
			 .to = h->from + HOURS(1)};
}

static void alone_make(loading *l)
{
	enum { COMPETENCES_MAX = 200 };
	text *all = ARENA_ARRAY(l->by->arena, text, COMPETENCES_MAX);
	int n = competences(l, all, COMPETENCES_MAX);
	l->out->alone = ARENA_ARRAY(l->by->arena, load_alone, n * LOAD_HOURS + 1);
	for (int c = 0; c < n; c++)
		for (int i = 0; i < l->out->hour_count; i++) {
			const load_hour *h = &l->out->hours[i];
			bool none;
			const worker *one = h->on_duty ? only_one(l, all[c], h->from + MINUTES(30), &none) : NULL;
			if (h->on_duty && (one || none)) alone_add(l, all[c], h, one);
		}
}

/* ---- what is to be done ---- */

static bool tasks_count(loading *l)
{
	search_answer found;
	const asking *by = l->by;
	text from = text_format(by->arena, "ge%.*s", TEXT_ARG(day_iso(by->arena, l->team->on)));
	text to = text_format(by->arena, "lt%.*s", TEXT_ARG(day_iso(by->arena, l->team->on + 1)));
	const search_pair of[] = {{TEXT("open"), TEXT("true")},
				  {TEXT("queue"), l->team->queue},
				  {TEXT("latest-start"), from},
				  {TEXT("latest-start"), to}};
	if (!find_all(by, "Task", of, 4, &found)) return false;
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(by, &found.entries[i].version);
		if (!d) return false;
		instant start = extension_instant(d, "urn:limen:latest-start", NAME_valueInstant);
		for (int h = 0; h < l->out->hour_count; h++)
			l->out->hours[h].to_begin +=
			    start >= l->out->hours[h].from && start < l->out->hours[h].from + HOURS(1);
	}
	return true;
}

static int counted_since(const doc *d, instant from, instant to)
{
	int n = 0;
	for (uint32_t list = doc_get(d, 0, NAME_extension), i = 0; (i = list_after(d, list, i)) != NODE_ABSENT;) {
		moment m;
		if (!text_equal(doc_get_text(d, i, NAME_url), TEXT("urn:limen:handover"))) continue;
		uint32_t at = extension_find(d, i, TEXT("at"));
		bool dated = at != NODE_ABSENT && moment_parse(doc_get_text(d, at, NAME_valueDateTime), &m);
		n += dated && m.low >= from && m.low < to;
	}
	return n;
}

static bool handovers_count(loading *l)
{
	search_answer found;
	const asking *by = l->by;
	day from = l->team->on - 6;
	const search_pair of[] = {
	    {TEXT("queue"), l->team->queue},
	    {TEXT("handover"), text_format(by->arena, "ge%.*s", TEXT_ARG(day_iso(by->arena, from)))}};
	if (!find_all(by, "Task", of, 2, &found)) return false;
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(by, &found.entries[i].version);
		if (!d) return false;
		l->out->handovers += counted_since(d, day_start(from), day_start(l->team->on + 1));
	}
	return true;
}

static bool open_count(loading *l)
{
	const asking *by = l->by;
	search_answer found = {0};
	for (int side = 0; side < 2; side++) {
		const search_pair of[] = {{TEXT("open"), TEXT("true")},
					  {TEXT("queue"), l->team->queue},
					  {TEXT("_count"), TEXT("0")},
					  {TEXT("_total"), TEXT("accurate")},
					  {TEXT("owner:missing"), TEXT("true")}};
		if (!record_search(by->reader, TEXT("Task"), of, 4 + side, false, &found, by->sink)) return false;
		*(side ? &l->out->unowned : &l->out->open) = (int)found.total;
	}
	return true;
}

bool work_load(const asking *by, text organization, day on, load *out)
{
	loading *l = ARENA_NEW(by->arena, loading);
	*l = (loading){.by = by, .team = ARENA_NEW(by->arena, team), .out = out};
	*out = (load){0};
	if (!team_read(by, organization, on, l->team)) return false;
	covers_make(l);
	hours_make(l);
	alone_make(l);
	out->planned = l->team->planned;
	out->to_begin = l->team->to_begin;
	out->minutes_needed = l->team->needed;
	instant from = by->now > day_start(on) ? by->now : day_start(on);
	out->minutes_there = team_minutes(l->team, by->image, from, day_start(on + 1));
	out->tips = team_tips(l->team, by->image, by->now);
	return tasks_count(l) && handovers_count(l) && open_count(l);
}
