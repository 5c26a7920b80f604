/* answers.c: the form of each kind of task, as this department's people fill it in. */
#include "twin/internal.h"

static void say(filled_form *f, const char *field, text value)
{
	assert(f->count < ANSWERS_MAX);
	f->at[f->count++] = (answer){text_of(field), value};
}

static text typed(arena *a, instant at)
{
	civil c = civil_from_day(day_of_instant(at));
	int minute = local_minute(at);
	return text_format(a, "%02d-%02d-%04d %d.%02d", c.day, c.month, c.year, minute / 60, minute % 60);
}

text doctor_label(arena *a, int number)
{
	text id = staff_id(a, "", number);
	buffer b = {.arena = a};
	buffer_add(&b, TEXT("Dr. "));
	for (int64_t i = 1; i < id.len; i++) buffer_char(&b, (char)(id.at[i] - 'a' + 'A'));
	return buffer_text(&b);
}

static instant later(instant x, instant y)
{
	return x > y ? x : y;
}

static bool supplement(town *t, course *c, instant now, filled_form *f)
{
	civil on = civil_from_day(day_of_instant(now) - 1);
	if (c->reason->asks_psa)
		say(f, "psa",
		    text_format(t->scratch, "%d,%d (%02d-%02d-%04d)", (int)random_between(&c->random, 4, 28),
				(int)random_below(&c->random, 10), on.day, on.month, on.year));
	else
		say(f, "reason", c->reason->text);
	c->lacking = false;
	say(f, "source", random_below(&c->random, 4) ? TEXT("henviser") : TEXT("patient"));
	return true;
}

static bool propose(town *t, course *c, instant now, filled_form *f)
{
	(void)t, (void)now;
	say(f, "class", c->reason->class);
	say(f, "urgency", c->reason->urgency);
	say(f, "package", c->reason->package);
	return true;
}

static bool visitate(town *t, course *c, instant now, filled_form *f)
{
	(void)t, (void)now;
	say(f, "class", c->reason->class);
	say(f, "urgency", c->reason->urgency);
	say(f, "kind", c->reason->kind);
	say(f, "plan", c->reason->plan);
	return true;
}

/* A time in the doctor's calendar; who is slow also waits longer for it. */
instant visit_time(town *t, course *c, range wait, int minutes, instant now)
{
	int64_t days = random_between(&c->random, wait.low, wait.high) + (c->slow ? wait.high / 2 : 0);
	return diary_take(&t->diary, c->doctor, day_of_instant(now) + (day)(days > 0 ? days : 1), minutes);
}

static text place_of(const town *t, const course *c, bool treatment)
{
	const department *d = &t->department;
	return d->places[treatment && d->place_count > 1 ? 1 : c->doctor % d->place_count].da;
}

static bool book(town *t, course *c, instant now, filled_form *f)
{
	instant at = visit_time(t, c, department_wait(&t->department, c->reason->urgency), c->reason->minutes, now);
	say(f, "start", typed(t->scratch, at));
	say(f, "minutes", text_format(t->scratch, "%d", c->reason->minutes));
	say(f, "what", c->reason->what);
	say(f, "place", place_of(t, c, false));
	say(f, "practitioner", doctor_label(t->scratch, c->doctor));
	return true;
}

static bool book_treatment(town *t, course *c, instant now, filled_form *f)
{
	int minutes = 45 + 15 * (int)random_below(&c->random, 6);
	say(f, "start", typed(t->scratch, visit_time(t, c, t->department.treatment, minutes, now)));
	say(f, "minutes", text_format(t->scratch, "%d", minutes));
	say(f, "what", c->reason->treatment);
	say(f, "place", place_of(t, c, true));
	say(f, "practitioner", doctor_label(t->scratch, c->doctor));
	return true;
}

static bool send(town *t, course *c, instant now, filled_form *f)
{
	c->paper = random_below(&c->random, 100) < t->department.paper;
	c->sent = now;
	say(f, "channel", c->paper ? TEXT("brev") : TEXT("digital-post"));
	return true;
}

static bool confirm(town *t, course *c, instant now, filled_form *f)
{
	instant received = c->paper ? now : c->sent + MINUTES(random_between(&c->random, 1, 90));
	say(f, "received", typed(t->scratch, received < now ? received : now));
	say(f, "proof", c->paper ? TEXT("telefon") : TEXT("kvittering"));
	return true;
}

static bool decide(town *t, course *c, instant now, filled_form *f)
{
	instant at = c->visited != INSTANT_NONE && c->visited < now ? c->visited : now;
	c->decided = at;
	say(f, "decision", c->treated ? TEXT("behandling") : TEXT("ingen-behandling"));
	say(f, "at", typed(t->scratch, at));
	say(f, "doctor", doctor_label(t->scratch, c->doctor));
	return true;
}

static bool tell(town *t, course *c, instant now, filled_form *f)
{
	instant at = later(c->decided, now - MINUTES(random_between(&c->random, 2, 40)));
	say(f, "told_by", random_below(&c->random, 5) ? TEXT("clinician") : TEXT("approved-letter"));
	say(f, "name", doctor_label(t->scratch, c->doctor));
	say(f, "at", typed(t->scratch, at));
	return true;
}

static bool inform(town *t, course *c, instant now, filled_form *f)
{
	(void)t, (void)now;
	bool capacity = random_below(&c->random, 3) > 0;
	say(f, "cause", capacity ? TEXT("hospital") : TEXT("professional"));
	say(f, "offer",
	    capacity ? TEXT("Tilbudt hjælp til at vælge et aftalesygehus; fastholder tiden her")
		     : TEXT("Udredningsplan lagt med tid og sted for næste undersøgelse"));
	say(f, "channel", TEXT("telefon"));
	return true;
}

static bool treat(town *t, course *c, instant now, filled_form *f)
{
	say(f, "at", typed(t->scratch, c->visited != INSTANT_NONE && c->visited < now ? c->visited : now));
	say(f, "doctor", doctor_label(t->scratch, c->doctor));
	return true;
}

static bool finish(town *t, course *c, instant now, filled_form *f)
{
	bool treated = text_equal(c->reason->class, TEXT("behandling"));
	say(f, "gp_told", TEXT("ja"));
	say(f, "reason", treated ? TEXT("behandlet") : TEXT("udredt"));
	say(f, "next", TEXT("Kontrol hos egen læge efter behov"));
	say(f, "at", day_iso(t->scratch, day_of_instant(now)));
	return true;
}

/* Most limits are saved by an earlier time; some go up the ladder, and a few cannot be saved. */
static bool rescue(town *t, course *c, instant now, filled_form *f)
{
	static const char *const ways[] = {"rescue-earlier", "rescue-earlier", "rescue-elsewhere", "rescue-private"};
	const calendar *days = t->image->calendar;
	say(f, "choice", text_of(ways[random_below(&c->random, 4)]));
	say(f, "said", TEXT("Aftalt med lægen og patienten"));
	say(f, "next", TEXT("Ring til patienten med den nye tid"));
	say(f, "by", day_iso(t->scratch, calendar_add(days, day_of_instant(now), 3, UNIT_ARBEJDSDAGE)));
	return true;
}

static bool rescue_owner(town *t, course *c, instant now, filled_form *f)
{
	if (random_below(&c->random, 3)) return rescue(t, c, now, f);
	say(f, "choice", TEXT("rescue-passed-on"));
	say(f, "said", TEXT("Ingen ledige tider før fristen"));
	say(f, "next", TEXT("Lederen finder en tid"));
	say(f, "by", day_iso(t->scratch, day_of_instant(now) + 1));
	return true;
}

static bool explain_breach(town *t, course *c, instant now, filled_form *f)
{
	static const char *const causes[] = {"hospital",     "hospital", "hospital",
					     "professional", "referral", "own-error"};
	(void)t, (void)now;
	say(f, "cause", text_of(causes[random_below(&c->random, 6)]));
	return true;
}

static const struct kind_answers {
	const char *kind;
	bool (*fill)(town *t, course *c, instant now, filled_form *f);
} kinds[] = {
    {"suppler-henvisning", supplement},
    {"forvisitering", propose},
    {"visitation", visitate},
    {"book-tid", book},
    {"send-indkaldelse", send},
    {"bekraeft-modtagelse", confirm},
    {"registrer-beslutning", decide},
    {"svar-til-patient", tell},
    {"orienter-frist", inform},
    {"orienter-behandlingsret", inform},
    {"book-behandling", book_treatment},
    {"registrer-behandling", treat},
    {"afslut-forloeb", finish},
    {"red-fristen", rescue_owner},
    {"red-fristen-leder", rescue},
    {"red-fristen-ledelse", rescue},
    {"afgoer-prioritet", rescue},
    {"angiv-aarsag", explain_breach},
};

bool form_answers(town *t, course *c, text kind, instant now, filled_form *out)
{
	*out = (filled_form){0};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (text_equal(kind, text_of(kinds[i].kind))) return kinds[i].fill(t, c, now, out);
	return false;
}
