/* main.c: the program: the real world, and the pages that were built in. */
#include "cli/cli.h"

/* Made by tools/assets.mjs, one row for each file of the pages. */
extern const asset limen_assets[];
extern const int64_t limen_asset_count;

int main(int argc, char **argv)
{
	world *w = world_real();
	log_open(w, LOG_WARN, STDERR_FILENO);
	const cli_outside outside = {
	    .in = stdin,
	    .out = stdout,
	    .err = stderr,
	    .err_is_terminal = isatty(STDERR_FILENO),
	    .world = w,
	    .assets = limen_assets,
	    .asset_count = (int)limen_asset_count,
	    .argv = argv,
	};
	return cli_run(&outside, argc, argv);
}
