/* clock_dump.h: what bench/clock.mjs needs to compute the same clocks by other means: the columns and the calendar as CSV, the rules as
 * they stand in their files, and what our clocks add up to. Included by bench/clock.c. */
#ifndef LIMEN_BENCH_CLOCK_DUMP_H
#define LIMEN_BENCH_CLOCK_DUMP_H

#include "clock/columns.h"
#include "clock/internal.h"
#include "clock/plan.h"

enum { DUMP_WEIGHTS = 1009 };

typedef struct dump {
	const clock_columns *columns;
	const image *image;
	const clock_rule *const *rules;
	int rule_count;
	int64_t rows;
	arena *arena;
	const char *folder;
} dump;

static FILE *dump_file(const dump *d, const char *name)
{
	FILE *f = fopen(text_z(d->arena, text_format(d->arena, "%s/%s", d->folder, name)), "w");
	if (!f) {
		fprintf(stderr, "bench clock: cannot write %s/%s\n", d->folder, name);
		exit(1);
	}
	return f;
}

/* "booked.made" of the second lane is booked_made_2; a code's number referral_class_code. */
static void dump_name(const dump *d, FILE *f, const fact_column *c)
{
	text name = fact_at(d->image, c->fact)->name;
	for (int64_t i = 0; i < name.len; i++) fputc(name.at[i] == '.' || name.at[i] == '-' ? '_' : name.at[i], f);
	if (c->lane) fprintf(f, "_%d", c->lane + 1);
	if (c->part == PART_CODE) fprintf(f, "_code");
	if (c->part == PART_NUMBER) fprintf(f, "_number");
}

static void dump_cell(FILE *f, const fact_column *c, int64_t row)
{
	int32_t v = c->part == PART_CODE ? ((const uint8_t *)c->at)[row] : ((const int32_t *)c->at)[row];
	if (c->part == PART_CODE ? v != 0 : v != MARK_NONE) fprintf(f, "%d", v);
}

static void dump_facts(const dump *d)
{
	fact_column *columns;
	int count = clock_columns_facts(d->columns, d->arena, &columns);
	FILE *f = dump_file(d, "facts.csv");
	fprintf(f, "r");
	for (int i = 0; i < count; i++) {
		fputc(',', f);
		dump_name(d, f, &columns[i]);
	}
	for (int64_t row = 0; row < d->rows; row++) {
		fprintf(f, "\n%lld", (long long)row);
		for (int i = 0; i < count; i++) {
			fputc(',', f);
			dump_cell(f, &columns[i], row);
		}
	}
	fputc('\n', f);
	fclose(f);
}

/* Which days count, by the day of a mark. */
static void dump_calendar(const dump *d)
{
	FILE *f = dump_file(d, "calendar.csv");
	fprintf(f, "d,hverdag,saturday,arbejdsdag\n");
	for (int day = 0; day < DAYS_HALF; day++)
		fprintf(f, "%d,%d,%d,%d\n", day, calendar_counts(d->image->calendar, MARKS_ZERO + day, UNIT_HVERDAGE),
			calendar_counts(d->image->calendar, MARKS_ZERO + day, UNIT_HVERDAGE_SATURDAY),
			calendar_counts(d->image->calendar, MARKS_ZERO + day, UNIT_ARBEJDSDAGE));
	fclose(f);
}

static int lanes_of_column(const fact_column *columns, int count, int which)
{
	int lanes = 0;
	for (int i = 0; i < count; i++)
		lanes += columns[i].fact == columns[which].fact && columns[i].part == columns[which].part;
	return lanes;
}

static void dump_codes(const dump *d, FILE *f)
{
	fact_column *columns;
	int count = clock_columns_facts(d->columns, d->arena, &columns);
	bool more = false;
	fprintf(f, "\"marks_zero\":%d,\"facts\":{", MARKS_ZERO);
	for (int i = 0; i < count; i++) {
		const fact_name *name = fact_at(d->image, columns[i].fact);
		if (columns[i].lane || (columns[i].part == PART_AT && name->kind == FACT_CODE)) continue;
		fprintf(f, "%s\"%.*s\":{\"absent\":\"%.*s\",\"lanes\":%d,\"codes\":{", more ? "," : "",
			TEXT_ARG(name->name), TEXT_ARG(name->absent), lanes_of_column(columns, count, i));
		for (int n = 0; n < name->code_count; n++)
			fprintf(f, "%s\"%.*s\":%d", n ? "," : "", TEXT_ARG(name->codes[n].code),
				clock_columns_code(d->columns, columns[i].fact, name->codes[n].code));
		fprintf(f, "}}");
		more = true;
	}
	fprintf(f, "}");
}

static void dump_rules(const dump *d)
{
	FILE *f = dump_file(d, "rules.json");
	fprintf(f, "{");
	dump_codes(d, f);
	fprintf(f, ",\"rules\":[");
	for (int i = 0; i < d->rule_count; i++) {
		buffer b = {.arena = d->arena};
		json_write(&b, d->rules[i]->entry->d, d->rules[i]->entry->node, JSON_COMPACT);
		fprintf(f, "%s%.*s", i ? "," : "", TEXT_ARG(buffer_text(&b)));
	}
	fprintf(f, "]}\n");
	fclose(f);
}

/* Of each column of each clock: how many, their sum, and their sum weighted by row, so that none can stand on another's row. */
static void dump_sums(const dump *d)
{
	static const char *const names[] = {[FIELD_LATE] = "late",
					    [FIELD_PAUSED_DAYS] = "paused_days",
					    [FIELD_START] = "start",
					    [FIELD_DUE] = "due",
					    [FIELD_AMBER] = "amber",
					    [FIELD_STOP] = "stop",
					    [FIELD_PAUSED] = "paused",
					    [FIELD_SUSPENDED] = "suspended",
					    [FIELD_OTHER_START] = "other_start",
					    [FIELD_OTHER_DUE] = "other_due",
					    [FIELD_FLAGS] = "flags",
					    [FIELDS] = NULL};
	FILE *f = dump_file(d, "sums.tsv");
	for (int rule = 0; rule < d->rule_count; rule++)
		for (int field = 0; field < FIELDS; field++) {
			const void *at = clock_columns_field(d->columns, rule, (clock_field)field);
			const uint8_t *flags = clock_columns_field(d->columns, rule, FIELD_FLAGS);
			if (!at || !names[field]) continue;
			int64_t count = 0, sum = 0, weighted = 0;
			for (int64_t row = 0; row < d->rows; row++) {
				int bytes = clock_field_bytes((clock_field)field);
				int32_t v = bytes == 4   ? ((const int32_t *)at)[row]
					    : bytes == 2 ? ((const uint16_t *)at)[row]
							 : ((const uint8_t *)at)[row];
				if (!(flags[row] & FLAG_APPLIES) || v == MARK_NONE) continue;
				count++;
				sum += v;
				weighted += v * (1 + row % DUMP_WEIGHTS);
			}
			fprintf(f, "%.*s\t%s\t%lld\t%lld\t%lld\n", TEXT_ARG(d->rules[rule]->face.id), names[field],
				(long long)count, (long long)sum, (long long)weighted);
		}
	fclose(f);
}

static void dump_all(const dump *d)
{
	dump_facts(d);
	dump_calendar(d);
	dump_rules(d);
	dump_sums(d);
}

#endif
