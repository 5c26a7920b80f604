/* Where a store is kept: its name, whether it is there, and taking it away. */
#include "store/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

text store_target_shown(arena *a, text file)
{
	if (!postgres_named(file)) return file;
	text_pair scheme = text_cut(file, ':');
	text rest = text_cut(text_slice(scheme.tail, 2, scheme.tail.len), '?').head; /* an option may be a password */
	text_pair sides = text_cut_last(rest, '@');
	text place = sides.found ? sides.tail : rest;
	text user = sides.found ? text_cut(sides.head, ':').head : (text){0};
	return text_format(a, "%.*s://%.*s%s%.*s", TEXT_ARG(scheme.head), TEXT_ARG(user), sides.found ? "@" : "",
			   TEXT_ARG(place));
}

bool store_is_file(text file)
{
	return !postgres_named(file);
}

/* Calls `what` with a connection of its own. */
static bool with_connection(arena *a, text file, bool (*what)(connection *c, void *with, driver_failure *why),
			    void *with, issues *sink)
{
	const driver *d = &driver_postgres;
	driver_failure why;
	connection *c = d->open(text_z(a, file), NULL, OPEN_WRITER, &why);
	bool done = c && what(c, with, &why);
	if (c) d->close(c);
	return done || store_fail(sink, &why);
}

static bool ask_exists(connection *c, void *exists, driver_failure *why)
{
	return driver_postgres.has_table(c, "store_version", exists, why);
}

bool store_exists(arena *a, text file, bool *exists, issues *sink)
{
	*exists = store_is_file(file) && access(text_z(a, file), F_OK) == 0;
	return store_is_file(file) || with_connection(a, file, ask_exists, exists, sink);
}

static bool drop_tables(connection *c, void *unused, driver_failure *why)
{
	static const char sql[] = "DO $$DECLARE t text; BEGIN "
				  "FOR t IN SELECT convert_from(name,'UTF8') FROM store_table LOOP "
				  "EXECUTE format('DROP TABLE IF EXISTS %I', t); END LOOP;"
				  "DROP TABLE store_table, store_version; END$$";
	(void)unused;
	return driver_postgres.claim(c, "discard", true, why) && driver_postgres.script(c, sql, why);
}

bool store_discard(arena *a, text file, issues *sink)
{
	static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
	bool exists;
	if (!store_exists(a, file, &exists, sink)) return false;
	if (!store_is_file(file)) return !exists || with_connection(a, file, drop_tables, NULL, sink);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		unlink(text_z(a, text_join(a, file, text_of(endings[i]))));
	return true;
}

/* A store "in memory" is a file in a memory file system, so that readers and the writer see what they see on disk. */
bool make_memory_target(store *s)
{
	char shm[] = "/dev/shm/limen-XXXXXX", tmp[] = "/tmp/limen-XXXXXX";
	const char *folder = mkdtemp(shm);
	if (!folder) folder = mkdtemp(tmp);
	if (!folder) return false;
	s->memory_folder = text_z(s->arena, text_of(folder));
	s->target = text_z(s->arena, text_join(s->arena, text_of(folder), TEXT("/limen.db")));
	return true;
}

void remove_memory_target(store *s)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	if (!s->memory_folder) return;
	for (int i = 0; i < 3; i++)
		unlink(text_z(s->arena, text_join(s->arena, text_of(s->target), text_of(endings[i]))));
	rmdir(s->memory_folder);
}

/* A file just made is durable only when its name is: SQLite sees to that for the WAL, not for the file itself. */
void name_durable(const store *s)
{
	text folder = text_cut_last(text_of(s->target), '/').head;
	bool below = folder.len < (int64_t)strlen(s->target);
	int fd = open(below && folder.len ? text_z(s->arena, folder)
		      : below             ? "/"
					  : ".",
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return;
	fsync(fd); /* a file system that cannot (EINVAL) has nothing to make durable */
	close(fd);
}
