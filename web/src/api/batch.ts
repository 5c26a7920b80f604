// batch.ts: answers to several tasks in one go: each for itself, so that one that is refused does not keep the others.
import { post } from './client.ts';
import { part, partText, type Parameters } from './fhir.ts';
import type { Answers, Row } from './tasks.ts';

export type Answered = { id: string; failure: string | null; wrote: string[] }; // wrote: versions, to be taken back

export async function answerAll(list: { row: Row; answers: Answers }[]): Promise<Answered[]> {
	const body: Parameters = {
		resourceType: 'Parameters',
		parameter: list.map(({ row, answers }) => ({
			name: 'task',
			part: [
				{ name: 'id', valueId: row.id },
				{
					name: 'answer',
					part: Object.entries(answers)
						.filter(([, value]) => value !== '')
						.map(([name, valueString]) => ({ name, valueString })),
				},
			],
		})),
	};
	const { body: answers } = await post<Parameters>('Task/$complete-batch', body);
	return (answers.parameter ?? [])
		.filter((one) => one.name === 'result')
		.map((one) => {
			const issue = part(one, 'issue');
			const refused = partText(one, 'outcome') === 'refused';
			const wrote = (one.part ?? []).flatMap((some) => (some.name === 'wrote' ? (some.valueReference?.reference ?? []) : []));
			return { id: partText(one, 'id'), failure: refused ? (issue ? partText(issue, 'text') : '') : null, wrote };
		});
}

// All of it or nothing: where somebody has changed one of them since, none is taken back.
export async function takeBackAll(wrote: string[], reason: string): Promise<void> {
	const what = wrote.map((reference) => ({ name: 'what', valueReference: { reference } }));
	const body: Parameters = { resourceType: 'Parameters', parameter: [...what, { name: 'reason', valueString: reason }] };
	await post('$undo', body);
}
