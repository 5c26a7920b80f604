/* process.c: the process times of a department, the forecast of one clock from them, and what is said of it. */
#include "clock/internal.h"

typedef struct rule_times {
	const clock_rule *rule;
	stage_times stages[STAGES_MAX + 1]; /* until it stopped */
	stage_times stays[STAGES_MAX + 1];  /* until the next stage */
} rule_times;

struct processes {
	arena *arena;
	const image *image;
	const forecast_settings *settings;
	instant made;
	rule_times *rules; /* in the order of the image's rules; NULL rule: it has no stages */
	int rule_count;
};

processes *processes_new(const image *m, instant now, arena *a)
{
	const clock_rule *const *rules;
	processes *p = ARENA_NEW(a, processes);
	*p = (processes){.arena = a, .image = m, .settings = forecast_settings_of(m), .made = now};
	p->rule_count = p->settings ? clock_rules(m, &rules) : 0;
	p->rules = ARENA_ARRAY(a, rule_times, p->rule_count + 1);
	for (int i = 0; i < p->rule_count; i++) p->rules[i].rule = rules[i]->stage_count ? rules[i] : NULL;
	return p;
}

static rule_times *times_of(const processes *p, const clock_rule *r)
{
	for (int i = 0; i < p->rule_count; i++)
		if (p->rules[i].rule == r) return &p->rules[i];
	return NULL;
}

void processes_add(processes *p, const clock *c, const facts *f)
{
	rule_times *t = times_of(p, c->rule);
	stage_seen seen[STAGES_SEEN_MAX];
	if (!t) return;
	instant oldest = p->made - p->settings->window_days * HOURS(24);
	int count = stages_seen(c, f, p->made, seen);
	for (int i = 0; i < count; i++) {
		if (seen[i].since < oldest) continue;
		process_time stay = {.left = seen[i].time.left, .rest = seen[i].time.left};
		stay.ended = i + 1 < count || seen[i].time.ended;
		stage_times_add(&t->stages[seen[i].stage], p->arena, seen[i].time);
		stage_times_add(&t->stays[seen[i].stage], p->arena, stay);
	}
}

void processes_ready(processes *p)
{
	for (int i = 0; i < p->rule_count; i++)
		for (int s = 0; s <= STAGES_MAX && p->rules[i].rule; s++) {
			stage_times_ready(&p->rules[i].stages[s], p->arena);
			stage_times_ready(&p->rules[i].stays[s], p->arena);
		}
}

int processes_slowest(const processes *p, const clock_rule *r, int from_stage, int64_t *median)
{
	const rule_times *t = times_of(p, r);
	int slowest = -1;
	*median = -1;
	for (int s = from_stage; t && s <= r->stage_count; s++) {
		chance stay = chance_of(&t->stays[s], -1, 0, p->settings->minimum);
		if (stay.median > *median) *median = stay.median, slowest = s;
	}
	return slowest;
}

forecast clock_forecast(const processes *p, const clock *c, const facts *f, instant now)
{
	forecast out = {.kind = FORECAST_NONE};
	const rule_times *t = p ? times_of(p, c->rule) : NULL;
	if (!t || clock_state_at(c, now) != CLOCK_RUNNING) return out;
	out.at = clock_stage(c, f, now);
	out.minimum = p->settings->minimum;
	int stage = out.at.stage;
	instant from = out.at.since;
	int64_t waited;
	if (out.at.planned) { /* what follows it is all that is not known yet */
		stage = c->rule->foreseen;
		from = out.at.planned->at;
		waited = -1;
		if (from >= c->due) {
			out.kind = FORECAST_LATE;
			return out;
		}
	} else {
		waited = now - from;
	}
	int64_t left_out =
	    out.at.planned ? 0 : days_not_counted(c->rule, f, day_of_instant(from), day_of_instant(now)) * HOURS(24);
	out.chance = chance_of(&t->stages[stage], waited < left_out ? -1 : waited - left_out, c->due - from - left_out,
			       out.minimum);
	out.kind = out.chance.known ? FORECAST_CHANCE : FORECAST_UNKNOWN;
	return out;
}

/* ---- said ---- */

static void say_chance(buffer *b, const forecast *f, text stage, bool da)
{
	const chance *c = &f->chance;
	int days = (int)((c->median + HOURS(12)) / HOURS(24));
	buffer_format(b,
		      da ? "sandsynlighed for at nå det: %s%d %% (set på %d afsluttede på samme trin: %.*s"
			 : "chance that it is met: %s%d %% (seen on %d that ended, at the same stage: %.*s",
		      c->at_most ? da ? "højst " : "at most " : "", c->percent, c->seen, TEXT_ARG(stage));
	if (c->at_most)
		buffer_add(b, da ? TEXT("; så få har ventet så længe") : TEXT("; few have waited so long"));
	else if (c->median >= 0 && days == 1)
		buffer_add(b, da ? TEXT("; halvdelen tager højst 1 dag mere")
				 : TEXT("; half of them take 1 day more at most"));
	else if (c->median >= 0)
		buffer_format(
		    b, da ? "; halvdelen tager højst %d dage mere" : "; half of them take %d days more at most", days);
	buffer_char(b, ')');
}

text forecast_say(arena *a, const image *m, const clock *c, const forecast *f, language lang)
{
	bool da = lang == LANGUAGE_DA;
	buffer b = {.arena = a};
	if (f->kind == FORECAST_NONE) return (text){0};
	int of = f->at.planned ? c->rule->foreseen : f->at.stage;
	text stage = clock_stage_say(a, m, c->rule, of, lang);
	text planned = f->at.planned ? day_long(a, f->at.planned->on, !da) : (text){0};
	switch (f->kind) {
	case FORECAST_NONE:
		break;
	case FORECAST_LATE:
		buffer_format(&b,
			      da ? "nås ikke, som det er planlagt: %.*s %.*s ligger efter fristen"
				 : "not met as planned: %.*s %.*s lies past the limit",
			      TEXT_ARG(stage), TEXT_ARG(planned));
		break;
	case FORECAST_UNKNOWN:
		buffer_format(&b,
			      da ? "sandsynlighed for at nå det: kendes ikke, kun %d afsluttede er set på samme trin: "
				   "%.*s (der skal %d til)"
				 : "chance that it is met: not known, only %d that ended were seen at the same stage: "
				   "%.*s (it takes %d)",
			      f->chance.seen, TEXT_ARG(stage), f->minimum);
		break;
	case FORECAST_CHANCE:
		say_chance(&b, f, stage, da);
		break;
	}
	return buffer_text(&b);
}
