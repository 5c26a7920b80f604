/* cli.h: the command line. One row of command.def is one command; main.c gives the real world, tests give another.
 *
 * Exit codes: 0 fine · 1 the input was wrong · 2 called in a wrong way · 3 the system failed. What is asked for goes to `out`;
 * what went wrong, and progress on a terminal, goes to `err`.
 */
#ifndef LIMEN_CLI_H
#define LIMEN_CLI_H

#include "http/http.h"

#define LIMEN_VERSION "0.1.0"

enum { CLI_FINE = 0, CLI_INPUT = 1, CLI_USAGE = 2, CLI_SYSTEM = 3 };

typedef struct cli_outside {
	FILE *in, *out, *err;
	bool err_is_terminal;
	world *world;
	const asset *assets; /* the pages, where they are built in */
	int asset_count;
	char *const *argv; /* of the process, to start it anew with new content; NULL: cannot */
} cli_outside;

int cli_run(const cli_outside *outside, int argc, char *const *argv); /* argv[0] is the program's name */

#endif
