// forms.ts: a form that is being filled in. The server says what is enabled, calculated and wrong ($populate, $evaluate, docs/api.md); the
// page keeps what was typed.
import { actor, get, post } from './client.ts';
import type { Coding, Extension, Issue, Parameter, Resource } from './fhir.ts';
import { part, partText } from './fhir.ts';

export type ItemType =
	| 'group'
	| 'display'
	| 'boolean'
	| 'decimal'
	| 'integer'
	| 'date'
	| 'dateTime'
	| 'time'
	| 'string'
	| 'text'
	| 'url'
	| 'choice'
	| 'open-choice'
	| 'attachment'
	| 'reference'
	| 'quantity';
export type Option = Record<string, unknown>; // value[x]
export type Item = {
	linkId: string;
	text?: string;
	prefix?: string;
	type: ItemType;
	required?: boolean;
	repeats?: boolean;
	readOnly?: boolean;
	maxLength?: number;
	answerOption?: Option[];
	answerValueSet?: string;
	extension?: Extension[];
	item?: Item[];
};
export type Questionnaire = Resource & { resourceType: 'Questionnaire'; title?: string; description?: string; url?: string; item?: Item[] };
export type Attachment = { contentType?: string; data?: string; title?: string; size?: number };
export type Quantity = { value?: number; unit?: string; system?: string; code?: string };
export type Value = string | number | boolean | Coding | Quantity | Attachment | { reference?: string };
export type Answer = { [key: `value${string}`]: Value } & { item?: ResponseItem[] };
export type ResponseItem = { linkId: string; text?: string; answer?: Answer[]; item?: ResponseItem[] };
export type FormResponse = Resource & {
	resourceType: 'QuestionnaireResponse';
	questionnaire?: string;
	status: string;
	authored?: string;
	subject?: { reference: string };
	item?: ResponseItem[];
};

export type Fault = { code: string; text: string; warns: boolean };
export type ItemState = { enabled: boolean; calculated: boolean; options: Option[]; units: Coding[]; more: boolean; faults: Fault[] };
export type Filled = { response: FormResponse; items: Map<string, ItemState>; issues: Issue[] };

type Answered = Resource & { parameter?: (Parameter & { resource?: Resource; part?: Parameter[] })[] };

function optionOf(of: Parameter): Option {
	return Object.fromEntries(Object.entries(of).filter(([key]) => key.startsWith('value')));
}

function stateOf(of: Parameter): ItemState {
	const parts = of.part ?? [];
	return {
		enabled: part(of, 'enabled')?.valueBoolean ?? false,
		calculated: part(of, 'calculated')?.valueBoolean ?? false,
		more: part(of, 'more')?.valueBoolean ?? false,
		options: parts.filter((one) => one.name === 'option').map(optionOf),
		units: parts.flatMap((one) => (one.name === 'unit' && one.valueCoding ? [one.valueCoding] : [])),
		faults: parts
			.filter((one) => one.name === 'fault')
			.map((one) => ({
				code: partText(one, 'code'),
				text: partText(one, 'text'),
				warns: partText(one, 'severity') !== 'error',
			})),
	};
}

function filledOf(answer: Answered): Filled {
	const all = answer.parameter ?? [];
	const response = all.find((one) => one.name === 'response')?.resource as FormResponse;
	const issues = all.find((one) => one.name === 'issues')?.resource as (Resource & { issue?: Issue[] }) | undefined;
	const items = all.filter((one) => one.name === 'item');
	return {
		response,
		issues: issues?.issue ?? [],
		items: new Map(items.map((one) => [partText(one, 'key'), stateOf(one)])),
	};
}

const parameters = (parameter: object[]) => ({ resourceType: 'Parameters', parameter }) as Resource;

export function questionnaire(id: string): Promise<Questionnaire> {
	return get<Questionnaire>(`Questionnaire/${encodeURIComponent(id)}`);
}

export async function begin(id: string, patient: string | null): Promise<Filled> {
	const subject = patient ? [{ name: 'subject', valueReference: { reference: `Patient/${patient}` } }] : [];
	const answer = await post<Answered>(`Questionnaire/${encodeURIComponent(id)}/$populate`, parameters(subject));
	return filledOf(answer.body);
}

export async function goOn(form: Questionnaire, response: FormResponse, whole: boolean): Promise<Filled> {
	const asked = parameters([
		{ name: 'questionnaire', resource: form },
		{ name: 'response', resource: response },
		{ name: 'whole', valueBoolean: whole },
	]);
	return filledOf((await post<Answered>('QuestionnaireResponse/$evaluate', asked)).body);
}

export async function keep(response: FormResponse, authored: string): Promise<string> {
	const whole = { ...response, status: 'completed', authored, author: { reference: actor.get() } };
	return (await post<Resource>('QuestionnaireResponse', whole)).body.id ?? '';
}
