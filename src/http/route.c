/* route.c: the table of everything that can be asked, and finding its row. */
#include "http/internal.h"

const route routes[] = {
#define ROUTE(method, pattern, handler, actor, interaction, help) {#method, pattern, handler, actor, interaction, help},
#include "http/route.def"
#undef ROUTE
};
const int route_count = (int)(sizeof routes / sizeof *routes);

bool http_route_at(int i, http_route *out)
{
	if (i < 0 || i >= route_count) return false;
	*out = (http_route){routes[i].method, routes[i].pattern, routes[i].help};
	return true;
}

/* A pattern has as many parts as the path; each is the same word, or a {…} that takes what stands there. A fixed word that
 * starts with $ or _ is never an id. */
static bool pattern_fits(exchange *x, const char *pattern, bool take)
{
	text_pair cut = text_cut(text_of(pattern), '/');
	for (int i = 0; i < x->segment_count; i++, cut = text_cut(cut.tail, '/')) {
		text part = cut.head, segment = x->segments[i];
		if (part.len == 0) return false;
		bool hole = part.at[0] == '{';
		if (!hole && !text_equal(part, segment)) return false;
		if (hole && (segment.len == 0 || segment.at[0] == '$' || segment.at[0] == '_')) return false;
		if (take && text_equal(part, TEXT("{type}"))) x->type = segment;
		if (take && text_equal(part, TEXT("{id}"))) x->id = segment;
		if (take && text_equal(part, TEXT("{version}"))) x->version = segment;
		if (i == x->segment_count - 1) return !cut.found;
	}
	return pattern[0] == '\0';
}

/* The type of "EpisodeOfCare/{id}/$steps" stands in the pattern itself. */
static void type_from_pattern(exchange *x, const char *pattern)
{
	text head = text_cut(text_of(pattern), '/').head;
	if (x->type.len == 0 && head.len > 0 && head.at[0] >= 'A' && head.at[0] <= 'Z') x->type = head;
}

static void allow_add(buffer *b, const char *method)
{
	if (text_find(buffer_text(b), text_of(method)) >= 0) return;
	if (b->len > 0) buffer_add(b, TEXT(", "));
	buffer_add(b, text_of(method));
	if (strcmp(method, "GET") == 0) buffer_add(b, TEXT(", HEAD"));
}

const route *route_match(exchange *x)
{
	buffer allow = {.arena = x->arena};
	for (int i = 0; i < route_count; i++) {
		if (!pattern_fits(x, routes[i].pattern, false)) continue;
		if (!text_equal(x->method, text_of(routes[i].method))) {
			allow_add(&allow, routes[i].method);
			continue;
		}
		pattern_fits(x, routes[i].pattern, true);
		type_from_pattern(x, routes[i].pattern);
		return &routes[i];
	}
	if (allow.len == 0) {
		issue_add(&x->sink, FAIL_HTTP_ROUTE, x->path, TEXT(""));
		return NULL;
	}
	reply_header(x, TEXT("Allow"), buffer_text(&allow));
	if (text_equal(x->method, TEXT("OPTIONS"))) {
		reply_empty(x, 204);
		return NULL;
	}
	issue_at(&x->sink, FAIL_HTTP_METHOD, (place){0}, x->method, x->path, buffer_text(&allow));
	return NULL;
}
