/* kill -9 of the house between commit and delivery; many subscriptions under write load; how soon one is told. */
#define LIMEN_OS /* reads LIMEN_ROUNDS, forks */
#include "receiver.h"

#include <signal.h>
#include <sys/wait.h>

enum { ROUNDS = 12, WRITERS = 4, SUBSCRIPTIONS = 50, WRITES_EACH = 60 };

static const char *self;

/* ---- the child: writes until it is killed, and tells ---- */

typedef struct hand {
	desk *desk;
	int number, round, count;
} hand;

static void write_task(const hand *h, int i, bool say)
{
	int64_t number;
	char id[40], line[80];
	arena *a = arena_new(MIB);
	snprintf(id, sizeof id, "r%d-w%d-%d", h->round, h->number, i % 10);
	text json = text_format(
	    a, "{'resourceType':'Task','id':'%s','status':'requested','intent':'order','description':'%d'}", id, i);
	assert_int_equal(desk_write(h->desk, &anna, "Task", id, json, &number), FAILURE_COUNT);
	int n = snprintf(line, sizeof line, "%s %lld\n", id, (long long)number);
	if (say && write(1, line, (size_t)n) != n) _exit(3);
	arena_free(a);
}

static void *write_and_say(void *h)
{
	for (int i = 0;; i++) write_task(h, i, true);
	return NULL;
}

static int child(const char *file, const char *round)
{
	int64_t n;
	pthread_t threads[WRITERS];
	hand hands[WRITERS];
	text_to_int(text_of(round), &n);
	desk d = {.arena = test_arena(), .file = text_z(test_arena(), text_of(file))};
	desk_open_record(&d, world_real());
	d.notifier = notify_start(d.record, world_real());
	for (int i = 0; i < WRITERS; i++) {
		hands[i] = (hand){&d, i, (int)n, 0};
		pthread_create(&threads[i], NULL, write_and_say, &hands[i]);
	}
	pthread_join(threads[0], NULL);
	return 1;
}

/* ---- the parent ---- */

static text run_and_kill(arena *a, const char *file, int round, int after_ms)
{
	int ends[2];
	char number[16];
	buffer said = {.arena = a};
	snprintf(number, sizeof number, "%d", round);
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execl(self, self, "--child", file, number, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	world *w = world_real();
	int64_t until = 0;
	for (;;) {
		int left = until ? (int)((until - w->monotonic(w)) / 1000) : 30000;
		if (until && left <= 0) kill(pid, SIGKILL);
		struct pollfd p = {.fd = ends[0], .events = POLLIN};
		if (poll(&p, 1, left > 0 ? left : 1000) == 0) continue;
		ssize_t n = read(ends[0], buffer_room(&said, 65536), 65536);
		if (n <= 0) break;
		said.len += n;
		if (!until) until = w->monotonic(w) + (int64_t)after_ms * 1000;
	}
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return buffer_text(&said);
}

/* Which event told which version: "Task/id/3" to its number. */
static void take_in(arena *a, text body, map *versions, bool *numbers, int64_t max)
{
	doc d;
	issues sink = {.arena = a};
	path_items events, resources;
	assert_true(json_parse_resource(a, body, TEXT(""), &sink, &d));
	const path *of_event =
	    path_compile(a,
			 TEXT("Bundle.entry[0].resource.parameter.where(name = 'notification-event').part"
			      ".where(name = 'event-number').value"),
			 type_find(TEXT("Bundle")), NULL, &sink);
	const path *of_resource =
	    path_compile(a, TEXT("Bundle.entry.skip(1).resource.select(id + ' ' + meta.versionId)"),
			 type_find(TEXT("Bundle")), NULL, &sink);
	assert_true(path_run(of_event, &d, 0, NULL, a, &sink, &events));
	assert_true(path_run(of_resource, &d, 0, NULL, a, &sink, &resources));
	assert_int_equal(events.count, resources.count);
	for (int i = 0; i < events.count; i++) {
		int64_t n;
		assert_true(text_to_int(path_item_text(a, &events.at[i]), &n) && n > 0 && n < max);
		numbers[n] = true;
		map_put(versions, path_item_text(a, &resources.at[i]), n);
	}
}

static int64_t numbers_given(desk *d, const char *id, int64_t *told_)
{
	arena *a = arena_new(MIB);
	issues sink = {.arena = a};
	notify_line *lines;
	int64_t number = 0;
	reader *rd = record_reader(d->record, &anna, a, &sink);
	int count = notify_lines(rd, a, &lines, &sink);
	for (int i = 0; i < count; i++)
		if (text_equal(lines[i].id, text_of(id))) {
			number = lines[i].number;
			*told_ = lines[i].told;
		}
	reader_close(rd);
	arena_free(a);
	return number;
}

TEST(killed_between_commit_and_delivery)
{
	int64_t rounds = ROUNDS, told_so_far = 0;
	const char *set = getenv("LIMEN_ROUNDS");
	if (set) assert_true(text_to_int(text_of(set), &rounds));
	random_state random = random_seed(7);
	receiver r = {0};
	desk d;
	buffer said = {.arena = test_arena()};
	receiver_start(&r, 0);
	d = (desk){.arena = test_arena()};
	d.file = text_z(d.arena, text_format(d.arena, "%s/limen.db", temp_folder()));
	desk_open_record(&d, world_real());
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "full-resource", r.port, ""));
	record_close(d.record);
	for (int round = 0; round < rounds; round++)
		buffer_add(&said, run_and_kill(d.arena, d.file, round, (int)random_below(&random, 150)));
	desk_open_record(&d, world_real());
	d.notifier = notify_start(d.record, world_real());
	EVENTUALLY(numbers_given(&d, "s", &told_so_far) > 0 && numbers_given(&d, "s", &told_so_far) == told_so_far);
	int64_t given = told_so_far;
	desk_close(&d);
	receiver_stop(&r);
	map versions = {.arena = d.arena};
	bool *numbers = ARENA_ARRAY(d.arena, bool, given + 1);
	for (int i = 0; i < r.count; i++) take_in(d.arena, heard_body(&r, i), &versions, numbers, given + 1);
	for (int64_t n = 1; n <= given; n++) {
		if (!numbers[n]) print_error("event %lld was never told\n", (long long)n);
		assert_true(numbers[n]);
	}
	assert_int_equal(versions.count, given); /* a number is one version, a version one number */
	int64_t acknowledged = 0;
	for (text_pair line = text_cut(buffer_text(&said), '\n'); line.found; line = text_cut(line.tail, '\n')) {
		int64_t n;
		acknowledged++;
		if (!map_get(&versions, line.head, &n)) print_error("never told: %.*s\n", TEXT_ARG(line.head));
		assert_true(map_get(&versions, line.head, &n));
	}
	print_message("%d kills, %d acknowledged writes, %d events told in %d notifications\n", (int)rounds,
		      (int)acknowledged, (int)given, r.count);
	assert_true(acknowledged > rounds);
	receiver_free(&r);
}

/* ---- load ---- */

static void *write_some(void *self_)
{
	const hand *h = self_;
	for (int i = 0; i < h->count; i++) write_task(h, i, false);
	return NULL;
}

TEST(fifty_under_write_load)
{
	desk d = {.arena = test_arena()};
	receiver r[SUBSCRIPTIONS] = {{0}};
	pthread_t threads[WRITERS];
	hand hands[WRITERS];
	world *w = world_real();
	d.file = text_z(d.arena, text_format(d.arena, "%s/limen.db", temp_folder()));
	desk_open_record(&d, w);
	d.notifier = notify_start(d.record, w);
	for (int i = 0; i < SUBSCRIPTIONS; i++) {
		const char *id = text_z(d.arena, text_format(d.arena, "s%d", i));
		receiver_start(&r[i], 0);
		subscribe(&d, id, topical(d.arena, id, "opgaver", "Task?status=requested", "id-only", r[i].port, ""));
	}
	for (int i = 0; i < SUBSCRIPTIONS; i++) EVENTUALLY(receiver_count(&r[i]) == 1);
	int64_t began = w->monotonic(w);
	for (int i = 0; i < WRITERS; i++) {
		hands[i] = (hand){&d, i, 0, WRITES_EACH};
		pthread_create(&threads[i], NULL, write_some, &hands[i]);
	}
	for (int i = 0; i < WRITERS; i++) pthread_join(threads[i], NULL);
	int64_t written_ = w->monotonic(w);
	int64_t all = WRITERS * WRITES_EACH, told_;
	for (int i = 0; i < SUBSCRIPTIONS; i++) {
		const char *id = text_z(d.arena, text_format(d.arena, "s%d", i));
		EVENTUALLY(numbers_given(&d, id, &told_) == all && told_ == all);
	}
	int64_t done = w->monotonic(w);
	desk_close(&d);
	buffer expected = {.arena = d.arena};
	for (int64_t n = 1; n <= all; n++) buffer_format(&expected, n > 1 ? " %lld" : "%lld", (long long)n);
	for (int i = 0; i < SUBSCRIPTIONS; i++) {
		buffer heard_ = {.arena = d.arena};
		for (int k = 1; k < receiver_count(&r[i]); k++) {
			if (heard_.len) buffer_char(&heard_, ' ');
			buffer_add(&heard_, told(d.arena, heard_body(&r[i], k)));
		}
		assert_text(buffer_text(&heard_), buffer_text(&expected)); /* each once, in order, without a gap */
		receiver_stop(&r[i]);
		receiver_free(&r[i]);
	}
	print_message("%d subscriptions, %lld writes in %lld ms (%lld a second), all %lld events told after %lld ms\n",
		      SUBSCRIPTIONS, (long long)all, (long long)(written_ - began) / 1000,
		      (long long)(all * 1000000 / (written_ - began)), (long long)(all * SUBSCRIPTIONS),
		      (long long)(done - began) / 1000);
}

static int by_time(const void *x, const void *y)
{
	return (*(const int64_t *)x > *(const int64_t *)y) - (*(const int64_t *)x < *(const int64_t *)y);
}

TEST(how_soon)
{
	enum { TIMES = 200 };
	desk d = {.arena = test_arena()};
	receiver r = {0};
	int64_t took[TIMES];
	world *w = world_real();
	d.file = text_z(d.arena, text_format(d.arena, "%s/limen.db", temp_folder()));
	desk_open_record(&d, w);
	d.notifier = notify_start(d.record, w);
	receiver_start(&r, 0);
	subscribe(&d, "s", topical(d.arena, "s", "opgaver", "", "id-only", r.port, ""));
	EVENTUALLY(text_equal(standing(&d, "s"), TEXT("active")));
	hand h = {&d, 0, 0, 0};
	for (int i = 0; i < TIMES; i++) {
		write_task(&h, i, false);
		int64_t committed = w->monotonic(w);
		while (receiver_count(&r) < i + 2) poll(NULL, 0, 0);
		took[i] = r.all[i + 1].at - committed;
	}
	qsort(took, TIMES, sizeof *took, by_time);
	print_message("from the commit's answer to the receiver's ear: half within %lld us, 99 of 100 within %lld us\n",
		      (long long)took[TIMES / 2], (long long)took[TIMES * 99 / 100]);
	desk_close(&d);
	receiver_stop(&r);
	receiver_free(&r);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 4 && strcmp(argv[1], "--child") == 0) return child(argv[2], argv[3]);
	const struct CMUnitTest all[] = {T(killed_between_commit_and_delivery), T(fifty_under_write_load), T(how_soon)};
	return harness_run(all, 3, argc, argv);
}
