// pathways.ts: a patient's pathway: its steps, its clocks, and why.
import { get, post, search } from './client.ts';
import {
	part,
	partText,
	resourcesOf,
	type Episode,
	type Parameter,
	type Parameters,
	type ServiceRequest,
} from './fhir.ts';

export type ClockState = 'running' | 'paused' | 'met' | 'breached' | 'waived' | 'suspended';
export type Clock = {
	id: string;
	title: string;
	source: string;
	force: string; // law, recommendation, local
	state: ClockState;
	word: string;
	start: string;
	due: string;
	dueLate: string;
	amber: string;
	stopped: string;
	daysLeft: number | null;
	provisional: boolean;
	status: string;
	next: string;
	chance: number | null; // in percent: that it is met; null: not known, or there is none
	chanceSaid: string;
	causeWord: string; // why it was breached, or that nobody has said why
};
export type Step = { title: string; place: 'done' | 'now' | 'ahead'; at: string; by: string; resource: string };
export type WhyLine = { date: string; say: string; resource: string; effect: string };
export type Why = { headline: string; lines: WhyLine[]; rule: string; arithmetic: string; next: string };
// What the patient is told: the steps that concern them, and what they are entitled to, in words that may be read aloud.
export type ToldStep = { said: string; place: Step['place']; at: string };
export type ToldRight = { clock: string; said: string; verified: boolean };
export type Told = { steps: ToldStep[]; rights: ToldRight[]; late: string; closed: string; help: string };
export type OpenEnd = { pathway: string; patient: string; department: string; reason: string; since: string; title: string };

const STATES: readonly string[] = ['running', 'paused', 'met', 'breached', 'waived', 'suspended'];

function clockOf(of: Parameter): Clock {
	const state = partText(of, 'state');
	return {
		id: partText(of, 'id'),
		title: partText(of, 'title'),
		source: partText(of, 'source'),
		force: partText(of, 'force'),
		state: STATES.includes(state) ? (state as ClockState) : 'running',
		word: partText(of, 'stateWord'),
		start: partText(of, 'start'),
		due: partText(of, 'due'),
		dueLate: partText(of, 'dueLate'),
		amber: partText(of, 'amber'),
		stopped: partText(of, 'stopped'),
		daysLeft: part(of, 'daysLeft')?.valueInteger ?? null,
		provisional: part(of, 'provisional')?.valueBoolean === true,
		status: partText(of, 'status'),
		next: partText(of, 'next'),
		chance: part(of, 'chance')?.valueInteger ?? null,
		chanceSaid: partText(of, 'chanceSaid'),
		causeWord: partText(of, 'breachCauseWord'),
	};
}

function placeOf(of: Parameter): Step['place'] {
	const place = partText(of, 'place');
	return place === 'done' || place === 'now' ? place : 'ahead';
}

function stepOf(of: Parameter): Step {
	return {
		title: partText(of, 'title'),
		place: placeOf(of),
		at: partText(of, 'at'),
		by: partText(of, 'by'),
		resource: partText(of, 'resource'),
	};
}

function whyOf(answer: Parameters): Why {
	const all: Parameter = { name: 'why', part: answer.parameter ?? [] };
	const lines = (answer.parameter ?? []).filter((one) => one.name === 'line');
	return {
		headline: partText(all, 'headline'),
		lines: lines.map((one) => ({
			date: partText(one, 'date'),
			say: partText(one, 'say'),
			resource: partText(one, 'resource'),
			effect: partText(one, 'effect'),
		})),
		rule: partText(all, 'rule'),
		arithmetic: partText(all, 'arithmetic'),
		next: partText(all, 'next'),
	};
}

const episode = (id: string) => `EpisodeOfCare/${encodeURIComponent(id)}`;
const named = (answer: Parameters, name: string) => (answer.parameter ?? []).filter((one) => one.name === name);

// Of a pathway, or of anything else that has deadlines of its own.
export async function clocksOf(reference: string): Promise<Clock[]> {
	return named(await get<Parameters>(`${reference}/$clocks`), 'clock').map(clockOf);
}

export const clocks = (pathway: string): Promise<Clock[]> => clocksOf(episode(pathway));

export async function steps(pathway: string): Promise<Step[]> {
	return named(await get<Parameters>(`${episode(pathway)}/$steps`), 'step').map(stepOf);
}

// The arithmetic day by day, and what has moved a deadline.
export type ClockDay = { date: string; name: string; number: number | null; numberLate: number | null; none: string };
export type Change = {
	at: string;
	by: string;
	from: string;
	to: string;
	dueBefore: string;
	dueAfter: string;
	fact: string;
	resource: string;
	reason: string;
	undoable: boolean;
};

export async function clockDays(pathway: string, clock: string): Promise<ClockDay[]> {
	const answer = await get<Parameters>(`${episode(pathway)}/$clock-days?clock=${encodeURIComponent(clock)}`);
	return named(answer, 'day').map((of) => ({
		date: partText(of, 'date'),
		name: partText(of, 'name'),
		number: part(of, 'number')?.valueInteger ?? null,
		numberLate: part(of, 'numberLate')?.valueInteger ?? null,
		none: partText(of, 'none'),
	}));
}

export async function clockChanges(pathway: string, clock: string): Promise<Change[]> {
	const answer = await get<Parameters>(`${episode(pathway)}/$clock-history?clock=${encodeURIComponent(clock)}`);
	return named(answer, 'change').map((of) => ({
		at: partText(of, 'at'),
		by: partText(of, 'by'),
		from: partText(of, 'from'),
		to: partText(of, 'to'),
		dueBefore: partText(of, 'dueBefore'),
		dueAfter: partText(of, 'dueAfter'),
		fact: partText(of, 'fact'),
		resource: partText(of, 'resource'),
		reason: partText(of, 'reason'),
		undoable: part(of, 'undoable')?.valueBoolean === true,
	}));
}

// Takes the latest change of a resource back; refused where somebody has changed it since.
export async function undo(resource: string, reason: string): Promise<void> {
	const [place = '', version = ''] = resource.split('/_history/');
	const body: Parameters = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: reason }] };
	await post(`${place}/$undo`, body, `W/"${version}"`);
}

export async function told(pathway: string): Promise<Told> {
	const answer = await get<Parameters>(`${episode(pathway)}/$told`);
	const all: Parameter = { name: 'told', part: answer.parameter ?? [] };
	return {
		steps: named(answer, 'step').map((of) => ({
			said: partText(of, 'said'),
			place: placeOf(of),
			at: partText(of, 'at'),
		})),
		rights: named(answer, 'right').map((of) => ({
			clock: partText(of, 'clock'),
			said: partText(of, 'said'),
			verified: part(of, 'verified')?.valueBoolean === true,
		})),
		late: partText(all, 'late'),
		closed: partText(all, 'closed'),
		help: partText(all, 'help'),
	};
}

export async function clockWhy(pathway: string, clock: string): Promise<Why> {
	return whyOf(await get<Parameters>(`${episode(pathway)}/$explain?clock=${encodeURIComponent(clock)}`));
}

export async function taskWhy(task: string): Promise<Why> {
	return whyOf(await get<Parameters>(`Task/${encodeURIComponent(task)}/$explain`));
}

const ASKED_AT_ONCE = 50;

// What each pathway is about: a line that says only that something is missing tells nobody what.
async function titlesOf(pathways: string[]): Promise<Map<string, string>> {
	const titles = new Map<string, string>();
	for (let from = 0; from < pathways.length; from += ASKED_AT_ONCE) {
		const ids = pathways.slice(from, from + ASKED_AT_ONCE);
		const found = await search('EpisodeOfCare', { _id: ids.join(','), _count: String(ASKED_AT_ONCE) });
		for (const one of resourcesOf<Episode>(found, 'EpisodeOfCare'))
			titles.set(one.id ?? '', one.type?.[0]?.text ?? one.type?.[0]?.coding?.[0]?.display ?? '');
	}
	return titles;
}

export async function openEndsTitled(): Promise<OpenEnd[]> {
	const ends = await openEnds();
	const titles = await titlesOf(ends.map((end) => end.pathway));
	return ends.map((end) => ({ ...end, title: titles.get(end.pathway) ?? '' }));
}

export async function openEnds(): Promise<OpenEnd[]> {
	const answer = await get<Parameters>('EpisodeOfCare/$open-ends');
	return named(answer, 'pathway').map((one) => ({
		pathway: (partText(one, 'pathway') || partText(one, 'id') || partText(one, 'episode')).replace(
			/^EpisodeOfCare\//,
			'',
		),
		patient: partText(one, 'patient').replace(/^Patient\//, ''),
		department: partText(one, 'department'),
		reason: partText(one, 'reason'),
		since: partText(one, 'since'),
		title: '',
	}));
}

export async function pathwaysOf(patient: string): Promise<Episode[]> {
	const found = await search('EpisodeOfCare', { patient: `Patient/${patient}`, _count: '50' });
	const list = resourcesOf<Episode>(found, 'EpisodeOfCare');
	const open = (one: Episode) => (one.status === 'finished' || one.status === 'cancelled' ? 1 : 0);
	return list.sort((a, b) => open(a) - open(b) || (b.period?.start ?? '').localeCompare(a.period?.start ?? ''));
}

// What the referrer wrote, of this task's own pathway; a task that lies on none shows none.
export async function referralOfTask(pathway: string, patient: string, focus: string): Promise<ServiceRequest | null> {
	const [episode, all] = await Promise.all([get<Episode>(`EpisodeOfCare/${pathway}`), referralsOf(patient)]);
	const of = (reference: string | undefined) => all.find((one) => `ServiceRequest/${one.id}` === reference);
	return of(focus) ?? episode.referralRequest?.map((one) => of(one.reference)).find(Boolean) ?? null;
}

export async function referralsOf(patient: string): Promise<ServiceRequest[]> {
	const found = await search('ServiceRequest', { subject: `Patient/${patient}`, _count: '50' });
	return resourcesOf<ServiceRequest>(found, 'ServiceRequest');
}
