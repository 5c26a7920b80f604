// aftercare.ts: who had a hard conversation is looked after: a task for the leader, about the colleague, never about the patient.
import { addDays, localInstant, now, today } from '../base/clock.ts';
import { say } from '../base/texts.ts';
import type { Card } from './calls.ts';
import { post } from './client.ts';
import type { Communication } from './fhir.ts';

const KIND = 'efter-svaer-samtale';

export async function askAfterCare(call: Communication, card: Card, me: string): Promise<void> {
	const due = localInstant(addDays(today(), 2), '00:00'); // the end of tomorrow
	const body = {
		resourceType: 'Task',
		status: 'requested',
		intent: 'order',
		identifier: [{ system: 'urn:limen:cause', value: `${KIND}:Communication/${call.id}` }],
		code: { coding: [{ system: 'urn:limen:task', code: KIND, display: say('aftercare.title') }] },
		description: `${say('aftercare.title')}: ${say(`reason.${card}`)}`,
		authoredOn: new Date(now()).toISOString(),
		requester: { reference: me },
		performerType: [{ coding: [{ system: 'urn:limen:role', code: 'leader' }] }],
		restriction: { period: { end: due } },
		extension: [
			{ url: 'urn:limen:latest-start', valueInstant: due },
			{ url: 'urn:limen:because', valueString: say('aftercare.because') },
			{ url: 'urn:limen:about', valueReference: { reference: me } },
		],
	};
	await post('Task', body);
}
