// bench clock: first the whole, in memory (bench/clock.c); then the same clocks of fewer pathways in DuckDB, over the same columns, on one
// thread: each clock is one CREATE TABLE … AS SELECT, made of the rule's own file. Both must give the same counts and sums for each
// column of each clock. Without DuckDB that part is skipped, and says so.
//
// In DuckDB a clock's table has only the pathways it applies to; ours has a row for each. Working days and months are small tables by day,
// made beforehand and not timed, as ours are.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = 'build/release/bench/clock';
const FOLDER = 'build/bench-data/clock';
const ROWS = 1_000_000;
const ROUNDS = 3;
const MARK_BITS = 17;
const WEIGHTS = 1009;

function ours(...args) {
	const ran = spawnSync(PROGRAM, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
	if (ran.status !== 0) throw new Error(`${PROGRAM} ${args.join(' ')}: exit ${ran.status}`);
	return ran.stdout;
}

const duckdb = await import('@duckdb/node-api').catch(() => null);

// ---- a rule's file as SQL ----

const column = (fact, lane = 1) => fact.replace(/[.-]/g, '_') + (lane > 1 ? `_${lane}` : '');
const day = (mark) => `(${mark} >> ${MARK_BITS})`;
const opening = (day) => `((${day}) << ${MARK_BITS})`;
const or = (parts) => `(${parts.join(' OR ')})`;
const and = (parts) => `(${parts.join(' AND ')})`;
const earliest = (parts) => (parts.length > 1 ? `least(${parts.join(', ')})` : parts[0]); // leaves out what is NULL

class Rule {
	constructor(rule, dumped) {
		this.rule = rule;
		this.facts = dumped.facts;
		this.zero = dumped.marks_zero;
		this.stages = [];
		this.fields = {};
		this.tables = [];
	}

	lanes(fact) {
		if (!this.facts[fact]) throw new Error(`${fact} is in no column`);
		return Array.from({ length: this.facts[fact].lanes }, (_, n) => column(fact, n + 1));
	}

	// The first on `from` or later.
	first(fact, from) {
		const lanes = this.lanes(fact);
		return from ? earliest(lanes.map((c) => `CASE WHEN ${c} >= ${from} THEN ${c} END`)) : lanes[0];
	}

	codes(fact, words, orNone) {
		const codes = words.map((word) => this.facts[fact].codes[word.trim()]);
		if (this.facts[fact].lanes > 1) throw new Error(`several codes of ${fact}`);
		const none = orNone || words.some((word) => word.trim() === this.facts[fact].absent);
		return `coalesce(${column(fact)}_code IN (${codes.join(', ')}), ${none})`;
	}

	// A sentence over facts: { since } where it names an instant, else { holds }.
	condition(c, from) {
		if (typeof c === 'object') {
			const all = c.all_of ?? c['all of'], parts = (all ?? c.any_of ?? c['any of']).map((part) => this.condition(part, from));
			return this.joined(parts, Boolean(all));
		}
		const text = c.trim();
		const group = text.match(/^(all|any) of:?\s+(.*)$/s);
		if (group) return this.joined(group[2].split(/,(?![^(]*\))/).map((part) => this.condition(part, from)), group[1] === 'all');
		const [, no, fact, verb, list, orNone] = text.match(/^(no )?(\S+)(?: (in|not in|is|is not) \(?([^()]*)\)?( or none)?)?$/s) ?? [];
		if (!fact) throw new Error(`not written in SQL: ${text}`);
		if (verb) return { holds: `${verb.includes('not') ? 'NOT ' : ''}${this.codes(fact, list.split(','), Boolean(orNone))}` };
		const coded = Object.keys(this.facts[fact].codes).length > 0;
		if (no) return { holds: `${coded ? `${column(fact)}_code` : this.first(fact, from)} IS NULL` };
		return coded ? { holds: `${column(fact)}_code IS NOT NULL` } : { since: this.first(fact, from) };
	}

	joined(parts, all) {
		if (parts.every((part) => part.since))
			return all
				? { since: `CASE WHEN ${and(parts.map((part) => `${part.since} IS NOT NULL`))} THEN greatest(${parts.map((part) => part.since).join(', ')}) END` }
				: { since: earliest(parts.map((part) => part.since)) };
		const holds = parts.map((part) => part.holds ?? `${part.since} IS NOT NULL`);
		return { holds: all ? and(holds) : or(holds) };
	}

	holds(c) {
		const told = this.condition(c);
		return told.holds ?? `${told.since} IS NOT NULL`;
	}

	since(c, from) {
		const told = this.condition(c, from);
		if (!told.since) throw new Error(`no instant in ${JSON.stringify(c)}`);
		return told.since;
	}

	stage(columns, where) {
		const made = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}`);
		const before = this.stages.length ? `s${this.stages.length - 1}` : 'facts';
		this.stages.push(`s${this.stages.length} AS (SELECT ${['*', ...made].join(', ')} FROM ${before}${where ? ` ${where}` : ''})`);
	}

	number(date) {
		return Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000) - this.zero;
	}

	begin() {
		const { when, except, start, valid_from, valid_to, also, restart, until } = this.rule;
		if (also || until || restart?.times) throw new Error(`${this.rule.clock}: also, until and restarts that are counted are not written in SQL`);
		const since = this.since(start), where = [`${since} IS NOT NULL`];
		if (when) where.push(this.holds(when));
		if (except) where.push(`NOT ${this.holds(except)}`);
		if (valid_from) where.push(`${day(since)} >= ${this.number(valid_from)}`);
		if (valid_to) where.push(`${day(since)} <= ${this.number(valid_to)}`);
		this.stage({ begun: since, day0: opening(day(since)) }, `WHERE ${where.join(' AND ')}`);
	}

	stop() {
		const { stop, waive } = this.rule;
		this.stage({ stop0: this.since(stop, 'day0'), waive0: waive ? this.since(waive, 'day0') : 'NULL::INTEGER' });
		this.stage({ stopped: 'least(stop0, waive0)', waived: 'waive0 IS NOT NULL AND (stop0 IS NULL OR waive0 < stop0)' });
	}

	// Each beginning with the first ending after it; spans of days not counted, since when one is open, what ended the last.
	pairs(name, { from, to }, start) {
		const spans = [];
		let until = null, open = 'NULL::INTEGER', ended = 'NULL::INTEGER', began = 'NULL::INTEGER';
		for (const [n, begin] of this.lanes(from).entries()) {
			const p = `${name}${n}`, skipped = until ? `(${begin} < ${until} OR ${open} IS NOT NULL)` : 'false';
			this.stage({ [`${p}_f`]: until ? `CASE WHEN NOT coalesce(${skipped}, ${open} IS NOT NULL) THEN ${begin} END` : begin });
			this.stage({ [`${p}_t`]: this.first(to, `${p}_f`) });
			this.stage({ [`${p}_from`]: `greatest(${day(`${p}_f`)}, ${day(start)})`, [`${p}_to`]: day(`${p}_t`) });
			const counts = `${p}_f IS NOT NULL AND ${p}_to > ${p}_from`;
			this.stage({
				[`${p}_open`]: `CASE WHEN ${p}_f IS NOT NULL AND ${p}_t IS NULL THEN ${p}_f ELSE ${open} END`,
				[`${p}_until`]: `CASE WHEN ${p}_f IS NOT NULL THEN coalesce(${p}_t, ${until ?? 'NULL'}) ELSE ${until ?? 'NULL'} END`,
				[`${p}_counts`]: `coalesce(${counts}, false)`,
				[`${p}_ended`]: `CASE WHEN ${counts} THEN ${p}_t ELSE ${ended} END`,
				[`${p}_began`]: `CASE WHEN ${counts} THEN ${p}_from ELSE ${began} END`,
			});
			spans.push(p);
			[open, until, ended, began] = [`${p}_open`, `${p}_until`, `${p}_ended`, `${p}_began`];
		}
		return { spans, open, ended, began };
	}

	// A suspension after which the clock starts anew; pauses.
	waits() {
		const { suspend, pause, restart } = this.rule;
		const waiting = (open) => `CASE WHEN ${open} < coalesce(stopped, ${2 ** 31 - 1}) THEN ${open} END`;
		this.start = 'begun';
		this.spans = [];
		if (restart) { // the last such fact while it runs is the day it counts from
			const while_running = this.lanes(restart.at).map((mark) => `CASE WHEN ${mark} < coalesce(stopped, ${2 ** 31 - 1}) THEN ${mark} END`);
			this.stage({ again: `greatest(begun, ${while_running.join(', ')})` });
			this.start = 'again';
		}
		if (suspend) {
			if (suspend.then !== 'starts anew') throw new Error('a suspension that continues is not written in SQL');
			const made = this.pairs('suspension', suspend, this.start);
			this.fields.suspended = waiting(made.open);
			this.stage({ anew: `CASE WHEN ${made.ended} IS NOT NULL AND coalesce(${day('stopped')} > ${made.began}, true) THEN ${made.ended} ELSE ${this.start} END` });
			this.start = 'anew';
		}
		if (!pause || pause === 'none') return;
		const kinds = [pause].flat().map((one, n) => this.pairs(`pause${n}_`, one, this.start));
		this.spans = kinds.map((kind) => kind.spans);
		this.fields.paused = earliest(kinds.map((kind) => waiting(kind.open)));
	}

	table(kind, n, unit) {
		const name = `${kind}_${unit}_${n}`;
		this.tables.push({ name, kind, n, unit });
		return name;
	}

	// Number and unit; hverdage have two readings.
	span(text) {
		const [, n, word] = text.match(/^(\d+) (.*)$/) ?? [];
		const unit = /^calendar|^kalender/.test(word) ? 'days' : /^week|^uge/.test(word) ? 'weeks' : /^month|^måned/.test(word) ? 'months' : /^hverdag/.test(word) ? 'hverdag' : /^arbejdsdag/.test(word) ? 'arbejdsdag' : null;
		if (!unit) throw new Error(`not written in SQL: ${text}`);
		return unit === 'weeks' ? { n: n * 7, unit: 'days' } : { n: Number(n), unit };
	}

	// All spans by the day they begin; those of several kinds change places two by two.
	ordered() {
		const spans = this.spans.flat(), kinds = this.spans.length;
		this.stage(Object.fromEntries(spans.flatMap((p) => [[`${p}_o`, `CASE WHEN ${p}_counts THEN ${p}_from ELSE ${2 ** 31 - 1} END`], [`${p}_u`, `CASE WHEN ${p}_counts THEN ${p}_to ELSE 0 END`]])));
		const rows = spans.map((p) => ({ from: `${p}_o`, to: `${p}_u` }));
		for (let round = 0; kinds > 1 && round < rows.length - 1; round++)
			for (let i = 0; i < rows.length - 1 - round; i++) {
				const [a, b] = [rows[i], rows[i + 1]], name = `x${round}_${i}`;
				this.stage({
					[`${name}f`]: `least(${a.from}, ${b.from})`, [`${name}t`]: `CASE WHEN ${a.from} <= ${b.from} THEN ${a.to} ELSE ${b.to} END`,
					[`${name}g`]: `greatest(${a.from}, ${b.from})`, [`${name}u`]: `CASE WHEN ${a.from} <= ${b.from} THEN ${b.to} ELSE ${a.to} END`,
				});
				[rows[i], rows[i + 1]] = [{ from: `${name}f`, to: `${name}t` }, { from: `${name}g`, to: `${name}u` }];
			}
		return rows;
	}

	counted(days) {
		this.stage({ due_day0: `${day(this.start)} + ${days}`, left0: '0', reach0: day(this.start) });
		let at = 0;
		for (const span of this.spans.length ? this.ordered() : []) {
			this.stage({ [`f${at}`]: `greatest(${span.from}, reach${at})` });
			this.stage({ [`days${at}`]: `CASE WHEN ${span.to} > f${at} AND due_day${at} > f${at} THEN ${span.to} - f${at} ELSE 0 END` });
			this.stage({
				[`due_day${at + 1}`]: `due_day${at} + days${at}`,
				[`left${at + 1}`]: `left${at} + days${at}`,
				[`reach${at + 1}`]: `greatest(reach${at}, ${span.to})`,
			});
			at++;
		}
		if (this.spans.length) this.fields.paused_days = `left${at}`;
		this.stage({ due_day: `due_day${at}` });
	}

	limit() {
		const { limit } = this.rule;
		if (typeof limit === 'string') {
			const { n, unit } = this.span(limit);
			if (unit === 'days') return this.counted(n);
			if (this.spans.length) throw new Error('a pause in working days is not written in SQL');
			const table = this.table('due', n, unit);
			const columns = { due_day: 't.due', ...(unit === 'hverdag' ? { late_day: 't.late' } : {}) };
			if (unit === 'hverdag') this.fields.late = 'late_day - due_day';
			this.stage({ start_day: day(this.start) });
			return this.stage(columns, `JOIN ${table} t ON t.d = start_day`);
		}
		const within = ({ from, to }) => and([from ? `${day(this.start)} >= ${this.number(from)}` : 'true', to ? `${day(this.start)} <= ${this.number(to)}` : 'true']);
		const rows = limit.map((row) => ({ ...this.span(row.is), when: within(row) }));
		if (rows.some((row) => row.unit !== 'days')) throw new Error('rows of other than days are not written in SQL');
		this.stage({}, `WHERE ${or(rows.map((row) => row.when))}`);
		return this.counted(`CASE ${rows.map((row) => `WHEN ${row.when} THEN ${row.n}`).join(' ')} END`);
	}

	due(tables) {
		const { limit, amber } = this.rule;
		if (limit.table) {
			if (tables.filled(limit)) throw new Error('a table that is filled in is not written in SQL');
			return;
		}
		this.limit();
		this.fields.due = opening('due_day + 1');
		if (amber === 'from the start') return;
		const { n, unit } = this.span(amber.replace(/ before$/, ''));
		const latest = (expression) => opening(`greatest(${expression}, ${day(this.start)})`);
		if (unit === 'days') this.fields.amber = latest(`due_day - ${n}`);
		else {
			this.stage({ amber_day: 't.before' }, `JOIN ${this.table('before', n, unit)} t ON t.d = due_day`);
			this.fields.amber = latest('amber_day');
		}
	}

	sql(tables) {
		this.begin();
		this.stop();
		this.waits();
		this.due(tables);
		const { provisional } = this.rule;
		this.fields.start = this.start;
		this.fields.stop = 'stopped';
		this.fields.flags = `1 + 2 * (${provisional ? this.holds(provisional) : 'false'})::INTEGER + 4 * waived::INTEGER`;
		const fields = Object.entries(this.fields).map(([name, expression]) => `(${expression})::${name === 'flags' ? 'UTINYINT' : /late|days/.test(name) ? 'USMALLINT' : 'INTEGER'} AS ${name}`);
		return `CREATE TABLE "${this.rule.clock}" AS WITH ${this.stages.join(', ')} SELECT ${['r', ...fields].join(', ')} FROM s${this.stages.length - 1}`;
	}
}

// ---- days counted beforehand ----

// before: the last day of months or working days earlier; due: the first later, in both readings of hverdag.
function tableSql({ name, kind, n, unit }) {
	const away = kind === 'due' ? n : -n;
	if (unit === 'months') {
		const then = `date_diff('day', DATE '2015-01-01', (DATE '2015-01-01' + d::INTEGER + INTERVAL (${away}) MONTH)::DATE)`;
		return `CREATE TABLE ${name} AS SELECT d, ${then}::INTEGER AS ${kind} FROM calendar`;
	}
	const reached = (counts) => `(SELECT c.d, x.d AS reached FROM (SELECT d, sum(${counts}) OVER (ORDER BY d) AS upto FROM calendar) c
		JOIN (SELECT d, sum(${counts}) OVER (ORDER BY d) AS upto, ${counts} AS counts FROM calendar) x ON x.counts = 1 AND x.upto = c.upto + ${n})`;
	if (kind === 'before')
		return `CREATE TABLE ${name} AS SELECT c.d, x.d AS before FROM (SELECT d, sum(${unit}) OVER (ORDER BY d) AS upto, ${unit} AS counts FROM calendar) c
			JOIN (SELECT d, sum(${unit}) OVER (ORDER BY d) AS upto, ${unit} AS counts FROM calendar) x ON x.counts = 1 AND x.upto = c.upto - c.counts - ${n} + 1`;
	if (unit === 'hverdag')
		return `CREATE TABLE ${name} AS SELECT e.d, e.reached AS due, l.reached AS late FROM ${reached('saturday')} e JOIN ${reached('hverdag')} l ON e.d = l.d`;
	return `CREATE TABLE ${name} AS SELECT d, reached AS due FROM ${reached(unit)}`;
}

// ---- side by side ----

async function differences(run, sums) {
	let different = 0;
	for (const line of sums) {
		const [clock, field, ...expected] = line.split('\t');
		const got = (await run(`SELECT count(${field}), coalesce(sum(${field}::BIGINT), 0), coalesce(sum(${field}::BIGINT * (1 + r % ${WEIGHTS})), 0) FROM "${clock}"`))[0].map(String);
		if (got.join() === expected.join()) continue;
		different++;
		console.log(`    DIFFERENT: ${clock} ${field}: ${expected.join(' ')}, DuckDB ${got.join(' ')}`);
	}
	return different;
}

async function besideDuckdb() {
	const dump = ours(FOLDER, String(ROWS));
	const us = Number(dump.match(/^dump\.us (\d+)/m)[1]);
	const dumped = JSON.parse(readFileSync(join(FOLDER, 'rules.json'), 'utf8'));
	const sums = readFileSync(join(FOLDER, 'sums.tsv'), 'utf8').trim().split('\n');
	const dated = new Set(sums.map((line) => line.split('\t')).filter(([, field]) => field === 'due').map(([clock]) => clock));
	const connection = await (await duckdb.DuckDBInstance.create(':memory:')).connect();
	const run = async (sql) => (await connection.runAndReadAll(sql)).getRows();
	await run('SET threads = 1');
	await run(`CREATE TABLE calendar AS SELECT * FROM read_csv('${FOLDER}/calendar.csv', header = true, columns = {'d': 'INTEGER', 'hverdag': 'INTEGER', 'saturday': 'INTEGER', 'arbejdsdag': 'INTEGER'})`);
	const header = Object.keys((await connection.runAndReadAll(`FROM read_csv('${FOLDER}/facts.csv', header = true, all_varchar = true) LIMIT 1`)).getRowObjects()[0]);
	const types = header.map((name) => `'${name}': '${name.endsWith('_code') ? 'UTINYINT' : 'INTEGER'}'`).join(', ');
	await run(`CREATE TABLE facts AS SELECT * FROM read_csv('${FOLDER}/facts.csv', header = true, columns = {${types}})`);
	const rules = dumped.rules.map((one) => {
		const rule = new Rule(one, dumped);
		return { sql: rule.sql({ filled: () => dated.has(one.clock) }), clock: one.clock, tables: rule.tables };
	});
	for (const table of new Map(rules.flatMap((rule) => rule.tables).map((one) => [one.name, one])).values()) await run(tableSql(table));
	let best = Infinity;
	for (let round = 0; round < ROUNDS; round++) {
		for (const { clock } of rules) await run(`DROP TABLE IF EXISTS "${clock}"`);
		const began = performance.now();
		for (const { sql } of rules) await run(sql);
		best = Math.min(best, performance.now() - began);
	}
	const different = await differences(run, sums);
	console.log(`clock.duckdb_pathways ${ROWS}`);
	console.log(`clock.duckdb_columns_compared ${sums.length}`);
	console.log(`clock.duckdb_different ${different}`);
	console.log(`clock.duckdb_ns_per_pathway ${((best * 1e6) / ROWS).toFixed(0)}`);
	console.log(`clock.ratio_duckdb ${((best * 1e3) / us).toFixed(1)}`);
	if (different) process.exitCode = 1;
}

process.stdout.write(ours());
process.stdout.write(ours('write'));
if (duckdb) await besideDuckdb();
else console.log('clock: DuckDB is not there, so nothing is compared with it: run ./dev bench clock');
