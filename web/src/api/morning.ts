// morning.ts: what a department looks at together in the morning: what falls today, who comes, what is loose.
import { addDays, localInstant, now, today } from '../base/clock.ts';
import { search } from './client.ts';
import { extensionOf, idOf, resourcesOf, type Appointment, type Patient } from './fhir.ts';
import { mayTurnUp } from './calls.ts';
import { QUESTION } from './record.ts';
import { keepPatients, learnPatients } from './people.ts';
import { countTasks, isBreach, worklist, type Row } from './tasks.ts';

export type Visit = { id: string; at: string; patient: string; what: string; place: string; tongue: string; confirmed: boolean; mayTurnUp: boolean };

const OFF = ['cancelled', 'entered-in-error'];

function visitOf(one: Appointment): Visit {
	const all = one.participant ?? [];
	const patient = all.map((who) => idOf(who.actor, 'Patient')).find(Boolean) ?? '';
	const others = all.filter((who) => !who.actor?.reference?.startsWith('Patient/'));
	const tongue = extensionOf(one, 'urn:limen:interpreter')?.extension?.find((some) => some.url === 'language');
	return {
		id: one.id ?? '',
		at: one.start ?? '',
		patient,
		what: one.description ?? '',
		place: others
			.map((who) => who.actor?.display ?? '')
			.filter(Boolean)
			.join(' · '),
		tongue: tongue?.valueString ?? '',
		mayTurnUp: mayTurnUp(one),
		confirmed: all.every((who) => who.status !== 'needs-action'),
	};
}

export async function visitsOn(day: string): Promise<Visit[]> {
	const found = await search('Appointment', {
		date: `ge${localInstant(day, '00:00')}`,
		_sort: 'date',
		_count: '300',
		_include: 'Appointment:patient',
	});
	keepPatients(resourcesOf<Patient>(found, 'Patient'));
	const end = localInstant(addDays(day, 1), '00:00');
	const list = resourcesOf<Appointment>(found, 'Appointment')
		.filter((one) => one.start && !OFF.includes(one.status) && Date.parse(one.start) < Date.parse(end))
		.map(visitOf);
	await learnPatients(list.map((one) => one.patient || null));
	return list.sort((a, b) => a.at.localeCompare(b.at));
}

export type Pressing = { falling: Row[]; breached: number; late: number; dueToday: number; whole: boolean };
const LOOK_DAYS = 3;

// A limit that is in danger has tasks for several: the sheet names it once.
function onePerPatient(rows: Row[]): Row[] {
	const seen = new Set<string>();
	return rows.filter((row) => {
		const limit = `${row.patient} ${row.lawDue}`;
		return !seen.has(limit) && seen.add(limit);
	});
}

// Laws that fall in these days and are not broken yet, the earliest first: what can still be saved.
export async function pressing(): Promise<Pressing> {
	const page = await worklist({ due: `lt${addDays(today(), LOOK_DAYS + 1)}` }, '500');
	const until = addDays(today(), LOOK_DAYS);
	const falling = onePerPatient(page.rows.filter((row) => row.lawDue !== null && row.lawDue >= today() && row.lawDue <= until));
	const [late, dueToday] = await Promise.all([
		countTasks({ due: `lt${today()}` }),
		countTasks({ due: today() }),
	]);
	return {
		falling: falling.sort((a, b) => (a.lawDue ?? '').localeCompare(b.lawDue ?? '')),
		breached: page.rows.filter(isBreach).length,
		late: late ?? 0,
		dueToday: dueToday ?? 0,
		whole: page.next === null,
	};
}

export async function openQuestions(): Promise<Row[]> {
	return (await worklist({ kind: QUESTION })).rows;
}

export const isPast = (at: string): boolean => Date.parse(at) < now();
