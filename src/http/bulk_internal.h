/* bulk_internal.h: work too long for one request: $export and $import (FHIR Bulk Data Access).
 *
 * A job is a folder beside the database: job.json says what was asked, by whom, and how far it is; the files are its answer. One
 * thread does one job after the other. What was under way when the program stopped is begun again when it starts: an export
 * writes the same files anew, an import gives a line without id the same id as before, so that nothing is there twice.
 */
#ifndef LIMEN_HTTP_BULK_INTERNAL_H
#define LIMEN_HTTP_BULK_INTERNAL_H

#include "http/internal.h"

#include <stdatomic.h>
#include <stdio.h>

typedef enum bulk_state { BULK_WAITING, BULK_DONE, BULK_FAILED } bulk_state;

typedef struct bulk_output {
	text type, file;
	int64_t count;
	bool errors; /* in the manifest's `error` */
} bulk_output;

enum { BULK_FILTERS_MAX = 32, BULK_OUTPUTS_MAX = 4096 };

/* As job.json has it. */
typedef struct bulk_job {
	text id, request; /* the URL that was asked */
	bool imports;
	bulk_state state;
	caller who;
	text level, group; /* export: "", "Patient" or "Group" */
	text types, since, elements;
	text filters[BULK_FILTERS_MAX]; /* "Observation?status=final" */
	int filter_count;
	instant began, at, ended; /* `at`: what was written until then is in it */
	bulk_output *outputs;
	int output_count;
	text trouble;
} bulk_job;

/* A job in memory, from its asking to its end. */
typedef struct bulk_ticket {
	struct bulk_ticket *next;
	char id[40];
	char progress[120];
	atomic_bool cancelled;
} bulk_ticket;

typedef struct bulk {
	record *record;
	world *world;
	char *folder;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows, and of every ticket's progress */
	pthread_cond_t news;
	bulk_ticket *first;
	bool stopping;
} bulk;

/* One job under way. */
typedef struct bulk_run {
	bulk *bulk;
	bulk_ticket *ticket;
	bulk_job *job;
	arena *arena;         /* wound back now and then; its budget is the job's */
	arena *aside, *names; /* beside it: an address that outlives a page; the ids of a type */
	issues sink;
	/* Given back when the job ends, wherever it is left. */
	reader *reader;
	FILE *file, *errors;
} bulk_run;

bool bulk_job_load(bulk *b, arena *a, text id, bulk_job *out); /* false: there is none */
bool bulk_job_save(bulk *b, arena *a, const bulk_job *job, issues *sink);
bool bulk_job_folder(bulk *b, arena *a, text id, issues *sink); /* makes it */
bool bulk_enqueue(bulk *b, arena *a, const bulk_job *job, issues *sink);
void bulk_job_remove(bulk *b, arena *a, text id);
char *bulk_path(const bulk *b, arena *a, text id, text file); /* file empty: the folder */
bool bulk_stopped(bulk_run *r);                               /* cancelled, or the program ends */
void bulk_progress(bulk_run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
bulk_output *bulk_output_new(bulk_run *r, text type, text file);
FILE *bulk_create(bulk_run *r, text file);
bool bulk_written(bulk_run *r, FILE *f); /* closes it; false: the disk says why, in the sink */
bool bulk_files_written(bulk_run *r);    /* the same of those the run has open */

bool bulk_export_run(bulk_run *r);
bool bulk_import_run(bulk_run *r);

#endif
