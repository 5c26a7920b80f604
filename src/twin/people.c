/* people.c: people who do not exist. Names are made up, CPR numbers have day of month + 60 and are never checked by
 * modulus 11 (numbers without it have been given out since 2007; DOMAIN.md 0 and 4). */
#include "twin/internal.h"

/* CPR's seventh digit and the century (DOMAIN.md 4): 0-3 is 19xx; 4 and 9 are 20xx for years 00-36, else 19xx; 5-8
 * are 20xx for years 00-57, else 18xx. */
bool cpr_century_right(day born, int seventh)
{
	int year = civil_from_day(born).year, two = year % 100, century = year / 100;
	if (seventh <= 3) return century == 19;
	if (seventh == 4 || seventh == 9) return century == (two <= 36 ? 20 : 19);
	return century == (two <= 57 ? 20 : 18);
}

text cpr_number(arena *a, day born, int serial)
{
	civil c = civil_from_day(born);
	return text_format(a, "%02d%02d%02d%04d", c.day + 60, c.month, c.year % 100, serial);
}

static int serial_for(random_state *r, day born, sex s)
{
	for (;;) {
		int serial = (int)random_below(r, 10000);
		bool man = serial % 2 == 1;
		if (man == (s == SEX_MAN) && cpr_century_right(born, serial / 1000)) return serial;
	}
}

static text pick(random_state *r, text_list l)
{
	return l.at[random_below(r, l.count)];
}

static text id_of_cpr(arena *a, text cpr)
{
	return uuid_of_name(a, text_join(a, TEXT("twin:patient:"), cpr));
}

person person_make(arena *a, random_state *r, const department *d, const reason *why, day today, map *taken)
{
	person p = {.sex = why->sex != SEX_ANY ? why->sex : random_below(r, 2) ? SEX_MAN : SEX_WOMAN};
	int64_t none;
	do {
		int64_t age = random_between(r, why->ages.low, why->ages.high);
		p.born = today - (day)(age * 365 + age / 4) - (day)random_below(r, 365);
		p.cpr = cpr_number(a, p.born, serial_for(r, p.born, p.sex));
	} while (map_get(taken, p.cpr, &none));
	map_put(taken, p.cpr, 1);
	p.id = id_of_cpr(a, p.cpr);
	p.given = pick(r, p.sex == SEX_MAN ? d->men : d->women);
	p.family = pick(r, d->family);
	p.town = pick(r, d->towns);
	p.road = text_format(a, "Prøvevej %d", (int)random_between(r, 1, 240));
	p.phone = TEXT("00 00 00 00");
	return p;
}

typedef struct pair {
	const char *key;
	text value;
} pair;

/* A list of one object with texts for members. */
static void pairs_list(json_out *o, const char *key, const pair *pairs, int count)
{
	json_key(o, key);
	json_array(o);
	json_object(o);
	for (int i = 0; i < count; i++) json_pair(o, pairs[i].key, pairs[i].value);
	json_end(o);
	json_end(o);
}

text person_json(arena *a, const person *p)
{
	json_out o = json_begin(a);
	json_object(&o);
	json_pair(&o, "resourceType", TEXT("Patient"));
	json_pair(&o, "id", p->id);
	const pair number[] = {
	    {"use", TEXT("official")}, {"system", TEXT("urn:oid:1.2.208.176.1.2")}, {"value", p->cpr}};
	pairs_list(&o, "identifier", number, 3);
	json_key(&o, "active");
	json_bool(&o, true);
	json_key(&o, "name");
	json_array(&o);
	json_object(&o);
	json_pair(&o, "use", TEXT("official"));
	json_pair(&o, "family", p->family);
	json_key(&o, "given");
	json_array(&o);
	json_text(&o, p->given);
	json_end(&o);
	json_end(&o);
	json_end(&o);
	const pair phone[] = {{"system", TEXT("phone")}, {"value", p->phone}, {"use", TEXT("mobile")}};
	pairs_list(&o, "telecom", phone, 3);
	json_pair(&o, "gender", p->sex == SEX_MAN ? TEXT("male") : TEXT("female"));
	json_pair(&o, "birthDate", day_iso(a, p->born));
	json_key(&o, "address");
	json_array(&o);
	json_object(&o);
	json_key(&o, "line");
	json_array(&o);
	json_text(&o, p->road);
	json_end(&o);
	json_pair(&o, "city", p->town);
	json_pair(&o, "country", TEXT("DK"));
	json_end(&o);
	json_end(&o);
	json_end(&o);
	return json_done(&o);
}
