/* run.h: the command line in this process: standard output and error as texts, and a clock of the test's own. */
#ifndef LIMEN_TESTS_CLI_RUN_H
#define LIMEN_TESTS_CLI_RUN_H

#include "harness.h"

#include "cli/cli.h"

typedef struct said {
	int code;
	text out, err;
} said;

/* Runs the command line argv in this world with `input` on standard input. */
static said run_argv(arena *a, world *w, int argc, char *const *argv, text input)
{
	char *out_bytes, *err_bytes;
	size_t out_len, err_len;
	FILE *in = tmpfile(), *out = open_memstream(&out_bytes, &out_len), *err = open_memstream(&err_bytes, &err_len);
	fwrite(input.at ? input.at : "", 1, (size_t)input.len, in);
	rewind(in);
	const cli_outside outside = {.in = in, .out = out, .err = err, .world = w};
	said s = {.code = cli_run(&outside, argc, argv)};
	fclose(in);
	fclose(out);
	fclose(err);
	s.out = text_copy(a, (text){out_bytes, (int64_t)out_len});
	s.err = text_copy(a, (text){err_bytes, (int64_t)err_len});
	free(out_bytes);
	free(err_bytes);
	return s;
}

/* Runs "limen WORDS"; a word ends at a space. */
static inline said run_in(arena *a, world *w, const char *words, text input)
{
	char *argv[20];
	int argc = 0;
	argv[argc++] = text_z(a, TEXT("limen"));
	for (text_pair cut = text_cut(text_of(words), ' '); words[0]; cut = text_cut(cut.tail, ' ')) {
		argv[argc++] = text_z(a, cut.head);
		if (!cut.found) break;
	}
	return run_argv(a, w, argc, argv, input);
}

#endif
