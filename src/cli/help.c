/* help.c: `limen help`, read off the tables. */
#include "cli/internal.h"

int width_of(text t)
{
	int width = 0;
	for (int64_t i = 0; i < t.len; i++) width += ((unsigned char)t.at[i] & 0xC0) != 0x80;
	return width;
}

static void row_print(cli *c, text left, const char *right, int width)
{
	fprintf(c->outside->out, "  %.*s%*s%s\n", TEXT_ARG(left), width - width_of(left), "", right);
}

static void options_print(cli *c, const command *k)
{
	for (int i = 0; i < option_count; i++) {
		const option *o = &options[i];
		if (!command_takes(k, o->name)) continue;
		row_print(c, text_format(c->arena, "--%s %s", o->name, o->value), said(c, o->da, o->en), 20);
	}
}

static int one_print(cli *c, text name)
{
	for (int i = 0; i < command_count; i++) {
		const command *k = &commands[i];
		if (!text_equal(name, text_of(k->name))) continue;
		fprintf(c->outside->out, "limen %s %s\n  %s\n\n", k->name, k->arguments, said(c, k->da, k->en));
		options_print(c, k);
		return CLI_FINE;
	}
	issue_add(&c->sink, FAIL_CLI_COMMAND, name, TEXT(""));
	return fail_usage(c);
}

static int api_print(cli *c)
{
	http_route r;
	for (int i = 0; http_route_at(i, &r); i++)
		row_print(c, text_format(c->arena, "%-6s /fhir%s%s", r.method, r.pattern[0] ? "/" : "", r.pattern),
			  r.help, 48);
	return CLI_FINE;
}

int command_help(cli *c)
{
	if (c->arg_count > 1) return fail_called(c);
	if (c->arg_count == 1 && text_equal(c->args[0], TEXT("api"))) return api_print(c);
	if (c->arg_count == 1) return one_print(c, c->args[0]);
	fprintf(c->outside->out, "%s\n\n",
		said(c, "Limen, afdelingens digitale sekretariat. limen KOMMANDO [ARGUMENTER] [--TILVALG]",
		     "Limen, the department's digital secretariat. limen COMMAND [ARGUMENTS] [--OPTIONS]"));
	for (int i = 0; i < command_count; i++)
		row_print(c, text_format(c->arena, "%s %s", commands[i].name, commands[i].arguments),
			  said(c, commands[i].da, commands[i].en), 28);
	fprintf(c->outside->out, "\n%s\n",
		said(c,
		     "limen help KOMMANDO viser tilvalgene. Slutkoder: 0 godt, 1 forkert indhold, 2 forkert kald, 3 "
		     "systemfejl.",
		     "limen help COMMAND shows the options. Exit codes: 0 fine, 1 wrong input, 2 wrong call, 3 system "
		     "failure."));
	return CLI_FINE;
}
