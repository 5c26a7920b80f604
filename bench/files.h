/* files.h: the files a bench reads: plain, or packed with bzip2, whole folders of them, in the order of their names. Included by a
 * bench after `#define LIMEN_OS` (a benchmark measures its machine). */
#ifndef LIMEN_BENCH_FILES_H
#define LIMEN_BENCH_FILES_H

#include "base/base.h"

#include <dirent.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BENCH_FILES_MAX = 8192 };

typedef struct bench_files {
	arena *arena;
	text at[BENCH_FILES_MAX]; /* what is in them */
	int count;
	int64_t total; /* bytes */
} bench_files;

static _Noreturn void bench_stop(const char *why, const char *what)
{
	fprintf(stderr, "bench: %s %s\n", why, what);
	exit(1);
}

static text bench_read_stream(bench_files *f, FILE *from)
{
	arena *a = arena_new(PROCESS_ARENA_MAX);
	buffer b = {.arena = a};
	size_t n;
	while ((n = fread(buffer_room(&b, MIB), 1, (size_t)MIB, from)) > 0) b.len += (int64_t)n;
	text t = text_copy(f->arena, buffer_text(&b));
	fclose(from);
	arena_free(a);
	return t;
}

/* What a program says on its standard output. */
static text bench_output(bench_files *f, char *const command[])
{
	int ends[2], status;
	pid_t child;
	posix_spawn_file_actions_t actions;
	if (pipe(ends) != 0) bench_stop("no pipe for", command[0]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	if (posix_spawnp(&child, command[0], &actions, NULL, command, environ) != 0)
		bench_stop("not installed:", command[0]);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	text t = bench_read_stream(f, fdopen(ends[0], "rb"));
	if (waitpid(child, &status, 0) != child || status != 0) bench_stop("failed:", command[0]);
	return t;
}

static text bench_read_packed(bench_files *f, const char *file)
{
	char *const command[] = {(char[]){"bunzip2"}, (char[]){"-c"}, text_z(f->arena, text_of(file)), NULL};
	return bench_output(f, command);
}

static inline void bench_add_file(bench_files *f, const char *file)
{
	if (f->count == BENCH_FILES_MAX) return;
	FILE *from = fopen(file, "rb");
	if (!from) bench_stop("cannot read", file);
	if (text_ends(text_of(file), TEXT(".bz2"))) {
		fclose(from);
		f->at[f->count] = bench_read_packed(f, file);
	} else {
		f->at[f->count] = bench_read_stream(f, from);
	}
	f->total += f->at[f->count++].len;
}

/* Those that end so and have so many bytes. None where the folder is not there. */
static inline void bench_add_folder(bench_files *f, const char *folder, const char *ending, int64_t at_least)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		struct stat st;
		char *file = text_z(f->arena, text_format(f->arena, "%s/%s", folder, names[i]->d_name));
		if (text_ends(text_of(file), text_of(ending)) && stat(file, &st) == 0 && st.st_size >= at_least)
			bench_add_file(f, file);
		free(names[i]);
	}
	if (count >= 0) free(names);
}

/* The Synthea bundles of the shared data; none where it is not there. */
static inline void bench_add_synthea(bench_files *f)
{
	const char *shared = getenv("LIMEN_SHARED");
	text folder = text_format(f->arena, "%s/data/synthea", shared ? shared : "../shared");
	bench_add_folder(f, text_z(f->arena, folder), ".json.bz2", 0);
}

/* Kilobytes this process has had in memory at most. */
static inline int64_t bench_resident_kib(void)
{
	char line[200];
	int64_t kib = 0;
	FILE *from = fopen("/proc/self/status", "r");
	while (from && fgets(line, sizeof line, from)) {
		text left = text_of(line), word;
		if (!text_starts(left, TEXT("VmHWM:"))) continue;
		left = text_trim(text_slice(left, 6, left.len));
		word = text_slice(left, 0, text_find(left, TEXT(" ")));
		text_to_int(word, &kib);
		break;
	}
	if (from) fclose(from);
	return kib;
}

#endif
