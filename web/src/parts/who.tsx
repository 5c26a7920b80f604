// who.tsx: names for the references of those who work here.
import { Value } from '../base/value.ts';
import type { Worker } from '../api/people.ts';

export const staff = new Value<Worker[]>([]);

export function workerOf(reference: string): Worker | undefined {
	return staff.get().find((one) => one.reference === reference);
}

// A reference as people say it. Machines keep their own short names ("Device/gp-message" → "gp-message").
export function nameOfActor(reference: string): string {
	if (!reference) return '';
	return workerOf(reference)?.name ?? reference.replace(/^[A-Z][A-Za-z]+\//, '');
}

export function bareName(name: string): string {
	return name.replace(/^(Ledende sekretær|Sekretær|Sygeplejerske|Læge|Dr\.?|Overlæge|Secretary|Doctor)\s+/i, '');
}

// "Sekretær A" → "A"; "Anne Bruun" → "AB": room for it in a narrow column, the whole name in its title.
export function initials(name: string): string {
	const words = bareName(name).split(/\s+/).filter(Boolean);
	return words
		.map((word) => word[0]?.toUpperCase() ?? '')
		.join('')
		.slice(0, 3);
}
