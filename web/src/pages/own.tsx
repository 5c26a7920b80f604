// own.tsx: the patient's own page: where am I, what happens next, what am I entitled to. Their words, large letters, one column, made for a
// telephone in a bus and for paper.
import { useEffect } from 'preact/hooks';
import { bannerName, type Episode } from '../api/fhir.ts';
import { pathwaysOf, type ToldStep } from '../api/pathways.ts';
import { dayOf, dueDay, longDay } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { go, patientPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { useTold } from '../parts/told.tsx';
import { usePathwayVersion, usePatient } from '../worklist/panel.tsx';

function Step({ step }: { step: ToldStep }) {
	const { t, language } = useTexts();
	const done = step.place === 'done';
	const day = step.at ? (done ? dayOf(step.at) : dueDay(step.at)) : '';
	return (
		<li class={`own-${step.place}`} aria-current={step.place === 'now' ? 'step' : undefined}>
			<span class="spoken">{t(`timeline.${step.place}`)}: </span>
			<span>
				{step.said}
				{day && (
					<span class="own-day">
						{!done && `${t('timeline.by')} `}
						<time dateTime={day}>{longDay(day, language)}</time>
					</span>
				)}
			</span>
		</li>
	);
}

function Pathway({ episode }: { episode: Episode }) {
	const { t } = useTexts();
	const id = episode.id ?? '';
	const said = useTold(id, usePathwayVersion(id));
	const title = episode.type?.[0]?.text ?? episode.type?.[0]?.coding?.[0]?.display ?? '';
	const rights = said.value?.rights.filter((right) => right.verified) ?? [];
	return (
		<section class="card own-pathway" aria-labelledby={`own-${id}`}>
			<h2 id={`own-${id}`}>{title || t('own.pathway')}</h2>
			{said.failure !== null && <Failed failure={said.failure} retry={said.again} />}
			{!said.value && said.failure === null && <Loading />}
			{said.value?.closed && <p class="own-now">{said.value.closed}</p>}
			{said.value && (
				<ol class="own-steps">
					{said.value.steps.map((step, at) => (
						<Step key={at} step={step} />
					))}
				</ol>
			)}
			{said.value?.late && <p class="own-late">{said.value.late}</p>}
			{rights.length > 0 && (
				<div class="own-rights">
					<h3>{t('own.rights')}</h3>
					{rights.map((right) => (
						<p key={right.clock}>{right.said}</p>
					))}
				</div>
			)}
			{said.value?.help && <p class="soft">{said.value.help}</p>}
		</section>
	);
}

export function OwnPage({ id }: { id: string }) {
	const { t, language } = useTexts();
	const patient = usePatient(id);
	const pathways = useLoad(id, () => pathwaysOf(id));
	useKeys((command) => {
		if (command !== 'back') return false;
		go(patientPath(id));
		return true;
	});
	useEffect(() => {
		document.title = `${t('own.title')} · Limen`;
	}, [language]);
	return (
		<div class="page page-own">
			<p class="crumbs no-print">
				<a href={patientPath(id)}>← {t('own.back')}</a>
			</p>
			<h1>{t('own.title')}</h1>
			{patient.value && <p class="own-name">{bannerName(patient.value)}</p>}
			{pathways.failure !== null && <Failed failure={pathways.failure} retry={pathways.again} />}
			{!pathways.value && pathways.failure === null && <Loading />}
			{pathways.value?.length === 0 && <Empty title={t('patient.noPathway')} />}
			{pathways.value?.map((episode) => (
				<Pathway key={episode.id} episode={episode} />
			))}
		</div>
	);
}
