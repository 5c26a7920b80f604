// The program as people call it: exit codes, what it says, and that what one command wrote another one reads.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM, folder, limen, serve } from './limen.mjs';

let home, db;
before(async () => {
	home = await folder();
	db = join(home.path, 'limen.db');
});
after(() => home.remove());

test('calls that are wrong', async () => {
	for (const args of [['fly'], ['get', '--db', db], ['get', 'Patient', '--db', db], ['today', '--port', '1'], ['serve', '--port', 'x'], ['serve', '--db', db, '--lang', 'de']]) {
		const answer = await limen(...args);
		assert.equal(answer.code, 2, args.join(' '));
		assert.match(answer.stderr, /^limen: /);
	}
	assert.equal((await limen('--version')).code, 0);
	assert.match((await limen('help', '--lang', 'en')).stdout, /today .*Today's worklist/);
	assert.match((await limen('help', 'load')).stdout, /--db FILE/);
});

test('load: resources in any order, NDJSON, bundles; one bad file does not stop the rest', async () => {
	const data = join(home.path, 'data');
	await mkdir(data);
	const referral = {
		resourceType: 'ServiceRequest', id: 'a-henvisning', status: 'active', intent: 'order',
		category: [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] }],
		subject: { reference: 'Patient/z-patient' }, authoredOn: new Date(Date.now() - 864e5).toISOString().slice(0, 10),
		reasonCode: [{ text: 'Hæmaturi' }],
	};
	const patient = { resourceType: 'Patient', id: 'z-patient', name: [{ family: 'Testesen', given: ['Karla'] }], identifier: [{ system: 'urn:oid:1.2.208.176.1.2', value: '6103521234' }] };
	await writeFile(join(data, 'a.json'), JSON.stringify(referral));
	await writeFile(join(data, 'b.json'), '{"resourceType":"Patient",\n"name":');
	await writeFile(join(data, 'm.ndjson'), '{"resourceType":"Organization","id":"o1","name":"Ét"}\n\n{"resourceType":"Organization","nome":"To"}\n');
	await writeFile(join(data, 't.json'), JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource: { resourceType: 'Location', id: 'stue1', name: 'Stue 1' }, request: { method: 'PUT', url: 'Location/stue1' } }] }));
	await writeFile(join(data, 'u.json'), JSON.stringify({ resourceType: 'Bundle', id: 'samling', type: 'collection' }));
	await writeFile(join(data, 'z.json'), JSON.stringify(patient));
	const answer = await limen('load', data, '--db', db, '--lang', 'en');
	assert.equal(answer.code, 1);
	assert.match(answer.stdout, /^5 resources loaded, 2 refused/);
	assert.match(answer.stderr, /b\.json:2:\d+: /);
	assert.match(answer.stderr, /m\.ndjson:3: ?.*Organization/);
	for (const reference of ['ServiceRequest/a-henvisning', 'Organization/o1', 'Location/stue1', 'Bundle/samling', 'Patient/z-patient'])
		assert.equal((await limen('get', reference, '--db', db)).code, 0, reference);
});

test('load: a file that is not there', async () => {
	const answer = await limen('load', join(home.path, 'nothing.json'), '--db', db);
	assert.equal(answer.code, 1);
	assert.match(answer.stderr, /nothing\.json/);
});

test('today: due date, days left, patient, step and law on each line', async () => {
	const answer = await limen('today', '--db', db, '--lang', 'en');
	assert.equal(answer.code, 0, answer.stderr);
	assert.match(answer.stdout, /Testesen, Karla 610352-xxxx .*Pre-visitation/);
	const rows = JSON.parse((await limen('today', '--json', '--db', db)).stdout);
	assert.ok(rows.length >= 1);
	assert.ok(rows[0].task && rows[0].step && rows[0].law && rows[0].due, JSON.stringify(rows[0]));
});

test('find and why', async () => {
	const found = await limen('find', 'Task', 'open=true', '--db', db);
	assert.equal(found.code, 0, found.stderr);
	const task = JSON.parse(found.stdout.split('\n')[0]);
	const why = await limen('why', task.id, '--db', db);
	assert.equal(why.code, 0, why.stderr);
	assert.ok(why.stdout.split('\n').length > 2);
	const episode = JSON.parse((await limen('find', 'EpisodeOfCare', '--db', db)).stdout.split('\n')[0]);
	const clocks = await limen('why', `EpisodeOfCare/${episode.id}`, '--db', db);
	assert.match(clocks.stdout, /Udredningsret/);
	assert.equal((await limen('why', `EpisodeOfCare/${episode.id}`, 'udredningsret', '--db', db)).code, 0);
	assert.equal((await limen('find', 'Task', 'shoesize=1', '--db', db)).code, 1);
	assert.equal((await limen('get', 'Patient/nobody', '--db', db)).code, 1);
});

test('check: everything recomputed is as it was kept', async () => {
	const answer = await limen('check', '--db', db);
	assert.equal(answer.code, 0, answer.stdout + answer.stderr);
});

test('content check: an own folder is tried before it is used', async () => {
	const own = join(home.path, 'own');
	await mkdir(own);
	await writeFile(join(own, 'links.yaml'), 'link: forloeb-henvisning\nda: x\nen: y\non: EpisodeOfCare\nowns: referralRequest.reference\n');
	assert.equal((await limen('content', 'check', own)).code, 0);
	await writeFile(join(own, 'wrong.yaml'), '---\nlink: forkert\nda: x\nen: y\non: EpisodeOfCare\ncolour: red\n');
	const answer = await limen('content', 'check', own, '--lang', 'en');
	assert.equal(answer.code, 1);
	assert.match(answer.stderr, /wrong\.yaml:\d+.*colour/);
	assert.equal((await limen('today', '--db', db, '--content', own)).code, 1, 'wrong content is not used');
});

test('content that turns wrong while serving leaves the active image as it was', async (t) => {
	const own = join(home.path, 'turns');
	await mkdir(own);
	const server = await serve(['--content', own], t);
	await writeFile(join(own, 'wrong.yaml'), 'link: forkert\ncolour: red\n');
	server.child.kill('SIGHUP');
	for (let tries = 0; tries < 100 && !server.said.err.includes('content-refused'); tries++) await new Promise((go) => setTimeout(go, 50));
	assert.match(server.said.err, /content-refused.*wrong\.yaml/);
	assert.equal((await fetch(`${server.base}/metadata`)).status, 200);
	assert.equal(await server.stop(), 0);
});

test('content that is in order is taken into use without a new process', async (t) => {
	const own = join(home.path, 'fine');
	await mkdir(own);
	const server = await serve(['--content', own], t);
	await writeFile(join(own, 'links.yaml'), 'link: forloeb-henvisning\nda: x\nen: y\non: EpisodeOfCare\nowns: referralRequest.reference\n');
	server.child.kill('SIGHUP');
	const addresses = () => server.said.out.match(/http:\/\/\S+?:\d+/g);
	for (let tries = 0; tries < 200 && addresses().length < 2; tries++) await new Promise((go) => setTimeout(go, 50));
	assert.equal((await fetch(`${addresses()[1]}/fhir/metadata`)).status, 200);
	assert.equal(await server.stop(), 0);
});

test('the log names no one', async (t) => {
	const server = await serve([], t);
	const cpr = '6103521234';
	const headers = { 'X-Limen-Actor': 'PractitionerRole/sek' };
	await fetch(`${server.base}/Patient?identifier=urn:oid:1.2.208.176.1.2|${cpr}`, { headers });
	await fetch(`${server.base}/Patient/${cpr}`, { headers });
	await fetch(`${server.base}/Patient/610352-1234`, { headers });
	assert.equal(await server.stop(), 0);
	assert.match(server.said.err, /"event":"request".*"path":"\/fhir\/Patient"/);
	assert.doesNotMatch(server.said.err, /610352/);
});

test('one writes at a time', async (t) => {
	const server = await serve([], t);
	const answer = await limen('load', '-', '--db', server.db, '--lang', 'en');
	assert.equal(answer.code, 3);
	assert.match(answer.stderr, /in use by another limen/);
	assert.equal((await limen('today', '--db', server.db)).code, 0, 'reading is fine');
	const own = join(home.path, 'other');
	await mkdir(own);
	await writeFile(join(own, 'links.yaml'), 'link: forloeb-henvisning\nda: x\nen: y\non: EpisodeOfCare\nowns: referralRequest.reference\n');
	const other = await limen('today', '--db', server.db, '--content', own, '--lang', 'en');
	assert.equal(other.code, 1, 'but not with other content');
	assert.match(other.stderr, /in use with other content/);
	assert.equal(await server.stop(), 0);
});

test('only this machine is listened on', async () => {
	const answer = await limen('serve', '--host', '0.0.0.0', '--port', '0', '--db', join(home.path, 'x.db'), '--lang', 'en');
	assert.equal(answer.code, 1);
	assert.match(answer.stderr, /own addresses/);
});

test('validate: what is found is said as it is found; interrupted, it counts what it has read', async () => {
	const child = spawn(PROGRAM, ['validate', '--errors', '--lang', 'en', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
	const ended = new Promise((done) => child.on('close', (code, signal) => done(signal)));
	let said = '';
	child.stdin.write('{"resourceType":"Patient","gender":"x"}\n'.repeat(500) + '{"resourceType":"Pat');
	await new Promise((done) => child.stdout.on('data', (bytes) => {
		said += bytes;
		if (said.includes('-:500:36: Patient.gender')) done();
	}));
	child.kill('SIGINT');
	assert.equal(await ended, 'SIGINT');
	assert.match(said, /Patient +500 +500 +0\n/);
	assert.doesNotMatch(said, /unreadable/);
});
