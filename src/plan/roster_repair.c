/* roster_repair.c: a person falls ill: who stands in, with as few days changed as can be. The roster becomes another one, in which the days
 * away are leave, what is past is fixed and each changed day costs; then it is planned from the plan there was. */
#include "plan/roster_inner.h"

static void fix_past(const roster *r, roster *out, const roster_repair *q, const uint8_t *lines)
{
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < q->frozen && d < r->day_count; d++)
			if (p != q->person || d < q->from || d >= q->to)
				*roster_allowed_at(out, p, d) = UINT64_C(1) << lines[(int64_t)p * r->day_count + d];
}

/* The ill person keeps the days that are left, whatever the rules say of what became of the line: hours not worked for being ill are no fault. */
static void excuse(arena *a, const roster *r, roster *out, const roster_repair *q, const uint8_t *lines)
{
	const roster_limit none = {.high = ROSTER_NO_LIMIT};
	out->contracts = ARENA_ARRAY(a, roster_contract, r->contract_count + 1);
	out->persons = ARENA_ARRAY(a, roster_person, r->person_count);
	memcpy(out->contracts, r->contracts, sizeof(roster_contract) * (size_t)r->contract_count);
	memcpy(out->persons, r->persons, sizeof(roster_person) * (size_t)r->person_count);
	out->contracts[out->contract_count] = (roster_contract){.id = TEXT("ill"),
								.edges_open = true,
								.work_run = none,
								.off_run = none,
								.weekend_run = none,
								.weekends = none};
	out->persons[q->person].contract = out->contract_count++;
	out->persons[q->person].before = NULL;
	for (int d = 0; d < r->day_count; d++) {
		bool away = d >= q->from && d < q->to;
		int shift = lines[(int64_t)q->person * r->day_count + d];
		*roster_allowed_at(out, q->person, d) = away ? 1 : UINT64_C(1) << shift;
	}
}

roster *roster_absent(arena *a, const roster *r, const roster_repair *q, const uint8_t *lines, issues *sink)
{
	roster *out = ARENA_NEW(a, roster);
	int64_t cells = (int64_t)r->person_count * r->day_count, shifts = roster_shifts(r);
	*out = *r;
	out->price = ARENA_ARRAY(a, int32_t, cells * shifts);
	out->allowed = ARENA_ARRAY(a, uint64_t, cells);
	memcpy(out->price, r->price, sizeof(int32_t) * (size_t)(cells * shifts));
	memcpy(out->allowed, r->allowed, sizeof(uint64_t) * (size_t)cells);
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < r->day_count; d++) {
			int was = lines[(int64_t)p * r->day_count + d];
			if (p == q->person && d >= q->from && d < q->to) continue;
			for (int s = 0; s < shifts; s++)
				if (s != was) roster_price_at(out, p, d)[s] += q->change;
		}
	fix_past(r, out, q, lines);
	excuse(a, r, out, q, lines);
	return roster_ready(a, out, sink) ? out : NULL;
}

static int changes_count(const roster *r, const roster_repair *q, const uint8_t *before, const uint8_t *after)
{
	int n = 0;
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < r->day_count; d++) {
			int64_t i = (int64_t)p * r->day_count + d;
			bool away = p == q->person && d >= q->from && d < q->to;
			n += !away && before[i] != after[i];
		}
	return n;
}

roster_result roster_mend(arena *a, const roster *r, const roster_repair *q, const roster_options *o, uint8_t *lines,
			  int *changes)
{
	issues sink = {.arena = a};
	size_t bytes = (size_t)r->person_count * (size_t)r->day_count;
	uint8_t *before = ARENA_ARRAY(a, uint8_t, (int64_t)bytes);
	roster_options from = *o;
	memcpy(before, lines, bytes);
	roster *absent = roster_absent(a, r, q, lines, &sink);
	for (int d = q->from; d < q->to; d++) lines[(int64_t)q->person * r->day_count + d] = ROSTER_OFF;
	from.start = lines;
	uint8_t *after = ARENA_ARRAY(a, uint8_t, (int64_t)bytes);
	roster_result got = roster_plan(a, absent, &from, after);
	memcpy(lines, after, bytes);
	*changes = changes_count(r, q, before, after);
	got.cost = roster_cost(absent, lines);
	return got;
}
