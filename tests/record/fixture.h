/* fixture.h: what the record's tests share: a record in memory or in a file, a caller, short ways to write, read and search. */
#ifndef LIMEN_TESTS_RECORD_FIXTURE_H
#define LIMEN_TESTS_RECORD_FIXTURE_H

#include "harness.h"
#include "record/record.h"

#include <string.h>

#define MAYBE __attribute__((unused)) static

static const caller anna = {.actor = {"PractitionerRole/sek-a", 22}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};

MAYBE void show(const issues *sink)
{
	arena *a = sink->arena; /* threads show theirs too */
	for (const issue *i = sink->first; i; i = i->next)
		print_error("%.*s\n", TEXT_ARG(issue_line(a, i, LANGUAGE_EN)));
}

MAYBE record *open_record_at(arena *a, const char *file, world *w)
{
	issues sink = {.arena = a};
	record_options o = {
	    .file = test_store(a, file), .world = w ? w : world_real(), .base = TEXT("http://limen.test/fhir")};
	record *r = record_open(a, &o, &sink);
	show(&sink);
	assert_non_null(r);
	return r;
}

MAYBE record *open_record(arena *a)
{
	return open_record_at(a, ":memory:", NULL);
}

MAYBE const doc *parsed(arena *a, text json)
{
	issues sink = {.arena = a};
	doc *d = ARENA_NEW(a, doc);
	if (!json_parse_resource(a, json, TEXT("test"), &sink, d)) {
		show(&sink);
		fail();
	}
	return d;
}

/* {type, id, more}: `more` is members of the object, with ' for ". */
MAYBE const doc *resource(arena *a, const char *type, const char *id, const char *more)
{
	buffer b = {.arena = a};
	buffer_format(&b, "{\"resourceType\":\"%s\"", type);
	if (*id) buffer_format(&b, ",\"id\":\"%s\"", id);
	if (*more) buffer_char(&b, ',');
	for (const char *c = more; *c; c++) buffer_char(&b, *c == '\'' ? '"' : *c);
	buffer_char(&b, '}');
	return parsed(a, buffer_text(&b));
}

MAYBE bool try_put(record *r, arena *a, const doc *d, const char *id, int64_t if_match, issues *sink, written *out)
{
	write_op w = {.method = *id ? WRITE_UPDATE : WRITE_CREATE,
		      .resource = d,
		      .type = doc_type(d),
		      .id = text_of(id),
		      .if_match = if_match};
	return record_commit(r, &anna, &w, 1, a, sink, out);
}

MAYBE written put(record *r, arena *a, const char *type, const char *id, const char *more)
{
	issues sink = {.arena = a};
	written out;
	if (!try_put(r, a, resource(a, type, id, more), id, 0, &sink, &out)) {
		show(&sink);
		fail();
	}
	return out;
}

MAYBE written drop(record *r, arena *a, const char *type, const char *id)
{
	issues sink = {.arena = a};
	written out;
	write_op w = {.method = WRITE_DELETE, .type = text_of(type), .id = text_of(id), .orphans = true};
	if (!record_commit(r, &anna, &w, 1, a, &sink, &out)) {
		show(&sink);
		fail();
	}
	return out;
}

MAYBE int pairs_of(arena *a, const char *query, search_pair *pairs, int max)
{
	int n = 0;
	for (text_pair one = {.tail = text_of(query), .found = *query != 0}; one.found && n < max;) {
		one = text_cut(one.tail, '&');
		text_pair p = text_cut(one.head, '=');
		buffer b = {.arena = a};
		for (int64_t i = 0; i < p.tail.len; i++) {
			bool coded = p.tail.at[i] == '%' && i + 2 < p.tail.len;
			int high = coded ? p.tail.at[i + 1] : 0, low = coded ? p.tail.at[i + 2] : 0;
			high = high >= 'A' ? high - 'A' + 10 : high - '0';
			low = low >= 'A' ? low - 'A' + 10 : low - '0';
			buffer_char(&b, coded ? (char)(high * 16 + low) : p.tail.at[i]);
			if (coded) i += 2;
		}
		pairs[n++] = (search_pair){text_copy(a, p.head), buffer_text(&b)};
	}
	return n;
}

MAYBE bool try_search(record *r, arena *a, const caller *who, const char *type, const char *query, bool lenient,
		      search_answer *out, issues *sink)
{
	search_pair pairs[64];
	reader *rd = record_reader(r, who, a, sink);
	assert_non_null(rd);
	bool ok = record_search(rd, text_of(type), pairs, pairs_of(a, query, pairs, 64), lenient, out, sink);
	reader_close(rd);
	return ok;
}

/* The ids of the matches, then of what was included in brackets: "a b [c]". */
MAYBE text ids_of(arena *a, const search_answer *s)
{
	buffer b = {.arena = a};
	for (int i = 0; i < s->count; i++) {
		const version *v = &s->entries[i].version;
		buffer_format(&b, s->entries[i].included ? "%s[%.*s]" : "%s%.*s", b.len ? " " : "", TEXT_ARG(v->id));
	}
	return buffer_text(&b);
}

MAYBE text search_ids(record *r, arena *a, const char *type, const char *query)
{
	issues sink = {.arena = a};
	search_answer out;
	if (!try_search(r, a, &anna, type, query, false, &out, &sink)) {
		show(&sink);
		return TEXT("refused");
	}
	return ids_of(a, &out);
}

MAYBE failure search_failure(record *r, arena *a, const char *type, const char *query)
{
	issues sink = {.arena = a};
	search_answer out;
	if (try_search(r, a, &anna, type, query, false, &out, &sink)) return FAILURE_COUNT;
	return sink.first->code;
}

MAYBE void check_clean(record *r, arena *a)
{
	issues sink = {.arena = a};
	check_report report;
	bool ok = record_check(r, a, &report, &sink);
	show(&sink);
	assert_true(ok);
	assert_int_equal(report.broken_digests, 0);
	assert_int_equal(report.broken_index, 0);
	assert_int_equal(report.broken_derived, 0);
}

#endif
