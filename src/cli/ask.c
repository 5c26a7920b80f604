/* ask.c: commands that ask the router one thing and show the answer: get, find, why. */
#include "cli/internal.h"

http_response house_ask(cli *c, house *h, const char *method, text target, text body)
{
	const caller who = {.actor = c->actor, .language = c->language};
	return http_call(&h->app, c->arena, &who, method, target, body);
}

text url_part(arena *a, text t)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < t.len; i++) {
		unsigned char ch = (unsigned char)t.at[i];
		bool plain = (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') ||
			     strchr("-._~$,:", ch);
		if (plain && ch)
			buffer_char(&b, (char)ch);
		else
			buffer_format(&b, "%%%02X", ch);
	}
	return buffer_text(&b);
}

static void outcome_line(cli *c, text file, int64_t line, const doc *d, uint32_t issue_node)
{
	uint32_t details = doc_get(d, issue_node, NAME_details);
	text words = details ? doc_get_text(d, details, NAME_text) : (text){0};
	uint32_t expression = doc_first(d, issue_node, NAME_expression);
	text where = expression ? doc_text(d, expression) : (text){0};
	text at = doc_get_text(d, issue_node, NAME_diagnostics); /* line and column, or the resource a rule speaks of */
	bool is_position = at.len > 0 && at.at[0] >= '0' && at.at[0] <= '9';
	if (!is_position && where.len == 0) where = at;
	if (!is_position) at = (text){0};
	FILE *err = c->outside->err;
	fputs("limen: ", err);
	if (file.len > 0) fprintf(err, "%.*s:", TEXT_ARG(file));
	if (line > 0) fprintf(err, "%lld:", (long long)line);
	if (at.len > 0) fprintf(err, "%.*s:", TEXT_ARG(at));
	if (file.len > 0 || line > 0 || at.len > 0) fputc(' ', err);
	if (where.len > 0) fprintf(err, "%.*s: ", TEXT_ARG(where));
	fprintf(err, "%.*s\n", TEXT_ARG(words));
}

void outcome_print(cli *c, text file, int64_t line, text json)
{
	doc d;
	issues unheard = {.arena = c->arena};
	if (!json_parse(c->arena, json, TEXT(""), &unheard, &d)) return;
	uint32_t list = doc_get(&d, 0, NAME_issue);
	if (!list) return;
	for (uint32_t i = list + 1; i < d.nodes[list].next; i = d.nodes[i].next) outcome_line(c, file, line, &d, i);
}

bool answer_good(cli *c, const http_response *p, int *exit_code)
{
	*exit_code = p->status < 400 ? CLI_FINE : p->status < 500 || p->status == 501 ? CLI_INPUT : CLI_SYSTEM;
	if (p->status >= 400) outcome_print(c, (text){0}, 0, p->body);
	return p->status < 400;
}

static int fail_sink(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

static bool reference_given(cli *c, text word)
{
	text_pair sides = text_cut(word, '/');
	if (sides.found && sides.head.len > 0 && sides.tail.len > 0) return true;
	return issue_add(&c->sink, FAIL_CLI_REFERENCE, word, TEXT(""));
}

static text resource_target(cli *c, text reference, const char *more)
{
	text_pair sides = text_cut(reference, '/');
	return text_format(c->arena, "/fhir/%.*s/%.*s%s", TEXT_ARG(url_part(c->arena, sides.head)),
			   TEXT_ARG(url_part(c->arena, sides.tail)), more);
}

int command_get(cli *c)
{
	house h;
	int code;
	if (c->arg_count != 1) return fail_called(c);
	if (!reference_given(c, c->args[0])) return fail_usage(c);
	if (!house_open(c, &h, RECORD_READ)) return fail_sink(c);
	http_response p = house_ask(c, &h, "GET", resource_target(c, c->args[0], "?_pretty=true"), (text){0});
	if (answer_good(c, &p, &code)) fwrite(p.body.at, 1, (size_t)p.body.len, c->outside->out);
	house_close(&h);
	return code;
}

/* ---- find ---- */

static text find_target(cli *c)
{
	buffer b = {.arena = c->arena};
	buffer_format(&b, "/fhir/%.*s", TEXT_ARG(url_part(c->arena, c->args[0])));
	char joint = '?';
	for (int i = 1; i < c->arg_count; i++)
		for (text_pair cut = text_cut(c->args[i], '&');; cut = text_cut(cut.tail, '&')) {
			text_pair sides = text_cut(cut.head, '=');
			buffer_format(&b, "%c%.*s=%.*s", joint, TEXT_ARG(url_part(c->arena, sides.head)),
				      TEXT_ARG(url_part(c->arena, sides.tail)));
			joint = '&';
			if (!cut.found) break;
		}
	return buffer_text(&b);
}

text bundle_next(const doc *d)
{
	uint32_t links = doc_get(d, 0, NAME_link);
	if (!links) return (text){0};
	for (uint32_t i = links + 1; i < d->nodes[links].next; i = d->nodes[i].next) {
		if (!text_equal(doc_get_text(d, i, NAME_relation), TEXT("next"))) continue;
		text url = doc_get_text(d, i, NAME_url);
		int64_t at = text_find(url, TEXT("/fhir/"));
		return at < 0 ? (text){0} : text_slice(url, at, url.len);
	}
	return (text){0};
}

static void entries_print(cli *c, const doc *d)
{
	uint32_t entries = doc_get(d, 0, NAME_entry);
	if (!entries) return;
	for (uint32_t i = entries + 1; i < d->nodes[entries].next; i = d->nodes[i].next) {
		uint32_t resource = doc_get(d, i, NAME_resource);
		buffer b = {.arena = c->arena};
		if (!resource) continue;
		json_write(&b, d, resource, JSON_COMPACT);
		buffer_char(&b, '\n');
		fwrite(b.at, 1, (size_t)b.len, c->outside->out);
	}
}

static int pages_print(cli *c, house *h, text target)
{
	while (target.len > 0) {
		int code;
		doc d;
		arena_mark here = arena_here(c->arena);
		http_response p = house_ask(c, h, "GET", target, (text){0});
		if (!answer_good(c, &p, &code)) return code;
		if (!json_parse(c->arena, p.body, TEXT(""), &c->sink, &d)) return fail_sink(c);
		if (c->json) {
			buffer b = {.arena = c->arena};
			json_write(&b, &d, 0, JSON_PRETTY);
			buffer_char(&b, '\n');
			fwrite(b.at, 1, (size_t)b.len, c->outside->out);
			return CLI_FINE; /* one Bundle, with its link to the next */
		}
		entries_print(c, &d);
		char kept[4096];
		text next = bundle_next(&d);
		if (next.len > (int64_t)sizeof kept) return CLI_SYSTEM;
		memcpy(kept, next.at ? next.at : "", (size_t)next.len);
		arena_rewind(c->arena, here);
		target = text_copy(c->arena, (text){kept, next.len});
	}
	return CLI_FINE;
}

int command_find(cli *c)
{
	house h;
	if (c->arg_count < 1) return fail_called(c);
	if (!house_open(c, &h, RECORD_READ)) return fail_sink(c);
	int code = pages_print(c, &h, find_target(c));
	house_close(&h);
	return code;
}

/* ---- why ---- */

static uint32_t parameter_named(const doc *d, uint32_t list, text name)
{
	if (!list) return NODE_ABSENT;
	for (uint32_t i = list + 1; i < d->nodes[list].next; i = d->nodes[i].next)
		if (text_equal(doc_get_text(d, i, NAME_name), name)) return i;
	return NODE_ABSENT;
}

static int explain_print(cli *c, house *h, text target)
{
	int code;
	doc d;
	http_response p = house_ask(c, h, "GET", target, (text){0});
	if (!answer_good(c, &p, &code)) return code;
	if (!json_parse(c->arena, p.body, TEXT(""), &c->sink, &d)) return fail_sink(c);
	uint32_t words = parameter_named(&d, doc_get(&d, 0, NAME_parameter), TEXT("text"));
	text all = words ? doc_get_text(&d, words, NAME_valueString) : (text){0};
	fprintf(c->outside->out, "%.*s%s", TEXT_ARG(all), text_ends(all, TEXT("\n")) ? "" : "\n");
	return CLI_FINE;
}

/* Every clock of a pathway, one after the other. */
static int clocks_print(cli *c, house *h, text episode)
{
	int code;
	doc d;
	http_response p = house_ask(c, h, "GET", resource_target(c, episode, "/$clocks"), (text){0});
	if (!answer_good(c, &p, &code)) return code;
	if (!json_parse(c->arena, p.body, TEXT(""), &c->sink, &d)) return fail_sink(c);
	uint32_t list = doc_get(&d, 0, NAME_parameter);
	if (!list) fputs(said(c, "Forløbet har ingen ure.\n", "The pathway has no clocks.\n"), c->outside->out);
	for (uint32_t i = list + 1; list && i < d.nodes[list].next && code == CLI_FINE; i = d.nodes[i].next) {
		uint32_t id = parameter_named(&d, doc_get(&d, i, NAME_part), TEXT("id"));
		text clock_id = id ? doc_get_text(&d, id, NAME_valueCode) : (text){0};
		if (i > list + 1) fputc('\n', c->outside->out);
		text query = text_format(c->arena, "/$explain?clock=%.*s", TEXT_ARG(url_part(c->arena, clock_id)));
		code = explain_print(c, h, resource_target(c, episode, text_z(c->arena, query)));
	}
	return code;
}

/* A bare id may be a task's or a pathway's: whichever there is. */
static text subject_of(cli *c, house *h, text word)
{
	if (text_find(word, TEXT("/")) >= 0) return word;
	text task = text_join(c->arena, TEXT("Task/"), word);
	http_response p = house_ask(c, h, "GET", resource_target(c, task, ""), (text){0});
	return p.status == 200 ? task : text_join(c->arena, TEXT("EpisodeOfCare/"), word);
}

int command_why(cli *c)
{
	house h;
	int code;
	if (c->arg_count < 1 || c->arg_count > 2) return fail_called(c);
	if (!house_open(c, &h, RECORD_READ)) return fail_sink(c);
	text subject = subject_of(c, &h, c->args[0]);
	if (c->arg_count == 2) {
		text query = text_format(c->arena, "/$explain?clock=%.*s", TEXT_ARG(url_part(c->arena, c->args[1])));
		code = explain_print(c, &h, resource_target(c, subject, text_z(c->arena, query)));
		text days = text_format(c->arena, "/$clock-days?clock=%.*s", TEXT_ARG(url_part(c->arena, c->args[1])));
		if (code == CLI_FINE && c->days)
			code = explain_print(c, &h, resource_target(c, subject, text_z(c->arena, days)));
	} else if (text_starts(subject, TEXT("EpisodeOfCare/"))) {
		code = clocks_print(c, &h, subject);
	} else {
		code = explain_print(c, &h, resource_target(c, subject, "/$explain"));
	}
	house_close(&h);
	return code;
}
