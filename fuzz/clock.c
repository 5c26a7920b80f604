/* Clocks: any bytes are a set of facts (ids, instants, codes, numbers); each shipped rule gives the same by clock_try and by columns, with
 * one lane or with several; and what it says over time is consistent: nothing before it starts, breached only once it is due.
 *
 * Eight bytes are a fact: its name, its code or number, and its instant in one of four shapes (a day near the others, with a time, to the
 * microsecond, or anywhere in the years 1 to 9999). */
#include "clock/columns.h"
#include "notify/notify.h"
#include "work/work.h"

#include <stdlib.h>
#include <string.h>

enum { FACTS_MAX = 40, ROWS = 2, FACT_BYTES = 8 };

static const image *content;

static const image *loaded(void)
{
	static arena *a; /* reachable, so that no leak is seen */
	a = arena_new(PROCESS_ARENA_MAX);
	issues sink = {.arena = a};
	int count;
	const content_file *files = content_embedded(&count);
	pathway_content();
	clock_content();
	work_content();
	notify_content();
	const image *m = content_load(files, count, NULL, 0, &sink);
	if (!m) abort();
	return m;
}

static const clock_plan *plan(bool wide)
{
	static clock_plan *plans[2];
	static arena *a;
	const clock_rule *const *rules;
	if (plans[wide]) return plans[wide];
	if (!a) a = arena_new(PROCESS_ARENA_MAX);
	uint8_t *lanes = ARENA_ARRAY(a, uint8_t, fact_count(content));
	for (int i = 0; i < fact_count(content); i++) lanes[i] = wide ? 3 : 1;
	int count = clock_rules(content, &rules);
	plans[wide] = clock_plan_make(content, rules, count, lanes, a);
	return plans[wide];
}

static uint32_t number_of(const uint8_t *at, int bytes)
{
	uint32_t n = 0;
	for (int i = 0; i < bytes; i++) n = n << 8 | at[i];
	return n;
}

static instant instant_read(const uint8_t *at)
{
	uint32_t n = number_of(at, 4);
	day near = day_from_civil((civil){2024, 12, 1}) + (day)(n >> 8 & 0x1ff);
	switch (at[-1] & 3) {
	case 0:
		return day_start(near);
	case 1:
		return day_start(near) + MINUTES(n & 0xff) * 6;
	case 2:
		return day_start(near) + (n & 0xff);
	default:
		return day_start(day_from_civil((civil){1, 1, 2}) + (day)(n % 3652000));
	}
}

static fact fact_read(const uint8_t *at, int64_t sequence)
{
	fact f = {.id = at[0] % fact_count(content), .at = instant_read(at + 4), .sequence = sequence};
	const fact_name *name = fact_at(content, f.id);
	f.on = day_of_instant(f.at);
	f.date_only = f.at == day_start(f.on);
	if (name->kind == FACT_CODE) f.code = at[1] < name->code_count ? name->codes[at[1]].code : TEXT("other");
	if (name->kind == FACT_NUMBER) f.number = (int64_t)((uint64_t)at[1] << (at[2] & 63));
	return f;
}

static void states_consistent(const clock *k)
{
	if (!k->applies) return;
	instant before_due = k->due == INSTANT_NONE ? INSTANT_NONE : k->due - 1;
	const instant asked[] = {k->start - 1, k->start, before_due, k->due, k->amber, k->stop};
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		instant now = asked[i];
		if (now == INSTANT_NONE) continue;
		clock_state s = clock_state_at(k, now);
		if (now < day_start(k->start_day) && s != CLOCK_NOT) abort();
		if (s == CLOCK_BREACHED && (k->due == INSTANT_NONE || now < k->due)) abort();
		if ((s == CLOCK_MET || s == CLOCK_WAIVED) && (k->stop == INSTANT_NONE || now < k->stop)) abort();
		if ((s == CLOCK_UNFILLED) && k->due_day != DAY_NONE) abort();
	}
	if (k->due_day != DAY_NONE && (k->due_day > k->due_day_late || k->amber > k->due)) abort();
}

static void agree(const facts *f, bool wide, arena *a)
{
	const clock_rule *const *rules;
	int count = clock_rules(content, &rules);
	clock_columns *c = clock_columns_new(plan(wide), ROWS, a);
	clock_columns_put(c, ROWS - 1, f);
	clock_columns_run(c);
	for (int i = 0; i < count; i++) {
		clock alone, column, nobody;
		bool applies = clock_try(content, rules[i], f, &alone);
		if (clock_columns_clock(c, ROWS - 1, i, &column) != applies || !clock_same(&alone, &column)) abort();
		if (clock_columns_clock(c, 0, i, &nobody)) abort(); /* a row without facts has no clocks */
		states_consistent(&alone);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static arena *a;
	if (!content) content = loaded();
	if (!a) a = arena_new(256 * MIB);
	fact room[FACTS_MAX];
	facts f = {.at = room};
	for (; f.count < FACTS_MAX && n >= FACT_BYTES; n -= FACT_BYTES, bytes += FACT_BYTES)
		f.at[f.count] = fact_read(bytes, f.count + 1), f.count++;
	facts_sort(&f);
	agree(&f, n & 1, a); /* what is left over of the bytes says how wide */
	arena_reset(a);
	return 0;
}
