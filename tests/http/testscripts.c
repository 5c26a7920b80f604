/* The official Danish TestScripts (MedCom CareCommunication, made for Touchstone), played through the API: their fixtures, operations,
 * variables and assertions.
 *
 * In these scripts the system under test is the one that sends; its messages are not part of them, and their XML fixtures are not
 * published. So the sender is played with the 42 message bundles published beside them, as JSON: for each fixture the bundle is
 * taken with which the script's own assertions about what is sent hold, addressed as the script says, and with what a person at
 * the keyboard would add (`acts`: an attachment, another topic), by FHIRPath Patch. What the server must answer is then asserted
 * of Limen.
 *
 * Eighteen assertions compare a count with a number in quotes. By FHIRPath an Integer is never equal to a String; where the scripts
 * run it is. They are read as meant, without the quotes. */
#include "desk.h"

enum { BUNDLES_MAX = 64, FIXTURES_MAX = 4, VARIABLES_MAX = 32, REQUESTS_MAX = 8, WHY_MAX = 300 };

typedef struct message {
	const char *file;
	text json, id;
	doc d;
} message;

typedef struct variable {
	text name, expression, source;
} variable;

typedef struct play {
	desk *desk;
	arena *arena;
	message *casts[FIXTURES_MAX]; /* the messages as this script's sender makes them, for each fixture */
	int message_count;
	doc script;
	text fixtures[FIXTURES_MAX];
	int chosen[FIXTURES_MAX]; /* a message for each fixture */
	int fixture_count;
	variable variables[VARIABLES_MAX];
	int variable_count;
	bool live; /* with the server; else only what is asserted of the messages is looked at */
	/* the conversation */
	struct {
		text id;
		int fixture;
	} requests[REQUESTS_MAX];
	int request_count;
	const message *last;
	http_response answer;
	int held; /* assertions that hold, before the first that does not */
	char why[WHY_MAX];
} play;

static bool wrong(play *p, const char *what, text about)
{
	snprintf(p->why, sizeof p->why, "%s: %.*s", what, (int)(about.len > 220 ? 220 : about.len),
		 about.at ? about.at : "");
	return false;
}

static text value_at(const doc *d, uint32_t n, const char *name)
{
	name_id id = doc_name(d, text_of(name));
	return id ? doc_get_text(d, n, id) : (text){0};
}

static uint32_t child_at(const doc *d, uint32_t n, const char *name)
{
	name_id id = doc_name(d, text_of(name));
	return id ? doc_get(d, n, id) : NODE_ABSENT;
}

/* ---- fixtures and variables ---- */

static int fixture_find(const play *p, text id)
{
	for (int i = 0; i < p->fixture_count; i++)
		if (text_equal(p->fixtures[i], id)) return i;
	return -1;
}

/* A variable's source is a fixture, or a request by its id: "create-message-new-message-01" sends fixture "create-new-message-01". */
static int source_find(const play *p, text id)
{
	for (int i = 0; i < p->request_count; i++)
		if (text_equal(p->requests[i].id, id)) return p->requests[i].fixture;
	text prefix = TEXT("create-message-");
	if (!text_starts(id, prefix)) return fixture_find(p, id);
	return fixture_find(p, text_join(p->arena, TEXT("create-"), text_slice(id, prefix.len, id.len)));
}

static bool items_of(play *p, const message *m, text expression, path_items *out)
{
	issues sink = {.arena = p->arena};
	path_outside outside = {.now = world_now(&p->desk->world)};
	const path *compiled = path_compile(p->arena, expression, type_find(TEXT("Bundle")), NULL, &sink);
	return compiled && path_run(compiled, &m->d, 0, &outside, p->arena, &sink, out);
}

static bool variable_value(play *p, text name, text *out)
{
	path_items items;
	for (int i = 0; i < p->variable_count; i++) {
		const variable *v = &p->variables[i];
		if (!text_equal(v->name, name)) continue;
		int fixture = source_find(p, v->source);
		if (fixture < 0 || !items_of(p, &p->casts[fixture][p->chosen[fixture]], v->expression, &items))
			return false;
		*out = items.count ? path_item_text(p->arena, &items.at[0]) : (text){0};
		return items.count > 0;
	}
	return false;
}

/* ${name} by its value; false: one is not defined, its name in `missing`. */
static bool filled_in(play *p, text t, text *out, text *missing)
{
	buffer b = {.arena = p->arena};
	for (int64_t at; (at = text_find(t, TEXT("${"))) >= 0;) {
		int64_t end = at + text_find(text_slice(t, at, t.len), TEXT("}"));
		text value;
		*missing = text_slice(t, at + 2, end);
		if (!variable_value(p, *missing, &value)) return false;
		buffer_add(&b, text_slice(t, 0, at));
		buffer_add(&b, value);
		t = text_slice(t, end + 1, t.len);
	}
	buffer_add(&b, t);
	*out = buffer_text(&b);
	return true;
}

/* "count() = '2'" → "count() = 2" */
static text counts_unquoted(play *p, text t)
{
	text mark = TEXT("count() = '");
	int64_t at = text_find(t, mark), from = at + mark.len;
	if (at < 0) return t;
	text number = text_cut(text_slice(t, from, t.len), '\'').head;
	return text_format(p->arena, "%.*s%.*s%.*s", (int)(from - 1), t.at, TEXT_ARG(number),
			   TEXT_ARG(text_slice(t, from + number.len + 1, t.len)));
}

/* ---- addressing ---- */

/* What an assertion says of the receiver's numbers is said to the sender: this is where it goes. */
static bool address_of(text expression, text *path, text *value)
{
	text_pair sides = text_cut_last(expression, '=');
	*path = text_trim(sides.head);
	*value = text_trim(sides.tail);
	bool of_receiver = text_find(*path, TEXT("destination.receiver.reference.resolve().identifier.where(")) > 0;
	if (!of_receiver || !text_ends(*path, TEXT(").value")) || value->len < 3) return false;
	*value = text_slice(*value, 1, value->len - 1);
	return true;
}

/* A message to which it cannot be done stays as it is. */
static void act_on(play *p, message *m, text parameters)
{
	issues sink = {.arena = p->arena};
	doc patch, before;
	text out;
	assert_true(json_parse_resource(p->arena, parameters, TEXT(""), &sink, &patch));
	assert_true(json_parse_resource(p->arena, m->json, TEXT(""), &sink, &before));
	if (!patch_apply(&patch, &before, world_now(&p->desk->world), p->arena, &sink, &out)) return;
	m->json = out;
	assert_true(json_parse_resource(p->arena, out, TEXT(""), &sink, &m->d));
}

#define PATCH(type, path, more)                                                                                        \
	"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\","        \
	"\"valueCode\":\"" type "\"},{\"name\":\"path\",\"valueString\":\"" path "\"}" more "]}]}"
#define COMMUNICATION "Bundle.entry.resource.ofType(Communication)"
#define ADD(path, name, value) PATCH("add", path, ",{\"name\":\"name\",\"valueString\":\"" name "\"}" value)
#define ATTACHMENT                                                                                                     \
	ADD(COMMUNICATION, "payload",                                                                                  \
	    ",{\"name\":\"value\",\"part\":[{\"name\":\"content\",\"valueAttachment\":{\"contentType\":\"application/" \
	    "pdf\","                                                                                                   \
	    "\"data\":\"JVBERi0=\",\"title\":\"Bilag\",\"creation\":\"2026-11-20T10:00:00+01:00\"}}]}")
#define WORDS                                                                                                          \
	ADD(COMMUNICATION, "payload", ",{\"name\":\"value\",\"part\":[{\"name\":\"content\",\"valueString\":\"Og\"}]}")
#define ENCOUNTER                                                                                                      \
	ADD("Bundle", "entry",                                                                                         \
	    ",{\"name\":\"value\",\"part\":[{\"name\":\"fullUrl\",\"valueUri\":\"urn:uuid:7b1f4c1e-0000-4000-8000-"    \
	    "000000000001\"},{\"name\":\"resource\",\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"7b1f4c1e-"   \
	    "0000-"                                                                                                    \
	    "4000-8000-000000000001\",\"status\":\"unknown\",\"class\":{\"code\":\"AMB\"},\"episodeOfCare\":[{"        \
	    "\"identifier\":{\"value\":\"urn:uuid:7b1f4c1e-0000-4000-8000-000000000002\"}}]}}]}")

/* What somebody writes who does what the script tells. */
static const struct {
	const char *script;
	int fixture, times;
	const char *patch;
} acts[] = {
    {"forward-add-attachment", 1, 3, ATTACHMENT},
    {"forward-attachment", 1, 5, WORDS},
    {"reply-add-attachment", 1, 2, ATTACHMENT},
    {"reply-attachment", 1, 5, WORDS},
    {"new-attachment-bmp", 0, 1,
     PATCH("replace", COMMUNICATION ".payload.content.ofType(Attachment).contentType",
	   ",{\"name\":\"value\",\"valueCode\":\"image/bmp\"}")},
    {"reply-changetopic", 1, 1,
     PATCH("replace", COMMUNICATION ".topic.text", ",{\"name\":\"value\",\"valueString\":\"Nyt emne\"}")},
    {"tec-02", 0, 1,
     ADD(COMMUNICATION, "recipient", ",{\"name\":\"value\",\"valueReference\":{\"display\":\"Modtager\"}}")},
    {"tec-02", 0, 1,
     ADD(COMMUNICATION, "extension",
	 ",{\"name\":\"value\",\"part\":[{\"name\":\"url\",\"valueUri\":\"http://medcomfhir.dk/ig/carecommunication/"
	 "StructureDefinition/medcom-carecommunication-sender-extension\"},{\"name\":\"value\",\"valueReference\":{"
	 "\"display\":\"Afsender\"}}]}")},
    {"tec-06", 0, 1, ENCOUNTER},
    {"tec-06", 1, 1, ENCOUNTER},
    {"tec-07", 0, 1, ENCOUNTER},
    {"tec-07", 1, 1, ENCOUNTER},
};

/* Every message as this script wants it addressed. */
static void address_all(play *p, message *messages)
{
	const doc *d = &p->script;
	for (uint32_t n = 1; n < d->count; n++) {
		text path, value;
		if (d->nodes[n].kind != NODE_STRING || !text_equal(name_text(d, d->nodes[n].name), TEXT("expression")))
			continue;
		if (!address_of(doc_text(d, n), &path, &value)) continue;
		text patch =
		    text_format(p->arena, PATCH("replace", "%.*s", ",{\"name\":\"value\",\"valueString\":\"%.*s\"}"),
				TEXT_ARG(path), TEXT_ARG(value));
		for (int i = 0; i < p->message_count; i++) act_on(p, &messages[i], patch);
	}
}

static void messages_make(play *p, const message *published, const char *file)
{
	for (int f = 0; f < p->fixture_count; f++) {
		message *own = p->casts[f] = ARENA_ARRAY(p->arena, message, p->message_count);
		for (int i = 0; i < p->message_count; i++) own[i] = published[i];
		address_all(p, own);
		for (size_t k = 0; k < sizeof acts / sizeof *acts; k++) {
			text name = text_format(p->arena, "-send-%s.json", acts[k].script);
			if (acts[k].fixture != f || !text_ends(text_of(file), name)) continue;
			for (int i = 0; i < p->message_count * acts[k].times; i++)
				act_on(p, &own[i % p->message_count], text_of(acts[k].patch));
		}
	}
}

/* ---- operations ---- */

static void send(play *p, const char *method, text target, text body)
{
	p->answer = (http_response){0};
	if (p->live) p->answer = http_call(&p->desk->app, p->arena, &tester, method, target, body);
}

static bool operate(play *p, uint32_t n)
{
	const doc *d = &p->script;
	text code = value_at(d, child_at(d, n, "type"), "code"), params, missing;
	int fixture = fixture_find(p, value_at(d, n, "sourceId"));
	text request = value_at(d, n, "requestId");
	if (fixture >= 0) p->last = &p->casts[fixture][p->chosen[fixture]];
	if (request.len > 0 && fixture >= 0) {
		p->requests[p->request_count].id = request;
		p->requests[p->request_count++].fixture = fixture;
	}
	bool known = filled_in(p, value_at(d, n, "params"), &params, &missing);
	if (text_equal(code, TEXT("delete"))) {
		/* Cleaning up, which nothing is asserted of. Its variable is misspelt in every script: then there is nothing to ask. */
		if (known) send(p, "DELETE", text_join(p->arena, TEXT("/fhir/Bundle"), params), TEXT(""));
		return true;
	}
	if (!known) return wrong(p, "an operation uses a variable that has no value", missing);
	text target = text_join(p->arena, TEXT("/fhir/Bundle"), params);
	if (text_equal(code, TEXT("create")))
		send(p, "POST", target, p->last->json);
	else if (text_equal(code, TEXT("updateCreate")))
		send(p, "PUT", target, p->last->json);
	else if (text_equal(code, TEXT("read")))
		send(p, "GET", target, TEXT(""));
	else
		return wrong(p, "an operation this runner does not know", code);
	return true;
}

/* ---- assertions ---- */

static bool expression_holds(play *p, const message *m, text expression, text operator, text value)
{
	path_items items;
	text said, missing;
	if (!filled_in(p, expression, &said, &missing)) return wrong(p, "a variable without a value", missing);
	said = counts_unquoted(p, said);
	if (!items_of(p, m, said, &items)) return wrong(p, "FHIRPath that cannot be evaluated", said);
	if (value.len > 0) {
		bool equals = operator.len == 0 || text_equal(operator, TEXT("equals"));
		if (!equals) return wrong(p, "an operator this runner does not know", operator);
		return (items.count == 1 && text_equal(path_item_text(p->arena, &items.at[0]), value)) ||
		       wrong(p, "no published message for", said);
	}
	bool is = items.count == 1 && items.at[0].kind == PATH_BOOLEAN && items.at[0].boolean;
	return is || wrong(p, "no published message for", said);
}

/* $validate says no error, by R4's own definitions and by the profile where it is known here. */
static bool is_valid(play *p, const message *m)
{
	doc d;
	issues sink = {.arena = p->arena};
	if (!p->live) return true;
	http_response r = http_call(&p->desk->app, p->arena, &tester, "POST", TEXT("/fhir/Bundle/$validate"), m->json);
	if (r.status != 200 || !json_parse(p->arena, r.body, TEXT(""), &sink, &d)) return wrong(p, "$validate", r.body);
	return text_find(r.body, TEXT("\"severity\":\"error\"")) < 0 || wrong(p, "not valid", r.body);
}

static bool status_in(play *p, text list)
{
	text status = text_format(p->arena, "%d", p->answer.status);
	if (!p->live) return true;
	for (text_pair cut = text_cut(list, ',');; cut = text_cut(cut.tail, ',')) {
		if (text_equal(text_trim(cut.head), status)) return true;
		if (!cut.found) return wrong(p, "another status", text_join(p->arena, status, p->answer.body));
	}
}

static bool assert_one(play *p, uint32_t n)
{
	const doc *d = &p->script;
	text expression = value_at(d, n, "expression"), codes = value_at(d, n, "responseCode");
	text resource = value_at(d, n, "resource");
	if (codes.len > 0) return status_in(p, codes);
	if (value_at(d, n, "validateProfileId").len > 0) return is_valid(p, p->last);
	if (resource.len > 0) return text_equal(doc_type(&p->last->d), resource) || wrong(p, "another type", resource);
	if (expression.len > 0)
		return expression_holds(p, p->last, expression, value_at(d, n, "operator"), value_at(d, n, "value"));
	return wrong(p, "an assertion this runner does not know", value_at(d, n, "description"));
}

/* ---- a script ---- */

static bool actions(play *p, uint32_t of)
{
	const doc *d = &p->script;
	uint32_t list = of ? child_at(d, of, "action") : NODE_ABSENT;
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next) {
		uint32_t operation = child_at(d, i, "operation"), assertion = child_at(d, i, "assert");
		if (operation && !operate(p, operation)) return false;
		if (assertion && !assert_one(p, assertion)) return false;
		p->held++;
	}
	return true;
}

static bool act(play *p, bool live)
{
	const doc *d = &p->script;
	p->live = live;
	p->request_count = p->held = 0;
	p->last = NULL;
	p->why[0] = '\0';
	if (!actions(p, child_at(d, 0, "setup"))) return false;
	uint32_t tests = child_at(d, 0, "test");
	for (uint32_t i = tests + 1; tests && i < d->nodes[tests].next; i = d->nodes[i].next)
		if (!actions(p, i)) return false;
	return true;
}

/* Every choice of a message for each fixture, until the script's own words about them hold; else the one that came furthest. */
static bool cast(play *p, int fixture, play *best)
{
	if (fixture == p->fixture_count) {
		arena_mark mark = arena_here(p->arena);
		bool holds = act(p, false);
		if (holds || best->held < p->held || best->why[0] == '\0') *best = *p;
		arena_rewind(p->arena, mark);
		return holds;
	}
	for (int i = 0; i < p->message_count; i++) {
		p->chosen[fixture] = i;
		if (cast(p, fixture + 1, best)) return true;
	}
	return false;
}

static void script_read(play *p, const char *file)
{
	issues sink = {.arena = p->arena};
	assert_true(json_parse_resource(p->arena, read_file(p->arena, file), text_of(file), &sink, &p->script));
	const doc *d = &p->script;
	uint32_t list = child_at(d, 0, "fixture");
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next)
		p->fixtures[p->fixture_count++] = value_at(d, i, "id");
	list = child_at(d, 0, "variable");
	for (uint32_t i = list + 1; list && i < d->nodes[list].next; i = d->nodes[i].next)
		p->variables[p->variable_count++] =
		    (variable){value_at(d, i, "name"), value_at(d, i, "expression"), value_at(d, i, "sourceId")};
}

static int messages_read(arena *a, const char *folder, message *out)
{
	char **files;
	int count = list_files(a, folder, ".json", &files), kept = 0;
	issues sink = {.arena = a};
	for (int i = 0; i < count; i++) {
		message *m = &out[kept];
		if (text_find(text_of(files[i]), TEXT("/Bundle-")) < 0) continue;
		assert_true(kept < BUNDLES_MAX);
		m->file = files[i];
		m->json = read_file(a, files[i]);
		assert_true(json_parse_resource(a, m->json, text_of(files[i]), &sink, &m->d));
		kept++;
	}
	return kept;
}

/* Those that cannot pass, and why: none of it is about what a server does. */
static const struct {
	const char *script, *why;
} cannot[] = {
    {"forward-add-attachment", "the variable hospitalSOR-new-message is defined nowhere"},
    {"forward-attachment", "the variable hospitalSOR-new-message is defined nowhere"},
    {"forward-changecategory", "the variable hospitalSOR-new-message is defined nowhere"},
    {"forward-changetopic", "the variable hospitalSOR-new-message is defined nowhere"},
    {"forward-message", "the variable hospitalSOR-new-message is defined nowhere"},
    {"forward-partialthread", "the variable messageHeaderid-reply-message-01 is defined nowhere"},
    {"new-attachment-structured", "FHIRPath has no function extention()"},
    {"reply-forward", "the variable messageHeaderid-new-message-01 is defined nowhere"},
};

static const char *known_reason(const char *file)
{
	for (size_t i = 0; i < sizeof cannot / sizeof *cannot; i++) {
		text_pair name = text_cut_last(text_of(file), '/');
		text wanted = text_format(test_arena(), "TestScript-carecommunication-send-%s.json", cannot[i].script);
		if (text_equal(name.tail, wanted)) return cannot[i].why;
	}
	return NULL;
}

TEST(medcom_scripts)
{
	const char *folder = shared_path("data/medcom/carecommunicationtestscripts");
	if (!folder) SKIP("../shared/data/medcom is not here");
	arena *a = test_arena();
	message *messages = ARENA_ARRAY(a, message, BUNDLES_MAX);
	int message_count = messages_read(a, folder, messages), passed = 0, scripts = 0;
	char **files;
	int count = list_files(a, folder, ".json", &files);
	for (int i = 0; i < count; i++) {
		if (text_find(text_of(files[i]), TEXT("/TestScript-")) < 0) continue;
		scripts++;
		play *p = ARENA_NEW(a, play), *best = ARENA_NEW(a, play);
		p->desk = desk_open();
		p->arena = a;
		p->message_count = message_count;
		script_read(p, files[i]);
		messages_make(p, messages, files[i]);
		bool good = cast(p, 0, best) && act(best, true);
		const char *known = known_reason(files[i]);
		passed += good;
		if (!good && known) print_message("%s: %s (%s)\n", strrchr(files[i], '/') + 1, known, best->why);
		if (!good && !known) fail_msg("%s: %s", strrchr(files[i], '/') + 1, best->why);
		if (good && known) fail_msg("%s passes now: take it out of the list", files[i]);
		desk_close(p->desk);
	}
	print_message("testscripts: %d of %d\n", passed, scripts);
}

TESTS(T(medcom_scripts))
