/* setup.c: before the first referral: organisation, places, people who work there, their roster. */
#include "twin/internal.h"

static bool add_person(town *t, batch *b, const profession *p, int number)
{
	text id = staff_id(t->scratch, p->prefix, number);
	day today = day_of_instant(t->options->start);
	if (b->count > SETUP_WRITES_MAX - 2) {
		caller who = inbox();
		if (!batch_commit(t, b, &who)) return false;
	}
	return batch_create(t, b, t->scratch, id, practitioner_json(t->scratch, &t->department, p, number, today)) &&
	       batch_create(t, b, t->scratch, id, practitioner_role_json(t->scratch, &t->department, number, p));
}

/* What is already in the batch goes first where it would not hold so many more. */
static bool make_room(town *t, batch *b, int writes)
{
	caller who = inbox();
	return b->count + writes <= SETUP_WRITES_MAX || batch_commit(t, b, &who);
}

/* The roster around the end, when the department is looked at: from the Monday before to two weeks after. */
static bool add_roster(town *t, batch *b, const profession *p, int number)
{
	text id = staff_id(t->scratch, p->prefix, number), slots[STAFF_SLOTS_MAX];
	day end = day_of_instant(t->options->end), from = end - day_weekday(end);
	bool fine = make_room(t, b, 1) && batch_create(t, b, t->scratch, id, staff_schedule(t->scratch, p, number));
	for (day on = from; fine && on < end + 14; on++) {
		if (!calendar_counts(t->image->calendar, on, UNIT_ARBEJDSDAGE)) continue;
		int n = staff_slots(t->scratch, &t->department, p, number, on, slots);
		fine = make_room(t, b, n);
		for (int i = 0; fine && i < n; i++) fine = batch_create(t, b, t->scratch, (text){0}, slots[i]);
	}
	return fine;
}

static bool add_staff(town *t, batch *b)
{
	static const profession professions[] = {
	    {"sek", "Sekretær", "secretary", "Lægesekretær"},
	    {"dr", "Dr.", "doctor", "Læge"},
	    {"spl", "Sygeplejerske", "nurse", "Sygeplejerske"},
	    {"leder", "Ledende sekretær", "leader", "Ledende lægesekretær"},
	    {"ledelse", "Ledende overlæge", "specialty-management", "Afdelingsledelse"},
	};
	const department *d = &t->department;
	const int counts[] = {d->secretaries, d->doctors, d->nurses, d->leaders, d->managements};
	bool fine = true;
	for (int p = 0; p < 5; p++)
		for (int i = 0; fine && i < counts[p]; i++)
			fine = add_person(t, b, &professions[p], i) && add_roster(t, b, &professions[p], i);
	return fine;
}

bool set_up(town *t)
{
	const department *d = &t->department;
	caller who = inbox();
	batch b = {0};
	bool fine = batch_create(t, &b, t->scratch, d->hospital.id, above_json(t->scratch, &d->hospital, (text){0}));
	fine = fine &&
	       batch_create(t, &b, t->scratch, d->community.id, above_json(t->scratch, &d->community, d->hospital.id));
	fine = fine && batch_create(t, &b, t->scratch, d->id, organization_json(t->scratch, d));
	text box = TEXT("{\"resourceType\":\"Device\",\"status\":\"active\",\"deviceName\":[{\"name\":\"Indbakke for "
			"henvisninger\",\"type\":\"user-friendly-name\"}]}");
	fine = fine && batch_create(t, &b, t->scratch, TEXT("indbakke"), box);
	for (int i = 0; fine && i < d->place_count; i++)
		fine = batch_create(t, &b, t->scratch, d->places[i].id, place_json(t->scratch, d, &d->places[i]));
	fine = fine && add_staff(t, &b) && batch_commit(t, &b, &who);
	arena_reset(t->scratch);
	return fine;
}
