// role.tsx: who am I, and on whose responsibility. There is no log-in yet: the role is chosen, kept in this browser, and sent
// with every call.
import { actor, onBehalfOf } from '../api/client.ts';
import type { Worker } from '../api/people.ts';
import { language, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Empty } from '../parts/states.tsx';

function choose(worker: Worker, list: Worker[]): void {
	if (worker.code === 'doctor')
		onBehalfOf.set(''); // a doctor acts on their own responsibility
	else if (!list.some((one) => one.reference === onBehalfOf.get() && one.code === 'doctor')) {
		onBehalfOf.set(list.find((one) => one.code === 'doctor')?.reference ?? '');
	}
	actor.set(worker.reference);
}

export function RoleSwitch({ list }: { list: Worker[] }) {
	const { t } = useTexts();
	const me = useValue(actor);
	const behalf = useValue(onBehalfOf);
	const mine = list.find((one) => one.reference === me);
	const doctors = list.filter((one) => one.code === 'doctor' && one.reference !== me);
	return (
		<div class="role">
			<label>
				<span class="spoken">{t('role.me')}</span>
				<select
					data-role="me"
					value={me}
					onChange={(event) => {
						const worker = list.find((one) => one.reference === event.currentTarget.value);
						if (worker) choose(worker, list);
					}}
				>
					{list.map((one) => (
						<option key={one.reference} value={one.reference}>
							{one.name}
							{one.code ? ` · ${t(`role.${one.code}`)}` : ''}
						</option>
					))}
				</select>
			</label>
			{mine?.code !== 'doctor' && (
				<label class="behalf">
					<span class="soft">{t('role.behalf')}</span>
					<select
						data-role="behalf"
						value={behalf}
						onChange={(event) => onBehalfOf.set(event.currentTarget.value)}
					>
						<option value="">{t('role.nobody')}</option>
						{doctors.map((one) => (
							<option key={one.reference} value={one.reference}>
								{one.name}
							</option>
						))}
					</select>
				</label>
			)}
		</div>
	);
}

export function LanguageSwitch() {
	const { t, language: now } = useTexts();
	const other = now === 'da' ? 'en' : 'da';
	return (
		<button type="button" class="button button-quiet language" lang={other} onClick={() => language.set(other)}>
			{other === 'en' ? 'EN' : 'DA'}
			<span class="spoken"> {t('language.switch')}</span>
		</button>
	);
}

export function ChooseRole({ list, again }: { list: Worker[]; again: () => void }) {
	const { t } = useTexts();
	if (list.length === 0) {
		return (
			<div class="page">
				<Empty title={t('role.empty')}>
					<p>{t('role.emptyHelp')}</p>
					<p>
						<code>limen demo</code>
					</p>
					<button type="button" class="button" onClick={again}>
						{t('state.retry')}
					</button>
				</Empty>
			</div>
		);
	}
	return (
		<div class="page page-form">
			<h1>{t('role.title')}</h1>
			<p class="soft">{t('role.lead')}</p>
			<ul class="workers">
				{list.map((one) => (
					<li key={one.reference}>
						<button
							type="button"
							class="worker"
							data-worker={one.reference}
							onClick={() => choose(one, list)}
						>
							<strong>{one.name}</strong>
							<span class="soft">
								{[one.code && t(`role.${one.code}`), one.place].filter(Boolean).join(' · ')}
							</span>
						</button>
					</li>
				))}
			</ul>
		</div>
	);
}
