#include "base/internal.h"

#include <pthread.h>

static struct {
	pthread_mutex_t lock;
	world *world; /* NULL: not open, nothing is written */
	log_level lowest;
	int file_descriptor;
} log_state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

void log_open(world *w, log_level lowest, int file_descriptor)
{
	pthread_mutex_lock(&log_state.lock);
	log_state.world = w;
	log_state.lowest = lowest;
	log_state.file_descriptor = file_descriptor;
	pthread_mutex_unlock(&log_state.lock);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int64_t run_of_digits(text t, int64_t at)
{
	int64_t n = 0;
	while (at + n < t.len && is_digit(t.at[at + n])) n++;
	return n;
}

/* DDMM as a date of birth. Replacement numbers add 60 to the day. */
static bool is_birth_date(const char *at)
{
	int dd = (at[0] - '0') * 10 + at[1] - '0';
	int mm = (at[2] - '0') * 10 + at[3] - '0';
	if (dd > 60) dd -= 60;
	return dd >= 1 && dd <= 31 && mm >= 1 && mm <= 12;
}

/* How many bytes from `at`, where a run of digits begins, are a CPR number; 0: none. Besides the plain forms, with or without
 * a hyphen or space, the replacement numbers with two letters (DDMMYY1AA9: X-eCPR, D-eCPR of dk-core). */
static int64_t cpr_length(text t, int64_t at)
{
	int64_t run = run_of_digits(t, at);
	const char *s = t.at + at;
	bool room = t.len - at >= 10;
	if (!room || !is_birth_date(s)) return 0;
	if (run == 10) return 10;
	if (run == 6 && (s[6] == '-' || s[6] == ' ') && run_of_digits(t, at + 7) == 4) return 11;
	bool letters = run == 7 && is_letter(s[7]) && is_letter(s[8]) && run_of_digits(t, at + 9) == 1;
	return letters ? 10 : 0;
}

text log_redact(arena *a, text t)
{
	buffer b = {.arena = a};
	for (int64_t i = 0; i < t.len;) {
		int64_t run = run_of_digits(t, i);
		int64_t hidden = run ? cpr_length(t, i) : 0;
		if (hidden) buffer_add(&b, TEXT("xxxxxx-xxxx"));
		int64_t step = hidden ? hidden : run ? run : 1;
		if (!hidden) buffer_add(&b, text_slice(t, i, i + step));
		i += step;
	}
	return buffer_text(&b);
}

static void add_quoted(buffer *b, text t)
{
	buffer_char(b, '"');
	for (int64_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.at[i];
		if (c == '"' || c == '\\') buffer_char(b, '\\');
		if (c < ' ')
			buffer_format(b, "\\u%04x", c);
		else
			buffer_char(b, (char)c);
	}
	buffer_char(b, '"');
}

/* What is said is untrusted: cut where it is too long or not UTF-8, CPR numbers hidden. The cut comes after hiding, so
 * that it cannot leave half a number. */
static void add_value(buffer *b, const char *value)
{
	text t = log_redact(b->arena, (text){value, (int64_t)strnlen(value, 4 * LOG_VALUE_BYTES_MAX)});
	if (t.len > LOG_VALUE_BYTES_MAX) t.len = LOG_VALUE_BYTES_MAX;
	int64_t bad = text_utf8_error(t);
	if (bad >= 0) t.len = bad;
	add_quoted(b, t);
}

text log_line(arena *a, instant at, log_level level, const char *event, const char *const *pairs)
{
	buffer b = {.arena = a};
	buffer_add(&b, TEXT("{\"at\":\""));
	buffer_add(&b, instant_iso(a, at));
	buffer_format(&b, "\",\"level\":\"%s\",\"event\":", level_names[level]);
	add_value(&b, event);
	for (int i = 0; pairs[i] && pairs[i + 1]; i += 2) {
		buffer_char(&b, ',');
		add_value(&b, pairs[i]);
		buffer_char(&b, ':');
		add_value(&b, pairs[i + 1]);
	}
	buffer_add(&b, TEXT("}\n"));
	return buffer_text(&b);
}

/* One write a line, under the lock: lines of threads do not mix. The line is made before, so that nobody waits for that. */
static void write_event(log_level level, const char *event, const char *const *pairs)
{
	pthread_mutex_lock(&log_state.lock);
	world *w = level >= log_state.lowest ? log_state.world : NULL;
	pthread_mutex_unlock(&log_state.lock);
	if (!w) return;
	arena *a = arena_new(LOG_ARENA_MAX);
	text line = log_line(a, world_now(w), level, event, pairs);
	pthread_mutex_lock(&log_state.lock);
	if (log_state.world == w) os_write(log_state.file_descriptor, line);
	pthread_mutex_unlock(&log_state.lock);
	arena_free(a);
}

void log_event(log_level level, const char *event, ...)
{
	const char *pairs[2 * LOG_PAIRS_MAX + 1] = {0};
	va_list args;
	va_start(args, event);
	int n = 0;
	for (const char *next; n < 2 * LOG_PAIRS_MAX && (next = va_arg(args, const char *));) pairs[n++] = next;
	va_end(args);
	write_event(level, event, pairs);
}
