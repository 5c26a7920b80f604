/* kill -9 under load. A child (this program itself) writes from several threads and says each acknowledged write on a pipe; it is
 * killed at a random moment; what it said must be there. 30 rounds, or LIMEN_ROUNDS. */
#define LIMEN_OS /* reads LIMEN_ROUNDS, forks */
#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 6, ROUNDS = 30, LINES_MAX = 100000, ROUNDS_PER_FILE = 6 };

static const char *self;

/* ---- the child ---- */

static record *child_record;
static int child_round;

static void *child_thread(void *number)
{
	arena *a = arena_new(64 * MIB);
	int me = *(const int *)number;
	for (int i = 0;; i++) {
		issues sink = {.arena = a};
		written out;
		char id[40], line[80];
		snprintf(id, sizeof id, "r%d-t%d-%d", child_round, me, i % 20);
		text more = text_format(a, "'name':[{'family':'F%d','given':['G%d']}],'gender':'female'", i, me);
		if (!try_put(child_record, a, resource(a, "Patient", id, text_z(a, more)), id, 0, &sink, &out)) break;
		int n = snprintf(line, sizeof line, "%s %lld\n", id, (long long)out.version);
		if (write(1, line, (size_t)n) != n) break;
		arena_reset(a);
	}
	return NULL;
}

static int child(const char *file, const char *round)
{
	int64_t n;
	arena *a = arena_new(PROCESS_ARENA_MAX);
	text_to_int(text_of(round), &n);
	child_round = (int)n;
	child_record = open_record_at(a, file, NULL);
	pthread_t threads[THREADS];
	int numbers[THREADS];
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, child_thread, &numbers[i]);
	}
	for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
	return 1;
}

/* ---- the parent ---- */

static pid_t start_child(const char *file, int round, int *out)
{
	int ends[2];
	char number[16];
	snprintf(number, sizeof number, "%d", round);
	if (pipe(ends) != 0) fail_msg("pipe");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl(self, self, "--child", file, number, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

/* Reads what the child says; kills it `after_ms` from its first word on. */
static text listen_and_kill(arena *a, pid_t pid, int from, int after_ms)
{
	buffer all = {.arena = a};
	int64_t kill_at = 0;
	world *w = world_real();
	for (;;) {
		int64_t now = w->monotonic(w);
		if (kill_at && now >= kill_at) {
			kill(pid, SIGKILL);
			kill_at = 0;
			after_ms = -1;
		}
		int wait = kill_at ? (int)((kill_at - now) / 1000) + 1 : -1;
		if (poll(&(struct pollfd){.fd = from, .events = POLLIN}, 1, wait) == 0) continue;
		ssize_t n = read(from, buffer_room(&all, 65536), 65536);
		if (n <= 0) break;
		all.len += n;
		if (!kill_at && after_ms >= 0) kill_at = w->monotonic(w) + (int64_t)after_ms * 1000 + 1;
	}
	close(from);
	waitpid(pid, NULL, 0);
	return buffer_text(&all);
}

static int verify(record *r, arena *a, text said)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &anna, a, &sink);
	int count = 0;
	for (text_pair line = text_cut(said, '\n'); line.found; line = text_cut(line.tail, '\n')) {
		text_pair word = text_cut(line.head, ' ');
		int64_t number;
		version v;
		assert_true(text_to_int(word.tail, &number));
		found f = record_vread(rd, TEXT("Patient"), word.head, number, &v, &sink);
		if (f != FOUND) print_error("lost: %.*s version %d\n", TEXT_ARG(word.head), (int)number);
		assert_int_equal(f, FOUND);
		count++;
	}
	reader_close(rd);
	return count;
}

TEST(killed_under_load)
{
	int64_t n = ROUNDS;
	const char *set = getenv("LIMEN_ROUNDS");
	if (set) assert_true(text_to_int(text_of(set), &n));
	random_state random = random_seed(2026);
	const char *folder = temp_folder();
	char file[4096];
	int acknowledged = 0;
	for (int round = 0; round < n; round++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		int from;
		snprintf(file, sizeof file, "%s/limen-%d.db", folder, round / ROUNDS_PER_FILE);
		pid_t pid = start_child(file, round, &from);
		text said = listen_and_kill(a, pid, from, (int)random_below(&random, 120));
		record *r = open_record_at(a, file, NULL);
		acknowledged += verify(r, a, said);
		check_clean(r, a);
		record_close(r);
		arena_free(a);
	}
	print_message("%d rounds, %d acknowledged commits, none lost\n", (int)n, acknowledged);
	assert_true(acknowledged >= n);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 4 && strcmp(argv[1], "--child") == 0) return child(argv[2], argv[3]);
	const struct CMUnitTest all[] = {T(killed_under_load)};
	return harness_run(all, 1, argc, argv);
}
