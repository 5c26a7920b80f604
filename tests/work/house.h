/* house.h: a small department for the tests of work and twin: shipped content, a record in memory, a clock that moves
 * when told. One per test program, since derivers are registered once. */
#ifndef LIMEN_TESTS_WORK_HOUSE_H
#define LIMEN_TESTS_WORK_HOUSE_H

#include "harness.h"

#include "notify/notify.h"
#include "work/work.h"

typedef struct house {
	arena *arena; /* the program's */
	world world;
	image *image;
	record *record;
	issues sink; /* of the last call */
} house;

static inline void house_print(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next) {
		text t = issue_line(sink->arena, i, LANGUAGE_EN);
		print_error("%.*s\n", TEXT_ARG(t));
	}
}

static inline instant at_time(const char *iso)
{
	moment m;
	assert_true(moment_parse(text_of(iso), &m));
	return m.low;
}

/* A test may bring content of its own: int HOUSE_OWN(arena *, const content_file **), after the kinds are registered. */
#ifndef HOUSE_OWN
#define HOUSE_OWN(a, own) 0
#endif

static inline image *house_image(arena *a)
{
	static image *loaded;
	issues sink = {.arena = a};
	int count;
	if (loaded) return loaded;
	pathway_content();
	clock_content();
	work_content();
	notify_content();
	const content_file *files = content_embedded(&count), *own = NULL;
	int own_count = HOUSE_OWN(a, &own);
	loaded = content_load(files, count, own, own_count, &sink);
	house_print(&sink);
	assert_non_null(loaded);
	return loaded;
}

static inline void house_open_in(house *h, arena *a, text file, const char *start)
{
	static bool registered;
	*h = (house){.arena = a};
	h->world = world_simulated(at_time(start), 1);
	h->image = house_image(h->arena);
	h->sink = (issues){.arena = h->arena};
	if (!registered) {
		pathway_register(h->image);
		clock_register(h->image);
		work_register(h->image);
		registered = true;
	}
	const record_options options = {.file = file, .world = &h->world, .content = h->image};
	h->record = record_open(h->arena, &options, &h->sink);
	house_print(&h->sink);
	assert_non_null(h->record);
}

static inline void house_open_at(house *h, text file, const char *start)
{
	house_open_in(h, test_arena(), file, start);
}

static inline void house_open(house *h, const char *start)
{
	house_open_at(h, TEXT(":memory:"), start);
}

static inline void house_close(house *h)
{
	record_close(h->record);
}

static inline caller as(const char *actor)
{
	return (caller){.actor = text_of(actor), .purpose = TEXT("HADMIN"), .scope = TEXT("*")};
}

/* Time moves, and what is due by then is done. */
static inline void house_wait_until(house *h, const char *when)
{
	world_set(&h->world, at_time(when));
	h->sink = (issues){.arena = h->arena};
	bool fine = record_tick(h->record, &h->sink);
	house_print(&h->sink);
	assert_true(fine);
}

static inline bool house_try(house *h, const char *actor, write_method method, const char *id, text json)
{
	doc *d = ARENA_NEW(h->arena, doc);
	h->sink = (issues){.arena = h->arena};
	if (!json_parse_resource(h->arena, json, TEXT("test"), &h->sink, d)) return false;
	write_op w = {.method = method, .resource = d, .type = doc_type(d), .id = text_of(id)};
	caller who = as(actor);
	written out;
	return record_commit(h->record, &who, &w, 1, h->arena, &h->sink, &out);
}

static inline void house_put(house *h, const char *actor, write_method method, const char *id, const char *json)
{
	bool fine = house_try(h, actor, method, id, text_of(json));
	if (!fine) house_print(&h->sink);
	assert_true(fine);
}

/* The same with ' for ", filled in. */
static inline void house_put_as(house *h, const char *id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline void house_put_as(house *h, const char *id, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text json = text_vformat(h->arena, format, args);
	va_end(args);
	for (int64_t i = 0; i < json.len; i++)
		if (json.at[i] == '\'') *(char *)(uintptr_t)&json.at[i] = '"';
	house_put(h, "Device/test", WRITE_UPDATE, id, text_z(h->arena, json));
}

static inline bool house_read(house *h, text type, text id, doc *out)
{
	caller who = as("Device/test");
	issues sink = {.arena = h->arena};
	version v;
	reader *rd = record_reader(h->record, &who, h->arena, &sink);
	assert_non_null(rd);
	found f = record_read(rd, type, id, &v, &sink);
	bool fine = f == FOUND && json_parse(h->arena, text_copy(h->arena, v.json), TEXT("test"), &sink, out);
	reader_close(rd);
	return fine;
}

/* The status of the task of this kind and cause, empty where there is none. */
static inline text task_status(house *h, const char *kind, const char *cause)
{
	doc d;
	text named = text_format(h->arena, "%s:%s", kind, cause);
	if (!house_read(h, TEXT("Task"), task_id_of(h->arena, text_of(kind), named), &d)) return TEXT("");
	return doc_get_text(&d, 0, NAME_status);
}

static inline bool house_complete(house *h, const char *actor, const char *kind, const char *cause, const answer *given,
				  int count)
{
	text named = text_format(h->arena, "%s:%s", kind, cause);
	caller who = as(actor);
	h->sink = (issues){.arena = h->arena};
	completing c = {.record = h->record,
			.image = h->image,
			.who = &who,
			.task = task_id_of(h->arena, text_of(kind), named),
			.given = &(answers){given, count},
			.now = world_now(&h->world)};
	return work_complete(&c, h->arena, &h->sink);
}

static inline bool house_said(const house *h, failure code)
{
	for (const issue *i = h->sink.first; i; i = i->next)
		if (i->code == code) return true;
	return false;
}

/* Somebody who is able to all that content knows a name for. */
static inline void house_person(house *h, const char *id, const char *role)
{
	const content_entry **all;
	buffer b = {.arena = h->arena};
	int count = content_each(h->image, TEXT("competence"), &all);
	for (int i = 0; i < count; i++)
		buffer_format(&b, "%s{\"code\":{\"coding\":[{\"system\":\"urn:limen:competence\",\"code\":\"%.*s\"}]}}",
			      i ? "," : "", TEXT_ARG(all[i]->id));
	house_put(h, "Device/test", WRITE_UPDATE, id,
		  text_z(h->arena,
			 text_format(h->arena,
				     "{\"resourceType\":\"Practitioner\",\"id\":\"%s\",\"name\":[{\"text\":\"%s\"}],"
				     "\"qualification\":[%.*s]}",
				     id, id, TEXT_ARG(buffer_text(&b)))));
	house_put(
	    h, "Device/test", WRITE_UPDATE, id,
	    text_z(h->arena, text_format(h->arena,
					 "{\"resourceType\":\"PractitionerRole\",\"id\":\"%s\",\"practitioner\":{"
					 "\"reference\":\"Practitioner/%s\"},\"code\":[{\"coding\":[{\"system\":\"urn:"
					 "limen:role\",\"code\":\"%s\"}]}]}",
					 id, id, role)));
}

/* A secretary, a doctor, a patient, as everywhere in these tests. */
static inline void house_people(house *h)
{
	house_person(h, "sek-a", "secretary");
	house_person(h, "dr-b", "doctor");
	house_put(h, "Device/test", WRITE_CREATE, "p1",
		  "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"identifier\":[{\"system\":\"urn:oid:1.2.208.176.1.2\","
		  "\"value\":\"7201471235\"}],"
		  "\"name\":[{\"family\":\"Prøvesen\",\"given\":[\"Ejnar\"]}],\"gender\":\"male\",\"birthDate\":\"1947-"
		  "01-12\"}");
}

/* The id of the only, or latest written, resource of a type that the feed told of. */
static inline text house_latest(house *h, const char *type)
{
	caller who = as("Device/test");
	issues sink = {.arena = h->arena};
	text id = {0};
	for (int64_t after = 0;;) {
		feed_event *events;
		int n = record_feed(h->record, &who, after, 500, 0, h->arena, &events, &sink);
		if (n <= 0) return id;
		for (int i = 0; i < n; i++) {
			if (text_equal(events[i].type, text_of(type))) id = events[i].id;
			after = events[i].sequence;
		}
	}
}

#endif
