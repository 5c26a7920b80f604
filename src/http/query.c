/* query.c: what stands in a target and in headers, as plain values. */
#include "http/internal.h"

bool word_same(text a, text b)
{
	return a.len == b.len && strncasecmp(a.at, b.at, (size_t)a.len) == 0;
}

text query_encode(arena *a, text value)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < value.len; i++) {
		char c = value.at[i];
		bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			     strchr("-._~:,|", c) != NULL;
		if (plain)
			buffer_char(&b, c);
		else
			buffer_format(&b, "%%%02X", (unsigned)(unsigned char)c);
	}
	return buffer_text(&b);
}

bool query_decode(arena *a, text raw, bool plus_is_space, text *out)
{
	return net_decode(a, raw, plus_is_space, out);
}

static bool pair_is_ours(exchange *x, search_pair pair)
{
	if (text_equal(pair.name, TEXT("_format")))
		x->format = pair.value;
	else if (text_equal(pair.name, TEXT("_pretty")))
		x->pretty = text_equal(pair.value, TEXT("true"));
	else if (text_equal(pair.name, TEXT("actor")) && x->segment_count == 1 &&
		 (text_equal(x->segments[0], TEXT("$feed")) || text_equal(x->segments[0], TEXT("$websocket"))))
		x->actor = pair.value;
	else
		return false;
	return true;
}

bool query_pairs(exchange *x, text raw)
{
	int room = x->query_count + 1;
	for (int64_t i = 0; i < raw.len; i++) room += raw.at[i] == '&';
	search_pair *pairs = ARENA_ARRAY(x->arena, search_pair, room);
	for (int i = 0; i < x->query_count; i++) pairs[i] = x->query[i];
	x->query = pairs;
	for (text_pair cut = text_cut(raw, '&');; cut = text_cut(cut.tail, '&')) {
		if (cut.head.len > 0) {
			text_pair sides = text_cut(cut.head, '=');
			search_pair pair;
			if (!query_decode(x->arena, sides.head, true, &pair.name) ||
			    !query_decode(x->arena, sides.tail, true, &pair.value))
				return issue_add(&x->sink, FAIL_HTTP_TARGET, cut.head, TEXT(""));
			if (!pair_is_ours(x, pair)) x->query[x->query_count++] = pair;
		}
		if (!cut.found) return true;
	}
}

bool query_none(exchange *x)
{
	if (x->query_count == 0 || x->lenient) return true;
	return issue_add(&x->sink, FAIL_HTTP_PARAMETER, x->query[0].name, TEXT(""));
}

bool query_only(exchange *x, const char *const *names)
{
	for (int i = 0; i < x->query_count; i++) {
		bool known = x->lenient;
		for (int k = 0; !known && names[k]; k++) known = text_equal(x->query[i].name, text_of(names[k]));
		if (!known) return issue_add(&x->sink, FAIL_HTTP_PARAMETER, x->query[i].name, TEXT(""));
	}
	return true;
}

text query_value(const exchange *x, const char *name)
{
	for (int i = 0; i < x->query_count; i++)
		if (text_equal(x->query[i].name, text_of(name))) return x->query[i].value;
	return (text){0};
}

text header_get(const exchange *x, const char *name)
{
	const http_request *q = x->request;
	for (int i = 0; i < q->header_count; i++)
		if (word_same(q->headers[i].name, text_of(name))) return text_trim(q->headers[i].value);
	return (text){0};
}

/* A host as in Host: or in an Origin, with or without a port. All of 127.0.0.0/8 is this machine (RFC 1122 3.2.1.3). */
bool header_host_is_loopback(text host)
{
	text name;
	if (text_starts(host, TEXT("[")))
		name = text_cut(text_slice(host, 1, host.len), ']').head;
	else
		name = text_cut(host, ':').head;
	if (word_same(name, TEXT("localhost")) || text_equal(name, TEXT("::1"))) return true;
	int parts = 0;
	for (text_pair cut = text_cut(name, '.');; cut = text_cut(cut.tail, '.')) {
		int64_t n;
		if (!text_to_int(cut.head, &n) || n < 0 || n > 255 || (parts == 0 && n != 127)) return false;
		parts++;
		if (!cut.found) return parts == 4;
	}
}

/* The weight of "en;q=0.8" in thousandths. */
static int language_weight(text parameters)
{
	text q = text_trim(parameters);
	if (!text_starts(q, TEXT("q="))) return 1000;
	decimal weight, thousandths;
	int64_t n;
	if (!decimal_parse(text_slice(q, 2, q.len), &weight)) return 0;
	if (!decimal_multiply(weight, decimal_from_int(1000), &thousandths)) return 0;
	return decimal_to_int(decimal_trim(decimal_round(thousandths, 0)), &n) ? (int)n : 0;
}

language header_language(text accept_language)
{
	int best = 0;
	language chosen = LANGUAGE_DA;
	for (text_pair cut = text_cut(accept_language, ',');; cut = text_cut(cut.tail, ',')) {
		text_pair sides = text_cut(text_trim(cut.head), ';');
		text tag = text_trim(text_cut(sides.head, '-').head);
		int weight = language_weight(sides.tail);
		bool da = word_same(tag, TEXT("da")), en = word_same(tag, TEXT("en"));
		if ((da || en) && weight > best) {
			best = weight;
			chosen = da ? LANGUAGE_DA : LANGUAGE_EN;
		}
		if (!cut.found) return chosen;
	}
}

bool header_etag(text value, int64_t *number)
{
	text v = text_trim(value);
	if (text_starts(v, TEXT("W/"))) v = text_slice(v, 2, v.len);
	if (v.len < 3 || v.at[0] != '"' || v.at[v.len - 1] != '"') return false;
	return text_to_int(text_slice(v, 1, v.len - 1), number) && *number > 0;
}

bool header_lists_version(text list, int64_t number)
{
	for (text_pair cut = text_cut(list, ',');; cut = text_cut(cut.tail, ',')) {
		int64_t one;
		text tag = text_trim(cut.head);
		if (text_equal(tag, TEXT("*")) || (header_etag(tag, &one) && one == number)) return true;
		if (!cut.found) return false;
	}
}

/* IMF-fixdate, which is what everybody sends (RFC 9110 5.6.7); the two obsolete forms are read as no date. */
bool header_date(text value, instant *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t d, y, h, m, s, month = 0;
	if (value.len != 29 || !text_ends(value, TEXT(" GMT"))) return false;
	while (month < 12 && !text_equal(text_slice(value, 8, 11), (text){months + 3 * month, 3})) month++;
	bool numbers = text_to_int(text_slice(value, 5, 7), &d) && text_to_int(text_slice(value, 12, 16), &y) &&
		       text_to_int(text_slice(value, 17, 19), &h) && text_to_int(text_slice(value, 20, 22), &m) &&
		       text_to_int(text_slice(value, 23, 25), &s);
	if (!numbers || month == 12 || d < 1 || d > 31 || h > 23 || m > 59 || s > 60) return false;
	day on = day_from_civil((civil){(int)y, (int)month + 1, (int)d});
	*out = HOURS(24) * on + HOURS(h) + MINUTES(m) + SECONDS(s);
	return true;
}

bool resource_id_valid(text id)
{
	if (id.len < 1 || id.len > 64) return false;
	for (int64_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool fits =
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
		if (!fits) return false;
	}
	return true;
}

bool resource_reference_valid(text reference, text *type, text *id)
{
	text_pair sides = text_cut(reference, '/');
	*type = sides.head;
	*id = sides.tail;
	type_id t = type_find(sides.head);
	return sides.found && t && type_kind_of(t) == TYPE_RESOURCE && !type_is_abstract(t) &&
	       resource_id_valid(sides.tail);
}
