/* net.h: the net as the world gives it: one HTTP request to another system, and its answer.
 *
 * world.send asks and waits, at most `timeout_ms`, on the calling thread. It follows no redirections, uses no proxy, checks
 * certificates against the system's, and speaks http and https only. The real world and the simulated one share it (libcurl, net.c):
 * a test's other system is a real server on loopback; what a simulated world makes of its own is time.
 *
 * An address is allowed by a list: of prefixes "https://host[:port][/path]", or the word "loopback" for this machine.
 */
#ifndef LIMEN_BASE_NET_H
#define LIMEN_BASE_NET_H

#include "base/text.h"

enum { NET_HEADERS_MAX = 16 };

typedef struct net_request {
	text method; /* POST, PUT */
	text url;
	text headers[NET_HEADERS_MAX]; /* "Name: value", none with a line end in it */
	int header_count;
	text body;
	int timeout_ms;
} net_request;

typedef struct net_answer {
	int status;   /* 0: there was no answer */
	text body;    /* its beginning, up to NET_ANSWER_MAX */
	text trouble; /* why there was none, in the library's words */
	int64_t micros;
} net_answer;

/* Is it an http or https address, without a name and password in it? */
bool net_url_valid(arena *a, text url);
/* `allowed`: entries separated by spaces or commas; empty allows nothing. */
bool net_url_allowed(arena *a, text url, text allowed);
/* Percent signs decoded; false: badly written, or not UTF-8. */
bool net_decode(arena *a, text raw, bool plus_is_space, text *out);
/* A header as it may be sent: "Name: value" of visible characters. */
bool net_header_valid(text header);

#endif
