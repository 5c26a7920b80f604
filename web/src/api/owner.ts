// owner.ts: a task has one owner at a time and lies in one queue. Taken, given back, handed over with a reason and what was done already; each
// against the version that was seen, so that of two who are quick one is told so.
import { now } from '../base/clock.ts';
import { put, post } from './client.ts';
import type { Extension, Parameters, Task } from './fhir.ts';
import { rowOf, type Row } from './tasks.ts';

export type Me = { reference: string; name: string };
const HANDOVER = 'urn:limen:handover';

async function save(row: Row, task: Task): Promise<Row> {
	const { body } = await put<Task>(`Task/${encodeURIComponent(row.id)}`, task, `W/"${row.version}"`);
	return rowOf(body);
}

export function takeTask(row: Row, me: Me): Promise<Row> {
	return save(row, { ...row.task, status: 'in-progress', owner: { reference: me.reference, display: me.name } });
}

export function giveBackTask(row: Row): Promise<Row> {
	const { owner: _owner, ...rest } = row.task;
	return save(row, { ...rest, status: 'requested' });
}

// To a colleague, or back to the queue (`to` null). The one who gets it reads why, and what need not be done again.
export function handOver(row: Row, me: Me, to: Me | null, said: { reason: string; done: string }): Promise<Row> {
	const { owner: _owner, ...rest } = row.task;
	const line: Extension = {
		url: HANDOVER,
		extension: [
			{ url: 'at', valueDateTime: new Date(now()).toISOString() },
			{ url: 'from', valueReference: { reference: me.reference } },
			...(to ? [{ url: 'to', valueReference: { reference: to.reference } }] : []),
			{ url: 'reason', valueString: said.reason.trim() },
			...(said.done.trim() ? [{ url: 'done', valueString: said.done.trim() }] : []),
		],
	};
	return save(row, {
		...rest,
		extension: [...(row.task.extension ?? []), line],
		status: to ? 'accepted' : 'requested',
		...(to ? { owner: { reference: to.reference, display: to.name } } : {}),
	});
}

export type Handed = { at: string; from: string; to: string; reason: string; done: string };

export function handoversOf(task: Task): Handed[] {
	return (task.extension ?? [])
		.filter((one) => one.url === HANDOVER)
		.map((one) => {
			const inner = (url: string) => one.extension?.find((some) => some.url === url);
			return {
				at: inner('at')?.valueDateTime ?? '',
				from: inner('from')?.valueReference?.reference ?? '',
				to: inner('to')?.valueReference?.reference ?? '',
				reason: inner('reason')?.valueString ?? '',
				done: inner('done')?.valueString ?? '',
			};
		});
}

// Takes back what was done last with a task, where nobody has touched it since.
export async function takeBackTask(row: Row, reason: string): Promise<void> {
	const body: Parameters = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: reason }] };
	await post(`Task/${encodeURIComponent(row.id)}/$undo`, body, `W/"${row.version}"`);
}
