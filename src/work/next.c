/* next.c: the next task for somebody: the first in the queue that they may do, less what is rather another's: of a patient whose named
 * coordinator is there, of a kind that somebody there asked for more of (one in so many), of a kind they would rather not have while others
 * can. Who has protected time is given none. Why this one is kept on the task. */
#include "work/internal.h"

enum { TRIES = 16, NEXT_TRIED = 16 };

typedef enum offer_kind {
	OFFER_FIRST,
	OFFER_ASKED,    /* they asked for more of these */
	OFFER_LAST,     /* another's first: taken where nothing else is left */
	OFFER_UNWISHED, /* rather not: only they can, or it cannot wait; after all others */
	OFFER_LEFT      /* rather not, and others can: not theirs */
} offer_kind;
typedef struct offer {
	text id, kind;
	offer_kind how;
} offer;
typedef struct looking {
	asking ask;
	worker self;
	text queue;
	team team; /* of the queue */
	offer *at;
	int count;
	text unwished; /* the kinds of those that were left, by name */
} looking;

static bool is_english(const looking *x)
{
	return x->ask.lang == LANGUAGE_EN;
}

/* ---- who else is there ---- */

static bool there(const looking *x, int person)
{
	const team *t = &x->team;
	return !text_equal(t->at[person].worker.reference, x->self.reference) &&
	       team_on_duty(t, x->ask.image, person, x->ask.now) && !team_in(t, person, DUTY_FOCUS, x->ask.now);
}

/* Is somebody else of the department there who may do the kind, and wishes this of it (WISH_NONE: does not wish it away)? */
static bool other_can(const looking *x, const task_kind *k, wish wants, bool *can)
{
	*can = false;
	for (int i = 0; i < x->team.count && !*can; i++) {
		may m;
		const worker *w = &x->team.at[i].worker;
		wish has = worker_wish(w, k->id);
		bool wished = wants == WISH_MORE ? has == WISH_MORE : has != WISH_RATHER_NOT;
		if (x->team.at[i].tier != TIER_OWN || !wished || !there(x, i)) continue;
		if (!worker_may_all(&x->ask, k, w, &m)) return false;
		*can = m.yes;
	}
	return true;
}

/* The patient's named coordinator is another, and there. */
static bool coordinated(const looking *x, const doc *task, bool *other)
{
	const worker *self = &x->self;
	text named = coordinator_of(&x->ask, task);
	*other = false;
	if (x->ask.sink->errors) return false;
	if (!named.len || text_equal(named, self->reference) || text_equal(named, self->practitioner)) return true;
	for (int i = 0; i < x->team.count && !*other; i++) {
		const worker *w = &x->team.at[i].worker;
		*other = (text_equal(named, w->reference) || text_equal(named, w->practitioner)) && there(x, i);
	}
	return true;
}

/* ---- whose each one is ---- */

static bool cannot_wait(const looking *x, const doc *task)
{
	instant start = extension_instant(task, "urn:limen:latest-start", NAME_valueInstant);
	return start != INSTANT_NONE && start <= x->ask.now;
}

static bool judge(looking *x, const doc *task, offer *o)
{
	bool other;
	const task_kind *k = task_kind_find(x->ask.image, o->kind);
	wish mine = worker_wish(&x->self, o->kind);
	bool share = wish_share(x->ask.image, o->id);
	o->how = OFFER_FIRST;
	if (!k) return true;
	if (mine == WISH_RATHER_NOT) {
		if (!other_can(x, k, WISH_NONE, &other)) return false;
		o->how = other && !cannot_wait(x, task) ? OFFER_LEFT : OFFER_UNWISHED;
		return true;
	}
	if (!coordinated(x, task, &other)) return false;
	if (!other && share && mine != WISH_MORE && !other_can(x, k, WISH_MORE, &other)) return false;
	o->how = other ? OFFER_LAST : share && mine == WISH_MORE ? OFFER_ASKED : OFFER_FIRST;
	return true;
}

/* As they are to be done; those that are rather another's behind, and those rather not wanted behind them. */
static int turn_of(offer_kind how)
{
	return how == OFFER_LAST ? 1 : how == OFFER_UNWISHED ? 2 : 0;
}

static void unwished_add(looking *x, const task_kind *k)
{
	text name = task_kind_title(k, x->ask.lang);
	if (text_find(x->unwished, name) >= 0) return;
	x->unwished =
	    text_format(x->ask.arena, "%.*s%s%.*s", TEXT_ARG(x->unwished), x->unwished.len ? ", " : "", TEXT_ARG(name));
}

static bool order(looking *x, const search_answer *found)
{
	int firsts = 0, count = 0;
	offer *all = ARENA_ARRAY(x->ask.arena, offer, found->count + 1);
	for (int i = 0; i < found->count && firsts < NEXT_TRIED; i++) {
		const doc *d = doc_of(&x->ask, &found->entries[i].version);
		if (!d) return false;
		offer *o = &all[count++];
		*o = (offer){.id = text_copy(x->ask.arena, found->entries[i].version.id), .kind = task_kind_of(d)};
		if (!judge(x, d, o)) return false;
		firsts += turn_of(o->how) == 0 && o->how != OFFER_LEFT;
	}
	x->at = ARENA_ARRAY(x->ask.arena, offer, count + 1);
	for (int p = 0; p < 3; p++)
		for (int i = 0; i < count; i++)
			if (all[i].how != OFFER_LEFT && turn_of(all[i].how) == p) x->at[x->count++] = all[i];
	for (int i = 0; i < count; i++)
		if (all[i].how == OFFER_LEFT) unwished_add(x, task_kind_find(x->ask.image, all[i].kind));
	return true;
}

/* ---- what waits ---- */

/* The kinds this person may do, as a value of the search `kind`. */
static bool kinds_of(const asking *ask, const worker *w, text *out)
{
	const task_kind *const *kinds;
	buffer b = {.arena = ask->arena};
	int count = task_kinds(ask->image, &kinds);
	for (int i = 0; i < count; i++) {
		may m;
		if (!worker_may_all(ask, kinds[i], w, &m)) return false;
		if (m.yes) buffer_format(&b, "%surn:limen:task|%.*s", b.len ? "," : "", TEXT_ARG(kinds[i]->id));
	}
	*out = buffer_text(&b);
	return true;
}

/* What nobody has in the queue and this person may do. */
static bool waiting(looking *x)
{
	text kinds;
	search_answer found = {0};
	if (!kinds_of(&x->ask, &x->self, &kinds)) return false;
	if (!kinds.len) return true;
	const search_pair pairs[] = {
	    {TEXT("open"), TEXT("true")}, {TEXT("owner:missing"), TEXT("true")}, {TEXT("queue"), x->queue},
	    {TEXT("kind"), kinds},        {TEXT("_sort"), TEXT("rank")},         {TEXT("_count"), TEXT("100")},
	};
	return record_search(x->ask.reader, TEXT("Task"), pairs, 6, false, &found, x->ask.sink) && order(x, &found);
}

/* Their protected time stands on their own department's roster. */
static bool in_focus(looking *x)
{
	team other, *t = &x->team;
	int self = team_find(t, x->self.reference);
	if (self < 0 && x->self.organization.len && !text_equal(x->self.organization, x->queue)) {
		t = &other;
		if (!team_people(&x->ask, x->self.organization, day_of_instant(x->ask.now), t)) return true;
		self = team_find(t, x->self.reference);
	}
	const duty *d = self < 0 ? NULL : team_in(t, self, DUTY_FOCUS, x->ask.now);
	if (!d) return false;
	int minute = local_minute(d->to);
	text until = text_format(x->ask.arena, is_english(x) ? "%d:%02d" : "%d.%02d", minute / 60, minute % 60);
	text by = phone_cover(&x->ask, t, x->self.reference);
	text phone = !by.len
			 ? (is_english(x) ? TEXT("nobody is free to take the telephone")
					  : TEXT("ingen er ledig til at tage telefonen"))
			 : text_format(x->ask.arena, is_english(x) ? "%.*s has the telephone" : "%.*s har telefonen",
				       TEXT_ARG(by));
	return issue_add(x->ask.sink, FAIL_WORK_IN_FOCUS, until, phone), true;
}

static bool look_in(looking *x, text actor)
{
	bool known;
	if (!worker_read(&x->ask, actor, &x->self, &known)) return false;
	if (!known || x->self.role_count == 0) return issue_add(x->ask.sink, FAIL_WORK_NO_ROLE, actor, TEXT(""));
	if (!x->queue.len) x->queue = x->self.organization;
	if (!x->queue.len) return true;
	return team_people(&x->ask, x->queue, day_of_instant(x->ask.now), &x->team) && !in_focus(x) && waiting(x);
}

static bool look(looking *x, record *rec, const working *by, text queue, issues *sink)
{
	*x = (looking){.queue = queue};
	x->ask =
	    (asking){.image = by->image, .now = by->now, .lang = by->who->language, .arena = by->arena, .sink = sink};
	x->ask.reader = record_reader(rec, by->who, by->arena, sink);
	if (!x->ask.reader) return false;
	bool fine = look_in(x, by->who->actor);
	reader_close(x->ask.reader);
	return fine && sink->errors == 0;
}

/* ---- one of them is taken ---- */

static text why_this(const looking *x, const offer *o)
{
	static const char *const da[] = {
	    [OFFER_FIRST] = "den første i køen, som du kan tage",
	    [OFFER_ASKED] = "du har bedt om flere af dem, og det er en af dem",
	    [OFFER_LAST] = "intet andet er tilbage: den var først en andens, som er på vagt",
	    [OFFER_UNWISHED] = "du vil helst ikke have dem, men ingen anden på vagt kan, eller den kan ikke vente",
	    [OFFER_LEFT] = "",
	};
	static const char *const en[] = {
	    [OFFER_FIRST] = "the first in the queue that you can take",
	    [OFFER_ASKED] = "you asked for more of these, and this is one",
	    [OFFER_LAST] = "nothing else is left: it was another's first, who is on duty",
	    [OFFER_UNWISHED] = "you would rather not have these, but nobody else on duty can, or it cannot wait",
	    [OFFER_LEFT] = "",
	};
	return text_of(is_english(x) ? en[o->how] : da[o->how]);
}

/* Taken by others, closed or changed since it was found: then it is not this one's. */
static bool lost(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		if (i->code == FAIL_WORK_TAKEN || i->code == FAIL_WORK_CLOSED || i->code == FAIL_WORK_CANNOT_NOW)
			return true;
	return owner_moved(sink);
}

bool work_next(record *rec, text queue, const working *by, text *task, issues *sink)
{
	looking x;
	*task = (text){0};
	for (int tries = 0; tries < TRIES; tries++) {
		if (!look(&x, rec, by, queue, sink)) return false;
		for (int i = 0; i < x.count; i++) {
			issues mine = {.arena = by->arena};
			const acting claim = {
			    .act = ACT_CLAIM, .task = x.at[i].id, .chosen = why_this(&x, &x.at[i]), .until = DAY_NONE};
			if (owner_act(rec, &claim, by, &mine)) {
				*task = x.at[i].id;
				return true;
			}
			if (!lost(&mine)) return issues_add_all(sink, &mine), false;
		}
		if (x.count == 0) return x.unwished.len && issue_add(sink, FAIL_WORK_UNWISHED, x.unwished, TEXT(""));
	}
	return issue_add(sink, FAIL_WORK_CANNOT_NOW, TEXT(""), TEXT(""));
}
