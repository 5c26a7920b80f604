// views.ts: a list looked at in a certain way, under a name: for me, or for all.
import { Value } from '../base/value.ts';
import { actor, ask, post, search } from './client.ts';
import { extensionOf, resourcesOf, type CodeableConcept, type Extension, type Reference, type Resource } from './fhir.ts';
import { FILTERS, type Filter } from './tasks.ts';

export type Narrow = { kind: string; free: boolean; words: string };
export const WIDE_OPEN: Narrow = { kind: '', free: false, words: '' };
export type View = Narrow & { id: string; version: string; name: string; base: Filter; owner: string; shared: boolean };
type Basic = Resource & { resourceType: 'Basic'; code: CodeableConcept; subject?: Reference; author?: Reference };

export const isNarrow = (one: Narrow): boolean => one.kind !== '' || one.free || one.words.trim() !== '';
export const sameNarrow = (a: Narrow, b: Narrow): boolean => a.kind === b.kind && a.free === b.free && a.words === b.words;

const CODE = { coding: [{ system: 'urn:limen:document', code: 'visning' }] };

function viewOf(one: Basic): View {
	const text = (name: string) => extensionOf(one, `urn:limen:view-${name}`)?.valueString ?? '';
	const base = extensionOf(one, 'urn:limen:view-base')?.valueCode;
	return {
		id: one.id ?? '',
		version: one.meta?.versionId ?? '',
		name: text('name'),
		base: FILTERS.find((filter) => filter === base) ?? 'team',
		kind: text('kind'),
		free: extensionOf(one, 'urn:limen:view-free')?.valueBoolean === true,
		words: text('words'),
		owner: one.author?.reference ?? '',
		shared: one.subject === undefined,
	};
}

export const views = new Value<View[]>([]);

export async function learnViews(): Promise<void> {
	const found = await search('Basic', { code: 'urn:limen:document|visning', _count: '200' });
	const list = resourcesOf<Basic>(found, 'Basic').map(viewOf);
	views.set(list.sort((a, b) => a.name.localeCompare(b.name, 'da')));
}

export async function saveView(name: string, base: Filter, how: Narrow, shared: boolean): Promise<void> {
	const text = (what: string, value: string): Extension[] => (value ? [{ url: `urn:limen:view-${what}`, valueString: value }] : []);
	const me = { reference: actor.get() };
	const view: Basic = {
		resourceType: 'Basic',
		extension: [
			...text('name', name.trim()),
			{ url: 'urn:limen:view-base', valueCode: base },
			...text('kind', how.kind),
			{ url: 'urn:limen:view-free', valueBoolean: how.free },
			...text('words', how.words.trim()),
		],
		code: CODE,
		...(shared ? {} : { subject: me }),
		author: me,
	};
	await post('Basic', view);
	await learnViews();
}

export async function removeView(view: View): Promise<void> {
	await ask(`Basic/${view.id}`, { method: 'DELETE', match: `W/"${view.version}"` });
	await learnViews();
}
