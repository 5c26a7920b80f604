/* template.h: what a kind writes: templates checked when content is loaded, filled in when a task is done. Included by internal.h. */
#ifndef LIMEN_WORK_TEMPLATE_H
#define LIMEN_WORK_TEMPLATE_H

/* template.c */
bool template_compile(image *m, task_kind *k, issues *sink);
/* What placeholders of a template stand for. */
typedef struct filling {
	const image *image;
	const form *form;
	const facts *facts;
	text focus, patient, pathway, actor, now, task, clock;
	const doc *about; /* what the kind's words are read from; may be NULL */
} filling;
/* What has no answer is left out of a template, and with it what then only frames it (an extension with nothing but
 * its url). alive: is anything left of this part? */
bool template_alive(arena *a, const task_kind *k, uint32_t n, const filling *with);
text template_resource(arena *a, const task_kind *k, const write_rule *w,
		       const filling *with);                                       /* a new resource, as JSON */
text template_part(arena *a, const task_kind *k, uint32_t n, const filling *with); /* a part, as JSON */
text template_text(arena *a, const task_kind *k, uint32_t n, const filling *with); /* a text; empty: it has no answer */
bool template_check(const image *m, const task_kind *k, uint32_t n, issues *sink);
/* qualify.c: a write on the person. */
bool qualify_read(const image *m, const task_kind *k, uint32_t at, write_rule *w, issues *sink);
text fact_reference(arena *a, const fact *f); /* "ServiceRequest/…" */

#endif
