// bench work: the list of a person who has 300 tasks among 100,000 open ones, as their page asks for it; how long it takes until what one
// writes stands in the team's list on 200 other screens (the event over the feed, then the row as that list has it); what the pages weigh when they are first
// opened. Prints work.KEY VALUE lines, the headline last.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TASKS = Number(process.env.WORK_TASKS ?? 100_000);
const MINE = 300;
const PEOPLE = 330;
const PATIENTS = 2_500;
const CHUNK = 1_000;
const ASKED = 1_000;
const SCREENS = 200;
const EVENTS = Number(process.env.WORK_EVENTS ?? 30);
const ME = 'PractitionerRole/me';
const MY_LIST = `/fhir/Task?owner=${ME}&open=true&_sort=rank&_count=${MINE}`;
const TEAM_LIST = '/fhir/Task?queue=Organization/uro&owner:missing=true&open=true&_sort=rank&_count=100';
const HEADERS = { 'X-Limen-Actor': ME, 'Accept-Language': 'da' };

const home = mkdtempSync(join(tmpdir(), 'limen-bench-'));
const child = spawn('build/release/limen', ['serve', '--port', '0', '--db', join(home, 'limen.db')], { stdio: ['ignore', 'pipe', 'ignore'] });
const origin = await new Promise((done, failed) => {
	let said = '';
	child.stdout.on('data', (bytes) => {
		const found = /http:\/\/\S+?:\d+/.exec(said += bytes);
		if (found) done(new URL(found[0]));
	});
	child.on('exit', (code) => failed(new Error(`limen ended with ${code}`)));
});
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const ms = (began) => Number(process.hrtime.bigint() - began) / 1e6;

function ask(path, { method = 'GET', body, gzip = false } = {}) {
	const headers = { ...HEADERS, ...(gzip ? { 'Accept-Encoding': 'gzip' } : {}), ...(body ? { 'Content-Type': 'application/fhir+json', Prefer: 'return=minimal' } : {}) };
	return new Promise((done, failed) => {
		const asked = request({ host: origin.hostname, port: origin.port, path, method, headers, agent }, (response) => {
			const pieces = [];
			response.on('data', (bytes) => pieces.push(bytes));
			response.on('end', () => {
				const bytes = Buffer.concat(pieces);
				if (response.statusCode >= 400) failed(new Error(`${path}: ${response.statusCode}: ${bytes.toString().slice(0, 500)}`));
				else done(bytes);
			});
		});
		asked.on('error', failed);
		asked.end(body);
	});
}

const two = (n) => String(n).padStart(2, '0');
const patient = (n) => ({ resourceType: 'Patient', id: `p${n}`, name: [{ family: `Opdigtet${n}`, given: ['Bodil'] }], birthDate: `19${two((n % 80) + 10)}-03-0${(n % 9) + 1}` });
const at = (n) => new Date(Date.now() + ((n % 60) - 10) * 864e5 + n * 1000).toISOString();
const ownerOf = (n) => (n % Math.floor(TASKS / MINE) === 0 && n / Math.floor(TASKS / MINE) < MINE ? ME : n % 2 ? `PractitionerRole/s${n % PEOPLE}` : null);
const task = (n) => ({
	resourceType: 'Task', id: `t${n}`, status: ownerOf(n) ? 'accepted' : 'requested', intent: 'order',
	code: { coding: [{ system: 'urn:limen:task', code: 'book-tid', display: 'Book tid' }] },
	description: `Book tid: undersøgelse nr. ${n}, visiteret til udredning`, for: { reference: `Patient/p${n % PATIENTS}` }, authoredOn: new Date().toISOString(),
	...(ownerOf(n) ? { owner: { reference: ownerOf(n) } } : {}),
	priority: ['routine', 'urgent', 'asap'][n % 3],
	performerType: [{ coding: [{ system: 'urn:limen:role', code: 'secretary' }] }],
	reasonCode: { coding: [{ system: 'urn:limen:clock', code: 'udredningsret' }, { system: 'urn:limen:clock-force', code: 'law' }], text: 'Sundhedsloven § 82 b' },
	restriction: { period: { end: at(n) } },
	extension: [{ url: 'urn:limen:latest-start', valueInstant: at(n) }, { url: 'urn:limen:queue', valueReference: { reference: 'Organization/uro' } }],
});
const put = (resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } });

async function fill(count, make) {
	for (let from = 0; from < count; from += CHUNK) {
		const entry = Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => put(make(from + n)));
		await ask('/fhir', { method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }) });
	}
}

async function measure(path, times, gzip) {
	const took = [];
	for (let n = 0; n < times; n++) {
		const began = process.hrtime.bigint();
		await ask(path, { gzip });
		took.push(ms(began));
	}
	return took.sort((a, b) => a - b);
}
const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2);

// A screen: its feed stays open, and beside it a connection to ask on. By the socket: two hundred screens are two hundred machines, and
// what node's client costs each of them is not to be waited for by the others on one.
const asking = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\nX-Limen-Actor: ${ME}\r\nAccept-Language: da\r\n${more}\r\n`;

function open(onBytes) {
	return new Promise((done, failed) => {
		const socket = connect(Number(origin.port), origin.hostname, () => done(socket));
		socket.setNoDelay(true);
		socket.on('data', onBytes);
		socket.on('error', failed);
	});
}

async function screen(heard) {
	let rest = '', answered = null, bytes = '';
	const feed = await open((piece) => {
		rest += piece.toString('latin1');
		for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
			const at = rest.indexOf('"type":"Task","id":"');
			if (at >= 0 && at < end) heard(one, rest.slice(at + 20, rest.indexOf('"', at + 20)));
		}
	});
	const question = await open((piece) => {
		bytes += piece.toString('latin1');
		const head = bytes.indexOf('\r\n\r\n');
		const length = /content-length: (\d+)/i.exec(bytes.slice(0, head));
		if (head < 0 || !length || bytes.length < head + 4 + Number(length[1])) return;
		const answer = bytes;
		bytes = '';
		answered(answer);
	});
	const one = {
		ask: (path) => new Promise((done) => { answered = done; question.write(asking(path)); }),
		destroy: () => (feed.destroy(), question.destroy()),
	};
	feed.write(asking(`/fhir/$feed?actor=${ME}`, 'Accept: text/event-stream\r\n'));
	return one;
}

async function spread() {
	let waiting = null;
	const heard = (one, id) => { if (waiting?.id === id) waiting.one(one); };
	const screens = await Promise.all(Array.from({ length: SCREENS }, () => screen(heard)));
	await new Promise((done) => setTimeout(done, 500));
	const took = [], told = [];
	for (let n = 0; n < EVENTS; n++) {
		let number = ((n + 1) * 331) % TASKS;
		while (ownerOf(number)) number++; // nobody's, so that it stands on all screens
		const id = `t${number}`;
		let left = SCREENS;
		const all = new Promise((done) => {
			const began = process.hrtime.bigint();
			waiting = {
				id,
				one: async (screen) => {
					told.push(ms(began));
					const row = await screen.ask(`${TEAM_LIST}&_id=${id}`);
					took.push(ms(began));
					if (!row.startsWith('HTTP/1.1 200') || !row.includes(`"id":"${id}"`)) throw new Error(`the list does not have ${id}: ${row}`);
					if (--left === 0) done();
				},
			};
		});
		const made = { ...task(number), note: [{ text: `set ${n}` }] };
		await ask(`/fhir/Task/${id}`, { method: 'PUT', body: JSON.stringify(made) });
		await all;
		waiting = null;
		await new Promise((done) => setTimeout(done, 50));
	}
	for (const one of screens) one.destroy();
	return { took: took.sort((a, b) => a - b), told: told.sort((a, b) => a - b) };
}

// What the browser fetches before it shows anything: the page and what it names.
async function weight() {
	const page = await ask('/', { gzip: true });
	const plain = (await ask('/')).toString();
	let bytes = page.length;
	for (const [, path] of plain.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css|woff2|svg)[^"]*)"/g)) bytes += (await ask(path, { gzip: true })).length;
	return bytes;
}

try {
	const began = process.hrtime.bigint();
	await fill(PATIENTS, patient);
	await fill(TASKS, task);
	console.log(`work.filled_per_s ${Math.round((PATIENTS + TASKS) / (ms(began) / 1000))}`);
	const open = JSON.parse(await ask('/fhir/Task?open=true&_summary=count')).total;
	if (open !== TASKS) throw new Error(`${open} tasks are open, not ${TASKS}`);
	console.log(`work.open_tasks ${open}`);
	const list = JSON.parse(await ask(MY_LIST));
	if (list.entry.length !== MINE) throw new Error(`the list has ${list.entry.length} tasks, not ${MINE}`);
	const starts = list.entry.map((one) => one.resource.extension[0].valueInstant);
	if (starts.some((start, n) => n && start < starts[n - 1])) throw new Error('the list is not in its order');
	console.log(`work.list_kilobytes ${Math.round(JSON.stringify(list).length / 1024)}`);
	await measure(MY_LIST, 50);
	const mine = await measure(MY_LIST, ASKED), packed = await measure(MY_LIST, ASKED, true), team = await measure(TEAM_LIST, ASKED);
	console.log(`work.team_p99_ms ${part(team, 0.99)}`);
	console.log(`work.list_gzip_p99_ms ${part(packed, 0.99)}`);
	const { took, told } = await spread();
	console.log(`work.screens ${SCREENS}`);
	console.log(`work.event_told_p99_ms ${part(told, 0.99)}`);
	console.log(`work.event_p99_ms ${part(took, 0.99)}`);
	console.log(`work.first_load_kilobytes ${((await weight()) / 1024).toFixed(1)}`);
	console.log(`work.list_p50_ms ${part(mine, 0.5)}`);
	console.log(`work.list_p99_ms ${part(mine, 0.99)}`);
} finally {
	child.kill('SIGTERM');
	agent.destroy();
	rmSync(home, { recursive: true, force: true });
}
