/* htmlChecks(): the rules of a narrative (R4, narrative.html, txt-1 and txt-2). A div in XHTML's namespace, well formed as XML;
 * of elements and attributes those of path_html.def; no script; some text or an image. XML has five entities of its own and
 * no others; comments and CDATA are text nobody sees and text as it is. */
#include "fhir/path_internal.h"

#include <string.h>

static const struct element_row {
	const char *name;
	const char *attributes;
} elements[] = {
#define ELEMENT(name, attributes) {name, attributes},
#include "fhir/path_html.def"
#undef ELEMENT
};

/* On every element: HTML 4.01's core and language attributes, and where a table's parts stand. */
static const char everywhere[] =
    " title style class id lang xml:lang dir accesskey tabindex align valign char charoff span width ";

typedef struct reader {
	text left;
	text open[HTML_DEPTH_MAX]; /* names of the elements around this place */
	int depth;
	bool seen; /* text or an image */
} reader;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(reader *r, int64_t n)
{
	r->left = text_slice(r->left, n, r->left.len);
}

static void skip_blank(reader *r)
{
	int64_t n = 0;
	while (n < r->left.len && is_blank(r->left.at[n])) n++;
	skip(r, n);
}

static bool take(reader *r, const char *mark)
{
	if (!text_starts(r->left, text_of(mark))) return false;
	skip(r, text_of(mark).len);
	return true;
}

/* Past the mark; what lay before it is handed out. */
static bool take_until(reader *r, const char *mark, text *before)
{
	int64_t at = text_find(r->left, text_of(mark));
	if (at < 0) return false;
	*before = text_slice(r->left, 0, at);
	skip(r, at + text_of(mark).len);
	return true;
}

static text take_name(reader *r)
{
	int64_t n = 0;
	for (; n < r->left.len; n++) {
		char c = r->left.at[n];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
		bool inside = n > 0 && ((c >= '0' && c <= '9') || c == '-' || c == '.');
		if (!letter && !inside) break;
	}
	text name = text_slice(r->left, 0, n);
	skip(r, n);
	return name;
}

static bool is_digit(char c, bool hex)
{
	return (c >= '0' && c <= '9') || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

/* &lt; &#160; &#xA0; with nothing else between the marks. */
static bool entity(reader *r)
{
	static const char *const names[] = {"amp;", "lt;", "gt;", "quot;", "apos;"};
	skip(r, 1);
	for (int i = 0; i < 5; i++)
		if (take(r, names[i])) return true;
	if (!take(r, "#")) return false;
	bool hex = take(r, "x");
	int64_t n = 0;
	while (n < r->left.len && is_digit(r->left.at[n], hex)) n++;
	skip(r, n);
	return n > 0 && take(r, ";");
}

/* Entities in a piece of text are XML's, and there is no '<'. */
static bool plain(text t)
{
	reader r = {.left = t};
	while (r.left.len) {
		if (r.left.at[0] == '<' || (r.left.at[0] == '&' && !entity(&r))) return false;
		int64_t n = 0;
		while (n < r.left.len && r.left.at[n] != '&' && r.left.at[n] != '<') n++;
		skip(&r, n);
	}
	return true;
}

/* Is the word in a list of words between spaces? */
static bool is_listed(const char *list, text word)
{
	for (text_pair p = text_cut(text_of(list), ' '); p.head.len || p.tail.len; p = text_cut(p.tail, ' '))
		if (text_equal(p.head, word)) return true;
	return false;
}

static const struct element_row *element_of(text name)
{
	for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
		if (text_equal(name, text_of(elements[i].name))) return &elements[i];
	return NULL;
}

/* A script does not hide in an address. */
static bool is_script(text value)
{
	static const text scheme = {"javascript:", 11};
	text t = text_trim(value);
	return t.len >= scheme.len && strncasecmp(t.at, scheme.at, (size_t)scheme.len) == 0;
}

static bool attribute(reader *r, const struct element_row *of, text *name)
{
	*name = take_name(r);
	skip_blank(r);
	if (!name->len || !take(r, "=")) return false;
	skip_blank(r);
	const char *mark = take(r, "\"") ? "\"" : take(r, "'") ? "'" : NULL;
	text value;
	if (!mark || !take_until(r, mark, &value) || !plain(value) || is_script(value)) return false;
	if (text_equal(*name, TEXT("xmlns")) && !text_equal(value, TEXT("http://www.w3.org/1999/xhtml"))) return false;
	return is_listed(of->attributes, *name) || is_listed(everywhere, *name);
}

enum { ATTRIBUTES_MAX = 24 };

/* The attributes up to '>' or "/>", each once. The outermost element says its namespace. */
static bool attributes(reader *r, const struct element_row *of, bool *closed)
{
	text seen[ATTRIBUTES_MAX];
	bool space = false;
	for (int n = 0; n < ATTRIBUTES_MAX; n++) {
		bool blank = r->left.len && is_blank(r->left.at[0]);
		skip_blank(r);
		*closed = take(r, "/>");
		if (*closed || take(r, ">")) return r->depth > 0 || space;
		if (!blank || !attribute(r, of, &seen[n])) return false;
		for (int i = 0; i < n; i++)
			if (text_equal(seen[i], seen[n])) return false;
		space |= text_equal(seen[n], TEXT("xmlns"));
	}
	return false;
}

static bool start_tag(reader *r)
{
	bool closed = false;
	text name = take_name(r);
	const struct element_row *of = element_of(name);
	if (!of || (r->depth == 0 && !text_equal(name, TEXT("div")))) return false;
	if (r->depth == HTML_DEPTH_MAX || !attributes(r, of, &closed)) return false;
	r->seen |= text_equal(name, TEXT("img"));
	if (!closed) r->open[r->depth++] = name;
	return true;
}

static bool end_tag(reader *r)
{
	text name = take_name(r);
	skip_blank(r);
	return r->depth > 0 && text_equal(name, r->open[--r->depth]) && take(r, ">");
}

static bool characters(reader *r)
{
	int64_t n = 0;
	while (n < r->left.len && r->left.at[n] != '<') r->seen |= !is_blank(r->left.at[n++]);
	text t = text_slice(r->left, 0, n);
	skip(r, n);
	return r->depth > 0 && plain(t);
}

static bool piece(reader *r)
{
	text between;
	if (take(r, "<!--")) return take_until(r, "-->", &between) && text_find(between, TEXT("--")) < 0;
	if (take(r, "<![CDATA[")) {
		if (r->depth == 0 || !take_until(r, "]]>", &between)) return false;
		r->seen |= text_trim(between).len > 0;
		return true;
	}
	if (take(r, "</")) return end_tag(r);
	return take(r, "<") ? start_tag(r) : characters(r);
}

static bool is_narrative(text t)
{
	reader r = {.left = text_trim(t)};
	bool begun = false;
	while (r.left.len) {
		if (begun && r.depth == 0 && !text_starts(r.left, TEXT("<!--"))) return false;
		if (!piece(&r)) return false;
		begun |= r.depth > 0;
	}
	return begun && r.depth == 0 && r.seen;
}

/* Of anything but XHTML nothing is said. */
path_items function_html_checks(path_machine *m, const path_call *c)
{
	path_item v;
	if (c->input.count > 1) path_single(m, c->input, &v);
	if (c->input.count != 1 || c->input.at->kind != PATH_NODE || c->input.at->type != m->p->types.xhtml)
		return path_none();
	if (!path_single(m, c->input, &v) || v.kind != PATH_STRING || !path_spend(m, v.text.len / 4))
		return path_none();
	return path_boolean(m, is_narrative(v.text));
}
