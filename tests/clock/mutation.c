/* Every shipped rule is broken in one way after the other, and some case of that rule must then fail: otherwise the cases would not
 * protect the rule. A mutation changes the text of the rule's own file, as a careless hand might. */
#include "clock/shipped.h"

typedef struct mutant {
	text entry; /* the entry's text, from "clock:" to the next document or the end */
	text changed;
	text what;
} mutant;

enum { MUTANTS_MAX = 300 };
static mutant mutants[MUTANTS_MAX];
static int mutant_count;

/* One arena for all texts of this program. */
static arena *texts(void)
{
	static arena *a;
	if (!a) a = test_arena();
	return a;
}

static text line_at(text t, int64_t from)
{
	int64_t to = from;
	while (to < t.len && t.at[to] != '\n') to++;
	return text_slice(t, from, to < t.len ? to + 1 : to);
}

/* A top-level key of the entry: its line, and the lines below that are indented or empty. Length 0: not there. */
static text block(text entry, const char *key)
{
	text wanted = text_format(texts(), "%s:", key);
	for (int64_t at = 0; at < entry.len;) {
		text line = line_at(entry, at);
		int64_t end = at + line.len;
		if (text_starts(line, wanted)) {
			while (end < entry.len && (entry.at[end] == ' ' || entry.at[end] == '\n'))
				end += line_at(entry, end).len;
			return text_slice(entry, at, end);
		}
		at = end;
	}
	return (text){0};
}

static text replaced(text t, text part, text by)
{
	buffer b = {.arena = texts()};
	int64_t at = part.at - t.at;
	buffer_add(&b, text_slice(t, 0, at));
	buffer_add(&b, by);
	buffer_add(&b, text_slice(t, at + part.len, t.len));
	return buffer_text(&b);
}

static void keep(text entry, text changed, text what)
{
	assert_true(mutant_count < MUTANTS_MAX);
	mutants[mutant_count++] = (mutant){entry, changed, what};
}

static void drop(text entry, const char *key)
{
	text b = block(entry, key);
	if (b.len) keep(entry, replaced(entry, b, TEXT("")), text_format(texts(), "without %s", key));
}

/* Every whole number in the block, one more and one less; a date counts as three numbers and is left alone. */
static void numbers(text entry, const char *key)
{
	text b = block(entry, key);
	for (int64_t i = 0; i < b.len; i++) {
		if (b.at[i] < '0' || b.at[i] > '9') continue;
		int64_t end = i;
		while (end < b.len && b.at[end] >= '0' && b.at[end] <= '9') end++;
		int64_t n;
		text digits = text_slice(b, i, end);
		bool in_date = (end < b.len && b.at[end] == '-') || (i > 0 && b.at[i - 1] == '-');
		text rest = text_slice(b, end, b.len);
		bool counts = text_starts(rest, TEXT(" calendar")) || text_starts(rest, TEXT(" hverdag")) ||
			      text_starts(rest, TEXT(" arbejdsdag")) || text_starts(rest, TEXT(" week")) ||
			      text_starts(rest, TEXT(" month")) || text_starts(rest, TEXT(" hour")) ||
			      text_starts(rest, TEXT(" minute")) || text_starts(rest, TEXT(", source"));
		if (!in_date && counts && text_to_int(digits, &n))
			for (int by = -1; by <= 1; by += 2)
				keep(entry, replaced(entry, digits, text_format(texts(), "%d", (int)n + by)),
				     text_format(texts(), "%s %+d", key, by));
		i = end;
	}
}

/* Every date in the block, a day earlier and a day later. */
static void dates(text entry, const char *key)
{
	text b = block(entry, key);
	day d;
	for (int64_t i = 0; i + 10 <= b.len; i++) {
		text t = text_slice(b, i, i + 10);
		if (!day_parse(t, &d)) continue;
		for (int by = -1; by <= 1; by += 2)
			keep(entry, replaced(entry, t, day_iso(texts(), d + by)),
			     text_format(texts(), "%s %+d day", key, by));
	}
}

static void words(text entry, const char *key, const char *from, const char *to)
{
	text b = block(entry, key), old = text_of(from);
	int64_t at = text_find(b, old);
	if (at < 0) return;
	text part = text_slice(b, at, at + old.len);
	keep(entry, replaced(entry, part, text_of(to)), text_format(texts(), "%s: %s becomes %s", key, from, to));
}

/* The content of two keys changes places. */
static void swap(text entry, const char *one, const char *other)
{
	text x = block(entry, one), y = block(entry, other);
	text x_value = text_slice(x, (int64_t)strlen(one), x.len),
	     y_value = text_slice(y, (int64_t)strlen(other), y.len);
	text half = replaced(entry, x_value, y_value);
	text again = block(half, other);
	text changed = replaced(half, text_slice(again, (int64_t)strlen(other), again.len), x_value);
	keep(entry, changed, text_format(texts(), "%s and %s swapped", one, other));
}

/* A list under all_of or any_of loses one of its items. */
static void items(text entry, const char *key)
{
	text b = block(entry, key);
	int64_t open = text_find(b, TEXT("[")), shut = text_find(b, TEXT("]"));
	if (open < 0 || shut < open) return;
	text rest = text_slice(b, open + 1, shut);
	while (rest.len) {
		text_pair cut = text_cut(rest, ',');
		text gone = cut.found ? text_slice(rest, 0, cut.head.len + 1) : rest;
		if (!cut.found && gone.at[-1] == ',') gone = (text){gone.at - 1, gone.len + 1};
		keep(entry, replaced(entry, gone, TEXT("")),
		     text_format(texts(), "%s without %.*s", key, TEXT_ARG(text_trim(cut.head))));
		rest = cut.tail;
	}
	words(entry, key, "all_of", "any_of");
	words(entry, key, "any_of", "all_of");
}

/* A code in parentheses is left out: (udredning, uklassificeret). Each of them, and all but one. */
static void codes(text entry, const char *key)
{
	text b = block(entry, key);
	int64_t open = text_find(b, TEXT("(")), shut = text_find(b, TEXT(")"));
	if (open < 0 || shut < open || text_find(b, TEXT(",")) < 0) return;
	text inner = text_slice(b, open + 1, shut);
	text first = text_cut(inner, ',').head, last = text_cut_last(inner, ',').tail;
	keep(entry, replaced(entry, inner, last), text_format(texts(), "%s only %.*s", key, TEXT_ARG(last)));
	keep(entry, replaced(entry, inner, first), text_format(texts(), "%s only %.*s", key, TEXT_ARG(first)));
	for (text rest = inner; rest.len;) {
		text_pair cut = text_cut(rest, ',');
		text gone = cut.found ? text_slice(rest, 0, cut.head.len + 1) : rest;
		if (!cut.found) gone = (text){gone.at - 1, gone.len + 1};
		keep(entry, replaced(entry, gone, TEXT("")),
		     text_format(texts(), "%s not %.*s", key, TEXT_ARG(text_trim(cut.head))));
		rest = cut.tail;
	}
}

/* A line of a list of maps is left out: one cause of a pause. */
static void list_lines(text entry, const char *key)
{
	text b = block(entry, key), item = TEXT("  - {");
	for (int64_t at = 0; at < b.len; at += line_at(b, at).len) {
		text line = line_at(b, at);
		if (text_starts(line, item))
			keep(entry, replaced(entry, line, TEXT("")),
			     text_format(texts(), "%s without %.*s", key, TEXT_ARG(text_cut(line, ',').head)));
	}
}

static void mutate(text entry)
{
	static const char *const conditions[] = {"when", "except", "provisional", "start", "stop", "waive"};
	numbers(entry, "limit");
	numbers(entry, "amber");
	dates(entry, "limit");
	dates(entry, "valid_from");
	words(entry, "limit", "calendar days", "hverdage");
	words(entry, "limit", "hverdage", "arbejdsdage");
	words(entry, "limit", "hverdage", "calendar days");
	words(entry, "limit", "arbejdsdage", "hverdage");
	words(entry, "limit", "arbejdsdage", "calendar days");
	words(entry, "amber", "calendar days", "hverdage");
	words(entry, "limit", "weeks", "calendar days");
	words(entry, "limit", "month", "week");
	words(entry, "limit", "hours", "minutes");
	words(entry, "limit", "minutes", "hours");
	words(entry, "amber", "from the start", "0 calendar days before");
	numbers(entry, "also");
	numbers(entry, "restart");
	items(entry, "also");
	drop(entry, "also");
	drop(entry, "restart");
	swap(entry, "start", "stop");
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		if (strcmp(conditions[i], "start") != 0) drop(entry, conditions[i]);
		items(entry, conditions[i]);
		codes(entry, conditions[i]);
	}
	drop(entry, "valid_from");
	drop(entry, "force"); /* what it says is held in rules.c: it moves no date, so no case can */
	items(entry, "stages");
	drop(entry, "stages");
	drop(entry, "foreseen");
	drop(entry, "saves");
	drop(entry, "suspend");
	words(entry, "suspend", "starts anew", "continues");
	if (text_find(block(entry, "pause"), TEXT("none")) < 0) {
		drop(entry, "pause");
		list_lines(entry, "pause");
	} else if (block(entry, "subject").len == 0) { /* a wish to wait is a fact of pathways */
		text b = block(entry, "pause");
		keep(entry, replaced(entry, b, TEXT("pause: { from: patient.waits, to: patient.ready, source: x }\n")),
		     TEXT("with a pause"));
	}
}

static text rule_entry(const clock_rule *r)
{
	int count;
	const content_file *files = shipped_files(texts(), &count);
	text head = text_format(texts(), "clock: %.*s\n", TEXT_ARG(clock_rule_face(r)->id));
	for (int i = 0; i < count; i++) {
		int64_t at = text_find(files[i].source, head);
		if (at < 0) continue;
		text rest = text_slice(files[i].source, at, files[i].source.len);
		int64_t end = text_find(rest, TEXT("\n---\n"));
		return end < 0 ? rest : text_slice(rest, 0, end + 1);
	}
	fail_msg("no file of %.*s", TEXT_ARG(clock_rule_face(r)->id));
	return (text){0};
}

/* Loaded over the shipped content: refused, and because an example failed or a key the rule cannot do without is gone. */
static bool killed(const mutant *m, issues *sink)
{
	content_file own = {.name = TEXT("mutant.yaml"), .source = m->changed};
	image *loaded = shipped_with(&own, 1, sink);
	if (!loaded) return true;
	content_free(loaded);
	return false;
}

/* Mutations that change nothing the law knows of, each with its reason. */
static bool is_equal(text rule, text what)
{
	static const struct {
		const char *rule, *what, *why;
	} equal[] = {
	    {"medcom-kvittering", "amber: from the start becomes 0 calendar days before", "it ends the same day"},
	    {"notat-akut-lokal", "amber: from the start becomes 0 calendar days before", "the same"},
	    {"visitation-lokal", "with a pause", "a target is no right: no case says what a patient's wish does to it"},
	    {"booking-lokal", "with a pause", "the same"},
	    {"varsling", "with a pause", "the guidance says nothing of a patient's wish before the notice"},
	};
	/* Nothing can be counted before a hospital has filled in the table; rules.c fills it in and tries them. */
	if (text_starts(rule, TEXT("pakke-of")) &&
	    (text_equal(what, TEXT("without pause")) || text_starts(what, TEXT("pause without ")) ||
	     text_starts(what, TEXT("amber: "))))
		return true;
	for (size_t i = 0; i < sizeof equal / sizeof *equal; i++)
		if (text_equal(rule, text_of(equal[i].rule)) && text_equal(what, text_of(equal[i].what))) return true;
	return false;
}

TEST(a_broken_rule_fails_one_of_its_cases)
{
	image *m = shipped_image(texts());
	const clock_rule *const *rules;
	int count = clock_rules(m, &rules), survivors = 0, all = 0, by_case = 0;
	for (int i = 0; i < count; i++) {
		text id = clock_rule_face(rules[i])->id;
		mutant_count = 0;
		mutate(rule_entry(rules[i]));
		assert_true(mutant_count > 5);
		for (int n = 0; n < mutant_count; n++) {
			if (is_equal(id, mutants[n].what)) continue;
			arena *a = arena_new(PROCESS_ARENA_MAX);
			issues sink = {.arena = a};
			all++;
			if (!killed(&mutants[n], &sink)) {
				print_error("%.*s %.*s: no case fails\n", TEXT_ARG(id), TEXT_ARG(mutants[n].what));
				survivors++;
			} else {
				by_case += sink.first->code == FAIL_CONTENT_CASE;
			}
			arena_free(a);
		}
	}
	print_message("%d mutants of %d rules: %d caught (%d %%), %d by a case, %d unreadable\n", all, count,
		      all - survivors, all ? (all - survivors) * 100 / all : 0, by_case, all - by_case - survivors);
	assert_int_equal(survivors, 0);
	assert_true(by_case * 10 > all * 8);
	content_free(m);
}

TESTS(T(a_broken_rule_fails_one_of_its_cases))
