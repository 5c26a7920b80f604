/* log.h: one JSON line an event, on standard error: {"at":…,"level":"…","event":"…",…}. Never a CPR number: any run of ten digits,
 * or six and four with a hyphen, that reads as a CPR number is replaced by "xxxxxx-xxxx" before it is written; so are replacement numbers (day + 60, or with two
 * letters). Values are cut at LOG_VALUE_BYTES_MAX. Before log_open nothing is written. */
#ifndef LIMEN_BASE_LOG_H
#define LIMEN_BASE_LOG_H

#include "base/world.h"

typedef enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } log_level;

void log_open(world *w, log_level lowest, int file_descriptor);
/* Pairs of key and value, ended by NULL: log_event(LOG_INFO, "commit", "seq", "12", NULL). Safe for threads. */
void log_event(log_level level, const char *event, ...) __attribute__((sentinel));
/* The line that would be written, for tests. */
text log_line(arena *a, instant at, log_level level, const char *event, const char *const *pairs);
text log_redact(arena *a, text t); /* with CPR numbers hidden */

#endif
