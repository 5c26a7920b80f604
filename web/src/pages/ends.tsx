// ends.tsx: løse ender: pathways without next step, date or closure. Shown with why they are loose, since when, whose they are.
import { useEffect } from 'preact/hooks';
import { learnPatients, keptPatient, organizationName } from '../api/people.ts';
import { openEndsTitled, type OpenEnd } from '../api/pathways.ts';
import { bannerName, cprOf, cprShown } from '../api/fhir.ts';
import { dayOf, daysUntil, shortDay } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go, patientPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';

async function readEnds(): Promise<OpenEnd[]> {
	const ends = await openEndsTitled();
	await learnPatients(ends.map((end) => end.patient || null));
	return ends.sort((a, b) => a.since.localeCompare(b.since));
}

function move(by: number): boolean {
	const links = [...document.querySelectorAll<HTMLElement>('.ends a')];
	const at = links.indexOf(document.activeElement as HTMLElement);
	links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
	return links.length > 0;
}

function End({ end }: { end: OpenEnd }) {
	const { t, language } = useTexts();
	const patient = keptPatient(end.patient);
	const cpr = cprOf(patient);
	const since = end.since ? dayOf(end.since) : '';
	return (
		<li>
			<a class="row row-end" href={patientPath(end.patient)}>
				<span class="due">
					<Badge level="none" words={t('due.none')} />
					{since && <span class="due-day">{t('ends.since', { day: shortDay(since, language) })}</span>}
				</span>
				<span class="cell-patient">
					<span class="row-name">{patient ? bannerName(patient) : end.patient || t('banner.noName')}</span>
					<span class="soft number">{cpr ? cprShown(cpr, false) : t('banner.noNumber')}</span>
				</span>
				<span class="cell-step">
					<span class="row-title">{end.title || end.reason}</span>
					{end.title && <span class="soft"> {end.reason}</span>}
				</span>
				<span class="cell-age soft">{since ? t('list.age', { n: Math.max(0, -daysUntil(since)) }) : ''}</span>
			</a>
		</li>
	);
}

type Group = [name: string, list: OpenEnd[]];

function byDepartment(ends: OpenEnd[]): Group[] {
	const groups = new Map<string, OpenEnd[]>();
	for (const end of ends) groups.set(end.department, [...(groups.get(end.department) ?? []), end]);
	return [...groups].sort((a, b) => b[1].length - a[1].length);
}

function Department({ name, list }: { name: string; list: OpenEnd[] }) {
	const { t } = useTexts();
	const organization = useLoad(name, () => (name ? organizationName(name) : Promise.resolve('')));
	const older = list.filter((end) => end.since && -daysUntil(dayOf(end.since)) > 30).length;
	return (
		<section class="ends-department">
			<h2>
				{organization.value || (name ? name.replace(/^Organization\//, '') : t('ends.nobodys'))}
				<span class="soft">
					{' '}
					· {t('ends.count', { n: list.length })}
					{older > 0 && ` · ${t('ends.old', { n: older })}`}
				</span>
			</h2>
			<ul class="ends list">
				{list.map((end) => (
					<End key={end.pathway} end={end} />
				))}
			</ul>
		</section>
	);
}

export function EndsPage() {
	const { t, language } = useTexts();
	const ends = useLoad(language, readEnds);
	useKeys((command) => {
		if (command === 'next' || command === 'previous') return move(command === 'next' ? 1 : -1);
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('nav.ends')} · Limen`;
	}, [language]);
	return (
		<div class="page page-list">
			<div class="lead">
				<h1>{t('nav.ends')}</h1>
				<p class="soft">{t('ends.lead')}</p>
			</div>
			{ends.failure !== null && <Failed failure={ends.failure} retry={ends.again} />}
			{!ends.value && ends.failure === null && <Loading />}
			{ends.value?.length === 0 && (
				<Empty title={t('ends.none')}>
					<p>{t('ends.noneHelp')}</p>
				</Empty>
			)}
			{ends.value && byDepartment(ends.value).map(([name, list]) => <Department key={name} name={name} list={list} />)}
		</div>
	);
}
