/* bench json: how fast JSON becomes a tree, with all refusals on, beside jansson in the same run.
 *
 *   json [FILE...]      .json, or .json.bz2, unpacked before the clock starts
 *
 * Without files: the Synthea bundles of the shared data where they are there, and the official R4 examples of 256 KiB and
 * more. A round parses all files with the one, then with the other; the best round of each counts. Both are given the same
 * bytes, one resource at a time, and both refuse duplicate keys. */
#define LIMEN_OS /* a benchmark measures its machine */
#include "fhir/fhir.h"

#include <dirent.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* jansson.h gives to other things names that are ours too; these two are all that is needed of it. */
void *json_loadb(const char *bytes, size_t n, size_t flags, void *error);
void json_delete(void *root);
enum { REJECT_DUPLICATES = 1, ERROR_BYTES = 4096 };

enum { FILES_MAX = 8192, ROUNDS = 7, LARGE = 256 * 1024 };

static arena *kept;
static text sources[FILES_MAX];
static int count;
static int64_t total;

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static _Noreturn void stop(const char *why, const char *what)
{
	fprintf(stderr, "bench json: %s %s\n", why, what);
	exit(1);
}

static text read_stream(FILE *f)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	buffer b = {.arena = a};
	size_t n;
	while ((n = fread(buffer_room(&b, MIB), 1, (size_t)MIB, f)) > 0) b.len += (int64_t)n;
	text t = text_copy(kept, buffer_text(&b));
	fclose(f);
	arena_free(a);
	return t;
}

static text read_packed(const char *file)
{
	int ends[2], status;
	pid_t child;
	posix_spawn_file_actions_t actions;
	char *const command[] = {(char[]){"bunzip2"}, (char[]){"-c"}, text_z(kept, text_of(file)), NULL};
	if (pipe(ends) != 0) stop("no pipe for", file);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	if (posix_spawnp(&child, command[0], &actions, NULL, command, environ) != 0)
		stop("bunzip2 is not installed for", file);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	text t = read_stream(fdopen(ends[0], "rb"));
	if (waitpid(child, &status, 0) != child || status != 0) stop("cannot unpack", file);
	return t;
}

static void add_file(const char *file)
{
	if (count == FILES_MAX) return;
	FILE *f = fopen(file, "rb");
	if (!f) stop("cannot read", file);
	if (text_ends(text_of(file), TEXT(".bz2"))) {
		fclose(f);
		sources[count] = read_packed(file);
	} else {
		sources[count] = read_stream(f);
	}
	total += sources[count++].len;
}

static void add_folder(const char *folder, const char *ending, int64_t at_least)
{
	DIR *dir = opendir(folder);
	if (!dir) return;
	for (struct dirent *e; (e = readdir(dir));) {
		struct stat st;
		char *file = text_z(kept, text_format(kept, "%s/%s", folder, e->d_name));
		if (text_ends(text_of(file), text_of(ending)) && stat(file, &st) == 0 && st.st_size >= at_least)
			add_file(file);
	}
	closedir(dir);
}

static void add_defaults(void)
{
	const char *shared = getenv("LIMEN_SHARED");
	text synthea = text_format(kept, "%s/data/synthea", shared ? shared : "../shared");
	add_folder(text_z(kept, synthea), ".json.bz2", 0);
	add_folder("tools/node_modules/hl7.fhir.r4.examples", ".json", LARGE);
	if (count == 0) stop("nothing to read in", "../shared/data/synthea and tools/node_modules");
}

static int64_t limen_round(arena *a)
{
	int64_t start = now_ns();
	for (int i = 0; i < count; i++) {
		doc d;
		issues sink = {.arena = a};
		if (!json_parse(a, sources[i], TEXT(""), &sink, &d))
			stop("refused:", text_z(a, issue_line(a, sink.first, LANGUAGE_EN)));
		arena_reset(a);
	}
	return now_ns() - start;
}

static int64_t jansson_round(void)
{
	int64_t start = now_ns();
	for (int i = 0; i < count; i++) {
		char error[ERROR_BYTES];
		void *root = json_loadb(sources[i].at, (size_t)sources[i].len, REJECT_DUPLICATES, error);
		if (!root) stop("jansson refused", "a file");
		json_delete(root);
	}
	return now_ns() - start;
}

int main(int argc, char **argv)
{
	int64_t limen = INT64_MAX, jansson = INT64_MAX;
	kept = arena_new(4 * PROCESS_ARENA_MAX);
	for (int i = 1; i < argc; i++) add_file(argv[i]);
	if (argc == 1) add_defaults();
	arena *a = arena_new(PROCESS_ARENA_MAX);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t spent = limen_round(a);
		if (spent < limen) limen = spent;
		spent = i < ROUNDS / 2 ? jansson_round() : jansson;
		if (spent < jansson) jansson = spent;
	}
	double mb = (double)total / 1e6;
	printf("json.files %d\njson.mb %.1f\n", count, mb);
	printf("json.limen_mb_s %.0f\n", mb * 1e9 / (double)limen);
	printf("json.jansson_mb_s %.0f\n", mb * 1e9 / (double)jansson);
	printf("json.ratio_jansson %.1f\n", (double)jansson / (double)limen);
	return 0;
}
