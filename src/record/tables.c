/* The record's tables. Recorded: log, body, cause, term, and of resource its row number, type and id. All else is computed. */
#include "record/internal.h"

const table log_table = {
    .name = "log",
    .columns = {{"seq", CELL_INT},
		{"at", CELL_INT},
		{"kind", CELL_INT},
		{"rid", CELL_INT},
		{"version", CELL_INT},
		{"method", CELL_INT},
		{"actor", CELL_INT},
		{"purpose", CELL_INT},
		{"behalf", CELL_INT},
		{"digest", CELL_BYTES},
		{"chain", CELL_BYTES},
		{"cause", CELL_TEXT}},
    .column_count = LOG_COLUMNS,
    .key_columns = 1,
    .rowid = true,
    .indexes = {[LOG_BY_RID] = {"log_rid", true, {LOG_RID, LOG_VERSION}, 2}},
    .index_count = 1,
};

/* Apart from the log, so that a body can be erased and the chain over digests stays whole. */
const table body_table = {
    .name = "body",
    .packed = 1,
    .columns = {{"seq", CELL_INT}, {"json", CELL_TEXT}},
    .column_count = 2,
    .key_columns = 1,
    .rowid = true,
};

const table resource_table = {
    .name = "resource",
    .columns = {{"rid", CELL_INT},
		{"type", CELL_INT},
		{"id", CELL_TEXT},
		{"version", CELL_INT},
		{"seq", CELL_INT},
		{"state", CELL_INT}},
    .column_count = RES_COLUMNS,
    .key_columns = 1,
    .rowid = true,
    .indexes = {[RES_BY_ID] = {"resource_id", true, {RES_TYPE, RES_ID}, 2},
		[RES_BY_SEQ] = {"resource_seq", false, {RES_TYPE, RES_STATE, RES_SEQ}, 3}},
    .index_count = 2,
};

const table cause_table = {
    .name = "cause",
    .columns = {{"cause", CELL_TEXT}, {"rid", CELL_INT}},
    .column_count = 2,
    .key_columns = 1,
};

/* Texts that recur: types, parameters, systems, actors, purposes. Never a person's own data: a term is not erased. */
const table term_table = {
    .name = "term",
    .columns = {{"number", CELL_INT}, {"word", CELL_TEXT}},
    .column_count = 2,
    .key_columns = 1,
    .rowid = true,
    .indexes = {{"term_word", true, {1}, 1}},
    .index_count = 1,
};

/* The types in use, and by which definitions their index was made. */
const table indexed_table = {
    .name = "indexed",
    .columns = {{"type", CELL_INT}, {"signature", CELL_BYTES}},
    .column_count = 2,
    .key_columns = 1,
    .rowid = true,
};

/* Subjects ahead of the queue that brings new rules, settled by a write of their own. */
const table settled_table = {
    .name = "settled",
    .columns = {{"subject", CELL_INT}},
    .column_count = 1,
    .key_columns = 1,
    .derived = true,
};

const table index_tables[INDEX_KINDS] = {
    [INDEX_TOKEN] = {.name = "ix_token",
		     .columns = {{"param", CELL_INT},
				 {"code", CELL_TEXT},
				 {"system", CELL_INT},
				 {"rid", CELL_INT},
				 {"rank", CELL_INT}},
		     .column_count = 5,
		     .key_columns = 4,
		     .derived = true},
    [INDEX_STRING] = {.name = "ix_string",
		      .columns = {{"param", CELL_INT}, {"value", CELL_TEXT}, {"rid", CELL_INT}, {"rank", CELL_INT}},
		      .column_count = 4,
		      .key_columns = 3,
		      .derived = true},
    [INDEX_DATE] =
	{.name = "ix_date",
	 .columns = {{"param", CELL_INT}, {"low", CELL_INT}, {"high", CELL_INT}, {"rid", CELL_INT}, {"rank", CELL_INT}},
	 .column_count = 5,
	 .key_columns = 4,
	 .derived = true},
    [INDEX_NUMBER] = {.name = "ix_number",
		      .columns = {{"param", CELL_INT},
				  {"low", CELL_BYTES},
				  {"high", CELL_BYTES},
				  {"system", CELL_INT},
				  {"unit", CELL_TEXT},
				  {"rid", CELL_INT},
				  {"rank", CELL_INT}},
		      .column_count = 7,
		      .key_columns = 6,
		      .derived = true},
    [INDEX_REFERENCE] = {.name = "ix_reference",
			 .columns = {{"param", CELL_INT}, {"target", CELL_INT}, {"rid", CELL_INT}},
			 .column_count = 3,
			 .key_columns = 3,
			 .derived = true},
    [INDEX_URI] = {.name = "ix_uri",
		   .columns = {{"param", CELL_INT}, {"value", CELL_TEXT}, {"rid", CELL_INT}, {"rank", CELL_INT}},
		   .column_count = 4,
		   .key_columns = 3,
		   .derived = true},
};

const table span_table = {
    .name = "ix_span",
    .columns = {{"param", CELL_INT}, {"high", CELL_INT}, {"low", CELL_INT}, {"rid", CELL_INT}},
    .column_count = 4,
    .key_columns = 4,
    .derived = true,
};

const table reach_table = {
    .name = "ix_reach",
    .columns = {{"param", CELL_INT},
		{"high", CELL_BYTES},
		{"low", CELL_BYTES},
		{"system", CELL_INT},
		{"unit", CELL_TEXT},
		{"rid", CELL_INT}},
    .column_count = 6,
    .key_columns = 6,
    .derived = true,
};

static const table *const all[RECORD_TABLES] = {
    &log_table,
    &body_table,
    &resource_table,
    &cause_table,
    &term_table,
    &indexed_table,
    &settled_table,
    &index_tables[INDEX_TOKEN],
    &index_tables[INDEX_STRING],
    &index_tables[INDEX_DATE],
    &index_tables[INDEX_NUMBER],
    &index_tables[INDEX_REFERENCE],
    &index_tables[INDEX_URI],
    &span_table,
    &reach_table,
};

const table *const *record_tables(void)
{
	return all;
}

const table *const *record_index_tables(void)
{
	return all + RECORD_TABLES - INDEX_TABLES;
}

int index_rid_column(index_kind kind)
{
	return index_tables[kind].key_columns - 1;
}

int index_rank_column(index_kind kind)
{
	return index_tables[kind].column_count > index_tables[kind].key_columns ? index_tables[kind].key_columns : -1;
}
