// find.ts: one box over all one may see. What is typed goes in a form, never in an address.
import { ask } from './client.ts';
import { bannerName, part, partText, type Episode, type Parameters } from './fhir.ts';
import { findPatients, readCpr } from './people.ts';

export const FOUND_KINDS = ['patient', 'pathway', 'task', 'person', 'guide'] as const;
export type Found = {
	kind: (typeof FOUND_KINDS)[number];
	reference: string;
	title: string;
	detail: string;
	birth: string;
	related: boolean; // false: of the patient one is told name, time and place only
	time: string;
	place: string;
};

async function findAll(typed: string): Promise<Found[]> {
	const { body } = await ask<Parameters>('$find', { method: 'POST', form: new URLSearchParams({ q: typed }) });
	return (body.parameter ?? []).flatMap((one) => {
		const kind = FOUND_KINDS.find((known) => known === partText(one, 'kind'));
		if (one.name !== 'match' || !kind) return [];
		return [
			{
				kind,
				reference: partText(one, 'reference'),
				title: partText(one, 'title'),
				detail: partText(one, 'detail'),
				birth: partText(one, 'birthDate'),
				related: part(one, 'related')?.valueBoolean !== false,
				time: partText(one, 'time'),
				place: partText(one, 'place'),
			},
		];
	});
}

// A day of birth or a telephone number is no name: those are asked of the patients alone.
async function findByDigits(typed: string): Promise<Found[]> {
	return (await findPatients(typed)).map((one) => ({
		kind: 'patient',
		reference: `Patient/${one.id}`,
		title: bannerName(one),
		detail: '',
		birth: one.birthDate ?? '',
		related: true,
		time: '',
		place: '',
	}));
}

export async function find(typed: string): Promise<Found[]> {
	const number = readCpr(typed);
	const list = number && 'partial' in number ? await findByDigits(typed) : await findAll(typed);
	return list.sort((a, b) => FOUND_KINDS.indexOf(a.kind) - FOUND_KINDS.indexOf(b.kind));
}

export async function patientOfPathway(reference: string): Promise<string | null> {
	const { body } = await ask<Episode>(reference);
	return body.patient?.reference?.replace(/^Patient\//, '') ?? null;
}
