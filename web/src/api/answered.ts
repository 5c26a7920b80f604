// answered.ts: which forms can be filled in about a patient, which belong to a kind of task, and what was answered.
import { dayAndTime, shortDay } from '../base/clock.ts';
import { language, say } from '../base/texts.ts';
import { search } from './client.ts';
import { resourcesOf, type CodeableConcept, type Coding, type Reference, type Resource } from './fhir.ts';
import type { Answer, Attachment, FormResponse, Quantity, Questionnaire, ResponseItem } from './forms.ts';

const TASK_SYSTEM = 'urn:limen:task';

export type FormName = { id: string; url: string; title: string };
export type Line = { label: string; value: string };
export type Answered = { id: string; form: string; title: string; at: string; by: string; lines: Line[] };

type Kept = Questionnaire & {
	status?: string;
	subjectType?: string[];
	useContext?: { code?: Coding; valueCodeableConcept?: CodeableConcept }[];
};
type Response = FormResponse & { author?: Reference };

const nameOf = (one: Kept): FormName => ({ id: one.id ?? '', url: one.url ?? '', title: one.title ?? one.id ?? '' });
const aboutPatients = (one: Kept) => !one.subjectType || one.subjectType.length === 0 || one.subjectType.includes('Patient');

export async function forms(): Promise<FormName[]> {
	const kept = resourcesOf<Kept>(await search('Questionnaire', { status: 'active', _count: '200' }), 'Questionnaire');
	return kept
		.filter(aboutPatients)
		.map(nameOf)
		.sort((a, b) => a.title.localeCompare(b.title, language.get()));
}

// A form that is used in a kind of task says so in its useContext.
const ofKinds = new Map<string, Promise<FormName[]>>(); // asked once a kind: the worklist goes from task to task

export function formsOfKind(kind: string): Promise<FormName[]> {
	const known = ofKinds.get(kind);
	if (known) return known;
	const asked = search('Questionnaire', { status: 'active', context: `${TASK_SYSTEM}|${kind}` }).then(
		(found) => resourcesOf<Kept>(found, 'Questionnaire').map(nameOf),
		(failure: unknown) => {
			ofKinds.delete(kind);
			throw failure;
		},
	);
	ofKinds.set(kind, asked);
	return asked;
}

export const forgetFormsOfKinds = (): void => ofKinds.clear();

function worth(answer: Answer): string {
	const [name, value] = Object.entries(answer).find(([key]) => key.startsWith('value')) ?? [];
	const now = language.get();
	switch (name) {
		case 'valueBoolean':
			return say(value === true ? 'questionnaire.yes' : 'questionnaire.no');
		case 'valueDate':
			return shortDay(String(value), now);
		case 'valueDateTime':
			return dayAndTime(String(value), now);
		case 'valueDecimal':
			return String(value).replace('.', now === 'da' ? ',' : '.');
		case 'valueCoding':
			return (value as Coding).display ?? (value as Coding).code ?? '';
		case 'valueQuantity':
			return [(value as Quantity).value, (value as Quantity).unit ?? (value as Quantity).code].filter((one) => one !== undefined).join(' ');
		case 'valueAttachment':
			return (value as Attachment).title ?? (value as Attachment).contentType ?? '';
		case 'valueReference':
			return (value as Reference).display ?? (value as Reference).reference ?? '';
		default:
			return value === undefined ? '' : String(value);
	}
}

function linesOf(items: ResponseItem[]): Line[] {
	return items.flatMap((item) => {
		const answers = item.answer ?? [];
		const value = answers.map(worth).filter(Boolean).join(', ');
		const own = value ? [{ label: item.text ?? item.linkId, value }] : [];
		return [...own, ...linesOf(item.item ?? []), ...answers.flatMap((one) => linesOf(one.item ?? []))];
	});
}

const isOf = (response: Response, form: FormName) =>
	response.questionnaire === `Questionnaire/${form.id}` || (form.url !== '' && response.questionnaire?.split('|')[0] === form.url);

// The latest first.
export async function answeredOf(patient: string, known: FormName[]): Promise<Answered[]> {
	const found = await search('QuestionnaireResponse', { subject: `Patient/${patient}`, _sort: '-authored', _count: '50' });
	return resourcesOf<Response & Resource>(found, 'QuestionnaireResponse')
		.filter((one) => one.status !== 'entered-in-error')
		.map((one) => {
			const form = known.find((some) => isOf(one, some));
			return {
				id: one.id ?? '',
				form: form?.id ?? '',
				title: form?.title ?? say('questionnaire.title'),
				at: one.authored ?? one.meta?.lastUpdated ?? '',
				by: one.author?.reference ?? '',
				lines: linesOf(one.item ?? []),
			};
		});
}
