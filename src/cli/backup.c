/* backup.c: a copy beside traffic (backup), a department out of a copy (restore), and what the law wants gone (erase). A copy is made
 * beside, held against its own digests, and put in place when it is whole. */
#include "cli/internal.h"

#include <errno.h>
#include <fcntl.h>

static int fail_sink(cli *c)
{
	issues_print(c, &c->sink);
	return issues_exit(&c->sink);
}

static bool fail_file(cli *c, text name)
{
	return issue_at(&c->sink, FAIL_CLI_FILE, (place){.file = name}, text_of(strerror(errno)), TEXT(""), TEXT(""));
}

/* The name too is durable. */
static bool put_in_place(cli *c, text from, text to)
{
	if (rename(text_z(c->arena, from), text_z(c->arena, to)) != 0) return fail_file(c, to);
	text_pair cut = text_cut_last(to, '/');
	int folder = open(cut.tail.len < to.len ? text_z(c->arena, cut.head) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) return true; /* a file system that cannot has nothing to make durable */
	fsync(folder);
	close(folder);
	return true;
}

static bool holds(cli *c, text file, check_report *r)
{
	if (!record_verify(file, c->arena, r, &c->sink)) return false;
	return r->broken_digests == 0 || issue_add(&c->sink, FAIL_CLI_COPY_BROKEN, file, TEXT(""));
}

/* From what is there, to what is not. */
static bool may_copy(cli *c, text from, text to)
{
	bool there = false, taken = false;
	if (!store_exists(c->arena, from, &there, &c->sink) || !store_exists(c->arena, to, &taken, &c->sink))
		return false;
	errno = ENOENT;
	if (!there) return fail_file(c, from);
	return !taken || issue_add(&c->sink, FAIL_CLI_THERE, store_target_shown(c->arena, to), TEXT(""));
}

static int copy_whole(cli *c, text from, text to, const char *da, const char *en)
{
	check_report r = {0};
	text making = text_join(c->arena, to, TEXT(".making"));
	if (!may_copy(c, from, to)) return fail_sink(c);
	bool ok = store_discard(c->arena, making, &c->sink) && store_copy(from, making, &c->sink) &&
		  holds(c, making, &r) && put_in_place(c, making, to);
	if (store_is_file(to)) store_discard(c->arena, making, &c->sink);
	if (!ok) return fail_sink(c);
	fprintf(c->outside->out, "%s %.*s: %lld %s, %lld %s, %s\n", said(c, da, en), TEXT_ARG(to),
		(long long)r.versions, said(c, "versioner", "versions"), (long long)r.resources,
		said(c, "ressourcer", "resources"), said(c, "alle kontrolsummer passer", "all digests match"));
	return CLI_FINE;
}

int command_backup(cli *c)
{
	if (c->arg_count != 1) return fail_called(c);
	return copy_whole(c, c->db, c->args[0], "Kopieret til", "Copied to");
}

int command_restore(cli *c)
{
	if (c->arg_count != 1) return fail_called(c);
	return copy_whole(c, c->args[0], c->db, "Genskabt som", "Restored as");
}

/* TYPE/ID, or TYPE/ID/_history/VERSION. */
static bool erasure_read(text t, erasure *out)
{
	text_pair type = text_cut(t, '/'), id = text_cut(type.tail, '/');
	out->type = type.head;
	out->id = id.head;
	if (!id.found) return out->id.len > 0;
	const text word = TEXT("_history/");
	return text_starts(id.tail, word) && text_to_int(text_slice(id.tail, word.len, id.tail.len), &out->number) &&
	       out->number > 0;
}

int command_erase(cli *c)
{
	house h;
	int64_t bodies = 0;
	if (c->arg_count != 1) return fail_called(c);
	erasure what = {.reason = c->reason};
	if (!erasure_read(c->args[0], &what)) {
		issue_add(&c->sink, FAIL_CLI_REFERENCE, c->args[0], TEXT(""));
		return fail_usage(c);
	}
	const caller who = {.actor = c->actor, .purpose = TEXT("HCOMPL"), .scope = TEXT("*"), .language = c->language};
	if (!house_open(c, &h, RECORD_WRITE)) return fail_sink(c);
	bool done = record_erase(h.record, &who, &what, &bodies, &c->sink);
	house_close(&h);
	if (!done) return fail_sink(c);
	fprintf(c->outside->out, "%.*s: %lld %s\n", TEXT_ARG(c->args[0]), (long long)bodies,
		said(c, "versioner er uden indhold nu", "versions are without content now"));
	return CLI_FINE;
}
