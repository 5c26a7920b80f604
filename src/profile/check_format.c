/* The formats of R4's primitive types (hl7.org/fhir/R4/datatypes.html, section 2.24.0.1), one row each. */
#include "profile/internal.h"

enum { STRING_BYTES_MAX = 1024 * 1024, ID_BYTES_MAX = 64 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool any_text(text t)
{
	for (int64_t i = 0; i < t.len; i++)
		if ((unsigned char)t.at[i] < ' ' && !json_space(t.at[i])) return false;
	return t.len <= STRING_BYTES_MAX;
}

static bool id(text t)
{
	for (int64_t i = 0; i < t.len; i++)
		if (!is_letter(t.at[i]) && !is_digit(t.at[i]) && t.at[i] != '-' && t.at[i] != '.') return false;
	return t.len <= ID_BYTES_MAX;
}

/* Words with one white space between them. */
static bool code(text t)
{
	bool before = true;
	for (int64_t i = 0; i < t.len; i++) {
		bool space = json_space(t.at[i]);
		if ((space && before) || (!space && (unsigned char)t.at[i] < ' ')) return false;
		before = space;
	}
	return !before;
}

static bool uri(text t)
{
	for (int64_t i = 0; i < t.len; i++)
		if ((unsigned char)t.at[i] <= ' ') return false;
	return true;
}

/* urn:oid:2.16.840: numbers without a leading zero, the first 0 to 2. */
static bool oid(text t)
{
	text prefix = TEXT("urn:oid:");
	if (!text_starts(t, prefix)) return false;
	text rest = text_slice(t, prefix.len, t.len);
	bool first = true;
	while (rest.len) {
		text_pair cut = text_cut(rest, '.');
		text arc = cut.head;
		for (int64_t i = 0; i < arc.len; i++)
			if (!is_digit(arc.at[i])) return false;
		if (arc.len == 0 || (arc.len > 1 && arc.at[0] == '0')) return false;
		if (first && (arc.len != 1 || arc.at[0] > '2' || !cut.found)) return false;
		if (cut.found && cut.tail.len == 0) return false;
		first = false;
		rest = cut.tail;
	}
	return !first;
}

static bool uuid(text t)
{
	static const char form[] = "urn:uuid:hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	if (t.len != (int64_t)sizeof form - 1) return false;
	for (int64_t i = 0; i < t.len; i++) {
		bool hex = is_digit(t.at[i]) || (t.at[i] >= 'a' && t.at[i] <= 'f');
		if (i >= 9 && form[i] == 'h' ? !hex : t.at[i] != form[i]) return false;
	}
	return true;
}

/* Groups of four, the last padded with '='; white space anywhere. */
static bool base64(text t)
{
	int64_t letters = 0, padding = 0;
	for (int64_t i = 0; i < t.len; i++) {
		char c = t.at[i];
		if (json_space(c)) continue;
		bool letter = is_letter(c) || is_digit(c) || c == '+' || c == '/';
		if (c == '=')
			padding++;
		else if (!letter || padding)
			return false;
		letters += letter;
	}
	return letters > 0 && padding <= 2 && (letters + padding) % 4 == 0;
}

static bool matches(text t, const char *form)
{
	for (int64_t i = 0; i < t.len; i++)
		if (form[i] == 0 || (form[i] == '0' ? !is_digit(t.at[i]) : t.at[i] != form[i])) return false;
	return form[t.len] == 0;
}

/* HH:MM:SS with a fraction or without. */
static bool time_form(text t)
{
	text_pair cut = text_cut(t, '.');
	for (int64_t i = 0; i < cut.tail.len; i++)
		if (!is_digit(cut.tail.at[i])) return false;
	return matches(cut.head, "00:00:00") && cut.found == (cut.tail.len > 0);
}

static bool time_of_day(text t)
{
	if (!time_form(t)) return false;
	int hour = (t.at[0] - '0') * 10 + t.at[1] - '0';
	return hour < 24 && t.at[3] < '6' && (t.at[6] < '6' || text_starts(text_slice(t, 6, t.len), TEXT("60")));
}

static bool date(text t)
{
	moment m;
	return (matches(t, "0000") || matches(t, "0000-00") || matches(t, "0000-00-00")) && moment_parse(t, &m);
}

/* A date with a time to the second and a zone. */
static bool instant_form(text t)
{
	moment m;
	text_pair cut = text_cut(t, 'T');
	if (!matches(cut.head, "0000-00-00") || cut.tail.len == 0 || !moment_parse(t, &m)) return false;
	text clock = cut.tail;
	if (text_ends(clock, TEXT("Z"))) return time_form(text_slice(clock, 0, clock.len - 1));
	text zone = clock.len < 6 ? TEXT("") : text_slice(clock, clock.len - 6, clock.len);
	return (matches(zone, "+00:00") || matches(zone, "-00:00")) && time_form(text_slice(clock, 0, clock.len - 6));
}

static bool date_time(text t)
{
	return date(t) || instant_form(t);
}

/* 32 bits, no fraction and no exponent. */
static bool whole_number(text t, int64_t least)
{
	int64_t n;
	return text_to_int(t, &n) && n >= least && n <= INT32_MAX && !text_equal(t, TEXT("-0"));
}

static bool integer(text t)
{
	return whole_number(t, INT32_MIN);
}

static bool unsigned_int(text t)
{
	return whole_number(t, 0);
}

static bool positive_int(text t)
{
	return whole_number(t, 1);
}

static bool any_number(text t)
{
	return t.len > 0;
}

static bool xhtml(text t)
{
	return text_starts(text_trim(t), TEXT("<div"));
}

struct format {
	node_kind kind; /* NODE_TRUE stands for both */
	bool (*good)(text t);
};

static const struct format formats[PRIMITIVE_COUNT] = {
    [PRIMITIVE_base64Binary] = {NODE_STRING, base64},
    [PRIMITIVE_boolean] = {NODE_TRUE, NULL},
    [PRIMITIVE_canonical] = {NODE_STRING, uri},
    [PRIMITIVE_code] = {NODE_STRING, code},
    [PRIMITIVE_date] = {NODE_STRING, date},
    [PRIMITIVE_dateTime] = {NODE_STRING, date_time},
    [PRIMITIVE_decimal] = {NODE_NUMBER, any_number},
    [PRIMITIVE_id] = {NODE_STRING, id},
    [PRIMITIVE_instant] = {NODE_STRING, instant_form},
    [PRIMITIVE_integer] = {NODE_NUMBER, integer},
    [PRIMITIVE_markdown] = {NODE_STRING, any_text},
    [PRIMITIVE_oid] = {NODE_STRING, oid},
    [PRIMITIVE_positiveInt] = {NODE_NUMBER, positive_int},
    [PRIMITIVE_string] = {NODE_STRING, any_text},
    [PRIMITIVE_time] = {NODE_STRING, time_of_day},
    [PRIMITIVE_unsignedInt] = {NODE_NUMBER, unsigned_int},
    [PRIMITIVE_uri] = {NODE_STRING, uri},
    [PRIMITIVE_url] = {NODE_STRING, uri},
    [PRIMITIVE_uuid] = {NODE_STRING, uuid},
    [PRIMITIVE_xhtml] = {NODE_STRING, xhtml},
};

format_verdict format_check(uint16_t type, uint8_t kind, text value)
{
	assert(type > 0 && type < PRIMITIVE_COUNT);
	const struct format *f = &formats[type];
	if (f->kind == NODE_TRUE) return kind == NODE_TRUE || kind == NODE_FALSE ? FORMAT_GOOD : FORMAT_BAD_KIND;
	if (kind != f->kind) return FORMAT_BAD_KIND;
	if (value.len == 0) return FORMAT_EMPTY;
	return f->good(value) ? FORMAT_GOOD : FORMAT_BAD_VALUE;
}

const char *format_json_kind(uint16_t type)
{
	assert(type > 0 && type < PRIMITIVE_COUNT);
	node_kind kind = formats[type].kind;
	return kind == NODE_STRING ? "string" : kind == NODE_NUMBER ? "number" : "boolean";
}
