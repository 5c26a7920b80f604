/* event.c: the events of a pathway that say that a breach is foreseen: read from the EpisodeOfCare, begun and ended in it.
 *
 *     { url: urn:limen:event, extension: [ code breach-foreseen, at, clock, chance, seen, until ] }
 *
 * An event has an end instead of a second event that takes it back: which of them stands can then be said of each by itself, also where
 * several clocks of one pathway come and go. */
#include "work/internal.h"

static const char event_url[] = "urn:limen:event";

static uint32_t part(const doc *d, uint32_t event, const char *url)
{
	return extension_find(d, event, text_of(url));
}

static bool is_standing(const doc *d, uint32_t n, foreseen_event *out)
{
	moment m;
	if (!text_equal(doc_get_text(d, n, NAME_url), text_of(event_url))) return false;
	uint32_t code = part(d, n, "code"), clock_at = part(d, n, "clock"), at = part(d, n, "at");
	if (code == NODE_ABSENT || clock_at == NODE_ABSENT || part(d, n, "until") != NODE_ABSENT) return false;
	if (!text_equal(doc_get_text(d, code, NAME_valueCode), TEXT("breach-foreseen"))) return false;
	bool dated = at != NODE_ABSENT && moment_parse(doc_get_text(d, at, NAME_valueDateTime), &m);
	*out = (foreseen_event){doc_get_text(d, clock_at, NAME_valueCode), dated ? m.low : INSTANT_NONE, n};
	return true;
}

int foreseen_standing(const doc *d, foreseen_event *out)
{
	int count = 0;
	uint32_t list = doc_get(d, 0, NAME_extension);
	if (list == NODE_ABSENT) return 0;
	for (uint32_t i = list + 1; i < d->nodes[list].next && count < FORESEEN_MAX; i = d->nodes[i].next)
		count += is_standing(d, i, &out[count]);
	return count;
}

/* ---- writing ---- */

static void raw(json_out *o, const doc *d, uint32_t n)
{
	buffer b = {.arena = o->b.arena};
	json_write(&b, d, n, JSON_COMPACT);
	json_raw(o, buffer_text(&b));
}

static void sub(json_out *o, const char *url, const char *key, text value)
{
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_pair(o, key, value);
	json_end(o);
}

static void sub_number(json_out *o, const char *url, int value)
{
	json_object(o);
	json_pair(o, "url", text_of(url));
	json_key(o, "valueInteger");
	json_int(o, value);
	json_end(o);
}

/* The event as it is, with its end. */
static void ended(json_out *o, const doc *d, uint32_t event, text now)
{
	uint32_t parts = doc_get(d, event, NAME_extension);
	json_object(o);
	json_pair(o, "url", text_of(event_url));
	json_key(o, "extension");
	json_array(o);
	for (uint32_t i = parts + 1; i < d->nodes[parts].next; i = d->nodes[i].next) raw(o, d, i);
	sub(o, "until", "valueDateTime", now);
	json_end(o);
	json_end(o);
}

static void begun(json_out *o, const foreseen_change *c, text now)
{
	json_object(o);
	json_pair(o, "url", text_of(event_url));
	json_key(o, "extension");
	json_array(o);
	sub(o, "code", "valueCode", TEXT("breach-foreseen"));
	sub(o, "at", "valueDateTime", now);
	sub(o, "clock", "valueCode", c->clock);
	sub_number(o, "chance", c->chance);
	sub_number(o, "seen", c->seen);
	json_end(o);
	json_end(o);
}

static bool ends(const foreseen_change *changes, int count, text clock_id)
{
	for (int i = 0; i < count; i++)
		if (changes[i].ends && text_equal(changes[i].clock, clock_id)) return true;
	return false;
}

static text extensions_json(arena *a, const doc *d, const foreseen_change *changes, int count, text now)
{
	json_out o = json_begin(a);
	foreseen_event event;
	uint32_t list = doc_get(d, 0, NAME_extension);
	json_object(&o);
	json_key(&o, "extension");
	json_array(&o);
	for (uint32_t i = list + 1; list != NODE_ABSENT && i < d->nodes[list].next; i = d->nodes[i].next) {
		if (is_standing(d, i, &event) && ends(changes, count, event.clock))
			ended(&o, d, i, now);
		else
			raw(&o, d, i);
	}
	for (int i = 0; i < count; i++)
		if (changes[i].begins) begun(&o, &changes[i], now);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}

static text edited(arena *a, const doc *base, text overlay)
{
	issues none = {.arena = a};
	doc over;
	bool fine = json_parse(a, overlay, TEXT("event"), &none, &over);
	assert(fine);
	return json_edited(a, base, &over, EDIT_APPEND);
}

text foreseen_json(arena *a, const doc *episode, const foreseen_change *changes, int count, instant now)
{
	issues none = {.arena = a};
	doc bare;
	text extensions = extensions_json(a, episode, changes, count, instant_iso(a, now));
	bool fine = json_parse(a, edited(a, episode, TEXT("{\"extension\":null}")), TEXT("event"), &none, &bare);
	assert(fine);
	return edited(a, &bare, extensions);
}
