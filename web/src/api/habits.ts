// habits.ts: "how we do it here": a note about a kind of task, a colleague or a place, with an owner and a day it must be looked at again.
import { addDays, daysUntil, today } from '../base/clock.ts';
import { Value } from '../base/value.ts';
import { ask, post, put, search } from './client.ts';
import { extensionOf, resourcesOf, type CodeableConcept, type Extension, type Reference, type Resource } from './fhir.ts';

type Basic = Resource & {
	resourceType: 'Basic';
	code: CodeableConcept;
	subject?: Reference;
	author?: Reference;
	created?: string;
};

export type Habit = {
	id: string;
	version: string;
	title: string;
	text: string;
	kind: string; // of task; or
	about: string; // a reference to a colleague; or
	place: string;
	owner: string;
	expires: string;
};
export const NEW_HABIT = (owner: string): Habit => ({
	id: '',
	version: '',
	title: '',
	text: '',
	kind: '',
	about: '',
	place: '',
	owner,
	expires: addDays(today(), 365),
});

const CODE = { coding: [{ system: 'urn:limen:document', code: 'vaner' }] };

function habitOf(one: Basic): Habit {
	const text = (name: string) => extensionOf(one, `urn:limen:habit-${name}`)?.valueString ?? '';
	return {
		id: one.id ?? '',
		version: one.meta?.versionId ?? '',
		title: text('title'),
		text: text('text'),
		kind: extensionOf(one, 'urn:limen:habit-kind')?.valueCode ?? '',
		about: one.subject?.reference ?? '',
		place: text('place'),
		owner: one.author?.reference ?? '',
		expires: extensionOf(one, 'urn:limen:habit-expires')?.valueDate ?? '',
	};
}

function basicOf(habit: Habit): Basic {
	const text = (name: string, value: string): Extension[] =>
		value.trim() ? [{ url: `urn:limen:habit-${name}`, valueString: value.trim() }] : [];
	return {
		resourceType: 'Basic',
		...(habit.id ? { id: habit.id } : {}),
		extension: [
			...text('title', habit.title),
			...text('text', habit.text),
			...text('place', habit.place),
			...(habit.kind ? [{ url: 'urn:limen:habit-kind', valueCode: habit.kind }] : []),
			...(habit.expires ? [{ url: 'urn:limen:habit-expires', valueDate: habit.expires }] : []),
		],
		code: CODE,
		...(habit.about ? { subject: { reference: habit.about } } : {}),
		created: today(),
		author: { reference: habit.owner },
	};
}

export const isOld = (habit: Habit): boolean => habit.expires !== '' && daysUntil(habit.expires) < 0;

// Kept once for the whole page: there are few, and every task asks.
export const habits = new Value<Habit[] | null>(null);
let asking: Promise<void> | null = null;

export function learnHabits(again = false): Promise<void> {
	if (asking && !again) return asking;
	asking = search('Basic', { code: 'urn:limen:document|vaner', _count: '500' }).then(
		(found) => habits.set(resourcesOf<Basic>(found, 'Basic').map(habitOf).sort(byPlace)),
		(failure: unknown) => {
			asking = null;
			throw failure;
		},
	);
	return asking;
}

function byPlace(a: Habit, b: Habit): number {
	return a.title.localeCompare(b.title, 'da');
}

export async function saveHabit(habit: Habit): Promise<void> {
	if (habit.id) await put(`Basic/${habit.id}`, basicOf(habit), `W/"${habit.version}"`);
	else await post('Basic', basicOf(habit));
	await learnHabits(true);
}

export async function removeHabit(habit: Habit): Promise<void> {
	await ask(`Basic/${habit.id}`, { method: 'DELETE', match: `W/"${habit.version}"` });
	await learnHabits(true);
}

export function habitsFor(list: Habit[], kind: string, people: readonly string[], words = ''): Habit[] {
	const near = words.toLowerCase();
	return list.filter(
		(one) =>
			(one.kind !== '' && one.kind === kind) ||
			(one.about !== '' && people.includes(one.about)) ||
			(one.place !== '' && near.includes(one.place.toLowerCase())),
	);
}
