// batch.ts: answers to several tasks in one go: each for itself, so that one that is refused does not keep the others.
import { completeTask, type Row } from './tasks.ts';

export type Answered = { id: string; failure: string | null };

export async function answerAll(list: { row: Row; answer: string }[]): Promise<Answered[]> {
	const results: Answered[] = [];
	for (const { row, answer } of list) {
		try {
			await completeTask(row, { answer });
			results.push({ id: row.id, failure: null });
		} catch (failure) {
			results.push({ id: row.id, failure: failure instanceof Error ? failure.message : String(failure) });
		}
	}
	return results;
}
