// owner.ts: a task has one owner at a time and lies in one queue. Taken, given back, put on hold, handed over with a reason and what was done
// already; each against the version that was seen, so that of two who are quick one is told so.
import { say } from '../base/texts.ts';
import { post } from './client.ts';
import { extensionOf, type Parameter, type Parameters, type Task } from './fhir.ts';
import { rowOf, type Row } from './tasks.ts';

export type Me = { reference: string; name: string };
const HANDOVER = 'urn:limen:handover';

const words = (name: string, text: string): Parameter[] => (text.trim() ? [{ name, valueString: text.trim() }] : []);

async function act(row: Row, operation: string, parameter: Parameter[] = []): Promise<Row> {
	const body: Parameters = { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) };
	const answer = await post<Task>(`Task/${encodeURIComponent(row.id)}/$${operation}`, body, `W/"${row.version}"`);
	return rowOf(answer.body);
}

export const takeTask = (row: Row): Promise<Row> => act(row, 'claim');

export const giveBackTask = (row: Row): Promise<Row> => act(row, 'release', words('reason', say('task.backWhy')));

// The next of the queue that I may do and nobody has, claimed; null: there is none.
export async function takeNext(): Promise<Row | null> {
	const { body } = await post<Task>('Task/$next', { resourceType: 'Parameters' });
	return (body as Task | null) ? rowOf(body) : null;
}

export const holdTask = (row: Row, reason: string, until: string | null): Promise<Row> =>
	act(row, 'hold', [...words('reason', reason), ...(until ? [{ name: 'until', valueDate: until }] : [])]);

// A leader's own choice.
export const assignTask = (row: Row, to: Me, reason: string): Promise<Row> =>
	act(row, 'assign', [{ name: 'to', valueReference: { reference: to.reference } }, ...words('reason', reason)]);

const queueOf = (task: Task): string => extensionOf(task, 'urn:limen:queue')?.valueReference?.reference ?? '';

// To a colleague, or back to the queue (`to` null). The one who gets it reads why, and what need not be done again.
export function handOver(row: Row, to: Me | null, said: { reason: string; done: string }): Promise<Row> {
	const reference = to?.reference ?? queueOf(row.task);
	if (!reference) return act(row, 'release', words('reason', [said.reason, said.done].filter(Boolean).join(' · ')));
	return act(row, 'handover', [{ name: 'to', valueReference: { reference } }, ...words('reason', said.reason), ...words('done', said.done)]);
}

export type Handed = { at: string; from: string; to: string; reason: string; done: string };

export function handoversOf(task: Task): Handed[] {
	return (task.extension ?? [])
		.filter((one) => one.url === HANDOVER)
		.map((one) => {
			const inner = (url: string) => one.extension?.find((some) => some.url === url);
			return {
				at: inner('at')?.valueDateTime ?? inner('at')?.valueInstant ?? '',
				from: inner('from')?.valueReference?.reference ?? '',
				to: inner('to')?.valueReference?.reference ?? '',
				reason: inner('reason')?.valueString ?? '',
				done: inner('done')?.valueString ?? '',
			};
		});
}

// Takes back what was done last with a task, where nobody has touched it since.
export async function takeBackTask(row: Row, reason: string): Promise<void> {
	const body: Parameters = { resourceType: 'Parameters', parameter: words('reason', reason) };
	await post(`Task/${encodeURIComponent(row.id)}/$undo`, body, `W/"${row.version}"`);
}
