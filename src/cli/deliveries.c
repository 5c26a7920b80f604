/* deliveries.c: who is told of what is written here, and how that goes: a line for each subscription, or for each delivery of one. */
#include "cli/internal.h"

enum { DELIVERIES_SHOWN = 200 };

static const caller looking = {.actor = {"Device/limen-cli", 16}, .purpose = {"HSYSADMIN", 9}, .scope = {"*", 1}};

static void line_print(cli *c, const notify_line *l)
{
	const char *how = !l->on                ? said(c, "slået fra", "off")
			  : l->failures         ? said(c, "fejler", "failing")
			  : !l->ready           ? said(c, "ikke hilst på", "not greeted")
			  : l->number > l->told ? said(c, "på vej", "under way")
						: said(c, "i orden", "fine");
	fprintf(c->outside->out, "%.*s  %.*s  %lld %s %lld %s  %s", TEXT_ARG(l->id), TEXT_ARG(l->type),
		(long long)l->told, said(c, "af", "of"), (long long)l->number, said(c, "sendt", "sent"), how);
	if (l->trouble.len) fprintf(c->outside->out, ": %.*s", TEXT_ARG(l->trouble));
	fputc('\n', c->outside->out);
}

static void delivery_print(cli *c, const notify_delivery *d)
{
	static const char *const da[] = {
	    [NOTIFY_HANDSHAKE] = "hilsen", [NOTIFY_HEARTBEAT] = "livstegn", [NOTIFY_EVENTS] = "besked"};
	static const char *const en[] = {
	    [NOTIFY_HANDSHAKE] = "greeting", [NOTIFY_HEARTBEAT] = "heartbeat", [NOTIFY_EVENTS] = "events"};
	fprintf(c->outside->out, "%lld  %.*s  %s", (long long)d->number, TEXT_ARG(instant_iso(c->arena, d->at)),
		said(c, da[d->kind], en[d->kind]));
	if (d->first) fprintf(c->outside->out, " %lld–%lld", (long long)d->first, (long long)d->last);
	if (d->status) fprintf(c->outside->out, "  %d", d->status);
	fprintf(c->outside->out, "  %lld ms", (long long)(d->micros / 1000));
	if (d->trouble.len) fprintf(c->outside->out, "  %.*s", TEXT_ARG(d->trouble));
	fputc('\n', c->outside->out);
}

static void print(cli *c, reader *rd)
{
	notify_line *lines;
	notify_delivery *rows;
	int count = 0;
	if (c->arg_count == 0) {
		count = notify_lines(rd, c->arena, &lines, &c->sink);
		for (int i = 0; i < count; i++) line_print(c, &lines[i]);
		return;
	}
	text_pair named = text_cut_last(c->args[0], '/');
	text id = named.found ? named.tail : c->args[0];
	if (!record_rid(rd, TEXT("Subscription"), id)) issue_add(&c->sink, FAIL_NOTIFY_NONE, id, TEXT(""));
	count = notify_deliveries(rd, id, DELIVERIES_SHOWN, c->arena, &rows, &c->sink);
	for (int i = count - 1; i >= 0; i--) delivery_print(c, &rows[i]);
}

int command_deliveries(cli *c)
{
	house h;
	if (c->arg_count > 1) return fail_called(c);
	reader *rd = house_open(c, &h, RECORD_READ) ? record_reader(h.record, &looking, c->arena, &c->sink) : NULL;
	if (rd) print(c, rd);
	reader_close(rd);
	if (h.record) house_close(&h);
	issues_print(c, &c->sink);
	return c->sink.errors ? issues_exit(&c->sink) : CLI_FINE;
}
