/* rank.c: why a task stands where it stands in every list: what is left until it must be begun, what harms most by waiting, what is oldest. */
#include "work/internal.h"

task_rank rank_of(const doc *task, const task_row *row)
{
	task_rank r = {.latest_start = row->latest_start, .authored = row->authored};
	r.priority = doc_get_text(task, 0, NAME_priority);
	uint32_t reason = doc_get(task, 0, NAME_reasonCode);
	uint32_t list = reason == NODE_ABSENT ? NODE_ABSENT : doc_get(task, reason, NAME_coding);
	for (uint32_t i = 0; (i = list_after(task, list, i)) != NODE_ABSENT;)
		r.law |= text_equal(doc_get_text(task, i, NAME_system), TEXT("urn:limen:clock-force")) &&
			 text_equal(doc_get_text(task, i, NAME_code), TEXT("law"));
	return r;
}

/* "2 days and 3 hours", "3 hours and 10 minutes", "10 minutes". */
static text span_words(arena *a, int64_t minutes, bool en)
{
	int days = (int)(minutes / 1440), hours = (int)(minutes / 60 % 24), rest = (int)(minutes % 60);
	if (days) return text_format(a, en ? "%d d. %d h." : "%d d. %d t.", days, hours);
	if (hours) return text_format(a, en ? "%d h. %d min." : "%d t. %d min.", hours, rest);
	return text_format(a, "%d min.", rest);
}

static text left_words(arena *a, const task_rank *r, instant now, bool en)
{
	if (r->latest_start == INSTANT_NONE)
		return en ? TEXT("no date: in the group without one") : TEXT("ingen dato: står i gruppen uden dato");
	int64_t minutes = (r->latest_start - now) / MINUTES(1);
	text span = span_words(a, minutes < 0 ? -minutes : minutes, en);
	if (minutes < 0)
		return text_format(a, en ? "should have been begun %.*s ago" : "skulle være begyndt for %.*s siden",
				   TEXT_ARG(span));
	return text_format(a, en ? "%.*s left until it must be begun" : "%.*s til den skal begyndes", TEXT_ARG(span));
}

static text harm_words(const task_rank *r, bool en)
{
	if (text_equal(r->priority, TEXT("stat"))) return en ? TEXT("at once") : TEXT("straks");
	if (text_equal(r->priority, TEXT("asap"))) return en ? TEXT("as soon as possible") : TEXT("hurtigst muligt");
	if (text_equal(r->priority, TEXT("urgent"))) return en ? TEXT("urgent") : TEXT("haster");
	return en ? TEXT("routine") : TEXT("almindelig");
}

why_line rank_line(arena *a, const task_rank *r, instant now, language lang)
{
	bool en = lang == LANGUAGE_EN;
	text left = left_words(a, r, now, en), harm = harm_words(r, en);
	text law =
	    r->law ? (en ? TEXT("a law behind it") : TEXT("en lov bag")) : (en ? TEXT("a goal") : TEXT("et mål"));
	text age = r->authored == INSTANT_NONE ? (text){0} : instant_long(a, r->authored, en);
	why_line l = {.on = day_of_instant(now), .effect = en ? TEXT("place in the list") : TEXT("pladsen på listen")};
	l.say = text_format(a, "%.*s · %.*s, %.*s · %s %.*s", TEXT_ARG(left), TEXT_ARG(harm), TEXT_ARG(law),
			    en ? "raised" : "rejst", TEXT_ARG(age));
	return l;
}
