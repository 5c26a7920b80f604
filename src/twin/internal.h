/* internal.h: what the files of twin/ share. */
#ifndef LIMEN_TWIN_INTERNAL_H
#define LIMEN_TWIN_INTERNAL_H

#include "twin/twin.h"

/* ---- the department, out of content (department.c) ---- */
typedef struct text_list {
	const text *at;
	int count;
} text_list;
typedef enum sex { SEX_WOMAN, SEX_MAN, SEX_ANY } sex;
typedef struct range {
	int low, high;
} range;
typedef struct referrer {
	text name;
	int weight;
} referrer;
typedef struct reason {
	text id, text, class, urgency, package, plan, what, treatment;
	text kind; /* what the extended free choice does not cover, e.g. sterilisation; else empty */
	sex sex;
	range ages;
	int weight, minutes, treated, again, complete;
	bool asks_psa; /* an incomplete one lacks its PSA; others lack their reason */
} reason;
typedef struct place_of_work {
	text id, da;
} place_of_work;
typedef struct pace {
	text kind;
	range days;
} pace;
/* Who of a profession is able to what: of so many from number `from` on, the first are experts, then come the able, then those who learn
 * it with the first of them at their side. A delegation: so many have it for so many days. */
typedef struct staff_skill {
	text who, code;
	int from, expert, able, learning;
	int days; /* a delegation; 0: a competence */
} staff_skill;
typedef struct above { /* an organisation the department is a part of */
	text id, da;
} above;
typedef struct department {
	text id, da;
	above community, hospital;
	int site_count; /* the first so many places are the sites people work at */
	staff_skill *skills;
	int skill_count;
	place_of_work *places;
	int place_count;
	int secretaries, doctors, nurses, leaders, managements;
	text_list women, men, family, towns;
	referrer *referrers;
	int *referrer_weights, referrer_count;
	reason *reasons;
	int *reason_weights, reason_count;
	pace *paces;
	int pace_count;
	range routine, urgent, asap, stat, treatment;
	int slow, paper, patient_cancels, hospital_cancels, noshow, rejected;
} department;
bool department_read(const image *m, text id, arena *a, issues *sink, department *out);
range department_pace(const department *d, text kind);
range department_wait(const department *d, text urgency);

/* ---- people (people.c) ---- */
typedef struct person {
	text id, cpr, given, family;
	sex sex;
	day born;
	text road, town, phone;
} person;
/* The next person of the sex and age that are referred for this reason; nobody before has the CPR number (`taken`). */
person person_make(arena *a, random_state *r, const department *d, const reason *why, day today, map *taken);
/* Day of month + 60; serial 0..9999 is the last four digits as they are. */
text cpr_number(arena *a, day born, int serial);
bool cpr_century_right(day born, int seventh_digit);
text person_json(arena *a, const person *p);

/* ---- the staff (staff.c) ---- */
int staff_count(const department *d, text role);
/* The first from `number` on, round, who is able to it; `number` itself where nobody is. */
int staff_able(const department *d, text role, int number, text competence);

const place_of_work *staff_site(const department *d, int number);
/* Their Schedule, and what they do on a day: duty, and of the secretaries some have the telephone and some their protected time; one of each
 * profession is away for the week. Gives how many Slots. */
enum { STAFF_SLOTS_MAX = 3 };
struct profession;
text staff_schedule(arena *a, const struct profession *p, int number);
int staff_slots(arena *a, const department *d, const struct profession *p, int number, day on,
		text out[STAFF_SLOTS_MAX]);

/* ---- resources the department's people write themselves (resources.c) ---- */
text staff_id(arena *a, const char *prefix, int number); /* "sek-a" … "sek-z", then "sek-aa" */
typedef struct profession {
	const char *prefix; /* of the ids: "sek" */
	const char *title;  /* before the letter that names one of them: "Sekretær" */
	const char *role;   /* urn:limen:role */
	const char *display;
} profession;
text practitioner_role_json(arena *a, const department *d, int number, const profession *p);
text above_json(arena *a, const above *one, text part_of);
/* One of the staff, with what they are able to; `today`: when delegations begin. */
text practitioner_json(arena *a, const department *d, const profession *p, int number, day today); /* staff.c */
text staff_label(arena *a, const profession *p, int number);                                       /* "Sekretær A" */
text place_json(arena *a, const department *d, const place_of_work *p);
text organization_json(arena *a, const department *d);
typedef struct referral {
	text id, patient, patient_name, referrer;
	const reason *reason;
	bool complete;
	text psa;
	instant authored, received;
} referral;
text referral_json(arena *a, const department *d, const referral *r);
typedef struct visit {
	text referral, patient, what, place, doctor;
	instant made, start;
	int minutes;
} visit;
text visit_json(arena *a, const visit *v);
/* The resource with some members set; values are JSON, an empty value takes the member away. */
typedef struct member {
	const char *key;
	text json;
} member;
text with_members(arena *a, const doc *d, const member *members, int count);
text extension_json(arena *a, const char *url, const char *value_key, text value);
text extensions_with(arena *a, const doc *d, text one); /* the resource's extensions and this one, as a list */
text concept_json(arena *a, const char *system, const char *code);

/* ---- time (agenda.c) ---- */
typedef enum event_kind { EVENT_REFERRAL, EVENT_TASK, EVENT_VISIT, EVENT_CANCEL } event_kind;
typedef struct event {
	instant at;
	int64_t order;
	event_kind kind;
	int pathway;
	text id; /* the task's or the appointment's */
	bool by_patient;
} event;
typedef struct agenda {
	arena *arena;
	event *heap;
	int count, cap;
	int64_t order;
} agenda;
void agenda_add(agenda *g, event e);
bool agenda_next(agenda *g, event *out);
bool agenda_sooner(const agenda *g, const event *than); /* is there one before it? */
/* Office hours, 8 to 15.20 on working days. */
instant office_time(const calendar *c, random_state *r, instant after, range days);
instant next_office_instant(const calendar *c, instant at);
/* The doctors' calendars: the first free time for so many minutes on or after a day, taken at once. */
typedef struct diary {
	const calendar *calendar;
	map busy; /* "doctor:day" → a bit for each quarter of the day */
	arena *arena;
} diary;
instant diary_take(diary *d, int doctor, day from, int minutes);

/* ---- the run (populate.c, answers.c) ---- */
typedef struct course { /* one pathway as the department knows it */
	text patient, referral;
	const reason *reason;
	random_state random;
	int doctor, secretary;
	bool slow, treated, again;
	bool rejected, paper, lacking; /* lacking: the referral is still without what it should hold */
	instant visited;               /* the latest visit's end, or INSTANT_NONE */
	instant sent;                  /* the latest letter */
	instant decided;
} course;
typedef struct town {
	const twin_transport *t;
	const image *image;
	world *world;
	const twin_options *options;
	issues *sink;
	arena *arena;   /* the whole run */
	arena *scratch; /* one event */
	department department;
	agenda agenda;
	diary diary;
	course *courses;
	int course_count;
	map by_patient; /* patient id → course */
	map cpr_taken;
	map scheduled; /* task id → 1 while somebody has it on the table */
	map visits;    /* appointment id → 1 once known */
	random_state random;
	int64_t seen; /* the feed up to here */
	twin_report report;
} town;
enum { SETUP_WRITES_MAX = 64 };
typedef struct batch {
	write_op at[SETUP_WRITES_MAX];
	int count;
} batch;
caller inbox(void); /* who takes in what comes from outside */
bool batch_create(town *t, batch *b, arena *a, text id, text json);
bool batch_commit(town *t, batch *b, const caller *who);
bool set_up(town *t); /* setup.c */
/* answers.c: the form of each kind as this department fills it in. */
enum { ANSWERS_MAX = 12 };
typedef struct filled_form {
	answer at[ANSWERS_MAX];
	int count;
} filled_form;
/* False: this kind is not done by answers now. */
bool form_answers(town *t, course *c, text kind, instant now, filled_form *out);
/* A free time of the course's doctor, so many days from now; it is taken at once. */
instant visit_time(town *t, course *c, range wait, int minutes, instant now);
text doctor_label(arena *a, int number); /* "Dr. B" */

#endif
