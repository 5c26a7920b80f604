#include "base/base.h"

static const struct failure_row {
	const char *name;
	int status;
	const char *type;
	const char *da;
	const char *en;
} rows[] = {
#define FAILURE(name, status, type, da, en) {#name, status, #type, da, en},
#include "base/failures.def"
#undef FAILURE
};

static int room(const issues *sink)
{
	return sink->keep ? sink->keep : ISSUES_MAX;
}

bool issues_full(const issues *sink)
{
	return sink->kept >= room(sink);
}

static void add(issues *sink, issue found)
{
	bool is_error = found.severity == SEVERITY_ERROR;
	sink->count++;
	sink->errors += is_error;
	if (sink->kept >= (is_error ? room(sink) : room(sink) / 2)) return;
	sink->kept++;
	issue *i = ARENA_NEW(sink->arena, issue);
	*i = found;
	for (int n = 0; n < 3; n++) i->args[n] = text_copy(sink->arena, found.args[n]);
	i->place.file = text_copy(sink->arena, found.place.file);
	i->place.path = text_copy(sink->arena, found.place.path);
	if (sink->last)
		sink->last->next = i;
	else
		sink->first = i;
	sink->last = i;
}

bool issue_at(issues *sink, failure code, place where, text arg0, text arg1, text arg2)
{
	add(sink, (issue){.code = code, .place = where, .args = {arg0, arg1, arg2}});
	return false;
}

bool issue_add(issues *sink, failure code, text arg0, text arg1)
{
	add(sink, (issue){.code = code, .args = {arg0, arg1}});
	return false;
}

void issues_add_all(issues *sink, const issues *from)
{
	for (const issue *i = from->first; i; i = i->next) {
		issue one = *i;
		one.next = NULL;
		add(sink, one);
	}
}

void issue_warn(issues *sink, failure code, place where, text arg0, text arg1)
{
	add(sink, (issue){.code = code, .severity = SEVERITY_WARNING, .place = where, .args = {arg0, arg1}});
}

void issue_put(issues *sink, severity how, failure code, place where, const text args[3])
{
	add(sink, (issue){.code = code, .severity = how, .place = where, .args = {args[0], args[1], args[2]}});
}

text issue_text(arena *a, const issue *i, language lang)
{
	text form = text_of(lang == LANGUAGE_DA ? rows[i->code].da : rows[i->code].en);
	buffer b = {.arena = a};
	for (int64_t n = 0; n < form.len; n++) {
		bool hole = form.at[n] == '{' && n + 2 < form.len && form.at[n + 2] == '}';
		int which = hole ? form.at[n + 1] - '0' : -1;
		if (which < 0 || which > 2) {
			buffer_char(&b, form.at[n]);
			continue;
		}
		buffer_add(&b, i->args[which]);
		n += 2;
	}
	return buffer_text(&b);
}

text issue_line(arena *a, const issue *i, language lang)
{
	buffer b = {.arena = a};
	const place *p = &i->place;
	buffer_add(&b, p->file);
	if (p->line) buffer_format(&b, "%s%lld", p->file.len ? ":" : "", (long long)p->line);
	if (p->line && p->column) buffer_format(&b, ":%lld", (long long)p->column);
	if (b.len) buffer_add(&b, TEXT(": "));
	if (p->path.len) {
		buffer_add(&b, p->path);
		buffer_add(&b, TEXT(": "));
	}
	buffer_add(&b, issue_text(a, i, lang));
	return buffer_text(&b);
}

int failure_status(failure code)
{
	return rows[code].status;
}

const char *failure_type(failure code)
{
	return rows[code].type;
}

const char *failure_name(failure code)
{
	return rows[code].name;
}

int issues_status(const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next)
		if (i->severity == SEVERITY_ERROR) return rows[i->code].status;
	return 500;
}
