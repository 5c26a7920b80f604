/* banned.h: calls this house does not make, turned into compile errors. What to use instead is beside each.
 * Time, randomness and the environment come through the world port (world.h); only base/os.c may ask the
 * operating system, and it says so by defining LIMEN_OS before it includes base.h. Habit of git's banned.h. */
#ifndef LIMEN_BASE_BANNED_H
#define LIMEN_BASE_BANNED_H

/* The system's own headers first, so that the poison does not meet their declarations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok /* text.h */
#pragma GCC poison atoi atol atoll atof                                       /* text_to_int, decimal.h */
#pragma GCC poison localtime gmtime ctime asctime mktime strftime             /* time.h of ours */
#ifndef LIMEN_OS
#pragma GCC poison getenv setenv rand srand srandom drand48 gettimeofday clock_gettime
#endif

#endif
