// record.ts: what else is known of a patient: contacts, letters and calls, wishes, language, coordinator, questions and their answers.
import { now, today } from '../base/clock.ts';
import { say } from '../base/texts.ts';
import { actor, get, put, search } from './client.ts';
import {
	extensionOf,
	nameOf,
	resourcesOf,
	type Appointment,
	type CodeableConcept,
	type Communication,
	type Extension,
	type HumanName,
	type Patient,
	type Period,
	type Resource,
	type Task,
} from './fhir.ts';
import { keepPatients } from './people.ts';

export type ContactLine = { at: string; what: string; place: string; state: string };
type Encounter = Resource & {
	resourceType: 'Encounter';
	status: string;
	type?: CodeableConcept[];
	serviceType?: CodeableConcept;
	class?: { display?: string; code?: string };
	period?: Period;
	location?: { location?: { display?: string } }[];
	serviceProvider?: { display?: string };
};

function encounterLine(one: Encounter): ContactLine {
	const type = one.type?.[0] ?? one.serviceType;
	return {
		at: one.period?.start ?? '',
		what: type?.text ?? type?.coding?.[0]?.display ?? one.class?.display ?? one.class?.code ?? '',
		place: one.location?.[0]?.location?.display ?? one.serviceProvider?.display ?? '',
		state: one.status,
	};
}

function appointmentLine(one: Appointment): ContactLine {
	const names = (one.participant ?? []).map((who) => who.actor).filter((who) => !who?.reference?.startsWith('Patient/'));
	return {
		at: one.start ?? '',
		what: one.description ?? '',
		place: names
			.map((who) => who?.display ?? '')
			.filter(Boolean)
			.join(' · '),
		state: one.status,
	};
}

// Visits and times, the latest first; what lies ahead stands in a list of its own.
export async function contactsOf(patient: string): Promise<ContactLine[]> {
	const who = `Patient/${patient}`;
	const [encounters, appointments] = await Promise.all([
		search('Encounter', { subject: who, _sort: '-date', _count: '30' }),
		search('Appointment', { patient: who, _sort: '-date', _count: '30' }),
	]);
	const shown = (line: ContactLine) => line.at && line.state !== 'entered-in-error' && Date.parse(line.at) < now();
	return [
		...resourcesOf<Encounter>(encounters, 'Encounter').map(encounterLine),
		...resourcesOf<Appointment>(appointments, 'Appointment').map(appointmentLine),
	]
		.filter(shown)
		.sort((a, b) => b.at.localeCompare(a.at));
}

export type Letter = { id: string; at: string; kind: string; way: string; received: string; words: string; status: string };

// Letters and messages; calls have a list of their own.
export async function lettersOf(patient: string): Promise<Letter[]> {
	const found = await search('Communication', { subject: `Patient/${patient}`, _sort: '-sent', _count: '50' });
	const isCall = (one: Communication) => one.category?.some((some) => some.coding?.some((coding) => coding.code === 'call'));
	return resourcesOf<Communication>(found, 'Communication')
		.filter((one) => !isCall(one) && one.status !== 'entered-in-error')
		.map((one) => ({
			id: one.id ?? '',
			at: one.sent ?? '',
			kind: one.category?.[0]?.coding?.[0]?.code ?? '',
			way: one.medium?.[0]?.coding?.[0]?.code ?? '',
			received: one.received ?? '',
			words: one.topic?.text ?? one.payload?.[0]?.contentString ?? '',
			status: one.status,
		}));
}

export type Relative = { name: string; relation: string; phone: string };
type RelatedPerson = Resource & {
	resourceType: 'RelatedPerson';
	active?: boolean;
	name?: HumanName[];
	relationship?: CodeableConcept[];
	telecom?: { system?: string; value?: string }[];
};

const wordOf = (concept: CodeableConcept | undefined) => concept?.text ?? concept?.coding?.[0]?.display ?? '';
const phoneOf = (list: { system?: string; value?: string }[] | undefined) =>
	list?.find((one) => one.system === 'phone')?.value ?? '';

export async function relativesOf(patient: Patient): Promise<Relative[]> {
	const found = await search('RelatedPerson', { patient: `Patient/${patient.id}`, _count: '20' });
	const own = (patient.contact ?? []).map((one) => ({
		name: one.name ? nameOf([one.name]) : '',
		relation: wordOf(one.relationship?.[0]),
		phone: phoneOf(one.telecom),
	}));
	const related = resourcesOf<RelatedPerson>(found, 'RelatedPerson')
		.filter((one) => one.active !== false)
		.map((one) => ({
			name: nameOf(one.name),
			relation: wordOf(one.relationship?.[0]),
			phone: phoneOf(one.telecom),
		}));
	return [...own, ...related];
}

export type Wish = { text: string; since: string; by: string; place: number };
const WISH = 'urn:limen:patient-wish';
const COORDINATOR = 'urn:limen:coordinator';

export function wishesOf(patient: Patient): Wish[] {
	return (patient.extension ?? []).flatMap((one, place) => {
		if (one.url !== WISH) return [];
		const inner = (url: string) => one.extension?.find((some) => some.url === url);
		return [
			{
				text: inner('text')?.valueString ?? '',
				since: inner('since')?.valueDate ?? '',
				by: inner('by')?.valueReference?.reference ?? '',
				place,
			},
		];
	});
}

export function coordinatorOf(patient: Patient): string {
	return extensionOf(patient, COORDINATOR)?.valueReference?.reference ?? '';
}

export function tongueOf(patient: Patient): string {
	const one = patient.communication?.find((some) => some.preferred)?.language;
	return wordOf(one);
}

// Read again, changed, and saved against that very version: what others wrote meanwhile is not lost.
async function change(id: string, edit: (patient: Patient) => Patient): Promise<Patient> {
	const fresh = await get<Patient>(`Patient/${encodeURIComponent(id)}`);
	const { body } = await put<Patient>(`Patient/${encodeURIComponent(id)}`, edit(fresh), `W/"${fresh.meta?.versionId}"`);
	keepPatients([body]);
	return body;
}

function withExtension(patient: Patient, list: Extension[]): Patient {
	const { extension: _old, ...rest } = patient;
	return list.length > 0 ? { ...rest, extension: list } : rest;
}

export function addWish(id: string, text: string): Promise<Patient> {
	const wish: Extension = {
		url: WISH,
		extension: [
			{ url: 'text', valueString: text.trim() },
			{ url: 'since', valueDate: today() },
			{ url: 'by', valueReference: { reference: actor.get() } },
		],
	};
	return change(id, (patient) => withExtension(patient, [...(patient.extension ?? []), wish]));
}

export function dropWish(id: string, wish: Wish): Promise<Patient> {
	const is = (one: Extension) =>
		one.url === WISH && one.extension?.some((some) => some.url === 'text' && some.valueString === wish.text);
	return change(id, (patient) => withExtension(patient, (patient.extension ?? []).filter((one) => !is(one))));
}

export function setCoordinator(id: string, reference: string): Promise<Patient> {
	return change(id, (patient) => {
		const others = (patient.extension ?? []).filter((one) => one.url !== COORDINATOR);
		const mine: Extension[] = reference ? [{ url: COORDINATOR, valueReference: { reference } }] : [];
		return withExtension(patient, [...others, ...mine]);
	});
}

// The language the patient wants to be spoken to in; empty: no interpreter.
export function setTongue(id: string, words: string): Promise<Patient> {
	return change(id, (patient) => {
		const { communication: before, ...rest } = patient;
		const others = (before ?? []).filter((one) => !one.preferred);
		const list = words.trim() ? [...others, { language: { text: words.trim() }, preferred: true }] : others;
		return list.length > 0 ? { ...rest, communication: list } : rest;
	});
}

export type Question = { id: string; asked: string; by: string; at: string; answer: string; answeredBy: string; open: boolean };
export const QUESTION = 'spoergsmaal-til-laege';

export async function questionsOf(patient: string): Promise<Question[]> {
	const found = await search('Task', { patient: `Patient/${patient}`, kind: QUESTION, _count: '30' });
	return resourcesOf<Task>(found, 'Task')
		.filter((one) => one.status !== 'entered-in-error' && one.status !== 'cancelled')
		.map(questionOf)
		.sort((a, b) => b.at.localeCompare(a.at));
}

export function questionOf(one: Task): Question {
	const answer = one.output?.find((some) => some.valueString !== undefined);
	return {
		id: one.id ?? '',
		asked: extensionOf(one, 'urn:limen:note')?.valueString ?? one.description ?? say('question.noWords'),
		by: one.requester?.reference ?? '',
		at: one.authoredOn ?? '',
		answer: answer?.valueString ?? '',
		answeredBy: one.status === 'completed' ? (one.owner?.reference ?? '') : '',
		open: one.status !== 'completed',
	};
}
