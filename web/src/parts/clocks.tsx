// clocks.tsx: a pathway's deadlines as bars. Each can be opened, by mouse or keyboard, and says why it stands as it does.
import { useId, useState } from 'preact/hooks';
import { clockWhy, type Clock } from '../api/pathways.ts';
import { addDays, dayOf, daysFromTo, daysUntil, minute, shortDay, today } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { language, useTexts, type Say } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { ClockMore } from './clockmore.tsx';
import { Chevron, ShapeIcon, type Shape } from './icons.tsx';
import { Failed, Loading } from './states.tsx';
import { WhyText } from './why.tsx';

const passed = (clock: Clock): Shape => (clock.force === 'law' ? 'late' : 'goal');

function shapeOf(clock: Clock): Shape {
	switch (clock.state) {
		case 'met':
			return 'met';
		case 'breached':
			return passed(clock);
		case 'waived':
			return 'waived';
		case 'paused':
		case 'suspended':
			return 'paused';
		case 'running': {
			const left = clock.due ? daysUntil(clock.due) : 99;
			const amber = clock.amber && dayOf(clock.amber) <= today();
			return left < 0 ? passed(clock) : left === 0 ? 'today' : amber || left <= 2 ? 'soon' : 'ok';
		}
	}
}

function share(clock: Clock, day: string): number {
	if (!clock.start || !clock.due) return 0;
	const whole = Math.max(1, daysFromTo(clock.start, clock.due));
	return Math.min(100, Math.max(0, (100 * daysFromTo(clock.start, day)) / whole));
}

function words(clock: Clock, t: Say): string {
	if (clock.stopped) return `${clock.word} ${shortDay(dayOf(clock.stopped), language.get())}`;
	if ((clock.state !== 'running' && clock.state !== 'breached') || !clock.due) return clock.word;
	const left = daysUntil(clock.due);
	if (left < 0) return clock.force === 'local' ? t('clock.goal', { n: -left }) : t('due.late', { n: -left });
	return left === 0 ? t('due.today') : t('due.left', { n: left });
}

function Bar({ clock, shape }: { clock: Clock; shape: Shape }) {
	const filled = share(clock, clock.stopped ? dayOf(clock.stopped) : today());
	const amber = clock.amber && !clock.stopped ? share(clock, dayOf(clock.amber)) : 0;
	return (
		<svg class={`bar bar-${shape}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
			<rect class="bar-all" width="100" height="8" />
			<rect class="bar-done" width={Math.max(filled, clock.state === 'running' ? 1.5 : 0)} height="8" />
			{amber > 0 && <rect class="bar-amber" x={amber} width="0.8" height="8" />}
		</svg>
	);
}

function Explained({ pathway, clock }: { pathway: string; clock: Clock }) {
	const { language } = useTexts();
	const why = useLoad(`${pathway} ${clock.id} ${language} ${clock.state} ${clock.due}`, () =>
		clockWhy(pathway, clock.id),
	);
	if (why.failure) return <Failed failure={why.failure} retry={why.again} />;
	if (!why.value) return <Loading />;
	return (
		<>
			<WhyText why={why.value} headline={false} />
			{clock.chanceSaid && <p>{clock.chanceSaid}</p>}
			<ClockMore pathway={pathway} clock={clock.id} />
		</>
	);
}

function ClockRow({ pathway, clock }: { pathway: string; clock: Clock }) {
	const { t, language: now } = useTexts();
	const [open, setOpen] = useState(false);
	const id = useId();
	const shape = shapeOf(clock);
	const late = clock.dueLate && clock.dueLate !== clock.due;
	return (
		<li class={`clock clock-${shape}${clock.stopped ? ' clock-stopped' : ''}`}>
			<button
				type="button"
				class="clock-head"
				aria-expanded={open}
				aria-controls={id}
				onClick={() => setOpen(!open)}
				data-clock={clock.id}
			>
				<span class="clock-name">{clock.title}</span>
				<span class="clock-state">
					<ShapeIcon shape={shape} />
					{words(clock, t)}
				</span>
				<Bar clock={clock} shape={shape} />
				<span class="clock-due">
					{clock.due && shortDay(clock.due, now)}
					{late && <span class="soft"> ({t('clock.orLater', { day: shortDay(clock.dueLate, now) })})</span>}
				</span>
				<span class="clock-marks">
					<span>{clock.force === 'local' ? t('clock.own') : clock.source}</span>
					{clock.chance !== null && <span>{t('clock.chance', { n: clock.chance })}</span>}
					{clock.causeWord && <span>{clock.causeWord}</span>}
					{clock.provisional && <span class="tag">{t('clock.provisional')}</span>}
					{clock.status === 'unverified' && <span class="tag">{t('clock.unverified')}</span>}
					{clock.status === 'proposed' && <span class="tag">{t('clock.proposed')}</span>}
				</span>
				<span class="clock-more">
					{t('why.word')}
					<Chevron />
				</span>
			</button>
			<div id={id} class="clock-why" hidden={!open}>
				{open && <Explained pathway={pathway} clock={clock} />}
			</div>
		</li>
	);
}

export function Clocks({ pathway, clocks }: { pathway: string; clocks: Clock[] }) {
	const { t } = useTexts();
	useValue(minute);
	if (clocks.length === 0) return <p class="soft">{t('clock.none')}</p>;
	const weight = (clock: Clock) => (clock.stopped || clock.state === 'met' || clock.state === 'waived' ? 1 : 0);
	const sorted = [...clocks].sort(
		(a, b) =>
			weight(a) - weight(b) || (a.due || addDays(today(), 9999)).localeCompare(b.due || addDays(today(), 9999)),
	);
	return (
		<ul class="clocks">
			{sorted.map((clock) => (
				<ClockRow key={clock.id} pathway={pathway} clock={clock} />
			))}
		</ul>
	);
}
