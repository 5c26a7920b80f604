/* route.c: who could do a task, best first, and why. Who cannot is told why not. */
#include "work/internal.h"

enum {
	POINTS_COORDINATOR = 1000, /* the patient's own, always first */
	POINTS_OWN = 300,
	POINTS_COMMUNITY = 150,
	POINTS_VOLUNTEER = 40, /* at least: it brings them before who did not ask */
	POINTS_EXPERT = 30,
	POINTS_ABLE = 20,
	POINTS_KNOWS = 15,     /* once for each task done for the patient, */
	KNOWS_MAX = 2,         /* but no more than so often */
	LOAD_STEP = 10,        /* minutes of work before them that take a point */
	POINTS_FOCUS = 100,    /* at least: it takes them behind everybody who has none */
	POINTS_RATHER_NOT = 60 /* at least: behind those of the same place who have nothing against it */
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

/* ---- wishes and protected time: others first, where there are others ---- */

bool wish_share(const image *m, text task)
{
	return text_hash(task) % (uint64_t)routing_of(m)->volunteers == 0;
}

typedef enum stand { STAND_PLAIN, STAND_ASKED, STAND_RATHER_NOT, STAND_FOCUS } stand;

/* One in so many of a kind goes to who asked for more of it; which ones, their ids decide. */
static stand stand_of(const routed *r, int person)
{
	wish w = worker_wish(&r->team.at[person].worker, r->kind->id);
	if (team_in(&r->team, person, DUTY_FOCUS, r->by->now)) return STAND_FOCUS;
	if (w == WISH_RATHER_NOT) return STAND_RATHER_NOT;
	return w == WISH_MORE && wish_share(r->by->image, r->id) ? STAND_ASKED : STAND_PLAIN;
}

/* The points of those who can and stand so, of one place: the fewest and the most. False: there are none. The patient's coordinator is no measure. */
static bool bounds_of(const routed *r, const candidate *all, stand how, int place, int bounds[2])
{
	bool any = false;
	for (int i = 0; i < r->team.count; i++) {
		int points = all[i].points;
		if (!all[i].can || stand_of(r, i) != how || (int)r->team.at[i].tier != place) continue;
		if (is_coordinator(r, &r->team.at[i].worker)) continue;
		if (!any || points < bounds[0]) bounds[0] = points;
		if (!any || points > bounds[1]) bounds[1] = points;
		any = true;
	}
	return any;
}

static int at_least(int points, int least)
{
	return points > least ? points : least;
}

/* All who asked come before who did not, by the same, so that load and depth still order them. */
static void bring_forward(routed *r, candidate *all)
{
	for (int i = 0; i < r->team.count; i++) {
		int asked[2], others[2], place = (int)r->team.at[i].tier;
		if (!all[i].can || stand_of(r, i) != STAND_ASKED) continue;
		bool any =
		    bounds_of(r, all, STAND_ASKED, place, asked) && bounds_of(r, all, STAND_PLAIN, place, others);
		all[i].forward = any ? at_least(others[1] - asked[0] + 1, POINTS_VOLUNTEER) : POINTS_VOLUNTEER;
	}
	for (int i = 0; i < r->team.count; i++)
		if (all[i].forward)
			add(r, &all[i], all[i].forward,
			    SAID(r, "har bedt om flere af dem, og det er en af dem",
				 "asked for more of these, and this is one"));
}

/* The patient's own coordinator keeps their patient. */
static void put_behind_the_willing(routed *r, candidate *all)
{
	for (int i = 0; i < r->team.count; i++) {
		int others[2], back = POINTS_RATHER_NOT;
		if (!all[i].can || stand_of(r, i) != STAND_RATHER_NOT) continue;
		bool coordinator = is_coordinator(r, &r->team.at[i].worker);
		if (!coordinator && bounds_of(r, all, STAND_PLAIN, (int)r->team.at[i].tier, others))
			back = at_least(all[i].points - others[0] + 1, back);
		add(r, &all[i], -back, SAID(r, "vil helst ikke have dem", "would rather not have these"));
	}
}

static text focus_words(routed *r, int person)
{
	bool en = is_english(r);
	int minute = local_minute(team_in(&r->team, person, DUTY_FOCUS, r->by->now)->to);
	text until = text_format(r->by->arena, en ? "has protected time until %d:%02d" : "har fokustid til kl. %d.%02d",
				 minute / 60, minute % 60);
	text phone = phone_cover(r->by, &r->team, r->team.at[person].worker.reference);
	if (!phone.len) return until;
	return text_format(r->by->arena, en ? "%.*s; %.*s has the telephone" : "%.*s; %.*s har telefonen",
			   TEXT_ARG(until), TEXT_ARG(phone));
}

/* Behind everybody who can and has none, wherever they are from. */
static void put_behind_the_rest(routed *r, candidate *all)
{
	for (int i = 0; i < r->team.count; i++) {
		int back = POINTS_FOCUS;
		if (!all[i].can || stand_of(r, i) != STAND_FOCUS) continue;
		for (int j = 0; j < r->team.count; j++)
			if (all[j].can && stand_of(r, j) != STAND_FOCUS)
				back = at_least(all[i].points - all[j].points + 1, back);
		add(r, &all[i], -back, focus_words(r, i));
	}
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
	bring_forward(r, all);
	put_behind_the_willing(r, all);
	put_behind_the_rest(r, all);
	if (n) qsort(all, (size_t)n, sizeof *all, better);
	*out = all;
	return n;
}
