// load.ts: the team's day by the hour, who could do a task, and whether it is safe to go home: all reckoned by the server.
import { get } from './client.ts';
import { part, partText, type Parameter, type Parameters } from './fhir.ts';

const named = (answer: Parameters, name: string) => (answer.parameter ?? []).filter((one) => one.name === name);
const number = (of: Parameter, name: string) => part(of, name)?.valueInteger ?? 0;
const yes = (of: Parameter, name: string) => part(of, name)?.valueBoolean === true;
const whole = (answer: Parameters): Parameter => ({ name: 'all', part: answer.parameter ?? [] });

export type Hour = { from: string; onDuty: number; focus: number; toBegin: number; phone: string };
export type Alone = { competence: string; word: string; name: string; from: string; to: string };
export type Cover = { person: string; from: string; to: string; by: string; why: string };
export type Load = {
	planned: boolean; // a roster says who is there; else office hours are taken
	open: number;
	unowned: number;
	toBegin: number;
	minutesNeeded: number;
	minutesThere: number;
	tips: boolean;
	handovers: number;
	hours: Hour[];
	alone: Alone[];
	cover: Cover[];
};

export async function loadOf(organization: string, day: string): Promise<Load> {
	const answer = await get<Parameters>(`${organization}/$load?date=${day}`);
	const all = whole(answer);
	return {
		planned: yes(all, 'planned'),
		open: number(all, 'open'),
		unowned: number(all, 'unowned'),
		toBegin: number(all, 'toBegin'),
		minutesNeeded: number(all, 'minutesNeeded'),
		minutesThere: number(all, 'minutesThere'),
		tips: yes(all, 'tips'),
		handovers: number(all, 'handovers'),
		hours: named(answer, 'hour').map((of) => ({
			from: partText(of, 'from'),
			onDuty: number(of, 'onDuty'),
			focus: number(of, 'focus'),
			toBegin: number(of, 'toBegin'),
			phone: partText(of, 'phone'),
		})),
		alone: named(answer, 'alone').map((of) => ({
			competence: partText(of, 'competence'),
			word: partText(of, 'word'),
			name: partText(of, 'name'),
			from: partText(of, 'from'),
			to: partText(of, 'to'),
		})),
		cover: named(answer, 'cover').map((of) => ({
			person: partText(of, 'person'),
			from: partText(of, 'from'),
			to: partText(of, 'to'),
			by: partText(of, 'by'),
			why: partText(of, 'why'),
		})),
	};
}

export type Candidate = { person: string; name: string; can: boolean; reasons: string[] };

export async function candidatesFor(task: string): Promise<Candidate[]> {
	const answer = await get<Parameters>(`Task/${encodeURIComponent(task)}/$candidates`);
	return named(answer, 'candidate').map((of) => ({
		person: partText(of, 'person'),
		name: partText(of, 'name'),
		can: yes(of, 'can'),
		reasons: (of.part ?? []).filter((one) => one.name === 'reason').map((one) => one.valueString ?? ''),
	}));
}

export type SafeTask = { id: string; state: string; why: string };
export type Safe = { safe: boolean; until: string; left: number; tasks: SafeTask[] };

export async function safeToGo(person: string, until: string | null): Promise<Safe> {
	const answer = await get<Parameters>(`${person}/$safe-to-go${until ? `?until=${encodeURIComponent(until)}` : ''}`);
	const all = whole(answer);
	return {
		safe: yes(all, 'safe'),
		until: partText(all, 'until'),
		left: number(all, 'left'),
		tasks: named(answer, 'task').map((of) => ({ id: partText(of, 'id'), state: partText(of, 'state'), why: partText(of, 'why') })),
	};
}
