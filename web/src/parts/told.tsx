// told.tsx: "say it like this": where the patient is and what they are entitled to, as a sentence to read aloud on the telephone.
import { told, type Told } from '../api/pathways.ts';
import { useLoad } from '../base/load.ts';
import { ownPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { Failed, Loading } from './states.tsx';

export function useTold(pathway: string, fresh: number) {
	const { language } = useTexts();
	return useLoad(`${pathway} ${language} ${fresh}`, () => told(pathway));
}

// The last thing that was done, and the next: what a caller wants to know first.
function Sentences({ said }: { said: Told }) {
	const done = said.steps.filter((step) => step.place === 'done').at(-1);
	const next = said.steps.find((step) => step.place !== 'done');
	return (
		<p class="say-now">
			{said.closed || [done?.said, next?.said].filter(Boolean).join(' ')}
			{said.late && ` ${said.late}`}
		</p>
	);
}

type SayProps = { pathway: string; patient: string; fresh: number; quiet?: boolean }; // quiet: the page says itself what not to say

export function SayIt({ pathway, patient, fresh, quiet }: SayProps) {
	const { t } = useTexts();
	const said = useTold(pathway, fresh);
	return (
		<section class="card say" aria-labelledby={`say-${pathway}`}>
			<h3 id={`say-${pathway}`}>{t('say.title')}</h3>
			{said.failure !== null && <Failed failure={said.failure} retry={said.again} />}
			{!said.value && said.failure === null && <Loading />}
			{said.value && (
				<>
					<Sentences said={said.value} />
					{said.value.rights.map((right) => (
						<p key={right.clock} class="say-right">
							{right.said}
							{!right.verified && <span class="tag">{t('say.unverified')}</span>}
						</p>
					))}
					<p class="soft small">
						{!quiet && `${t('say.not')} `}
						<a class="no-print" href={ownPath(patient)}>
							{t('say.own')}
						</a>
					</p>
				</>
			)}
		</section>
	);
}
