// panel.tsx: one task in full: who it is about, where the pathway stands, the next step with its form, why, and the clocks.
import { useEffect, useRef, useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { watchFeed } from '../api/feed.ts';
import type { Patient, ServiceRequest } from '../api/fhir.ts';
import { keptPatient, patient as readPatient } from '../api/people.ts';
import { clocks, referralOfTask, steps, taskWhy } from '../api/pathways.ts';
import { assignTask, giveBackTask, takeTask } from '../api/owner.ts';
import { kind as readKind, type Kind, type Row } from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { calmly } from '../base/calm.ts';
import { useLoad, type Loaded } from '../base/load.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Banner } from '../parts/banner.tsx';
import { AboutIt } from '../parts/about.tsx';
import { DueBadge, lawWords } from '../parts/badge.tsx';
import { Clocks } from '../parts/clocks.tsx';
import { TaskForms } from '../parts/formlinks.tsx';
import { HandOverDialog, Handovers, HoldDialog, meNow } from '../parts/handover.tsx';
import { HabitsHere } from '../parts/habits.tsx';
import { Referral, proposalOf, wordsOf } from '../parts/referral.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { TaskForm } from '../parts/taskform.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { WhyText } from '../parts/why.tsx';
import { nameOfActor, workerOf } from '../parts/who.tsx';

const GATHER_MS = 300; // one commit makes several changes

// Asked again when the feed says something moved.
export function usePathwayVersion(pathway: string | null): number {
	const [version, setVersion] = useState(0);
	useEffect(() => {
		if (!pathway) return undefined;
		const calm = calmly(() => setVersion((n) => n + 1), GATHER_MS);
		const stop = watchFeed(calm.heard);
		return () => (calm.stop(), stop());
	}, [pathway]);
	return version;
}

export function usePatient(id: string | null) {
	return useLoad<Patient | null>(id, async () => (id ? (keptPatient(id) ?? readPatient(id)) : null));
}

export function PathwayLine({ pathway, fresh }: { pathway: string; fresh: number }) {
	const { t, language } = useTexts();
	const line = useKept(useLoad(`${pathway} ${language} ${fresh}`, () => steps(pathway)));
	return (
		<section class="block" aria-label={t('panel.pathway')}>
			{line.value ? (
				<Timeline steps={line.value} />
			) : line.failure ? (
				<Failed failure={line.failure} retry={line.again} />
			) : (
				<Loading />
			)}
		</section>
	);
}

export function PathwayClocks({ pathway, fresh }: { pathway: string; fresh: number }) {
	const { t, language } = useTexts();
	const bars = useKept(useLoad(`${pathway} ${language} ${fresh}`, () => clocks(pathway)));
	return (
		<section class="block" aria-labelledby={`clocks-${pathway}`}>
			<h3 id={`clocks-${pathway}`}>{t('panel.clocks')}</h3>
			{bars.value ? (
				<Clocks pathway={pathway} clocks={bars.value} />
			) : bars.failure ? (
				<Failed failure={bars.failure} retry={bars.again} />
			) : (
				<Loading />
			)}
		</section>
	);
}

// While the same thing is asked again, what was known stays on the screen.
function useKept<T>(loaded: Loaded<T>): Loaded<T> {
	const last = useRef<T | null>(null);
	if (loaded.value) last.current = loaded.value;
	return { ...loaded, value: loaded.value ?? (loaded.failure ? null : last.current) };
}

function OwnerLine({ row, changed }: { row: Row; changed: (row: Row) => void }) {
	const { t } = useTexts();
	const me = useValue(actor);
	const mine = row.owner === me;
	const [over, setOver] = useState(false);
	const [holding, setHolding] = useState(false);
	async function run(doing: () => Promise<Row>, said: string): Promise<void> {
		try {
			changed(await doing());
			announce(said, 'good');
		} catch (failure) {
			announce(failure instanceof Error ? failure.message : '', 'bad'); // who has it, or what differs
		}
	}
	const leads = workerOf(me)?.code === 'leader';
	const take = () => run(() => (row.owner ? assignTask(row, meNow(), say('task.takenOver')) : takeTask(row)), say('task.taken'));
	const give = () => run(() => giveBackTask(row), say('task.givenBack'));
	return (
		<span class="owner-line">
			{mine ? t('owner.you') : row.owner ? t('owner.other', { name: nameOfActor(row.owner) }) : t('owner.none')}{' '}
			{mine ? (
				<>
					<button type="button" class="link" onClick={give}>
						{t('task.giveBack')}
					</button>{' '}
					<button type="button" class="link" onClick={() => setOver(true)}>
						{t('handover.give')}
					</button>{' '}
					<button type="button" class="link" onClick={() => setHolding(true)}>
						{t('hold.word')}
					</button>
				</>
			) : (
				(!row.owner || leads) && (
					<button type="button" class="link" onClick={take}>
						{row.owner ? t('task.takeOver') : t('task.take')}
					</button>
				)
			)}
			{holding && <HoldDialog row={row} closed={() => setHolding(false)} done={changed} />}
			{over && <HandOverDialog rows={[row]} closed={() => setOver(false)} done={([given]) => given && changed(given)} />}
		</span>
	);
}

type StepProps = {
	row: Row;
	referral?: ServiceRequest | undefined;
	done: (row: Row) => void;
	changed: (row: Row) => void;
	renew: () => void;
	dirty?: (dirty: boolean) => void;
};

// What the referrer and colleagues wrote: to be read before the step is done.
function Words({ referral }: { referral: ServiceRequest }) {
	const words = wordsOf(referral);
	return words.length > 0 ? <blockquote class="words">{words.join(' · ')}</blockquote> : null;
}

export function NextStep({ row, referral, done, changed, renew, dirty }: StepProps) {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const kind = useLoad<Kind>(row.kind ? `${row.kind} ${language}` : null, () => readKind(row.kind));
	const role = workerOf(me)?.code ?? '';
	const roles = kind.value?.roles ?? [];
	const mayDo = roles.length === 0 || !role || roles.includes(role);
	return (
		<section class="card next" aria-labelledby="next-step">
			<p class="eyebrow">{t('panel.next')}</p>
			<div class="next-head">
				<h3 id="next-step">{kind.value?.title ?? row.step}</h3>
				<DueBadge row={row} />
			</div>
			{row.about && <p>{row.about}</p>}
			<p class="soft small">
				{[lawWords(t, row), row.because].filter(Boolean).map((one) => `${one} · `)}
				<OwnerLine row={row} changed={changed} />
			</p>
			<Handovers row={row} />
			{referral && <Words referral={referral} />}
			<AboutIt row={row} referral={referral ? `ServiceRequest/${referral.id}` : ''} />
			{row.patient && row.kind && <TaskForms kind={row.kind} patient={row.patient} since={row.task.authoredOn ?? ''} />}
			{kind.value && (
				<TaskForm
					key={row.id}
					row={row}
					kind={kind.value}
					mayDo={mayDo}
					proposed={proposalOf(referral)}
					done={done}
					renew={renew}
					{...(dirty ? { dirty } : {})}
				/>
			)}
			{kind.failure !== null && <Failed failure={kind.failure} retry={kind.again} />}
		</section>
	);
}

export function TaskWhy({ row, fresh }: { row: Row; fresh: number }) {
	const { t, language } = useTexts();
	const why = useLoad(`${row.id} ${row.version} ${language} ${fresh}`, () => taskWhy(row.id));
	return (
		<section class="card why" aria-labelledby="why-now" id="why" tabIndex={-1}>
			<h3 id="why-now">{t('why.now')}</h3>
			{why.value ? (
				<WhyText why={why.value} />
			) : why.failure ? (
				<Failed failure={why.failure} retry={why.again} />
			) : (
				<Loading />
			)}
		</section>
	);
}

export function TaskPanel(step: StepProps) {
	const { t } = useTexts();
	const { row } = step;
	const patient = usePatient(row.patient);
	const fresh = usePathwayVersion(row.pathway);
	const { patient: who, pathway } = row;
	const focus = row.task.focus?.reference ?? '';
	const referred = useLoad(who && pathway ? `${who} ${pathway} ${focus} ${fresh}` : null, () => referralOfTask(pathway ?? '', who ?? '', focus));
	const referral = useKept(referred).value ?? undefined;
	return (
		<section class="panel" aria-label={t('panel.label')}>
			{patient.value && <Banner patient={patient.value} linked />}
			{patient.failure !== null && <Failed failure={patient.failure} retry={patient.again} />}
			{row.pathway && <PathwayLine pathway={row.pathway} fresh={fresh} />}
			<NextStep {...step} referral={referral} />
			<HabitsHere row={row} />
			<TaskWhy row={row} fresh={fresh} />
			{row.pathway && <PathwayClocks pathway={row.pathway} fresh={fresh} />}
			{referral && <Referral referral={referral} />}
		</section>
	);
}

const PATIENCE_MS = 2000;

// The hands go from the list, or from the page, into the form: at once, or as soon as it is there, unless another task was gone to meanwhile.
export function focusForm(): void {
	const task = () => document.querySelector('.row[aria-current]')?.getAttribute('data-task');
	const [asked, began] = [task(), performance.now()];
	function attempt(): void {
		if (task() !== asked) return;
		const field = document.querySelector<HTMLElement>(
			'.panel [data-task-form] :is(input:not([tabindex="-1"]), select, textarea, button)',
		);
		const late = performance.now() - began > PATIENCE_MS;
		if (field) field.focus();
		else if (late) document.querySelector<HTMLElement>('.panel .next a, .panel .next button')?.focus();
		else requestAnimationFrame(attempt);
	}
	attempt();
}
