/* The command line without a department: words to commands, options, help, exit codes. */
#include "run.h"

static said run(arena *a, const char *words)
{
	world w = world_simulated(0, 1);
	return run_in(a, &w, words, TEXT(""));
}

static const struct {
	const char *words;
	int code;
	const char *out, *err; /* must be found in it */
} rows[] = {
    {"", CLI_FINE, "limen KOMMANDO", ""},
    {"help", CLI_FINE, "Dagens opgaveliste", ""},
    {"help --lang en", CLI_FINE, "Today's worklist", ""},
    {"--help", CLI_FINE, "limen KOMMANDO", ""},
    {"--version", CLI_FINE, "limen " LIMEN_VERSION, ""},
    {"help load", CLI_FINE, "--actor REF", ""},
    {"help serve --lang=en", CLI_FINE, "the port (else 8420", ""},
    {"help api", CLI_FINE, "GET    /fhir/{type}/{id}/$clocks", ""},
    {"help fly", CLI_USAGE, "", "\"fly\""},
    {"help load today", CLI_USAGE, "", "limen help [COMMAND|api]"},
    {"fly", CLI_USAGE, "", "\"fly\" er ikke en kommando"},
    {"fly --lang en", CLI_USAGE, "", "\"fly\" is not a command"},
    {"load", CLI_USAGE, "", "limen load FILE|DIR|-"},
    {"today tomorrow", CLI_USAGE, "", "limen today"},
    {"today --port 1", CLI_USAGE, "", "\"--port\" kan ikke bruges med today"},
    {"today --nonsense", CLI_USAGE, "", "--nonsense"},
    {"today --lang de", CLI_USAGE, "", "--lang skal have da|en"},
    {"today --db", CLI_USAGE, "", "--db skal have FILE"},
    {"today --json=yes", CLI_USAGE, "", "--json"},
    {"serve --port many", CLI_USAGE, "", "--port skal have N"},
    {"serve --port -1", CLI_USAGE, "", "--port"},
    {"serve --port 70000", CLI_USAGE, "", "0..65535"},
    {"serve now", CLI_USAGE, "", "limen serve"},
    {"get", CLI_USAGE, "", "limen get TYPE/ID"},
    {"get Patient", CLI_USAGE, "", "\"Patient\" er ikke TYPE/ID"},
    {"find", CLI_USAGE, "", "limen find TYPE"},
    {"why", CLI_USAGE, "", "limen why TASK|EPISODE"},
    {"why a b c", CLI_USAGE, "", "limen why"},
    {"content", CLI_USAGE, "", "limen content check|diff DIR"},
    {"content look x", CLI_USAGE, "", "limen content check|diff DIR"},
    {"content check /nonexistent --lang en", CLI_INPUT, "", "/nonexistent: cannot be read"},
    {"demo --pathways 0 --db /nonexistent/x.db", CLI_USAGE, "", "--pathways"},
    {"demo here", CLI_USAGE, "", "limen demo"},
    {"check it", CLI_USAGE, "", "limen check"},
    {"plan", CLI_USAGE, "", "limen plan ward|roster|check|why FILE"},
    {"plan ward", CLI_USAGE, "", "limen plan ward|roster|check|why FILE"},
    {"plan dinner x.json", CLI_USAGE, "", "limen plan"},
    {"plan ward x.json --time 0", CLI_USAGE, "", "limen plan"},
    {"plan ward /nonexistent/x.json -o", CLI_USAGE, "", "--out skal have FILE"},
    {"plan ward /nonexistent/x.json --lang en", CLI_INPUT, "", "/nonexistent/x.json: cannot be read"},
};

TEST(words)
{
	arena *a = test_arena();
	int wrong = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		said s = run(a, rows[i].words);
		bool fits = s.code == rows[i].code && text_find(s.out, text_of(rows[i].out)) >= 0 &&
			    text_find(s.err, text_of(rows[i].err)) >= 0;
		if (rows[i].err[0] == '\0') fits &= s.err.len == 0;
		if (fits) continue;
		wrong++;
		print_error("limen %s\n  exit %d\n  out: %.*s\n  err: %.*s\n", rows[i].words, s.code, TEXT_ARG(s.out),
			    TEXT_ARG(s.err));
	}
	assert_int_equal(wrong, 0);
}

TEST(content_that_is_wrong_is_named_with_its_place)
{
	arena *a = test_arena();
	text folder = text_of(temp_folder());
	FILE *f = fopen(text_z(a, text_join(a, folder, TEXT("/own.yaml"))), "w");
	fputs("---\nlink: forkert\nda: x\nen: y\non: EpisodeOfCare\ncolour: red\n", f);
	fclose(f);
	said s = run(a, text_z(a, text_format(a, "content check %.*s --lang en", TEXT_ARG(folder))));
	assert_int_equal(s.code, CLI_INPUT);
	assert_true(text_find(s.err, TEXT("own.yaml:6")) >= 0);
	assert_true(text_find(s.err, TEXT("colour")) >= 0);
}

TESTS(T(words), T(content_that_is_wrong_is_named_with_its_place))
