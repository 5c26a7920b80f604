// announce.tsx: what a screen reader says without the focus moving (WCAG 4.1.3), and the toast that shows the same to the eye.
import { useEffect } from 'preact/hooks';
import { Value, useValue } from './value.ts';

export type Notice = { text: string; tone: 'quiet' | 'good' | 'bad' };
const notice = new Value<Notice | null>(null);
const SHOWN_MS = 6000;

export function announce(text: string, tone: Notice['tone'] = 'quiet'): void {
	notice.set(null); // the same words twice are news twice
	notice.set({ text, tone });
}

// What was done is said; what was refused is said too, and nothing changes on the screen.
export async function attempt(doing: () => Promise<unknown>, said: string): Promise<boolean> {
	try {
		await doing();
		announce(said, 'good');
		return true;
	} catch (failure) {
		announce(failure instanceof Error ? failure.message : '', 'bad');
		return false;
	}
}

export function Announcer() {
	const now = useValue(notice);
	useEffect(() => {
		if (!now) return;
		const timer = setTimeout(() => notice.set(null), SHOWN_MS);
		return () => clearTimeout(timer);
	}, [now]);
	return (
		<div class="toasts">
			<div role="status" aria-live="polite">
				{now && <p class={now.tone === 'quiet' ? 'spoken' : `toast toast-${now.tone}`}>{now.text}</p>}
			</div>
		</div>
	);
}
