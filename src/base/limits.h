/* limits.h: every limit of the house, in one place. Bytes unless the name says otherwise. */
#ifndef LIMEN_BASE_LIMITS_H
#define LIMEN_BASE_LIMITS_H

enum {
	COMMIT_RETRIES_MAX = 5,  /* a commit whose read set moved starts over so often */
	SETTLE_ROUNDS_MAX = 8,   /* rounds of raised writes in one commit */
	PREMISE_TRIES_MAX = 64,  /* a conditional write is planned so often while others are quicker */
	SEARCH_COUNT_MAX = 1000, /* resources on one page */
	SEARCH_COUNT_DEFAULT = 50,
	HISTORY_ROWS_MAX = 100000,      /* rows of the log looked at for one page of a history */
	SEARCH_INCLUDED_MAX = 5000,     /* resources that come along with one page */
	SEARCH_ROWS_MAX = 20000000,     /* rows of the index one search looks at */
	SEARCH_READS_MAX = 500000,      /* resources one search reads to try them */
	SEARCH_SECONDS_MAX = 20,        /* one search */
	STORE_READERS_MAX = 256,        /* snapshots open at once */
	ISSUES_MAX = 100,               /* issues kept of one request */
	FINDINGS_MAX = 50000,           /* told of one resource or Bundle of a file */
	LOG_PAIRS_MAX = 16,             /* keys and values on one line of the log */
	LOG_VALUE_BYTES_MAX = 4096,     /* one of them; the rest is cut */
	JSON_DEPTH_MAX = 64,            /* nested objects and arrays */
	CONTENT_DEPTH_MAX = 24,         /* nested mappings and lists in a content file */
	CONTENT_ENTRIES_MAX = 20000,    /* entries in one content image */
	JSON_DYNAMIC_NAMES_MAX = 16384, /* different keys in one document that FHIR does not define */
	FEED_EVENTS_MAX = 1000,         /* events in one piece of a feed */
	TASK_BATCH_MAX = 200,           /* tasks answered in one $complete-batch */
	UNDO_MAX = 1000,                /* versions taken back in one $undo */
	SOCKETS_MAX = 256,              /* WebSockets open at once */
	SOCKET_BINDS_MAX = 16,          /* subscriptions bound on one */
	SOCKET_MESSAGE_MAX = 4096,      /* what one may say */
	FEED_STREAMS_MAX = 256,         /* feeds open at once */
	BUNDLE_ENTRIES_MAX = 20000,     /* entries of one transaction or batch */
	HTTP_CONNECTIONS_MAX = 1024,    /* connections open at once */
	HTTP_IDLE_SECONDS = 60,         /* a connection that says nothing is closed */
	NET_ANSWER_MAX = 2000,          /* of another system's answer, kept */
	NET_ANSWER_READ_MAX = 1 << 20,  /* of it, read at all */
	NOTIFY_TIMEOUT_SECONDS = 10,    /* a receiver's time to answer, where its subscription says nothing */
	NOTIFY_BUNDLE_EVENTS = 20,      /* events told at once, where the subscription says nothing */
	NOTIFY_BUNDLE_EVENTS_MAX = 200, /* and at most */
	NOTIFY_SENDERS = 16,            /* receivers told at the same time */
	NOTIFY_FAILURES_ERROR = 3,      /* failures in a row after which a subscription says error */
	NOTIFY_RETRY_DAYS = 7,          /* after so long nobody is tried any more by itself */
	NOTIFY_KEEP_DAYS = 30,          /* the log of deliveries, and told events */
	BULK_WAITING_MAX = 16,          /* exports and imports waiting at once */
	PATCH_OPERATIONS_MAX = 1000,    /* operations of one patch */
	FORM_ITEMS_MAX = 5000,          /* items of one Questionnaire */
	FORM_ENTRIES_MAX = 5000,        /* items of one response, each repetition counted */
	FORM_DEPTH_MAX = 12,            /* items within each other; a question's take four of JSON's depth each */
	FORM_ROUNDS_MAX = 256,          /* rounds until what is calculated comes to rest */
	FORM_OPTIONS_MAX = 500,         /* choices of one question that are written out */
	FIELD_BYTES_MAX = 4000,         /* one answer in a task's form */
	PATH_BYTES_MAX = 64 * 1024,     /* one FHIRPath expression */
	PATH_DEPTH_MAX = 100,           /* parentheses, arguments and signs within each other */
	PATH_WORK_MAX = 10000000,  /* one FHIRPath evaluation: 16-byte pieces made; a step or an item counts for four */
	HTML_DEPTH_MAX = 64,       /* elements within each other in a narrative */
	TERM_SUPPLEMENTS_MAX = 16, /* supplements of one code system */
	TERM_RULES_MAX = 1000,     /* includes and excludes of one value set, with their filters and sets */
	TERM_SETS_WITHIN_MAX = 32, /* value sets within each other */
	TERM_UNKNOWN_MAX = 4096,   /* unknown value sets a layer remembers */
	CLOCK_DAYS_MAX = 1100,     /* days of a limit that are told one by one */
	PROFILE_DEPTH_MAX = 128, /* values and profiles within each other, references followed, profiles on profiles */
	VALIDATE_WORK_MAX = 2000000, /* values looked at while one resource is held against one profile */
};

#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)

#define LOG_ARENA_MAX (4 * MIB)       /* one line of the log while it is made */
#define HOT_BYTES_MAX (32 * MIB)      /* resources kept in memory as they were read lately */
#define HOT_RESOURCE_MAX (32 * KIB)   /* one of them; a larger one is read each time */
#define BODY_BYTES_MAX (64 * MIB)     /* one request body, one file */
#define CONTENT_FILE_MAX (4 * MIB)    /* one content file */
#define PACKED_TEXT_MAX (256 * MIB)   /* one text of a packed column, plain */
#define REQUEST_ARENA_MAX (512 * MIB) /* all a request may make */
#define TERMS_ARENA_MAX (1024 * MIB)  /* what is read of one layer of codes */
#define PROCESS_ARENA_MAX (512 * MIB) /* content and tables that live as long as the process */

#endif
