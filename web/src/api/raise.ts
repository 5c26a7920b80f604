// raise.ts: a task of any kind, raised by hand: what kinds there are, and the raising.
import { language } from '../base/texts.ts';
import { get, post } from './client.ts';
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
