// batch.ts: answers to several tasks in one go: each for itself, so that one that is refused does not keep the others.
import { post } from './client.ts';
import { part, partText, type Parameters } from './fhir.ts';
import type { Answers, Row } from './tasks.ts';

export type Answered = { id: string; failure: string | null };

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
			return { id: partText(one, 'id'), failure: refused ? (issue ? partText(issue, 'text') : '') : null };
		});
}
