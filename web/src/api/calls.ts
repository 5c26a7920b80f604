// calls.ts: a call is a Communication of category call: who called, how it was made sure, about what, what came of it. One that asks to be
// called back stays in progress until somebody has reached them.
import { addDays, dayOf, localInstant, now, today } from '../base/clock.ts';
import { say, type Key } from '../base/texts.ts';
import { actor, get, post, put, search } from './client.ts';
import {
	codeOf,
	extensionOf,
	idOf,
	resourcesOf,
	type Appointment,
	type Communication,
	type Extension,
	type Patient,
	type Reference,
} from './fhir.ts';
import { keepPatients, learnPatients } from './people.ts';

const CATEGORY = 'urn:limen:communication';
const MEDIUM = 'urn:limen:medium';
const REASON = 'urn:limen:call-reason';

export const CALLERS = ['patient', 'relative', 'gp', 'ward', 'other'] as const;
export type Caller = (typeof CALLERS)[number];
export const IDENTITIES = ['cpr-and-address', 'cpr-only', 'known', 'not-checked'] as const;
export type Identity = (typeof IDENTITIES)[number];
export const OUTCOMES = ['answered', 'task', 'call-back', 'passed-on', 'emergency'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const REASONS = [
	'afbud',
	'flyt',
	'tid',
	'forberedelse',
	'svar',
	'ventetid',
	'medicin',
	'transport',
	'papirer',
	'forvaerring',
	'andet',
	'aflyst',
] as const;
export type Reason = (typeof REASONS)[number];
export const CARDS = ['svaer-samtale', 'selvmordstruet'] as const; // their reasons are chosen by the card, not in the box
export type Card = (typeof CARDS)[number];

// What most often comes of it: the key for the outcome need not be pressed then.
const USUAL: Partial<Record<Reason, Outcome>> = {
	svar: 'call-back',
	medicin: 'call-back',
	forvaerring: 'passed-on',
	papirer: 'task',
	aflyst: 'task',
};
export const usualOutcome = (reason: Reason): Outcome => USUAL[reason] ?? 'answered';

// What the caller needs raises its own kind of task (content/dk/tasks/henvendelser.yaml); `other`: one that is chosen by its name.
export const WANTS = [
	'laege',
	'raad',
	'praktisk',
	'overblik',
	'rettigheder',
	'aflyst-operation',
	'sorg',
	'selvbetjening',
	'ros',
	'uafklaret',
	'other',
] as const;
export type Want = (typeof WANTS)[number];
const USUALLY_WANTS: Partial<Record<Reason, Want>> = {
	afbud: 'praktisk',
	flyt: 'praktisk',
	tid: 'overblik',
	forberedelse: 'praktisk',
	svar: 'laege',
	ventetid: 'rettigheder',
	medicin: 'raad',
	transport: 'praktisk',
	papirer: 'other',
	forvaerring: 'raad',
	aflyst: 'aflyst-operation',
};
export const usualWant = (reason: Reason | ''): Want => (reason ? USUALLY_WANTS[reason] : undefined) ?? 'uafklaret';

export type NewCall = {
	patient: Patient | null;
	caller: Caller;
	callerName: string;
	identity: Identity;
	reason: Reason | Card;
	outcome: Outcome;
	want: Want | ''; // what is to be done, where the outcome is a task
	note: string;
	passedTo: string;
	backBy: { day: string; time: string } | null;
	backNumber: string;
	referral: string | null; // the pathway's, where the patient has one
	answers: Communication | null; // the call that asked to be called back
};

function coded(system: string, code: string, display?: string) {
	return { coding: [{ system, code, ...(display ? { display } : {}) }] };
}

function senderOf(call: NewCall): Reference {
	const patient = call.patient ? `Patient/${call.patient.id}` : '';
	if (call.caller === 'patient' && patient) return { reference: patient };
	const kind = say(`caller.${call.caller}`);
	return { display: call.callerName.trim() ? `${kind}: ${call.callerName.trim()}` : kind };
}

function extensionsOf(call: NewCall): Extension[] {
	const all: Extension[] = [
		{ url: 'urn:limen:identity', valueCode: call.identity },
		{ url: 'urn:limen:outcome', valueCode: call.outcome },
		{ url: 'urn:limen:caller', valueCode: call.caller },
	];
	if (call.outcome === 'task' && call.want && call.want !== 'other') return [...all, { url: 'urn:limen:wants', valueCode: call.want }];
	if (call.outcome !== 'call-back') return all;
	const by = call.backBy ? localInstant(call.backBy.day, call.backBy.time) : '';
	const parts: Extension[] = [
		...(by ? [{ url: 'by', valueDateTime: by }] : []),
		...(call.backNumber.trim() ? [{ url: 'number', valueString: call.backNumber.trim() }] : []),
	];
	return parts.length > 0 ? [...all, { url: 'urn:limen:call-back', extension: parts }] : all;
}

export function communicationOf(call: NewCall): Communication {
	const at = new Date(now()).toISOString();
	const word = say(`reason.${call.reason}`);
	const earlier = call.answers ? [{ reference: `Communication/${call.answers.id}` }] : [];
	const outward = earlier.length > 0; // we call them
	const ours = { reference: actor.get() };
	return {
		resourceType: 'Communication',
		status: call.outcome === 'call-back' ? 'in-progress' : 'completed',
		category: [coded(CATEGORY, 'call')],
		medium: [coded(MEDIUM, 'phone')],
		...(call.patient ? { subject: { reference: `Patient/${call.patient.id}` } } : {}),
		...(call.referral ? { basedOn: [{ reference: call.referral }] } : {}),
		...(outward ? { inResponseTo: earlier, partOf: earlier } : {}),
		sent: at,
		received: at,
		sender: outward ? ours : senderOf(call),
		recipient: [
			outward ? senderOf(call) : ours,
			...(call.passedTo.trim() ? [{ display: call.passedTo.trim() }] : []),
		],
		reasonCode: [coded(REASON, call.reason, word)],
		topic: { text: word },
		...(call.note.trim() ? { payload: [{ contentString: call.note.trim() }] } : {}),
		extension: extensionsOf(call),
	};
}

export async function saveCall(call: NewCall): Promise<Communication> {
	const { body } = await post<Communication>('Communication', communicationOf(call));
	if (call.answers) await reached(call.answers);
	return body;
}

async function reached(first: Communication): Promise<void> {
	const done: Communication = { ...first, status: 'completed' };
	await put(`Communication/${first.id}`, done, `W/"${first.meta?.versionId}"`);
}

// Nobody answered: a line in the log, and the one who waits goes on waiting.
export async function notReached(first: Communication): Promise<void> {
	const { id: _id, meta: _meta, extension: _extension, payload: _payload, ...rest } = first;
	const at = new Date(now()).toISOString();
	const earlier = [{ reference: `Communication/${first.id}` }];
	const tried: Communication = {
		...rest,
		status: 'not-done',
		statusReason: { text: say('callback.noAnswer') },
		inResponseTo: earlier,
		partOf: earlier,
		sent: at,
		sender: { reference: actor.get() },
		recipient: first.sender ? [first.sender] : [],
	};
	delete tried.received;
	await post('Communication', tried);
}

export async function takeBack(call: Communication): Promise<void> {
	const body = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: say('call.slip') }] };
	await post(`Communication/${call.id}/$undo`, body, `W/"${call.meta?.versionId}"`);
}

export type Logged = {
	call: Communication;
	id: string;
	patient: string | null;
	at: string;
	reason: string;
	outcome: string;
	identity: string;
	from: string;
	said: string;
	by: string; // who here took it
	back: { by: string; number: string } | null;
	tries: number;
};

export function loggedOf(call: Communication): Logged {
	const back = extensionOf(call, 'urn:limen:call-back');
	const ours = (one: Reference | undefined) => one?.reference?.startsWith('PractitionerRole/') ?? false;
	const outward = ours(call.sender);
	const other = outward ? call.recipient?.[0] : call.sender;
	const word = call.reasonCode?.[0]?.coding?.[0];
	return {
		call,
		id: call.id ?? '',
		patient: idOf(call.subject, 'Patient'),
		at: call.sent ?? call.meta?.lastUpdated ?? '',
		reason: word?.display ?? call.topic?.text ?? word?.code ?? '',
		outcome: call.status === 'not-done' ? 'not-done' : (extensionOf(call, 'urn:limen:outcome')?.valueCode ?? ''),
		identity: extensionOf(call, 'urn:limen:identity')?.valueCode ?? '',
		from: other?.display ?? (idOf(other, 'Patient') ? say('caller.patient') : ''),
		said: call.payload?.[0]?.contentString ?? '',
		by: (outward ? call.sender : call.recipient?.find(ours))?.reference ?? '',
		back: back
			? {
					by: back.extension?.find((one) => one.url === 'by')?.valueDateTime ?? '',
					number: back.extension?.find((one) => one.url === 'number')?.valueString ?? '',
				}
			: null,
		tries: 0,
	};
}

const CALLS = { category: `${CATEGORY}|call` };

// Who waits to be called back, the earliest promise first; and how often it was tried.
export async function callBacks(): Promise<Logged[]> {
	const found = await search('Communication', {
		...CALLS,
		status: 'in-progress',
		_count: '200',
		_include: 'Communication:patient',
		_revinclude: 'Communication:part-of',
	});
	keepPatients(resourcesOf<Patient>(found, 'Patient'));
	const all = resourcesOf<Communication>(found, 'Communication');
	const waiting = all.filter((one) => one.status === 'in-progress').map(loggedOf);
	for (const one of waiting) {
		const about = `Communication/${one.id}`;
		one.tries = all.filter((other) => other.partOf?.some((part) => part.reference === about)).length;
	}
	await learnPatients(waiting.map((one) => one.patient));
	return waiting.sort((a, b) => (a.back?.by || '~').localeCompare(b.back?.by || '~') || a.at.localeCompare(b.at));
}

export async function countCallBacks(): Promise<number> {
	return (await search('Communication', { ...CALLS, status: 'in-progress', _summary: 'count' })).total ?? 0;
}

export async function callsOf(patient: string): Promise<Logged[]> {
	const found = await search('Communication', { ...CALLS, subject: `Patient/${patient}`, _sort: '-sent', _count: '20' });
	return resourcesOf<Communication>(found, 'Communication')
		.filter((one) => one.status !== 'entered-in-error')
		.map(loggedOf);
}

// What I took today: the last few, to be looked at again and put right.
export async function myCalls(me: string): Promise<Logged[]> {
	const found = await search('Communication', {
		...CALLS,
		recipient: me,
		sent: `ge${localInstant(today(), '00:00')}`,
		_sort: '-sent',
		_count: '5',
	});
	const list = resourcesOf<Communication>(found, 'Communication')
		.filter((one) => one.status !== 'entered-in-error')
		.map(loggedOf);
	await learnPatients(list.map((one) => one.patient));
	return list;
}

export async function communication(id: string): Promise<Communication> {
	return get<Communication>(`Communication/${encodeURIComponent(id)}`);
}

const OFF = ['cancelled', 'noshow', 'entered-in-error'];

export async function appointmentsOf(patient: string): Promise<Appointment[]> {
	const found = await search('Appointment', {
		patient: `Patient/${patient}`,
		date: `ge${localInstant(today(), '00:00')}`,
		_count: '20',
	});
	return resourcesOf<Appointment>(found, 'Appointment')
		.filter((one) => one.start && !OFF.includes(one.status))
		.sort((a, b) => (a.start ?? '').localeCompare(b.start ?? ''));
}

// Not reached when it was cancelled: the desk must know that they may turn up anyway.
export function mayTurnUp(one: Appointment): boolean {
	const call = extensionOf(one, 'urn:limen:absence-call');
	return call?.extension?.find((some) => some.url === 'outcome')?.valueCode === 'not-reached';
}

const ABSENT = 'urn:limen:interpreter-absent';

export function awaitsInterpreter(one: Appointment): boolean {
	const today = one.start !== undefined && dayOf(one.start) === dayOf(now());
	return today && extensionOf(one, 'urn:limen:interpreter-order') !== undefined && extensionOf(one, ABSENT) === undefined;
}

// Said at the desk; who finds another interpreter is a task that follows.
export async function interpreterAbsent(one: Appointment): Promise<void> {
	const at = { url: ABSENT, valueDateTime: new Date(now()).toISOString() };
	const body = { ...one, extension: [...(one.extension ?? []), at] };
	await put(`Appointment/${one.id}`, body, `W/"${one.meta?.versionId}"`);
}

export type Cancelled = { id: string; what: string; at: string; cause: string; said: string };
const LOOK_BACK_DAYS = 90;

// What was cancelled lately, the latest first: who calls about it hears the cause as it was written.
export async function cancelledOf(patient: string): Promise<Cancelled[]> {
	const found = await search('Appointment', {
		patient: `Patient/${patient}`,
		status: 'cancelled',
		date: `ge${localInstant(addDays(today(), -LOOK_BACK_DAYS), '00:00')}`,
		_count: '20',
	});
	return resourcesOf<Appointment>(found, 'Appointment')
		.filter((one) => one.status === 'cancelled' && one.start)
		.map((one) => ({
			id: one.id ?? '',
			what: one.description ?? '',
			at: one.start ?? '',
			cause: codeOf(one.cancelationReason, 'urn:limen:move-cause'),
			said: one.cancelationReason?.text ?? '',
		}))
		.sort((a, b) => b.at.localeCompare(a.at));
}

export const reasonKey = (reason: Reason | Card): Key => `reason.${reason}`;
export const codeOfReason = (call: Communication): string => codeOf(call.reasonCode?.[0], REASON);
