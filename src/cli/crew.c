/* crew.c: pieces of input worked on by several threads at once, and what is said of them written in the order they came.
 *
 *   the reader  ─ pieces ─►  sheet │ sheet │ sheet │ sheet  ─ written in order ─►  out
 *                              ▲ filled    ▲ taken   ▲ written
 *
 * A sheet is a few pieces and what a worker says of them. It belongs to the reader while it is filled, to the one worker that
 * takes it, and to whoever holds the lock while it is written. There are no more sheets than so many, so the reader waits where
 * the workers are slower. */
#include "cli/internal.h"

enum { SHEET_PIECES = 64, SHEETS_MAX = 2 * CREW_MAX + 2 };
#define SHEET_BYTES (512 * KIB)

typedef struct sheet {
	arena *arena; /* its pieces, and what is said of them */
	piece pieces[SHEET_PIECES];
	int count;
	int64_t bytes;
	buffer said;
	bool done;
} sheet;

struct crew {
	crew_work work;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	sheet sheets[SHEETS_MAX];
	int sheet_count;
	int64_t filled, taken, written; /* sheets so far: written <= taken <= filled <= written + sheet_count */
	bool ended;
	pthread_t threads[CREW_MAX];
	int thread_count;
};

typedef struct worker {
	crew *crew;
	int number;
} worker;

static sheet *sheet_at(crew *w, int64_t number)
{
	return &w->sheets[number % w->sheet_count];
}

/* Holding the lock: what is done and has nothing undone before it. */
static void write_done(crew *w)
{
	for (; w->written < w->taken && sheet_at(w, w->written)->done; w->written++) {
		sheet *s = sheet_at(w, w->written);
		w->work.written(w->work.self, buffer_text(&s->said));
		arena_reset(s->arena);
		*s = (sheet){.arena = s->arena};
	}
}

static void *worker_run(void *self)
{
	const worker *me = self;
	crew *w = me->crew;
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->taken == w->filled && !w->ended) pthread_cond_wait(&w->moved, &w->lock);
		if (w->taken == w->filled) break;
		sheet *s = sheet_at(w, w->taken++);
		pthread_mutex_unlock(&w->lock);
		s->said.arena = s->arena;
		for (int i = 0; i < s->count; i++) w->work.one(w->work.self, me->number, &s->pieces[i], &s->said);
		pthread_mutex_lock(&w->lock);
		s->done = true;
		write_done(w);
		pthread_cond_broadcast(&w->moved);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* What was taken so far may be begun. */
void crew_begin(crew *w)
{
	pthread_mutex_lock(&w->lock);
	bool room = w->filled - w->written < w->sheet_count;
	if (room && sheet_at(w, w->filled)->count > 0) w->filled++;
	pthread_cond_broadcast(&w->moved);
	pthread_mutex_unlock(&w->lock);
}

void crew_take(crew *w, const piece *p)
{
	pthread_mutex_lock(&w->lock);
	while (w->filled - w->written == w->sheet_count) pthread_cond_wait(&w->moved, &w->lock);
	pthread_mutex_unlock(&w->lock);
	sheet *s = sheet_at(w, w->filled);
	s->pieces[s->count++] = (piece){.file = p->file, .line = p->line, .json = text_copy(s->arena, p->json)};
	s->bytes += p->json.len;
	if (s->count == SHEET_PIECES || s->bytes >= SHEET_BYTES) crew_begin(w);
}

crew *crew_start(cli *c, const crew_work *work, int threads)
{
	int failed = 0;
	crew *w = ARENA_NEW(c->arena, crew);
	worker *workers = ARENA_ARRAY(c->arena, worker, CREW_MAX);
	w->work = *work;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->moved, NULL);
	w->sheet_count = 2 * threads + 2;
	for (int i = 0; i < w->sheet_count; i++) w->sheets[i].arena = arena_new(REQUEST_ARENA_MAX);
	for (; w->thread_count < threads && !failed; w->thread_count += !failed) {
		worker *me = &workers[w->thread_count];
		*me = (worker){.crew = w, .number = w->thread_count};
		failed = pthread_create(&w->threads[w->thread_count], NULL, worker_run, me);
	}
	if (w->thread_count > 0) return w; /* with fewer hands, then */
	crew_end(w);
	issue_add(&c->sink, FAIL_CLI_THREAD, text_of(strerror(failed)), TEXT(""));
	return NULL;
}

int crew_threads(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	return processors < 1 ? 1 : processors > CREW_MAX ? CREW_MAX : (int)processors;
}

void crew_end(crew *w)
{
	crew_begin(w);
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_broadcast(&w->moved);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->thread_count; i++) pthread_join(w->threads[i], NULL);
	for (int i = 0; i < w->sheet_count; i++) arena_free(w->sheets[i].arena);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->moved);
}
