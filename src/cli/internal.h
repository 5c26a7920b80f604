/* internal.h: what the commands share: what was asked (`cli`) and the opened department (`house`). */
#ifndef LIMEN_CLI_INTERNAL_H
#define LIMEN_CLI_INTERNAL_H

#include "cli/cli.h"

typedef struct cli {
	const cli_outside *outside;
	arena *arena;
	issues sink;
	language language;
	const struct command *command;
	text *args;
	int arg_count;
	/* options */
	text db, content, host, actor, lang, on;
	int64_t port, pathways, seed;
	bool json, type, count, entries, trace, explain;
} cli;

typedef int command_function(cli *c);
typedef struct command {
	const char *name, *arguments, *options;
	command_function *run;
	const char *da, *en;
} command;
extern const command commands[];
extern const int command_count;

command_function command_run, command_serve, command_load, command_today, command_get, command_find, command_why,
    command_path, command_check, command_demo, command_content, command_help;

typedef enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG } option_kind;
typedef struct option {
	const char *name;
	size_t field; /* offset in cli */
	option_kind kind;
	const char *value, *da, *en;
} option;
extern const option options[];
extern const int option_count;
bool command_takes(const command *k, const char *option_name);

/* ---- words ---- */
const char *said(const cli *c, const char *da, const char *en);
void issues_print(cli *c, const issues *sink); /* each on a line of err, with file, line and column */
int issues_exit(const issues *sink);           /* CLI_INPUT, or CLI_SYSTEM where the fault is not the input's */
int fail_usage(cli *c);                        /* prints c->sink */
int fail_called(cli *c);                       /* "limen get is called so: …" */

/* ---- input, a piece at a time (pieces.c) ---- */
typedef struct piece {
	text file;
	int64_t line; /* its first, in a file of several; 0: it is the whole file */
	text json;    /* one value */
} piece;
typedef struct piece_reader {
	cli *cli;
	void *self;
	void (*take)(void *self, const piece *p);   /* its json is gone when this returns */
	void (*refuse)(void *self, const issue *i); /* what cannot be read; the rest is */
	bool stop;                                  /* set by either: read no further */
	int64_t files;
} piece_reader;
/* A file, "-" for standard input, or a folder: all .json and .ndjson below it. */
void pieces_read(piece_reader *r, text name);

/* ---- the department, opened ---- */
typedef struct house house;
struct house {
	arena *arena;
	const image *content;
	record *record;
	http_app app;
	int lock; /* file descriptor; -1: none */
};
/* Content loaded, derivers registered, record open. Whoever writes (RECORD_WRITE) takes the lock beside the database, so that two do
 * not; what a reader is warned of at opening is printed. */
bool house_open(cli *c, house *h, record_use use);
bool house_open_in(cli *c, house *h, record_use use, world *w); /* the demo's time is not ours */
void house_close(house *h);
/* Shipped content with the files of `folder` over it (empty: none). NULL: c->sink says why. The image points into `sources`. */
image *house_content(cli *c, arena *sources, text folder, int *own_count);

bool file_exists(cli *c, text name);
int demo_make(cli *c); /* makes a department with invented people in a new file c->db; the exit code */

http_response house_ask(cli *c, house *h, const char *method, text target, text body);
/* The body of a good answer; else its OperationOutcome goes to err and *exit is set. */
bool answer_good(cli *c, const http_response *p, int *exit_code);
void outcome_print(cli *c, text file, int64_t line, text json); /* the issues of an OperationOutcome, a line each */

/* The path and query of a Bundle's next page; empty: this was the last. */
text bundle_next(const doc *d);
/* How many columns a text takes in a terminal, as far as letters go. */
int width_of(text t);

/* Percent-encodes what may not stand in a query's value or a path's part. */
text url_part(arena *a, text t);

#endif
