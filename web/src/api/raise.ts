// raise.ts: a task of any kind, raised by hand: what kinds there are, and the raising.
import { now } from '../base/clock.ts';
import { language, say } from '../base/texts.ts';
import { actor, get, post } from './client.ts';
import type { Bundle, Parameter, Parameters, Resource, Task } from './fhir.ts';
import { resourcesOf } from './fhir.ts';

export type KindName = { id: string; title: string; guide: string; roles: string[]; minutes: number | null };
type Definition = Resource & {
	resourceType: 'ActivityDefinition';
	title?: string;
	name?: string;
	description?: string;
	participant?: { role?: { coding?: { system?: string; code?: string }[] } }[];
};

// A case is opened by its name as a task is; what is to be done with it follows by the content's rules. Of those that are about nobody in
// particular the patient is left out, of adverse events always.
const CASES_OF_PATIENTS = ['aktindsigt', 'indsigt', 'klage', 'erstatning', 'forsikring', 'attest', 'underretning', 'politi', 'kommune'] as const;
const CASES_OF_NOBODY = ['uth', 'brud', 'it-fejl', 'aendringsoenske', 'forbedring', 'regning', 'kapacitet', 'dataudtraek', 'ferieoenske'] as const;
export type CaseKind = (typeof CASES_OF_PATIENTS)[number] | (typeof CASES_OF_NOBODY)[number];
const CASE = 'case:';

const caseNames = (): KindName[] =>
	[...CASES_OF_PATIENTS, ...CASES_OF_NOBODY].map((code) => ({
		id: CASE + code,
		title: say('case.named', { name: say(`case.${code}`) }),
		guide: '',
		roles: [],
		minutes: null,
	}));

const asked = new Map<string, Promise<KindName[]>>(); // by language: they come from content, and change with it only

async function read(): Promise<KindName[]> {
	const list = resourcesOf<Definition>(await get<Bundle>('ActivityDefinition'), 'ActivityDefinition');
	return list.map((one) => ({
		id: one.id ?? '',
		title: one.title ?? one.name ?? one.id ?? '',
		guide: one.description ?? '',
		roles: (one.participant ?? []).flatMap((who) => who.role?.coding?.map((coding) => coding.code ?? '') ?? []),
		minutes: one.extension?.find((some) => some.url === 'urn:limen:minutes')?.valueInteger ?? null,
	}));
}

// What can be raised by its name: every kind of task, and every kind of case.
export async function raisable(): Promise<KindName[]> {
	return [...(await kindNames()), ...caseNames()];
}

export function kindNames(): Promise<KindName[]> {
	const now = language.get();
	const known = asked.get(now);
	if (known) return known;
	const question = read().catch((failure: unknown) => {
		asked.delete(now);
		throw failure;
	});
	asked.set(now, question);
	return question;
}

const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\d]+/gu, ' ');

// Every word typed begins a word of the name; what begins the name itself stands first.
export function kindsNamed(list: KindName[], typed: string): KindName[] {
	const words = plain(typed).split(' ').filter(Boolean);
	if (words.length === 0) return list;
	const fits = (text: string, word: string) => text.startsWith(word) || text.includes(` ${word}`);
	const place = (one: KindName) => {
		const title = plain(one.title);
		if (title.startsWith(words.join(' '))) return 0;
		if (words.every((word) => fits(title, word))) return 1;
		return words.every((word) => title.includes(word) || fits(plain(one.id), word)) ? 2 : 3;
	};
	return list
		.map((one) => ({ one, at: place(one) }))
		.filter(({ at }) => at < 3)
		.sort((a, b) => a.at - b.at || a.one.title.localeCompare(b.one.title, 'da'))
		.map(({ one }) => one);
}

export type ToRaise = {
	kind: string;
	patient?: string | null;
	pathway?: string | null;
	focus?: string | null; // a reference
	note?: string;
	due?: string | null;
};

async function openCase(code: CaseKind, what: ToRaise, organization: string): Promise<Task> {
	const named = say(`case.${code}`);
	const ofPatient = CASES_OF_PATIENTS.some((one) => one === code);
	const body: Task = {
		resourceType: 'Task',
		status: 'in-progress',
		intent: 'order',
		code: { coding: [{ system: 'urn:limen:case', code, display: named }] },
		description: what.note?.trim() || named,
		authoredOn: new Date(now()).toISOString(),
		requester: { reference: actor.get() },
		...(organization ? { owner: { reference: organization } } : {}),
		...(ofPatient && what.patient ? { for: { reference: `Patient/${what.patient}` } } : {}),
		...(what.due ? { restriction: { period: { end: what.due } } } : {}),
	};
	return (await post<Task>('Task', body)).body;
}

// A task of a kind, or a case of one, as its name was chosen.
export function raiseNamed(what: ToRaise, organization: string): Promise<Task> {
	return what.kind.startsWith(CASE) ? openCase(what.kind.slice(CASE.length) as CaseKind, what, organization) : raiseTask(what);
}

export async function raiseTask(what: ToRaise): Promise<Task> {
	const reference = (name: string, to: string): Parameter => ({ name, valueReference: { reference: to } });
	const parameter: Parameter[] = [
		{ name: 'kind', valueCode: what.kind },
		...(what.patient ? [reference('patient', `Patient/${what.patient}`)] : []),
		...(what.pathway ? [reference('pathway', `EpisodeOfCare/${what.pathway}`)] : []),
		...(what.focus ? [reference('focus', what.focus)] : []),
		...(what.note?.trim() ? [{ name: 'note', valueString: what.note.trim() }] : []),
		...(what.due ? [{ name: 'due', valueDate: what.due }] : []),
	];
	const body: Parameters = { resourceType: 'Parameters', parameter };
	return (await post<Task>('Task/$raise', body)).body;
}
