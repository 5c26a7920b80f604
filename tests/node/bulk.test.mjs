// $export and $import over a socket: kick-off, status, files, cancel, expiry of nothing, and a restart in the middle.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { PROGRAM, ask, folder, serve } from './limen.mjs';

let server;
before(async () => { server = await serve(); });
after(async () => { assert.equal(await server.stop(), 0, 'SIGTERM stops it cleanly'); });

const kickOff = (path, options = {}) => ask(server, path, { ...options, headers: { Prefer: 'respond-async', ...options.headers } });
const below = (url) => url.slice(server.base.length);

async function finished(answer, within = server) {
	assert.equal(answer.status, 202, await answer.text());
	const where = answer.headers.get('content-location');
	assert.match(where, /\/\$bulk\/[0-9a-f-]{36}$/);
	for (let tries = 0; tries < 400; tries++) {
		const status = await ask(within, where.slice(within.base.length));
		if (status.status === 200) return { where, manifest: await status.json(), headers: status.headers };
		assert.equal(status.status, 202, await status.text());
		assert.ok(status.headers.get('x-progress').length > 0);
		assert.equal(status.headers.get('retry-after'), '1');
		await new Promise((done) => { setTimeout(done, 25); });
	}
	return assert.fail('it does not end');
}
const lines = async (url) => {
	const file = await ask(server, below(url));
	assert.equal(file.status, 200);
	assert.equal(file.headers.get('content-type'), 'application/fhir+ndjson');
	return (await file.text()).trim().split('\n').map((line) => JSON.parse(line));
};
const resources = async (manifest) => (await Promise.all(manifest.output.map(async (one) => {
	const found = await lines(one.url);
	assert.equal(found.length, one.count);
	return found;
}))).flat();

const patient = (n, more = {}) => ({ resourceType: 'Patient', id: `p${n}`, name: [{ family: `Masse${n}` }], ...more });
const observation = (n, of, status = 'final') => ({ resourceType: 'Observation', id: `o${n}`, status, code: { text: 'PSA' }, subject: { reference: `Patient/p${of}` } });
const ndjson = (all) => all.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');

test('$import: good lines are kept, bad ones are told by their number', async () => {
	const all = [
		...Array.from({ length: 250 }, (_, n) => patient(n)),
		'{"resourceType":"Patient","id":"broken"',
		{ resourceType: 'Patient', id: 'wrong', birthDate: 'yesterday' },
		{ resourceType: 'Patient', name: [{ family: 'Udenid' }] },
		...Array.from({ length: 300 }, (_, n) => observation(n, n % 250, n % 2 ? 'final' : 'preliminary')),
		{ resourceType: 'Organization', id: 'org', name: 'Klinikken' },
		{ resourceType: 'Group', id: 'g', type: 'person', actual: true, member: [{ entity: { reference: 'Patient/p1' } }, { entity: { reference: 'Patient/p2' } }, { entity: { reference: 'Patient/p3' }, inactive: true }] },
	];
	const answer = await kickOff('/$import', { method: 'POST', body: ndjson(all), headers: { 'Content-Type': 'application/fhir+ndjson' } });
	const { manifest } = await finished(answer);
	assert.equal(manifest.output[0].count, all.length - 2);
	assert.equal(manifest.error[0].count, 2);
	const refused = await lines(manifest.error[0].url);
	assert.deepEqual(refused.map((one) => one.issue[0].diagnostics.split(':')[1]), ['251', '252']);
	assert.equal(refused[1].issue[0].expression[0], 'Patient.birthDate');
	assert.equal((await (await ask(server, '/Patient?family=udenid')).json()).entry.length, 1);
	assert.equal((await ask(server, '/Observation/o299')).status, 200);
});

test('$export: everything, as it is', async () => {
	const { manifest, headers } = await finished(await kickOff('/$export'));
	assert.equal(manifest.requiresAccessToken, false);
	assert.equal(manifest.request, `${server.base}/$export`);
	assert.ok(Date.parse(manifest.transactionTime) > 0);
	assert.ok(Date.parse(headers.get('expires')) > Date.parse(manifest.transactionTime));
	assert.deepEqual(manifest.error, []);
	assert.deepEqual(Object.fromEntries(manifest.output.map((one) => [one.type, one.count])), { Group: 1, Observation: 300, Organization: 1, Patient: 251 });
	const found = await resources(manifest);
	assert.equal(new Set(found.map((one) => `${one.resourceType}/${one.id}`)).size, 553);
	assert.deepEqual(found.find((one) => one.id === 'o7'), await (await ask(server, '/Observation/o7')).json());
});

test('$export: fewer types, filters, elements, since', async () => {
	const some = await finished(await kickOff('/$export?_type=Observation,Organization&_typeFilter=Observation%3Fstatus=preliminary&_elements=status'));
	assert.deepEqual(some.manifest.output.map((one) => [one.type, one.count]), [['Observation', 150], ['Organization', 1]]);
	for (const one of (await resources(some.manifest)).filter((each) => each.resourceType === 'Observation')) {
		assert.equal(one.status, 'preliminary');
		assert.equal(one.subject, undefined);
		assert.equal(one.meta.tag[0].code, 'SUBSETTED');
	}
	const twice = await finished(await kickOff('/$export?_type=Patient&_typeFilter=Patient%3Ffamily=masse1,Patient%3Ffamily=masse11'));
	assert.equal(twice.manifest.output[0].count, 111, 'who fits both filters comes once');
	const none = await finished(await kickOff('/$export?_since=2999-01-01T00:00:00Z'));
	assert.deepEqual(none.manifest.output, []);
	const parameters = { resourceType: 'Parameters', parameter: [{ name: '_type', valueString: 'Organization' }] };
	const posted = await finished(await kickOff('/$export', { method: 'POST', body: JSON.stringify(parameters) }));
	assert.deepEqual(posted.manifest.output.map((one) => one.type), ['Organization']);
});

test('$export of patients, and of a group', async () => {
	const patients = await finished(await kickOff('/Patient/$export'));
	assert.deepEqual(patients.manifest.output.map((one) => one.type), ['Group', 'Observation', 'Patient']);
	const group = await finished(await kickOff('/Group/g/$export'));
	const found = await resources(group.manifest);
	assert.deepEqual(found.map((one) => one.id).sort(), ['g', 'o1', 'o2', 'o251', 'o252', 'p1', 'p2'], 'p3 is inactive');
	assert.equal((await kickOff('/Group/nobody/$export')).status, 404);
});

test('what cannot be asked is refused', async () => {
	const codes = async (answer) => (await answer.json()).issue[0].details.coding[0].code;
	assert.equal(await codes(await ask(server, '/$export')), 'HTTP_ASYNC');
	assert.equal(await codes(await kickOff('/$export?_type=Shoe')), 'HTTP_TYPE');
	assert.equal(await codes(await kickOff('/$export?_outputFormat=csv')), 'HTTP_PARAMETER_FORM');
	assert.equal(await codes(await kickOff('/$export?_since=yesterday')), 'HTTP_PARAMETER_FORM');
	assert.equal(await codes(await kickOff('/$export?shoe=43')), 'HTTP_PARAMETER');
	assert.equal((await kickOff('/$import', { method: 'POST', body: '{}' })).status, 415);
	assert.equal((await ask(server, '/$bulk/00000000-0000-4000-8000-000000000000')).status, 404);
});

test('who did not ask does not see it; who did takes it away', async () => {
	const { where, manifest } = await finished(await kickOff('/$export?_type=Organization'));
	const other = { headers: { 'X-Limen-Actor': 'PractitionerRole/other' } };
	assert.equal((await ask(server, below(where), other)).status, 404);
	assert.equal((await ask(server, below(manifest.output[0].url), other)).status, 404);
	assert.equal((await ask(server, `${below(where)}/job.json`)).status, 404);
	assert.equal((await ask(server, below(where), { method: 'DELETE' })).status, 202);
	assert.equal((await ask(server, below(where))).status, 404);
	assert.equal((await ask(server, below(manifest.output[0].url))).status, 404);
	assert.ok(!(await readdir(`${server.db}.bulk`)).includes(where.split('/').at(-1)));
});

test('a cancelled one leaves nothing', async () => {
	const answers = await Promise.all(Array.from({ length: 6 }, () => kickOff('/$export')));
	const last = answers.at(-1).headers.get('content-location');
	assert.equal((await ask(server, below(last), { method: 'DELETE' })).status, 202);
	for (const answer of answers.slice(0, -1)) await finished(answer);
	for (let tries = 0; tries < 100 && (await readdir(`${server.db}.bulk`)).includes(last.split('/').at(-1)); tries++)
		await new Promise((done) => { setTimeout(done, 20); });
	assert.equal((await ask(server, below(last))).status, 404);
});

// Serves a database of our own, so that it can be killed and served again.
function serveAgain(db) {
	const child = spawn(PROGRAM, ['serve', '--lang', 'en', '--port', '0', '--db', db], { stdio: ['ignore', 'pipe', 'ignore'] });
	return new Promise((done) => {
		let said = '';
		child.stdout.on('data', (bytes) => {
			said += bytes;
			const found = /http:\/\/\S+?:\d+/.exec(said);
			if (found) done({ child, base: `${found[0]}/fhir`, ended: new Promise((gone) => { child.on('exit', gone); }) });
		});
	});
}

test('killed in the middle of an import, it is begun again and nothing is there twice', async (t) => {
	const home = await folder();
	t.after(home.remove);
	const db = `${home.path}/limen.db`;
	const first = await serveAgain(db);
	const all = Array.from({ length: 3000 }, (_, n) => ({ resourceType: 'Patient', name: [{ family: `Genstart${n}` }] }));
	const answer = await ask(first, '/$import', { method: 'POST', body: ndjson(all), headers: { 'Content-Type': 'application/fhir+ndjson', Prefer: 'respond-async' } });
	assert.equal(answer.status, 202);
	const id = answer.headers.get('content-location').split('/').at(-1);
	await new Promise((done) => { setTimeout(done, 60); });
	first.child.kill('SIGKILL');
	await first.ended;
	const second = await serveAgain(db);
	t.after(() => second.child.kill('SIGKILL'));
	let manifest;
	for (let tries = 0; tries < 600 && !manifest; tries++) {
		const status = await ask(second, `/$bulk/${id}`);
		if (status.status === 200) manifest = await status.json();
		else await new Promise((done) => { setTimeout(done, 25); });
	}
	assert.equal(manifest.output[0].count, 3000);
	const counted = await (await ask(second, '/Patient?_count=0&_total=accurate')).json();
	assert.equal(counted.total, 3000);
	second.child.kill('SIGTERM');
	await second.ended;
});
