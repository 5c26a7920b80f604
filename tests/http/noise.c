/* Requests that nobody would make on purpose: good ones with bytes changed, left out, doubled or put in, from a printed seed. Every
 * answer is an answer: a status, and an OperationOutcome where it is a refusal; and the department is as sound as before. */
#define LIMEN_OS /* a seed may be given in the environment */
#include "desk.h"

enum { REQUESTS = 4000 };

static const struct {
	const char *method, *target, *body;
} good[] = {
    {"GET", "/fhir/Patient?family=Test&_sort=-birthdate&_count=3&birthdate=gt1950-01-01", ""},
    {"GET", "/fhir/Task?open=true&_sort=latest-start&_include=Task:patient&due=lt2026-12-01", ""},
    {"GET", "/fhir/Patient/karla/_history/1?_format=json&_pretty=true", ""},
    {"GET", "/fhir/EpisodeOfCare/x/$explain?clock=udredningsret", ""},
    {"GET", "/fhir/$feed?after=3", ""},
    {"GET", "/assets/%e6%98.js", ""},
    {"PUT", "/fhir/Patient/karla",
     "{\"resourceType\":\"Patient\",\"id\":\"karla\",\"birthDate\":\"1952-03-01\",\"name\":[{\"family\":\"Testesen\","
     "\"_family\":{\"id\":\"a\"}}]}"},
    {"POST", "/fhir/Observation",
     "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"PSA\"},\"valueQuantity\":{\"value\":-"
     "4.10e2}}"},
    {"POST", "/fhir/ServiceRequest",
     "{\"resourceType\":\"ServiceRequest\",\"status\":\"active\",\"intent\":\"order\",\"category\":[{\"coding\":[{"
     "\"system\":\"http://snomed.info/sct\","
     "\"code\":\"3457005\"}]}],\"subject\":{\"reference\":\"Patient/"
     "karla\"},\"authoredOn\":\"2026-11-18T08:00:00+01:00\"}"},
    {"POST", "/fhir",
     "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"fullUrl\":\"urn:uuid:1\",\"resource\":{"
     "\"resourceType\":\"Patient\"},"
     "\"request\":{\"method\":\"POST\",\"url\":\"Patient\",\"ifNoneExist\":\"family=x\"}},{\"request\":{\"method\":"
     "\"GET\",\"url\":\"Patient?_id=1\"}},"
     "{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"a\"},\"subject\":{"
     "\"reference\":\"urn:uuid:1\"}},"
     "\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}]}"},
    {"POST", "/fhir",
     "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/"
     "karla\"}}]}"},
    {"POST", "/fhir/Task/x/$complete",
     "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"class\",\"valueString\":\"udredning\"}]}"},
    {"DELETE", "/fhir/Patient/nobody", ""},
    {"DELETE", "/fhir/Patient?family=Testesen&birthdate=1952-03-01", ""},
    {"PUT", "/fhir/Patient?family=Testesen",
     "{\"resourceType\":\"Patient\",\"birthDate\":\"1952-03-01\",\"name\":[{\"family\":\"Testesen\"}]}"},
    {"PATCH", "/fhir/Patient/karla",
     "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\","
     "\"valueCode\":"
     "\"insert\"},{\"name\":\"path\",\"valueString\":\"Patient.name.given\"},{\"name\":\"index\",\"valueInteger\":0},{"
     "\"name\":\"value\",\"valueString\":\"Karla\"}]}]}"},
    {"GET", "/fhir/_history?_since=2026-11-20T10:00:00%2B01:00&_count=3&_page=9", ""},
    {"GET", "/fhir/Patient/karla/_history?_at=2026-11-20&_count=2", ""},
    {"GET", "/fhir/Patient/karla?_elements=name,birthDate&_summary=data", ""},
    {"POST", "/fhir/Patient/$validate?mode=update&profile=http://hl7.org/fhir/StructureDefinition/Patient",
     "{\"resourceType\":\"Patient\",\"id\":\"a\",\"birthDate\":\"1952-03-01\"}"},
    {"POST", "/fhir/Patient/karla/$meta-add",
     "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{\"system\":\"urn:x\","
     "\"code\":\"a\"}]}}]}"},
    {"POST", "/fhir",
     "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":{\"resourceType\":\"Binary\","
     "\"contentType\":\"application/"
     "json-patch+json\",\"data\":\"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0="
     "\"},\"request\":{\"method\":\"PATCH\",\"url\":\"Patient?family=Testesen\"}}]}"},
    {"GET", "/fhir/$export?_type=Patient&_typeFilter=Patient%3Factive=true", ""},
};

static text spoilt(arena *a, random_state *r, text t)
{
	static const char bytes[] = "\"\\{}[]:,.%&=?/$_|-+0123456789eE \n\xC3\xA6\xFF\x01";
	buffer b = {.arena = a};
	int64_t changes = random_below(r, 4);
	buffer_add(&b, t);
	for (; changes > 0 && b.len > 0; changes--) {
		int64_t at = random_below(r, b.len);
		char c = bytes[random_below(r, (int64_t)sizeof bytes - 1)];
		switch (random_below(r, 4)) {
		case 0:
			b.at[at] = c;
			break;
		case 1:
			b.len = at;
			break;
		case 2:
			memmove(b.at + at, b.at + at + 1, (size_t)(b.len - at - 1));
			b.len--;
			break;
		case 3: {
			int64_t n = 1 + random_below(r, b.len - at);
			text again = text_copy(a, (text){b.at + at, n});
			buffer_add(&b, again);
			break;
		}
		}
	}
	return buffer_text(&b);
}

static void ask_spoilt(desk *d, arena *a, random_state *r)
{
	int64_t which = random_below(r, (int64_t)(sizeof good / sizeof *good));
	text method = text_of(good[which].method), target = text_of(good[which].target),
	     body = text_of(good[which].body);
	bool in_body = body.len > 0 && random_below(r, 3) > 0;
	if (in_body)
		body = spoilt(a, r, body);
	else
		target = spoilt(a, r, target);
	const http_header headers[] = {{TEXT("X-Limen-Actor"), TEXT("Device/test")},
				       {TEXT("Content-Type"), TEXT("application/fhir+json")},
				       {TEXT("If-None-Match"), in_body ? (text){0} : spoilt(a, r, TEXT("W/\"1\""))}};
	const http_request q = {
	    .arena = a, .method = method, .target = target, .headers = headers, .header_count = 3, .body = body};
	http_response p;
	http_handle(&d->app, &q, &p);
	bool fine = p.status >= 200 && (p.status < 500 || p.status == 501);
	if (p.status >= 400) fine &= text_find(p.body, TEXT("\"OperationOutcome\"")) > 0;
	if (!fine)
		fail_msg("%.*s %.*s\n%.*s\n=> %d %.*s", TEXT_ARG(method), TEXT_ARG(target), TEXT_ARG(body), p.status,
			 TEXT_ARG(p.body));
}

TEST(noise)
{
	desk *d = desk_open();
	arena *a = arena_new(REQUEST_ARENA_MAX);
	const char *given = getenv("LIMEN_SEED");
	int64_t seed = 20261120;
	if (given && !text_to_int(text_of(given), &seed)) fail_msg("LIMEN_SEED is no number");
	printf("seed %lld\n", (long long)seed);
	random_state r = random_seed((uint64_t)seed);
	for (int i = 0; i < REQUESTS; i++) {
		arena_reset(a);
		ask_spoilt(d, a, &r);
	}
	check_report report;
	issues sink = {.arena = a};
	assert_true(record_check(d->app.record, a, &report, &sink));
	assert_int_equal(report.broken_digests + report.broken_index + report.broken_derived, 0);
	arena_free(a);
	desk_close(d);
}

TESTS(T(noise))
