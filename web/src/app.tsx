// app.tsx: the shell around every page: the mark, where to go, the search, who I am.
import { useEffect, useRef, useState } from 'preact/hooks';
import { actor, online } from './api/client.ts';
import { live, startFeed } from './api/feed.ts';
import { workers, type Worker } from './api/people.ts';
import { Announcer, announce } from './base/announce.tsx';
import { useKeys } from './base/keys.ts';
import { useLoad } from './base/load.ts';
import { OVERVIEWS, PATHS, callBackPath, go, useRoute, type Route } from './base/route.ts';
import { say, useTexts } from './base/texts.ts';
import { useValue } from './base/value.ts';
import { drawn, lazy } from './base/lazy.tsx';
import { TaskPage } from './pages/task.tsx';
import { WorklistPage } from './pages/worklist.tsx';
import { DifficultCard, openCard } from './shell/cards.tsx';
import { RaiseDialog, openRaise } from './shell/raise.tsx';
import { Finder } from './shell/finder.tsx';
import { Help } from './shell/help.tsx';
import { ChooseRole, LanguageSwitch, NoStaff, RoleNotice, RoleSwitch, assume } from './shell/role.tsx';
import { Mark } from './parts/icons.tsx';
import { Empty, Failed, Loading } from './parts/states.tsx';
import { staff } from './parts/who.tsx';

const CallPage = lazy(async () => (await import('./pages/call.tsx')).CallPage);
const EndsPage = lazy(async () => (await import('./pages/ends.tsx')).EndsPage);
const FormPage = lazy(async () => (await import('./pages/form.tsx')).FormPage);
const HabitsPage = lazy(async () => (await import('./pages/habits.tsx')).HabitsPage);
const HandoverPage = lazy(async () => (await import('./pages/handover.tsx')).HandoverPage);
const HomePage = lazy(async () => (await import('./pages/home.tsx')).HomePage);
const LoadPage = lazy(async () => (await import('./pages/load.tsx')).LoadPage);
const OverviewPage = lazy(async () => (await import('./pages/overview.tsx')).OverviewPage);
const QuestionsPage = lazy(async () => (await import('./pages/questions.tsx')).QuestionsPage);
const OwnPage = lazy(async () => (await import('./pages/own.tsx')).OwnPage);
const PatientPage = lazy(async () => (await import('./pages/patient.tsx')).PatientPage);
const ReferralPage = lazy(async () => (await import('./pages/referral.tsx')).ReferralPage);

function Page({ route }: { route: Route }) {
	const { t } = useTexts();
	switch (route.page) {
		case 'worklist':
			return <WorklistPage />;
		case 'ends':
			return <EndsPage />;
		case 'who':
			return <ChooseRole list={staff.get()} />;
		case 'task':
			return <TaskPage key={route.id} id={route.id} />;
		case 'patient':
			return <PatientPage key={route.id} id={route.id} />;
		case 'own':
			return <OwnPage key={route.id} id={route.id} />;
		case 'form':
			return <FormPage key={`${route.id}/${route.patient ?? ''}`} id={route.id} patient={route.patient} />;
		case 'overview':
			return <OverviewPage />;
		case 'home':
			return <HomePage />;
		case 'handover':
			return <HandoverPage />;
		case 'load':
			return <LoadPage />;
		case 'questions':
			return <QuestionsPage />;
		case 'habits':
			return <HabitsPage />;
		case 'call':
			return <CallPage key={route.answering ?? ''} answering={route.answering} />;
		case 'referral':
			return <ReferralPage key={route.patient ?? ''} preset={route.patient} />;
		case 'unknown':
			return (
				<div class="page">
					<Empty title={t('state.noPage')}>
						<p>
							<a class="button" href={PATHS.worklist}>
								{t('nav.worklist')}
							</a>
						</p>
					</Empty>
				</div>
			);
	}
}

function Nav({ route }: { route: Route }) {
	const { t } = useTexts();
	const here = OVERVIEWS.some((one) => one === route.page) ? 'overview' : route.page;
	const links = [
		{ page: 'worklist', path: PATHS.worklist, label: t('nav.worklist') },
		{ page: 'call', path: PATHS.call, label: t('nav.call') },
		{ page: 'ends', path: PATHS.ends, label: t('nav.ends') },
		{ page: 'referral', path: PATHS.referral, label: t('nav.referral'), short: t('nav.referralShort') },
		{ page: 'overview', path: PATHS.overview, label: t('nav.overview') },
	];
	return (
		<nav aria-label={t('nav.label')}>
			{links.map((link) => (
				<a key={link.page} href={link.path} aria-current={here === link.page ? 'page' : undefined}>
					{link.short ? (
						<>
							<span class="nav-long">{link.label}</span>
							<span class="nav-short">{link.short}</span>
						</>
					) : (
						link.label
					)}
				</a>
			))}
		</nav>
	);
}

function Connection() {
	const { t } = useTexts();
	const reached = useValue(online);
	const feed = useValue(live);
	const words = !reached ? t('state.offline') : feed === 'broken' ? t('state.feedBroken') : '';
	return (
		<div role="status" class={words ? 'connection' : undefined}>
			{words}
		</div>
	);
}

// A new page: the reader is put at its first field or at its beginning, so that Tab and a screen reader start there.
function usePageFocus(route: Route, ready: boolean): void {
	const first = useRef(true);
	const seen = useValue(drawn);
	useEffect(() => {
		if (!ready) return;
		const main = document.getElementById('main');
		const field = main?.querySelector<HTMLElement>('[data-first] :is(input, textarea, [tabindex="0"])');
		if (!first.current) scrollTo(0, 0);
		if (field) field.focus();
		else if (!first.current) main?.focus({ preventScroll: true });
		first.current = false;
	}, [JSON.stringify(route), ready, seen]);
}

// Who has waited longest for a call is called; fetched when asked, so that the first page need not know of calls.
async function callNext(): Promise<void> {
	try {
		const { callBacks } = await import('./api/calls.ts');
		const [first] = await callBacks();
		if (first) go(callBackPath(first.id));
		else announce(say('callback.none'));
	} catch (failure) {
		announce(failure instanceof Error ? failure.message : '', 'bad');
	}
}

function useKnownRole(list: Worker[] | null): boolean {
	const me = useValue(actor);
	return Boolean(list?.some((one) => one.reference === me));
}

export function App() {
	const { t, language } = useTexts();
	const route = useRoute();
	const [help, setHelp] = useState(false);
	const people = useLoad('people', async () => {
		const list = await workers();
		staff.set(list);
		assume(list);
		return list;
	});
	const known = useKnownRole(people.value);
	useEffect(startFeed, []);
	usePageFocus(route, known);
	useKeys((command) => {
		if (command === 'help') setHelp(true);
		else if (command === 'go-worklist') go(PATHS.worklist);
		else if (command === 'go-ends') go(PATHS.ends);
		else if (command === 'go-referral') go(PATHS.referral);
		else if (command === 'go-overview') go(PATHS.overview);
		else if (command === 'go-home') go(PATHS.home);
		else if (command === 'go-handover') go(PATHS.handover);
		else if (command === 'go-load') go(PATHS.load);
		else if (command === 'go-questions') go(PATHS.questions);
		else if (command === 'go-habits') go(PATHS.habits);
		else if (command === 'go-call') go(PATHS.call);
		else if (command === 'call-back') void callNext();
		else if (command === 'raise') openRaise();
		else if (command === 'card') openCard(route.page === 'patient' ? route.id : null);
		else return false;
		return true;
	});
	return (
		<>
			<a
				class="skip"
				href="#main"
				onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}
			>
				{t('nav.skip')}
			</a>
			<header class="top no-print">
				<a class="mark" href={PATHS.worklist}>
					<Mark />
					limen
				</a>
				{known && <Nav route={route} />}
				{known && <Finder />}
				<div class="top-right">
					{known && <RoleSwitch list={people.value ?? []} />}
					<LanguageSwitch />
					<button
						type="button"
						class="button button-quiet help-button"
						aria-label={t('help.title')}
						onClick={() => setHelp(true)}
					>
						?
					</button>
				</div>
			</header>
			<Connection />
			{known && route.page !== 'who' && <RoleNotice list={people.value ?? []} />}
			<main id="main" tabIndex={-1}>
				{people.failure !== null && (
					<div class="page">
						<Failed failure={people.failure} retry={people.again} />
					</div>
				)}
				{people.loading && (
					<div class="page">
						<Loading />
					</div>
				)}
				{people.value?.length === 0 && <NoStaff again={people.again} />}
				{known && <Page route={route} />}
			</main>
			<RaiseDialog />
			<DifficultCard />
			<Announcer />
			{help && <Help key={language} close={() => setHelp(false)} />}
		</>
	);
}
