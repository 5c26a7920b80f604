/* tables.c: what work keeps computed: a row per Task of ours, and a row per pathway. */
#include "work/internal.h"

const table work_task_table = {
    .name = "work_task",
    .columns =
	{
	    [TASK_RID] = {"rid", CELL_INT},
	    [TASK_SUBJECT] = {"pathway", CELL_INT},
	    [TASK_KIND] = {"kind", CELL_TEXT},
	    [TASK_CAUSE] = {"cause", CELL_TEXT},
	    [TASK_OPEN] = {"open", CELL_INT},
	    [TASK_RULE_CLOSED] = {"rule_closed", CELL_INT},
	    [TASK_DUE] = {"due", CELL_INT},
	    [TASK_LATEST] = {"latest_start", CELL_INT},
	    [TASK_AUTHORED] = {"authored", CELL_INT},
	    [TASK_FACE] = {"face", CELL_INT},
	    [TASK_PATHWAY] = {"beside", CELL_INT},
	    [TASK_HELD] = {"held", CELL_INT},
	    [TASK_PRIORITY] = {"priority", CELL_INT},
	},
    .column_count = TASK_COLUMNS,
    .key_columns = 1,
    .rowid = true,
    .derived = true,
    .indexes = {{.name = "work_task_pathway", .columns = {TASK_SUBJECT}, .column_count = 1},
		{.name = "work_task_beside", .columns = {TASK_PATHWAY}, .column_count = 1}},
    .index_count = 2,
};

const table work_pathway_table = {
    .name = "work_pathway",
    .columns =
	{
	    [STATE_PATHWAY] = {"pathway", CELL_INT},
	    [STATE_CLOSED] = {"closed", CELL_INT},
	    [STATE_OPEN_TASKS] = {"open_tasks", CELL_INT},
	    [STATE_DATED_TASKS] = {"dated_tasks", CELL_INT},
	    [STATE_NEXT_DATE] = {"next_date", CELL_INT},
	    [STATE_WAKE] = {"wake", CELL_INT},
	},
    .column_count = STATE_COLUMNS,
    .key_columns = 1,
    .rowid = true,
    .derived = true,
    .indexes =
	{
	    {.name = "work_pathway_open", .columns = {STATE_CLOSED, STATE_DATED_TASKS}, .column_count = 2},
	    {.name = "work_pathway_wake", .columns = {STATE_WAKE}, .column_count = 1},
	},
    .index_count = 2,
};

cell instant_cell(instant i)
{
	return i == INSTANT_NONE ? NULL_CELL : INT_CELL(i);
}

static instant cell_instant(const cell *c)
{
	return c->kind == CELL_INT ? c->integer : INSTANT_NONE;
}

static task_row row_of(const cell *c, arena *a)
{
	return (task_row){
	    .rid = c[TASK_RID].integer,
	    .subject = c[TASK_SUBJECT].integer,
	    .kind = text_copy(a, c[TASK_KIND].text),
	    .cause = text_copy(a, c[TASK_CAUSE].text),
	    .open = c[TASK_OPEN].integer != 0,
	    .rule_closed = c[TASK_RULE_CLOSED].integer != 0,
	    .due = cell_instant(&c[TASK_DUE]),
	    .latest_start = cell_instant(&c[TASK_LATEST]),
	    .authored = cell_instant(&c[TASK_AUTHORED]),
	    .face = c[TASK_FACE].integer,
	    .pathway = c[TASK_PATHWAY].kind == CELL_INT ? c[TASK_PATHWAY].integer : 0,
	    .held = cell_instant(&c[TASK_HELD]),
	    .priority = (int)c[TASK_PRIORITY].integer,
	};
}

enum { BY_SUBJECT, BY_PATHWAY };

static int task_rows(snapshot *r, const scan_options *options, arena *a, task_row **out, issues *sink)
{
	cell row[TASK_COLUMNS];
	int count = 0, cap = 8, before = sink->errors;
	task_row *rows = ARENA_ARRAY(a, task_row, cap);
	scan *s = store_scan(r, &work_task_table, options, a, sink);
	while (s && scan_next(s, row, sink)) {
		if (count == cap) {
			task_row *grown = ARENA_ARRAY(a, task_row, cap * 2);
			memcpy(grown, rows, (size_t)cap * sizeof *rows);
			rows = grown;
			cap *= 2;
		}
		rows[count++] = row_of(row, a);
	}
	if (s) scan_close(s);
	*out = rows;
	return sink->errors > before ? -1 : count;
}

int tasks_of(snapshot *r, int64_t subject, arena *a, task_row **out, issues *sink)
{
	cell prefix[] = {INT_CELL(subject)};
	return task_rows(r, &(scan_options){.index = BY_SUBJECT, .prefix = prefix, .prefix_cells = 1}, a, out, sink);
}

int tasks_beside(snapshot *r, int64_t pathway, arena *a, task_row **out, issues *sink)
{
	cell prefix[] = {INT_CELL(pathway)};
	return task_rows(r, &(scan_options){.index = BY_PATHWAY, .prefix = prefix, .prefix_cells = 1}, a, out, sink);
}

bool task_row_put(writing *w, const task_row *t, issues *sink)
{
	cell row[TASK_COLUMNS] = {
	    [TASK_RID] = INT_CELL(t->rid),
	    [TASK_SUBJECT] = INT_CELL(t->subject),
	    [TASK_KIND] = TEXT_CELL(t->kind),
	    [TASK_CAUSE] = TEXT_CELL(t->cause),
	    [TASK_OPEN] = INT_CELL(t->open),
	    [TASK_RULE_CLOSED] = INT_CELL(t->rule_closed),
	    [TASK_DUE] = instant_cell(t->due),
	    [TASK_LATEST] = instant_cell(t->latest_start),
	    [TASK_AUTHORED] = instant_cell(t->authored),
	    [TASK_FACE] = INT_CELL(t->face),
	    [TASK_PATHWAY] = t->pathway ? INT_CELL(t->pathway) : NULL_CELL,
	    [TASK_HELD] = instant_cell(t->held),
	    [TASK_PRIORITY] = INT_CELL(t->priority),
	};
	return store_put(w, &work_task_table, row, sink) == STORE_OK;
}
