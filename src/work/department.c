/* department.c: the content kind "department": who works in a department and what is referred to it. Here it is only
 * known as a kind of entry; the simulated department (twin/) reads what is in it. */
#include "work/internal.h"

static const char *const department_keys[] = {"department", "da",     "en",        "source",   "status", "places",
					      "staff",      "names",  "referrers", "reasons",  "pace",   "waits",
					      "happens",    "skills", "community", "hospital", "sites",  NULL};

static void *compile_department(image *m, const content_entry *e, issues *sink)
{
	(void)m;
	text da, en, source;
	bool fine = content_text(e, e->node, "da", true, &da, sink) &&
		    content_text(e, e->node, "en", true, &en, sink) &&
		    content_text(e, e->node, "source", true, &source, sink);
	return fine ? (void *)(uintptr_t)e : NULL;
}

void department_content(void)
{
	content_register(&(content_kind){.name = "department", .keys = department_keys, .compile = compile_department});
}
