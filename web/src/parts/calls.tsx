// calls.tsx: calls that were logged, one a line: when, about what, what came of it.
import type { ComponentChildren } from 'preact';
import type { Logged } from '../api/calls.ts';
import { bannerName } from '../api/fhir.ts';
import { keptPatient } from '../api/people.ts';
import { dayAndTime } from '../base/clock.ts';
import { isKey, say, useTexts } from '../base/texts.ts';
import { nameOfActor } from './who.tsx';

export function outcomeWord(outcome: string): string {
	const key = `outcome.${outcome}`;
	return isKey(key) ? say(key) : outcome;
}

export function nameOfPatient(id: string | null): string {
	const patient = keptPatient(id);
	return patient ? bannerName(patient) : '';
}

type Props = { list: Logged[]; named?: boolean; action?: (one: Logged) => ComponentChildren };

export function Calls({ list, named, action }: Props) {
	const { t, language } = useTexts();
	return (
		<ol class="why-lines history calls">
			{list.map((one) => (
				<li key={one.id}>
					<time dateTime={one.at}>{dayAndTime(one.at, language)}</time>
					<span>
						{named && <strong>{nameOfPatient(one.patient) || t('call.nobody')} </strong>}
						{one.reason}
						<span class="soft">
							{' '}
							· {outcomeWord(one.outcome)}
							{one.from && ` · ${one.from}`}
							{one.by && ` · ${nameOfActor(one.by)}`}
						</span>
						{one.said && <span class="calls-said">{one.said}</span>}
						{action && ' '}
						{action?.(one)}
					</span>
				</li>
			))}
		</ol>
	);
}
