/* department.h: facts of pathways as a department's are: most referrals are for assessment, some are treated, moved, rejected, closed; a
 * few have cancer, ask to wait, are told that a limit will not hold; some things happen several times. Dates are by minutes, by days, or
 * of when something was written. From a seed, the same each time. Included by bench/clock.c. */
#ifndef LIMEN_BENCH_DEPARTMENT_H
#define LIMEN_BENCH_DEPARTMENT_H

#include "pathway/pathway.h"

#include <stdio.h>
#include <stdlib.h>

enum { DEPARTMENT_FACTS_MAX = 64, DEPARTMENT_DAYS = 3 * 365, PERCENT_HUNDREDTHS = 10000 };

/* What happens in a pathway: so many of ten thousand have it, so many days after what it follows, as often at most. */
typedef struct happening {
	const char *fact,
	    *after; /* after: NULL: the referral's receipt. A pathway without that one does not have this */
	int of_10000, days_from, days_to, times;
	const char *codes; /* of a code: "udredning 60 behandling 15 …", with weights */
	/* found once */
	int id, after_at;
} happening;

static happening happenings[] = {
    {"referral.received", NULL, 10000, 0, 0, 1, NULL, 0, 0},
    {"referral.class", NULL, 9000, 0, 6, 1, "udredning 62 behandling 12 diagnostisk 9 kontrol 11 akut 6", 0, 0},
    {"referral.visitated", NULL, 9200, 0, 6, 1, NULL, 0, 0},
    {"booked.made", "referral.visitated", 8800, 0, 12, 3, NULL, 0, 0},
    {"notice.sent", "booked.made", 9300, 0, 3, 2, NULL, 0, 0},
    {"notice.received", "notice.sent", 9500, 0, 5, 2, NULL, 0, 0},
    {"contact.started", "booked.made", 8200, 3, 60, 3, NULL, 0, 0},
    {"assessment.started", "contact.started", 7000, 0, 10, 1, NULL, 0, 0},
    {"assessment.finished", "assessment.started", 7500, 5, 50, 1, NULL, 0, 0},
    {"decision.made", "assessment.started", 8000, 3, 45, 1, NULL, 0, 0},
    {"patient.told", "decision.made", 9500, 0, 12, 2, NULL, 0, 0},
    {"step.decidable", "assessment.started", 3000, 0, 20, 2, NULL, 0, 0},
    {"plan.updated", "step.decidable", 9000, 0, 4, 2, NULL, 0, 0},
    {"breach.known", NULL, 900, 10, 40, 1, NULL, 0, 0},
    {"deadline.told", "breach.known", 8500, 0, 4, 1, NULL, 0, 0},
    {"plan.made", "breach.known", 7000, 0, 9, 1, NULL, 0, 0},
    {"treatment.referred", "decision.made", 5500, 0, 10, 1, NULL, 0, 0},
    {"treatment.consented", "treatment.referred", 9000, 0, 7, 1, NULL, 0, 0},
    {"treatment.started", "treatment.referred", 7500, 5, 75, 1, NULL, 0, 0},
    {"treatment.outside-choice", "decision.made", 200, 0, 0, 1, NULL, 0, 0},
    {"treatment.kind", "treatment.referred", 800, 0, 0, 1, "sterilisation 60 fertilitet 25 kosmetisk 5 forskning 10", 0,
     0},
    {"patient.waits", "treatment.referred", 1500, 1, 30, 2, NULL, 0, 0},
    {"patient.ready", "patient.waits", 8500, 2, 60, 2, NULL, 0, 0},
    {"health.waits", NULL, 250, 2, 40, 1, NULL, 0, 0},
    {"health.ready", "health.waits", 8000, 3, 50, 1, NULL, 0, 0},
    {"rights.suspended", NULL, 60, 0, 10, 1, NULL, 0, 0},
    {"rights.resumed", "rights.suspended", 9000, 10, 60, 1, NULL, 0, 0},
    {"danger.kind", NULL, 1200, 0, 3, 1, "kraeft 97 hovedstamme 1 angina 1 ami 1", 0, 0},
    {"cancer.package", "danger.kind", 9000, 0, 0, 1, "prostata 50 blaere 25 nyre 15 penis 3 testis 7", 0, 0},
    {"treatment.mode", "cancer.package", 6000, 0, 0, 1, "kirurgi 50 medicinsk 20 straale 30", 0, 0},
    {"package.started", "cancer.package", 9000, 1, 12, 1, NULL, 0, 0},
    {"package.decided", "package.started", 8500, 4, 30, 1, NULL, 0, 0},
    {"package.treated", "package.decided", 7000, 3, 25, 1, NULL, 0, 0},
    {"package.ended", "package.started", 1200, 5, 40, 1, NULL, 0, 0},
    {"choice.wanted", NULL, 250, 20, 60, 1, NULL, 0, 0},
    {"choice.granted", "choice.wanted", 8000, 0, 6, 1, NULL, 0, 0},
    {"referral.forwarded", "choice.wanted", 7500, 0, 12, 1, NULL, 0, 0},
    {"referral.rejected", NULL, 400, 0, 5, 1, NULL, 0, 0},
    {"rejection.told-referrer", "referral.rejected", 9500, 0, 3, 1, NULL, 0, 0},
    {"rejection.told-patient", "referral.rejected", 9000, 0, 5, 1, NULL, 0, 0},
    {"referral.revoked", NULL, 300, 0, 60, 1, NULL, 0, 0},
    {"pathway.closed", NULL, 6500, 20, 240, 1, NULL, 0, 0},
};

enum { HAPPENINGS = sizeof happenings / sizeof *happenings };

static void department_open(const image *m)
{
	for (int i = 0; i < HAPPENINGS; i++) {
		happening *h = &happenings[i];
		h->id = fact_id(m, text_of(h->fact));
		h->after_at = 0;
		for (int n = 0; h->after && n < HAPPENINGS; n++)
			if (text_equal(text_of(happenings[n].fact), text_of(h->after))) h->after_at = n;
		if (h->id >= 0 && h->after_at < i + !i) continue;
		fprintf(stderr, "bench: no such fact, or after what comes later: %s\n", h->fact);
		exit(1);
	}
}

/* One of "a 60 b 40", by weight. */
static text code_drawn(const char *codes, random_state *rnd)
{
	int64_t left = random_below(rnd, 100);
	for (text rest = text_of(codes); rest.len;) {
		text_pair code = text_cut(rest, ' '), weight = text_cut(code.tail, ' ');
		int64_t n = 0;
		text_to_int(weight.head, &n);
		left -= n;
		if (left < 0) return code.head;
		rest = weight.tail;
	}
	return TEXT("");
}

/* A third are dates; most are of office hours, by the minute; one in twelve is when something was written. */
static void time_drawn(fact *f, day on, random_state *rnd)
{
	int64_t kind = random_below(rnd, 12);
	f->on = on;
	f->at = kind < 4 ? day_start(on) : local_instant(on, (int)random_between(rnd, 7 * 60, 17 * 60));
	if (kind == 11) f->at += random_below(rnd, MINUTES(1));
	f->date_only = kind < 4;
}

static bool happens(const happening *h, const day *last, random_state *rnd)
{
	if (h->after && last[h->after_at] == DAY_NONE) return false;
	return random_below(rnd, PERCENT_HUNDREDTHS) < h->of_10000;
}

/* The facts of one pathway, sorted. */
static facts department_pathway(random_state *rnd, fact *room)
{
	day last[HAPPENINGS];
	facts f = {.at = room};
	day received = day_from_civil((civil){2023, 6, 1}) + (day)random_below(rnd, DEPARTMENT_DAYS);
	if (day_weekday(received) > 4 && random_below(rnd, 8)) received -= 2;
	for (int i = 0; i < HAPPENINGS; i++) {
		const happening *h = &happenings[i];
		last[i] = DAY_NONE;
		if (!happens(h, last, rnd)) continue;
		day on = h->after ? last[h->after_at] : received;
		for (int times = 0; times < h->times && f.count < DEPARTMENT_FACTS_MAX; times++) {
			on += (day)random_between(rnd, h->days_from, h->days_to);
			fact *x = &f.at[f.count++];
			*x = (fact){.id = h->id, .sequence = f.count};
			time_drawn(x, on, rnd);
			if (h->codes) x->code = code_drawn(h->codes, rnd);
			last[i] = on;
			if (random_below(rnd, 5)) break;
		}
	}
	facts_sort(&f);
	return f;
}

#endif
