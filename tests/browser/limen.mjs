// limen.mjs: the real program on a free port with a database of its own, and the few calls the tests make beside the browser.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BINARY = process.env.LIMEN ?? fileURLToPath(new URL('../../build/release/limen', import.meta.url));
const START_MS = 30_000;

export function binaryMissing() {
	return existsSync(BINARY) ? '' : `${BINARY} is not built`;
}

function addressOf(child) {
	return new Promise((resolve, reject) => {
		let said = '';
		const timer = setTimeout(() => reject(new Error(`limen did not start: ${said}`)), START_MS);
		const heard = (chunk) => {
			said += chunk;
			const address = /http:\/\/[\w.:[\]]+:\d+/.exec(said)?.[0];
			if (!address) return;
			clearTimeout(timer);
			resolve(address);
		};
		child.stdout.on('data', heard);
		child.stderr.on('data', heard);
		child.on('exit', (code) => reject(new Error(`limen ended with ${code}: ${said}`)));
	});
}

// With a database of its own, thrown away when it stops; or with the one given.
export async function startLimen(db) {
	const folder = mkdtempSync(join(tmpdir(), 'limen-browser-'));
	const child = spawn(BINARY, ['serve', '--db', db ?? join(folder, 'limen.db'), '--port', '0'], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const address = await addressOf(child);
	let stopping = false;
	let last = '';
	child.stderr.on('data', (chunk) => (last = (last + chunk).slice(-2000)));
	child.on(
		'exit',
		(code, signal) => stopping || console.error(`limen ended in the middle of it (${signal ?? code}): ${last}`),
	);
	const stop = () =>
		new Promise((resolve) => {
			stopping = true;
			if (child.exitCode !== null || child.signalCode !== null) return resolve();
			child.once('exit', () => {
				rmSync(folder, { recursive: true, force: true });
				resolve();
			});
			return child.kill('SIGTERM');
		});
	return { address, child, stop };
}

export function caller(address, actor) {
	return async (path, body, method) => {
		const response = await fetch(`${address}/fhir/${path}`.replace(/\/$/, ''), {
			method: method ?? (body ? 'POST' : 'GET'),
			headers: { 'Content-Type': 'application/fhir+json', 'X-Limen-Actor': actor },
			...(body ? { body: JSON.stringify(body) } : {}),
		});
		const answer = await response.json();
		if (!response.ok) throw new Error(`${method ?? 'call'} ${path}: ${response.status} ${JSON.stringify(answer)}`);
		return answer;
	};
}

export const entry = (resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } });
const ableTo = (code) => ({ code: { coding: [{ system: 'urn:limen:competence', code }] } });
const competences = {
	secretary: ['visitation-1', 'booking-2', 'registrering-1', 'rettigheder-1', 'telefon-1', 'sag-1', 'forloeb-1', 'notat-1', 'dokument-1', 'personale-1', 'drift-1'],
	doctor: ['visiterende-laege', 'rettigheder-1'],
};
export const role = (id, name, code, able = competences[code]) => [
	{ resourceType: 'Practitioner', id: `p-${id}`, name: [{ text: name }], qualification: able.map(ableTo) },
	{
		resourceType: 'PractitionerRole',
		id,
		active: true,
		practitioner: { reference: `Practitioner/p-${id}`, display: name },
		organization: { reference: 'Organization/uro' },
		code: [{ coding: [{ system: 'urn:limen:role', code }] }],
	},
];

// Invented people: 60 is added to the day of birth, so that the numbers can be nobody's.
export const patient = (id, given, family, cpr, gender, birthDate) => ({
	resourceType: 'Patient',
	id,
	identifier: [{ system: 'urn:oid:1.2.208.176.1.2', value: cpr }],
	name: [{ use: 'official', family, given: [given] }],
	gender,
	birthDate,
	telecom: [{ system: 'phone', value: '00 00 00 00' }],
});

export async function seedStaff(call) {
	const staff = [
		{ resourceType: 'Organization', id: 'uro', active: true, name: 'Urinvejskirurgisk Afdeling' },
		...role('sek-a', 'Sekretær A', 'secretary'),
		...role('sek-c', 'Sekretær C', 'secretary'),
		...role('dr-b', 'Dr. B', 'doctor'),
	];
	const patients = [
		patient('karla', 'Karla', 'Testesen', '6103520002', 'female', '1952-03-01'),
		patient('ejnar', 'Ejnar', 'Prøvesen', '7201470001', 'male', '1947-01-12'),
		patient('nadia', 'Nadia', 'Fiktiv', '6507880004', 'female', '1988-07-05'),
	];
	await call('', { resourceType: 'Bundle', type: 'transaction', entry: [...staff, ...patients].map(entry) });
}

export function daysAgo(count) {
	return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Copenhagen' }).format(Date.now() - count * 86_400_000);
}

export function referral(patientId, received, reason) {
	return {
		resourceType: 'ServiceRequest',
		status: 'active',
		intent: 'order',
		subject: { reference: `Patient/${patientId}` },
		authoredOn: received,
		category: [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] }],
		requester: { display: 'Lægerne i Prøveby' },
		performer: [{ reference: 'Organization/uro' }],
		reasonCode: [{ text: reason }],
	};
}
