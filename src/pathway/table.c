/* table.c: what this floor keeps. All of it is computed and can be computed again. */
#include "pathway/internal.h"

/* How resources point at each other. `to` is 0 until the target is here; it is found again by its name. */
const table link_table = {
    .name = "pathway_link",
    .columns =
	{{"rid", CELL_INT}, {"number", CELL_INT}, {"target", CELL_TEXT}, {"target_rid", CELL_INT}, {"owns", CELL_INT}},
    .column_count = LINK_COLUMNS,
    .key_columns = 2,
    .derived = true,
    .indexes = {{.name = "pathway_link_to", .columns = {LINK_TO, LINK_FROM}, .column_count = 2},
		{.name = "pathway_link_target", .columns = {LINK_TARGET}, .column_count = 1}},
    .index_count = 2,
};

const table member_table = {
    .name = "pathway_member",
    .columns = {{"pathway_rid", CELL_INT}, {"rid", CELL_INT}},
    .column_count = MEMBER_COLUMNS,
    .key_columns = 2,
    .derived = true,
    .indexes = {{.name = "pathway_member_of", .columns = {MEMBER_RID, MEMBER_PATHWAY}, .column_count = 2}},
    .index_count = 1,
};

/* Every live resource whose type has links or facts: where facts come from, and whether a link has something to point at. */
const table source_table = {
    .name = "pathway_source",
    .columns = {{"rid", CELL_INT}, {"type", CELL_TEXT}, {"id", CELL_TEXT}},
    .column_count = SOURCE_COLUMNS,
    .key_columns = 1,
    .rowid = true,
    .derived = true,
};

const table fact_table = {
    .name = "pathway_fact",
    .columns = {{"rid", CELL_INT},
		{"number", CELL_INT},
		{"fact", CELL_TEXT},
		{"at", CELL_INT},
		{"date_only", CELL_INT},
		{"code", CELL_TEXT},
		{"value", CELL_INT},
		{"written", CELL_INT},
		{"version", CELL_INT},
		{"sequence", CELL_INT},
		{"actor", CELL_TEXT}},
    .column_count = FACT_COLUMNS,
    .key_columns = 2,
    .derived = true,
};
