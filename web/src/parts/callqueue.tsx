// callqueue.tsx: who waits to be called back, the earliest promise first; and the calls I took today.
import { callBacks, myCalls, notReached, takeBack, type Logged } from '../api/calls.ts';
import { attempt } from '../base/announce.tsx';
import { dayAndTime, minute, now } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { callBackPath } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Calls, nameOfPatient } from './calls.tsx';
import { Badge } from './badge.tsx';
import { useHeard } from './heard.ts';
import { Failed } from './states.tsx';

function Waiting({ one, again }: { one: Logged; again: () => void }) {
	const { t, language } = useTexts();
	useValue(minute);
	const late = one.back?.by ? Date.parse(one.back.by) < now() : false;
	const words = one.back?.by ? dayAndTime(one.back.by, language) : t('callback.noTime');
	return (
		<li class="waiting">
			<Badge level={!one.back?.by ? 'none' : late ? 'goal' : 'soon'} words={words} />
			<span>
				<strong>{nameOfPatient(one.patient) || one.from || t('call.nobody')}</strong> {one.reason}
				<span class="soft">
					{one.back?.number && ` · ${one.back.number}`}
					{one.tries > 0 && ` · ${t('callback.tries', { n: one.tries })}`}
				</span>
				{one.said && <span class="calls-said">{one.said}</span>}
			</span>
			<span class="waiting-acts no-print">
				<a class="button" href={callBackPath(one.id)}>
					{t('callback.call')}
				</a>
				<button
					type="button"
					class="button button-quiet"
					onClick={() => void attempt(() => notReached(one.call), say('callback.tried')).then(again)}
				>
					{t('callback.noAnswer')}
				</button>
			</span>
		</li>
	);
}

export function CallQueue({ fresh }: { fresh: number }) {
	const { t } = useTexts();
	const list = useLoad(`queue ${fresh}`, callBacks);
	useHeard(['Communication'], list.again);
	const count = list.value?.length ?? 0;
	return (
		<section class="call-queue" aria-labelledby="call-queue">
			<h2 id="call-queue">
				{t('callback.title')} {list.value && <span class="count">{count}</span>}
			</h2>
			{list.failure !== null && <Failed failure={list.failure} retry={list.again} />}
			{list.value && count === 0 && <p class="soft">{t('callback.none')}</p>}
			{count > 0 && (
				<ul class="card">
					{list.value?.map((one) => (
						<Waiting key={one.id} one={one} again={list.again} />
					))}
				</ul>
			)}
		</section>
	);
}

export function MyCalls({ me, fresh }: { me: string; fresh: number }) {
	const { t } = useTexts();
	const list = useLoad(`${me} ${fresh}`, () => myCalls(me));
	if (!list.value || list.value.length === 0) return null;
	return (
		<section class="my-calls no-print" aria-labelledby="my-calls">
			<h2 id="my-calls">{t('calls.mine')}</h2>
			<div class="card">
				<Calls
					list={list.value}
					named
					action={(one) => (
						<button
							type="button"
							class="link small"
							onClick={() => void attempt(() => takeBack(one.call), say('undo.done')).then(list.again)}
						>
							{t('undo.word')}
						</button>
					)}
				/>
			</div>
		</section>
	);
}
