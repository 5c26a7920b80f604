// about.tsx: the thing a task is about, beside the task; what the referrer wrote has a card of its own.
import { aboutOf, canTell } from '../api/about.ts';
import { extensionOf } from '../api/fhir.ts';
import type { Row } from '../api/tasks.ts';
import { useLoad } from '../base/load.ts';
import { useTexts } from '../base/texts.ts';
import { Failed } from './states.tsx';

export function aboutReference(row: Row): string {
	return row.task.focus?.reference ?? extensionOf(row.task, 'urn:limen:about')?.valueReference?.reference ?? '';
}

export function AboutIt({ row, referral }: { row: Row; referral: string }) {
	const { t, language } = useTexts();
	const reference = aboutReference(row);
	const told = canTell(reference) && reference !== referral;
	const about = useLoad(told ? `${reference} ${row.version} ${language}` : null, () => aboutOf(reference));
	if (about.failure !== null) return <Failed failure={about.failure} retry={about.again} />;
	if (!about.value || (about.value.lines.length === 0 && !about.value.words)) return null;
	return (
		<div class="about" data-about={reference}>
			{about.value.words && <blockquote class="words">{about.value.words}</blockquote>}
			<dl class="pairs small">
				{about.value.lines.map((one) => [<dt key={`t${one.label}`}>{t(one.label)}</dt>, <dd key={`d${one.label}`}>{one.value}</dd>])}
			</dl>
		</div>
	);
}
