/* shell.h: command lines as a shell reads them, and the manual's examples run as they stand there. */
#ifndef LIMEN_TESTS_CLI_SHELL_H
#define LIMEN_TESTS_CLI_SHELL_H

#include "run.h"

static inline void put_file(const char *name, text content)
{
	FILE *f = fopen(name, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(content.at, 1, (size_t)content.len, f), content.len);
	fclose(f);
}

/* ---- words: quotes of both kinds, and "< FILE" ---- */

enum { WORDS_MAX = 24 };
typedef struct call {
	char *argv[WORDS_MAX];
	int argc;
	text input;
} call;

static text next_word(arena *a, text *left)
{
	buffer b = {.arena = a};
	char quote = 0;
	int64_t i = 0;
	for (; i < left->len && (quote || left->at[i] != ' '); i++) {
		char c = left->at[i];
		if (quote ? c == quote : c == '\'' || c == '"')
			quote = quote ? 0 : c;
		else
			buffer_char(&b, c);
	}
	while (i < left->len && left->at[i] == ' ') i++;
	*left = text_slice(*left, i, left->len);
	return buffer_text(&b);
}

static call call_of(arena *a, text line)
{
	call k = {0};
	while (line.len) {
		assert_true(k.argc < WORDS_MAX);
		text word = next_word(a, &line);
		if (text_equal(word, TEXT("<")))
			k.input = read_file(a, text_z(a, next_word(a, &line)));
		else
			k.argv[k.argc++] = text_z(a, word);
	}
	return k;
}

static inline said run_line(arena *a, world *w, const char *line)
{
	call k = call_of(a, text_of(line));
	return run_argv(a, w, k.argc, k.argv, k.input);
}

static inline said run_fed(arena *a, world *w, const char *line, text input)
{
	call k = call_of(a, text_of(line));
	return run_argv(a, w, k.argc, k.argv, input);
}

/* ---- the manual ---- */

/* What went wrong comes first, as in a terminal, then the answers; the exit code where it is not 0. */
static text as_shown(arena *a, const said *s)
{
	buffer b = {.arena = a};
	buffer_add(&b, s->err);
	buffer_add(&b, s->out);
	if (s->code) buffer_format(&b, "[exit %d]\n", s->code);
	return buffer_text(&b);
}

static int check_block(arena *a, world *w, text block)
{
	int count = 0;
	while (block.len) {
		text_pair first = text_cut(block, '\n');
		assert_true(text_starts(first.head, TEXT("$ limen ")));
		int64_t end = text_starts(first.tail, TEXT("$ ")) ? 0 : text_find(first.tail, TEXT("\n$ ")) + 1;
		if (end == 0 && !text_starts(first.tail, TEXT("$ "))) end = first.tail.len;
		call k = call_of(a, text_slice(first.head, 2, first.head.len));
		said s = run_argv(a, w, k.argc, k.argv, k.input);
		assert_text(as_shown(a, &s), text_slice(first.tail, 0, end));
		block = text_slice(first.tail, end, first.tail.len);
		count++;
	}
	return count;
}

/* The examples under this heading, "## …"; how many there are. */
static inline int check_chapter(arena *a, world *w, text manual, const char *heading)
{
	int count = 0;
	static const text fence = {"```console\n", 11};
	int64_t from = text_find(manual, text_format(a, "\n%s\n", heading));
	assert_true(from >= 0);
	text left = text_slice(manual, from + 1, manual.len);
	int64_t next = text_find(text_slice(left, 1, left.len), TEXT("\n## "));
	if (next >= 0) left = text_slice(left, 0, next + 1);
	for (int64_t at; (at = text_find(left, fence)) >= 0;) {
		left = text_slice(left, at + fence.len, left.len);
		int64_t end = text_find(left, TEXT("```\n"));
		assert_true(end > 0);
		count += check_block(a, w, text_slice(left, 0, end));
		left = text_slice(left, end, left.len);
	}
	return count;
}

#endif
