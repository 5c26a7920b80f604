/* roster_say.c: rules and their breaks in words, Danish and English. */
#include "plan/roster_inner.h"

static const struct {
	const char *key, *da, *en;
} rules[] = {
#define ROSTER_RULE(name, key, da, en) {key, da, en},
#include "plan/roster_rules.def"
#undef ROSTER_RULE
};

const char *roster_rule_word(roster_rule rule, language lang)
{
	return lang == LANGUAGE_EN ? rules[rule].en : rules[rule].da;
}

const char *roster_rule_key(roster_rule rule)
{
	return rules[rule].key;
}

static void put_shifts(buffer *b, const roster *r, uint64_t set)
{
	const char *between = "";
	for (int s = 0; s < roster_shifts(r); s++) {
		if (!(set >> s & 1)) continue;
		buffer_format(b, "%s%.*s", between, TEXT_ARG(r->shifts[s].id));
		between = "/";
	}
}

/* Which budget, pattern, wish or cover. */
static void put_item(buffer *b, const roster *r, const roster_break *x)
{
	const roster_contract *c = x->person >= 0 ? &r->contracts[r->persons[x->person].contract] : NULL;
	if (x->item < 0) return;
	uint64_t covered = x->rule == ROSTER_WISH ? r->wishes[x->item].shifts : c ? 0 : r->covers[x->item].shifts;
	buffer_add(b, TEXT(" ("));
	if (c && x->rule == ROSTER_BUDGET)
		put_shifts(b, r, c->budgets[x->item].shifts);
	else if (c && x->rule == ROSTER_PATTERN)
		buffer_add(b, c->patterns[x->item].id);
	else
		put_shifts(b, r, covered);
	buffer_char(b, ')');
}

static void put_cost(buffer *b, const solve_cost *c, language lang)
{
	if (c->hard)
		buffer_format(b, lang == LANGUAGE_EN ? "may not be (%lld)" : "må ikke være (%lld)", (long long)c->hard);
	else
		buffer_format(b, "%lld", (long long)c->soft);
}

text roster_break_text(arena *a, const roster *r, const roster_break *x, language lang)
{
	buffer b = {.arena = a};
	buffer_add(&b, roster_day_text(a, r, x->day));
	if (x->days > 1) buffer_format(&b, "–%.*s", TEXT_ARG(roster_day_text(a, r, x->day + x->days - 1)));
	if (x->person >= 0) buffer_format(&b, " %.*s", TEXT_ARG(r->persons[x->person].id));
	buffer_format(&b, ": %s", roster_rule_word(x->rule, lang));
	put_item(&b, r, x);
	if (x->amount > 1) buffer_format(&b, " × %d", x->amount);
	buffer_add(&b, TEXT(": "));
	put_cost(&b, &x->cost, lang);
	return buffer_text(&b);
}

text roster_conflict_text(arena *a, const roster *r, const roster_conflict *c, language lang)
{
	buffer b = {.arena = a};
	bool en = lang == LANGUAGE_EN;
	if (c->person >= 0)
		buffer_format(&b, en ? "%.*s cannot keep all of: " : "%.*s kan ikke overholde alt dette: ",
			      TEXT_ARG(r->persons[c->person].id));
	else
		buffer_format(&b,
			      en ? "%.*s: even all who may cannot make it: " : "%.*s: selv alle, der må, rækker ikke: ",
			      TEXT_ARG(roster_day_text(a, r, c->day)));
	for (int i = 0; i < c->rule_count; i++)
		buffer_format(&b, "%s%s", i ? "; " : "", roster_rule_word((roster_rule)c->rules[i], lang));
	return buffer_text(&b);
}
