/* A request that spends its memory is left at its boundary and answered; nothing is held on to. The sweep gives the same request a
 * budget that grows step by step, so that it is left at every place there is; after each the department still answers. */
#include "desk.h"

static desk *the_desk;
static const char *const body_small =
    "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
    "{\"fullUrl\":\"urn:uuid:6a9b4c1e-0000-4000-8000-000000000001\",\"resource\":{\"resourceType\":\"Patient\","
    "\"name\":[{\"family\":\"Budget\"}]},"
    "\"request\":{\"method\":\"POST\",\"url\":\"Patient\",\"ifNoneExist\":\"family=budget\"}},"
    "{\"resource\":{\"resourceType\":\"ServiceRequest\",\"id\":\"b\",\"status\":\"active\",\"intent\":\"order\","
    "\"authoredOn\":\"2026-11-19\","
    "\"category\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"3457005\"}]}],"
    "\"subject\":{\"reference\":\"urn:uuid:6a9b4c1e-0000-4000-8000-000000000001\"}},\"request\":{\"method\":\"PUT\","
    "\"url\":\"ServiceRequest/b\"}},"
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient?_count=20\"}}]}";

static int status_with(int64_t budget, const char *method, const char *target, const char *body)
{
	arena *a = arena_new(budget);
	static const http_header headers[] = {{{"X-Limen-Actor", 13}, {"Device/test", 11}},
					      {{"Content-Type", 12}, {"application/fhir+json", 21}},
					      {{"Accept-Encoding", 15}, {"gzip", 4}}};
	const http_request q = {.arena = a,
				.method = text_of(method),
				.target = text_of(target),
				.headers = headers,
				.header_count = 3,
				.body = text_of(body)};
	http_response p;
	http_handle(&the_desk->app, &q, &p);
	int status = p.status;
	assert_true(p.body.len > 0);
	arena_free(a);
	return status;
}

static void sweep(const char *method, const char *target, const char *body, int good)
{
	int refused = 0, answered = 0;
	for (int64_t budget = 2 * KIB; answered < 3 && budget < 512 * MIB; budget += budget / 30 + 32) {
		int status = status_with(budget, method, target, body);
		if (status == 413)
			refused++;
		else if (status == good)
			answered++;
		else
			fail_msg("%s %s with %lld bytes: status %d", method, target, (long long)budget, status);
	}
	assert_true(refused > 0);
	assert_int_equal(answered, 3);
	arena *a = test_arena();
	http_response p = http_call(&the_desk->app, a, &tester, "GET", TEXT("/fhir/Patient?_count=1"), (text){0});
	assert_int_equal(p.status, 200);
}

TEST(opening)
{
	arena *a = test_arena();
	the_desk = desk_open();
	for (int i = 0; i < 50; i++) {
		text target = text_format(a, "/fhir/Patient/p%d", i);
		text body = text_format(
		    a, "{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"name\":[{\"family\":\"Opdigtet\"}]}", i);
		http_response p = http_call(&the_desk->app, a, &tester, "PUT", target, body);
		assert_int_equal(p.status, 201);
	}
}

TEST(a_search)
{
	sweep("GET", "/fhir/Patient?family=opdigtet&_sort=_id&_count=50", "", 200);
}
TEST(a_read)
{
	sweep("GET", "/fhir/Patient/p1", "", 200);
}
TEST(the_capability_statement)
{
	sweep("GET", "/fhir/metadata", "", 200);
}
TEST(a_write)
{
	sweep("PUT", "/fhir/Patient/p1",
	      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true,\"name\":[{\"family\":\"Nu\"}]}", 200);
}
TEST(a_conditional_write)
{
	sweep("PUT", "/fhir/Patient?_id=p2",
	      "{\"resourceType\":\"Patient\",\"active\":true,\"name\":[{\"family\":\"Betinget\"}]}", 200);
}
TEST(a_patch)
{
	sweep("PATCH", "/fhir/Patient/p3",
	      "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\","
	      "\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":\"Patient.name.family\"},{\"name\":"
	      "\"value\","
	      "\"valueString\":\"Rettet\"}]}]}",
	      200);
}
TEST(a_history)
{
	sweep("GET", "/fhir/_history?_count=40", "", 200);
}
TEST(a_part)
{
	sweep("GET", "/fhir/Patient/p4?_summary=true", "", 200);
}
TEST(a_question)
{
	sweep("POST", "/fhir/Patient/p4/$validate", "{\"resourceType\":\"Patient\",\"id\":\"p4\"}", 200);
}
TEST(a_tag)
{
	sweep("POST", "/fhir/Patient/p5/$meta-add",
	      "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{\"code\":"
	      "\"a\"}]}}]"
	      "}",
	      200);
}
TEST(a_delete)
{
	sweep("POST", "/fhir/Patient/p6/$validate?mode=delete", "", 200);
}
TEST(a_transaction)
{
	sweep("POST", "/fhir", body_small, 200);
}
TEST(open_ends)
{
	sweep("GET", "/fhir/EpisodeOfCare/$open-ends", "", 200);
}
TEST(a_batch)
{
	sweep("POST", "/fhir",
	      "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":"
	      "\"Patient?_count=9\"}}]}",
	      200);
}

TEST(closing)
{
	desk_close(the_desk);
}

TESTS(T(opening), T(a_search), T(a_read), T(the_capability_statement), T(a_write), T(a_transaction),
      T(a_conditional_write), T(a_patch), T(a_history), T(a_part), T(a_question), T(a_tag), T(a_delete), T(open_ends),
      T(a_batch), T(closing))
