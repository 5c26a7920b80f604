// The parts of the pages that are plain arithmetic: dates as people type them, the clocks' hours, what a CPR number says, and how
// news is merged. They are bundled by the esbuild that came with Vite and run here.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const WEB = new URL('../../web/', import.meta.url);
let units;

before(async () => {
	const { buildSync } = createRequire(new URL('package.json', WEB))('esbuild');
	const contents = `
		export * from './base/clock.ts';
		export * from './api/referrals.ts';
		export * from './worklist/arrangement.ts';
		export { isBreach, levelOf, rowOf } from './api/tasks.ts';`;
	const stdin = { contents, resolveDir: fileURLToPath(new URL('src/', WEB)), loader: 'ts' };
	const bundle = buildSync({
		stdin,
		bundle: true,
		write: false,
		format: 'esm',
		platform: 'node',
		absWorkingDir: fileURLToPath(WEB),
	});
	globalThis.document = { documentElement: {} };
	globalThis.setInterval = () => 0; // the page's own minute would keep the test alive
	units = await import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`);
	units.hearServer('2026-11-20T09:00:00+01:00');
});

describe('dates as people type them', () => {
	const ROWS = [
		['i dag', true, '2026-11-20'],
		['i går', true, '2026-11-19'],
		['2/11', true, '2026-11-02'],
		['02-11-2026', true, '2026-11-02'],
		['2. nov', true, '2026-11-02'],
		['2 november 2026', true, '2026-11-02'],
		['021126', true, '2026-11-02'],
		['2026-11-02', true, '2026-11-02'],
		['24/12', true, '2025-12-24'],
		['24/12', false, '2026-12-24'],
		['5/1', false, '2027-01-05'],
		['17/11', false, '2026-11-17'],
		['29/2', false, null],
		['31-02-2026', true, null],
		['32/1', true, null],
		['', true, null],
		['snart', true, null],
		['1/13', true, null],
		['29-02-2028', false, '2028-02-29'],
	];
	for (const [typed, past, read] of ROWS)
		test(`"${typed}"${past ? ', in the past' : ''} is ${read}`, () =>
			assert.equal(units.readDay(typed, past), read));
	for (const [typed, read] of [
		['8.20', '08:20'],
		['08:20', '08:20'],
		['820', '08:20'],
		['8', '08:00'],
		['kl. 14.05', '14:05'],
		['24.00', null],
		['8.61', null],
		['x', null],
	]) {
		test(`the time "${typed}" is ${read}`, () => assert.equal(units.readTime(typed), read));
	}
});

describe('hours in Copenhagen', () => {
	test('winter, summer, and both days the clock is changed', () => {
		assert.equal(units.localInstant('2026-11-24', '08:20'), '2026-11-24T08:20:00+01:00');
		assert.equal(units.localInstant('2026-07-01', '08:20'), '2026-07-01T08:20:00+02:00');
		assert.equal(units.localInstant('2026-03-29', '01:30'), '2026-03-29T01:30:00+01:00');
		assert.equal(units.localInstant('2026-03-29', '03:30'), '2026-03-29T03:30:00+02:00');
		assert.equal(units.localInstant('2026-10-25', '01:30'), '2026-10-25T01:30:00+02:00');
		assert.equal(units.localInstant('2026-10-25', '04:00'), '2026-10-25T04:00:00+01:00');
	});
	test('a deadline at midnight is the day before it', () => {
		assert.equal(units.dueDay('2026-12-11T23:00:00Z'), '2026-12-11');
		assert.equal(units.dueDay('2026-12-11T14:00:00+01:00'), '2026-12-11');
		assert.equal(units.dueDay('2026-12-11'), '2026-12-11');
		assert.equal(units.daysUntil('2026-12-11'), 21);
	});
});

describe('what a CPR number says', () => {
	const ROWS = [
		['6103520002', '1952-03-01', 'female'],
		['720147-0001', '1947-01-12', 'male'],
		['610310 4000', '2010-03-01', 'female'],
		['6103989001', '1998-03-01', 'male'],
		['6103365001', '2036-03-01', null],
		['6113520002', null, null],
		['610352', null, null],
		['abc', null, null],
	];
	for (const [cpr, birth, gender] of ROWS) {
		test(cpr, () => assert.deepEqual(units.bornBy(cpr), gender ? { birth, gender } : null));
	}
});

describe('a broken law and a passed goal are told apart', () => {
	const late = (due, lawDue, force) => {
		const extension = lawDue ? [{ url: 'urn:limen:law-due', valueInstant: `${lawDue}T23:00:00Z` }] : [];
		const coding = [
			{ system: 'urn:limen:clock', code: 'x' },
			{ system: 'urn:limen:clock-force', code: force },
		];
		const restriction = { period: { end: `${due}T23:00:00Z` } };
		return units.rowOf({ resourceType: 'Task', id: 'x', status: 'requested', restriction, extension, reasonCode: { coding } });
	};
	const ROWS = [
		['the law itself', '2026-11-18', '2026-11-18', 'law', 'late'],
		['only the goal; the law lies ahead', '2026-11-18', '2026-12-11', 'local', 'goal'],
		['the goal, and then the law behind it', '2026-11-10', '2026-11-18', 'local', 'late'],
		['a goal with no law behind it', '2026-11-18', '', 'local', 'goal'],
		['a law that was passed long ago, a date of our own that is not', '2026-11-20', '2026-11-01', 'law', 'today'],
		['neither is passed', '2026-12-11', '2026-12-11', 'law', 'ok'],
	];
	for (const [name, due, lawDue, force, level] of ROWS) {
		test(name, () => {
			const row = late(due, lawDue, force);
			assert.equal(row.force, force);
			assert.equal(units.levelOf(row), level);
			assert.equal(units.isBreach(row), level === 'late');
		});
	}
});

describe('news is merged without moving what is looked at', () => {
	const task = (id, due, start) => ({
		resourceType: 'Task',
		id,
		status: 'requested',
		meta: { versionId: '1' },
		restriction: { period: { end: `${due}T23:00:00Z` } },
		extension: [{ url: 'urn:limen:latest-start', valueInstant: `${start}T14:00:00Z` }],
	});
	const rows = (...list) => list.map((one) => units.rowOf(one));
	const [a, b, c, d] = [
		task('a', '2026-11-18', '2026-11-17'),
		task('b', '2026-11-20', '2026-11-20'),
		task('c', '2026-11-24', '2026-11-22'),
		task('d', '2026-12-24', '2026-12-20'),
	];
	const ids = (list) => list.places.map((place) => `${place.group}:${place.id}`).join(' ');

	test('rows stand in their groups, by latest start', () => {
		assert.equal(ids(units.arrange(rows(d, c, b, a))), 'late:a today:b week:c later:d');
	});
	test('a new row waits until it is asked for; the row looked at stays', () => {
		const shown = units.arrange(rows(b, c));
		const heard = units.hear(shown, rows(a, b, c));
		assert.equal(ids(heard), 'today:b week:c');
		assert.deepEqual(units.newsCount(heard), { added: 1, gone: 0 });
		const merged = units.merge(heard);
		assert.equal(ids(merged), 'late:a today:b week:c');
		assert.equal(units.standOn(heard, merged, 'c'), 'c');
	});
	test('a row somebody else did is marked, not taken away; then the next one is stood on', () => {
		const shown = units.arrange(rows(a, b, c));
		const heard = units.hear(shown, rows(a, c));
		assert.deepEqual([...heard.gone], ['b']);
		assert.equal(units.standOn(heard, units.merge(heard), 'b'), 'c');
	});
	test('what a row says is renewed at once, where it stands is not', () => {
		const shown = units.arrange(rows(b, d));
		const later = {
			...b,
			meta: { versionId: '2' },
			restriction: { period: { end: '2026-12-24T23:00:00Z' } },
			extension: [{ url: 'urn:limen:latest-start', valueInstant: '2026-12-23T14:00:00Z' }],
		};
		const heard = units.hear(shown, rows(later, d));
		assert.equal(heard.rows.get('b').due, '2026-12-24');
		assert.equal(ids(heard), 'today:b later:d');
		assert.equal(ids(units.merge(heard)), 'later:d later:b');
	});
	test('one row heard of: renewed, come or gone, and what was heard before stands', () => {
		const shown = units.arrange(rows(b, c));
		const come = units.hearSome(shown, ['a'], rows(a), false);
		assert.equal(ids(come), 'today:b week:c');
		assert.deepEqual(units.newsCount(come), { added: 1, gone: 0 });
		const gone = units.hearSome(come, ['b', 'd'], [], false);
		assert.deepEqual([...gone.gone], ['b']);
		assert.equal(ids(units.merge(gone)), 'late:a week:c');
		const back = units.hearSome(gone, ['b'], rows(b), false);
		assert.equal(back.gone.size, 0);
		assert.equal(ids(units.merge(back)), 'late:a today:b week:c');
	});
	test('a row of the pages below is not brought up, and the same row again is no news', () => {
		const shown = units.arrange(rows(a, b));
		assert.equal(units.hearSome(shown, ['c'], rows(c), true).news, null);
		assert.equal(units.hearSome(shown, ['b'], rows(b), true).news, null);
	});
	test('the same list again is no news', () => {
		const shown = units.arrange(rows(a, b));
		assert.equal(units.hear(shown, rows(b, a)).news, null);
	});
});
