/* copy.c: a whole file into a new one, beside traffic. */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool made_durable(const char *file, issues *sink)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (!ok) issue_add(sink, FAIL_STORE_IO, text_of(strerror(errno)), TEXT(""));
	if (fd >= 0) close(fd);
	return ok;
}

bool store_copy(text from, text to, issues *sink)
{
	arena *a = arena_new(MIB);
	const driver *d = store_is_file(from) && store_is_file(to) ? &driver_sqlite : &driver_postgres;
	driver_failure why;
	const char *target = text_z(a, to);
	connection *c = d->copy ? d->open(text_z(a, from), NULL, OPEN_READ_ONLY, &why) : NULL;
	bool ok = false;
	if (!d->copy)
		issue_add(sink, FAIL_STORE_COPY, from, TEXT(""));
	else if (!c || !d->copy(c, target, &why))
		store_fail(sink, &why);
	else
		ok = made_durable(target, sink);
	if (c) d->close(c);
	arena_free(a);
	return ok;
}
