/* kill -9 under load. A child (this program itself) writes from several threads and says each write that was acknowledged, and each that
 * was refused, on a pipe; it is killed at a random moment; what was acknowledged must be there, what was refused must not. On
 * PostgreSQL it is also the server that is killed, or stopped as at once as it can be, while the child lives on. 30 rounds, or
 * LIMEN_ROUNDS. */
#define LIMEN_OS /* reads LIMEN_ROUNDS, forks */
#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 6, ROUNDS = 30, VERSIONS_MAX = 1000, ROUNDS_PER_FILE = 6 };

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
		bool ok = try_put(child_record, a, resource(a, "Patient", id, text_z(a, more)), id, 0, &sink, &out);
		bool unknown = !ok && sink.first->code == FAIL_STORE_UNKNOWN;
		int n = snprintf(line, sizeof line, "%c %s %lld\n",
				 ok        ? '+'
				 : unknown ? '?'
					   : '-',
				 id, ok ? (long long)out.version : (long long)i);
		if (write(1, line, (size_t)n) != n) break;
		if (!ok) poll(NULL, 0, 5);
		if (!ok && sink.first->code != FAIL_STORE_LOST && !unknown) {
			show(&sink);
			break;
		}
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
	_exit(1);
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

typedef enum end { END_CHILD, END_SERVER, END_SERVER_AT_ONCE, ENDS } end;

/* The child is killed; or the server, which comes back while the child goes on, and then the child. */
static void kill_one(pid_t pid, end which)
{
	if (which != END_CHILD) {
		test_engine(which == END_SERVER ? "--stop" : "--immediate");
		test_engine("--start");
		poll(NULL, 0, 100);
	}
	kill(pid, SIGKILL);
}

/* Reads what the child says; kills `after_ms` from its first word on. */
static text listen_and_kill(arena *a, pid_t pid, int from, int after_ms, end which)
{
	buffer all = {.arena = a};
	int64_t kill_at = 0;
	world *w = world_real();
	for (;;) {
		int64_t now = w->monotonic(w);
		if (kill_at && now >= kill_at) {
			kill_one(pid, which);
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

typedef struct tally {
	int acknowledged, refused, unknown;
} tally;

/* No version of it says what was refused. */
static void verify_absent(reader *rd, arena *a, text id, int64_t number, issues *sink)
{
	version *all;
	int count = 0;
	int64_t next;
	text name = text_format(a, "\"F%lld\"", (long long)number);
	const history_query q = {.type = TEXT("Patient"),
				 .id = id,
				 .since = INSTANT_NONE,
				 .current_from = INSTANT_NONE,
				 .current_to = INSTANT_NONE,
				 .count = VERSIONS_MAX};
	found f = record_history(rd, &q, &all, &count, &next, sink);
	assert_true(f == FOUND || f == FOUND_NONE || f == FOUND_DELETED);
	for (int i = 0; i < count; i++) {
		if (text_find(all[i].json, name) >= 0)
			print_error("refused, and there: %.*s %.*s\n", TEXT_ARG(id), TEXT_ARG(name));
		assert_true(text_find(all[i].json, name) < 0);
	}
}

static void verify(record *r, arena *a, text said, tally *t)
{
	issues sink = {.arena = a};
	reader *rd = record_reader(r, &anna, a, &sink);
	for (text_pair line = text_cut(said, '\n'); line.found; line = text_cut(line.tail, '\n')) {
		text_pair how = text_cut(line.head, ' '), word = text_cut(how.tail, ' ');
		int64_t number;
		version v;
		assert_true(text_to_int(word.tail, &number));
		t->acknowledged += how.head.at[0] == '+';
		t->refused += how.head.at[0] == '-';
		t->unknown += how.head.at[0] == '?';
		arena_mark mark = arena_here(a);
		if (how.head.at[0] == '-') verify_absent(rd, a, word.head, number, &sink);
		arena_rewind(a, mark);
		if (how.head.at[0] != '+') continue;
		found f = record_vread(rd, TEXT("Patient"), word.head, number, &v, &sink);
		if (f != FOUND) print_error("lost: %.*s version %d\n", TEXT_ARG(word.head), (int)number);
		assert_int_equal(f, FOUND);
	}
	reader_close(rd);
}

TEST(killed_under_load)
{
	int64_t n = test_on_postgres() ? ROUNDS / 2 : ROUNDS; /* a server takes a second to come back */
	const char *set = getenv("LIMEN_ROUNDS");
	if (set) assert_true(text_to_int(text_of(set), &n));
	random_state random = random_seed(2026);
	const char *folder = temp_folder();
	char file[4096];
	tally t = {0};
	for (int round = 0; round < n; round++) {
		arena *a = arena_new(PROCESS_ARENA_MAX);
		int from;
		snprintf(file, sizeof file, "%s/limen-%d.db", folder, round / ROUNDS_PER_FILE);
		pid_t pid = start_child(file, round, &from);
		end which = test_on_postgres() ? (end)(round % ENDS) : END_CHILD;
		text said = listen_and_kill(a, pid, from, (int)random_below(&random, 120), which);
		record *r = open_record_at(a, file, NULL);
		verify(r, a, said, &t);
		check_clean(r, a);
		record_close(r);
		arena_free(a);
	}
	print_message("%d rounds, %d acknowledged commits, none lost; %d refused, none there; %d unknown\n", (int)n,
		      t.acknowledged, t.refused, t.unknown);
	assert_true(t.acknowledged >= n);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 4 && strcmp(argv[1], "--child") == 0) return child(argv[2], argv[3]);
	const struct CMUnitTest all[] = {T(killed_under_load)};
	return harness_run(all, 1, argc, argv);
}
