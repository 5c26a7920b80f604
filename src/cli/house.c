/* house.c: the department, opened: content loaded, derivers registered, record open, router ready. */
#include "cli/internal.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

enum { CONTENT_FILES_MAX = 10000, FOLDERS_DEEP_MAX = 16 };

/* ---- content ---- */

typedef struct file_list {
	cli *cli;
	arena *arena;
	content_file *at;
	int count;
} file_list;

static bool content_file_read(file_list *list, text name)
{
	cli *c = list->cli;
	world *w = c->outside->world;
	if (!text_ends(name, TEXT(".yaml")) || list->count == CONTENT_FILES_MAX) return true;
	content_file *f = &list->at[list->count];
	f->name = name;
	if (!w->read_file(w, list->arena, name, &f->source))
		return issue_at(&c->sink, FAIL_CLI_FILE, (place){.file = name}, text_of(strerror(errno)), TEXT(""),
				TEXT(""));
	list->count++;
	return true;
}

static bool content_folder_read(file_list *list, text folder, int depth)
{
	cli *c = list->cli;
	struct dirent **names;
	int count = scandir(text_z(c->arena, folder), &names, NULL, alphasort);
	if (count < 0)
		return issue_at(&c->sink, FAIL_CLI_FILE, (place){.file = folder}, text_of(strerror(errno)), TEXT(""),
				TEXT(""));
	bool fine = true;
	for (int i = 0; i < count; i++) {
		struct stat st;
		text name = text_format(list->arena, "%.*s/%s", TEXT_ARG(folder), names[i]->d_name);
		bool hidden = names[i]->d_name[0] == '.';
		free(names[i]);
		if (hidden || !fine || stat(text_z(c->arena, name), &st) != 0) continue;
		if (S_ISDIR(st.st_mode) && depth < FOLDERS_DEEP_MAX)
			fine = content_folder_read(list, name, depth + 1);
		else if (S_ISREG(st.st_mode))
			fine = content_file_read(list, name);
	}
	free(names);
	return fine;
}

image *house_content(cli *c, arena *sources, text folder, int *own_count)
{
	static bool kinds_known;
	int shipped_count;
	const content_file *shipped = content_embedded(&shipped_count);
	file_list own = {.cli = c, .arena = sources, .at = ARENA_ARRAY(sources, content_file, CONTENT_FILES_MAX)};
	if (!kinds_known) {
		pathway_content();
		clock_content();
		work_content();
		notify_content();
		kinds_known = true;
	}
	if (folder.len > 0 && !content_folder_read(&own, folder, 0)) return NULL;
	if (own_count) *own_count = own.count;
	return content_load(shipped, shipped_count, own.at, own.count, &c->sink);
}

/* The image in use. Derivers hold it, and they are registered once in a process: so it is one for the process, and stays. */
static image *active_content(cli *c)
{
	static image *active;
	static arena *sources; /* of the own files: the image points into them */
	if (active) return active;
	if (!sources) sources = arena_new(PROCESS_ARENA_MAX);
	active = house_content(c, sources, c->content, NULL);
	if (!active) return NULL;
	pathway_register(active);
	clock_register(active);
	work_register(active);
	notify_register(active, &(notify_options){.allowed = c->notify, .keep_days = c->keep_days});
	return active;
}

/* ---- open and close ---- */

/* Whoever reads beside one that is serving must read by the same rules, or the two would answer differently: so the store is claimed with
 * the hash of the content. Where nobody serves, other content is only warned of. */
static bool record_ready(cli *c, house *h, record_use use, world *w)
{
	bool six = text_find(c->host, TEXT(":")) >= 0;
	text base = text_format(c->arena, "http://%s%.*s%s:%d/fhir", six ? "[" : "", TEXT_ARG(c->host), six ? "]" : "",
				(int)c->port);
	const record_options how = {.use = use,
				    .file = c->db,
				    .claim = digest_hex(c->arena, h->content->hash),
				    .world = w,
				    .content = h->content,
				    .base = base,
				    .beside = use == RECORD_WRITE && c->serving};
	h->record = record_open(h->arena, &how, &c->sink);
	if (!h->record) return false;
	issues_print(c, &c->sink); /* warnings */
	c->sink = (issues){.arena = c->sink.arena};
	return true;
}

static bool is_there(cli *c, record_use use)
{
	bool exists = true;
	if (use != RECORD_WRITE && store_is_file(c->db) && !store_exists(c->arena, c->db, &exists, &c->sink))
		return false;
	return exists ||
	       issue_at(&c->sink, FAIL_CLI_FILE, (place){.file = c->db}, text_of(strerror(ENOENT)), TEXT(""), TEXT(""));
}

bool house_open_in(cli *c, house *h, record_use use, world *w)
{
	*h = (house){.arena = arena_new(PROCESS_ARENA_MAX)};
	h->content = active_content(c);
	if (!h->content || !is_there(c, use) || !record_ready(c, h, use, w)) {
		house_close(h);
		return false;
	}
	h->app = (http_app){.record = h->record,
			    .content = h->content,
			    .world = w,
			    .assets = c->outside->assets,
			    .asset_count = c->outside->asset_count,
			    .version = TEXT(LIMEN_VERSION),
			    .forecaster = forecaster_new(h->content)};
	return true;
}

bool house_open(cli *c, house *h, record_use use)
{
	return house_open_in(c, h, use, c->outside->world);
}

void house_close(house *h)
{
	forecaster_free(h->app.forecaster);
	if (h->record) record_close(h->record);
	arena_free(h->arena);
	*h = (house){0};
}
