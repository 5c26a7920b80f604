/* bench read: reads by id over HTTP with 32 connections (wrk), beside the same bytes under the same headers served from memory by the
 * same HTTP library with the same settings. What is read: some thousand resources of the Synthea file that bench ingest leaves
 * (build/bench-data/synthea.db), again and again as screens do. read.cold_per_s: all resources of the file in an order of chance, more
 * than are kept in memory. Lines "read.KEY VALUE", the headline ratio last. */
#define LIMEN_OS
#include "bench/files.h"
#include "cli/internal.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <sqlite3.h>

enum { PATHS_MAX = 4000, OF_TYPE = 1000, ROUNDS = 3, SECONDS_EACH = 4, THREADS = 16 };

typedef struct served {
	text path;
	http_response answer;
} served;

static arena *kept;
static served paths[PATHS_MAX];
static int path_count;
static map by_path; /* path to its number */

/* ---- what is read ---- */

static const caller who = {.actor = {"Device/bench", 12}, .purpose = {"HADMIN", 6}, .scope = {"*", 1}};

static void paths_of(http_app *app, const char *type)
{
	doc d;
	issues sink = {.arena = kept};
	text ask = text_format(kept, "/fhir/%s?_count=%d", type, OF_TYPE);
	http_response p = http_call(app, kept, &who, "GET", ask, TEXT(""));
	if (p.status != 200 || !json_parse(kept, p.body, TEXT(""), &sink, &d)) bench_stop("cannot list", type);
	uint32_t list = doc_get(&d, 0, NAME_entry);
	for (uint32_t i = list + 1; list && i < d.nodes[list].next && path_count < PATHS_MAX; i = d.nodes[i].next) {
		uint32_t resource = doc_get(&d, i, NAME_resource);
		if (!resource) continue;
		served *s = &paths[path_count];
		s->path = text_format(kept, "/fhir/%s/%.*s", type, TEXT_ARG(doc_get_text(&d, resource, NAME_id)));
		s->answer = http_call(app, kept, &who, "GET", s->path, TEXT(""));
		map_put(&by_path, s->path, path_count++);
	}
}

/* wrk asks for the lines of LIST in an order of chance. */
static text script_write(const char *script, const char *list)
{
	FILE *f = fopen(script, "w");
	if (!f) bench_stop("cannot write", script);
	fprintf(f,
		"wrk.headers['X-Limen-Actor'] = 'Device/bench'\nlocal paths = {}\n"
		"for line in io.lines('%s') do paths[#paths + 1] = line end\nlocal n = 0\n"
		"request = function() n = (n * 69069 + 1) %% 2147483648; "
		"return wrk.format('GET', paths[n %% #paths + 1]) end\n",
		list);
	fclose(f);
	return text_of(script);
}

static void paths_write(const char *list)
{
	FILE *f = fopen(list, "w");
	if (!f) bench_stop("cannot write", list);
	for (int i = 0; i < path_count; i++) fprintf(f, "%.*s\n", TEXT_ARG(paths[i].path));
	fclose(f);
}

/* Everything that stands in the file. */
static void all_write(const char *file, const char *list)
{
	sqlite3 *db;
	sqlite3_stmt *rows;
	FILE *f = fopen(list, "w");
	if (!f || sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) bench_stop("cannot list", file);
	if (sqlite3_prepare_v2(db,
			       "SELECT t.word, r.id FROM resource r JOIN term t ON t.number = r.type WHERE r.state = 0",
			       -1, &rows, NULL) != SQLITE_OK)
		bench_stop(sqlite3_errmsg(db), file);
	while (sqlite3_step(rows) == SQLITE_ROW)
		fprintf(f, "/fhir/%s/%s\n", sqlite3_column_text(rows, 0), sqlite3_column_text(rows, 1));
	sqlite3_finalize(rows);
	sqlite3_close(db);
	fclose(f);
}

/* ---- the peer ---- */

static enum MHD_Result answer_from_memory(void *self, struct MHD_Connection *c, const char *url, const char *method,
					  const char *version, const char *bytes, size_t *n, void **state)
{
	(void)self, (void)method, (void)version, (void)bytes, (void)n;
	static int begun;
	if (!*state) {
		*state = &begun;
		return MHD_YES;
	}
	int64_t found;
	if (!map_get(&by_path, text_of(url), &found)) return MHD_NO;
	const http_response *p = &paths[found].answer;
	union {
		const void *given;
		void *wanted;
	} body = {.given = p->body.at};
	struct MHD_Response *r =
	    MHD_create_response_from_buffer((size_t)p->body.len, body.wanted, MHD_RESPMEM_PERSISTENT);
	for (int i = 0; i < p->header_count; i++)
		MHD_add_response_header(r, p->headers[i].name.at, p->headers[i].value.at);
	MHD_add_response_header(r, "Date", "Sat, 21 Nov 2026 00:00:00 GMT");
	enum MHD_Result queued = MHD_queue_response(c, (unsigned)p->status, r);
	MHD_destroy_response(r);
	return queued;
}

static struct MHD_Daemon *peer_start(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	/* MHD wants texts that end in a zero. */
	for (int i = 0; i < path_count; i++)
		for (int h = 0; h < paths[i].answer.header_count; h++) {
			http_header *header = &paths[i].answer.headers[h];
			header->name = text_of(text_z(kept, header->name));
			header->value = text_of(text_z(kept, header->value));
		}
	struct MHD_Daemon *d = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNALLY | MHD_USE_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
	    answer_from_memory, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE,
	    (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(64 * KIB), MHD_OPTION_END);
	if (!d) bench_stop("cannot listen", "on loopback");
	*port = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;
	return d;
}

/* ---- the measuring ---- */

static double wrk(int port, text script)
{
	arena *a = arena_new(MIB);
	char *url = text_z(a, text_format(a, "http://127.0.0.1:%d/", port));
	char *seconds = text_z(a, text_format(a, "-d%ds", SECONDS_EACH));
	char *const command[] = {
	    (char[]){"wrk"}, (char[]){"-t2"}, (char[]){"-c32"}, seconds, (char[]){"-s"}, text_z(a, script), url, NULL};
	bench_files out = {.arena = a};
	text said = bench_output(&out, command);
	if (text_find(said, TEXT("Non-2xx")) >= 0) bench_stop("refused:", text_z(a, said));
	int64_t at = text_find(said, TEXT("Requests/sec:"));
	decimal d;
	text rate = at < 0 ? TEXT("") : text_trim(text_cut(text_slice(said, at + 13, said.len), '\n').head);
	if (!decimal_parse(rate, &d)) bench_stop("wrk said:", text_z(a, said));
	double per_s = decimal_to_double(d);
	arena_free(a);
	return per_s;
}

int main(void)
{
	static const char *const types[] = {"Patient", "Encounter", "Observation", "Condition", "MedicationRequest"};
	const char *file = "build/bench-data/synthea.db";
	struct stat st;
	if (stat(file, &st) != 0) {
		printf("read: skipped: %s is not there: run ./dev bench ingest first\n", file);
		return 0;
	}
	kept = arena_new(PROCESS_ARENA_MAX);
	by_path = (map){.arena = kept};
	cli_outside outside = {.out = stdout, .err = stderr, .world = world_real()};
	cli c = {.outside = &outside,
		 .arena = arena_new(PROCESS_ARENA_MAX),
		 .db = text_of(file),
		 .host = TEXT("127.0.0.1"),
		 .port = 8420};
	c.sink.arena = c.arena;
	house h;
	if (!house_open(&c, &h, RECORD_WRITE)) {
		issues_print(&c, &c.sink);
		return 1;
	}
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) paths_of(&h.app, types[i]);
	paths_write("build/bench-data/read.txt");
	all_write(file, "build/bench-data/read-all.txt");
	text script = script_write("build/bench-data/read.lua", "build/bench-data/read.txt");
	text all = script_write("build/bench-data/read-all.lua", "build/bench-data/read-all.txt");
	int port;
	struct MHD_Daemon *peer = peer_start(&port);
	listener *l = http_start(&h.app, &(listen_options){.host = TEXT("127.0.0.1"), .threads = THREADS}, &c.sink);
	if (!l) bench_stop("cannot listen", "on loopback");
	double ours = 0, theirs = 0;
	for (int i = 0; i < ROUNDS; i++) {
		double n = wrk(http_port(l), script);
		if (n > ours) ours = n;
		n = wrk(port, script);
		if (n > theirs) theirs = n;
	}
	double cold = wrk(http_port(l), all);
	http_stop(l);
	MHD_stop_daemon(peer);
	house_close(&h);
	printf("read.resources %d\n", path_count);
	printf("read.memory_per_s %.0f\n", theirs);
	printf("read.cold_per_s %.0f\n", cold);
	printf("read.per_s %.0f\n", ours);
	printf("read.ratio_memory %.2f\n", ours / theirs);
	return 0;
}
