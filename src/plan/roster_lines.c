/* roster_lines.c: plans as files. Ours: a line a person, its id and then a shift a day, with tabs between; "-" is off, "?" not given. INRC-I's
 * own: an XML of assignments with dates. */
#include "plan/roster_read.h"

static bool read_cell(reading *q, const roster *r, text cell, uint8_t *out)
{
	if (text_equal(cell, TEXT("?"))) {
		*out = ROSTER_UNKNOWN;
		return true;
	}
	for (int s = 0; s < roster_shifts(r); s++)
		if (text_equal(cell, r->shifts[s].id)) {
			*out = (uint8_t)s;
			return true;
		}
	return reading_wrong(q, FAIL_ROSTER_NAME, TEXT("shift"), cell);
}

static bool read_line(reading *q, const roster *r, text line, uint8_t *lines, bool *seen)
{
	text id = reading_field(&line, '\t');
	int person = 0;
	while (person < r->person_count && !text_equal(r->persons[person].id, id)) person++;
	if (person == r->person_count) return reading_wrong(q, FAIL_ROSTER_NAME, TEXT("staff"), id);
	if (seen[person]) return reading_wrong(q, FAIL_ROSTER_TWICE, id, TEXT(""));
	seen[person] = true;
	for (int d = 0; d < r->day_count; d++) {
		if (line.len == 0) return reading_wrong(q, FAIL_ROSTER_WORD, id, TEXT("?"));
		if (!read_cell(q, r, reading_field(&line, '\t'), &lines[(int64_t)person * r->day_count + d]))
			return false;
	}
	return line.len == 0 || reading_wrong(q, FAIL_ROSTER_WORD, line, TEXT("-"));
}

bool roster_lines_read(arena *a, const roster *r, text file, text bytes, uint8_t *lines, issues *sink)
{
	reading q = {.arena = a, .sink = sink, .file = file, .rest = bytes};
	bool *seen = ARENA_ARRAY(a, bool, r->person_count);
	text line;
	memset(lines, ROSTER_UNKNOWN, (size_t)r->person_count * (size_t)r->day_count);
	while (reading_line(&q, "#", &line))
		if (!read_line(&q, r, line, lines, seen)) return false;
	return true;
}

text roster_lines_text(arena *a, const roster *r, const uint8_t *lines)
{
	buffer b = {.arena = a};
	buffer_format(&b, "# %.*s\n", TEXT_ARG(r->id));
	for (int p = 0; p < r->person_count; p++) {
		buffer_add(&b, r->persons[p].id);
		for (int d = 0; d < r->day_count; d++) {
			int shift = lines[(int64_t)p * r->day_count + d];
			buffer_char(&b, '\t');
			buffer_add(&b, shift == ROSTER_UNKNOWN ? TEXT("?") : r->shifts[shift].id);
		}
		buffer_char(&b, '\n');
	}
	return buffer_text(&b);
}

static void put_escaped(buffer *b, text t)
{
	for (int64_t i = 0; i < t.len; i++) {
		switch (t.at[i]) {
		case '&':
			buffer_add(b, TEXT("&amp;"));
			break;
		case '<':
			buffer_add(b, TEXT("&lt;"));
			break;
		case '>':
			buffer_add(b, TEXT("&gt;"));
			break;
		case '"':
			buffer_add(b, TEXT("&quot;"));
			break;
		default:
			buffer_char(b, t.at[i]);
		}
	}
}

text roster_day_text(arena *a, const roster *r, int day_number)
{
	if (r->first_day == 0) return text_format(a, "%d", day_number);
	civil c = civil_from_day((day)(r->first_day + day_number));
	return text_format(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

text roster_lines_inrc(arena *a, const roster *r, const uint8_t *lines)
{
	buffer b = {.arena = a};
	buffer_add(&b, TEXT("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Solution>\n  <SchedulingPeriodID>"));
	put_escaped(&b, r->id);
	buffer_format(&b,
		      "</SchedulingPeriodID>\n  <Competitor>Limen</Competitor>\n  <SoftConstraintsPenalty>%lld"
		      "</SoftConstraintsPenalty>\n",
		      (long long)roster_cost(r, lines).soft);
	for (int p = 0; p < r->person_count; p++)
		for (int d = 0; d < r->day_count; d++) {
			int shift = lines[(int64_t)p * r->day_count + d];
			if (shift == ROSTER_OFF) continue;
			buffer_format(&b, "  <Assignment>\n    <Date>%.*s</Date>\n    <Employee>",
				      TEXT_ARG(roster_day_text(a, r, d)));
			put_escaped(&b, r->persons[p].id);
			buffer_add(&b, TEXT("</Employee>\n    <ShiftType>"));
			put_escaped(&b, r->shifts[shift].id);
			buffer_add(&b, TEXT("</ShiftType>\n  </Assignment>\n"));
		}
	buffer_add(&b, TEXT("</Solution>\n"));
	return buffer_text(&b);
}
