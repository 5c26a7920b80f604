// bench page: the worklist page over HTTP with 10,000 open tasks: the same search as the pages make, one client after another
// answer, then eight at once while somebody else is writing. Prints page.KEY VALUE lines, the headline last.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TASKS = 10_000;
const PATIENTS = 2_500;
const CHUNK = 500;
const ALONE = 1_500;
const BUSY = 3_000;
const QUERY = '/fhir/Task?open=true&role=secretary&_sort=latest-start&_count=100&_include=Task:patient';
const HEADERS = { 'X-Limen-Actor': 'PractitionerRole/sek', 'Accept-Language': 'da' };

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
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

function ask(path, method = 'GET', body) {
	const headers = body ? { ...HEADERS, 'Content-Type': 'application/fhir+json', Prefer: 'return=minimal' } : HEADERS;
	return new Promise((done, failed) => {
		const asked = request({ host: origin.hostname, port: origin.port, path, method, headers, agent }, (response) => {
			const pieces = [];
			response.on('data', (bytes) => pieces.push(bytes));
			response.on('end', () => {
				const text = Buffer.concat(pieces).toString();
				if (response.statusCode >= 400) failed(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
				else done(text);
			});
		});
		asked.on('error', failed);
		asked.end(body);
	});
}

const two = (n) => String(n).padStart(2, '0');
// Day of month + 60: nobody's number.
const patient = (n) => ({
	resourceType: 'Patient', id: `p${n}`, name: [{ family: `Opdigtet${n}`, given: ['Bodil'] }], birthDate: `19${two(n % 80 + 10)}-03-0${n % 9 + 1}`,
	identifier: [{ system: 'urn:oid:1.2.208.176.1.2', value: `6${n % 9 + 1}03${two(n % 80 + 10)}${1000 + n % 9000}` }],
});
const at = (n) => new Date(Date.now() + (n % 60 - 10) * 864e5 + n * 1000).toISOString();
const task = (n) => ({
	resourceType: 'Task', id: `t${n}`, status: 'requested', intent: 'order',
	code: { coding: [{ system: 'urn:limen:task', code: 'book-tid', display: 'Book tid' }] },
	description: `Book tid: undersøgelse nr. ${n}`, for: { reference: `Patient/p${n % PATIENTS}` }, authoredOn: new Date().toISOString(),
	performerType: [{ coding: [{ system: 'urn:limen:role', code: n % 5 ? 'secretary' : 'doctor' }] }],
	reasonCode: { coding: [{ system: 'urn:limen:clock', code: 'udredningsret' }], text: 'Sundhedsloven § 82 b' },
	restriction: { period: { end: at(n) } },
	extension: [{ url: 'urn:limen:latest-start', valueInstant: at(n) }],
});
const put = (resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } });

async function fill(count, make) {
	for (let from = 0; from < count; from += CHUNK) {
		const entry = Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => put(make(from + n)));
		await ask('/fhir', 'POST', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }));
	}
}

async function measure(times) {
	const took = [];
	for (let n = 0; n < times; n++) {
		const began = process.hrtime.bigint();
		await ask(QUERY);
		took.push(Number(process.hrtime.bigint() - began) / 1e6);
	}
	return took;
}

const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2);
const sorted = (took) => took.sort((a, b) => a - b);

try {
	const began = process.hrtime.bigint();
	await fill(PATIENTS, patient);
	await fill(TASKS, task);
	console.log(`page.filled_per_s ${Math.round((PATIENTS + TASKS) / (Number(process.hrtime.bigint() - began) / 1e9))}`);
	const open = JSON.parse(await ask('/fhir/Task?open=true&_summary=count')).total;
	if (open !== TASKS) throw new Error(`${open} tasks are open, not ${TASKS}`);
	console.log(`page.open_tasks ${open}`);
	const page = JSON.parse(await ask(QUERY));
	const shown = page.entry.filter((entry) => entry.search.mode === 'match').length;
	if (shown !== 100) throw new Error(`the page shows ${shown} tasks`);
	console.log(`page.kilobytes ${Math.round(JSON.stringify(page).length / 1024)}`);
	await measure(100);
	const alone = sorted(await measure(ALONE));
	let writing = true;
	const writer = (async () => {
		for (let n = 0; writing; n++) await ask(`/fhir/Task/t${n % TASKS}`, 'PUT', JSON.stringify({ ...task(n % TASKS), priority: n % 2 ? 'urgent' : 'routine' }));
	})();
	const start = process.hrtime.bigint();
	const busy = sorted((await Promise.all(Array.from({ length: 8 }, () => measure(BUSY / 8)))).flat());
	const seconds = Number(process.hrtime.bigint() - start) / 1e9;
	writing = false;
	await writer;
	console.log(`page.busy_requests ${busy.length}`);
	console.log(`page.busy_per_s ${Math.round(BUSY / seconds)}`);
	console.log(`page.busy_p99_ms ${part(busy, 0.99)}`);
	console.log(`page.requests ${alone.length}`);
	console.log(`page.p50_ms ${part(alone, 0.5)}`);
	console.log(`page.p99_ms ${part(alone, 0.99)}`);
} finally {
	child.kill('SIGTERM');
	agent.destroy();
	rmSync(home, { recursive: true, force: true });
}
