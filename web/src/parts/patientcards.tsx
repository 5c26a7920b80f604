// patientcards.tsx: what else is known of a patient: contacts, letters and calls, consents, wishes, language, coordinator, questions.
import { callsOf } from '../api/calls.ts';
import { consentsOf, saveConsent, withdrawConsent } from '../api/consents.ts';
import type { Patient } from '../api/fhir.ts';
import {
	QUESTION,
	addWish,
	contactsOf,
	coordinatorOf,
	dropWish,
	lettersOf,
	questionsOf,
	relativesOf,
	setCoordinator,
	setTongue,
	tongueOf,
	wishesOf,
	type Question,
} from '../api/record.ts';
import { raiseTask } from '../api/raise.ts';
import { attempt } from '../base/announce.tsx';
import { dayAndTime, dayOf, shortDay } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { taskPath } from '../base/route.ts';
import { isKey, say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Calls } from './calls.tsx';
import { Times } from './callside.tsx';
import { Card } from './card.tsx';
import { FormsCard } from './formlinks.tsx';
import { useHeard } from './heard.ts';
import { LineForm } from './lineform.tsx';
import { nameOfActor, staff } from './who.tsx';

function visitWord(state: string): string {
	const key = `visit.${state}`;
	return isKey(key) ? ` · ${say(key)}` : '';
}

function Contacts({ id }: { id: string }) {
	const { t, language } = useTexts();
	const list = useLoad(id, () => contactsOf(id));
	return (
		<Card id="contacts" title={t('record.contacts')} count={list.value?.length} failure={list.failure} again={list.again}>
			<h4>{t('times.title')}</h4>
			<Times patient={id} />
			<h4>{t('record.past')}</h4>
			{list.value?.length === 0 && <p class="soft">{t('record.noContacts')}</p>}
			<ol class="why-lines history">
				{list.value?.slice(0, 8).map((one, at) => (
					<li key={at}>
						<time dateTime={one.at}>{dayAndTime(one.at, language)}</time>
						<span>
							{one.what}
							<span class="soft">
								{visitWord(one.state)}
								{one.place && ` · ${one.place}`}
							</span>
						</span>
					</li>
				))}
			</ol>
		</Card>
	);
}

function Letters({ id }: { id: string }) {
	const { t, language } = useTexts();
	const list = useLoad(id, () => lettersOf(id));
	const word = (key: string, code: string) => (isKey(key) ? t(key) : code);
	return (
		<Card id="letters" title={t('record.letters')} count={list.value?.length} failure={list.failure} again={list.again}>
			{list.value?.length === 0 && <p class="soft">{t('record.noLetters')}</p>}
			<ol class="why-lines history">
				{list.value?.slice(0, 8).map((one) => (
					<li key={one.id}>
						<time dateTime={one.at}>{one.at && dayAndTime(one.at, language)}</time>
						<span>
							{word(`letter.${one.kind}`, one.kind)}
							<span class="soft">
								{one.way && ` · ${word(`way.${one.way}`, one.way)}`}
								{one.received ? ` · ${t('record.received', { day: shortDay(dayOf(one.received), language) })}` : ` · ${t('record.notReceived')}`}
							</span>
						</span>
					</li>
				))}
			</ol>
		</Card>
	);
}

function PatientCalls({ id }: { id: string }) {
	const { t } = useTexts();
	const list = useLoad(id, () => callsOf(id));
	useHeard(['Communication'], list.again);
	return (
		<Card id="calls" title={t('record.calls')} count={list.value?.length} failure={list.failure} again={list.again}>
			{list.value?.length === 0 ? <p class="soft">{t('record.noCalls')}</p> : <Calls list={(list.value ?? []).slice(0, 8)} />}
		</Card>
	);
}

function Consents({ id }: { id: string }) {
	const { t, language } = useTexts();
	const list = useLoad(id, () => consentsOf(id));
	return (
		<Card id="consents" title={t('record.consents')} count={list.value?.length} failure={list.failure} again={list.again}>
			{list.value?.length === 0 && <p class="soft">{t('record.noConsents')}</p>}
			<ul class="plain-list">
				{list.value?.map((one) => (
					<li key={one.id}>
						<strong>{one.who || t('record.nobodyNamed')}</strong>: {one.what}
						<span class="soft">{one.until && ` · ${t('record.until', { day: shortDay(one.until, language) })}`}</span>{' '}
						<button
							type="button"
							class="link small no-print"
							onClick={() => void attempt(() => withdrawConsent(one.id), say('record.withdrawn')).then(list.again)}
						>
							{t('record.withdraw')}
							<span class="spoken"> {one.who}</span>
						</button>
					</li>
				))}
			</ul>
			<LineForm
				label={t('record.consentWho')}
				button={t('record.add')}
				send={(who) => attempt(() => saveConsent(id, who), say('record.saved')).then((fine) => (fine && list.again(), fine))}
			/>
		</Card>
	);
}

type Edited = { patient: Patient; changed: (patient: Patient) => void };

function Wishes({ patient, changed }: Edited) {
	const { t, language } = useTexts();
	const id = patient.id ?? '';
	const list = wishesOf(patient);
	return (
		<Card id="wishes" title={t('record.wishes')} count={list.length}>
			{list.length === 0 && <p class="soft">{t('record.noWishes')}</p>}
			<ul class="plain-list">
				{list.map((one) => (
					<li key={one.place}>
						{one.text}
						<span class="soft">
							{one.since && ` · ${shortDay(one.since, language)}`}
							{one.by && ` · ${nameOfActor(one.by)}`}
						</span>{' '}
						<button
							type="button"
							class="link small no-print"
							onClick={() => void attempt(async () => changed(await dropWish(id, one)), say('record.removed'))}
						>
							{t('record.remove')}
							<span class="spoken"> {one.text}</span>
						</button>
					</li>
				))}
			</ul>
			<LineForm
				label={t('record.wish')}
				button={t('record.add')}
				send={(text) => attempt(async () => changed(await addWish(id, text)), say('record.saved'))}
			/>
		</Card>
	);
}

function People({ patient, changed }: Edited) {
	const { t } = useTexts();
	const id = patient.id ?? '';
	const people = useValue(staff);
	const relatives = useLoad(`${id} ${patient.meta?.versionId}`, () => relativesOf(patient));
	const now = coordinatorOf(patient);
	const gp = patient.generalPractitioner?.[0]?.display;
	return (
		<Card id="people" title={t('record.people')} failure={relatives.failure} again={relatives.again}>
			<label class="inline-label">
				{t('record.coordinator')}
				<select
					value={now}
					onChange={(event) => {
						const to = event.currentTarget.value;
						void attempt(async () => changed(await setCoordinator(id, to)), say('record.saved'));
					}}
				>
					<option value="">{t('role.nobody')}</option>
					{people.map((one) => (
						<option key={one.reference} value={one.reference}>
							{one.name}
						</option>
					))}
				</select>
			</label>
			<LineForm
				key={tongueOf(patient)}
				label={t('record.tongue')}
				button={t('record.save')}
				initial={tongueOf(patient)}
				empty
				send={(words) => attempt(async () => changed(await setTongue(id, words)), say('record.saved'))}
			/>
			<dl class="pairs">
				{gp && (
					<>
						<dt>{t('record.gp')}</dt>
						<dd>{gp}</dd>
					</>
				)}
				{relatives.value?.map((one, at) => [
					<dt key={`t${at}`}>{one.relation || t('caller.relative')}</dt>,
					<dd key={`d${at}`}>{[one.name, one.phone].filter(Boolean).join(' · ')}</dd>,
				])}
			</dl>
		</Card>
	);
}

function Asked({ one }: { one: Question }) {
	const { t, language } = useTexts();
	return (
		<li>
			<p>
				{one.open ? <a href={taskPath(one.id)}>{one.asked}</a> : one.asked}
				<span class="soft">
					{' '}
					· {nameOfActor(one.by)}
					{one.at && ` · ${dayAndTime(one.at, language)}`}
				</span>
			</p>
			<p class={one.open ? 'soft' : 'answer'}>{one.open ? t('question.waiting') : `${one.answer} · ${nameOfActor(one.answeredBy)}`}</p>
		</li>
	);
}

function Questions({ id, pathway }: { id: string; pathway: string | null }) {
	const { t } = useTexts();
	const list = useLoad(id, () => questionsOf(id));
	useHeard(['Task'], list.again);
	return (
		<Card id="questions" title={t('record.questions')} count={list.value?.length} failure={list.failure} again={list.again}>
			{list.value?.length === 0 && <p class="soft">{t('record.noQuestions')}</p>}
			<ul class="plain-list">
				{list.value?.map((one) => (
					<Asked key={one.id} one={one} />
				))}
			</ul>
			<LineForm
				label={t('question.ask')}
				button={t('question.send')}
				send={(note) =>
					attempt(() => raiseTask({ kind: QUESTION, patient: id, pathway, note }), say('question.sent')).then((fine) => (fine && list.again(), fine))
				}
			/>
		</Card>
	);
}

export function PatientCards({ patient, changed, pathway }: Edited & { pathway: string | null }) {
	const { t } = useTexts();
	const id = patient.id ?? '';
	return (
		<section class="patient-cards" aria-label={t('record.title')}>
			<Contacts id={id} />
			<Letters id={id} />
			<PatientCalls id={id} />
			<Questions id={id} pathway={pathway} />
			<FormsCard id={id} />
			<Wishes patient={patient} changed={changed} />
			<Consents id={id} />
			<People patient={patient} changed={changed} />
		</section>
	);
}
