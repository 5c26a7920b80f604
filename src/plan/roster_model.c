/* roster_model.c: an empty roster, and what is derived from a full one. */
#include "plan/roster_inner.h"

#include <limits.h>

roster *roster_new(arena *a, int persons, int days, int shifts)
{
	roster *r = ARENA_NEW(a, roster);
	int64_t cells = (int64_t)persons * days;
	r->person_count = persons;
	r->day_count = days;
	r->shift_count = shifts;
	r->shifts = ARENA_ARRAY(a, roster_shift, shifts + 1);
	r->shifts[0].id = TEXT("-");
	r->persons = ARENA_ARRAY(a, roster_person, persons);
	r->price = ARENA_ARRAY(a, int32_t, cells * (shifts + 1));
	r->allowed = ARENA_ARRAY(a, uint64_t, cells);
	for (int64_t i = 0; i < cells; i++) r->allowed[i] = (UINT64_C(2) << shifts) - 1;
	for (int i = 0; i < persons; i++) r->persons[i].shifts = (UINT64_C(2) << shifts) - 1;
	return r;
}

int32_t *roster_price_at(const roster *r, int person, int day)
{
	return &r->price[((int64_t)person * r->day_count + day) * roster_shifts(r)];
}

uint64_t *roster_allowed_at(const roster *r, int person, int day)
{
	return &r->allowed[(int64_t)person * r->day_count + day];
}

void roster_wishes_priced(roster *r)
{
	for (int i = 0; i < r->wish_count; i++) {
		const roster_wish *w = &r->wishes[i];
		int32_t *price = roster_price_at(r, w->person, w->day);
		for (int s = 0; s < roster_shifts(r); s++)
			if ((bool)(w->shifts >> s & 1) != w->wanted) price[s] += w->weight;
	}
}

roster_limit roster_fair(int64_t had, int64_t coming, int people, int32_t weight)
{
	int64_t all = had + coming;
	int32_t low = (int32_t)(all / people), high = (int32_t)((all + people - 1) / people);
	return (roster_limit){.low = low, .high = high, .under = weight, .over = weight};
}

/* ---- is it sound ---- */

static bool unsound(issues *sink, text what, text why)
{
	return issue_at(sink, FAIL_ROSTER_UNSOUND, (place){.path = what}, why, TEXT(""), TEXT(""));
}

static bool limit_sound(const roster_limit *l)
{
	return l->low >= 0 && l->high >= 0 && l->low <= l->high && l->under >= -1 && l->over >= -1;
}

static bool budgets_sound(const roster *r, const roster_contract *c, issues *sink)
{
	if (c->budget_count > ROSTER_BUDGETS_MAX) return unsound(sink, c->id, TEXT("budgets"));
	for (int i = 0; i < c->budget_count; i++) {
		const roster_budget *b = &c->budgets[i];
		if (!limit_sound(&b->limit) || b->from < 0 || b->to > r->day_count || b->from >= b->to)
			return unsound(sink, c->id, b->id);
	}
	return true;
}

static bool contract_sound(const roster *r, const roster_contract *c, issues *sink)
{
	int bits = 0;
	if (!limit_sound(&c->work_run) || !limit_sound(&c->off_run) || !limit_sound(&c->weekend_run) ||
	    !limit_sound(&c->weekends) || c->long_rest_days > 200)
		return unsound(sink, c->id, TEXT("limits"));
	if (c->work_run.low > 127 || c->off_run.low > 127 || c->weekend_run.low > 50)
		return unsound(sink, c->id, TEXT("runs"));
	for (int i = 0; i < c->pattern_count; i++) {
		int n = c->patterns[i].length;
		bits += n;
		if (n < 1 || n > ROSTER_PATTERN_MAX || bits > ROSTER_PATTERN_BITS)
			return unsound(sink, c->id, c->patterns[i].id);
	}
	return budgets_sound(r, c, sink);
}

static bool sound(const roster *r, issues *sink)
{
	if (r->day_count < 1 || r->day_count > ROSTER_DAYS_MAX) return unsound(sink, r->id, TEXT("days"));
	if (r->shift_count < 1 || r->shift_count > ROSTER_SHIFTS_MAX) return unsound(sink, r->id, TEXT("shifts"));
	if (r->person_count < 1 || r->person_count > ROSTER_PEOPLE_MAX) return unsound(sink, r->id, TEXT("people"));
	for (int i = 0; i < r->contract_count; i++)
		if (!contract_sound(r, &r->contracts[i], sink)) return false;
	for (int i = 0; i < r->person_count; i++)
		if (r->persons[i].contract < 0 || r->persons[i].contract >= r->contract_count)
			return unsound(sink, r->persons[i].id, TEXT("contract"));
	for (int i = 0; i < r->cover_count; i++) {
		const roster_cover *c = &r->covers[i];
		if (c->day < 0 || c->day >= r->day_count || !limit_sound(&c->limit))
			return unsound(sink, r->id, TEXT("cover"));
	}
	return true;
}

/* ---- derived ---- */

static int filter_of(roster_inner *in, const roster *r, int cover, int *firsts)
{
	const roster_cover *c = &r->covers[cover];
	for (int i = 0; i < in->filter_count; i++) {
		const roster_cover *f = &r->covers[firsts[i]];
		if (f->skills == c->skills && f->level == c->level) return i;
	}
	firsts[in->filter_count] = cover;
	return in->filter_count++;
}

static void filters_make(arena *a, const roster *r, roster_inner *in)
{
	int *firsts = ARENA_ARRAY(a, int, r->cover_count + 1);
	in->filter = ARENA_ARRAY(a, int32_t, r->cover_count + 1);
	for (int i = 0; i < r->cover_count; i++) in->filter[i] = filter_of(in, r, i, firsts);
	in->fits = ARENA_ARRAY(a, uint8_t, (int64_t)(in->filter_count + 1) * r->person_count);
	for (int f = 0; f < in->filter_count; f++)
		for (int p = 0; p < r->person_count; p++) {
			const roster_cover *c = &r->covers[firsts[f]];
			const roster_person *q = &r->persons[p];
			in->fits[(int64_t)f * r->person_count + p] =
			    (q->skills & c->skills) == c->skills && q->level >= c->level;
		}
}

static void covers_make(arena *a, const roster *r, roster_inner *in)
{
	int shifts = roster_shifts(r), cells = r->day_count * shifts, total = 0;
	in->cover_at = ARENA_ARRAY(a, int32_t, cells + 1);
	for (int i = 0; i < r->cover_count; i++) total += __builtin_popcountll(r->covers[i].shifts);
	in->cover_list = ARENA_ARRAY(a, int32_t, total + 1);
	int at = 0, *of_day = ARENA_ARRAY(a, int, r->day_count + 1), *order = ARENA_ARRAY(a, int, r->cover_count + 1);
	for (int i = 0; i < r->cover_count; i++) of_day[r->covers[i].day + 1]++;
	for (int d = 0; d < r->day_count; d++) of_day[d + 1] += of_day[d];
	int *next = ARENA_ARRAY(a, int, r->day_count + 1);
	memcpy(next, of_day, sizeof(int) * (size_t)(r->day_count + 1));
	for (int i = 0; i < r->cover_count; i++) order[next[r->covers[i].day]++] = i;
	for (int c = 0; c < cells; c++) {
		in->cover_at[c] = at;
		for (int k = of_day[c / shifts]; k < of_day[c / shifts + 1]; k++)
			if (r->covers[order[k]].shifts >> c % shifts & 1) in->cover_list[at++] = order[k];
	}
	in->cover_at[cells] = at;
}

bool roster_ready(arena *a, roster *r, issues *sink)
{
	if (!sound(r, sink)) return false;
	roster_inner *in = ARENA_NEW(a, roster_inner);
	r->inner = in;
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < r->day_count; d++) *roster_allowed_at(r, p, d) &= r->persons[p].shifts | 1;
	in->rules = ARENA_ARRAY(a, line_rules, r->contract_count);
	for (int i = 0; i < r->contract_count; i++) line_rules_make(a, r, i, &in->rules[i]);
	filters_make(a, r, in);
	covers_make(a, r, in);
	return true;
}
