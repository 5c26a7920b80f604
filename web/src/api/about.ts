// about.ts: the thing a task is about, in a few lines: the letter that came, the time that is booked, the fault of the list, the dictation, the case.
// What is to be read before the task can be done is to stand beside it.
import { dayAndTime } from '../base/clock.ts';
import { isKey, language, say, type Key } from '../base/texts.ts';
import { get } from './client.ts';
import { codeOf, extensionOf, type Appointment, type CodeableConcept, type Communication, type Extension, type Reference, type Resource, type Task } from './fhir.ts';

export type About = { id: string; words: string; lines: { label: Key; value: string }[] };
type Line = { label: Key; value: string | undefined };

type Issue = Resource & { code?: CodeableConcept; detail?: string; identifiedDateTime?: string; implicated?: Reference[] };
type Document = Resource & {
	type?: CodeableConcept;
	description?: string;
	date?: string;
	author?: Reference[];
	content?: { attachment?: { title?: string } }[];
};
type Visit = Resource & { class?: { code?: string; display?: string }; period?: { start?: string }; location?: { location?: Reference }[] };
type Request = Resource & { code?: CodeableConcept; reasonCode?: CodeableConcept[] };

const when = (at: string | undefined) => (at ? dayAndTime(at, language.get()) : undefined);
const wordOf = (one: CodeableConcept | undefined) => one?.text ?? one?.coding?.[0]?.display ?? one?.coding?.[0]?.code;
const inner = (of: Resource, name: string, part: string): Extension | undefined =>
	extensionOf(of, `urn:limen:${name}`)?.extension?.find((one) => one.url === part);
const who = (one: Reference | undefined) => one?.display ?? (one?.reference?.startsWith('Patient/') ? say('caller.patient') : undefined);
const known = (key: string, code: string | undefined) => (isKey(key) ? say(key) : code);
const howWord = (code: string | undefined) => known(`interpreterHow.${code ?? ''}`, code);
const causeWord = (code: string | undefined) => known(`errorCause.${code ?? ''}`, code);

const READ: Record<string, (of: Resource) => { words: string | undefined; lines: Line[] }> = {
	Communication: (of) => {
		const it = of as Communication;
		return {
			words: it.payload
				?.map((one) => one.contentString)
				.filter(Boolean)
				.join('\n'),
			lines: [
				{ label: 'about.from', value: who(it.sender) },
				{ label: 'about.at', value: when(it.received ?? it.sent) },
				{ label: 'about.topic', value: it.topic?.text },
			],
		};
	},
	Appointment: (of) => {
		const it = of as Appointment;
		const language = inner(it, 'interpreter', 'language')?.valueString;
		const order = [howWord(inner(it, 'interpreter-order', 'how')?.valueCode), inner(it, 'interpreter-order', 'number')?.valueString];
		return {
			words: it.comment,
			lines: [
				{ label: 'about.time', value: when(it.start) },
				{ label: 'about.what', value: it.description },
				{ label: 'about.preparation', value: inner(it, 'preparation', 'text')?.valueString },
				{ label: 'about.interpreter', value: language && [language, ...order].filter(Boolean).join(' · ') },
				{ label: 'about.transport', value: extensionOf(it, 'urn:limen:transport-order') && say('about.ordered') },
			],
		};
	},
	DetectedIssue: (of) => {
		const it = of as Issue;
		const contacts = it.implicated ?? [];
		return {
			words: it.detail,
			lines: [
				{ label: 'about.rule', value: wordOf(it.code) },
				{ label: 'about.cause', value: causeWord(extensionOf(it, 'urn:limen:error-cause')?.valueCode) },
				{ label: 'about.contacts', value: contacts.map((one) => one.display ?? one.reference?.split('/')[1]).join(', ') },
				{ label: 'about.at', value: when(it.identifiedDateTime) },
			],
		};
	},
	DocumentReference: (of) => {
		const it = of as Document;
		return {
			words: it.description ?? it.content?.[0]?.attachment?.title,
			lines: [
				{ label: 'about.what', value: wordOf(it.type) },
				{ label: 'about.behalf', value: it.author?.map(who).filter(Boolean).join(', ') },
				{ label: 'about.for', value: inner(it, 'lent', 'for')?.valueReference?.display },
				{ label: 'about.list', value: when(inner(it, 'lent', 'list')?.valueDateTime) },
			],
		};
	},
	Encounter: (of) => {
		const it = of as Visit;
		return {
			words: undefined,
			lines: [
				{ label: 'about.at', value: when(it.period?.start) },
				{ label: 'about.what', value: it.class?.display ?? it.class?.code },
				{ label: 'about.place', value: it.location?.[0]?.location?.display },
			],
		};
	},
	Task: (of) => {
		const it = of as Task;
		return {
			words: it.description,
			lines: [
				{ label: 'about.case', value: wordOf(it.code) },
				{ label: 'about.at', value: when(it.authoredOn) },
				{ label: 'about.by', value: codeOf(it.performerType?.[0], 'urn:limen:role') ? undefined : it.requester?.display },
			],
		};
	},
	ServiceRequest: (of) => {
		const it = of as Request;
		return {
			words: undefined,
			lines: [
				{ label: 'about.topic', value: wordOf(it.reasonCode?.[0]) ?? wordOf(it.code) },
				{ label: 'about.cutoff', value: when(inner(it, 'mdt', 'cutoff')?.valueDateTime) },
				{ label: 'about.conference', value: when(inner(it, 'mdt', 'conference')?.valueDateTime) },
			],
		};
	},
};

export const canTell = (reference: string): boolean => (reference.split('/')[0] ?? '') in READ;

export async function aboutOf(reference: string): Promise<About> {
	const found = await get<Resource>(reference);
	const read = READ[found.resourceType]?.(found);
	const lines = (read?.lines ?? []).flatMap(({ label, value }) => (value ? [{ label, value }] : []));
	return { id: found.id ?? '', words: read?.words ?? '', lines };
}
