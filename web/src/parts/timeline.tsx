// timeline.tsx: the pathway as a line: what was done, by whom; the step now; what lies ahead and by when.
import type { Step } from '../api/pathways.ts';
import { dayOf, dueDay, longDay, shortDay } from '../base/clock.ts';
import { useTexts } from '../base/texts.ts';
import { nameOfActor } from './who.tsx';

function Below({ step }: { step: Step }) {
	const { t, language } = useTexts();
	if (!step.at) return <small>{step.place === 'now' ? t('timeline.now') : ' '}</small>;
	const day = step.place === 'done' ? dayOf(step.at) : dueDay(step.at);
	const by = step.place === 'done' ? nameOfActor(step.by) : '';
	const date = (
		<time dateTime={day} title={longDay(day, language)}>
			{shortDay(day, language)}
		</time>
	);
	return (
		<small>
			{step.place === 'done' ? (
				date
			) : (
				<>
					{t('timeline.by')} {date}
				</>
			)}
			{by && <span class="step-by">{by}</span>}
		</small>
	);
}

export function Timeline({ steps }: { steps: Step[] }) {
	const { t } = useTexts();
	if (steps.length === 0) return null;
	return (
		<ol class="timeline" aria-label={t('timeline.label')}>
			{steps.map((step, at) => (
				<li
					key={`${step.title}${at}`}
					class={step.place}
					aria-current={step.place === 'now' ? 'step' : undefined}
				>
					<span class="spoken">{t(`timeline.${step.place}`)}: </span>
					<span class="step-title">{step.title}</span>
					<Below step={step} />
				</li>
			))}
		</ol>
	);
}
