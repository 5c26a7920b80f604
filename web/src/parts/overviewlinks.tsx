// overviewlinks.tsx: the pages that look over more than one task, beside each other.
import { PATHS } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';

const LINKS = ['overview', 'home', 'handover', 'load', 'questions', 'habits'] as const;
export type OverviewPlace = (typeof LINKS)[number];

export function OverviewLinks({ at }: { at: OverviewPlace }) {
	const { t } = useTexts();
	return (
		<nav class="chips no-print overview-links" aria-label={t('nav.overview')}>
			{LINKS.map((one) => (
				<a key={one} class="chip" href={PATHS[one]} aria-current={one === at ? 'page' : undefined}>
					{t(`overview.${one}`)}
				</a>
			))}
		</nav>
	);
}
