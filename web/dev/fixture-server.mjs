// A development aid, not shipped: answers docs/api.md's shapes from fixture-data.mjs and serves web/dist, so that the pages can be
// built without the binary. `node dev/fixture-server.mjs [port]`. It checks next to nothing and keeps nothing.
import { createServer } from 'node:http';
import { readFileSync, existsSync } from 'node:fs';
import { KINDS, clocks, feed, listen, pathways, raise, refer, resources, save, seed, steps } from './fixture-data.mjs';

const DIST = new URL('../dist/', import.meta.url);
const TYPES = {
	html: 'text/html; charset=utf-8',
	js: 'text/javascript',
	css: 'text/css',
	svg: 'image/svg+xml',
	woff2: 'font/woff2',
};
const part = (name, value, key = 'valueString') => (value === undefined ? [] : [{ name, [key]: value }]);
const parameters = (list) => ({ resourceType: 'Parameters', parameter: list });
const bundle = (list, type = 'searchset') => ({
	resourceType: 'Bundle',
	type,
	total: list.length,
	entry: list.map((resource) => ({ resource })),
});
const list = (type) => [...resources.values()].filter((one) => one.resourceType === type);
class Refused extends Error {
	constructor(status, text, place) {
		super(text);
		this.status = status;
		this.body = {
			resourceType: 'OperationOutcome',
			issue: [
				{ severity: 'error', code: 'invalid', details: { text }, ...(place ? { expression: [place] } : {}) },
			],
		};
	}
}

function kindOf(id, language) {
	const k = KINDS[id];
	const types = { code: 'choice', datetime: 'dateTime' };
	const item = ([name, text, type, required, options]) => ({
		linkId: name,
		text,
		type: types[type] ?? type,
		required,
		...(options ? { answerOption: options.map(([code, display]) => ({ valueCoding: { code, display } })) } : {}),
	});
	return {
		resourceType: 'ActivityDefinition',
		id,
		title: k[language],
		description: k.guide,
		contained: [{ resourceType: 'Questionnaire', id: 'form', item: k.fields.map(item) }],
		extension: k.never.map((n) => ({ url: 'urn:limen:never', valueString: n })),
		participant: [{ type: 'practitioner', role: { coding: [{ system: 'urn:limen:role', code: k.role }] } }],
	};
}

function search(type, query) {
	const open = ['requested', 'in-progress'];
	const ext = (task, url) => task.extension.find((one) => one.url === url);
	const tests = {
		open: (one) => open.includes(one.status),
		owner: (one, v) => one.owner?.reference === v,
		role: (one, v) => one.performerType[0].coding[0].code === v,
		pathway: (one, v) => ext(one, 'urn:limen:pathway').valueReference.reference === v,
		_id: (one, v) => v.split(',').includes(one.id),
		name: (one, v) => JSON.stringify(one.name).toLowerCase().includes(v.toLowerCase()),
		identifier: (one, v) => one.identifier?.some((i) => i.value === v.split('|')[1]),
		patient: (one, v) => one.patient?.reference === v,
		subject: (one, v) => one.subject?.reference === v,
		status: (one, v) => one.status === v,
	};
	let found = list(type);
	for (const [name, value] of query) if (tests[name]) found = found.filter((one) => tests[name](one, value));
	if (type === 'Task')
		found.sort((a, b) =>
			ext(a, 'urn:limen:latest-start').valueInstant.localeCompare(ext(b, 'urn:limen:latest-start').valueInstant),
		);
	return bundle(found);
}

function explain(pathway, clock) {
	const all = clocks(pathway);
	const c = all.find((one) => one.id === clock) ?? all[0];
	const line = (date, say, effect) => ({
		name: 'line',
		part: [...part('date', date, 'valueDate'), ...part('say', say), ...part('effect', effect)],
	});
	return parameters([
		...part('headline', `${c.title} · senest ${c.due} · ${c.daysLeft} dage tilbage · ${c.stateWord}`),
		line(c.start, 'henvisning modtaget (dag 0)', 'starter uret'),
		...(c.stopped ? [line(c.stopped.slice(0, 10), 'skridtet er udført', 'standser uret')] : []),
		...part('arithmetic', `${c.start} + frist = ${c.due}`),
		...part('rule', `${c.source} · gældende regel`),
		...part('next', c.next),
	]);
}

function complete(id, body) {
	const task = resources.get(`Task/${id}`);
	if (!['requested', 'in-progress'].includes(task.status)) throw new Refused(409, 'Opgaven er ikke længere åben');
	const k = KINDS[task.code.coding[0].code];
	const answers = Object.fromEntries((body.parameter ?? []).map((one) => [one.name, one.valueString]));
	for (const [name, label, , required] of k.fields)
		if (required && !answers[name]) throw new Refused(422, `Feltet "${label}" skal udfyldes`, name);
	if (answers.note === 'fejl') throw new Refused(422, 'Bemærkningen må ikke være "fejl"', 'note');
	const pathway = pathways.get(task.extension[2].valueReference.reference.split('/')[1]);
	save({ ...task, status: 'completed' });
	pathway.done.push([new Date().toISOString(), 'PractitionerRole/sek-a']);
	pathway.stage += 1;
	pathway.changed = Date.now();
	raise(pathway);
	return parameters([]);
}

function transaction(body) {
	const given = new Map();
	const entry = (body.entry ?? []).map(({ fullUrl, resource }) => {
		const id = `n${feed.length + 1}`;
		given.set(fullUrl, id);
		if (resource.resourceType === 'ServiceRequest') {
			const subject = resource.subject.reference;
			const patient = given.get(subject) ?? subject.split('/')[1];
			refer(patient, Date.parse(resource.authoredOn), resource.reasonCode[0].text, 0, {
				...resource,
				id,
				subject: { reference: `Patient/${patient}` },
			});
		} else save({ ...resource, id });
		return { response: { status: '201', location: `${resource.resourceType}/${id}/_history/1` } };
	});
	return { resourceType: 'Bundle', type: 'transaction-response', entry };
}

function operation(type, id, name, query) {
	if (type === 'EpisodeOfCare' && id === '$open-ends')
		return parameters([
			{
				name: 'pathway',
				part: [
					...part('pathway', 'EpisodeOfCare/e17'),
					...part('patient', `Patient/${list('Patient')[5].id}`),
					...part('reason', 'Svar set af læge, ingen plan, ikke afsluttet'),
					...part('since', new Date(Date.now() - 9 * 864e5).toISOString(), 'valueInstant'),
				],
			},
		]);
	const pathway =
		type === 'Task'
			? pathways.get(resources.get(`Task/${id}`).extension[2].valueReference.reference.split('/')[1])
			: pathways.get(id);
	if (name === '$explain')
		return explain(pathway, query.get('clock') ?? resources.get(`Task/${id}`)?.reasonCode.coding[0].code);
	if (name === '$steps')
		return parameters(
			steps(pathway).map((s) => ({
				name: 'step',
				part: [
					...part('title', s.title),
					...part('place', s.place, 'valueCode'),
					...part('at', s.at, 'valueInstant'),
					...part('by', s.by),
				],
			})),
		);
	const kinds = {
		start: 'valueDate',
		due: 'valueDate',
		dueLate: 'valueDate',
		stopped: 'valueInstant',
		amber: 'valueInstant',
		daysLeft: 'valueInteger',
		provisional: 'valueBoolean',
		state: 'valueCode',
		status: 'valueCode',
		id: 'valueCode',
	};
	return parameters(
		clocks(pathway).map((c) => ({
			name: 'clock',
			part: Object.entries(c).flatMap(([k, v]) => part(k, v, kinds[k])),
		})),
	);
}

function answer(method, path, query, body, headers) {
	const language = headers['accept-language'] === 'en' ? 'en' : 'da';
	const [type, id, name] = path
		.replace(/^\/fhir\/?/, '')
		.split('/')
		.map(decodeURIComponent);
	if (method === 'POST' && id === '_search') return search(type, new URLSearchParams(body));
	if (method === 'POST' && !type) return transaction(body);
	if (method === 'POST' && name === '$complete') return complete(id, body);
	if (type === 'ActivityDefinition')
		return id ? kindOf(id, language) : bundle(Object.keys(KINDS).map((one) => kindOf(one, language)));
	if (name?.startsWith('$') || id?.startsWith('$')) return operation(type, id, name, query);
	if (method === 'PUT') {
		const current = resources.get(`${type}/${id}`);
		if (headers['if-match'] && headers['if-match'] !== `W/"${current.meta.versionId}"`)
			throw new Refused(412, 'Den er ændret imens');
		return save(body);
	}
	if (!id) return search(type, query);
	const found = resources.get(`${type}/${id}`);
	if (!found) throw new Refused(404, `${type}/${id} findes ikke`);
	return found;
}

function stream(request, response, after) {
	response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
	const send = (event) => response.write(`id: ${event.sequence}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`);
	response.write(': here\n\n');
	if (after !== null) feed.filter((event) => event.sequence > Number(after)).forEach(send);
	request.on('close', listen(send));
}

async function handle(request, response) {
	const url = new URL(request.url, 'http://fixture');
	if (!url.pathname.startsWith('/fhir')) {
		const file = new URL(`.${url.pathname === '/' ? '/index.html' : url.pathname}`, DIST);
		if (!existsSync(file)) return response.writeHead(404).end();
		return response
			.writeHead(200, { 'Content-Type': TYPES[file.pathname.split('.').pop()] })
			.end(readFileSync(file));
	}
	if (url.pathname === '/fhir/$feed') return stream(request, response, url.searchParams.get('after'));
	let text = '';
	for await (const chunk of request) text += chunk;
	try {
		const body = answer(
			request.method,
			url.pathname,
			url.searchParams,
			text.startsWith('{') ? JSON.parse(text) : text,
			request.headers,
		);
		response.writeHead(200, { 'Content-Type': 'application/fhir+json' }).end(JSON.stringify(body));
	} catch (error) {
		const body = error.body ?? {
			resourceType: 'OperationOutcome',
			issue: [{ severity: 'fatal', code: 'exception', details: { text: String(error.stack) } }],
		};
		response.writeHead(error.status ?? 500, { 'Content-Type': 'application/fhir+json' }).end(JSON.stringify(body));
	}
}

seed();
const port = Number(process.argv[2] ?? 8425);
createServer(handle).listen(port, '127.0.0.1', () => console.log(`fixture at http://127.0.0.1:${port}`));
