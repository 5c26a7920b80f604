/* route.c: who could do a task, best first, and why. Who cannot is told why not. */
#include "work/internal.h"

enum {
	POINTS_COORDINATOR = 1000, /* the patient's own, always first */
	POINTS_OWN = 300,
	POINTS_COMMUNITY = 150,
	POINTS_VOLUNTEER = 40,
	POINTS_EXPERT = 30,
	POINTS_ABLE = 20,
	POINTS_KNOWS = 15, /* once for each task done for the patient, */
	KNOWS_MAX = 2,     /* but no more than so often */
	LOAD_STEP = 10,    /* minutes of work before them that take a point */
	POINTS_FOCUS = -100,
	POINTS_RATHER_NOT = -60
};

typedef struct routed {
	const asking *by;
	const task_kind *kind;
	const doc *task;
	text id, coordinator;
	team team;
	bool office, tips, pool;
	map done_for; /* person → tasks done for the patient */
	bool own_can; /* somebody of the queue's own department can */
	bool community_can;
} routed;

static bool is_english(const routed *r)
{
	return r->by->lang == LANGUAGE_EN;
}

static void add(const routed *r, candidate *c, int points, text said)
{
	c->points += points;
	if (c->reason_count == REASONS_MAX) return;
	c->reasons[c->reason_count++] = points ? text_format(r->by->arena, "%.*s (%+d)", TEXT_ARG(said), points) : said;
}

static void cannot(candidate *c, text why)
{
	c->can = false;
	if (c->reason_count < REASONS_MAX) c->reasons[c->reason_count++] = why;
}

#define SAID(r, da, en) (is_english(r) ? TEXT(en) : TEXT(da))

/* ---- what decides whether ---- */

static bool check_may(routed *r, const worker *w, candidate *c)
{
	may m;
	if (!worker_may_all(r->by, r->kind, w, &m)) return false;
	c->skill = m.skill;
	c->helper = m.helper;
	if (m.yes) return true;
	issues said = {.arena = r->by->arena};
	may_refuse(&m, &said);
	cannot(c, issue_text(r->by->arena, said.first, r->by->lang));
	return true;
}

/* Colleagues see that somebody is not there, never why. */
static void check_duty(routed *r, int person, candidate *c)
{
	const team *t = &r->team;
	if (team_on_duty(t, r->by->image, person, r->by->now)) return;
	bool leave = team_in(t, person, DUTY_LEAVE, r->by->now) != NULL;
	cannot(c, leave ? SAID(r, "fravær", "absent") : SAID(r, "er ikke på vagt nu", "is not on duty now"));
}

static bool judge_one(routed *r, int person, candidate *c)
{
	const worker *w = &r->team.at[person].worker;
	*c = (candidate){.person = w->reference, .name = w->name, .can = true};
	check_duty(r, person, c);
	return check_may(r, w, c);
}

/* Others than the department's own come in where it is outside hours or overloaded, and the nearer ones cannot. */
static void check_place(const routed *r, tier where, candidate *c)
{
	if (where == TIER_COMMUNITY && r->own_can && !r->tips)
		cannot(c, SAID(r, "fællesskabet hjælper først, når specialet ikke selv kan eller har for travlt",
			       "the community helps only where the specialty cannot itself, or has too much to do"));
	if (where == TIER_HOSPITAL && !r->pool)
		cannot(c, SAID(r, "hospitalet har ingen fælles pulje på denne dato",
			       "the hospital has no pool on this date"));
	else if (where == TIER_HOSPITAL && (r->office || r->own_can || r->community_can))
		cannot(c, SAID(r, "hospitalets pulje bruges uden for kontortid, når ingen nærmere kan",
			       "the hospital's pool is used outside office hours where nobody nearer can"));
}

/* ---- what decides the order ---- */

static void weigh_place(const routed *r, tier where, candidate *c)
{
	if (where == TIER_OWN)
		add(r, c, POINTS_OWN, SAID(r, "eget speciale", "own specialty"));
	else if (where == TIER_COMMUNITY)
		add(r, c, POINTS_COMMUNITY,
		    r->tips && r->own_can ? SAID(r, "fællesskabet hjælper: der er mere, end specialet kan nå",
						 "the community helps: there is more than the specialty can do")
					  : SAID(r, "fra fællesskabet: ingen i specialet kan nu",
						 "from the community: nobody in the specialty can now"));
	else
		add(r, c, 0, SAID(r, "fra hospitalets pulje", "from the hospital's pool"));
}

static void weigh_skill(const routed *r, candidate *c)
{
	if (c->skill == SKILL_EXPERT) {
		add(r, c, POINTS_EXPERT, SAID(r, "ekspert", "expert"));
	} else if (c->skill == SKILL_LEARNING) {
		worker helper;
		bool found;
		bool read = worker_read(r->by, c->helper, &helper, &found);
		text who = read && found ? helper.name : c->helper;
		add(r, c, 0,
		    text_format(r->by->arena, is_english(r) ? "is learning it, with %.*s" : "under oplæring, med %.*s",
				TEXT_ARG(who)));
	} else {
		add(r, c, POINTS_ABLE, SAID(r, "kan", "able"));
	}
}

static void weigh_load(const routed *r, const team_person *p, candidate *c)
{
	text said = text_format(r->by->arena,
				is_english(r) ? "%d min. to begin today, %d tasks in all"
					      : "%d min. at begynde i dag, %d opgaver i alt",
				p->minutes, p->tasks);
	add(r, c, -(p->minutes / LOAD_STEP), said);
	int64_t knows = map_get_or(&r->done_for, p->worker.reference, 0);
	if (knows > 0)
		add(r, c, POINTS_KNOWS * (int)(knows < KNOWS_MAX ? knows : KNOWS_MAX),
		    text_format(r->by->arena,
				is_english(r) ? "knows the patient: has done %d tasks"
					      : "kender patienten: har gjort %d opgaver",
				(int)knows));
}

/* One in so many of a kind goes to who asked for it; which ones, their ids decide. */
static void weigh_wish(const routed *r, const worker *w, candidate *c)
{
	const routing *s = routing_of(r->by->image);
	wish asked = worker_wish(w, r->kind->id);
	if (asked == WISH_MORE && text_hash(r->id) % (uint64_t)s->volunteers == 0)
		add(r, c, POINTS_VOLUNTEER,
		    SAID(r, "har bedt om flere af dem, og det er en af dem",
			 "asked for more of these, and this is one"));
	if (asked == WISH_RATHER_NOT)
		add(r, c, POINTS_RATHER_NOT, SAID(r, "vil helst ikke have dem", "would rather not have these"));
}

static void weigh_focus(const routed *r, int person, candidate *c)
{
	const duty *d = team_in(&r->team, person, DUTY_FOCUS, r->by->now);
	if (!d) return;
	int minute = local_minute(d->to);
	add(r, c, POINTS_FOCUS,
	    text_format(r->by->arena,
			is_english(r) ? "has protected time until %d:%02d" : "har fokustid til kl. %d.%02d",
			minute / 60, minute % 60));
}

static bool is_coordinator(const routed *r, const worker *w)
{
	return r->coordinator.len &&
	       (text_equal(r->coordinator, w->reference) || text_equal(r->coordinator, w->practitioner));
}

static void weigh(const routed *r, int person, candidate *c)
{
	const team_person *p = &r->team.at[person];
	if (is_coordinator(r, &p->worker))
		add(r, c, POINTS_COORDINATOR,
		    SAID(r, "patientens navngivne koordinator", "the patient's named coordinator"));
	weigh_place(r, p->tier, c);
	weigh_skill(r, c);
	weigh_load(r, p, c);
	weigh_wish(r, &p->worker, c);
	weigh_focus(r, person, c);
	if (!r->team.planned)
		add(r, c, 0,
		    SAID(r, "der er ingen vagtplan for dagen: kontortid gælder",
			 "there is no roster for the day: office hours hold"));
}

static int better(const void *xp, const void *yp)
{
	const candidate *x = xp, *y = yp;
	if (x->can != y->can) return x->can ? -1 : 1;
	if (x->can && x->points != y->points) return x->points > y->points ? -1 : 1;
	return text_compare(x->person, y->person);
}

/* ---- the whole ---- */

static bool history_read(routed *r)
{
	search_answer found;
	text patient = reference_of(r->task, 0, NAME_for);
	r->done_for = (map){.arena = r->by->arena};
	const search_pair of[] = {{TEXT("patient"), patient}, {TEXT("status"), TEXT("completed")}};
	if (!text_starts(patient, TEXT("Patient/"))) return true;
	if (!find_all(r->by, "Task", of, 2, &found)) return false;
	for (int i = 0; i < found.count; i++) {
		const doc *d = doc_of(r->by, &found.entries[i].version);
		if (!d) return false;
		text owner = reference_of(d, 0, NAME_owner);
		if (owner.len) map_put(&r->done_for, owner, map_get_or(&r->done_for, owner, 0) + 1);
	}
	return true;
}

static bool prepare(routed *r, text id)
{
	const asking *by = r->by;
	version v;
	found f = record_read(by->reader, TEXT("Task"), id, &v, by->sink);
	if (f == FOUND_FAILED) return false;
	if (f != FOUND) return issue_add(by->sink, FAIL_WORK_NO_TASK, id, TEXT(""));
	r->task = doc_of(by, &v);
	if (!r->task) return false;
	r->kind = task_kind_find(by->image, task_kind_of(r->task));
	if (!r->kind) return issue_add(by->sink, FAIL_WORK_NOT_A_KIND, id, TEXT(""));
	day today = day_of_instant(by->now);
	const routing *s = routing_of(by->image);
	if (!team_read(by, task_queue(r->task), today, &r->team) || !history_read(r)) return false;
	r->coordinator = coordinator_of(by, r->task);
	r->office = routing_office(s, by->image, by->now);
	r->tips = team_tips(&r->team, by->image, by->now);
	r->pool = text_equal(rows_at(s->pool, today), TEXT("yes"));
	return by->sink->errors == 0;
}

int work_candidates(const asking *by, text task, candidate **out)
{
	routed *r = ARENA_NEW(by->arena, routed);
	*r = (routed){.by = by, .id = task};
	if (!prepare(r, task)) return -1;
	int n = r->team.count;
	candidate *all = ARENA_ARRAY(by->arena, candidate, n + 1);
	for (int i = 0; i < n; i++) {
		if (!judge_one(r, i, &all[i])) return -1;
		r->own_can |= all[i].can && r->team.at[i].tier == TIER_OWN;
		r->community_can |= all[i].can && r->team.at[i].tier == TIER_COMMUNITY;
	}
	for (int i = 0; i < n; i++) {
		if (all[i].can && !is_coordinator(r, &r->team.at[i].worker))
			check_place(r, r->team.at[i].tier, &all[i]);
		if (all[i].can) weigh(r, i, &all[i]);
	}
	if (n) qsort(all, (size_t)n, sizeof *all, better);
	*out = all;
	return n;
}
