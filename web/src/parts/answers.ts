// answers.ts: what is typed into a form, by the keys the server gives its items, and the QuestionnaireResponse it makes.
import type { Answer, Filled, FormResponse, Item, Questionnaire, ResponseItem, Value } from '../api/forms.ts';

export type Given = { name: `value${string}`; value: Value };
// values: answers of a question. counts: how often a group stands in its place.
export type Answers = { values: ReadonlyMap<string, Given[]>; counts: ReadonlyMap<string, number> };

export const repeatKey = (path: string, item: Item) => `${path}${item.linkId}`;

function read(items: Item[], from: ResponseItem[], path: string, into: { values: Map<string, Given[]>; counts: Map<string, number> }): void {
	for (const item of items) {
		const mine = from.filter((one) => one.linkId === item.linkId);
		if (item.type === 'group') {
			if (mine.length > 1) into.counts.set(repeatKey(path, item), mine.length);
			mine.forEach((one, at) => read(item.item ?? [], one.item ?? [], `${path}${item.linkId}[${at}]/`, into));
			continue;
		}
		const key = `${path}${item.linkId}[0]`;
		const given = (mine[0]?.answer ?? []).map(givenOf);
		if (given.length > 0) into.values.set(key, given.flatMap((one) => (one ? [one] : [])));
		(mine[0]?.answer ?? []).forEach((one, at) => read(item.item ?? [], one.item ?? [], `${key}:${at}/`, into));
	}
}

function givenOf(answer: Answer): Given | null {
	const found = Object.entries(answer).find(([name]) => name.startsWith('value'));
	return found ? { name: found[0] as Given['name'], value: found[1] as Value } : null;
}

export function answered(form: Questionnaire, response: FormResponse): Answers {
	const into = { values: new Map<string, Given[]>(), counts: new Map<string, number>() };
	read(form.item ?? [], response.item ?? [], '', into);
	return into;
}

function groupOf(item: Item, path: string, answers: Answers): ResponseItem[] {
	const count = item.repeats ? (answers.counts.get(repeatKey(path, item)) ?? 1) : 1;
	return Array.from({ length: count }, (_, at) => {
		const items = write(item.item ?? [], `${path}${item.linkId}[${at}]/`, answers);
		return { linkId: item.linkId, ...(item.text ? { text: item.text } : {}), ...(items.length ? { item: items } : {}) };
	});
}

function questionOf(item: Item, path: string, answers: Answers): ResponseItem[] {
	const key = `${path}${item.linkId}[0]`;
	const given = answers.values.get(key) ?? [];
	const count = item.item ? Math.max(1, given.length) : given.length;
	const answer = Array.from({ length: count }, (_, at) => {
		const one = given[at];
		const below = item.item ? write(item.item, `${key}:${at}/`, answers) : [];
		return { ...(one ? { [one.name]: one.value } : {}), ...(below.length ? { item: below } : {}) } as Answer;
	}).filter((one) => Object.keys(one).length > 0);
	return answer.length ? [{ linkId: item.linkId, ...(item.text ? { text: item.text } : {}), answer }] : [];
}

function write(items: Item[], path: string, answers: Answers): ResponseItem[] {
	return items.flatMap((item) => {
		if (item.type === 'display') return [];
		return item.type === 'group' ? groupOf(item, path, answers) : questionOf(item, path, answers);
	});
}

export function responseOf(form: Questionnaire, begun: FormResponse, answers: Answers): FormResponse {
	const { item: _, ...rest } = begun;
	const items = write(form.item ?? [], '', answers);
	return items.length ? { ...rest, item: items } : rest;
}

// What is calculated is the server's; all else stays as it was typed.
export function fillIn(form: Questionnaire, before: Answers, filled: Filled): Answers {
	const theirs = answered(form, filled.response).values;
	const values = new Map(before.values);
	let changed = false;
	for (const [key, state] of filled.items) {
		if (!state.calculated || !state.enabled) continue;
		const now = theirs.get(key) ?? [];
		if (JSON.stringify(now) === JSON.stringify(values.get(key) ?? [])) continue;
		values.set(key, now);
		changed = true;
	}
	return changed ? { ...before, values } : before;
}
