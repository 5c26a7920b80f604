/* power.h: a SQLite VFS for tests: a disk in memory that can lose its power, fill up, or answer with errors.
 *
 * What was written but not synced is kept apart. When the power goes, a seeded part of it is lost, sector by sector and in any order;
 * what was synced stays. power_fail_after(n) lets the n-th write or sync from now fail in the chosen way.
 *
 * One machine at a time: power_cut() makes every file of the old connections dead (all their calls fail), so that they can be closed,
 * and the next open finds what survived. Include it in one file of a test program. */
#ifndef LIMEN_TESTS_VFS_POWER_H
#define LIMEN_TESTS_VFS_POWER_H

#include "base/base.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_FILES = 8, POWER_SECTOR = 512, POWER_REGIONS = 64, POWER_LOCKS = 8 };

typedef enum power_fault {
	POWER_OK,
	POWER_CUT,
	POWER_FULL,
	POWER_IO_WRITE,
	POWER_IO_SYNC,
	POWER_READ_ONLY
} power_fault;

typedef struct power_bytes {
	char *at;
	int64_t len, cap;
} power_bytes;

/* A write not yet synced; len -1: a truncation to `offset`. */
typedef struct power_op {
	int64_t offset, len;
	char *bytes;
} power_op;

typedef struct power_file {
	char name[256];
	bool used, synced_once;
	power_bytes now, durable;
	power_op *ops;
	int64_t op_count, op_cap;
	int shared, exclusive; /* main file locks */
	void *reserved;
	void *regions[POWER_REGIONS];
	int shm_shared[POWER_LOCKS], shm_users;
	void *shm_exclusive[POWER_LOCKS];
} power_file;

typedef struct power_handle {
	sqlite3_file base;
	power_file *file;
	int level, life;
	bool shm;
	unsigned shm_shared;
} power_handle;

static struct {
	pthread_mutex_t lock;
	power_file files[POWER_FILES];
	int life; /* grows with each cut: handles of an earlier life are dead */
	bool dead;
	power_fault fault;
	int64_t countdown; /* writes and syncs until the fault; 0: none */
	bool lasting;      /* the fault stays until power_mend */
	random_state random;
	int64_t calls;
} power = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void power_resize(power_bytes *b, int64_t len)
{
	if (len > b->cap) {
		b->cap = len * 2 + 65536;
		b->at = realloc(b->at, (size_t)b->cap);
		if (!b->at) abort();
	}
	if (len > b->len) memset(b->at + b->len, 0, (size_t)(len - b->len));
	b->len = len;
}

static void power_put(power_bytes *b, int64_t offset, const char *bytes, int64_t len)
{
	if (offset + len > b->len) power_resize(b, offset + len);
	memcpy(b->at + offset, bytes, (size_t)len);
}

static void power_forget_ops(power_file *f)
{
	for (int64_t i = 0; i < f->op_count; i++) free(f->ops[i].bytes);
	f->op_count = 0;
}

static void power_note(power_file *f, int64_t offset, const char *bytes, int64_t len)
{
	if (f->op_count == f->op_cap) {
		f->op_cap = f->op_cap * 2 + 64;
		f->ops = realloc(f->ops, (size_t)f->op_cap * sizeof *f->ops);
		if (!f->ops) abort();
	}
	power_op op = {offset, len, NULL};
	if (len > 0) {
		op.bytes = malloc((size_t)len);
		if (!op.bytes) abort();
		memcpy(op.bytes, bytes, (size_t)len);
	}
	f->ops[f->op_count++] = op;
}

/* ---- the power goes ---- */

static void power_survive_op(power_file *f, const power_op *op, int per_cent)
{
	if (op->len < 0) {
		if (random_below(&power.random, 100) < per_cent) power_resize(&f->durable, op->offset);
		return;
	}
	/* A sector is written whole or not at all; a page of several sectors may be torn. */
	for (int64_t at = 0; at < op->len;) {
		int64_t n = POWER_SECTOR - (op->offset + at) % POWER_SECTOR;
		if (n > op->len - at) n = op->len - at;
		if (random_below(&power.random, 100) < per_cent)
			power_put(&f->durable, op->offset + at, op->bytes + at, n);
		at += n;
	}
}

static void power_survive(power_file *f)
{
	static const int shares[] = {0, 30, 50, 90, 100};
	int per_cent = shares[random_below(&power.random, 5)];
	bool in_order = random_below(&power.random, 2) == 0;
	for (int64_t i = f->op_count - 1; !in_order && i > 0; i--) {
		int64_t k = random_below(&power.random, i + 1);
		power_op swapped = f->ops[i];
		f->ops[i] = f->ops[k];
		f->ops[k] = swapped;
	}
	for (int64_t i = 0; i < f->op_count; i++) power_survive_op(f, &f->ops[i], per_cent);
	power_forget_ops(f);
	/* A file whose name was never made durable may be gone altogether. */
	if (!f->synced_once && random_below(&power.random, 2)) power_resize(&f->durable, 0);
}

static void power_go_dark(void)
{
	power.dead = true;
	for (int i = 0; i < POWER_FILES; i++)
		if (power.files[i].used) power_survive(&power.files[i]);
}

/* Power back: a new life with what survived. Call it after the old connections are closed. */
static void power_restore(void)
{
	pthread_mutex_lock(&power.lock);
	for (int i = 0; i < POWER_FILES; i++) {
		power_file *f = &power.files[i];
		if (!f->used) continue;
		power_resize(&f->now, 0);
		power_resize(&f->now, f->durable.len);
		if (f->durable.len) memcpy(f->now.at, f->durable.at, (size_t)f->durable.len);
		f->shared = f->exclusive = f->shm_users = 0;
		f->reserved = NULL;
		memset(f->shm_shared, 0, sizeof f->shm_shared);
		memset(f->shm_exclusive, 0, sizeof f->shm_exclusive);
		for (int k = 0; k < POWER_REGIONS; k++) {
			free(f->regions[k]);
			f->regions[k] = NULL;
		}
		if (f->now.len == 0) f->used = false;
	}
	power.life++;
	power.dead = false;
	power.countdown = 0;
	power.fault = POWER_OK;
	pthread_mutex_unlock(&power.lock);
}

static void power_cut(void)
{
	pthread_mutex_lock(&power.lock);
	if (!power.dead) power_go_dark();
	pthread_mutex_unlock(&power.lock);
}

static void power_fail_after(power_fault fault, int64_t calls, bool lasting)
{
	pthread_mutex_lock(&power.lock);
	power.fault = fault;
	power.countdown = calls;
	power.lasting = lasting;
	pthread_mutex_unlock(&power.lock);
}

static void power_mend(void)
{
	power_fail_after(POWER_OK, 0, false);
}

static void power_wipe(uint64_t seed)
{
	pthread_mutex_lock(&power.lock);
	for (int i = 0; i < POWER_FILES; i++) {
		power_file *f = &power.files[i];
		power_forget_ops(f);
		free(f->ops);
		free(f->now.at);
		free(f->durable.at);
		for (int k = 0; k < POWER_REGIONS; k++) free(f->regions[k]);
		memset(f, 0, sizeof *f);
	}
	power.random = random_seed(seed);
	power.dead = false;
	power.fault = POWER_OK;
	power.countdown = 0;
	power.life++;
	pthread_mutex_unlock(&power.lock);
}

/* Does this write or sync fail? Counts down. Called with the lock held. */
static int power_trouble(bool sync)
{
	if (power.dead) return sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
	power.calls++;
	if (power.countdown == 0 || --power.countdown > 0) return SQLITE_OK;
	if (power.lasting) power.countdown = 1;
	switch (power.fault) {
	case POWER_CUT:
		power_go_dark();
		return sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
	case POWER_FULL:
		return sync ? SQLITE_OK : SQLITE_FULL;
	case POWER_IO_WRITE:
		return sync ? SQLITE_OK : SQLITE_IOERR_WRITE;
	case POWER_READ_ONLY: /* the file system was remounted */
		return sync ? SQLITE_OK : SQLITE_READONLY;
	case POWER_IO_SYNC:
		return sync ? SQLITE_IOERR_FSYNC : SQLITE_OK;
	case POWER_OK:
		break;
	}
	return SQLITE_OK;
}

/* ---- files ---- */

static power_file *power_of(sqlite3_file *h)
{
	return ((power_handle *)h)->file;
}

static bool power_gone(sqlite3_file *h)
{
	return power.dead || ((power_handle *)h)->life != power.life;
}

static int power_read(sqlite3_file *h, void *out, int n, sqlite3_int64 offset)
{
	pthread_mutex_lock(&power.lock);
	const power_file *f = power_of(h);
	bool gone = power_gone(h);
	int64_t there = gone ? 0 : f->now.len - offset;
	if (there > n) there = n;
	if (there < 0) there = 0;
	if (there > 0) memcpy(out, f->now.at + offset, (size_t)there);
	memset((char *)out + there, 0, (size_t)(n - there));
	pthread_mutex_unlock(&power.lock);
	return gone ? SQLITE_IOERR_READ : there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int power_write(sqlite3_file *h, const void *bytes, int n, sqlite3_int64 offset)
{
	pthread_mutex_lock(&power.lock);
	int code = power_gone(h) ? SQLITE_IOERR_WRITE : power_trouble(false);
	if (code == SQLITE_OK) {
		power_put(&power_of(h)->now, offset, bytes, n);
		power_note(power_of(h), offset, bytes, n);
	}
	pthread_mutex_unlock(&power.lock);
	return code;
}

static int power_truncate(sqlite3_file *h, sqlite3_int64 size)
{
	pthread_mutex_lock(&power.lock);
	int code = power_gone(h) ? SQLITE_IOERR_TRUNCATE : power_trouble(false);
	if (code == SQLITE_OK) {
		power_resize(&power_of(h)->now, size);
		power_note(power_of(h), size, NULL, -1);
	}
	pthread_mutex_unlock(&power.lock);
	return code;
}

static int power_sync(sqlite3_file *h, int flags)
{
	(void)flags;
	pthread_mutex_lock(&power.lock);
	int code = power_gone(h) ? SQLITE_IOERR_FSYNC : power_trouble(true);
	if (code == SQLITE_OK) {
		power_file *f = power_of(h);
		for (int64_t i = 0; i < f->op_count; i++) {
			if (f->ops[i].len < 0)
				power_resize(&f->durable, f->ops[i].offset);
			else
				power_put(&f->durable, f->ops[i].offset, f->ops[i].bytes, f->ops[i].len);
		}
		power_forget_ops(f);
		f->synced_once = true;
	}
	pthread_mutex_unlock(&power.lock);
	return code;
}

static int power_size(sqlite3_file *h, sqlite3_int64 *out)
{
	pthread_mutex_lock(&power.lock);
	*out = power_of(h)->now.len;
	pthread_mutex_unlock(&power.lock);
	return SQLITE_OK;
}

static int power_lock(sqlite3_file *h, int level)
{
	power_handle *p = (power_handle *)h;
	pthread_mutex_lock(&power.lock);
	power_file *f = p->file;
	int code = SQLITE_OK;
	if (power_gone(h))
		code = SQLITE_IOERR_LOCK;
	else if (level <= p->level)
		code = SQLITE_OK;
	else if (level == SQLITE_LOCK_SHARED && f->exclusive)
		code = SQLITE_BUSY;
	else if (level >= SQLITE_LOCK_RESERVED && f->reserved && f->reserved != h)
		code = SQLITE_BUSY;
	else if (level == SQLITE_LOCK_EXCLUSIVE && f->shared > 1)
		code = SQLITE_BUSY;
	if (code == SQLITE_OK && level > p->level) {
		if (p->level == SQLITE_LOCK_NONE) f->shared++;
		if (level >= SQLITE_LOCK_RESERVED) f->reserved = h;
		if (level == SQLITE_LOCK_EXCLUSIVE) f->exclusive = 1;
		p->level = level;
	}
	pthread_mutex_unlock(&power.lock);
	return code;
}

static int power_unlock(sqlite3_file *h, int level)
{
	power_handle *p = (power_handle *)h;
	pthread_mutex_lock(&power.lock);
	power_file *f = p->file;
	if (p->life == power.life && level < p->level) {
		if (p->level == SQLITE_LOCK_EXCLUSIVE) f->exclusive = 0;
		if (f->reserved == h) f->reserved = NULL;
		if (level == SQLITE_LOCK_NONE) f->shared--;
	}
	p->level = level < p->level ? level : p->level;
	pthread_mutex_unlock(&power.lock);
	return SQLITE_OK;
}

static int power_reserved(sqlite3_file *h, int *out)
{
	pthread_mutex_lock(&power.lock);
	*out = power_of(h)->reserved != NULL;
	pthread_mutex_unlock(&power.lock);
	return SQLITE_OK;
}

static int power_control(sqlite3_file *h, int what, void *with)
{
	(void)h, (void)what, (void)with;
	return SQLITE_NOTFOUND;
}

static int power_sector(sqlite3_file *h)
{
	(void)h;
	return POWER_SECTOR;
}

static int power_traits(sqlite3_file *h)
{
	(void)h;
	return 0; /* promises nothing: no atomic pages, no order, no safe appends */
}

/* ---- the WAL's shared memory: within the process ---- */

static int power_shm_map(sqlite3_file *h, int region, int bytes, int extend, void volatile **out)
{
	power_handle *p = (power_handle *)h;
	pthread_mutex_lock(&power.lock);
	power_file *f = p->file;
	*out = NULL;
	int code = power_gone(h) || region >= POWER_REGIONS ? SQLITE_IOERR_SHMMAP : SQLITE_OK;
	if (code == SQLITE_OK) {
		f->shm_users += !p->shm;
		p->shm = true;
		if (!f->regions[region] && extend) f->regions[region] = calloc(1, (size_t)bytes);
		*out = f->regions[region];
	}
	pthread_mutex_unlock(&power.lock);
	return code;
}

static bool power_shm_free(const power_handle *p, int slot, bool exclusive)
{
	const power_file *f = p->file;
	if (f->shm_exclusive[slot] && f->shm_exclusive[slot] != p) return false;
	int others = f->shm_shared[slot] - (int)(p->shm_shared >> slot & 1u);
	return !exclusive || others == 0;
}

static void power_shm_take(power_handle *p, int slot, bool exclusive)
{
	if (exclusive) {
		p->file->shm_exclusive[slot] = p;
	} else if (!(p->shm_shared >> slot & 1u)) {
		p->shm_shared |= 1u << slot;
		p->file->shm_shared[slot]++;
	}
}

static void power_shm_give(power_handle *p, int slot)
{
	if (p->file->shm_exclusive[slot] == p) p->file->shm_exclusive[slot] = NULL;
	if (p->shm_shared >> slot & 1u) p->file->shm_shared[slot]--;
	p->shm_shared &= ~(1u << slot);
}

static int power_shm_lock(sqlite3_file *h, int offset, int n, int flags)
{
	power_handle *p = (power_handle *)h;
	bool lock = flags & SQLITE_SHM_LOCK, exclusive = flags & SQLITE_SHM_EXCLUSIVE;
	pthread_mutex_lock(&power.lock);
	int code = SQLITE_OK;
	bool gone = power_gone(h);
	if (gone && lock) code = SQLITE_IOERR_SHMLOCK;
	for (int i = offset; code == SQLITE_OK && lock && i < offset + n; i++)
		if (!power_shm_free(p, i, exclusive)) code = SQLITE_BUSY;
	for (int i = offset; !gone && code == SQLITE_OK && i < offset + n; i++) {
		if (lock)
			power_shm_take(p, i, exclusive);
		else
			power_shm_give(p, i);
	}
	pthread_mutex_unlock(&power.lock);
	return code;
}

static void power_shm_barrier(sqlite3_file *h)
{
	(void)h;
	pthread_mutex_lock(&power.lock);
	pthread_mutex_unlock(&power.lock);
}

static int power_shm_unmap(sqlite3_file *h, int remove)
{
	power_handle *p = (power_handle *)h;
	pthread_mutex_lock(&power.lock);
	power_file *f = p->file;
	if (p->shm && p->life == power.life && --f->shm_users == 0 && remove)
		for (int k = 0; k < POWER_REGIONS; k++) {
			free(f->regions[k]);
			f->regions[k] = NULL;
		}
	p->shm = false;
	pthread_mutex_unlock(&power.lock);
	return SQLITE_OK;
}

static int power_close(sqlite3_file *h)
{
	power_unlock(h, SQLITE_LOCK_NONE);
	return SQLITE_OK;
}

/* ---- the VFS ---- */

static power_file *power_find(const char *name, bool make)
{
	for (int i = 0; i < POWER_FILES; i++)
		if (power.files[i].used && strcmp(power.files[i].name, name) == 0) return &power.files[i];
	for (int i = 0; make && i < POWER_FILES; i++) {
		power_file *f = &power.files[i];
		if (f->used) continue;
		power_forget_ops(f);
		power_resize(&f->now, 0);
		power_resize(&f->durable, 0);
		f->used = true;
		f->synced_once = false;
		snprintf(f->name, sizeof f->name, "%s", name);
		return f;
	}
	return NULL;
}

static int power_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *h, int flags, int *out)
{
	static const sqlite3_io_methods methods = {
	    .iVersion = 2,
	    .xClose = power_close,
	    .xRead = power_read,
	    .xWrite = power_write,
	    .xTruncate = power_truncate,
	    .xSync = power_sync,
	    .xFileSize = power_size,
	    .xLock = power_lock,
	    .xUnlock = power_unlock,
	    .xCheckReservedLock = power_reserved,
	    .xFileControl = power_control,
	    .xSectorSize = power_sector,
	    .xDeviceCharacteristics = power_traits,
	    .xShmMap = power_shm_map,
	    .xShmLock = power_shm_lock,
	    .xShmBarrier = power_shm_barrier,
	    .xShmUnmap = power_shm_unmap,
	};
	(void)vfs;
	power_handle *p = (power_handle *)h;
	memset(p, 0, sizeof *p);
	pthread_mutex_lock(&power.lock);
	p->life = power.life;
	p->file = power.dead ? NULL : power_find(name ? name : "temporary", flags & SQLITE_OPEN_CREATE);
	pthread_mutex_unlock(&power.lock);
	if (!p->file) return SQLITE_CANTOPEN;
	p->base.pMethods = &methods;
	if (out) *out = flags;
	return SQLITE_OK;
}

static int power_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs, (void)sync;
	pthread_mutex_lock(&power.lock);
	power_file *f = power.dead ? NULL : power_find(name, false);
	if (f) f->used = false;
	bool dead = power.dead;
	pthread_mutex_unlock(&power.lock);
	return dead ? SQLITE_IOERR_DELETE : f ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

static int power_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs, (void)flags;
	pthread_mutex_lock(&power.lock);
	const power_file *f = power_find(name, false);
	*out = f && f->now.len > 0;
	pthread_mutex_unlock(&power.lock);
	return SQLITE_OK;
}

static int power_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

/* Everything else (randomness, time) is the default's. */
static void power_register(void)
{
	static sqlite3_vfs vfs;
	if (vfs.zName) return;
	vfs = *sqlite3_vfs_find(NULL);
	vfs.zName = "power";
	vfs.szOsFile = sizeof(power_handle);
	vfs.mxPathname = 200;
	vfs.xOpen = power_open;
	vfs.xDelete = power_delete;
	vfs.xAccess = power_access;
	vfs.xFullPathname = power_name;
	vfs.pNext = NULL;
	sqlite3_vfs_register(&vfs, 0);
}

#endif
