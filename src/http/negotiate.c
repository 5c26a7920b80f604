/* negotiate.c: what may be sent, what is wanted back, and who asks (FHIR R4 3.1.0.1, RFC 9110). */
#include "http/internal.h"

static bool type_is_json(text media)
{
	static const char *const names[] = {"application/fhir+json", "application/json", "text/json", "json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (word_same(media, text_of(names[i]))) return true;
	return false;
}

/* A media range of Accept that JSON (or an event stream, for the feed) satisfies. Another FHIR version does not. */
static bool range_fits(const exchange *x, text range)
{
	text_pair sides = text_cut(text_trim(range), ';');
	text media = text_trim(sides.head);
	int64_t at = text_find(sides.tail, TEXT("fhirVersion="));
	if (at >= 0 && !text_starts(text_slice(sides.tail, at + 12, sides.tail.len), TEXT("4.0"))) return false;
	if (text_equal(media, TEXT("*/*")) || text_equal(media, TEXT("application/*")) || type_is_json(media))
		return true;
	return x->route->handler == feed_get && word_same(media, TEXT("text/event-stream"));
}

static bool accept_fits(exchange *x)
{
	text accept = header_get(x, "Accept");
	/* A Binary has whatever type its content has. */
	if (accept.len == 0 || x->route->handler == binary_read || x->route->handler == bulk_file) return true;
	for (text_pair cut = text_cut(accept, ',');; cut = text_cut(cut.tail, ',')) {
		if (range_fits(x, cut.head)) return true;
		if (!cut.found) return issue_add(&x->sink, FAIL_HTTP_ACCEPT, accept, TEXT(""));
	}
}

static bool prefer_read(exchange *x)
{
	text prefer = header_get(x, "Prefer");
	for (text_pair cut = text_cut(prefer, ',');; cut = text_cut(cut.tail, ',')) {
		for (text_pair part = text_cut(cut.head, ';');; part = text_cut(part.tail, ';')) {
			text wish = text_trim(part.head);
			if (word_same(wish, TEXT("handling=lenient")))
				x->lenient = true;
			else if (word_same(wish, TEXT("handling=strict")))
				x->strict = true;
			else if (word_same(wish, TEXT("return=minimal")))
				x->prefer = RETURN_MINIMAL;
			else if (word_same(wish, TEXT("return=representation")))
				x->prefer = RETURN_REPRESENTATION;
			else if (word_same(wish, TEXT("return=OperationOutcome")))
				x->prefer = RETURN_OUTCOME;
			if (!part.found) break;
		}
		if (!cut.found) return true; /* RFC 7240 2: a preference that is not known is ignored */
	}
}

bool negotiate(exchange *x)
{
	if (x->format.len > 0) {
		/* "application/fhir+json" written without %2B arrives with a space. */
		text media = text_trim(text_cut(x->format, ';').head);
		if (!type_is_json(media) && !word_same(media, TEXT("application/fhir json")))
			return issue_add(&x->sink, FAIL_HTTP_ACCEPT, x->format, TEXT(""));
	} else if (!accept_fits(x)) {
		return false;
	}
	return prefer_read(x);
}

text negotiate_media(const exchange *x)
{
	return text_trim(text_cut(header_get(x, "Content-Type"), ';').head);
}

bool negotiate_body(exchange *x, bool form)
{
	if (x->body_wrapped) return true;
	text type = header_get(x, "Content-Type");
	text wanted = form ? TEXT("application/x-www-form-urlencoded") : TEXT("application/fhir+json");
	text_pair sides = text_cut(type, ';');
	text media = text_trim(sides.head);
	bool fits = form ? word_same(media, wanted) : type_is_json(media);
	int64_t at = text_find(sides.tail, TEXT("charset="));
	if (fits && at >= 0) {
		text charset = text_trim(text_cut(text_slice(sides.tail, at + 8, sides.tail.len), ';').head);
		fits = word_same(charset, TEXT("utf-8")) || word_same(charset, TEXT("\"utf-8\""));
	}
	return fits || issue_add(&x->sink, FAIL_HTTP_BODY_TYPE, type, wanted);
}

static bool person_read(exchange *x, const char *name, text value, text *out)
{
	static const char *const types[] = {"Practitioner", "PractitionerRole", "Patient",          "RelatedPerson",
					    "Device",       "Organization",     "HealthcareService"};
	text type, id;
	bool fits = resource_reference_valid(value, &type, &id);
	if (fits) {
		fits = false;
		for (size_t i = 0; i < sizeof types / sizeof *types; i++) fits |= text_equal(type, text_of(types[i]));
	}
	*out = value;
	return fits || issue_add(&x->sink, FAIL_HTTP_ACTOR_FORM, text_of(name), value);
}

bool negotiate_caller(exchange *x)
{
	text actor = header_get(x, "X-Limen-Actor");
	text purpose = header_get(x, "X-Limen-Purpose");
	text behalf = header_get(x, "X-Limen-On-Behalf-Of");
	if (actor.len == 0) actor = x->actor; /* $feed alone: EventSource cannot send headers */
	if (actor.len == 0) return issue_add(&x->sink, FAIL_HTTP_ACTOR, TEXT(""), TEXT(""));
	if (!person_read(x, "X-Limen-Actor", actor, &x->who.actor)) return false;
	if (behalf.len > 0 && !person_read(x, "X-Limen-On-Behalf-Of", behalf, &x->who.on_behalf_of)) return false;
	if (purpose.len == 0) purpose = TEXT("HADMIN");
	for (int64_t i = 0; i < purpose.len; i++)
		if (purpose.at[i] < 'A' || purpose.at[i] > 'Z' || purpose.len > 20)
			return issue_add(&x->sink, FAIL_HTTP_PURPOSE, purpose, TEXT(""));
	x->who.purpose = purpose;
	x->who.scope = TEXT("*"); /* narrower with the access floor */
	return true;
}
