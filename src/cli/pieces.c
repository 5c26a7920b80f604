/* pieces.c: what commands read: files, folders and standard input, cut in pieces of one JSON value each. A file may hold one
 * value, several one after the other, or one a line, and be of any length: one piece is in memory at a time.
 *
 * Where the first value is one line, or the name ends so, each line is a piece: then a bad line harms no other. Else a piece
 * ends with the line that closes its brackets. */
#include "cli/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { READ_BYTES = 256 * 1024, DEEP_MAX = 32 };

typedef struct cutting {
	piece_reader *reader;
	text name;
	int file;
	buffer window;
	int64_t from; /* in the window: where the next piece begins */
	int64_t line; /* its first line */
	bool lines, ended;
} cutting;

static void refuse(piece_reader *r, failure code, text file, int64_t line, text why)
{
	r->refuse(r->self, &(issue){.code = code, .place = {.file = file, .line = line}, .args = {why}});
}

/* ---- where a piece ends ---- */

typedef struct scan {
	int64_t at; /* in the window, after `from` */
	int64_t lines;
	int depth;
	bool within, escaped, seen; /* a string, an escape; anything but white space */
} scan;

static void scan_byte(scan *s, char c)
{
	if (s->within) {
		s->within = c != '\n' && (s->escaped || c != '"');
		s->escaped = !s->escaped && c == '\\';
		return;
	}
	s->escaped = false;
	s->within = c == '"';
	s->depth += (c == '{' || c == '[') - (c == '}' || c == ']');
	s->seen |= c != ' ' && c != '\t' && c != '\r' && c != '\n';
}

/* Goes on to the end of the piece. False: it is not in the window yet. */
static bool scan_on(const cutting *k, scan *s)
{
	int64_t n = k->window.len - k->from;
	if (n == 0) return false;
	const char *bytes = k->window.at + k->from;
	if (k->lines && n > s->at) {
		const char *end = memchr(bytes + s->at, '\n', (size_t)(n - s->at));
		s->at = end ? end - bytes + 1 : n;
		s->lines += end != NULL;
		return end != NULL;
	}
	while (s->at < n) {
		char c = bytes[s->at++];
		scan_byte(s, c);
		s->lines += c == '\n';
		if (c == '\n' && s->depth <= 0 && s->seen) return true;
	}
	return false;
}

/* ---- one file ---- */

/* More of the file into the window. What is done so far is shown first: who waits for it should not wait for us. */
static bool fill(cutting *k)
{
	buffer *b = &k->window;
	if (k->reader->idle) k->reader->idle(k->reader->self);
	if (k->ended || k->reader->stop) return false;
	if (k->from > 0) {
		memmove(b->at, b->at + k->from, (size_t)(b->len - k->from));
		b->len -= k->from;
		k->from = 0;
	}
	char *room = buffer_room(b, READ_BYTES);
	fflush(k->reader->cli->outside->out);
	ssize_t n = read(k->file, room, READ_BYTES);
	if (n < 0 && errno == EINTR) return true;
	if (n < 0) refuse(k->reader, FAIL_CLI_FILE, k->name, 0, text_of(strerror(errno)));
	if (n > 0) b->len += n;
	k->ended = n <= 0;
	return n > 0;
}

/* One value is larger than may be: said, and read past. */
static void pass_over(cutting *k, scan *s, bool whole)
{
	char limit[24];
	snprintf(limit, sizeof limit, "%lld", (long long)BODY_BYTES_MAX);
	refuse(k->reader, FAIL_JSON_SIZE, k->name, k->line, text_of(limit));
	for (bool more = true; more && !whole; more = whole || fill(k)) {
		k->from += s->at;
		s->at = 0;
		whole = scan_on(k, s);
	}
}

/* The next piece; the one before is gone. False: there is none. */
static bool next_piece(cutting *k, piece *out)
{
	for (;;) {
		scan s = {0};
		bool whole = false, large = false;
		while (!whole && !large) {
			whole = scan_on(k, &s);
			large = s.at > BODY_BYTES_MAX;
			if (!whole && !large && !fill(k)) break;
		}
		if (s.at == 0) return false;
		if (large) pass_over(k, &s, whole);
		text json = large ? (text){0} : (text){k->window.at + k->from, s.at};
		k->from += s.at;
		if (whole && k->line == 1 && s.lines == 1) k->lines = true;
		*out = (piece){.file = k->name, .line = k->lines || k->line > 1 ? k->line : 0, .json = json};
		k->line += s.lines;
		text bare = text_trim(json);
		if (k->lines) out->json = bare;
		if (bare.len > 0) return true;
	}
}

static void read_open(piece_reader *r, text name, int file)
{
	piece p;
	arena *window = arena_new(8 * BODY_BYTES_MAX);
	cutting k = {.reader = r, .name = name, .file = file, .window = {.arena = window}, .line = 1};
	k.lines = text_ends(name, TEXT(".ndjson"));
	r->files++;
	while (!r->stop && next_piece(&k, &p) && !r->stop) r->take(r->self, &p);
	arena_free(window);
}

static void read_file(piece_reader *r, text name)
{
	int file = open(text_z(r->cli->arena, name), O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		refuse(r, FAIL_CLI_FILE, name, 0, text_of(strerror(errno)));
		return;
	}
	read_open(r, name, file);
	close(file);
}

/* ---- folders ---- */

static bool is_ours(text name)
{
	return text_ends(name, TEXT(".json")) || text_ends(name, TEXT(".ndjson"));
}

static void read_folder(piece_reader *r, text folder, int depth)
{
	struct dirent **names;
	arena *a = r->cli->arena;
	int64_t before = r->files;
	int count = scandir(text_z(a, folder), &names, NULL, alphasort);
	if (count < 0) {
		refuse(r, FAIL_CLI_FILE, folder, 0, text_of(strerror(errno)));
		return;
	}
	for (int i = 0; i < count; i++) {
		struct stat st;
		text name = text_format(a, "%.*s/%s", TEXT_ARG(folder), names[i]->d_name);
		bool hidden = names[i]->d_name[0] == '.';
		free(names[i]);
		if (r->stop || hidden || stat(text_z(a, name), &st) != 0) continue;
		if (S_ISDIR(st.st_mode) && depth < DEEP_MAX)
			read_folder(r, name, depth + 1);
		else if (S_ISREG(st.st_mode) && is_ours(name))
			read_file(r, name);
	}
	free(names);
	if (depth == 0 && r->files == before && !r->stop)
		r->refuse(r->self, &(issue){.code = FAIL_CLI_NOTHING, .args = {folder}});
}

void pieces_read(piece_reader *r, text name)
{
	struct stat st;
	if (text_equal(name, TEXT("-")))
		read_open(r, name, fileno(r->cli->outside->in));
	else if (stat(text_z(r->cli->arena, name), &st) == 0 && S_ISDIR(st.st_mode))
		read_folder(r, name, 0);
	else
		read_file(r, name);
}
