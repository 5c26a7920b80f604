/* table_internal.h: the tables of record/ and what their columns are. */
#ifndef LIMEN_RECORD_TABLE_INTERNAL_H
#define LIMEN_RECORD_TABLE_INTERNAL_H

#include "record/record.h"

/* ---- tables (tables.c) ---- */
enum { SCHEMA_VERSION = 2 }; /* 2: bodies are packed */

enum {
	LOG_SEQ,
	LOG_AT,
	LOG_KIND,
	LOG_RID,
	LOG_VERSION,
	LOG_METHOD,
	LOG_ACTOR,
	LOG_PURPOSE,
	LOG_BEHALF,
	LOG_DIGEST,
	LOG_CHAIN,
	LOG_CAUSE,
	LOG_COLUMNS
};
enum { LOG_BY_RID = 0 };
typedef enum log_kind { KIND_VERSION = 1, KIND_TICK = 2, KIND_CONTENT = 3, KIND_ERASE = 4 } log_kind;

enum { RES_RID, RES_TYPE, RES_ID, RES_VERSION, RES_SEQ, RES_STATE, RES_COLUMNS };
enum { RES_BY_ID = 0, RES_BY_SEQ = 1 };
/* A placeholder has a row number because something refers to it; nobody has written it yet (or it is not here at all). */
typedef enum resource_state { STATE_LIVE = 0, STATE_DELETED = 1, STATE_PLACEHOLDER = 2 } resource_state;

extern const table log_table, body_table, resource_table, cause_table, term_table, indexed_table, settled_table;

/* One index table for each kind of value; the first column is the parameter's number, then the value, then the resource. `rank`
 * says which of a resource's several values this is, so that a sorted walk meets it once. */
typedef enum index_kind {
	INDEX_TOKEN,
	INDEX_STRING,
	INDEX_DATE,
	INDEX_NUMBER,
	INDEX_REFERENCE,
	INDEX_URI,
	INDEX_KINDS
} index_kind;
extern const table index_tables[INDEX_KINDS];
extern const table span_table;  /* dates that span more than SPAN_SHORT_MAX, by their end */
extern const table reach_table; /* numbers that are ranges, by their end */
#define SPAN_SHORT_MAX (HOURS(24) * 32)
typedef enum index_rank { RANK_ONLY, RANK_FIRST, RANK_LAST, RANK_MIDDLE } index_rank;
int index_rid_column(index_kind kind);
int index_rank_column(index_kind kind); /* -1: the table has none */

enum { INDEX_TABLES = INDEX_KINDS + 2, RECORD_TABLES = 7 + INDEX_TABLES };
const table *const *record_tables(void);       /* RECORD_TABLES of them */
const table *const *record_index_tables(void); /* INDEX_TABLES: the last of those */

#endif
