/* The API as cases: each *.cases file is a conversation with one department, case after case. The form:
 *
 *     ## name
 *     METHOD target
 *     Header: value                 X-Limen-Actor and Content-Type have defaults; "Header:" takes one away
 *     {"resourceType": …}           the body, until the first =>; @truncated, @deep … are made by this program
 *     => 201                        status
 *     => Location: *Patient*        header, * stands for anything
 *     => !Location                  no such header
 *     => Patient.active = true      FHIRPath over the body, must be true
 *     => $id: Patient.id            kept, and put where a later line says {{id}}
 *     => body: *text*               the body itself, as a pattern
 */
#include "desk.h"

enum { HEADERS_MAX = 12, KEPT_MAX = 200 };

typedef struct kept {
	text name, value;
} kept;

typedef struct talk {
	desk *desk;
	arena *arena;
	kept kept[KEPT_MAX];
	int kept_count;
	int cases, wrong;
	/* the case under way */
	text name, method, target, body;
	http_header headers[HEADERS_MAX];
	int header_count;
	bool sent;
	http_response answer;
	doc doc;
	bool has_doc;
} talk;

/* * stands for anything. */
static bool glob(text pattern, text t)
{
	int64_t p = 0, i = 0, star = -1, from = 0;
	while (i < t.len) {
		if (p < pattern.len && pattern.at[p] == '*') {
			star = p++;
			from = i;
		} else if (p < pattern.len && pattern.at[p] == t.at[i]) {
			p++, i++;
		} else if (star >= 0) {
			p = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.at[p] == '*') p++;
	return p == pattern.len;
}

static text filled_in(talk *k, text t)
{
	buffer b = {.arena = k->arena};
	for (int64_t at; (at = text_find(t, TEXT("{{"))) >= 0;) {
		int64_t end = at + text_find(text_slice(t, at, t.len), TEXT("}}"));
		text name = text_slice(t, at + 2, end);
		buffer_add(&b, text_slice(t, 0, at));
		for (int i = k->kept_count - 1; i >= 0; i--)
			if (text_equal(k->kept[i].name, name)) {
				buffer_add(&b, k->kept[i].value);
				break;
			}
		t = text_slice(t, end + 2, t.len);
	}
	buffer_add(&b, t);
	return buffer_text(&b);
}

/* Bodies no file should hold. */
static text made_body(talk *k, text word)
{
	buffer b = {.arena = k->arena};
	if (text_equal(word, TEXT("@truncated")))
		return TEXT("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Tes");
	if (text_equal(word, TEXT("@latin1")))
		return TEXT("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"S\xF8rensen\"}]}");
	if (text_equal(word, TEXT("@form"))) return TEXT("family=Testesen&given=karla");
	if (text_equal(word, TEXT("@oversized"))) return (text){"{", BODY_BYTES_MAX + 1};
	if (text_equal(word, TEXT("@deep"))) {
		buffer_add(&b, TEXT("{\"resourceType\":\"Patient\",\"extension\":"));
		for (int i = 0; i < 200; i++) buffer_char(&b, '[');
		for (int i = 0; i < 200; i++) buffer_char(&b, ']');
		buffer_char(&b, '}');
		return buffer_text(&b);
	}
	fail_msg("no such body: %.*s", TEXT_ARG(word));
	return (text){0};
}

static void header_default(talk *k, const char *name, text value)
{
	for (int i = 0; i < k->header_count; i++)
		if (k->headers[i].name.len == (int64_t)strlen(name) &&
		    strncasecmp(k->headers[i].name.at, name, strlen(name)) == 0)
			return;
	k->headers[k->header_count++] = (http_header){text_of(name), value};
}

static void send_once(talk *k)
{
	if (k->sent) return;
	k->sent = true;
	text body = text_trim(filled_in(k, k->body));
	if (text_starts(body, TEXT("@"))) body = made_body(k, body);
	header_default(k, "X-Limen-Actor", TEXT("PractitionerRole/sek"));
	header_default(k, "Accept-Language", TEXT("en"));
	if (body.len > 0) header_default(k, "Content-Type", TEXT("application/fhir+json"));
	const http_request q = {.arena = k->arena,
				.method = k->method,
				.target = filled_in(k, k->target),
				.headers = k->headers,
				.header_count = k->header_count,
				.body = body};
	http_handle(&k->desk->app, &q, &k->answer);
	issues unheard = {.arena = k->arena};
	k->has_doc = k->answer.body.len > 0 && json_parse(k->arena, k->answer.body, TEXT(""), &unheard, &k->doc);
}

static void wrong(talk *k, text line, const char *what)
{
	k->wrong++;
	print_error("%.*s\n  %.*s %.*s\n  => %.*s\n  %s; status %d, body:\n  %.*s\n", TEXT_ARG(k->name),
		    TEXT_ARG(k->method), TEXT_ARG(k->target), TEXT_ARG(line), what, k->answer.status,
		    (int)(k->answer.body.len > 1500 ? 1500 : k->answer.body.len),
		    k->answer.body.at ? k->answer.body.at : "");
}

static bool path_items_of(talk *k, text expression, path_items *out)
{
	issues sink = {.arena = k->arena};
	if (!k->has_doc) return false;
	const path *p = path_compile(k->arena, expression, type_find(doc_type(&k->doc)), NULL, &sink);
	path_outside outside = {.now = world_now(&k->desk->world)};
	if (p && path_run(p, &k->doc, 0, &outside, k->arena, &sink, out)) return true;
	for (const issue *i = sink.first; i; i = i->next)
		print_error("%.*s\n", TEXT_ARG(issue_line(k->arena, i, LANGUAGE_EN)));
	return false;
}

static void keep(talk *k, text line)
{
	path_items items;
	text_pair sides = text_cut(text_slice(line, 1, line.len), ':');
	if (!path_items_of(k, text_trim(sides.tail), &items) || items.count != 1) {
		wrong(k, line, "not one value");
		return;
	}
	k->kept[k->kept_count++] = (kept){sides.head, path_item_text(k->arena, &items.at[0])};
}

/* "Location: …": a word without dots or spaces, then a colon. */
static bool is_header(text line)
{
	int64_t at = text_find(line, TEXT(": "));
	if (at <= 0) return false;
	for (int64_t i = 0; i < at; i++)
		if (strchr(". ('", line.at[i])) return false;
	return true;
}

static void expect(talk *k, text line)
{
	int64_t status;
	path_items items;
	send_once(k);
	line = filled_in(k, line);
	if (text_to_int(line, &status)) {
		if (k->answer.status != status) wrong(k, line, "another status");
	} else if (text_starts(line, TEXT("$"))) {
		keep(k, line);
	} else if (text_starts(line, TEXT("!"))) {
		if (http_header_of(&k->answer, text_slice(line, 1, line.len)).len > 0)
			wrong(k, line, "the header is there");
	} else if (text_starts(line, TEXT("body:"))) {
		if (!glob(text_trim(text_slice(line, 5, line.len)), k->answer.body)) wrong(k, line, "another body");
	} else if (is_header(line)) {
		text_pair sides = text_cut(line, ':');
		text value = http_header_of(&k->answer, sides.head);
		if (!glob(text_trim(sides.tail), value))
			wrong(k, line, text_z(k->arena, text_join(k->arena, TEXT("it is "), value)));
	} else if (!path_items_of(k, line, &items) || items.count != 1 || items.at[0].kind != PATH_BOOLEAN ||
		   !items.at[0].boolean) {
		wrong(k, line, "not true");
	}
}

static void begin(talk *k, text name)
{
	k->cases++;
	k->name = name;
	k->method = k->target = k->body = (text){0};
	k->header_count = 0;
	k->sent = k->has_doc = false;
}

static void line_read(talk *k, text line)
{
	text_pair sides = text_cut(line, ':');
	if (text_starts(line, TEXT("## "))) {
		begin(k, text_slice(line, 3, line.len));
	} else if (text_starts(line, TEXT("=> "))) {
		expect(k, text_trim(text_slice(line, 3, line.len)));
	} else if (text_trim(line).len == 0 || line.at[0] == '#' || k->name.len == 0) {
		return;
	} else if (k->method.len == 0) {
		text_pair words = text_cut(line, ' ');
		k->method = words.head;
		k->target = text_trim(words.tail);
	} else if (k->body.len == 0 && strchr("{[@<", line.at[0]) == NULL && sides.found) {
		k->headers[k->header_count++] = (http_header){sides.head, filled_in(k, text_trim(sides.tail))};
	} else {
		k->body =
		    text_join(k->arena, k->body.len > 0 ? text_join(k->arena, k->body, TEXT("\n")) : k->body, line);
	}
}

static void talk_through(const char *file)
{
	talk *k = ARENA_NEW(test_arena(), talk);
	k->desk = desk_open();
	k->arena = k->desk->arena;
	text all = read_file(k->arena, file);
	for (text_pair cut = text_cut(all, '\n');; cut = text_cut(cut.tail, '\n')) {
		line_read(k, cut.head);
		if (!cut.found) break;
	}
	desk_close(k->desk);
	assert_true(k->cases > 0);
	if (k->wrong > 0) fail_msg("%s: %d of the expectations in %d cases do not hold", file, k->wrong, k->cases);
}

TEST(rest)
{
	talk_through("tests/http/rest.cases");
}
TEST(bundles)
{
	talk_through("tests/http/bundle.cases");
}
TEST(bad_input)
{
	talk_through("tests/http/bad.cases");
}
TEST(searching)
{
	talk_through("tests/http/search.cases");
}

TEST(conditional)
{
	talk_through("tests/http/conditional.cases");
}
TEST(operations)
{
	talk_through("tests/http/operation.cases");
}
TEST(history)
{
	talk_through("tests/http/history.cases");
}
TEST(terminology)
{
	talk_through("tests/http/terminology.cases");
}
TEST(department)
{
	talk_through("tests/http/department.cases");
}

TEST(raised_by_hand)
{
	talk_through("tests/http/hand.cases");
}

TEST(done_by_rules)
{
	talk_through("tests/http/automation.cases");
}

TEST(owned)
{
	talk_through("tests/http/owner.cases");
}

TEST(undoing)
{
	talk_through("tests/http/undo.cases");
}

TEST(forms)
{
	talk_through("tests/http/form.cases");
}

TEST(finding)
{
	talk_through("tests/http/find.cases");
}

TEST(subscriptions)
{
	talk_through("tests/http/subscription.cases");
}

TESTS(T(subscriptions), T(rest), T(searching), T(bundles), T(bad_input), T(conditional), T(history), T(operations),
      T(terminology), T(department), T(raised_by_hand), T(done_by_rules), T(owned), T(undoing), T(forms), T(finding))
