// why.tsx: every answer can explain itself: the facts in order, the arithmetic, the rule and its source, what is owed next.
import type { Why } from '../api/pathways.ts';
import { longDay, shortDay } from '../base/clock.ts';
import { useTexts } from '../base/texts.ts';

export function WhyText({ why, headline = true }: { why: Why; headline?: boolean }) {
	const { t, language } = useTexts();
	return (
		<div class="why-text">
			{headline && why.headline && <p class="why-head">{why.headline}</p>}
			{why.lines.length > 0 && (
				<ol class="why-lines">
					{why.lines.map((line, at) => (
						<li key={at}>
							{line.date ? (
								<time dateTime={line.date} title={longDay(line.date, language)}>
									{shortDay(line.date, language)}
								</time>
							) : (
								<span />
							)}
							<span>
								{line.say}
								{line.effect && <span class="soft"> · {line.effect}</span>}
							</span>
						</li>
					))}
				</ol>
			)}
			{why.arithmetic && <p class="sum">{why.arithmetic}</p>}
			{why.next && (
				<p>
					<span class="soft">{t('why.next')}</span> {why.next}
				</p>
			)}
			{why.rule && <p class="source">{why.rule}</p>}
		</div>
	);
}
