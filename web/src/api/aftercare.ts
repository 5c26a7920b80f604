// aftercare.ts: who had a hard conversation is looked after: a task for the leader, about the colleague, never about the patient.
import { say } from '../base/texts.ts';
import type { Card } from './calls.ts';
import { raiseTask } from './raise.ts';

export async function askAfterCare(card: Card, me: string): Promise<void> {
	await raiseTask({ kind: 'efter-svaer-samtale', focus: me, note: say(`reason.${card}`) });
}
