/* roster_inrc_xml.c: INRC-I's XML, read by libxml2: no entities of its own, nothing from elsewhere. */
#include "plan/roster_inrc.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

typedef bool node_function(inrc *q, const xmlNode *n);

static bool named(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && text_equal(text_of((const char *)n->name), text_of(name));
}

static const xmlNode *child(const xmlNode *n, const char *name)
{
	const xmlNode *c = n ? n->children : NULL;
	while (c && !named(c, name)) c = c->next;
	return c;
}

/* The text within; what comes of an element without any is the empty text. */
static text inside(inrc *q, const xmlNode *n)
{
	buffer b = {.arena = q->in->arena};
	for (const xmlNode *c = n ? n->children : NULL; c; c = c->next)
		if (c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE)
			buffer_add(&b, text_of((const char *)c->content));
	return text_trim(buffer_text(&b));
}

static text part(inrc *q, const xmlNode *n, const char *name)
{
	return inside(q, child(n, name));
}

static text attribute(inrc *q, const xmlNode *n, const char *name)
{
	for (const xmlAttr *a = n->properties; a; a = a->next)
		if (text_equal(text_of((const char *)a->name), text_of(name)))
			return inside(q, (const xmlNode *)(const void *)a);
	return TEXT("");
}

/* Every element of that name within, each on its line for what is wrong there. */
static bool each(inrc *q, const xmlNode *n, const char *name, node_function *read)
{
	for (const xmlNode *c = n ? n->children : NULL; c; c = c->next) {
		if (c->type != XML_ELEMENT_NODE) continue;
		q->in->line = c->line;
		if (!named(c, name))
			return reading_wrong(q->in, FAIL_ROSTER_WORD, text_of((const char *)c->name), text_of(name));
		if (!read(q, c)) return false;
	}
	return true;
}

static bool read_skill(inrc *q, const xmlNode *n)
{
	return inrc_name(q, &q->skills, inside(q, n), INRC_LISTS_MAX);
}

static bool skills_of(inrc *q, const xmlNode *n, uint64_t *out)
{
	for (const xmlNode *c = n ? n->children : NULL; c; c = c->next) {
		int skill;
		if (!named(c, "Skill")) continue;
		if (!reading_name(q->in, &q->skills, TEXT("skill"), inside(q, c), &skill)) return false;
		*out |= UINT64_C(1) << skill;
	}
	return true;
}

static bool read_shift(inrc *q, const xmlNode *n)
{
	uint64_t skills = 0;
	return skills_of(q, child(n, "Skills"), &skills) &&
	       inrc_shift(q, attribute(q, n, "ID"), part(q, n, "StartTime"), part(q, n, "EndTime"), skills);
}

static bool read_pattern(inrc *q, const xmlNode *n)
{
	int64_t weight;
	if (!inrc_name(q, &q->patterns, attribute(q, n, "ID"), INRC_LISTS_MAX)) return false;
	roster_pattern *p = &q->pattern[q->patterns.count - 1];
	p->id = q->patterns.at[q->patterns.count - 1];
	if (!reading_number(q->in, attribute(q, n, "weight"), 0, 100000, &weight)) return false;
	p->weight = (int32_t)weight;
	const xmlNode *entries = child(n, "PatternEntries");
	for (const xmlNode *c = entries ? entries->children : NULL; c; c = c->next) {
		if (!named(c, "PatternEntry")) continue;
		q->in->line = c->line;
		if (!inrc_pattern_day(q, p, part(q, c, "ShiftType"), part(q, c, "Day"))) return false;
	}
	return p->length > 0 || reading_wrong(q->in, FAIL_ROSTER_MISSING, TEXT("PatternEntry"), TEXT(""));
}

static const char *const rule_names[INRC_RULES] = {"SingleAssignmentPerDay",
						   "MaxNumAssignments",
						   "MinNumAssignments",
						   "MaxConsecutiveWorkingDays",
						   "MinConsecutiveWorkingDays",
						   "MaxConsecutiveFreeDays",
						   "MinConsecutiveFreeDays",
						   "MaxConsecutiveWorkingWeekends",
						   "MinConsecutiveWorkingWeekends",
						   "MaxWorkingWeekendsInFourWeeks",
						   "CompleteWeekends",
						   "IdenticalShiftTypesDuringWeekend",
						   "NoNightShiftBeforeFreeWeekend",
						   "TwoFreeDaysAfterNightShifts",
						   "AlternativeSkillCategory"};

/* <Max… on="1" weight="1">7</Max…>, or for what is or is not <Complete… weight="1">true</Complete…>. */
static bool read_rule(inrc *q, const xmlNode *n, inrc_limit *out)
{
	text value = inside(q, n), on = attribute(q, n, "on");
	bool yes = text_equal(value, TEXT("true"));
	q->in->line = n->line;
	out->weight = 1;
	if (attribute(q, n, "weight").len > 0 &&
	    !reading_number(q->in, attribute(q, n, "weight"), 0, 100000, &out->weight))
		return false;
	out->on = yes || (on.len == 0 ? !text_equal(value, TEXT("false")) : text_equal(on, TEXT("1")));
	if (yes || text_equal(value, TEXT("false"))) return true;
	return reading_number(q->in, value, 0, 10000, &out->value);
}

static bool read_contract(inrc *q, const xmlNode *n)
{
	if (!inrc_name(q, &q->contracts, attribute(q, n, "ID"), INRC_LISTS_MAX)) return false;
	inrc_contract *c = &q->contract[q->contracts.count - 1];
	for (int i = 0; i < INRC_RULES; i++) {
		const xmlNode *rule = child(n, rule_names[i]);
		if (rule && !read_rule(q, rule, &c->rules[i])) return false;
	}
	if (child(n, "WeekendDefinition") && !inrc_weekend(q, part(q, n, "WeekendDefinition"), &c->weekend))
		return false;
	const xmlNode *list = child(n, "UnwantedPatterns");
	for (const xmlNode *p = list ? list->children : NULL; p; p = p->next) {
		int pattern;
		if (!named(p, "Pattern")) continue;
		q->in->line = p->line;
		if (!reading_name(q->in, &q->patterns, TEXT("pattern"), inside(q, p), &pattern)) return false;
		c->patterns |= UINT64_C(1) << pattern;
	}
	return true;
}

static bool read_employee(inrc *q, const xmlNode *n)
{
	uint64_t skills = 0;
	return skills_of(q, child(n, "Skills"), &skills) &&
	       inrc_employee_add(q, attribute(q, n, "ID"), part(q, n, "Name"), part(q, n, "ContractID"), skills);
}

/* <DayOfWeekCover><Day>Monday</Day><Cover>…, <DateSpecificCover><Date>2010-01-01</Date><Cover>… */
static bool read_covers(inrc *q, const xmlNode *n)
{
	for (const xmlNode *c = n->children; c; c = c->next) {
		bool weekday = named(c, "DayOfWeekCover");
		if (!weekday && !named(c, "DateSpecificCover")) continue;
		for (const xmlNode *k = c->children; k; k = k->next) {
			if (!named(k, "Cover")) continue;
			q->in->line = k->line;
			text shift = part(q, k, "Shift"), need = part(q, k, "Preferred");
			bool fine = weekday ? inrc_cover_weekday(q, part(q, c, "Day"), shift, need)
					    : inrc_cover_date(q, part(q, c, "Date"), shift, need);
			if (!fine) return false;
		}
	}
	return true;
}

static bool read_wish(inrc *q, const xmlNode *n, bool on)
{
	return inrc_wish(q, part(q, n, "EmployeeID"), part(q, n, "Date"), part(q, n, "ShiftTypeID"),
			 attribute(q, n, "weight"), on);
}

static bool read_off(inrc *q, const xmlNode *n)
{
	return read_wish(q, n, false);
}

static bool read_on(inrc *q, const xmlNode *n)
{
	return read_wish(q, n, true);
}

static bool read_period(inrc *q, const xmlNode *root)
{
	q->in->line = root->line;
	return inrc_period(q, attribute(q, root, "ID"), part(q, root, "StartDate"), part(q, root, "EndDate")) &&
	       each(q, child(root, "Skills"), "Skill", read_skill) &&
	       each(q, child(root, "ShiftTypes"), "Shift", read_shift) &&
	       each(q, child(root, "Patterns"), "Pattern", read_pattern) &&
	       each(q, child(root, "Contracts"), "Contract", read_contract) &&
	       each(q, child(root, "Employees"), "Employee", read_employee) &&
	       (!child(root, "CoverRequirements") || read_covers(q, child(root, "CoverRequirements"))) &&
	       each(q, child(root, "DayOffRequests"), "DayOff", read_off) &&
	       each(q, child(root, "DayOnRequests"), "DayOn", read_on) &&
	       each(q, child(root, "ShiftOffRequests"), "ShiftOff", read_off) &&
	       each(q, child(root, "ShiftOnRequests"), "ShiftOn", read_on);
}

static void say_xml(reading *in)
{
	const xmlError *e = xmlGetLastError();
	text why = e && e->message ? text_trim(text_copy(in->arena, text_of(e->message))) : TEXT("?");
	in->line = e ? e->line : 0;
	reading_wrong(in, FAIL_ROSTER_XML, why, TEXT(""));
}

roster *inrc_xml_read(reading *in, text bytes)
{
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS;
	inrc *q = ARENA_NEW(in->arena, inrc);
	q->in = in;
	xmlResetLastError();
	xmlDoc *d = xmlReadMemory(bytes.at, (int)bytes.len, NULL, NULL, options);
	const xmlNode *root = d ? xmlDocGetRootElement(d) : NULL;
	roster *r = NULL;
	if (!d)
		say_xml(in);
	else if (d->intSubset || !root || !named(root, "SchedulingPeriod"))
		reading_wrong(in, FAIL_ROSTER_XML, TEXT("DTD, SchedulingPeriod"), TEXT(""));
	else if (read_period(q, root))
		r = inrc_roster(q);
	if (r) r->kind = ROSTER_INRC_XML;
	xmlFreeDoc(d);
	return r;
}
