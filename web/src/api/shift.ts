// shift.ts: what one shift tells the next: words for all, and the tasks that changed hands.
import { now } from '../base/clock.ts';
import { actor, post, search } from './client.ts';
import { resourcesOf, type Communication } from './fhir.ts';
import { handoversOf, type Handed } from './owner.ts';
import { worklist, type Row } from './tasks.ts';

const CODE = 'vagtskifte';
const HOURS = 36;

export type ShiftNote = { id: string; at: string; by: string; text: string };

const since = () => new Date(now() - HOURS * 3_600_000).toISOString();

export async function shiftNotes(): Promise<ShiftNote[]> {
	const found = await search('Communication', {
		category: `urn:limen:communication|${CODE}`,
		sent: `ge${since()}`,
		_sort: '-sent',
		_count: '50',
	});
	return resourcesOf<Communication>(found, 'Communication')
		.filter((one) => one.status !== 'entered-in-error')
		.map((one) => ({
			id: one.id ?? '',
			at: one.sent ?? '',
			by: one.sender?.reference ?? '',
			text: one.payload?.[0]?.contentString ?? '',
		}));
}

export async function tellNextShift(text: string): Promise<void> {
	const note: Communication = {
		resourceType: 'Communication',
		status: 'completed',
		category: [{ coding: [{ system: 'urn:limen:communication', code: CODE }] }],
		sent: new Date(now()).toISOString(),
		sender: { reference: actor.get() },
		payload: [{ contentString: text.trim() }],
	};
	await post('Communication', note);
}

export type HandedRow = { row: Row; last: Handed; times: number };

// Of the open tasks that somebody has: those that changed hands lately, and those under way.
export async function underWay(): Promise<{ handed: HandedRow[]; going: Row[] }> {
	const { rows } = await worklist({ status: 'in-progress,accepted,on-hold,requested', 'owner:missing': 'false' }, '500');
	const from = Date.parse(since());
	const handed = rows.flatMap((row) => {
		const all = handoversOf(row.task);
		const last = all.at(-1);
		return last && Date.parse(last.at) >= from ? [{ row, last, times: all.length }] : [];
	});
	const ids = new Set(handed.map((one) => one.row.id));
	return { handed, going: rows.filter((row) => !ids.has(row.id)) };
}
