// Writes by condition, patches and races, over a socket, by fhir-kit-client and by plain fetch.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { Client } from 'fhir-kit-client';
import { ACTOR, ask, serve } from './limen.mjs';

let server, client;

before(async () => {
	server = await serve();
	client = new Client({ baseUrl: server.base, customHeaders: { 'X-Limen-Actor': ACTOR, 'Accept-Language': 'en' } });
});
after(async () => {
	assert.equal(await server.stop(), 0, 'SIGTERM stops it cleanly');
});

const RACERS = 32;
const numbered = (value, family = 'Kappesen') => ({ resourceType: 'Patient', identifier: [{ system: 'urn:test:no', value }], name: [{ family }] });
const put = (resource, headers = {}) => ask(server, `/Patient/${resource.id}`, { method: 'PUT', body: JSON.stringify(resource), headers });
const race = (what) => Promise.all(Array.from({ length: RACERS }, (_, n) => what(n)));
const tally = (answers) => Object.fromEntries([...new Set(answers.map((one) => one.status))].sort().map((status) => [status, answers.filter((one) => one.status === status).length]));
const count = async (query) => (await (await ask(server, `/Patient?${query}&_count=0`)).json()).total;

test('32 clients with one If-Match: one wins', async () => {
	assert.equal((await put({ ...numbered('r1'), id: 'r1' })).status, 201);
	for (let round = 1; round <= 5; round++) {
		const answers = await race((n) => put({ ...numbered('r1', `Runde${round}${String.fromCharCode(65 + n)}`), id: 'r1' }, { 'If-Match': `W/"${round}"` }));
		assert.deepEqual(tally(answers), { 200: 1, 412: RACERS - 1 });
	}
	const history = await (await ask(server, '/Patient/r1/_history')).json();
	assert.equal(history.total, 6);
});

test('32 clients with one conditional create: one creates, all get the same', async () => {
	for (let round = 0; round < 5; round++) {
		const answers = await race(() => ask(server, '/Patient', {
			method: 'POST', body: JSON.stringify(numbered(`c${round}`)), headers: { 'If-None-Exist': `identifier=urn:test:no|c${round}` },
		}));
		assert.deepEqual(tally(answers), { 200: RACERS - 1, 201: 1 });
		const ids = new Set(await Promise.all(answers.map(async (one) => (await one.json()).id)));
		assert.equal(ids.size, 1);
		assert.equal(await count(`identifier=urn:test:no|c${round}`), 1);
	}
});

test('32 clients with one conditional create in a transaction', async () => {
	const answers = await race((n) => ask(server, '', {
		method: 'POST',
		body: JSON.stringify({
			resourceType: 'Bundle', type: 'transaction', entry: [
				{ fullUrl: 'urn:uuid:5d4b1f60-0000-4000-8000-000000000001', resource: numbered('t1'), request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:test:no|t1' } },
				{
					resource: { resourceType: 'Observation', status: 'final', code: { text: `nr ${n}` }, subject: { reference: 'urn:uuid:5d4b1f60-0000-4000-8000-000000000001' } },
					request: { method: 'POST', url: 'Observation' },
				},
			],
		}),
	}));
	assert.deepEqual(tally(answers), { 200: RACERS });
	const made = await Promise.all(answers.map((one) => one.json()));
	assert.equal(made.filter((one) => one.entry[0].response.status === '201 Created').length, 1);
	assert.equal(new Set(made.map((one) => one.entry[1].resource.subject.reference)).size, 1);
	assert.equal(await count('identifier=urn:test:no|t1'), 1);
});

test('32 clients with one conditional update of nobody: one creates, the others update it', async () => {
	const answers = await race((n) => ask(server, '/Patient?identifier=urn:test:no|u1', {
		method: 'PUT', body: JSON.stringify(numbered('u1', `Opdatering${String.fromCharCode(65 + n)}`)),
	}));
	assert.deepEqual(tally(answers), { 200: RACERS - 1, 201: 1 });
	assert.equal(await count('identifier=urn:test:no|u1'), 1);
});

test('32 patches of one resource: each counts', async () => {
	await put({ ...numbered('p1'), id: 'p1' });
	const answers = await race((n) => ask(server, '/Patient/p1', {
		method: 'PATCH', headers: { 'Content-Type': 'application/json-patch+json' },
		body: JSON.stringify([{ op: 'add', path: '/identifier/-', value: { system: 'urn:test:racer', value: String(n) } }]),
	}));
	assert.deepEqual(tally(answers), { 200: RACERS });
	const patient = await (await ask(server, '/Patient/p1')).json();
	assert.equal(patient.identifier.length, RACERS + 1);
	assert.equal(patient.meta.versionId, String(RACERS + 1));
});

test('32 deletes by one condition leave one delete', async () => {
	await put({ ...numbered('d1'), id: 'd1' });
	const answers = await race(() => ask(server, '/Patient?identifier=urn:test:no|d1', { method: 'DELETE' }));
	assert.deepEqual(tally(answers), { 204: RACERS });
	assert.equal((await (await ask(server, '/Patient/d1/_history')).json()).total, 2);
});

test('patch by fhir-kit-client', async () => {
	const made = await client.create({ resourceType: 'Patient', body: numbered('k1') });
	const patched = await client.patch({ resourceType: 'Patient', id: made.id, jsonPatch: [{ op: 'add', path: '/active', value: true }] });
	assert.equal(patched.active, true);
	assert.equal(patched.meta.versionId, '2');
	const failure = await client.patch({ resourceType: 'Patient', id: made.id, jsonPatch: [{ op: 'test', path: '/active', value: false }] })
		.then(() => assert.fail('was not refused'), (error) => error);
	assert.equal(failure.response.status, 422);
	assert.equal(failure.response.data.issue[0].details.text, 'Operation 1: /active is not the value expected');
});

test('histories of a type and of all, page after page', async () => {
	const type = await client.typeHistory({ resourceType: 'Observation' });
	assert.equal(type.type, 'history');
	let bundle = await client.systemHistory(), versions = 0, pages = 0;
	const seen = new Set();
	while (bundle) {
		pages++;
		for (const { fullUrl, response } of bundle.entry ?? []) {
			versions++;
			seen.add(`${fullUrl} ${response.etag}`);
		}
		bundle = await client.nextPage({ bundle });
	}
	assert.ok(pages > 2);
	assert.equal(seen.size, versions, 'no version comes twice');
	const counted = await (await ask(server, '/Patient?_count=0')).json();
	assert.ok(versions > counted.total);
});

test('batch by fhir-kit-client: each for itself', async () => {
	const answer = await client.batch({
		body: {
			resourceType: 'Bundle', type: 'batch', entry: [
				{ resource: numbered('b1'), request: { method: 'POST', url: 'Patient' } },
				{ resource: { resourceType: 'Patient', birthDate: 'sometime' }, request: { method: 'POST', url: 'Patient' } },
			],
		},
	});
	assert.deepEqual(answer.entry.map((one) => one.response.status), ['201 Created', '400 Bad Request']);
});

// fetch unpacks by itself; this does not.
const raw = (path, headers) => new Promise((done, failed) => {
	const { hostname, port } = new URL(server.origin);
	request({ hostname, port, path: `/fhir${path}`, headers: { 'X-Limen-Actor': ACTOR, ...headers } }, (response) => {
		const pieces = [];
		response.on('data', (piece) => pieces.push(piece));
		response.on('end', () => done({ headers: response.headers, bytes: Buffer.concat(pieces) }));
	}).on('error', failed).end();
});

test('answers come packed where that is asked for and pays', async () => {
	const plain = await raw('/metadata', {});
	assert.equal(plain.headers['content-encoding'], undefined);
	assert.equal(plain.headers.vary, 'Accept-Encoding');
	const packed = await raw('/metadata', { 'Accept-Encoding': 'br, gzip;q=0.8' });
	assert.equal(packed.headers['content-encoding'], 'gzip');
	assert.ok(packed.bytes.length * 5 < plain.bytes.length);
	assert.equal(JSON.parse(gunzipSync(packed.bytes)).resourceType, 'CapabilityStatement');
	const deflated = await raw('/metadata', { 'Accept-Encoding': 'deflate, gzip;q=0' });
	assert.equal(deflated.headers['content-encoding'], 'deflate');
	assert.equal(JSON.parse(inflateSync(deflated.bytes)).resourceType, 'CapabilityStatement');
	const small = await raw('/Patient/nobody', { 'Accept-Encoding': 'gzip' });
	assert.equal(small.headers['content-encoding'], undefined);
});

test('bodies may come packed, and are measured unpacked', async () => {
	const body = JSON.stringify({ ...numbered('z1'), id: 'z1' });
	for (const [coding, pack] of [['gzip', gzipSync], ['deflate', deflateSync]]) {
		const answer = await ask(server, '/Patient/z1', { method: 'PUT', body: pack(body), headers: { 'Content-Encoding': coding } });
		assert.ok(answer.ok, coding);
	}
	const cut = await ask(server, '/Patient/z1', { method: 'PUT', body: gzipSync(body).subarray(0, -10), headers: { 'Content-Encoding': 'gzip' } });
	assert.equal(cut.status, 400);
	const bomb = gzipSync(Buffer.alloc(80 << 20, 0x20), { level: 9 });
	assert.ok(bomb.length < 1 << 20);
	const refused = await ask(server, '/Patient/z1', { method: 'PUT', body: bomb, headers: { 'Content-Encoding': 'gzip' } });
	assert.equal(refused.status, 413);
});
