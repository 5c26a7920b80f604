/* banned.h: calls this house does not make, turned into compile errors. What to use instead is beside each.
 * Time, randomness and the environment come through the world port (world.h); only base/os.c may ask the
 * operating system, and it says so by defining LIMEN_OS before it includes base.h. Habit of git's banned.h.
 *
 * Names nobody else would use are poisoned: not even a mention compiles. Names that are also good words for a field
 * (time, random, system, sleep) are banned as calls only. */
#ifndef LIMEN_BASE_BANNED_H
#define LIMEN_BASE_BANNED_H

/* C++ files (simdjson's side of fhir/) are left out: the C++ library mentions all of these itself. */
#ifndef __cplusplus

/* The system's own headers first, so that the poison does not meet their declarations. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#pragma GCC poison strcpy strcat strncpy strncat stpcpy stpncpy gets strtok    /* text.h */
#pragma GCC poison sprintf vsprintf                                            /* text_format, buffer_format */
#pragma GCC poison atoi atol atoll atof strtol strtoll strtoul strtoull strtof /* text_to_int, decimal.h */
#pragma GCC poison scanf fscanf sscanf vscanf vfscanf vsscanf                  /* text_cut */
#pragma GCC poison localtime localtime_r gmtime gmtime_r ctime ctime_r asctime asctime_r mktime timegm strftime        \
    strptime /* time.h of ours */
#undef alloca
#pragma GCC poison alloca                /* arena.h */
#pragma GCC poison tmpnam tempnam mktemp /* mkstemp, mkdtemp */

#define LIMEN_BANNED(call) limen_bans_##call
#define system(...) LIMEN_BANNED(system)
#define popen(...) LIMEN_BANNED(popen)

#ifndef LIMEN_OS
#pragma GCC poison getenv secure_getenv setenv putenv unsetenv                 /* cli's settings */
#pragma GCC poison rand rand_r srand srandom drand48 getrandom getentropy      /* random.h, world.h */
#pragma GCC poison gettimeofday clock_gettime clock_nanosleep nanosleep usleep /* world.h */
#define time(...) LIMEN_BANNED(time)
#define random(...) LIMEN_BANNED(random)
#define sleep(...) LIMEN_BANNED(sleep)
#endif

#endif

#endif
