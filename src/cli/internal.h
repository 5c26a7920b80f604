/* internal.h: what the commands share: what was asked (`cli`) and the opened department (`house`). */
#ifndef LIMEN_CLI_INTERNAL_H
#define LIMEN_CLI_INTERNAL_H

#include "cli/cli.h"

typedef struct text_list {
	text *at;
	int count, cap;
} text_list;

typedef struct cli {
	const cli_outside *outside;
	arena *arena;
	issues sink;
	language language;
	const struct command *command;
	text *args;
	int arg_count;
	/* options */
	text db, content, host, actor, lang, on, notify, reason, rules, at, fix, start, sick, plot, out;
	int64_t port, pathways, seed, keep_days, seconds, threads, steps;
	text_list profile, with;
	bool json, type, count, entries, trace, explain, errors, days;
	bool serving; /* others wait for answers: new rules are brought in beside them */
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
    command_path, command_validate, command_check, command_backup, command_restore, command_erase, command_deliveries,
    command_demo, command_content, command_clocks, command_plan, command_help;

typedef enum option_kind { OPTION_TEXT, OPTION_LIST, OPTION_NUMBER, OPTION_FLAG } option_kind;
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
const char *said(const cli *c, const char *da, const char *en) __attribute__((format_arg(2), format_arg(3)));
void issues_print(cli *c, const issues *sink); /* each on a line of err, with file, line and column */
int issues_exit(const issues *sink);           /* CLI_INPUT, or CLI_SYSTEM where the fault is not the input's */
int fail_usage(cli *c);                        /* prints c->sink */
int fail_called(cli *c);                       /* "limen get is called so: …" */
bool type_given(cli *c, type_id *out);         /* --on: a resource type; 0: none given */
/* On a terminal: a line of err that the next one takes the place of, ten a second at most; NULL: wiped away. */
void progress_show(cli *c, int64_t *shown, const char *format, ...) __attribute__((format(printf, 3, 4)));

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
	void (*idle)(void *self);                   /* before it waits for more of a file; may be missing */
	bool stop;                                  /* set by any of them: read no further */
	int64_t files;
} piece_reader;
/* A file, "-" for standard input, or a folder: all .json and .ndjson below it. */
void pieces_read(piece_reader *r, text name);

/* ---- many pieces at once (crew.c) ---- */
enum { CREW_MAX = 8 };
typedef struct crew crew;
typedef struct crew_work {
	void *self;
	/* What is to be said of a piece, into `out`; on any thread. Two of the same worker number never run at once. */
	void (*one)(void *self, int worker, const piece *p, buffer *out);
	void (*written)(void *self, text said); /* in the order of the pieces, one at a time */
} crew_work;
crew *crew_start(cli *c, const crew_work *work, int threads); /* NULL: c->sink says why */
void crew_take(crew *w, const piece *p);                      /* copies its json; waits where the workers are behind */
void crew_begin(crew *w);                                     /* what was taken so far need not wait for more */
void crew_end(crew *w);                                       /* all is done and written */
int crew_threads(void);                                       /* one for each processor, CREW_MAX at most */

/* ---- what validate counts (summary.c) ---- */
typedef struct summary summary;
typedef struct verdict {
	text type, profiles;  /* profiles: as the table shows them, empty: none */
	int errors, warnings; /* findings */
} verdict;
summary *summary_open(void);
void summary_add(summary *s, const verdict *v);
void summary_finding(summary *s, arena *scratch, const issue *i, language lang);
void summary_join(summary *to, const summary *from);
int64_t summary_resources(const summary *s, int64_t *wrong); /* how many, and how many of them with errors */
void summary_print(cli *c, const summary *s);
void summary_close(summary *s);
const char *severity_word(const cli *c, severity s);

/* ---- the department, opened ---- */
typedef struct house house;
struct house {
	arena *arena;
	const image *content;
	record *record;
	http_app app;
};
/* Content loaded, derivers registered, record open. Whoever writes (RECORD_WRITE) claims the database, so that two do not; what a reader
 * is warned of at opening is printed. */
bool house_open(cli *c, house *h, record_use use);
bool house_open_in(cli *c, house *h, record_use use, world *w); /* the demo's time is not ours */
void house_close(house *h);
/* Shipped content with the files of `folder` over it (empty: none). NULL: c->sink says why. The image points into `sources`. */
image *house_content(cli *c, arena *sources, text folder, int *own_count);

int demo_make(cli *c); /* makes a department with invented people in a new file c->db; the exit code */

http_response house_ask(cli *c, house *h, const char *method, text target, text body);
/* The body of a good answer; else its OperationOutcome goes to err and *exit is set. */
bool answer_good(cli *c, const http_response *p, int *exit_code);
void outcome_print(cli *c, text file, int64_t line, text json); /* the issues of an OperationOutcome, a line each */

/* The path and query of a Bundle's next page; empty: this was the last. */
text bundle_next(const doc *d);
/* A patient as the worklist shows people. */
text person_shown(arena *a, const doc *d, uint32_t n);
/* How many columns a text takes in a terminal, as far as letters go. */
int width_of(text t);

/* Percent-encodes what may not stand in a query's value or a path's part. */
text url_part(arena *a, text t);

#endif
