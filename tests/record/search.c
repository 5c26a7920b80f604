/* Search: every kind of parameter, modifiers, prefixes, AND and OR, order, paging while others write, inclusion, refusals. */
#include "fixture.h"

typedef struct expectation {
	const char *type, *query, *ids;
} expectation;

static void expect(record *r, const expectation *rows, int count)
{
	for (int i = 0; i < count; i++) {
		arena *a = arena_new(64 * MIB);
		text got = search_ids(r, a, rows[i].type, rows[i].query);
		if (!text_equal(got, text_of(rows[i].ids)))
			print_error("%s?%s: expected \"%s\", got \"%.*s\"\n", rows[i].type, rows[i].query, rows[i].ids,
				    TEXT_ARG(got));
		assert_true(text_equal(got, text_of(rows[i].ids)));
		arena_free(a);
	}
}
#define EXPECT(r, ...)                                                                                                 \
	do {                                                                                                           \
		const expectation rows[] = {__VA_ARGS__};                                                              \
		expect((r), rows, (int)(sizeof rows / sizeof *rows));                                                  \
	} while (0)

static record *people(arena *a)
{
	record *r = open_record(a);
	put(r, a, "Patient", "a",
	    "'identifier':[{'system':'urn:oid:1.2.208.176.1.2','value':'6103701111'}],'name':[{'family':'Møller','"
	    "given':['Bo','Erik']}],"
	    "'gender':'male','birthDate':'1970-03-01','telecom':[{'system':'phone','value':'12345678'}],'active':true");
	put(r, a, "Patient", "b",
	    "'identifier':[{'system':'urn:x','value':'6103701111'}],'name':[{'family':'Aaberg','given':['Åse']}],'"
	    "gender':'female',"
	    "'birthDate':'1970-03','address':[{'city':'Aarhus C'}],'active':false");
	put(r, a, "Patient", "c",
	    "'name':[{'family':'Zander'},{'family':'Ærø'}],'birthDate':'1985','meta':{'tag':[{'system':'urn:t','code':'"
	    "demo'}]}");
	put(r, a, "Patient", "d", "'name':[{'family':'andersen'}],'identifier':[{'value':'17'}]");
	drop(r, a, "Patient", "d");
	return r;
}

TEST(tokens)
{
	arena *a = test_arena();
	record *r = people(a);
	EXPECT(r, {"Patient", "identifier=6103701111", "a b"}, {"Patient", "identifier=urn:x|6103701111", "b"},
	       {"Patient", "identifier=urn:y|6103701111", ""}, {"Patient", "identifier=|6103701111", ""},
	       {"Patient", "identifier=urn:x|", "b"}, {"Patient", "gender=male,female", "a b"},
	       {"Patient", "gender:not=male", "b c"}, {"Patient", "gender:missing=true", "c"},
	       {"Patient", "gender:missing=false", "a b"}, {"Patient", "active=true", "a"},
	       {"Patient", "phone=12345678", "a"}, {"Patient", "_tag=urn:t|demo", "c"},
	       {"Patient", "_id=a,c,d,x", "a c"}, {"Patient", "gender=male&identifier=6103701111", "a"},
	       {"Patient", "gender=male&gender=female", ""}, {"Patient", "deceased=false", "a b c"});
	record_close(r);
}

TEST(strings)
{
	arena *a = test_arena();
	record *r = people(a);
	EXPECT(r, {"Patient", "family=møl", "a"}, {"Patient", "family=MØLLER", "a"}, {"Patient", "family=moller", ""},
	       {"Patient", "name=erik", "a"}, {"Patient", "family=åb", "b"}, {"Patient", "family=aab", "b"},
	       {"Patient", "family:exact=Møller", "a"}, {"Patient", "family:exact=møller", ""},
	       {"Patient", "family:contains=ande", "c"}, {"Patient", "given=ase", ""}, {"Patient", "given=Aase", "b"},
	       {"Patient", "address-city=århus", "b"}, {"Patient", "family=møl,zan", "a c"},
	       {"Patient", "address=aarhus%20c", "b"});
	record_close(r);
}

TEST(dates)
{
	arena *a = test_arena();
	record *r = people(a);
	EXPECT(r, {"Patient", "birthdate=1970-03-01", "a"}, {"Patient", "birthdate=1970-03", "a b"},
	       {"Patient", "birthdate=1970", "a b"}, {"Patient", "birthdate=ne1970", "c"},
	       {"Patient", "birthdate=gt1970-03-01", "b c"}, {"Patient", "birthdate=ge1970-03-01", "a b c"},
	       {"Patient", "birthdate=lt1970-03-02", "a b"}, {"Patient", "birthdate=le1970-03-01", "a"},
	       {"Patient", "birthdate=sa1970-03", "c"}, {"Patient", "birthdate=eb1971", "a b"},
	       {"Patient", "birthdate=ge1980&birthdate=lt1990", "c"}, {"Patient", "birthdate:missing=true", ""});
	put(r, a, "Encounter", "e1",
	    "'status':'finished','class':{'code':'AMB'},'period':{'start':'2026-03-01T08:00:00+01:00','end':'2026-03-"
	    "01T09:00:00+01:00'}");
	put(r, a, "Encounter", "e2", "'status':'in-progress','class':{'code':'IMP'},'period':{'start':'2025-01-01'}");
	put(r, a, "Encounter", "e3",
	    "'status':'finished','class':{'code':'IMP'},'period':{'start':'2024-01-01','end':'2025-06-30'}");
	EXPECT(r, {"Encounter", "date=ge2026-01-01", "e1 e2"}, {"Encounter", "date=gt2025-06-30", "e1 e2"},
	       {"Encounter", "date=2026-03-01", "e1"}, {"Encounter", "date=lt2025-01-01", "e3"},
	       {"Encounter", "date=le2025-01-01", "e3"}, {"Encounter", "date=ge2025-06-30", "e1 e2"},
	       {"Encounter", "date=sa2025-12-31", "e1"}, {"Encounter", "_sort=date", "e3 e2 e1"},
	       {"Encounter", "_sort=-date", "e1 e2 e3"});
	record_close(r);
}

TEST(references)
{
	arena *a = test_arena();
	record *r = people(a);
	put(r, a, "Task", "t1",
	    "'status':'requested','intent':'order','for':{'reference':'Patient/"
	    "a'},'focus':{'reference':'ServiceRequest/s'}");
	put(r, a, "Task", "t2",
	    "'status':'completed','intent':'order','for':{'reference':'http://limen.test/fhir/Patient/a/_history/1'}");
	put(r, a, "Task", "t3",
	    "'status':'requested','intent':'order','for':{'reference':'Patient/"
	    "later'},'owner':{'identifier':{'system':'urn:p','value':'9'}}");
	put(r, a, "Task", "t4",
	    "'status':'requested','intent':'order','for':{'reference':'http://elsewhere.test/Patient/a'}");
	EXPECT(r, {"Task", "patient=Patient/a", "t1 t2"}, {"Task", "patient=a", "t1 t2"},
	       {"Task", "patient=http://limen.test/fhir/Patient/a", "t1 t2"}, {"Task", "subject:Patient=a", "t1 t2"},
	       {"Task", "patient=http://elsewhere.test/Patient/a", "t4"}, {"Task", "patient=later", "t3"},
	       {"Task", "owner:identifier=urn:p|9", "t3"}, {"Task", "owner:missing=false", "t3"},
	       {"Task", "focus=ServiceRequest/s", "t1"}, {"Task", "subject=s", ""},
	       {"Task", "patient=a&_include=Task:patient", "t1 t2 [a]"},
	       {"Patient", "_id=a&_revinclude=Task:patient", "a [t1] [t2]"},
	       {"Patient", "_revinclude=Task:patient:Group&_id=a", "a"});
	put(r, a, "Patient", "later", "'gender':'female'");
	EXPECT(r, {"Task", "patient=later&_include=Task:patient", "t3 [later]"},
	       {"Patient", "gender=female", "b later"});
	check_clean(r, a);
	record_close(r);
}

TEST(numbers_and_uris)
{
	arena *a = test_arena();
	record *r = open_record(a);
	put(r, a, "Observation", "o1",
	    "'status':'final','code':{'text':'x'},'valueQuantity':{'value':5.40,'system':'http://"
	    "unitsofmeasure.org','code':'mg'}");
	put(r, a, "Observation", "o2", "'status':'final','code':{'text':'x'},'valueQuantity':{'value':-12,'unit':'C'}");
	put(r, a, "Observation", "o3",
	    "'status':'final','code':{'text':'x'},'valueQuantity':{'value':100,'system':'http://"
	    "unitsofmeasure.org','code':'mg'}");
	EXPECT(r, {"Observation", "value-quantity=5.4", "o1"},
	       {"Observation", "value-quantity=5.4|http://unitsofmeasure.org|mg", "o1"},
	       {"Observation", "value-quantity=5.4||mg", "o1"}, {"Observation", "value-quantity=5.4||kg", ""},
	       {"Observation", "value-quantity=lt0", "o2"}, {"Observation", "value-quantity=gt5.4", "o3"},
	       {"Observation", "value-quantity=ge5.4", "o1 o3"}, {"Observation", "value-quantity=5", "o1"},
	       {"Observation", "value-quantity=99.6", ""}, {"Observation", "value-quantity=ap95", "o3"},
	       {"Observation", "_sort=value-quantity", "o2 o1 o3"}, {"Observation", "value-quantity=ne100", "o1 o2"},
	       {"Observation", "value-quantity=le-12.0", "o2"});
	put(r, a, "Observation", "o4",
	    "'status':'final','code':{'text':'x'},'valueQuantity':{'value':0.1,'system':'http://"
	    "unitsofmeasure.org','code':'g'}");
	put(r, a, "Observation", "o5",
	    "'status':'final','code':{'text':'x'},'valueQuantity':{'value':-7,'unit':'milligram','system':'http://"
	    "unitsofmeasure.org','code':'mg'}");
	put(r, a, "Observation", "o6",
	    "'status':'final','code':{'text':'x'},'valueQuantity':{'value':3,'comparator':'>','system':'http://"
	    "unitsofmeasure.org','code':'mg'}");
	EXPECT(r, {"Observation", "value-quantity=100|http://unitsofmeasure.org|mg", "o3 o4"},
	       {"Observation", "value-quantity=0.1|http://unitsofmeasure.org|g", "o3 o4"},
	       {"Observation", "value-quantity=lt0|http://unitsofmeasure.org|g", "o5"},
	       {"Observation", "value-quantity=gt50|http://unitsofmeasure.org|mg", "o3 o4 o6"},
	       {"Observation", "value-quantity=sa2|http://unitsofmeasure.org|mg", "o1 o3 o4 o6"},
	       {"Observation",
		"value-quantity=ge1|http://unitsofmeasure.org|mg&value-quantity=lt50|http://"
		"unitsofmeasure.org|mg",
		"o1 o6"},
	       {"Observation", "value-quantity=1e2", "o3"}, {"Observation", "value-quantity=1e1", "o1"},
	       {"Observation", "value-quantity=1.0e1", ""}, {"Observation", "value-quantity=-7||milligram", "o5"},
	       {"Observation", "value-quantity=-7||mg", "o5"});
	put(r, a, "ValueSet", "v1", "'status':'active','url':'http://x.test/vs/one'");
	put(r, a, "ValueSet", "v2", "'status':'active','url':'http://x.test/vs/one/two'");
	EXPECT(r, {"ValueSet", "url=http://x.test/vs/one", "v1"},
	       {"ValueSet", "url:below=http://x.test/vs/one", "v1 v2"}, {"ValueSet", "_sort=-url", "v2 v1"});
	check_clean(r, a);
	record_close(r);
}

static record *ward(arena *a)
{
	record *r = people(a);
	put(r, a, "Organization", "region", "'name':'Region Prøve','active':true");
	put(r, a, "Organization", "hospital", "'name':'Prøvehospitalet','partOf':{'reference':'Organization/region'}");
	put(r, a, "Location", "house",
	    "'name':'Hus A','position':{'latitude':56.1629,'longitude':10.2039},'managingOrganization':{'reference':"
	    "'Organization/hospital'}");
	put(r, a, "Location", "room", "'name':'Stue 4','partOf':{'reference':'Location/house'}");
	put(r, a, "Location", "far", "'name':'Hus B','position':{'latitude':55.6761,'longitude':12.5683}");
	put(r, a, "Patient", "e",
	    "'managingOrganization':{'reference':'Organization/hospital'},'identifier':[{'type':{'coding':[{'system':'"
	    "urn:type','code':'MR'}],'text':'Journalnummer'},'system':'urn:mr','value':'77'},{'type':{'coding':[{"
	    "'system':'urn:type','code':'CPR'}]},'value':'88'}]");
	put(r, a, "Encounter", "v1",
	    "'status':'finished','class':{'system':'urn:class','code':'IMP'},'subject':{'reference':'Patient/e'},"
	    "'location':[{'location':{'reference':'Location/room'}}],'serviceProvider':{'reference':'Organization/"
	    "hospital'}");
	put(r, a, "Encounter", "v2",
	    "'status':'planned','class':{'system':'urn:class','code':'AMB'},'subject':{'reference':'Patient/"
	    "a/_history/1'},'location':[{'location':{'reference':'Location/house'}}]");
	put(r, a, "Observation", "bp",
	    "'status':'final','code':{'coding':[{'system':'l','code':'85354-9','display':'Blodtryk, systolisk og "
	    "diastolisk'}],'text':'BT'},'subject':{'reference':'Patient/e'},'encounter':{'reference':'Encounter/v1'},"
	    "'text':{'status':'generated','div':'<div xmlns=\\'http://www.w3.org/1999/xhtml\\'>Blodtryk målt "
	    "<b>siddende</b> &amp; liggende</div>'},"
	    "'component':[{'code':{'coding':[{'system':'l','code':'sys'}]},'valueQuantity':{'value':150}},"
	    "{'code':{'coding':[{'system':'l','code':'dia'}]},'valueQuantity':{'value':90}}]");
	put(r, a, "List", "l",
	    "'status':'current','mode':'changes','entry':[{'item':{'reference':'Patient/a'}},{'item':{'reference':"
	    "'Patient/e'}},{'deleted':true,'item':{'reference':'Patient/b'}},{'item':{'reference':'Encounter/v1'}}]");
	return r;
}

TEST(chains)
{
	arena *a = test_arena();
	record *r = ward(a);
	EXPECT(r, {"Encounter", "subject:Patient.gender=male", "v2"},
	       {"Encounter", "patient.organization.name=prøve", "v1"},
	       {"Encounter", "subject:Patient.organization:Organization.partof.name=region", "v1"},
	       {"Encounter", "location.name=hus", "v2"}, {"Encounter", "subject.name=møl,x", "v2"},
	       {"Encounter", "subject:Patient.identifier:of-type=urn:type|MR|77", "v1"},
	       {"Encounter", "subject:Patient.gender:missing=true", "v1"},
	       {"Encounter", "subject:Patient.gender=male&class=IMP", ""},
	       {"Observation", "encounter.location.partof=Location/house", "bp"},
	       {"Patient", "_has:Encounter:patient:class=IMP", "e"},
	       {"Patient", "_has:Encounter:patient:status=finished,planned", "a e"},
	       {"Patient", "_has:Encounter:patient:_has:Observation:encounter:code=85354-9", "e"},
	       {"Patient", "_has:Encounter:subject:location.partof=house", "e"},
	       {"Organization", "_has:Patient:organization:_id=e", "hospital"},
	       {"Encounter", "subject._has:List:item:_id=l", "v1 v2"}, {"Patient", "_list=l", "a e"},
	       {"Encounter", "_list=List/l", "v1"}, {"Patient", "_list=nowhere", ""});
	record_close(r);
}

TEST(modifiers)
{
	arena *a = test_arena();
	record *r = ward(a);
	EXPECT(r, {"Observation", "code:text=blodtryk", "bp"}, {"Observation", "code:text=diastolisk", "bp"},
	       {"Observation", "code:text=tryk", ""}, {"Observation", "code:text=bt", "bp"},
	       {"Patient", "identifier:of-type=urn:type|MR|77", "e"},
	       {"Patient", "identifier:of-type=urn:type|CPR|77", ""}, {"Patient", "identifier:text=journal", "e"},
	       {"Encounter", "location:below=Location/house", "v1 v2"},
	       {"Encounter", "location:above=Location/room", "v1 v2"},
	       {"Encounter", "location:below=Location/room", "v1"}, {"Encounter", "subject=Patient/a", "v2"},
	       {"Encounter", "subject=Patient/a/_history/1", "v2"}, {"Encounter", "subject=Patient/a/_history/2", ""},
	       {"Patient", "gender=http://hl7.org/fhir/administrative-gender|female", "b"},
	       {"Patient", "gender=http://hl7.org/fhir/other|female", ""}, {"Patient", "gender=|female", "b"},
	       {"Patient", "active=http://hl7.org/fhir/special-values|true", "a"},
	       {"Patient", "gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", "a b"},
	       {"Patient", "gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender", "c e"},
	       {"Observation", "_text=siddende", "bp"}, {"Observation", "_text=blodtryk%20liggende", "bp"},
	       {"Observation", "_text=div", ""}, {"Observation", "_content=85354", "bp"},
	       {"Location", "near=56.15|10.21|5|km", "house"}, {"Location", "near=56.15|10.21|500|km", "far house"},
	       {"Location", "near=56.15|10.21|200|m", ""});
	put(r, a, "ValueSet", "own",
	    "'status':'active','url':'http://x.test/"
	    "own','compose':{'include':[{'system':'l','concept':[{'code':'85354-9'}]"
	    "}]}");
	EXPECT(r, {"Observation", "code:in=http://x.test/own", "bp"}, {"Observation", "code:in=ValueSet/own", "bp"},
	       {"Observation", "code:not-in=http://x.test/own", ""});
	put(r, a, "ValueSet", "u1", "'status':'active','url':'http://x.test'");
	EXPECT(r, {"ValueSet", "url:above=http://x.test/own/it", "own u1"},
	       {"ValueSet", "url:above=http://x.testing/own", ""});
	record_close(r);
}

TEST(composites)
{
	arena *a = test_arena();
	record *r = ward(a);
	put(r, a, "Observation", "w",
	    "'status':'final','code':{'coding':[{'system':'l','code':'w'}]},'valueQuantity':{'value':80},"
	    "'effectiveDateTime':'2026-03-01'");
	EXPECT(r, {"Observation", "component-code-value-quantity=sys$150", "bp"},
	       {"Observation", "component-code-value-quantity=sys$90", ""},
	       {"Observation", "component-code-value-quantity=l|dia$lt100", "bp"},
	       {"Observation", "component-code-value-quantity=sys$gt140,dia$gt100", "bp"},
	       {"Observation", "combo-code-value-quantity=w$80", "w"},
	       {"Observation", "code-value-quantity=w$gt80", ""}, {"Observation", "code-value-quantity=w$ge80", "w"});
	assert_int_equal(search_failure(r, a, "Observation", "code-value-quantity=w"), FAIL_SEARCH_VALUE);
	assert_int_equal(search_failure(r, a, "Observation", "code-value-quantity=w$80$1"), FAIL_SEARCH_VALUE);
	record_close(r);
}

TEST(inclusion)
{
	arena *a = test_arena();
	record *r = ward(a);
	EXPECT(r, {"Encounter", "class=IMP&_include=Encounter:location", "v1 [room]"},
	       {"Encounter", "class=IMP&_include=Encounter:location&_include=Location:partof", "v1 [room]"},
	       {"Encounter", "class=IMP&_include=Encounter:location&_include:iterate=Location:partof",
		"v1 [room] [house]"},
	       {"Encounter",
		"class=IMP&_include=Encounter:location&_include:iterate=Location:partof&_include:iterate=Location:"
		"organization&_include:iterate=Organization:partof",
		"v1 [room] [house] [hospital] [region]"},
	       {"Encounter", "class=IMP&_include=Encounter:*", "v1 [room] [e] [hospital]"},
	       {"Encounter", "class=IMP&_include=Encounter:*:Patient", "v1 [e]"},
	       {"Patient", "_id=e&_revinclude=Encounter:*&_revinclude:iterate=Observation:encounter", "e [v1] [bp]"});
	record_close(r);
}

TEST(order)
{
	arena *a = test_arena();
	record *r = people(a);
	put(r, a, "Patient", "a",
	    "'gender':'male','name':[{'family':'Møller'}],'birthDate':'1970-03-01'"); /* now the newest */
	EXPECT(r, {"Patient", "", "a b c"}, {"Patient", "_sort=family", "a c b"}, {"Patient", "_sort=-family", "b c a"},
	       {"Patient", "_sort=-_id", "c b a"}, {"Patient", "_sort=_lastUpdated", "b c a"},
	       {"Patient", "_sort=-_lastUpdated", "a c b"}, {"Patient", "_sort=gender", "b a c"},
	       {"Patient", "_sort=-gender", "a b c"}, {"Patient", "_sort=-gender,_id", "a b c"},
	       {"Patient", "_sort=birthdate,-_id", "b a c"},
	       {"Patient", "gender:missing=false&_sort=-birthdate", "b a"});
	record_close(r);
}

/* Walks all pages with `per` a page; between pages somebody else writes. */
static text walk_pages(record *r, arena *a, const char *query, int per, bool disturb)
{
	buffer all = {.arena = a};
	char first[512];
	snprintf(first, sizeof first, "%s%s_count=%d", query, *query ? "&" : "", per);
	const char *next = first;
	for (int page = 0; next && page < 100; page++) {
		issues sink = {.arena = a};
		search_answer out;
		if (!try_search(r, a, &anna, "Task", next, false, &out, &sink)) show(&sink);
		text ids = ids_of(a, &out);
		if (all.len && ids.len) buffer_char(&all, ' ');
		buffer_add(&all, ids);
		next = out.next.len ? text_z(a, out.next) : NULL;
		if (disturb && page < 5)
			put(r, a, "Task", "t00",
			    text_z(a, text_format(a, "'status':'requested','intent':'order','authoredOn':'2026-01-0%d'",
						  page + 1)));
	}
	return buffer_text(&all);
}

TEST(pages)
{
	arena *a = test_arena();
	record *r = open_record(a);
	for (int i = 0; i < 25; i++) {
		text id = text_format(a, "t%02d", i);
		text more = i % 5 == 4
				? TEXT("'status':'requested','intent':'order'")
				: text_format(a, "'status':'requested','intent':'order','authoredOn':'2026-02-%02d'",
					      1 + i / 2);
		put(r, a, "Task", text_z(a, id), text_z(a, more));
	}
	static const char *const queries[] = {"",
					      "status=requested",
					      "_sort=authored-on",
					      "_sort=-authored-on",
					      "status=requested&_sort=authored-on",
					      "_sort=_lastUpdated",
					      "_sort=-_id",
					      "_sort=-status,-authored-on",
					      "_sort=authored-on,-_lastUpdated"};
	for (int i = 0; i < 9; i++) {
		text whole = walk_pages(r, a, queries[i], 100, false);
		assert_int_equal(whole.len, 25 * 4 - 1);
		assert_text(walk_pages(r, a, queries[i], 1, false), whole);
		assert_text(walk_pages(r, a, queries[i], 7, false), whole);
	}
	/* t00 is first by date and is re-written between pages: nobody else moves, nobody is lost. */
	text whole = walk_pages(r, a, "_sort=authored-on", 100, false);
	assert_text(walk_pages(r, a, "_sort=authored-on", 4, true), whole);
	record_close(r);
}

TEST(several_values_sort_once)
{
	arena *a = test_arena();
	record *r = open_record(a);
	put(r, a, "Patient", "a", "'name':[{'family':'Ø'},{'family':'B'},{'family':'M'}]");
	put(r, a, "Patient", "b", "'name':[{'family':'C'},{'family':'Å'}]");
	EXPECT(r, {"Patient", "_sort=family", "a b"}, {"Patient", "_sort=-family", "b a"});
	put(r, a, "Patient", "a", "'name':[{'family':'Ø'},{'family':'M'}]");
	EXPECT(r, {"Patient", "_sort=family", "b a"});
	check_clean(r, a);
	record_close(r);
}

TEST(counting)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = people(a);
	search_answer out;
	assert_true(try_search(r, a, &anna, "Patient", "_summary=count", false, &out, &sink));
	assert_int_equal(out.total, 3);
	assert_int_equal(out.count, 0);
	assert_true(try_search(r, a, &anna, "Patient", "gender=male&_total=accurate&_count=1", false, &out, &sink));
	assert_int_equal(out.total, 1);
	assert_int_equal(out.next.len, 0);
	assert_text(out.self, TEXT("gender=male&_total=accurate&_count=1"));
	assert_true(try_search(r, a, &anna, "Patient", "_count=0", false, &out, &sink));
	assert_int_equal(out.total, 3);
	assert_true(try_search(r, a, &anna, "Appointment", "_total=accurate", false, &out, &sink));
	assert_int_equal(out.total, 0);
	record_close(r);
}

TEST(last_updated)
{
	arena *a = test_arena();
	world w = world_simulated(SECONDS(1800000000), 3);
	record *r = open_record_at(a, ":memory:", &w);
	put(r, a, "Patient", "a", "");
	world_set(&w, SECONDS(1800000060));
	put(r, a, "Patient", "b", "");
	world_set(&w, SECONDS(1800000120));
	put(r, a, "Patient", "c", "");
	put(r, a, "Patient", "a", "'active':true");
	/* 1800000060 is 2027-01-15T08:01:00Z */
	EXPECT(r, {"Patient", "_lastUpdated=lt2027-01-15T08:02:00Z", "b"},
	       {"Patient", "_lastUpdated=ge2027-01-15T08:02:00Z", "a c"},
	       {"Patient", "_lastUpdated=gt2027-01-15T08:01:00Z&_sort=_lastUpdated", "c a"},
	       {"Patient", "_lastUpdated=2027-01-15", "a b c"},
	       {"Patient", "_lastUpdated=ne2027-01-15T08:01:00Z", "a c"});
	record_close(r);
}

TEST(refusals)
{
	arena *a = test_arena();
	issues sink = {.arena = a};
	record *r = people(a);
	static const struct {
		const char *query;
		failure code;
	} rows[] = {
	    {"colour=red", FAIL_SEARCH_PARAMETER},
	    {"gender:exact=x", FAIL_SEARCH_MODIFIER},
	    {"family:below=x", FAIL_SEARCH_MODIFIER},
	    {"family:text=x", FAIL_SEARCH_MODIFIER},
	    {"birthdate:not=1970", FAIL_SEARCH_MODIFIER},
	    {"_id:missing=true", FAIL_SEARCH_MODIFIER},
	    {"identifier:of-type=a|b", FAIL_SEARCH_VALUE},
	    {"gender:in=http://nowhere.test/vs", FAIL_SEARCH_VALUE_SET},
	    {"gender:in=ValueSet/nowhere", FAIL_SEARCH_VALUE_SET},
	    {"birthdate=1970-13", FAIL_SEARCH_VALUE},
	    {"birthdate=ap", FAIL_SEARCH_VALUE},
	    {"general-practitioner.colour=x", FAIL_SEARCH_PARAMETER},
	    {"general-practitioner:Colour.name=x", FAIL_RECORD_TYPE},
	    {"name.family=x", FAIL_SEARCH_MODIFIER},
	    {"_has:Task:patient=x", FAIL_SEARCH_VALUE},
	    {"_has:Task:colour:status=x", FAIL_SEARCH_PARAMETER},
	    {"_has:Task:status:code=x", FAIL_SEARCH_MODIFIER},
	    {"_has:Colour:x:y=z", FAIL_RECORD_TYPE},
	    {"_filter=name eq x", FAIL_SEARCH_UNSUPPORTED},
	    {"_query=x", FAIL_SEARCH_UNSUPPORTED},
	    {"_contained=true", FAIL_SEARCH_UNSUPPORTED},
	    {"_list=$current-problems", FAIL_SEARCH_UNSUPPORTED},
	    {"_text=a OR b", FAIL_SEARCH_VALUE},
	    {"_sort=link", FAIL_SEARCH_SORT},
	    {"_sort=colour", FAIL_SEARCH_SORT},
	    {"_sort=a,b,c", FAIL_SEARCH_SORT},
	    {"_count=-1", FAIL_SEARCH_VALUE},
	    {"_page=zzz", FAIL_SEARCH_PAGE},
	    {"_sort=family&_page=xi1.", FAIL_SEARCH_PAGE},
	    {"_include=Patient", FAIL_SEARCH_VALUE},
	    {"_include=Patient:colour", FAIL_SEARCH_PARAMETER},
	    {"_include=Colour:x", FAIL_RECORD_TYPE},
	    {"gender:missing=maybe", FAIL_SEARCH_VALUE},
	    {"gender=", FAIL_SEARCH_EMPTY},
	    {"_total=some", FAIL_SEARCH_VALUE},
	    {"_summary=some", FAIL_SEARCH_VALUE},
	    {"_elements=", FAIL_SEARCH_VALUE},
	    {"_include:often=Patient:link", FAIL_SEARCH_MODIFIER},
	    {"_include=Patient:name", FAIL_SEARCH_VALUE},
	    {"gender:Patient=x", FAIL_SEARCH_MODIFIER},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		failure got = search_failure(r, a, "Patient", rows[i].query);
		if (got != rows[i].code)
			print_error("%s: %s\n", rows[i].query, got == FAILURE_COUNT ? "accepted" : failure_name(got));
		assert_int_equal(got, rows[i].code);
	}
	assert_int_equal(search_failure(r, a, "Colour", ""), FAIL_RECORD_TYPE);
	assert_int_equal(search_failure(r, a, "Resource", ""), FAIL_RECORD_TYPE);
	put(r, a, "Task", "t", "'status':'requested','intent':'order','owner':{'reference':'Practitioner/x'}");
	put(r, a, "Task", "u", "'status':'requested','intent':'order','owner':{'reference':'Organization/x'}");
	assert_int_equal(search_failure(r, a, "Task", "owner=x"), FAIL_SEARCH_AMBIGUOUS);
	search_answer out;
	assert_true(try_search(r, a, &anna, "Patient", "colour=red&gender=male", true, &out, &sink));
	assert_text(ids_of(a, &out), TEXT("a"));
	assert_int_equal(sink.count, 1);
	assert_int_equal(sink.errors, 0);
	assert_text(out.self, TEXT("gender=male"));
	record_close(r);
}

/* A place that a client made up must be refused or give a page, never more. */
TEST(made_up_pages)
{
	arena *a = test_arena();
	record *r = people(a);
	random_state random = random_seed(5);
	static const char *const queries[] = {
	    "", "gender=male", "_sort=family", "_sort=birthdate", "_sort=_lastUpdated", "_sort=gender,family"};
	static const char letters[] = "riuxnmitb0123456789abcdef.-";
	for (int i = 0; i < 2000; i++) {
		arena *scratch = arena_new(16 * MIB);
		buffer b = {.arena = scratch};
		buffer_format(&b, "%s&_page=", queries[random_below(&random, 6)]);
		int64_t n = random_below(&random, 20);
		for (int64_t k = 0; k < n; k++)
			buffer_char(&b, letters[random_below(&random, (int64_t)sizeof letters - 1)]);
		failure got = search_failure(r, scratch, "Patient", text_z(scratch, buffer_text(&b)));
		assert_true(got == FAILURE_COUNT || got == FAIL_SEARCH_PAGE || got == FAIL_SEARCH_PARAMETER);
		arena_free(scratch);
	}
	record_close(r);
}

TESTS(T(tokens), T(strings), T(dates), T(references), T(numbers_and_uris), T(chains), T(modifiers), T(composites),
      T(inclusion), T(order), T(pages), T(several_values_sort_once), T(counting), T(last_updated), T(refusals),
      T(made_up_pages))
