// people.ts: who works here, and which patients there are.
import { today } from '../base/clock.ts';
import { ask, get, search, searchHidden } from './client.ts';
import {
	CPR_SYSTEM,
	codeOf,
	idOf,
	nameOf,
	resourcesOf,
	type Bundle,
	type Entry,
	type Patient,
	type Practitioner,
	type Resource,
	type Role,
} from './fhir.ts';

export const ROLE_CODES = ['secretary', 'doctor', 'nurse', 'leader'] as const;
export type RoleCode = (typeof ROLE_CODES)[number] | '';
export type Worker = { reference: string; name: string; code: RoleCode; place: string; organization: string };
export const ROLE_SYSTEM = 'urn:limen:role';

function roleCode(role: Role): RoleCode {
	const codes = (role.code ?? []).map((concept) => codeOf(concept, ROLE_SYSTEM));
	return ROLE_CODES.find((one) => codes.includes(one)) ?? '';
}

function workerOf(role: Role, people: Map<string, Practitioner>): Worker {
	const person = people.get(idOf(role.practitioner, 'Practitioner') ?? '');
	const code = role.code?.[0];
	const title = code?.text ?? code?.coding?.[0]?.display ?? '';
	const name = nameOf(person?.name) || role.practitioner?.display || title || role.id || '';
	return {
		reference: `PractitionerRole/${role.id}`,
		name,
		code: roleCode(role),
		place: role.organization?.display ?? '',
		organization: role.organization?.reference ?? '',
	};
}

export async function workers(): Promise<Worker[]> {
	const [roles, people] = await Promise.all([
		search('PractitionerRole', { _count: '200' }),
		search('Practitioner', { _count: '200' }),
	]);
	const byId = new Map(resourcesOf<Practitioner>(people, 'Practitioner').map((one) => [one.id ?? '', one]));
	return resourcesOf<Role>(roles, 'PractitionerRole')
		.filter((role) => role.active !== false)
		.map((role) => workerOf(role, byId))
		.sort((a, b) => b.code.localeCompare(a.code) || a.name.localeCompare(b.name, 'da'));
}

const kept = new Map<string, Patient>();

export function keepPatients(list: Patient[]): void {
	for (const patient of list) if (patient.id) kept.set(patient.id, patient);
}

export function keptPatient(id: string | null): Patient | undefined {
	return id ? kept.get(id) : undefined;
}

export async function patient(id: string): Promise<Patient> {
	const read = await get<Patient>(`Patient/${encodeURIComponent(id)}`);
	keepPatients([read]);
	return read;
}

const BATCH = 50; // ids in one question: a URL has its length

export async function learnPatients(ids: (string | null)[]): Promise<void> {
	const missing = [...new Set(ids)].filter((id): id is string => id !== null && !kept.has(id));
	for (let at = 0; at < missing.length; at += BATCH) {
		const some = missing.slice(at, at + BATCH);
		const found = await search('Patient', { _id: some.join(','), _count: String(BATCH) });
		keepPatients(resourcesOf<Patient>(found, 'Patient'));
	}
}

export type CprRead = { cpr: string } | { partial: true } | null;

// Ten digits, with or without a hyphen or space after the sixth. The modulus-11 check is never enforced (DOMAIN.md §0.3).
export function readCpr(typed: string): CprRead {
	const digits = typed.replace(/[\s-]/g, '');
	if (!/^\d+$/.test(digits)) return null;
	return digits.length === 10 ? { cpr: digits } : { partial: true };
}

// Six digits are a day of birth as it stands in a CPR number, eight a telephone number: what a caller says first.
// Each word is the beginning of a name.
function questionOf(typed: string): [string, string][] | null {
	const number = readCpr(typed);
	if (!number) return typed.trim().split(/[\s,]+/).filter(Boolean).map((word) => ['name', word]);
	if ('cpr' in number) return [['identifier', `${CPR_SYSTEM}|${number.cpr}`]];
	const digits = typed.replace(/\D/g, '');
	if (digits.length === 8) return [['phone', [digits, digits.replace(/(..)(?=.)/g, '$1 '), `+45${digits}`].join(',')]];
	if (digits.length !== 6) return null;
	const day = Number(digits.slice(0, 2));
	const rest = `${digits.slice(4)}-${digits.slice(2, 4)}-${String(day > 60 ? day - 60 : day).padStart(2, '0')}`;
	const years = digits.slice(4) <= today().slice(2, 4) ? ['19', '20'] : ['19']; // "010126": either century
	return [['birthdate', years.map((century) => century + rest).join(',')]];
}

export async function findPatients(typed: string): Promise<Patient[]> {
	const query = questionOf(typed);
	if (!query) return [];
	const bundle = await searchHidden('Patient', [...query, ['_count', '12']]);
	const found = resourcesOf<Patient>(bundle, 'Patient');
	keepPatients(found);
	return found;
}

export async function transaction(resources: { fullUrl: string; resource: Resource }[]): Promise<Entry[]> {
	const bundle = {
		resourceType: 'Bundle',
		type: 'transaction',
		entry: resources.map((one) => ({ ...one, request: { method: 'POST', url: one.resource.resourceType } })),
	};
	const { body } = await ask<Bundle>('/fhir', { method: 'POST', body: bundle });
	return body.entry ?? [];
}

// What an organization is called; its id where it is not here.
const organizations = new Map<string, Promise<string>>();

export function organizationName(reference: string): Promise<string> {
	const known = organizations.get(reference);
	if (known) return known;
	const id = reference.replace(/^Organization\//, '');
	const asked = get<Resource & { name?: string }>(`Organization/${encodeURIComponent(id)}`)
		.then((one) => one.name ?? id)
		.catch(() => id);
	organizations.set(reference, asked);
	return asked;
}
