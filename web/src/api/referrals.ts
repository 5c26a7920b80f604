// referrals.ts: a referral, and the patient if new, as one transaction: all or none.
import { today } from '../base/clock.ts';
import { say } from '../base/texts.ts';
import { CPR_SYSTEM, type Patient, type Resource, type ServiceRequest } from './fhir.ts';
import { post } from './client.ts';
import { keepPatients, readCpr, transaction } from './people.ts';

export type NewPatient = {
	cpr: string;
	noCpr: boolean;
	given: string;
	family: string;
	phone: string;
	birth: string;
	gender: string;
};
export const NEW_PATIENT: NewPatient = {
	cpr: '',
	noCpr: false,
	given: '',
	family: '',
	phone: '',
	birth: '',
	gender: '',
};

// Century by the seventh digit (CPR-kontoret, "Personnummeret i CPR"). Test numbers have 60 added to the day.
function centuryOf(year: number, seventh: number): number {
	if (seventh <= 3) return 1900;
	if (seventh === 4 || seventh === 9) return year <= 36 ? 2000 : 1900;
	return year <= 57 ? 2000 : 1800;
}

export type Born = { birth: string; gender: 'male' | 'female' };

// What the number says: born, and sex by the last digit. Null where it is no day at all. Modulus 11 is not asked.
export function bornBy(cpr: string): Born | null {
	const read = readCpr(cpr);
	if (!read || 'partial' in read) return null;
	const [day, month, year] = [0, 2, 4].map((at) => Number(read.cpr.slice(at, at + 2))) as [number, number, number];
	const full = centuryOf(year, Number(read.cpr[6])) + year;
	const birth = `${full}-${String(month).padStart(2, '0')}-${String(day > 60 ? day - 60 : day).padStart(2, '0')}`;
	const real = new Date(`${birth}T00:00:00Z`);
	if (Number.isNaN(real.getTime()) || real.toISOString().slice(0, 10) !== birth || birth > today()) return null;
	return { birth, gender: Number(read.cpr[9]) % 2 === 1 ? 'male' : 'female' };
}

export function newPatientWrong(fresh: NewPatient): Record<string, string> {
	const wrong: Record<string, string> = {};
	if (!fresh.noCpr && !fresh.cpr.trim()) wrong.cpr = say('form.missing');
	else if (!fresh.noCpr && !bornBy(fresh.cpr)) wrong.cpr = say('referral.cprWrong');
	if (!fresh.family.trim()) wrong.family = say('form.missing');
	return wrong;
}

function patientFrom(fresh: NewPatient): Patient {
	const read = fresh.noCpr ? null : readCpr(fresh.cpr);
	const cpr = read && 'cpr' in read ? read.cpr : null;
	const born = cpr ? bornBy(cpr) : null;
	const birth = born?.birth ?? fresh.birth;
	const gender = born?.gender ?? fresh.gender;
	const given = fresh.given.trim().split(/\s+/).filter(Boolean);
	return {
		resourceType: 'Patient',
		...(cpr ? { identifier: [{ system: CPR_SYSTEM, value: cpr }] } : {}),
		name: [{ use: 'official', family: fresh.family.trim(), ...(given.length ? { given } : {}) }],
		...(fresh.phone.trim() ? { telecom: [{ system: 'phone', value: fresh.phone.trim() }] } : {}),
		...(gender ? { gender } : {}),
		...(birth ? { birthDate: birth } : {}),
	};
}

export async function savePatient(fresh: NewPatient): Promise<Patient> {
	const { body } = await post<Patient>('Patient', patientFrom(fresh));
	keepPatients([body]);
	return body;
}

export type NewReferral = {
	patient: Patient | null;
	fresh: NewPatient | null;
	received: string;
	reason: string;
	from: string;
	note: string;
};

// A ServiceRequest is a referral by its category (content/dk/pathway.yaml); its class is the doctor's to say.
function serviceRequest(referral: NewReferral, subject: string): ServiceRequest & { intent: string } {
	return {
		resourceType: 'ServiceRequest',
		status: 'active',
		intent: 'order',
		category: [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005', display: 'Patient referral' }] }],
		subject: { reference: subject },
		authoredOn: referral.received,
		...(referral.from.trim() ? { requester: { display: referral.from.trim() } } : {}),
		reasonCode: [{ text: referral.reason.trim() }],
		...(referral.note.trim() ? { note: [{ text: referral.note.trim() }] } : {}),
	};
}

// The id of the patient it is about.
export async function saveReferral(referral: NewReferral): Promise<string | null> {
	const fresh = referral.patient ? null : referral.fresh;
	const temporary = `urn:uuid:${crypto.randomUUID()}`;
	const subject = referral.patient ? `Patient/${referral.patient.id}` : temporary;
	const list: { fullUrl: string; resource: Resource }[] = fresh
		? [{ fullUrl: temporary, resource: patientFrom(fresh) }]
		: [];
	list.push({ fullUrl: `urn:uuid:${crypto.randomUUID()}`, resource: serviceRequest(referral, subject) });
	const answers = await transaction(list);
	if (referral.patient) return referral.patient.id ?? null;
	return /Patient\/([^/]+)/.exec(answers[0]?.response?.location ?? '')?.[1] ?? null;
}
