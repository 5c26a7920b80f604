// patient.tsx: one patient: who, where in the pathway, the clocks and why, the next step, what else is open, what was done.
import { useEffect, useState } from 'preact/hooks';
import type { Episode, Patient, ServiceRequest } from '../api/fhir.ts';
import { organizationName } from '../api/people.ts';
import { coordinatorOf, tongueOf } from '../api/record.ts';
import { actor } from '../api/client.ts';
import { pathwaysOf, referralsOf, steps, type Step } from '../api/pathways.ts';
import { byStart, tasksOf, type Row } from '../api/tasks.ts';
import { dayAndTime } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go, ownPath, referralPath, taskPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Banner } from '../parts/banner.tsx';
import { DueBadge } from '../parts/badge.tsx';
import { HabitsHere } from '../parts/habits.tsx';
import { PatientCards } from '../parts/patientcards.tsx';
import { Referral, reasonOf } from '../parts/referral.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { useSubject } from '../shell/raise.tsx';
import { SayIt } from '../parts/told.tsx';
import { nameOfActor, workerOf } from '../parts/who.tsx';
import { NextStep, PathwayClocks, PathwayLine, TaskWhy, usePathwayVersion, usePatient } from '../worklist/panel.tsx';

const CLOSED = ['finished', 'cancelled', 'entered-in-error'];

function referralOf(episode: Episode, referrals: ServiceRequest[]): ServiceRequest | undefined {
	const ids = episode.referralRequest?.map((one) => one.reference) ?? [];
	return referrals.find((one) => ids.includes(`ServiceRequest/${one.id}`));
}

function OpenTasks({ rows, now }: { rows: Row[]; now: Row | undefined }) {
	const { t } = useTexts();
	const others = rows.filter((row) => row.id !== now?.id);
	if (others.length === 0) return null;
	return (
		<section class="card" aria-labelledby="open-tasks">
			<h3 id="open-tasks">{t('patient.openTasks')}</h3>
			<ul class="small-list">
				{others.map((row) => (
					<li key={row.id}>
						<DueBadge row={row} />
						<span>
							<a href={taskPath(row.id)}>{row.step}</a>
							<span class="soft small">
								{' '}
								·{' '}
								{nameOfActor(row.owner) || t(row.role === 'doctor' ? 'role.doctor' : 'role.secretary')}
							</span>
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}

function History({ list }: { list: Step[] }) {
	const { t, language } = useTexts();
	const done = list.filter((step) => step.place === 'done').reverse();
	if (done.length === 0) return null;
	return (
		<section class="card" aria-labelledby="history">
			<h3 id="history">{t('patient.history')}</h3>
			<ol class="why-lines history">
				{done.map((step, at) => (
					<li key={at}>
						<time dateTime={step.at}>{step.at ? dayAndTime(step.at, language) : ''}</time>
						<span>
							{step.title}
							{step.by && <span class="soft"> · {nameOfActor(step.by)}</span>}
						</span>
					</li>
				))}
			</ol>
		</section>
	);
}

// Whose pathway it is: a patient may be under way in several departments at once.
function Department({ episode }: { episode: Episode }) {
	const reference = episode.managingOrganization?.reference ?? '';
	const named = episode.managingOrganization?.display;
	const name = useLoad(reference && !named ? reference : null, () => organizationName(reference));
	return <span class="soft pathway-department">{named ?? name.value ?? ''}</span>;
}

// Under way in more than one place: all of it in a line each, before any of it in full.
function Across({ list }: { list: Episode[] }) {
	const { t } = useTexts();
	const open = list.filter((one) => !CLOSED.includes(one.status));
	if (open.length < 2) return null;
	return (
		<nav class="card across" aria-label={t('patient.across')}>
			<h2>{t('patient.acrossCount', { n: open.length })}</h2>
			<ul class="plain-list">
				{open.map((one) => (
					<li key={one.id}>
						<button
							type="button"
							class="link"
							onClick={() => document.getElementById(`pathway-${one.id}`)?.scrollIntoView({ block: 'start' })}
						>
							{one.type?.[0]?.text ?? one.type?.[0]?.coding?.[0]?.display ?? t('panel.pathway')}
						</button>{' '}
						<Department episode={one} />
					</li>
				))}
			</ul>
		</nav>
	);
}

// What one needs to know before speaking to the patient.
function Known({ patient }: { patient: Patient }) {
	const { t } = useTexts();
	const coordinator = nameOfActor(coordinatorOf(patient));
	const tongue = tongueOf(patient);
	if (!coordinator && !tongue) return null;
	return (
		<p class="known">
			{coordinator && (
				<span>
					<span class="soft">{t('record.coordinator')}</span> {coordinator}
				</span>
			)}
			{tongue && (
				<span>
					<span class="soft">{t('record.tongue')}</span> {tongue}
				</span>
			)}
		</p>
	);
}

type PathwayProps = { episode: Episode; referral: ServiceRequest | undefined; patient: string };

function Pathway({ episode, referral, patient }: PathwayProps) {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const id = episode.id ?? '';
	const fresh = usePathwayVersion(id);
	const open = useLoad(`${id} ${fresh} ${language}`, () => tasksOf(id));
	const line = useLoad(`${id} ${fresh} ${language}`, () => steps(id));
	const rows = [...(open.value ?? [])].sort(byStart);
	const role = workerOf(me)?.code ?? '';
	const now = rows.find((row) => row.role === role) ?? rows[0];
	const title =
		episode.type?.[0]?.text ?? episode.type?.[0]?.coding?.[0]?.display ?? (referral ? reasonOf(referral) : '');
	return (
		<section class="pathway" aria-labelledby={`pathway-${id}`}>
			<h2 id={`pathway-${id}`}>
				{title ? t('patient.pathwayOf', { title }) : t('panel.pathway')}
				{CLOSED.includes(episode.status) && <span class="tag">{t('patient.closed')}</span>} <Department episode={episode} />
			</h2>
			<div class="pathway-state">
				<PathwayLine pathway={id} fresh={fresh} />
				<PathwayClocks pathway={id} fresh={fresh} />
			</div>
			<div class="pathway-main">
				{now && (
					<NextStep
						key={now.id}
						row={now}
						referral={referral}
						done={open.again}
						changed={open.again}
						renew={open.again}
					/>
				)}
				{now && <HabitsHere row={now} />}
				{open.failure !== null && <Failed failure={open.failure} retry={open.again} />}
				{!now && open.value && (
					<Empty title={CLOSED.includes(episode.status) ? t('patient.isClosed') : t('patient.noNext')}>
						{!CLOSED.includes(episode.status) && <p>{t('patient.noNextHelp')}</p>}
					</Empty>
				)}
			</div>
			<div class="pathway-side">
				<SayIt pathway={id} patient={patient} fresh={fresh} />
				{now && <TaskWhy row={now} fresh={fresh} />}
				<OpenTasks rows={rows} now={now} />
				{referral && <Referral referral={referral} />}
				<History list={line.value ?? []} />
			</div>
		</section>
	);
}

export function PatientPage({ id }: { id: string }) {
	const { t, language } = useTexts();
	const read = usePatient(id);
	const [edited, setEdited] = useState<Patient | null>(null);
	const patient = { ...read, value: edited ?? read.value };
	const pathways = useLoad(id, () => pathwaysOf(id));
	const referrals = useLoad(id, () => referralsOf(id));
	const first = pathways.value?.find((one) => !CLOSED.includes(one.status))?.id ?? null;
	useSubject(patient.value && { patient: id, pathway: first });
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('patient.title')} · Limen`;
	}, [language]);
	if (patient.failure !== null)
		return (
			<div class="page">
				<Failed failure={patient.failure} retry={patient.again} />
			</div>
		);
	return (
		<div class="page page-patient">
			<div class="page-top">
				{patient.value ? <Banner patient={patient.value} level={1} /> : <Loading />}
				<p class="crumbs no-print">
					<a href={PATHS.worklist}>← {t('nav.worklist')}</a>
					<a href={referralPath(id)}>{t('patient.newReferral')}</a>
					<a href={ownPath(id)}>{t('patient.whereAmI')}</a>
				</p>
			</div>
			{patient.value && <Known patient={patient.value} />}
			<Across list={pathways.value ?? []} />
			{pathways.failure !== null && <Failed failure={pathways.failure} retry={pathways.again} />}
			{pathways.value?.length === 0 && (
				<Empty title={t('patient.noPathway')}>
					<p>
						<a class="button" href={referralPath(id)}>
							{t('patient.newReferral')}
						</a>
					</p>
				</Empty>
			)}
			{pathways.value?.map((episode) => (
				<Pathway
					key={episode.id}
					episode={episode}
					referral={referralOf(episode, referrals.value ?? [])}
					patient={id}
				/>
			))}
			{patient.value && <PatientCards patient={patient.value} changed={setEdited} pathway={first} />}
		</div>
	);
}
