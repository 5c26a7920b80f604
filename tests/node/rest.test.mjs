// The API over a socket, asked by fhir-kit-client: a client that is not ours.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
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

const person = (family) => ({ resourceType: 'Patient', active: true, name: [{ family, given: ['Ejnar'] }], birthDate: '1947-01-12' });
const refused = async (status, promise) => {
	const failure = await promise.then(() => assert.fail('was not refused'), (error) => error);
	assert.equal(failure.response.status, status);
	assert.equal(failure.response.data.resourceType, 'OperationOutcome');
	assert.ok(failure.response.data.issue[0].details.text.length > 5);
	return failure.response.data;
};

test('the capability statement', async () => {
	const statement = await client.capabilityStatement();
	assert.equal(statement.fhirVersion, '4.0.1');
	assert.ok(statement.rest[0].resource.length > 140);
});

test('create, read, update, vread, history, delete', async () => {
	const made = await client.create({ resourceType: 'Patient', body: person('Prøvesen') });
	assert.equal(made.meta.versionId, '1');
	const read = await client.read({ resourceType: 'Patient', id: made.id });
	assert.deepEqual(read, made);
	const { response } = Client.httpFor(read);
	assert.equal(response.headers.get('etag'), 'W/"1"');
	const changed = await client.update({ resourceType: 'Patient', id: made.id, body: { ...read, gender: 'male' } });
	assert.equal(changed.meta.versionId, '2');
	const first = await client.vread({ resourceType: 'Patient', id: made.id, version: '1' });
	assert.equal(first.gender, undefined);
	const history = await client.history({ resourceType: 'Patient', id: made.id });
	assert.equal(history.total, 2);
	await client.delete({ resourceType: 'Patient', id: made.id });
	await refused(410, client.read({ resourceType: 'Patient', id: made.id }));
});

test('a stale save is refused', async () => {
	const made = await client.create({ resourceType: 'Patient', body: person('Forældet') });
	const save = (gender) => client.update({
		resourceType: 'Patient', id: made.id, body: { ...made, gender }, options: { headers: { 'If-Match': 'W/"1"' } },
	});
	await save('male');
	await refused(412, save('female'));
});

test('search, page after page', async () => {
	for (const n of [1, 2, 3, 4, 5]) await client.create({ resourceType: 'Patient', body: person(`Sidesen${n}`) });
	let bundle = await client.search({ resourceType: 'Patient', searchParams: { family: 'sidesen', _count: 2, _sort: 'family' } });
	const found = [];
	while (bundle) {
		assert.ok(bundle.entry.length <= 2);
		found.push(...bundle.entry.map((entry) => entry.resource.name[0].family));
		bundle = await client.nextPage({ bundle });
	}
	assert.deepEqual(found, ['Sidesen1', 'Sidesen2', 'Sidesen3', 'Sidesen4', 'Sidesen5']);
});

test('a transaction', async () => {
	const answer = await client.transaction({
		body: {
			resourceType: 'Bundle', type: 'transaction', entry: [
				{ fullUrl: 'urn:uuid:0b5c3c1e-0000-4000-8000-000000000001', resource: person('Samlet'), request: { method: 'POST', url: 'Patient' } },
				{
					resource: { resourceType: 'Observation', status: 'final', code: { text: 'PSA' }, subject: { reference: 'urn:uuid:0b5c3c1e-0000-4000-8000-000000000001' } },
					request: { method: 'POST', url: 'Observation' },
				},
			],
		},
	});
	const [patient, observation] = answer.entry.map((entry) => entry.resource);
	assert.equal(observation.subject.reference, `Patient/${patient.id}`);
});

test('errors are OperationOutcomes', async () => {
	await refused(404, client.read({ resourceType: 'Patient', id: 'nobody' }));
	const wrong = await refused(400, client.create({ resourceType: 'Patient', body: { resourceType: 'Patient', birthDate: 'yesterday' } }));
	assert.deepEqual(wrong.issue[0].expression, ['Patient.birthDate']);
	const strict = { headers: { Prefer: 'handling=strict' } };
	await refused(400, client.search({ resourceType: 'Patient', searchParams: { shoesize: '43' }, options: strict }));
	const told = await client.search({ resourceType: 'Patient', searchParams: { shoesize: '43' } });
	const [outcome] = told.entry.filter((entry) => entry.search.mode === 'outcome');
	assert.match(outcome.resource.issue[0].details.text, /shoesize/);
});

test('bad JSON is named with line and column', async () => {
	const response = await ask(server, '/Patient', { method: 'POST', body: '{\n "resourceType": "Patient",\n "active": maybe }' });
	assert.equal(response.status, 400);
	assert.match((await response.json()).issue[0].diagnostics, /^3:\d+$/);
});

test('methods, media, HEAD', async () => {
	const none = await ask(server, '/Patient/x', { method: 'POST', body: '{}' });
	assert.equal(none.status, 405);
	assert.equal(none.headers.get('allow'), 'GET, HEAD, PUT, PATCH, DELETE');
	const options = await ask(server, '/Patient/x', { method: 'OPTIONS' });
	assert.equal(options.status, 204);
	assert.equal(options.headers.get('allow'), 'GET, HEAD, PUT, PATCH, DELETE');
	assert.equal((await ask(server, '/Patient', { method: 'POST', body: '<Patient/>', headers: { 'Content-Type': 'application/fhir+xml' } })).status, 415);
	assert.equal((await ask(server, '/Patient', { headers: { Accept: 'text/csv' } })).status, 406);
	const head = await ask(server, '/metadata', { method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.ok(Number(head.headers.get('content-length')) > 1000);
	assert.equal(await head.text(), '');
});

const raw = (headers, path = '/fhir/metadata') => new Promise((done, failed) => {
	const { hostname, port } = new URL(server.origin);
	request({ hostname, port, path, headers }, (response) => { response.resume(); done(response.statusCode); }).on('error', failed).end();
});

test('another Host is refused', async () => {
	assert.equal(await raw({ Host: 'limen.evil.example' }), 403);
	assert.equal(await raw({ Host: 'localhost:80' }), 200);
});

test('a body that is too large is refused before it is sent', async () => {
	const { hostname, port } = new URL(server.origin);
	const answer = await new Promise((done, failed) => {
		const socket = connect(Number(port), hostname, () => {
			socket.write(`POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nX-Limen-Actor: ${ACTOR}\r\n`
				+ 'Content-Type: application/fhir+json\r\nContent-Length: 999999999\r\n\r\n{');
		});
		socket.on('data', (bytes) => { done(String(bytes)); socket.destroy(); });
		socket.on('error', failed);
	});
	assert.match(answer, /^HTTP\/1.1 413 /);
	assert.match(answer, /OperationOutcome/);
});

test('many at once', async () => {
	const all = await Promise.all(Array.from({ length: 100 }, (_, n) =>
		client.create({ resourceType: 'Patient', body: person(`Mængde${n}`) })));
	assert.equal(new Set(all.map((one) => one.id)).size, 100);
	const found = await client.search({ resourceType: 'Patient', searchParams: { family: 'mængde', _count: 200 } });
	assert.equal(found.entry.length, 100);
});

// Reads a stream of events until `enough` of them.
async function events(response, enough) {
	const found = [];
	let text = '';
	for await (const bytes of response.body) {
		text += Buffer.from(bytes).toString();
		for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
			const lines = Object.fromEntries(text.slice(0, end).split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
			if (lines.data) found.push({ at: Number(lines.id), event: lines.event, change: JSON.parse(lines.data) });
		}
		if (found.length >= enough) return found;
	}
	return found;
}

test('the feed tells what is committed, while it listens', async () => {
	const stop = new AbortController();
	const response = await fetch(`${server.base}/$feed?actor=${ACTOR}`, { signal: stop.signal });
	assert.match(response.headers.get('content-type'), /^text\/event-stream/);
	const heard = events(response, 2);
	const made = await client.create({ resourceType: 'Patient', body: person('Hørt') });
	await client.delete({ resourceType: 'Patient', id: made.id });
	const [first, second] = await heard;
	stop.abort();
	assert.deepEqual([first.event, first.change.type, first.change.id, first.change.method], ['change', 'Patient', made.id, 'create']);
	assert.ok(first.at > 0 && second.at > first.at);
	assert.equal(second.change.method, 'delete');
	const again = await fetch(`${server.base}/$feed?after=0&actor=${ACTOR}`, { headers: { 'Last-Event-ID': String(first.at) } });
	const [next] = await events(again, 1);
	assert.equal(next.change.method, 'delete', 'a client that comes back goes on where it was');
});

test('several listen at once, and all hear', async () => {
	const stop = new AbortController();
	const open = await Promise.all(Array.from({ length: 20 }, () => fetch(`${server.base}/$feed?actor=${ACTOR}`, { signal: stop.signal })));
	const heard = open.map((response) => events(response, 1));
	await client.create({ resourceType: 'Patient', body: person('Alle') });
	for (const one of await Promise.all(heard)) assert.equal(one[0].change.type, 'Patient');
	stop.abort();
});
