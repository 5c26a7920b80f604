// states.tsx: the page when there is nothing to show: loading, empty, failed, offline. Each says what is so and what helps.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure, issueText } from '../api/client.ts';
import { useTexts } from '../base/texts.ts';

const PATIENCE_MS = 250; // a wait shorter than this is not worth a word

export function Loading({ what }: { what?: string }) {
	const { t } = useTexts();
	const [shown, show] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => show(true), PATIENCE_MS);
		return () => clearTimeout(timer);
	}, []);
	return (
		<p class="loading" role="status">
			{shown ? (what ?? t('state.loading')) : ''}
		</p>
	);
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
	return (
		<div class="empty">
			<p class="empty-title">{title}</p>
			{children}
		</div>
	);
}

export function Failed({ failure, retry }: { failure: unknown; retry?: () => void }) {
	const { t } = useTexts();
	const known = failure instanceof Failure ? failure : null;
	const sentences = known?.issues.map(issueText).filter(Boolean) ?? [];
	const title = known?.unreachable
		? t('state.unreachable')
		: known?.status === 404
			? t('state.notFound')
			: t('state.failed');
	return (
		<div class="failed" role="alert">
			<p class="empty-title">{title}</p>
			{sentences.map((sentence) => (
				<p key={sentence}>{sentence}</p>
			))}
			{known?.unreachable && <p>{t('state.unreachableHelp')}</p>}
			{retry && (
				<button type="button" class="button" onClick={retry}>
					{t('state.retry')}
				</button>
			)}
		</div>
	);
}
