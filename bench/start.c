/* bench start: how soon Limen is ready, and how much memory it holds then. Each time a process of its own, started fresh:
 *
 *   all       from its start until a Patient and an Observation have been held against each profile and extension of R4, so that
 *             each was read and compiled, and a code has been asked of each of its value sets; its largest resident size
 *   first     from its start until `limen validate` has held an Observation against R4's profile of vital signs, a rule of which
 *             asks codes of its value sets, and has ended; its largest resident size
 *   listening from its start until `limen serve` on a new database has said its address; its resident size then (VmRSS)
 *
 * The median of so many runs. The files are in the system's cache: the first run of each is not counted. */
#define LIMEN_OS /* a benchmark measures its machine */
#define BENCH "start"
#include "profile/profile.h"

#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { RUNS = 21, LINE_MAX_BYTES = 512 };
#define PROGRAM "build/release/limen"

static const char observation[] =
    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
    "\"http://terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"vital-signs\"}]}],"
    "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"29463-7\"}]},"
    "\"subject\":{\"reference\":\"Patient/1\"},\"effectiveDateTime\":\"2026-03-02\",\"valueQuantity\":{\"value\":72,"
    "\"unit\":\"kg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}\n";

typedef struct measure {
	double ms, mb;
} measure;

static _Noreturn void stop(const char *why, const char *what)
{
	fprintf(stderr, "bench " BENCH ": %s %s\n", why, what);
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Starts the program with its standard output and error in `out`. */
static pid_t start(char *const *argv, int *out)
{
	int ends[2];
	pid_t child;
	posix_spawn_file_actions_t actions;
	if (pipe(ends) != 0) stop("no pipe for", argv[0]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	if (posix_spawn(&child, argv[0], &actions, NULL, argv, environ) != 0) stop("cannot start", argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*out = ends[0];
	return child;
}

/* Reads until the text has a line end, or the other side closes. */
static void read_line(int from, char *line)
{
	ssize_t n;
	int len = 0;
	while (len < LINE_MAX_BYTES - 1 && (n = read(from, line + len, (size_t)(LINE_MAX_BYTES - 1 - len))) > 0) {
		len += (int)n;
		line[len] = 0;
		if (strchr(line, '\n')) return;
	}
	line[len] = 0;
}

static double resident_mb(pid_t child)
{
	char name[64], line[256];
	int64_t kib = 0;
	snprintf(name, sizeof name, "/proc/%d/status", (int)child);
	FILE *f = fopen(name, "r");
	if (!f) stop("cannot read", name);
	while (fgets(line, sizeof line, f)) {
		text t = text_of(line);
		if (!text_starts(t, TEXT("VmRSS:"))) continue;
		t = text_trim(text_slice(t, 6, t.len));
		if (!text_to_int(text_cut(t, ' ').head, &kib)) stop("cannot understand", line);
	}
	fclose(f);
	return (double)kib / 1024;
}

/* ---- all of R4's definitions, in this process when it is started for that ---- */

static void hold_against_all(arena *a, const char *json)
{
	doc d;
	issues sink = {.arena = a};
	int first = library_first(LIBRARY_STRUCTURE), count = library_count(LIBRARY_STRUCTURE);
	text *urls = ARENA_ARRAY(a, text, count);
	if (!json_parse_resource(a, text_of(json), TEXT(""), &sink, &d)) stop("refused", json);
	for (int i = 0; i < count; i++) {
		library_entry e;
		library_at(first + i, &e);
		urls[i] = e.url;
	}
	const validation how = {
	    .against = urls, .against_count = count, .warnings = true, .outside.now = SECONDS(1772443800)};
	resource_validate(&how, &d, a, &sink);
}

static int all_definitions(void)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	const terms *codes = profiles_terms(profiles_r4());
	hold_against_all(a, "{\"resourceType\":\"Patient\",\"id\":\"a\"}");
	hold_against_all(a, observation);
	int answered = 0;
	for (int i = 0; i < library_count(LIBRARY_VALUE_SET); i++) {
		library_entry e;
		library_at(library_first(LIBRARY_VALUE_SET) + i, &e);
		answered += term_in(codes, e.url, TEXT(""), TEXT("active")) != TERM_UNKNOWN;
	}
	arena_free(a);
	return answered > 0 ? 0 : 1;
}

static measure run_all(const char *folder)
{
	char self[] = "/proc/self/exe", word[] = "all", line[LINE_MAX_BYTES];
	char *const argv[] = {self, word, NULL};
	struct rusage used;
	int out, status;
	(void)folder;
	double from = now_ms();
	pid_t child = start(argv, &out);
	while (read(out, line, sizeof line) > 0) continue;
	if (wait4(child, &status, 0, &used) != child || status != 0) stop("cannot hold against", "all");
	double to = now_ms();
	close(out);
	return (measure){to - from, (double)used.ru_maxrss / 1024};
}

static measure run_first(const char *folder)
{
	char file[300], line[LINE_MAX_BYTES], word[] = PROGRAM, command[] = "validate", option[] = "--profile";
	char url[] = "http://hl7.org/fhir/StructureDefinition/vitalsigns";
	snprintf(file, sizeof file, "%s/observation.json", folder);
	char *const argv[] = {word, command, option, url, file, NULL};
	struct rusage used;
	int out, status;
	double from = now_ms();
	pid_t child = start(argv, &out);
	read_line(out, line);
	while (read(out, line, sizeof line) > 0) continue;
	if (wait4(child, &status, 0, &used) != child || status != 0) stop("validate says", line);
	double to = now_ms();
	close(out);
	return (measure){to - from, (double)used.ru_maxrss / 1024};
}

static void remove_database(const char *folder)
{
	static const char *const names[] = {"limen.db", "limen.db-wal", "limen.db-shm", "limen.db.lock"};
	char gone[300];
	for (int i = 0; i < 4; i++) {
		snprintf(gone, sizeof gone, "%s/%s", folder, names[i]);
		unlink(gone);
	}
}

static measure run_listening(const char *folder)
{
	char file[300], line[LINE_MAX_BYTES], word[] = PROGRAM, command[] = "serve", db[] = "--db", port[] = "--port",
					      any[] = "0";
	snprintf(file, sizeof file, "%s/limen.db", folder);
	char *const argv[] = {word, command, db, file, port, any, NULL};
	int out, status;
	double from = now_ms();
	pid_t child = start(argv, &out);
	read_line(out, line);
	double to = now_ms(), mb = resident_mb(child);
	if (!strstr(line, "http://")) stop("serve says", line);
	kill(child, SIGTERM);
	while (read(out, line, sizeof line) > 0) continue;
	close(out);
	if (waitpid(child, &status, 0) != child) stop("cannot end", argv[0]);
	remove_database(folder);
	return (measure){to - from, mb};
}

static int by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static measure median(measure (*run)(const char *folder), const char *folder)
{
	double ms[RUNS], mb[RUNS];
	run(folder);
	for (int i = 0; i < RUNS; i++) {
		measure m = run(folder);
		ms[i] = m.ms;
		mb[i] = m.mb;
	}
	qsort(ms, RUNS, sizeof *ms, by_size);
	qsort(mb, RUNS, sizeof *mb, by_size);
	return (measure){ms[RUNS / 2], mb[RUNS / 2]};
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "all") == 0) return all_definitions();
	char folder[] = "build/bench-XXXXXX", file[300];
	if (!mkdtemp(folder)) stop("no place for", folder);
	snprintf(file, sizeof file, "%s/observation.json", folder);
	FILE *f = fopen(file, "w");
	if (!f || fwrite(observation, 1, sizeof observation - 1, f) != sizeof observation - 1)
		stop("cannot write", file);
	fclose(f);
	measure first = median(run_first, folder), listening = median(run_listening, folder);
	unlink(file);
	rmdir(folder);
	measure all = median(run_all, folder);
	printf("start.all_ms %.1f\nstart.all_mb %.1f\n", all.ms, all.mb);
	printf("start.listening_ms %.1f\nstart.listening_mb %.1f\n", listening.ms, listening.mb);
	printf("start.first_ms %.1f\nstart.first_mb %.1f\n", first.ms, first.mb);
	return 0;
}
