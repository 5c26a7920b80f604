/* desk.h: a department for the tests of http: shipped content, an empty record in a folder of its own, a clock that stands at
 * Friday 20 November 2026, 10.00 in Copenhagen. One at a time. */
#ifndef LIMEN_TESTS_DESK_H
#define LIMEN_TESTS_DESK_H

#include "harness.h"

#include "http/http.h"

static const caller tester __attribute__((unused)) = {.actor = {"Device/test", 11}, .language = LANGUAGE_EN};

typedef struct desk {
	arena *arena;
	world world;
	image *content;
	http_app app;
} desk;

static void desk_fail(arena *a, const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		print_error("%.*s\n", TEXT_ARG(issue_line(a, i, LANGUAGE_EN)));
	fail_msg("the department does not open");
}

/* Content and derivers are one in a process. */
static image *desk_content(void)
{
	static image *content;
	if (content) return content;
	int count;
	issues sink = {.arena = test_arena()};
	pathway_content();
	clock_content();
	work_content();
	notify_content();
	const content_file *files = content_embedded(&count);
	content = content_load(files, count, NULL, 0, &sink);
	if (!content) desk_fail(sink.arena, &sink);
	pathway_register(content);
	clock_register(content);
	work_register(content);
	notify_register(content, &(notify_options){.allowed = TEXT("loopback")});
	return content;
}

static desk *desk_open_on(text file, const char *vfs)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	desk *d = ARENA_NEW(a, desk);
	moment start;
	assert_true(moment_parse(TEXT("2026-11-20T10:00:00+01:00"), &start));
	d->arena = a;
	d->world = world_simulated(start.low, 7);
	d->content = desk_content();
	const record_options how = {.file = file, .vfs = vfs, .world = &d->world, .content = d->content};
	d->app = (http_app){.content = d->content, .world = &d->world, .version = TEXT("test")};
	d->app.forecaster = forecaster_new(d->content);
	d->app.record = record_open(a, &how, &sink);
	if (!d->app.record) desk_fail(a, &sink);
	return d;
}

static inline desk *desk_open(void)
{
	arena *a = test_arena();
	const char *file = text_z(a, text_format(a, "%s/limen.db", temp_folder()));
	return desk_open_on(test_store(a, file), NULL);
}

static void desk_close(desk *d)
{
	forecaster_free(d->app.forecaster);
	record_close(d->app.record);
}

#endif
