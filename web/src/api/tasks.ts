// tasks.ts: the worklist's rows, the kinds of task with their forms, and doing a task.
import { addDays, dayOf, daysUntil, dueDay, now, today } from '../base/clock.ts';
import { language } from '../base/texts.ts';
import { nextPath, get, post, search } from './client.ts';
import {
	codeOf,
	extensionOf,
	idOf,
	resourcesOf,
	translated,
	type Bundle,
	type CodeableConcept,
	type Coding,
	type Extension,
	type Parameters,
	type Patient,
	type Resource,
	type Task,
} from './fhir.ts';
import { keepPatients, learnPatients, type RoleCode } from './people.ts';

const TASK_SYSTEM = 'urn:limen:task';
const CLOCK_SYSTEM = 'urn:limen:clock';
const FORCE_SYSTEM = 'urn:limen:clock-force';

export const FILTERS = ['mine', 'team', 'other'] as const;
export type Filter = (typeof FILTERS)[number];
export type Group = 'late' | 'today' | 'week' | 'later' | 'none';
export const GROUPS: readonly Group[] = ['late', 'today', 'week', 'later', 'none'];
export type Row = {
	id: string;
	version: string;
	task: Task;
	kind: string;
	patient: string | null;
	pathway: string | null;
	step: string; // what is to be done: "Book tid"
	about: string; // on what: "makroskopisk hæmaturi, visiteret til udredning"
	because: string;
	law: string;
	force: string; // of the rule behind the date: law, recommendation, local; empty where there is none
	due: string | null; // the last day it is in time
	lawDue: string | null; // the last day the law allows, where a law stands behind it
	dueAt: string | null; // as the server said it
	start: string | null; // latest start, an instant
	owner: string;
	role: string;
	open: boolean;
	hold: string; // on hold: until when, or 'yes'; else empty
};

const OPEN = ['draft', 'requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'];

// "Udredningsret (Sundhedsloven § 82 b)" → "Sundhedsloven § 82 b": the clock's name stands in the line before it already.
function lawOf(text: string, clock: string): string {
	const named = clock !== '' && text.startsWith(`${clock} (`) && text.endsWith(')');
	return named ? text.slice(clock.length + 2, -1) : text || clock;
}

export function rowOf(task: Task): Row {
	const dueAt = task.restriction?.period?.end ?? null;
	const performer = task.performerType?.[0];
	const line = translated(task.description, task._description, language.get());
	const [, step = line, about = ''] = /^([^:?]{3,90}(?=: )|[^:?]{3,90}\?(?= )):? (.*)$/s.exec(line) ?? [];
	const because = extensionOf(task, 'urn:limen:because');
	const clock = task.reasonCode?.coding?.find((one) => one.system === CLOCK_SYSTEM);
	const lawDue = extensionOf(task, 'urn:limen:law-due')?.valueInstant;
	return {
		id: task.id ?? '',
		version: task.meta?.versionId ?? '',
		task,
		kind: codeOf(task.code, TASK_SYSTEM) || (task.code?.coding?.[0]?.code ?? ''),
		patient: idOf(task.for, 'Patient'),
		pathway: idOf(extensionOf(task, 'urn:limen:pathway')?.valueReference, 'EpisodeOfCare'),
		step: step || (task.code?.coding?.[0]?.display ?? ''),
		about,
		because: translated(because?.valueString, because?._valueString, language.get()),
		law: lawOf(task.reasonCode?.text ?? '', clock?.display ?? ''),
		force: codeOf(task.reasonCode, FORCE_SYSTEM),
		due: dueAt ? dueDay(dueAt) : null,
		lawDue: lawDue ? dueDay(lawDue) : null,
		dueAt,
		start: extensionOf(task, 'urn:limen:latest-start')?.valueInstant ?? null,
		owner: task.owner?.reference ?? '',
		role: codeOf(performer, 'urn:limen:role') || (performer?.coding?.[0]?.code ?? ''),
		open: OPEN.includes(task.status),
		hold: task.status === 'on-hold' ? (extensionOf(task, 'urn:limen:until')?.valueDate ?? 'yes') : '',
	};
}

// Where a row stands: past its date; to be started today; this week (to Sunday, but at least three days ahead); later; no date.
export function groupOf(row: Row): Group {
	if (!row.due && !row.start) return 'none';
	if (row.due && daysUntil(row.due) < 0) return 'late';
	const startDay = row.start ? dayOf(row.start) : (row.due ?? today());
	if (
		(row.start && Date.parse(row.start) <= now()) ||
		daysUntil(startDay) <= 0 ||
		(row.due && daysUntil(row.due) <= 0)
	)
		return 'today';
	const weekday = (new Date(`${today()}T00:00:00Z`).getUTCDay() + 6) % 7;
	const weekEnds = addDays(today(), Math.max(6 - weekday, 3));
	return startDay <= weekEnds ? 'week' : 'later';
}

// Past its date, and the law's too: a breach. A goal of the department's own that is passed is none.
export function isBreach(row: Row): boolean {
	return row.due !== null && daysUntil(row.due) < 0 && row.lawDue !== null && daysUntil(row.lawDue) < 0;
}

export type Level = 'late' | 'goal' | 'today' | 'soon' | 'ok' | 'none';
export function levelOf(row: Row): Level {
	if (!row.due) return 'none';
	const days = daysUntil(row.due);
	if (days < 0) return isBreach(row) ? 'late' : 'goal';
	if (days === 0) return 'today';
	const group = groupOf(row);
	return days <= 2 || group === 'today' ? 'soon' : 'ok';
}

// Rows that begin together stay as the server ranked them: by harm, then by age.
export function byStart(a: Row, b: Row): number {
	const group = GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b));
	return group || (a.start ?? a.dueAt ?? '~').localeCompare(b.start ?? b.dueAt ?? '~');
}

export type Page = { rows: Row[]; total: number | null; next: string | null };
const PAGE_SIZE = '100';

async function pageOf(bundle: Bundle): Promise<Page> {
	keepPatients(resourcesOf<Patient>(bundle, 'Patient'));
	const rows = resourcesOf<Task>(bundle, 'Task').map(rowOf);
	await learnPatients(rows.map((row) => row.patient));
	return { rows, total: bundle.total ?? null, next: nextPath(bundle) };
}

export function filterQuery(filter: Filter, me: string, role: RoleCode): Record<string, string> {
	if (filter === 'mine') return { owner: me };
	const own = role || 'secretary';
	const other = own === 'doctor' ? 'secretary' : 'doctor';
	return { role: filter === 'team' ? own : other };
}

export async function worklist(query: Record<string, string>, count = PAGE_SIZE): Promise<Page> {
	return pageOf(
		await search('Task', {
			open: 'true',
			...query,
			_sort: 'rank',
			_count: count,
			_total: 'accurate',
			_include: 'Task:patient',
		}),
	);
}

export async function countTasks(query: Record<string, string>): Promise<number | null> {
	return (await search('Task', { open: 'true', ...query, _summary: 'count' })).total ?? null;
}

export async function worklistNext(path: string): Promise<Page> {
	return pageOf(await get<Bundle>(path));
}

export async function tasksOf(pathway: string): Promise<Row[]> {
	const bundle = await search('Task', { open: 'true', pathway: `EpisodeOfCare/${pathway}`, _sort: 'latest-start' });
	return resourcesOf<Task>(bundle, 'Task').map(rowOf);
}

export async function task(id: string): Promise<Row> {
	return rowOf(await get<Task>(`Task/${encodeURIComponent(id)}`));
}

const FIELD_TYPES = ['choice', 'text', 'date', 'dateTime', 'boolean', 'integer'] as const;
export type FieldType = (typeof FIELD_TYPES)[number] | 'patient';
export type Field = {
	name: string;
	label: string;
	type: FieldType;
	required: boolean;
	help: string;
	initial: string;
	options: { code: string; display: string }[];
};
export type Kind = { id: string; title: string; guide: string; roles: string[]; fields: Field[]; never: string[] };
type Item = {
	linkId: string;
	text?: string;
	type?: string;
	required?: boolean;
	extension?: Extension[];
	answerOption?: { valueCoding?: Coding; initialSelected?: boolean }[];
	initial?: { valueString?: string; valueInteger?: number; valueBoolean?: boolean }[];
};
type Questionnaire = Resource & { item?: Item[] };
type ActivityDefinition = Resource & {
	title?: string;
	name?: string;
	description?: string;
	contained?: Questionnaire[];
	participant?: { role?: CodeableConcept }[];
};

// A text that is to be a patient says so in its words; people choose by name, nobody writes a reference.
const A_PATIENT = /\s*\(?Patient\/…\)?(, | )?/;

function typeOf(item: Item, help: string): FieldType {
	const type = FIELD_TYPES.find((one) => one === item.type) ?? 'text';
	return type === 'text' && A_PATIENT.test(`${item.text ?? ''} ${help}`) ? 'patient' : type;
}

function fieldOf(item: Item): Field {
	const help = extensionOf(item, 'urn:limen:help')?.valueString ?? '';
	const type = typeOf(item, help);
	const words = (text: string) => (type === 'patient' ? text.replace(A_PATIENT, '') : text);
	const selected = item.answerOption?.find((one) => one.initialSelected)?.valueCoding?.code;
	const first = item.initial?.[0];
	return {
		name: item.linkId,
		label: words(item.text ?? item.linkId),
		type,
		required: item.required === true,
		help: words(help),
		initial: selected ?? String(first?.valueString ?? first?.valueInteger ?? first?.valueBoolean ?? ''),
		options: (item.answerOption ?? []).map((one) => ({
			code: one.valueCoding?.code ?? '',
			display: one.valueCoding?.display ?? '',
		})),
	};
}

// The kind's form is a Questionnaire contained in it (work.h).
function kindOf(definition: ActivityDefinition): Kind {
	const form = definition.contained?.find((one) => one.resourceType === 'Questionnaire');
	const never = definition.extension?.filter((one) => one.url === 'urn:limen:never') ?? [];
	return {
		id: definition.id ?? '',
		title: definition.title ?? definition.name ?? definition.id ?? '',
		guide: definition.description ?? '',
		roles: (definition.participant ?? []).map((one) => codeOf(one.role, 'urn:limen:role')).filter(Boolean),
		fields: (form?.item ?? []).map(fieldOf),
		never: never.map((one) => one.valueString ?? ''),
	};
}

export async function kind(id: string): Promise<Kind> {
	return kindOf(await get<ActivityDefinition>(`ActivityDefinition/${encodeURIComponent(id)}`));
}

export type Answers = Record<string, string>;
export async function completeTask(row: Row, answers: Answers): Promise<void> {
	const filled = Object.entries(answers).filter(([, value]) => value !== '');
	const body: Parameters = {
		resourceType: 'Parameters',
		parameter: filled.map(([name, valueString]) => ({ name, valueString })),
	};
	await post(`Task/${encodeURIComponent(row.id)}/$complete`, body, `W/"${row.version}"`);
}
