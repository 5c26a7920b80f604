// heard.ts: asks again a moment after somebody wrote something of these types.
import { useEffect, useRef } from 'preact/hooks';
import { watchFeed } from '../api/feed.ts';
import { calmly } from '../base/calm.ts';

const SOON_MS = 1000;

export function useHeard(types: readonly string[], again: () => void): void {
	const latest = useRef(again);
	latest.current = again;
	useEffect(() => {
		const calm = calmly(() => latest.current(), SOON_MS);
		const stop = watchFeed((change) => types.includes(change.type) && calm.heard());
		return () => (calm.stop(), stop());
	}, []);
}
