// callside.tsx: what may be said to this caller now, and what may not. Until it is made sure who calls, nothing of the patient is shown.
import { appointmentsOf, awaitsInterpreter, callsOf, cancelledOf, interpreterAbsent, mayTurnUp, type Caller, type Identity, type Reason } from '../api/calls.ts';
import { consentsOf } from '../api/consents.ts';
import type { Appointment, Episode, Patient } from '../api/fhir.ts';
import { dayAndTime, longDay } from '../base/clock.ts';
import { attempt } from '../base/announce.tsx';
import { useLoad } from '../base/load.ts';
import { isKey, say, useTexts, type Key, type Say } from '../base/texts.ts';
import { SayIt } from './told.tsx';
import { Calls } from './calls.tsx';
import { Failed, Loading } from './states.tsx';
import { usePathwayVersion } from '../worklist/panel.tsx';

export type Openness = 'nobody' | 'unchecked' | 'refused' | 'practical' | 'open';

// How much may be said: the patient, made sure of, hears where they are; with the number alone only what is practical; others only by consent.
export function opennessOf(patient: Patient | null, caller: Caller, identity: Identity | '', consents: number): Openness {
	if (!patient) return 'nobody';
	if (caller === 'relative' || caller === 'other') return consents > 0 && identity && identity !== 'not-checked' ? 'open' : 'refused';
	if (!identity || identity === 'not-checked') return 'unchecked';
	if (caller === 'gp' || caller === 'ward') return 'practical';
	return identity === 'cpr-only' ? 'practical' : 'open';
}

export function placeOf(one: Appointment): string {
	const names = (one.participant ?? []).map((who) => who.actor).filter((who) => !who?.reference?.startsWith('Patient/'));
	return names
		.map((who) => who?.display ?? '')
		.filter(Boolean)
		.join(' · ');
}

export function Times({ patient }: { patient: string }) {
	const { t, language } = useTexts();
	const list = useLoad(patient, () => appointmentsOf(patient));
	if (list.failure !== null) return <Failed failure={list.failure} retry={list.again} />;
	if (!list.value) return <Loading />;
	if (list.value.length === 0) return <p class="soft">{t('times.none')}</p>;
	return (
		<ul class="times">
			{list.value.map((one) => (
				<li key={one.id}>
					<strong>{one.start && dayAndTime(one.start, language)}</strong> {one.description}
					<span class="soft"> {placeOf(one)}</span>
					{mayTurnUp(one) && <span class="flag">{t('times.mayTurnUp')}</span>}
					{awaitsInterpreter(one) && (
						<button
							type="button"
							class="link small no-print"
							onClick={() => void attempt(() => interpreterAbsent(one), say('times.interpreterSaid')).then(list.again)}
						>
							{t('times.interpreterAbsent')}
						</button>
					)}
					{(one.patientInstruction ?? one.comment) && <p>{one.patientInstruction ?? one.comment}</p>}
				</li>
			))}
		</ul>
	);
}

export function TimesCard({ patient }: { patient: string }) {
	const { t } = useTexts();
	return (
		<section class="card" aria-labelledby="times">
			<h3 id="times">{t('times.title')}</h3>
			<Times patient={patient} />
		</section>
	);
}

// Who calls about a cancelled time: what was cancelled, why, and the new time or that there is none.
function CancelledCard({ patient }: { patient: string }) {
	const { t, language } = useTexts();
	const list = useLoad(patient, async () => {
		const [cancelled, times] = await Promise.all([cancelledOf(patient), appointmentsOf(patient)]);
		return { cancelled, next: times[0]?.start ?? '' };
	});
	const cause = (code: string) => (isKey(`moveCause.${code}`) ? t(`moveCause.${code}` as Key) : t('cancelled.noCause'));
	return (
		<section class="card" aria-labelledby="cancelled">
			<h3 id="cancelled">{t('cancelled.title')}</h3>
			{list.failure !== null && <Failed failure={list.failure} retry={list.again} />}
			{list.value?.cancelled.length === 0 && <p class="soft">{t('cancelled.none')}</p>}
			<ul class="times">
				{list.value?.cancelled.slice(0, 3).map((one) => (
					<li key={one.id}>
						<strong>{dayAndTime(one.at, language)}</strong> {one.what}
						<p>
							{cause(one.cause)}
							{one.said && <span class="soft"> · {one.said}</span>}
						</p>
					</li>
				))}
			</ul>
			{list.value && <p>{list.value.next ? t('cancelled.next', { time: dayAndTime(list.value.next, language) }) : t('cancelled.noNext')}</p>}
		</section>
	);
}

function neverSay(t: Say, openness: Openness, reason: Reason | ''): string {
	const special = `callNever.${reason}`;
	if (openness === 'open' || openness === 'practical') return isKey(special) ? t(special) : t('callNever.any');
	return t('callNever.patientHere');
}

const ASK: Record<'nobody' | 'unchecked' | 'refused', Key> = {
	nobody: 'callAsk.nobody',
	unchecked: 'callAsk.unchecked',
	refused: 'callAsk.refused',
};

type Props = {
	patient: Patient | null;
	pathways: Episode[];
	openness: Openness;
	reason: Reason | '';
};

function Pathway({ episode, patient }: { episode: Episode; patient: string }) {
	const id = episode.id ?? '';
	return <SayIt pathway={id} patient={patient} fresh={usePathwayVersion(id)} quiet />;
}

export function CallSide({ patient, pathways, openness, reason }: Props) {
	const { t, language } = useTexts();
	const shown = openness === 'open' || openness === 'practical';
	const id = patient?.id ?? '';
	const dead = patient?.deceasedBoolean || patient?.deceasedDateTime;
	const hint = `callHint.${reason}`;
	return (
		<div class="call-side">
			{dead && (
				<p class="note">
					{t('call.dead')} {patient?.deceasedDateTime && longDay(patient.deceasedDateTime.slice(0, 10), language)}
				</p>
			)}
			{!shown && (
				<section class="card say" aria-live="polite">
					<h3>{t('say.title')}</h3>
					<p class="say-now">{t(ASK[openness as keyof typeof ASK])}</p>
				</section>
			)}
			{shown && isKey(hint) && (
				<section class="card say">
					<h3>{t('call.hint')}</h3>
					<p class="say-now">{t(hint)}</p>
				</section>
			)}
			{openness === 'open' && reason === 'aflyst' && <CancelledCard patient={id} />}
			{openness === 'open' && pathways.map((one) => <Pathway key={one.id} episode={one} patient={id} />)}
			{shown && <TimesCard patient={id} />}
			<p class="never" aria-live="polite">
				<strong>{t('call.never')}</strong> {neverSay(t, openness, reason)}
			</p>
			{shown && <Earlier patient={id} />}
		</div>
	);
}

function Earlier({ patient }: { patient: string }) {
	const { t } = useTexts();
	const list = useLoad(patient, () => callsOf(patient));
	if (!list.value || list.value.length === 0) return null;
	return (
		<section class="card" aria-labelledby="earlier-calls">
			<h3 id="earlier-calls">{t('calls.earlier')}</h3>
			<Calls list={list.value.slice(0, 6)} />
		</section>
	);
}

export function useConsents(patient: string | null) {
	return useLoad(patient, () => consentsOf(patient ?? ''));
}
