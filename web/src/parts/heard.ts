// heard.ts: asks again a moment after somebody wrote something of these types.
import { useEffect, useRef } from 'preact/hooks';
import { watchFeed } from '../api/feed.ts';

const CALM_MS = 1000;

export function useHeard(types: readonly string[], again: () => void): void {
	const latest = useRef(again);
	latest.current = again;
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const stop = watchFeed((change) => {
			if (!types.includes(change.type)) return;
			clearTimeout(timer);
			timer = setTimeout(() => latest.current(), CALM_MS);
		});
		return () => (clearTimeout(timer), stop());
	}, []);
}
