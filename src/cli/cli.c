/* cli.c: from words on a command line to a command. */
#include "cli/internal.h"

const command commands[] = {
#define COMMAND(name, arguments, options, function, da, en) {#name, arguments, options, function, da, en},
#include "cli/command.def"
#undef COMMAND
};
const int command_count = (int)(sizeof commands / sizeof *commands);

const option options[] = {
#define OPTION(name, field, kind, value, da, en) {#name, offsetof(cli, field), OPTION_##kind, value, da, en},
#include "cli/option.def"
#undef OPTION
};
const int option_count = (int)(sizeof options / sizeof *options);

const char *said(const cli *c, const char *da, const char *en)
{
	return c->language == LANGUAGE_EN ? en : da;
}

void issues_print(cli *c, const issues *sink)
{
	for (const issue *i = sink->first; i; i = i->next) {
		text line = issue_line(c->arena, i, c->language);
		fprintf(c->outside->err, "limen: %.*s\n", TEXT_ARG(line));
	}
	if (sink->count > sink->kept)
		fprintf(c->outside->err, "limen: … %s %d\n", said(c, "og flere:", "and more:"),
			sink->count - sink->kept);
}

void progress_show(cli *c, int64_t *shown, const char *format, ...)
{
	const cli_outside *o = c->outside;
	if (!o->err_is_terminal) return;
	int64_t now = o->world->monotonic(o->world);
	if (format && now - *shown < SECONDS(1) / 10) return;
	*shown = now;
	fputs(format ? "\r" : "\r\033[K", o->err);
	if (format) {
		va_list args;
		va_start(args, format);
		vfprintf(o->err, format, args);
		va_end(args);
	}
	fflush(o->err);
}

int issues_exit(const issues *sink)
{
	return issues_status(sink) >= 500 ? CLI_SYSTEM : CLI_INPUT;
}

int fail_usage(cli *c)
{
	issues_print(c, &c->sink);
	return CLI_USAGE;
}

int fail_called(cli *c)
{
	issue_add(&c->sink, FAIL_CLI_ARGUMENTS, text_of(c->command->name), text_of(c->command->arguments));
	return fail_usage(c);
}

bool type_given(cli *c, type_id *out)
{
	*out = 0;
	if (c->on.len == 0) return true;
	*out = type_find(c->on);
	if (*out && type_kind_of(*out) == TYPE_RESOURCE) return true;
	return issue_add(&c->sink, FAIL_RECORD_TYPE, c->on, TEXT(""));
}

bool command_takes(const command *k, const char *option_name)
{
	if (strcmp(option_name, "lang") == 0) return true;
	for (text_pair cut = text_cut(text_of(k->options), ' ');; cut = text_cut(cut.tail, ' ')) {
		if (text_equal(cut.head, text_of(option_name))) return true;
		if (!cut.found) return false;
	}
}

static const command *command_find_name(text name)
{
	for (int i = 0; i < command_count; i++)
		if (text_equal(name, text_of(commands[i].name))) return &commands[i];
	return NULL;
}

static const option *option_find(text name)
{
	for (int i = 0; i < option_count; i++)
		if (text_equal(name, text_of(options[i].name))) return &options[i];
	return NULL;
}

static void list_add(cli *c, text_list *list, text value)
{
	if (list->count == list->cap) list->at = ARENA_DOUBLE(c->arena, text, list->at, &list->cap, 4);
	list->at[list->count++] = value;
}

/* Puts the value where the row says. False: it is not of the row's kind. */
static bool option_set(cli *c, const option *o, text value)
{
	char *field = (char *)c + o->field;
	int64_t n;
	switch (o->kind) {
	case OPTION_TEXT:
		memcpy(field, &value, sizeof value);
		return value.len > 0;
	case OPTION_LIST:
		list_add(c, (text_list *)(void *)field, value);
		return value.len > 0;
	case OPTION_NUMBER:
		if (!text_to_int(value, &n) || n < 0) return false;
		memcpy(field, &n, sizeof n);
		return true;
	case OPTION_FLAG:
		*(bool *)(void *)field = true;
		return value.len == 0;
	}
	return false;
}

/* One word that begins with "--": --name VALUE, --name=VALUE or --name. */
static bool option_take(cli *c, text word, char *const *argv, int argc, int *at)
{
	text_pair sides = text_cut(text_slice(word, 2, word.len), '=');
	const option *o = option_find(sides.head);
	if (!o || !command_takes(c->command, o->name))
		return issue_add(&c->sink, FAIL_CLI_OPTION, word, text_of(c->command->name));
	text value = sides.tail;
	if (o->kind != OPTION_FLAG && !sides.found && *at + 1 < argc) value = text_of(argv[++*at]);
	return option_set(c, o, value) || issue_add(&c->sink, FAIL_CLI_OPTION_VALUE, word, text_of(o->value));
}

static bool words_read(cli *c, int argc, char *const *argv)
{
	bool only_arguments = false;
	c->args = ARENA_ARRAY(c->arena, text, argc);
	for (int i = 2; i < argc; i++) {
		text word = text_of(argv[i]);
		if (!only_arguments && text_equal(word, TEXT("--"))) {
			only_arguments = true;
		} else if (!only_arguments && text_equal(word, TEXT("-o"))) {
			if (!option_take(c, TEXT("--out"), argv, argc, &i)) return false;
		} else if (!only_arguments && text_starts(word, TEXT("--"))) {
			if (!option_take(c, word, argv, argc, &i)) return false;
		} else {
			c->args[c->arg_count++] = word;
		}
	}
	if (c->lang.len == 0) return true;
	if (text_equal(c->lang, TEXT("en")))
		c->language = LANGUAGE_EN;
	else if (!text_equal(c->lang, TEXT("da")))
		return issue_add(&c->sink, FAIL_CLI_OPTION_VALUE, TEXT("--lang"), TEXT("da|en"));
	return true;
}

/* The language first, so that what is wrong with the other words is said in it. */
static void language_read(cli *c, int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++) {
		bool en = text_equal(text_of(argv[i]), TEXT("--lang=en"));
		en |= i + 1 < argc && text_equal(text_of(argv[i]), TEXT("--lang")) &&
		      text_equal(text_of(argv[i + 1]), TEXT("en"));
		if (en) c->language = LANGUAGE_EN;
	}
}

static int run(cli *c, int argc, char *const *argv)
{
	text name = argc > 1 ? text_of(argv[1]) : TEXT("help");
	language_read(c, argc, argv);
	if (text_equal(name, TEXT("--version"))) {
		fprintf(c->outside->out, "limen %s\n", LIMEN_VERSION);
		return CLI_FINE;
	}
	if (text_equal(name, TEXT("--help")) || text_equal(name, TEXT("-h"))) name = TEXT("help");
	c->command = command_find_name(name);
	if (!c->command) {
		issue_add(&c->sink, FAIL_CLI_COMMAND, name, TEXT(""));
		return fail_usage(c);
	}
	if (!words_read(c, argc, argv)) return fail_usage(c);
	return c->command->run(c);
}

int cli_run(const cli_outside *outside, int argc, char *const *argv)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	cli *c = ARENA_NEW(a, cli);
	*c = (cli){.outside = outside,
		   .arena = a,
		   .sink.arena = a,
		   .db = TEXT("limen.db"),
		   .host = TEXT("127.0.0.1"),
		   .actor = TEXT("Device/limen-cli"),
		   .port = 8420,
		   .pathways = 700,
		   .seed = 1,
		   .seconds = 60};
	int code = run(c, argc, argv);
	if (fflush(outside->out) != 0 && code == CLI_FINE) code = CLI_SYSTEM; /* a full disk behind a pipe */
	arena_free(a);
	return code;
}
