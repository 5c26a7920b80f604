// consents.ts: what the patient has said others may hear: given, held as long as the law says, withdrawn.
import { now, today } from '../base/clock.ts';
import { say } from '../base/texts.ts';
import { get, post, put, search } from './client.ts';
import { resourcesOf, type CodeableConcept, type Reference, type Resource } from './fhir.ts';
import { clocksOf } from './pathways.ts';

export type ConsentGiven = { id: string; what: string; who: string; until: string };
type Consent = Resource & {
	resourceType: 'Consent';
	status: string;
	scope?: CodeableConcept;
	category?: CodeableConcept[];
	patient?: Reference;
	dateTime?: string;
	policyRule?: CodeableConcept;
	performer?: Reference[];
	provision?: { type?: string; actor?: { role?: CodeableConcept; reference?: Reference }[] };
};

// How long it holds is the law's to say: the clocks of the consent itself, the one that ends first.
async function heldUntil(id: string): Promise<string> {
	const dues = (await clocksOf(`Consent/${id}`)).map((clock) => clock.due).filter(Boolean);
	return dues.sort()[0] ?? '';
}

// What the patient has said others may hear, and still holds.
export async function consentsOf(patient: string): Promise<ConsentGiven[]> {
	const found = await search('Consent', { patient: `Patient/${patient}`, status: 'active', _count: '50' });
	const given = resourcesOf<Consent>(found, 'Consent').filter((one) => one.provision?.type !== 'deny');
	const list = await Promise.all(
		given.map(async (one) => ({
			id: one.id ?? '',
			what: one.category?.[0]?.text ?? one.category?.[0]?.coding?.[0]?.display ?? one.category?.[0]?.coding?.[0]?.code ?? '',
			who: (one.provision?.actor ?? [])
				.map((who) => who.reference?.display ?? who.reference?.reference ?? '')
				.filter(Boolean)
				.join(', '),
			until: await heldUntil(one.id ?? ''),
		})),
	);
	return list.filter((one) => one.until === '' || one.until >= today());
}

// A relative may be told: who.
export async function saveConsent(patient: string, who: string): Promise<void> {
	const consent: Consent = {
		resourceType: 'Consent',
		status: 'active',
		scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
		category: [{ coding: [{ system: 'urn:limen:consent-use', code: 'videregivelse-43' }], text: say('consent.relative') }],
		patient: { reference: `Patient/${patient}` },
		dateTime: new Date(now()).toISOString(),
		policyRule: { text: say('consent.policy') },
		performer: [{ reference: `Patient/${patient}` }],
		provision: {
			type: 'permit',
			actor: [{ role: { text: say('caller.relative') }, reference: { display: who.trim() } }],
		},
	};
	await post('Consent', consent);
}

export async function withdrawConsent(id: string): Promise<void> {
	const given = await get<Consent>(`Consent/${encodeURIComponent(id)}`);
	const changed: Consent = { ...given, status: 'inactive' };
	await put(`Consent/${encodeURIComponent(id)}`, changed, `W/"${given.meta?.versionId}"`);
}
